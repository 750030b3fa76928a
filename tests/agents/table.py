"""Small made-up tables for scripted players: seat 1 with a role, and what it has seen."""

from __future__ import annotations

from agents.scripted.mind import Mind
from agents.scripted.speech import terse
from agents.scripted.statements import Act, Statement
from game.engine import events as e
from game.engine.setup import table_for
from game.engine.types import PUBLIC, Cause, Channel, Phase, ShownWill, only
from game.names import NAMES

OTHERS = tuple(range(2, 16))


def mind_of(
    role: str, *events: e.Event, day: int = 3, mode: str = "Classic", tonight: tuple[e.Event, ...] = ()
) -> Mind:
    """Seat 1 at night with a role, after some events of the days before, and some of tonight."""
    mind = Mind(1, "night", None, True)
    opening = [
        e.MatchOpened(PUBLIC, table_for(mode, NAMES[:15]), ""),
        e.RoleDealt(only(1), 1, role),
        e.PhaseOpened(PUBLIC, Phase.DISCUSSION, day),
    ]
    for event in [*opening, *events, e.PhaseOpened(PUBLIC, Phase.NIGHT, day), *tonight]:
        mind.memory.observe(event)
    mind.story.begin(mind.memory)
    mind.story.dawn(mind.memory)
    return mind


def said(seat: int, act: Act, **parts: object) -> e.Said:
    """A line in public."""
    return e.Said(PUBLIC, seat, Channel.PUBLIC, terse(Statement(act, **parts)))  # type: ignore[arg-type]


def to_team(seat: int, act: Act, who: int, channel: Channel = Channel.MAFIA, **parts: object) -> e.Said:
    """A line to the team of seats 1 and 2."""
    return e.Said(only(1, 2), seat, channel, terse(Statement(act, who, **parts)))  # type: ignore[arg-type]


def claims(seat: int, role: str) -> e.Said:
    """A claim in public."""
    return said(seat, Act.CLAIM, role=role)


def died(seat: int, role: str, cause: Cause = Cause.MAFIA) -> e.Died:
    """A death with its shown role."""
    return e.Died(PUBLIC, seat, (cause,), role, ShownWill.SHOWN, "")


def told(message: str, *seats: int, value: str = "") -> e.Told:
    """A private report to seat 1."""
    return e.Told(only(1), message, seats, value)


def fact(key: str, value: e.Value) -> e.FactSet:
    """Something that seat 1 knows about itself."""
    return e.FactSet(only(1), 1, key, value)


def team(*members: tuple[int, str]) -> e.TeamMet:
    """The team of seat 1."""
    return e.TeamMet(only(*(seat for seat, _ in members)), members)


def chose(night: int, ability: str, *targets: int) -> tuple[e.Event, ...]:
    """What seat 1 did in an earlier night."""
    return e.PhaseOpened(PUBLIC, Phase.NIGHT, night), e.Chose(only(1), 1, ability, targets)


def suspected(seat: int) -> tuple[e.Event, ...]:
    """A Sheriff's result against somebody, by seat 2."""
    return claims(2, "Sheriff"), said(2, Act.REPORT, who=seat, night=2, topic="suspicious")
