"""The pages around the app: first facts, text for those without scripts, headers, health."""

from __future__ import annotations

import json
import re

import pytest

from frontend.schemas.pages import HomePage, MatchPage, RulesPage
from frontend.views import COMPONENTS
from game.engine.roles import ROLES
from tests.frontend.logs import whole_match
from tests.frontend.stored import stored

pytestmark = pytest.mark.django_db
SEED = "pages-1"


@pytest.fixture
def bundle(settings, tmp_path):
    """A built front end."""
    (tmp_path / ".vite").mkdir()
    manifest = {
        "src/main.ts": {"file": "assets/app-1.js", "isEntry": True},
        "_lib.js": {"file": "assets/lib-2.js", "imports": ["src/main.ts"]},
        "style.css": {"file": "assets/style-3.css"},
        **{f"src/pages/{name}.svelte": {"file": f"assets/{name}-4.js", "imports": ["src/main.ts", "_lib.js"]}
           for name in COMPONENTS.values()},
    }  # fmt: skip
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps(manifest))
    settings.DIST = tmp_path
    return tmp_path


@pytest.fixture
def no_bundle(settings, tmp_path):
    """A front end that was never built."""
    settings.DIST = tmp_path / "nothing"


def initial(page: str):
    """The facts inside a page."""
    found = re.search(r'<script id="initial" type="application/json">(.*?)</script>', page, re.S)
    return json.loads(found[1])


def test_the_home_page_brings_scripts_styles_and_the_matches(client, bundle):
    stored(whole_match(SEED), title="Over")
    answer = client.get("/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert '<script type="module" src="/static/ui/assets/app-1.js">' in page
    assert 'rel="stylesheet" href="/static/ui/assets/style-3.css"' in page
    assert re.findall(r'rel="modulepreload" href="/static/ui/assets/(.*?)"', page) == ["Home-4.js", "lib-2.js"]
    facts = HomePage.model_validate(initial(page))
    assert [card.title for card in facts.ended.matches] == ["Over"]
    assert facts.csrf


@pytest.mark.parametrize("path", ["/", "/new", "/rules", "/lanes", "/me", "/m/{id}", "/m/{id}/and/{id}"])
def test_every_page_brings_its_own_code(client, path):
    match = stored(whole_match(SEED))
    page = client.get(path.format(id=match.pk)).content.decode()
    brought = re.findall(r'rel="modulepreload" href="/static/ui/assets/(\w+)-', page)
    component = COMPONENTS[initial(page)["page"]]
    assert component in brought
    assert set(brought) & set(COMPONENTS.values()) == {component}


def test_the_page_of_a_match_knows_it_before_its_first_request(client, bundle):
    match = stored(whole_match(SEED)[:60], title="A <b>match</b>", status="running")
    page = client.get(f"/m/{match.pk}").content.decode()
    facts = MatchPage.model_validate(initial(page))
    assert (facts.match.id, facts.allowed[:2]) == (match.pk, ["public", "god"])
    assert "A <b>match</b>" not in page


def test_without_scripts_the_same_facts_can_be_read(client, bundle):
    over, live = stored(whole_match(SEED), title="Over"), stored(whole_match(SEED)[:60], title="Live", status="running")
    home = client.get("/").content.decode().partition('<div id="app">')[2]
    assert "Live" in home
    assert f'href="/m/{over.pk}"' in home
    match = client.get(f"/m/{live.pk}").content.decode().partition('<div id="app">')[2]
    assert "Ada" in match
    assert f"/m/{live.pk}/text" in match


def test_the_page_of_the_rules_knows_the_names_of_the_roles(client, bundle):
    page = client.get("/rules").content.decode()
    assert RulesPage.model_validate(initial(page)).roles == list(ROLES)
    assert 'href="/rules/text"' in page.partition('<div id="app">')[2]


def test_the_rules_can_be_read_as_text(client):
    page = client.get("/rules/text").content.decode()
    assert '<h3 id="serial-killer">Serial Killer</h3>' in page
    assert '<h2 id="voting">' in page
    assert "{" not in page


def test_a_missing_bundle_says_what_to_do_and_still_shows_the_facts(client, no_bundle):
    stored(whole_match(SEED), title="Over")
    answer = client.get("/")
    assert answer.status_code == 503
    assert "./tossim up" in answer.content.decode()
    assert "Over" in answer.content.decode()


def test_the_log_can_be_read_as_text(client):
    match = stored(whole_match(SEED))
    public = client.get(f"/m/{match.pk}/text").content.decode()
    god = client.get(f"/m/{match.pk}/text?as=god").content.decode()
    assert "Night 1" in public
    assert "&lt;&lt;" in public
    assert len(god) > len(public)


@pytest.mark.parametrize("viewpoint", ["god", "4", "nobody"])
def test_the_text_keeps_what_is_withheld(client, viewpoint):
    match = stored(whole_match(SEED)[:80], status="running", has_people=True)
    answer = client.get(f"/m/{match.pk}/text?as={viewpoint}")
    assert answer.status_code == 403
    assert "Night 1" not in answer.content.decode()


@pytest.mark.parametrize("address", ["/m/999999", "/m/999999/text", "/m/abc"])
def test_what_does_not_exist_is_not_found(client, address):
    assert client.get(address).status_code == 404


def test_pages_may_load_and_call_nothing_but_this_site(client, bundle):
    answer = client.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy.replace("style-src-attr 'unsafe-inline'", "")
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_health_says_whether_the_database_answers(client, django_db_blocker):
    assert client.get("/healthz").json() == {"web": "ok", "database": "ok"}


def test_health_says_when_the_database_is_gone(client, monkeypatch):
    def gone():
        raise OperationalError("gone")

    from django.db import OperationalError, connection

    monkeypatch.setattr(connection, "cursor", gone)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "unreachable"


def test_robots_are_kept_from_what_is_not_for_them(client):
    assert "Disallow: /admin/" in client.get("/robots.txt").content.decode()


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/signup/"])
def test_account_pages_look_like_ours(client, address):
    page = client.get(address).content.decode()
    assert "frontend/account.css" in page
    assert "Menu:" not in page
