"""Whole nights to the last event: each line says who may know it, its kind, and what it says.

The rows of `tests/interactions` name what matters to a rule; these hold all that is written, the facts for those who
see everything included. Most stand for mutants that had survived all other tests (docs/mutation.md).
"""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from pathlib import Path

import pytest

from game.engine import actions as a
from game.engine import chance
from game.engine import events as e
from game.engine.config import Clock, Limits, Rounds
from game.engine.night.effects import Spend
from game.engine.night.passes import Pass
from game.engine.night.resolve import open_night
from game.engine.night.settle import settle
from game.engine.types import HOST, PUBLIC, Phase, Verdict, seats_of
from tests.engine.scene import Scene
from tests.interactions.table import Row, play

FILE = Path(__file__).with_name("nights.txt")
NIGHTS = [block.strip().splitlines() for block in FILE.read_text("utf-8").split("\n\n") if not block.startswith("#")]


def line(event: e.Event) -> str:
    """An event in words: audience, kind, then its fields in order; `-` for what is empty."""
    heard = {PUBLIC: "all", HOST: "host"}.get(event.to) or ",".join(map(str, seats_of(event.to)))
    return " ".join([heard, event.kind, *(word(getattr(event, field.name)) for field in fields(event)[1:])])


def word(value: object) -> str:
    """A field's value without spaces around it; None says so, since it is not 0."""
    if isinstance(value, tuple):
        return ",".join(map(word, value)) or "-"
    return (value.name.lower() if isinstance(value, Enum) else str(value)) or "-"


def written(row: Row) -> list[str]:
    """All that the last night and its dawn wrote, from nightfall on, but for the choices."""
    scene, _ = play(row)
    opened = [n for n, event in enumerate(scene.log) if isinstance(event, e.PhaseOpened)]
    night = next(n for n in reversed(opened) if scene.log[n].phase is Phase.NIGHT)  # type: ignore[attr-defined]
    return [line(event) for event in scene.log[night:] if not isinstance(event, (e.Chose, e.Decided))]


def _row(lines: list[str]) -> Row:
    title, roles, *deeds = (text.strip() for text in lines)
    return Row(title, tuple(roles.split()), tuple(deed for deeds_ in deeds for deed in deeds_.split(", ")), ())


@pytest.mark.parametrize("lines", NIGHTS, ids=lambda lines: lines[0])
def test_a_night_writes_this_and_nothing_else(lines: list[str]) -> None:
    arrow = next(n for n, text in enumerate(lines) if text.strip() == "->")
    assert written(_row(lines[:arrow])) == [text.strip() for text in lines[arrow + 1 :]]


def dealt(*roles: str, **settings: object) -> Scene:
    """A scene of Sheriffs and a Mafioso, or the roles given."""
    return Scene(*(roles or ("Sheriff",) * 5), *(() if roles else ("Mafioso",)), **settings)


def course(scene: Scene, since: int) -> list[str]:
    """How phases, stages and trials followed each other from a place in the log on."""
    kinds = (e.PhaseOpened, e.StageOpened, e.TrialOpened, e.TrialClosed)
    return [line(event) for event in scene.log[since:] if isinstance(event, kinds)]


def accuse(scene: Scene, accused: int, *voters: int) -> None:
    """Vote somebody into a trial and let the defence pass."""
    for voter in voters:
        scene.do(voter, a.Vote(accused))
    scene.elapse()


def test_each_phase_asks_as_often_as_the_table_says() -> None:
    scene = dealt(rounds=Rounds(2, 2, 2, 1))
    start = len(scene.log)
    scene.until(Phase.NIGHT, 2)
    assert course(scene, start) == [
        "all stage_opened 2 2", "all phase_opened night 1", "all stage_opened 3 1", "all stage_opened 4 2",
        "all phase_opened discussion 2", "all stage_opened 5 1", "all stage_opened 6 2",
        "all phase_opened voting 2", "all stage_opened 7 1", "all stage_opened 8 2",
        "all phase_opened night 2", "all stage_opened 9 1", "all stage_opened 10 2",
    ]  # fmt: skip


def test_a_day_has_three_trials_and_each_takes_a_round_of_voting() -> None:
    scene = dealt(rounds=Rounds(1, 1, 3, 0)).until(Phase.VOTING)
    start = len(scene.log)
    for accused in (1, 2, 3):
        accuse(scene, accused, *[voter for voter in (1, 2, 3, 4, 5, 6) if voter != accused][:4])
        scene.elapse()
    silent = {n: ",".join(f"{seat},abstain,1" for seat in range(1, 7) if seat != n) for n in (1, 2, 3)}
    assert course(scene, start) == [
        "all trial_opened 1 1", "all phase_opened defense 2", "all stage_opened 5 1", "all phase_opened judgement 2",
        "all stage_opened 6 1", f"all trial_closed 1 False {silent[1]}",
        "all phase_opened voting 2", "all stage_opened 7 2",
        "all trial_opened 2 2", "all phase_opened defense 2", "all stage_opened 8 1", "all phase_opened judgement 2",
        "all stage_opened 9 1", f"all trial_closed 2 False {silent[2]}",
        "all phase_opened voting 2", "all stage_opened 10 3",
        "all trial_opened 3 3", "all phase_opened defense 2", "all stage_opened 11 1", "all phase_opened judgement 2",
        "all stage_opened 12 1", f"all trial_closed 3 False {silent[3]}",
        "all phase_opened night 2", "all stage_opened 13 1",
    ]  # fmt: skip


def test_after_a_trial_there_is_a_round_of_voting_however_few_the_table_has() -> None:
    scene = dealt(rounds=Rounds(1, 1, 1, 0)).until(Phase.VOTING)
    accuse(scene, 6, 1, 2, 3, 4)
    start = len(scene.log)
    scene.elapse()
    assert course(scene, start)[1:] == ["all phase_opened voting 2", "all stage_opened 7 1"]


def test_votes_that_would_suffice_together_try_nobody() -> None:
    scene = dealt().until(Phase.VOTING)
    for voter, accused in ((1, 6), (2, 6), (3, 5), (4, 5)):
        scene.do(voter, a.Vote(accused))
    assert (scene.phase, scene.state.public.trials_today) == (Phase.VOTING, 0)


def test_a_voice_of_an_earlier_trial_does_not_count_in_the_next() -> None:
    scene = dealt().until(Phase.VOTING)
    accuse(scene, 6, 1, 2, 3, 4)
    scene.do(1, a.Judge(Verdict.GUILTY))
    scene.do(2, a.Judge(Verdict.INNOCENT))
    scene.elapse()
    accuse(scene, 6, 1, 2, 3, 4)
    assert "trial_closed 6 False 1,abstain,1,2,abstain,1,3" in " ".join(map(line, scene.elapse()))


@pytest.mark.parametrize(
    ("spent_before", "costs", "tail", "again"),
    [
        (0, (4, 5), 1, True),
        (50, (4, 5), 1, True),
        (0, (5, 5), 1, False),
        (0, (4, 5), 0, False),
        (0, (10, 0), 1, False),
    ],
)
def test_the_tail_of_judgement_needs_tokens_that_the_whole_table_left(
    spent_before: int, costs: tuple[int, int], tail: int, *, again: bool
) -> None:
    limits = Limits(judgement=10, tail_after_all_votes=tail)
    scene = dealt(clock=Clock.BUDGET, limits=limits).until(Phase.VOTING)
    scene.send(a.Answer(1, None, (a.Vote(6),), cost=spent_before))
    accuse(scene, 6, 2, 3, 4)
    for seat, cost in zip((1, 2), costs, strict=True):
        scene.send(a.Answer(seat, None, (a.Judge(Verdict.GUILTY),), cost=cost))
    scene.elapse()
    assert ((scene.phase, scene.state.public.round) == (Phase.JUDGEMENT, 2)) is again


def test_no_fourth_trial_opens_when_the_accused_of_the_third_has_left() -> None:
    scene = dealt("Sheriff", "Sheriff", "Sheriff", "Sheriff", "Sheriff", "Sheriff", "Mafioso").until(Phase.VOTING)
    for accused in (1, 2, 3):
        accuse(scene, accused, *[voter for voter in range(1, 8) if voter != accused][:4])
        if accused == 3:
            scene.do(3, a.Leave())
        else:
            scene.elapse()
    assert (scene.phase, scene.state.public.trials_today) == (Phase.VOTING, 3)
    for voter in (1, 2, 4, 5):
        scene.do(voter, a.Vote(7))
    assert scene.phase is Phase.VOTING


def test_the_luck_of_a_night_is_keyed_by_night_purpose_and_whom_it_concerns() -> None:
    state = dealt().until(Phase.NIGHT, 2).state
    night, seed = open_night(state), state.secret.seed
    assert night.draw("spy", 1, "Mafia", 3) == chance.draw(seed, 2, "night", "spy", 1, "Mafia", 3)
    drawn = [night.pick((6, 5, 4, 3, 2, 1), purpose, key) for purpose in ("a", "b", "c", "d") for key in range(4)]
    assert drawn == [
        chance.pick((1, 2, 3, 4, 5, 6), seed, 2, "night", purpose, key)
        for purpose in ("a", "b", "c", "d")
        for key in range(4)
    ]


def test_two_uses_of_one_night_count_two_and_never_go_below_none() -> None:
    night = open_night(dealt("Vigilante", "Mafioso", "Mayor").until(Phase.NIGHT, 2).state)
    left = [night.left(1, "shoot")]
    for _ in range(4):
        settle(night, Pass.KILL, [Spend(1, "shoot")])
        left.append(night.left(1, "shoot"))
    assert left == [3, 2, 1, 0, 0]


def test_the_end_shows_who_won_every_role_and_the_seed() -> None:
    scene = dealt("Sheriff", "Mafioso", "Doctor", wins=True, seed="s17").lynch(2, guilty=(1, 3))
    ended = [line(event) for event in scene.log if isinstance(event, e.MatchEnded)]
    assert ended == ["all match_ended Town 1,3 Sheriff,Mafioso,Doctor s17"]
