"""Votes and verdicts by what a player wants: targets pushed, lovers spared, draws avoided."""

from __future__ import annotations

import pytest

from agents.scripted import courts
from agents.scripted.statements import Act
from game.engine import events as e
from game.engine.state import Public
from game.engine.types import Phase, Verdict
from tests.agents.table import OTHERS, died, fact, mind_of, said, suspected, team

LIVING = frozenset(range(1, 16))


def voting(day: int = 3, votes: tuple[tuple[int, int], ...] = ()) -> Public:
    """The table in Voting."""
    return Public(phase=Phase.VOTING, day=day, round=1, living=LIVING, votes=votes)


def hunches_against(seat: int) -> tuple[e.Event, ...]:
    return tuple(said(speaker, Act.ACCUSE, who=seat, topic="hunch") for speaker in OTHERS[:4] if speaker != seat)


def test_an_executioner_votes_for_the_target_and_finds_it_guilty() -> None:
    mind = mind_of("Executioner", fact("target", 7))
    crowd = tuple((seat, 7) for seat in (2, 3, 4))
    assert courts.choose_vote(mind, voting(votes=crowd), OTHERS) == 7
    assert courts.judge(mind, 7)[0] is Verdict.GUILTY


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("Doctor", (fact("lover", 7),)),
        ("Guardian Angel", (fact("ward", 7),)),
    ],
    ids=["a lover", "a ward"],
)
def test_whoever_lives_by_somebody_never_lets_them_hang(role: str, seen: tuple[e.Event, ...]) -> None:
    mind = mind_of(role, *seen, *suspected(7), mode="Lovers")
    assert courts.judge(mind, 7)[0] is Verdict.INNOCENT
    assert courts.choose_vote(mind, voting(votes=tuple((seat, 7) for seat in OTHERS[:6])), OTHERS) != 7


def test_the_same_result_hangs_a_stranger() -> None:
    mind = mind_of("Doctor", fact("lover", 8), *suspected(7), mode="Coven Classic")
    assert courts.judge(mind, 7)[0] is Verdict.GUILTY


def test_a_jester_on_trial_asks_for_it() -> None:
    assert [line.act for line in courts.defend(mind_of("Jester"))] == [Act.JEST]


@pytest.mark.parametrize(("fell", "looms"), [(6, True), (7, False)])
def test_a_draw_looms_after_a_day_and_a_night_without_a_death(fell: int, looms: bool) -> None:
    grave = (e.PhaseOpened(-1, Phase.NIGHT, fell), died(5, "Escort"))
    mind = mind_of("Doctor", *grave, day=8)
    assert courts.draw_looms(mind) is looms


def test_a_looming_draw_makes_votes_come_sooner() -> None:
    quiet = mind_of("Doctor", e.PhaseOpened(-1, Phase.NIGHT, 6), died(5, "Escort"), day=8)
    busy = mind_of("Doctor", e.PhaseOpened(-1, Phase.NIGHT, 7), died(5, "Escort"), day=8)
    assert courts.bar(quiet, voting(8)) < courts.bar(busy, voting(8)) - 0.1


def test_the_vip_is_not_voted_for_by_the_town() -> None:
    mind = mind_of("Doctor", *suspected(7), e.Announced(-1, "vip", 7), mode="VIP")
    assert courts.choose_vote(mind, voting(votes=tuple((seat, 7) for seat in (2, 3))), OTHERS) != 7


def test_a_traitor_spares_whom_it_has_found_out() -> None:
    found = (fact("traitor", 1), e.PhaseOpened(-1, Phase.NIGHT, 2), e.Told(2, "sheriff_result", (7,), "suspicious"))
    mind = mind_of("Sheriff", *found, mode="Town Traitor")
    assert mind.mate(7)
    assert courts.judge(mind, 7)[0] is not Verdict.GUILTY


def test_mates_are_not_voted_for() -> None:
    mind = mind_of("Medusa", team((1, "Medusa"), (7, "Poisoner")), *hunches_against(7), mode="Coven Classic")
    assert courts.choose_vote(mind, voting(), (7,)) == 0
