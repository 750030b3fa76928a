"""What a scripted player makes of what it saw: evidence moves suspicion the way it should."""

from __future__ import annotations

import pytest

from agents.scripted.beliefs import Beliefs, assess, look_back
from agents.scripted.memory import Memory
from agents.scripted.speech import terse
from agents.scripted.statements import Act, Reason, Statement
from game.engine import events as e
from game.engine.setup import MODES, table_for
from game.engine.types import PUBLIC, Cause, Channel, Phase, ShownWill, Verdict, only
from game.names import NAMES

ME, SHERIFF, SUSPECT, OTHER, VICTIM = 1, 2, 3, 4, 5
SLOTS = MODES["Classic"].slots


def observe(memory: Memory, *events: e.Event) -> None:
    for event in events:
        memory.observe(event)


def remember(*events: e.Event, role: str = "Doctor") -> Memory:
    """A memory of seat 1 on Day 3, with the given events since."""
    memory = Memory(ME)
    observe(
        memory,
        e.MatchOpened(PUBLIC, table_for("Classic", NAMES[:15]), ""),
        e.RoleDealt(only(ME), ME, role),
        e.PhaseOpened(PUBLIC, Phase.NIGHT, 2),
    )
    observe(memory, *events)
    observe(memory, e.PhaseOpened(PUBLIC, Phase.DISCUSSION, 3))
    return memory


def beliefs(memory: Memory, *talk: e.Event, results: tuple[Statement, ...] = ()) -> Beliefs:
    observe(memory, *talk)
    return assess(memory, memory.role, results, look_back(memory, {}))


def said(seat: int, act: Act, **parts: object) -> e.Said:
    return e.Said(PUBLIC, seat, Channel.PUBLIC, terse(Statement(act, **parts)))  # type: ignore[arg-type]


def died(seat: int, role: str, will: str = "") -> e.Died:
    return e.Died(PUBLIC, seat, (Cause.MAFIA,), role, ShownWill.SHOWN, will)


def lynched(seat: int, guilty: int, innocent: int) -> e.TrialClosed:
    ballots = ((guilty, Verdict.GUILTY, 1), (innocent, Verdict.INNOCENT, 1))
    return e.TrialClosed(PUBLIC, seat, True, ballots)


CLAIM = said(SHERIFF, Act.CLAIM, role="Sheriff")
REPORT = said(SHERIFF, Act.REPORT, who=SUSPECT, night=2, topic="suspicious")
CLEARS = said(SHERIFF, Act.REPORT, who=SUSPECT, night=2, topic="innocent")


@pytest.mark.parametrize(
    ("before", "talk", "seat", "topic", "worse"),
    [
        ((), (CLAIM, REPORT), SUSPECT, Reason.TRUSTED_CHECK, True),
        ((), (CLAIM, CLEARS), SUSPECT, Reason.TRUSTED_CLEAR, False),
        ((), (said(SUSPECT, Act.CLAIM, role="Doctor"),), SUSPECT, Reason.MY_ROLE, True),
        ((), (said(SUSPECT, Act.CLAIM, role="Jester"),), SUSPECT, Reason.EVIL_CLAIM, True),
        ((died(VICTIM, "Jailor"),), (said(SUSPECT, Act.CLAIM, role="Jailor"),), SUSPECT, Reason.ROLE_DEAD, True),
        ((), (CLAIM, said(SHERIFF, Act.CLAIM, role="Escort")), SHERIFF, Reason.CHANGED, True),
        ((), (said(SHERIFF, Act.REPORT, who=ME, night=2, topic="suspicious"),), SHERIFF, Reason.FALSE_ON_ME, True),
        ((lynched(VICTIM, SUSPECT, OTHER), died(VICTIM, "Escort")), (), SUSPECT, Reason.PUSHED_TOWN, True),
        ((lynched(VICTIM, OTHER, SUSPECT), died(VICTIM, "Mafioso")), (), SUSPECT, Reason.SPARED_EVIL, True),
        ((lynched(VICTIM, SUSPECT, OTHER), died(VICTIM, "Mafioso")), (), SUSPECT, Reason.HIT_EVIL, False),
        (
            (died(VICTIM, "Sheriff", terse(Statement(Act.REPORT, SUSPECT, night=1, topic="suspicious"))),),
            (), SUSPECT, Reason.NAMED_BY_DEAD, True,
        ),
        (
            (died(VICTIM, "Escort"),),
            (said(OTHER, Act.REPORT, who=VICTIM, night=2, topic="visitors", seats=(SUSPECT,)),),
            SUSPECT, Reason.SEEN, True,
        ),
    ],
)  # fmt: skip
def test_evidence_has_its_reason_and_its_direction(
    before: tuple[e.Event, ...], talk: tuple[e.Event, ...], seat: int, topic: Reason, worse: bool
) -> None:
    found = beliefs(remember(*before), *talk)
    pieces = [piece for piece in found.evidence[seat] if piece.topic is topic]
    assert pieces
    assert (pieces[0].weight > 0) is worse


def test_own_results_outweigh_what_others_say() -> None:
    mine = Statement(Act.REPORT, OTHER, night=2, topic="suspicious")
    found = beliefs(remember(role="Sheriff"), CLAIM, REPORT, results=(mine,))
    assert found.score[OTHER] > found.score[SUSPECT]


def test_the_word_of_a_dead_enemy_counts_for_nothing() -> None:
    will = terse(Statement(Act.REPORT, SUSPECT, night=1, topic="suspicious"))
    found = beliefs(remember(died(VICTIM, "Mafioso", will)))
    assert not found.against(SUSPECT)


def test_a_result_that_the_grave_confirms_earns_trust() -> None:
    memory = remember()
    observe(memory, CLAIM, REPORT, died(SUSPECT, "Serial Killer"))
    found = beliefs(memory)
    assert [piece.topic for piece in found.in_favour(SHERIFF)][:1] == [Reason.PROVEN]


def test_suspicions_add_up_to_the_killers_left() -> None:
    found = beliefs(remember(died(VICTIM, "Mafioso")), CLAIM, REPORT)
    assert sum(map(found.chance, found.score)) == pytest.approx(3, abs=0.1)


def test_the_quiet_stand_out() -> None:
    talk = [said(seat, Act.WAIT) for seat in range(2, 15)]
    assert [piece.topic for piece in beliefs(remember(), *talk).against(15)] == [Reason.QUIET]
