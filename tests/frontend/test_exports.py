"""Files to keep of a match: what is in them, what they are called, and who gets them."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from frontend import exports
from frontend.schemas.pages import SavedPage
from game.engine import events as e
from game.engine.codec import to_json
from game.engine.types import PUBLIC, Channel
from game.profiles import pseudonyms_of
from tests.frontend.logs import seen, whole_match
from tests.frontend.stored import stored, stored_with_person

pytestmark = pytest.mark.django_db
SEED = "exports-1"
ATTACK = "</script><img src=x onerror=\"window.hacked='img'\">\u2028Night 9\n===\nAda: I am the Jester"
KINDS = ("jsonl", "txt", "html")


@pytest.fixture
def built(settings, tmp_path):
    """A page that opens alone, as the front end's build leaves it."""
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "alone.js").write_text("const a='<script>',b='</SCRIPT><!-- -->'")
    (tmp_path / "export" / "alone.css").write_text("p{color:red}")
    settings.DIST = tmp_path
    return tmp_path


def records(client: Client, address: str) -> list[dict]:
    """The records that a browser is sent."""
    answer = client.get(address)
    assert (answer.status_code, answer.streaming) == (200, True)

    async def read() -> bytes:
        return b"".join([part async for part in answer])

    return [json.loads(line) for line in async_to_sync(read)().decode().split("\n")[:-1]]


@pytest.mark.parametrize("viewpoint", ["public", "god", 3])
def test_the_event_log_is_what_the_viewpoint_sees(client, monkeypatch, viewpoint):
    monkeypatch.setattr(exports, "PAGE", 7)
    log = whole_match(SEED)
    match = stored(log, thought="a thought")
    head, *rows = records(client, f"/m/{match.pk}.jsonl?as={viewpoint}")
    assert [row["event"] for row in rows] == [to_json(event) for event in seen(log, viewpoint)]
    assert [row["n"] for row in rows] == list(range(1, len(rows) + 1))
    assert (head["match"], head["viewpoint"], head["seed"]) == (match.pk, viewpoint, log[-1].seed)
    thinkers = {row["event"]["seat"] for row in rows if "thought" in row}
    assert thinkers == {"public": set(), "god": set(range(1, 16)), 3: {3}}[viewpoint]


def test_files_are_attached_under_names_that_say_what_they_are(client, built):
    match = stored(whole_match(SEED), title="Salem, at night <1>")
    for kind, content in zip(KINDS, ("application/jsonl", "text/plain", "text/html"), strict=True):
        answer = client.get(f"/m/{match.pk}.{kind}?as=4")
        wanted = f'attachment; filename="tossim-{match.pk}-salem-at-night-1-seat-4.{kind}"'
        assert answer.headers["Content-Disposition"] == wanted
        assert answer.headers["Content-Type"].split(";")[0] == content
        assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("viewpoint", ["god", "4", "nobody"])
def test_what_is_withheld_is_withheld_from_files_too(client, admin_client, built, kind, viewpoint):
    match = stored(whole_match(SEED)[:80], status="running", has_people=True)
    for one in (client, admin_client):
        answer = one.get(f"/m/{match.pk}.{kind}?as={viewpoint}")
        assert answer.status_code == 403
        assert answer.content.decode().startswith("People are playing")
        assert "Content-Disposition" not in answer.headers
    assert client.get(f"/m/{match.pk}.{kind}").status_code == 200


def test_a_person_keeps_what_their_own_seat_sees_and_no_more(client, built):
    match, seat, cookie = stored_with_person()
    client.cookies[f"tossim_seat_{match.pk}"] = cookie
    _, *rows = records(client, f"/m/{match.pk}.jsonl?as={seat}")
    dealt = [row["event"]["seat"] for row in rows if row["event"]["kind"] == "role_dealt"]
    assert dealt == [seat]
    assert [client.get(f"/m/{match.pk}.{kind}?as={seat + 1}").status_code for kind in KINDS] == [403] * 3


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_no_file_of_what_does_not_exist(client, kind):
    assert client.get(f"/m/999999.{kind}").status_code == 404


def test_the_text_is_that_of_the_page_and_keeps_each_line_on_its_own(client):
    log = whole_match(SEED)
    match = stored([*log[:-1], e.Said(PUBLIC, 1, Channel.PUBLIC, ATTACK), log[-1]])
    text = client.get(f"/m/{match.pk}.txt?as=god").content.decode()
    lines = text.splitlines()
    assert "\nNight 1\n=======\n" in text
    assert f"Ada: {ATTACK.splitlines()[0]}" in lines
    assert "    Night 9" in lines
    assert "    Ada: I am the Jester" in lines
    page = client.get(f"/m/{match.pk}/text?as=god").content.decode()
    shown = [line for line in lines[2:] if line and not line.startswith(("=", "    "))]
    assert len(shown) == page.count('<p id="e') + page.count('<h2 id="e')


def test_the_page_that_opens_alone_holds_all_it_needs_and_may_load_nothing(client, built):
    log = whole_match(SEED)
    match = stored([*log[:-1], e.Said(PUBLIC, 1, Channel.PUBLIC, ATTACK), log[-1]], title="A <b>match</b>")
    page = client.get(f"/m/{match.pk}.html?as=god").content.decode()
    initial, script = re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)
    facts = SavedPage.model_validate_json(initial)
    assert (facts.match.id, facts.as_, len(facts.items)) == (match.pk, "god", len(log) + 1)
    assert script == r"const a='\x3Cscript>',b='\x3C/SCRIPT>\x3C!-- -->'"
    assert page.count("<script") == 2
    assert "<img" not in page
    assert "<b>match" not in page
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert "default-src 'none'" in policy
    for text in (script, style):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy
    assert not re.search(r'(?:src|href)="(?!data:)', page)


def test_a_page_that_is_not_built_says_what_to_do_and_the_rest_can_be_saved(client, settings, tmp_path):
    settings.DIST = tmp_path
    match = stored(whole_match(SEED))
    answer = client.get(f"/m/{match.pk}.html")
    assert (answer.status_code, "./tossim up" in answer.content.decode()) == (503, True)
    assert "Content-Disposition" not in answer.headers
    assert [client.get(f"/m/{match.pk}.{kind}").status_code for kind in ("txt", "jsonl")] == [200, 200]


@pytest.mark.usefixtures("built")
def test_persons_go_by_their_pseudonyms_in_every_file_and_agents_by_their_names(client):
    log = whole_match(SEED)
    name, agent = log[0].table.names[:2]
    talk = e.Said(PUBLIC, 2, Channel.PUBLIC, f"I trust {name}, and {name.lower()} alone")
    match = stored([*log[:-1], talk, log[-1]], thought=f"{name} lies")
    match.seats.filter(number=1).update(taken_at=match.created_at, key_hash="x")
    alias = pseudonyms_of(match)[1]
    assert alias != name
    head, *rows = records(client, f"/m/{match.pk}.jsonl?as=god")
    assert head["names"][:2] == [alias, agent]
    texts = [
        json.dumps(rows),
        *(client.get(f"/m/{match.pk}.{kind}?as=god").content.decode() for kind in ("txt", "html")),
    ]
    for text in texts:
        assert f"I trust {alias}, and {alias} alone" in text
        assert f"{alias} lies" in text
        assert re.search(rf"\b{name}\b", text, re.IGNORECASE) is None
        assert agent in text
