"""The budget clock: what each phase gives to whom, what counts against it, and how a phase ends when it is spent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from game.engine import actions as a
from game.engine import events as e
from game.engine.asks import Ask, AskKind, ask_of, asks
from game.engine.config import Clock, Limits, Rounds
from game.engine.fold import view
from game.engine.types import Channel, Phase, Verdict
from tests.engine.scene import Scene

TOWN = ("Sheriff", "Doctor", "Lookout", "Godfather", "Mafioso")
LIMITS = Limits(
    discussion=50, nomination=40, defense=30, judgement=80, tail_after_all_votes=8, last_words=10, night_channel=25,
    pre_night=20,
)  # fmt: skip
EACH = [
    (Phase.DAY_ONE, 20), (Phase.NIGHT, 25), (Phase.DISCUSSION, 50), (Phase.VOTING, 40), (Phase.DEFENSE, 30),
    (Phase.JUDGEMENT, 20), (Phase.LAST_WORDS, 10),
]  # fmt: skip
"""What one seat may spend in each phase: in Judgement a fourth of the table's, since four judge."""
ROUNDS = Rounds(3, 3, 3, 3)


def table(limits: Limits = LIMITS, **settings: object) -> Scene:
    """A table under the budget clock with rounds to spare."""
    return Scene(*TOWN, **{"clock": Clock.BUDGET, "limits": limits, "rounds": ROUNDS, **settings})


def reach(scene: Scene, phase: Phase) -> Scene:
    """Let a phase come: for those of a trial, seat 1 is accused by all and found guilty."""
    if phase in (Phase.DEFENSE, Phase.JUDGEMENT, Phase.LAST_WORDS):
        for voter in (2, 3, 4):
            scene.until(Phase.VOTING, 2).do(voter, a.Vote(1))
    if phase is Phase.LAST_WORDS:
        scene.until(Phase.JUDGEMENT)
        for judge in (2, 3):
            scene.do(judge, a.Judge(Verdict.GUILTY))
    return scene.until(phase)


def question(scene: Scene, seat: int) -> Ask | None:
    return ask_of(view(scene.state, seat))


def answer(scene: Scene, seat: int, action: a.Action, cost: int) -> list[e.Event]:
    ask = question(scene, seat)
    assert ask is not None
    return scene.send(a.Answer(seat, ask.id, (action,), cost))


@pytest.mark.parametrize(("phase", "tokens"), EACH, ids=[phase.value for phase, _ in EACH])
def test_what_a_phase_gives_to_each(phase: Phase, tokens: int) -> None:
    open_asks = asks(reach(table(), phase).state)
    assert {ask.budget for ask in open_asks} == {tokens}


@pytest.mark.parametrize(("phase", "tokens"), EACH, ids=[phase.value for phase, _ in EACH])
def test_a_phase_is_over_when_everybody_has_spent_it(phase: Phase, tokens: int) -> None:
    scene = reach(table(), phase)
    before = scene.state.public.round
    for ask in asks(scene.state):
        scene.send(a.Answer(ask.seat, ask.id, (a.Pass(),), tokens))
    if phase is Phase.NIGHT:
        assert {ask.kind for ask in asks(scene.state)} == {AskKind.ACT}
    else:
        assert scene.phase is not phase
        assert before == 1


@pytest.mark.parametrize(("phase", "tokens"), EACH, ids=[phase.value for phase, _ in EACH])
def test_a_phase_goes_on_while_somebody_has_a_token(phase: Phase, tokens: int) -> None:
    scene = reach(table(), phase)
    open_asks = asks(scene.state)
    for ask in open_asks:
        scene.send(a.Answer(ask.seat, ask.id, (a.Pass(),), tokens - (ask == open_asks[-1])))
    goes_on = phase not in (Phase.DEFENSE, Phase.LAST_WORDS)
    assert ({ask.seat: ask.budget for ask in asks(scene.state)} == {open_asks[-1].seat: 1}) is goes_on


@pytest.mark.parametrize(
    ("field", "phase"),
    [
        ("pre_night", Phase.DAY_ONE), ("discussion", Phase.DISCUSSION), ("nomination", Phase.VOTING),
        ("defense", Phase.DEFENSE), ("judgement", Phase.JUDGEMENT), ("last_words", Phase.LAST_WORDS),
    ],
)  # fmt: skip
def test_a_phase_without_a_budget_asks_nobody(field: str, phase: Phase) -> None:
    scene = table(replace(LIMITS, **{field: 0}))
    seen = set()
    while scene.state.public.day < 3:
        seen |= {scene.phase} if asks(scene.state) else set()
        for voter in (2, 3, 4):
            if scene.phase is Phase.VOTING:
                scene.do(voter, a.Vote(1))
        if scene.phase is Phase.JUDGEMENT and field != "judgement":
            scene.do(2, a.Judge(Verdict.GUILTY))
        scene.elapse()
    assert phase not in seen
    assert Phase.NIGHT in seen


def test_a_table_without_any_budget_plays_its_nights_and_ends() -> None:
    scene = Scene(*TOWN, clock=Clock.BUDGET, limits=Limits(*[0] * 8), wins=True)
    while scene.phase is not Phase.OVER:
        assert {ask.kind for ask in asks(scene.state)} == {AskKind.ACT}
        scene.elapse()


def test_a_deed_of_the_night_needs_no_tokens() -> None:
    scene = table(replace(LIMITS, night_channel=0), rounds=Rounds(1, 1, 1, 2)).until(Phase.NIGHT, 1)
    ask = question(scene, 1)
    assert ask is not None
    assert (ask.kind, ask.budget) == (AskKind.ACT, 0)
    answer(scene, 1, a.Use("interrogate", (2,)), 5)
    assert scene.state.of(1).choice(1, night=True) is not None


def test_refused_attempts_cost_and_end_the_asking() -> None:
    scene = table().until(Phase.VOTING, 2)
    assert "refused" in {event.kind for event in answer(scene, 1, a.Vote(1), 30)}
    again = question(scene, 1)
    assert again is not None
    assert (again.attempt, again.budget) == (1, 10)
    answer(scene, 1, a.Vote(1), 30)
    assert question(scene, 1) is None


def test_what_is_whispered_unasked_costs_too() -> None:
    scene = table().until(Phase.DISCUSSION, 2)
    scene.send(a.Answer(1, None, (a.Whisper(2, "psst"),), 50))
    assert question(scene, 1) is None
    assert question(scene, 2) is not None


def test_the_budget_of_voting_holds_on_after_a_trial() -> None:
    scene = table().until(Phase.VOTING, 2)
    answer(scene, 5, a.Say("hm"), 25)
    for voter in (2, 3, 4):
        scene.do(voter, a.Vote(1))
    scene.elapse()
    answer(scene, 5, a.Judge(Verdict.INNOCENT), 19)
    while scene.phase is Phase.JUDGEMENT:
        scene.elapse()
    ask = question(scene, 5)
    assert ask is not None
    assert (scene.phase, ask.budget) == (Phase.VOTING, 15)


def test_every_trial_of_a_day_has_a_budget_of_its_own() -> None:
    scene = table().until(Phase.VOTING, 2)
    for accused in (1, 2):
        for voter in {3, 4, 5}:
            scene.do(voter, a.Vote(accused))
        defence = question(scene, accused)
        assert defence is not None
        assert defence.budget == 30
        answer(scene, accused, a.Say("not me"), 30)
        for judge in {1, 2, 3, 4, 5} - {accused}:
            verdict = question(scene, judge)
            assert verdict is not None
            assert verdict.budget == 20
            answer(scene, judge, a.Judge(Verdict.INNOCENT), 20)
        assert scene.phase is Phase.VOTING


@pytest.mark.parametrize(
    ("tail", "spent", "left"),
    [(8, 0, 2), (8, 18, 2), (8, 19, 1), (8, 20, None), (8, 25, None), (1, 0, 1), (400, 5, 15), (0, 0, None)],
)
def test_after_all_have_voted_a_short_tail_is_left(tail: int, spent: int, left: int | None) -> None:
    scene = reach(table(replace(LIMITS, tail_after_all_votes=tail)), Phase.JUDGEMENT)
    for judge in (3, 4, 5):
        answer(scene, judge, a.Judge(Verdict.GUILTY), 0)
    assert scene.state.public.round == 1
    answer(scene, 2, a.Judge(Verdict.GUILTY), spent)
    ask = question(scene, 2)
    assert (ask.budget if ask else None) == left
    assert scene.phase is (Phase.JUDGEMENT if tail else Phase.LAST_WORDS)


def test_in_the_tail_one_may_speak_and_change_and_then_it_closes() -> None:
    scene = reach(table(), Phase.JUDGEMENT)
    for judge in (2, 3, 4, 5):
        answer(scene, judge, a.Judge(Verdict.GUILTY), 5)
    answer(scene, 2, a.Judge(Verdict.INNOCENT), 1)
    answer(scene, 3, a.Say("wait"), 2)
    answer(scene, 4, a.Judge(Verdict.INNOCENT), 1)
    assert scene.phase is Phase.JUDGEMENT
    answer(scene, 5, a.Judge(Verdict.INNOCENT), 1)
    trial = scene.state.public.trials[-1]
    assert {seat: verdict.value for seat, verdict, _ in trial.ballots} == {
        2: "innocent", 3: "guilty", 4: "innocent", 5: "innocent",
    }  # fmt: skip
    assert scene.phase is Phase.VOTING


def test_every_night_has_a_budget_of_its_own() -> None:
    scene = table().until(Phase.NIGHT, 1)
    answer(scene, 4, a.Say("whom?", Channel.MAFIA), 20)
    scene.elapse()
    ask = question(scene, 4)
    assert ask is not None
    assert ask.budget == 5
    again = question(scene.until(Phase.NIGHT, 2), 4)
    assert again is not None
    assert again.budget == 25


def test_without_the_budget_clock_nothing_is_counted() -> None:
    scene = table(clock=Clock.NONE).until(Phase.DISCUSSION, 2)
    ask = question(scene, 1)
    assert ask is not None
    assert ask.budget is None
