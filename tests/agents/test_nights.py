"""Night choices: known abilities with sense, unknown ones legally."""

from __future__ import annotations

import pytest

from agents.scripted.mind import Mind
from agents.scripted.nights import choose
from agents.scripted.speech import terse
from agents.scripted.statements import Act, Statement
from game.engine import events as e
from game.engine.asks import Option
from game.engine.setup import table_for
from game.engine.types import PUBLIC, Channel, Phase, only
from game.names import NAMES

OTHERS = tuple(range(2, 16))


def mind_of(role: str, *events: e.Event, day: int = 3) -> Mind:
    """Seat 1 at night with a role, after some public events of the day before."""
    mind = Mind(1, "night", None, True)
    opening = [
        e.MatchOpened(PUBLIC, table_for("Classic", NAMES[:15]), ""),
        e.RoleDealt(only(1), 1, role),
        e.PhaseOpened(PUBLIC, Phase.DISCUSSION, day),
    ]
    for event in [*opening, *events, e.PhaseOpened(PUBLIC, Phase.NIGHT, day)]:
        mind.memory.observe(event)
    mind.story.begin(mind.memory)
    return mind


def said(seat: int, act: Act, **parts: object) -> e.Said:
    return e.Said(PUBLIC, seat, Channel.PUBLIC, terse(Statement(act, **parts)))  # type: ignore[arg-type]


@pytest.mark.parametrize("slots", [(), ((4, 5),), ((4, 5), (5, 4))], ids=["none", "one", "two"])
def test_an_unknown_ability_is_used_legally(slots: tuple[tuple[int, ...], ...]) -> None:
    use = choose(mind_of("Doctor"), [Option("use", "brew", slots, ("red", "blue"))])
    assert use
    assert len(set(use.targets)) == len(slots)
    assert all(target in slot for target, slot in zip(use.targets, slots, strict=True))
    assert use.param == "red"


def test_without_options_one_stays_at_home() -> None:
    assert choose(mind_of("Doctor"), [Option("say", "dead"), Option("pass")]) is None


def test_the_serial_killer_never_turns_cautious() -> None:
    use = choose(mind_of("Serial Killer"), [Option("use", "stab", (OTHERS,)), Option("use", "cautious")])
    assert use and use.ability == "stab"  # noqa: PT018


def test_killers_go_for_who_threatens_them() -> None:
    talk = said(9, Act.CLAIM, role="Sheriff")
    use = choose(mind_of("Serial Killer", talk), [Option("use", "stab", (OTHERS,))])
    assert use and use.targets == (9,)  # noqa: PT018


@pytest.mark.parametrize(("suspected", "executes"), [(True, True), (False, False)])
def test_the_jailor_executes_on_evidence_alone(suspected: bool, executes: bool) -> None:
    results = [said(2, Act.CLAIM, role="Sheriff"), said(2, Act.REPORT, who=7, night=2, topic="suspicious")]
    mind = mind_of("Jailor", *(results if suspected else []))
    mind.memory.observe(e.FactSet(only(1), 1, "prisoner", 7))
    assert bool(choose(mind, [Option("use", "execute")])) is executes


def test_the_mafioso_follows_the_order() -> None:
    mind = mind_of("Mafioso")
    order = e.Said(only(1, 2), 2, Channel.MAFIA, terse(Statement(Act.ORDER, 11)))
    mind.memory.observe(order)
    use = choose(mind, [Option("use", "kill", (OTHERS,))])
    assert use and use.targets == (11,)  # noqa: PT018
