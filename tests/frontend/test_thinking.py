"""What agents write and how they decided, on the real socket: who is told, from where, and who never is."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager

import pytest

from frontend.schemas.frames import server_frame
from game.log import viewers_wake
from game.play.seats import Piece
from game.thoughts import Thoughts
from tests.frontend.logs import VIEWPOINTS, present, strings, whole_match
from tests.frontend.stored import append, stored

pytestmark = pytest.mark.django_db(transaction=True)
SEED = "socket-1"


@contextmanager
def writer(match):
    """The listener of a match's agents, as its driver has it."""
    thoughts = Thoughts(match.pk)
    try:
        yield thoughts.heard
    finally:
        thoughts.close()


def written(page) -> str:
    """All that a page was told of what is being written."""
    return "".join(piece["text"] for frame in page.frames if frame["type"] == "thinking" for piece in frame["pieces"])


def test_what_a_seat_writes_reaches_that_seat_and_whoever_sees_everything_and_nobody_else(live_server_daphne):
    log = whole_match(SEED)
    night = next(place for place, event in enumerate(log) if getattr(event, "phase", "") == "night") + 1
    match = stored(log[:night], status="running", asked={6: "act", 2: "act"})
    stage = match.asks.get(seat=6).stage
    with ExitStack() as stack:
        pages = {one: stack.enter_context(live_server_daphne.watch(match.pk, one)) for one in VIEWPOINTS}
        for page in pages.values():
            page.expect("live")
        hear = stack.enter_context(writer(match))
        for seat in (6, 2):
            hear(Piece(seat, f"{stage}:{seat}", "start"))
            hear(Piece(seat, f"{stage}:{seat}", "thought", f"<<thought of {seat}>> "))
            hear(Piece(seat, f"{stage}:{seat}", "speech", f"<<speech of {seat}>>"))
        own = {seat: f"<<thought of {seat}>> <<speech of {seat}>>" for seat in (2, 6)}
        wanted = {"god": sum(map(len, own.values())), 2: len(own[2]), 6: len(own[6])}
        for viewpoint, length in wanted.items():
            while len(written(pages[viewpoint])) < length:
                pages[viewpoint].read()
        append(match, log[night:])  # whatever was sent before is there when the last of these is
        for viewpoint, page in pages.items():
            page.read_items(len(present(log, viewpoint)))
            raw = "\n".join(strings(page.frames))
            may = {seat for seat in (2, 6) if viewpoint in ("god", seat)}
            assert {seat for seat in (2, 6) if f"of {seat}>>" in raw} == may, viewpoint
            assert any(frame["type"] == "thinking" for frame in page.frames) is bool(may), viewpoint
    for frame in pages["god"].frames:
        server_frame.validate_python(frame)


def test_whoever_turns_to_another_seat_is_told_what_that_seat_writes_from_the_beginning(live_server_daphne):
    match = stored(whole_match(SEED)[:40], status="running", asked={6: "speak", 2: "speak"})
    stage = match.asks.get(seat=6).stage
    with live_server_daphne.watch(match.pk, 6) as page, writer(match) as hear:
        page.expect("live")
        hear(Piece(6, f"{stage}:6", "thought", "mine"))
        hear(Piece(2, f"{stage}:2", "thought", "another's"))
        page.until(lambda frame: written(page) == "mine")
        page.send(type="as", **{"as": 2})
        page.until(lambda frame: written(page) == "mineanother's")
        page.send(type="as", **{"as": "public"})
        page.expect("hello", **{"as": "public"})
        page.expect("events")
        assert written(page) == "mineanother's"


def test_what_was_written_is_taken_back_when_the_ask_is_closed(live_server_daphne):
    match = stored(whole_match(SEED)[:40], status="running", asked={6: "speak"})
    ask = match.asks.get(seat=6)
    with live_server_daphne.watch(match.pk, "god") as page, writer(match) as hear:
        page.expect("live")
        hear(Piece(6, ask.ask_id, "thought", "hm"))
        page.until(lambda frame: written(page) == "hm")
        match.asks.update(closed_at=ask.opened_at)
        viewers_wake(match_id=match.pk)
        gone = page.expect("thinking")["pieces"]
    assert [(piece["seat"], piece["kind"]) for piece in gone] == [(6, "gone")]


def test_how_a_model_decided_is_told_with_its_thought_and_to_nobody_else(live_server_daphne):
    log = whole_match(SEED)
    match = stored(log, thought="I wonder")
    tool = {"name": "graveyard", "arguments": {"day": 2}, "result": "<<tool result>>"}
    tries = [
        {"text": "<<raw>>" + "x" * 9_000, "finish": "stop", "refusal": "no_such_seat", "reason": "No.", "tools": [tool]}
    ]
    match.decisions.filter(seat=5).update(model="toy", lane="cpu", attempts=tries, prompt_tokens=9, fallback="late")
    mine: list = []
    for viewpoint in ("god", 5, 4, "public"):
        with live_server_daphne.watch(match.pk, viewpoint) as page:
            items = page.read_items(len(present(log, viewpoint)))
        for frame in page.frames:
            server_frame.validate_python(frame)
        reports = [op["report"] for item in items for op in item["ops"] if op["op"] == "thought" and "report" in op]
        assert bool(reports) is (viewpoint in ("god", 5))
        mine = reports or mine
        assert ("<<raw>>" in "\n".join(strings(page.frames))) is bool(reports)
    report = mine[0]
    assert (report["model"], report["lane"], report["prompt_tokens"], report["fallback"]) == ("toy", "cpu", 9, "late")
    (attempt,) = report["attempts"]
    assert attempt["text"].endswith("… (5007 more characters)")
    assert attempt["tools"] == [{"name": "graveyard", "arguments": '{"day": 2}', "result": "<<tool result>>"}]


def test_what_a_default_filled_is_told_when_the_match_has_ended(live_server_daphne):
    noted = [{"ask": "9:4", "seat": 4, "kind": "act", "reason": "late"}]
    told = []
    for status in ("running", "finished"):
        match = stored(whole_match(SEED)[:80], status=status, defaulted=noted)
        with live_server_daphne.watch(match.pk) as page:
            told.append(page.expect("hello")["match"]["defaulted"])
    assert told == [[], noted]
