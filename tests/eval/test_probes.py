"""Private questions: answered from what a seat has seen, and without a trace in the match."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from celery import current_app
from django.core.management import CommandError, call_command

from agents.llm.agent import LanguageAgent
from agents.llm.client import Message, Unreachable
from agents.llm.probe import probe_prompt
from agents.llm.prompt import Transcript
from agents.scripted import ScriptedAgent
from eval.metrics import match_metrics
from eval.models import Probe
from eval.probing import match_probe, points_of, probes_of
from eval.tasks import match_probe as probe_task
from game.engine.asks import ask_of
from game.engine.events import PhaseOpened
from game.engine.fold import fold_all, view, visible
from game.engine.state import EMPTY
from game.engine.types import Phase
from game.models import Decision, Match
from game.selectors import log_of
from game.services import Rejected
from tests.agents.llm.faults import FaultyClient, model
from tests.apps.conftest import canonical, new_match, play_out, stand_ins, started  # noqa: F401
from tests.eval.golden import ADA, BEN, CLEO, DOV, ESME, FINN, GUS, golden_log
from tests.eval.guessing import Server
from tests.eval.test_records import of_people, scripted, tester  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Match]
MODELS = [{"model": "tester"}, {"model": "tester"}]


@pytest.fixture
def guessing(tester: None, settings: Any) -> Iterator[None]:  # noqa: F811
    """The model of `tester` on a server that is recorded and that guesses."""
    settings.TOSSIM_LANE_CLIENT = "tests.eval.guessing.GuessingClient"
    Server.exchanges, Server.probes, Server.answers = [], [], None
    yield
    Server.exchanges, Server.probes, Server.answers = [], [], None


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that does at once what is sent to it about probes."""

    def send(name: str, args: list[int], **_: Any) -> None:
        if name == "eval.tasks.match_probe":
            probe_task(*args)

    monkeypatch.setattr(current_app, "send_task", send)


def decided(match: Match) -> list[dict[str, Any]]:
    """All that was kept of a match's decisions but when, and how long it took."""
    rows = Decision.objects.filter(match=match).order_by("decided_seq", "submission_id").values()
    left_out = {"id", "match_id", "created_at", "applied_at"}
    return [{name: value for name, value in row.items() if name not in left_out} for row in rows]


def night_of(event: PhaseOpened) -> int:
    """Which night opens; 0 for a day's phase."""
    return event.day if event.phase is Phase.NIGHT else 0


# When -----------------------------------------------------------------------------------------------------------------


def test_whoever_lives_is_asked_at_each_days_end() -> None:
    points = [point for point in points_of(golden_log(), "seed", share=0) if not point.event_id]
    assert [point.seat for point in points if point.day == 1] == [ADA, BEN, CLEO, DOV, ESME, FINN, GUS]
    assert [point.seat for point in points if point.day == 2] == [ADA, BEN, CLEO, DOV, ESME, FINN]
    assert [point.seat for point in points if point.day == 3] == [ADA, BEN, DOV, FINN]
    assert {golden_log()[point.after_seq - 1].kind for point in points} == {"phase_opened"}


def test_some_listeners_are_asked_before_and_after_an_accusation_that_was_drawn() -> None:
    log = golden_log()
    said = next(n for n, event in enumerate(log, 1) if getattr(event, "text", "") == "Gus must hang.")
    around = [point for point in points_of(log, "seed", share=1) if point.event_id == said]
    assert [point.after_seq - said for point in around] == [-1, -1, -1, 0, 0, 0]
    assert [point.seat for point in around[:3]] == [point.seat for point in around[3:]]
    assert not {DOV, GUS} & {point.seat for point in around}
    drawn = {point.event_id for n in range(40) for point in points_of(log, f"seed {n}", share=0.5)}
    assert {0, said} <= drawn
    assert all(point.event_id == 0 for point in points_of(log, "seed", share=0))


# Scripts --------------------------------------------------------------------------------------------------------------


def test_a_script_answers_from_its_beliefs_and_is_the_same_afterwards() -> None:
    log = golden_log()
    dusk = next(n for n, event in enumerate(log, 1) if isinstance(event, PhaseOpened) and night_of(event) == 3)
    asked, other = ScriptedAgent(DOV, "x"), ScriptedAgent(DOV, "x")
    for agent in (asked, other):
        agent.observe(visible(log[:dusk], DOV))
    seen = view(fold_all(EMPTY, log[:dusk]), DOV)
    guess = asked.guess(seen)
    assert set(guess.evil) == {ADA, BEN, FINN}
    assert guess.evil == {seat: asked.mind.beliefs.chance(seat) for seat in guess.evil}
    stage = max(n for n, event in enumerate(log, 1) if getattr(event, "text", "") == "Dov is the only one left.") + 1
    stage = next(n for n in range(stage, len(log)) if log[n].kind == "stage_opened") + 1
    for agent in (asked, other):
        agent.observe(visible(log[dusk:stage], DOV))
    seen = view(fold_all(EMPTY, log[:stage]), DOV)
    ask = ask_of(seen)
    assert ask
    assert asked.decide(seen, ask) == other.decide(seen, ask)


def test_a_script_knows_its_team() -> None:
    log = golden_log()
    agent = ScriptedAgent(DOV, "x")
    agent.observe(visible(log[:40], DOV))
    guess = agent.guess(view(fold_all(EMPTY, log[:40]), DOV))
    assert guess.evil[ESME] == 1.0
    assert guess.alignments[ESME] == "Mafia Killing"


@pytest.mark.slow
def test_a_match_of_scripts_that_is_over_can_be_asked_about_and_only_once(
    scripted: None, started: Make  # noqa: F811
) -> None:  # fmt: skip
    match = play_out(started("probed"))
    before = canonical(match)
    out = StringIO()
    call_command("probe", str(match.pk), "--share", "1", stdout=out)
    rows = Probe.objects.filter(match=match)
    assert rows.filter(event_id=0).count() > 7
    assert rows.filter(event_id__gt=0).exists()
    assert not rows.exclude(error="").exists()
    assert match_probe(match=match, share=1) == 0
    assert canonical(match) == before
    seats = match_metrics(log_of(match.pk), probes=probes_of(match)).seats
    assert all(not metrics["role_identification"].is_null for metrics in seats.values() if metrics["survived"].value)
    assert any(not metrics["belief_shift"].is_null for metrics in seats.values())
    assert "role_identification: 0." in out.getvalue()


# Models ---------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_probed_match_has_the_same_log_and_decisions_under_recorded_answers(
    guessing: None, worker: None, started: Make  # noqa: F811
) -> None:  # fmt: skip
    plain = play_out(started("same", agents=MODELS))
    assert not Probe.objects.exists()
    assert not Server.probes
    Server.replay()
    probed = play_out(started("same", agents=MODELS, probes=True))
    assert canonical(probed) == canonical(plain)
    assert decided(probed) == decided(plain)
    rows = Probe.objects.filter(match=probed, model="tester")
    assert {row.seat for row in rows} == {1, 2}
    assert all(row.evil and not row.error and row.prompt_tokens == 9 for row in rows)
    assert len(rows) == len(Server.probes)


def test_it_is_asked_on_the_prefix_that_the_server_has_cached_and_nothing_of_it_stays() -> None:
    log = golden_log()
    stage = next(n for n, event in enumerate(log, 1) if getattr(event, "stage", 0) == 5)
    seen = view(fold_all(EMPTY, log[:stage]), ADA)
    transcript, ask = Transcript(model(), ADA), ask_of(seen)
    transcript.observe(visible(log[:stage], ADA))
    assert ask
    sent, aside = transcript.prompt(seen, ask), probe_prompt(transcript, seen)
    until_now = [_joined(prompt.messages).partition("[now]")[0] for prompt in (sent, aside)]
    assert until_now[0] == until_now[1] != ""
    assert aside.stable_tokens == sent.stable_tokens
    assert transcript.prompt(seen, ask) == sent
    assert "Ben, Cleo, Dov" in aside.messages[-1].content
    assert "Ada, Ben" not in aside.messages[-1].content.partition("[now]")[2]


def _joined(messages: tuple[Message, ...]) -> str:
    return "\n".join(message.content for message in messages)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("I cannot say.", "the answer is no JSON"),
        ("", "the answer is no JSON"),
        ('{"Zed": {"evil": 50}}', "the answer guesses nothing"),
        ('{"Ben": {"evil": 101, "alignment": "nice"}, "Dov": 3}', "the answer guesses nothing"),
        (Unreachable("gone"), "Unreachable: gone"),
    ],
)
async def test_what_is_no_guess_is_kept_with_its_reason_and_no_number(answer: Any, error: str) -> None:
    log = golden_log()
    agent = LanguageAgent(ADA, model(), FaultyClient(answer))
    agent.observe(visible(log[:60], ADA))
    guess = await agent.guess(view(fold_all(EMPTY, log[:60]), ADA))
    assert guess.error == error
    assert not guess.evil
    assert not guess.alignments


async def test_of_an_answer_that_says_little_the_little_counts() -> None:
    log = golden_log()
    answer = 'Sure! {"Ben": {"evil": 90}, "Dov": {"alignment": "Mafia Killing"}, "Ada": {"evil": 5}, "Gus": []}'
    agent = LanguageAgent(ADA, model(), FaultyClient(answer))
    agent.observe(visible(log[:60], ADA))
    guess = await agent.guess(view(fold_all(EMPTY, log[:60]), ADA))
    assert (guess.evil, guess.alignments, guess.error) == ({BEN: 0.9}, {DOV: "Mafia Killing"}, "")


# Who may --------------------------------------------------------------------------------------------------------------


def test_while_people_play_nobody_is_asked(of_people: tuple[Match, int]) -> None:  # noqa: F811
    with pytest.raises(Rejected):
        match_probe(match=of_people[0])
    assert not Probe.objects.exists()
    with pytest.raises(CommandError, match="There is no match 99999"):
        call_command("probe", "99999")
