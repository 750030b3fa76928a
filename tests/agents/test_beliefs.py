"""What a scripted player makes of what it saw: evidence moves suspicion the way it should."""

from __future__ import annotations

import pytest

from agents.scripted.beliefs import assess, look_back
from agents.scripted.memory import Memory
from agents.scripted.speech import terse
from agents.scripted.statements import Act, Reason, Statement
from agents.scripted.suspicion import Beliefs
from game.engine import events as e
from game.engine.setup import MODES, table_for
from game.engine.types import PUBLIC, Cause, Channel, Phase, ShownWill, Verdict, only
from game.names import NAMES

ME, SHERIFF, SUSPECT, OTHER, VICTIM = 1, 2, 3, 4, 5
SLOTS = MODES["Classic"].slots


def observe(memory: Memory, *events: e.Event) -> None:
    for event in events:
        memory.observe(event)


def remember(*events: e.Event, role: str = "Doctor", mode: str = "Classic") -> Memory:
    """A memory of seat 1 on Day 3, with the given events since."""
    memory = Memory(ME)
    observe(
        memory,
        e.MatchOpened(PUBLIC, table_for(mode, NAMES[:15]), ""),
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


# The Coven era --------------------------------------------------------------------------------------------------------

COVEN = "Coven Classic"
TRACKER = 6
I_TRACK = said(TRACKER, Act.CLAIM, role="Tracker")


def report(speaker: int, topic: str, **parts: object) -> e.Said:
    return said(speaker, Act.REPORT, night=2, topic=topic, **parts)


@pytest.mark.parametrize(
    ("before", "talk", "seat", "topic", "worse"),
    [
        ((died(VICTIM, "Escort"),), (report(TRACKER, "tracked", who=SUSPECT, seats=(VICTIM,)),), SUSPECT, Reason.SEEN,
            True),
        ((died(VICTIM, "Escort"),), (report(TRACKER, "stayed", who=OTHER),), OTHER, Reason.TRUSTED_CLEAR, False),
        ((), (report(OTHER, "healed", who=9), report(TRACKER, "tracked", who=OTHER, seats=(8,))), OTHER,
            Reason.MISFIT, True),
        ((), (report(OTHER, "healed", who=9), report(TRACKER, "stayed", who=OTHER)), OTHER, Reason.MISFIT, True),
        (
            (), (report(OTHER, "healed", who=9), report(TRACKER, "tracked", who=OTHER, seats=(9,))),
            OTHER, Reason.TRUSTED_CLEAR, False,
        ),
        ((), (report(7, "evil_among", seats=(SUSPECT, 8, 9)),), SUSPECT, Reason.TRUSTED_CHECK, True),
        ((), (report(7, "good_among", seats=(OTHER, 8)),), OTHER, Reason.TRUSTED_CLEAR, False),
        ((), (report(7, "mafia_at", who=OTHER),), OTHER, Reason.TRUSTED_CLEAR, False),
        ((), (report(7, "coven_at", who=OTHER),), OTHER, Reason.TRUSTED_CLEAR, False),
        ((), (report(7, "bugged", who=OTHER),), OTHER, Reason.TRUSTED_CLEAR, False),
        (
            (), (said(OTHER, Act.CLAIM, role="Crusader"), report(OTHER, "crusaded", who=9),
                 report(7, "trapped", who=9, role="Crusader,Medusa")), OTHER, Reason.PROVEN, False,
        ),
        (
            (), (said(OTHER, Act.CLAIM, role="Doctor"), report(OTHER, "healed", who=9),
                 report(7, "trapped", who=9, role="Crusader,Medusa")), OTHER, Reason.MISFIT, True,
        ),
        ((), (report(7, "staked", who=SUSPECT),), SUSPECT, Reason.TRUSTED_CHECK, True),
        ((), (report(7, "lurking", who=SUSPECT),), SUSPECT, Reason.TRUSTED_CHECK, True),
        ((), (report(7, "struck", who=SUSPECT),), SUSPECT, Reason.TRUSTED_CHECK, True),
        ((), (e.Announced(PUBLIC, "vip", OTHER),), OTHER, Reason.SOUND, False),
        ((), (e.Announced(PUBLIC, "pestilence_arrived", SUSPECT),), SUSPECT, Reason.EVIL_CLAIM, True),
        (
            (), (said(SUSPECT, Act.CLAIM, role="Doctor"), report(7, "group", who=SUSPECT, role="F")),
            SUSPECT, Reason.MISFIT, True,
        ),
        (
            (), (said(OTHER, Act.CLAIM, role="Crusader"), report(7, "group", who=OTHER, role="K")),
            OTHER, Reason.TRUSTED_CLEAR, False,
        ),
    ],
)  # fmt: skip
def test_results_of_the_coven_era_are_evidence(
    before: tuple[e.Event, ...], talk: tuple[e.Event, ...], seat: int, topic: Reason, worse: bool
) -> None:
    found = beliefs(remember(*before, role="Spy", mode=COVEN), I_TRACK, *talk)
    pieces = [piece for piece in found.evidence[seat] if piece.topic is topic]
    assert pieces
    assert (pieces[-1].weight > 0) is worse


def test_a_vision_weighs_more_the_fewer_faces_are_left_open() -> None:
    mine = (Statement(Act.REPORT, night=1, topic="evil_among", seats=(SUSPECT, OTHER, 8)),)
    cleared = tuple(Statement(Act.REPORT, seat, night=1, topic="innocent") for seat in (OTHER, 8))

    def weight(results: tuple[Statement, ...]) -> float:
        found = beliefs(remember(role="Psychic", mode=COVEN), results=results)
        return next(piece.weight for piece in found.evidence[SUSPECT] if piece.topic is Reason.CHECK)

    assert weight((*mine, *cleared)) > weight(mine)


def test_a_garlic_check_clears_where_vampires_are_the_enemy() -> None:
    result = (Statement(Act.REPORT, OTHER, night=2, topic="no_vampire"),)
    found = beliefs(remember(role="Vampire Hunter", mode="Dracula's Palace"), results=result)
    assert [piece.topic for piece in found.in_favour(OTHER)] == [Reason.CLEARED]


def test_a_cleaned_grave_refutes_nobody() -> None:
    memory = remember(mode=COVEN)
    observe(memory, CLAIM, CLEARS, died(SUSPECT, "Cleaned"))
    assert not [piece for piece in beliefs(memory).evidence[SHERIFF] if piece.topic in (Reason.LIED, Reason.PROVEN)]


@pytest.mark.parametrize(("role", "mode"), [("Survivor", "Rainbow"), ("Guardian Angel", "VIP")])
def test_a_harmless_claim_is_hardly_held_against_anybody(role: str, mode: str) -> None:
    neutral = beliefs(remember(mode=mode), said(OTHER, Act.CLAIM, role=role))
    evil = beliefs(remember(mode=mode), said(OTHER, Act.CLAIM, role="Jester"))
    assert neutral.score[OTHER] < evil.score[OTHER]


def test_a_new_role_may_be_claimed_when_somebody_has_remembered_it() -> None:
    memory = remember(mode="Rainbow")
    talk = [said(OTHER, Act.CLAIM, role="Amnesiac"), e.Announced(PUBLIC, "amnesiac_remembered", 0, "Veteran")]
    found = beliefs(memory, *talk, said(OTHER, Act.CLAIM, role="Veteran"))
    assert Reason.CHANGED not in [piece.topic for piece in found.evidence[OTHER]]


def test_the_revived_are_beyond_doubt() -> None:
    memory = remember(died(OTHER, "Jailor"))
    found = beliefs(memory, e.Announced(PUBLIC, "revived", OTHER))
    assert found.chance(OTHER) < 0.02
