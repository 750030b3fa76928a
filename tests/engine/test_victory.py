"""Who wins when (M170 to M177)."""

from __future__ import annotations

import pytest

from game.engine import actions as a
from game.engine import events as e
from game.engine.types import Phase
from tests.engine.scene import Scene

LAST_MAN = [
    (("Mafioso", "Sheriff"), (1, "kill", 2), "Mafia", (1,)),
    (("Mafioso", "Framer", "Sheriff"), (1, "kill", 3), "Mafia", (1, 2)),
    (("Serial Killer", "Doctor"), (1, "stab", 2), "Serial Killer", (1,)),
    (("Serial Killer", "Serial Killer", "Sheriff"), (1, "stab", 3), "Serial Killer", (1, 2)),
    (("Vigilante", "Mafioso"), (1, "shoot", 2), "Town", (1,)),
    (("Mafioso", "Sheriff", "Jester"), (1, "kill", 2), "Mafia", (1,)),
    (("Serial Killer", "Godfather", "Sheriff"), (2, "order_kill", 3), "Serial Killer", (1,)),
    (("Serial Killer", "Jailor", "Sheriff"), (1, "stab", 3), None, ()),
    (("Mafioso", "Escort", "Sheriff"), (1, "kill", 3), "Mafia", (1,)),
    (("Godfather", "Transporter", "Sheriff"), (1, "order_kill", 3), "Mafia", (1,)),
    (("Mafioso", "Transporter", "Sheriff"), (1, "kill", 3), "Town", (2, 3)),
    (("Mafioso", "Doctor", "Sheriff"), (1, "kill", 3), None, ()),
]


@pytest.mark.parametrize(("roles", "kill", "outcome", "winners"), LAST_MAN)
def test_after_a_night(roles: tuple, kill: tuple, outcome: str | None, winners: tuple) -> None:
    killer, ability, victim = kill
    scene = Scene(*roles, wins=True).night((killer, ability, (victim,)), day=2)
    ending = scene.state.public.ending
    assert (ending.outcome, ending.winners) == (outcome, winners) if ending else outcome is None


def test_everybody_dead_is_a_draw() -> None:
    scene = Scene("Vigilante", "Mafioso", wins=True).night((1, "shoot", (2,)), (2, "kill", (1,)), day=2)
    assert scene.state.public.ending is not None
    assert (scene.state.public.ending.outcome, scene.state.public.ending.winners) == ("draw", ())


def test_a_lynched_jester_wins_beside_whoever_wins_and_the_match_goes_on() -> None:
    scene = Scene("Jester", "Sheriff", "Doctor", "Mafioso", "Lookout", wins=True).lynch(1, guilty=(2, 3, 5))
    assert scene.phase is Phase.NIGHT
    assert scene.state.of(1).goal_met
    scene.night((1, "haunt", (2,)), (4, "kill", (3,)), day=2)
    scene.night((4, "kill", (5,)), day=3)
    ending = scene.state.public.ending
    assert ending is not None
    assert (ending.outcome, ending.winners) == ("Mafia", (1, 4))


def test_a_lynched_target_is_the_executioners_win() -> None:
    scene = Scene("Executioner", "Sheriff", "Mafioso", "Doctor", "Escort", wins=True)
    scene.log.append(e.FactSet(2, 1, "target", 2))
    scene.lynch(2, guilty=(1, 3, 4))
    assert scene.state.of(1).goal_met
    assert "executioner_won" in scene.told(1)


def test_a_dead_executioner_does_not_win() -> None:
    scene = Scene("Executioner", "Sheriff", "Serial Killer", "Doctor", "Escort", "Vigilante", wins=True)
    scene.log.append(e.FactSet(2, 1, "target", 2))
    scene.until(Phase.NIGHT)
    scene.do(1, a.Leave())
    scene.elapse()
    scene.lynch(2, guilty=(3, 4, 5))
    assert not scene.state.of(1).goal_met


def test_two_quiet_cycles_from_day_seven_are_a_draw() -> None:
    scene = Scene("Sheriff", "Mafioso", "Doctor", wins=True).until(Phase.OVER)
    assert (scene.state.public.ending.outcome, scene.state.public.day) == ("draw", 8)  # type: ignore[union-attr]


def test_a_late_death_puts_the_draw_off() -> None:
    scene = Scene("Sheriff", "Mafioso", "Doctor", "Medium", "Lookout", wins=True)
    scene.night((2, "kill", (5,)), day=7).until(Phase.OVER)
    assert scene.state.public.day == 9


def test_a_lynch_counts_against_the_draw_too() -> None:
    scene = Scene("Sheriff", "Mafioso", "Doctor", "Medium", "Lookout", wins=True).until(Phase.DISCUSSION, 8)
    scene.lynch(5, guilty=(1, 2, 3)).until(Phase.OVER)
    assert scene.state.public.day == 10


def test_the_end_shows_all_roles_and_the_seed() -> None:
    scene = Scene("Mafioso", "Sheriff", wins=True).night((1, "kill", (2,)), day=2)
    ended = scene.log[-1]
    assert isinstance(ended, e.MatchEnded)
    assert (ended.roles, ended.seed) == (("Mafioso", "Sheriff"), "scene")
