"""The dead Medium's talk with one of the living (M37)."""

from __future__ import annotations

from game.engine import actions as a
from game.engine import events as e
from game.engine.types import Channel, Phase, seats_of
from tests.engine.scene import Scene


def speak(scene: Scene, seat: int, text: str) -> list[tuple[tuple[int, ...], int, str]]:
    """Who hears a line in the seance, and as whose."""
    said = scene.do(seat, a.Say(text, Channel.SEANCE))
    return [(tuple(seats_of(event.to)), event.seat, event.alias) for event in said if isinstance(event, e.Said)]


def two_dead_mediums() -> Scene:
    """Seats 1 and 2 are dead Mediums, 3 to 6 live, and it is Day 2."""
    scene = Scene("Medium", "Medium", "Sheriff", "Doctor", "Mafioso", "Serial Killer")
    return scene.night((5, "kill", (1,)), (6, "stab", (2,)))


def test_two_seances_of_one_night_do_not_hear_each_other() -> None:
    scene = two_dead_mediums()
    scene.use(1, "seance", 3)
    scene.use(2, "seance", 4)
    scene.until(Phase.NIGHT, 2)
    assert speak(scene, 1, "I was your Medium") == [((1,), 1, "Medium"), ((3,), 0, "Medium")]
    assert speak(scene, 3, "who did it?") == [((1, 3), 3, "")]
    assert speak(scene, 4, "hello?") == [((2, 4), 4, "")]


def test_whoever_two_mediums_call_speaks_to_both_and_they_do_not_hear_each_other() -> None:
    scene = two_dead_mediums()
    scene.use(1, "seance", 3)
    scene.use(2, "seance", 3)
    scene.until(Phase.NIGHT, 2)
    assert speak(scene, 1, "one") == [((1,), 1, "Medium"), ((3,), 0, "Medium")]
    assert speak(scene, 3, "three") == [((1, 2, 3), 3, "")]


def test_who_leaves_in_the_middle_of_a_seance_is_still_heard_by_the_medium() -> None:
    scene = two_dead_mediums()
    scene.use(1, "seance", 3)
    scene.until(Phase.NIGHT, 2)
    scene.do(3, a.Leave())
    assert speak(scene, 3, "farewell") == [((1, 3), 3, "")]
