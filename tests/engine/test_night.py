"""Who chose what, who died of what, and who was told what: one row for each interaction (M80 to M119)."""

from __future__ import annotations

import pytest

from game.engine import actions as a
from game.engine import events as e
from game.engine.types import Phase
from tests.engine.scene import Scene

ROWS = [
    # roles, night, choices, deaths, {seat: told}, what it shows
    (
        "the Mafioso kills",
        "Mafioso Sheriff",
        1,
        [(1, "kill", (2,))],
        {2: {"mafia"}},
        {2: {"killed_by_mafia"}, 1: set()},
    ),
    (
        "a heal holds and both are told",
        "Mafioso Sheriff Doctor",
        1,
        [(1, "kill", (2,)), (3, "heal", (2,))],
        {},
        {1: {"defense_too_strong"}, 2: {"attacked_healed"}, 3: {"target_attacked"}},
    ),
    ("a heal for nothing is not mentioned", "Sheriff Doctor", 1, [(2, "heal", (1,))], {}, {1: set(), 2: set()}),
    (
        "one heal stops two attackers",
        "Mafioso SerialKiller Doctor Sheriff",
        1,
        [(1, "kill", (4,)), (2, "stab", (4,)), (3, "heal", (4,))],
        {},
        {4: {"attacked_healed"}, 1: {"defense_too_strong"}, 2: {"defense_too_strong"}},
    ),
    (
        "a natural defence is told to both",
        "Vigilante SerialKiller",
        2,
        [(1, "shoot", (2,))],
        {},
        {1: {"defense_too_strong"}, 2: {"attacked_defended"}},
    ),
    (
        "an escort keeps a doctor from healing",
        "Escort Doctor Mafioso Sheriff",
        1,
        [(1, "distract", (2,)), (2, "heal", (4,)), (3, "kill", (4,))],
        {4: {"mafia"}},
        {2: {"role_blocked"}, 1: set()},
    ),
    (
        "two escorts cannot keep each other",
        "Escort Escort",
        1,
        [(1, "distract", (2,)), (2, "distract", (1,))],
        {},
        {1: {"roleblock_immune"}, 2: {"roleblock_immune"}},
    ),
    (
        "a blocked Veteran stays on alert and shoots the Escort",
        "Escort Veteran",
        1,
        [(1, "distract", (2,)), (2, "alert", ())],
        {1: {"veteran"}},
        {1: {"shot_by_veteran"}, 2: {"roleblock_immune", "alert_attacked"}},
    ),
    (
        "an alert shoots friends too, and its defence holds one Basic attack",
        "Veteran Doctor Mafioso",
        1,
        [(1, "alert", ()), (2, "heal", (1,)), (3, "kill", (1,))],
        {2: {"veteran"}, 3: {"veteran"}},
        {1: {"alert_attacked", "attacked_healed"}, 2: {"shot_by_veteran", "target_attacked"}},
    ),
    (
        "the framed look suspicious once",
        "Framer Sheriff Medium",
        1,
        [(1, "frame", (3,)), (2, "interrogate", (3,))],
        {},
        {2: {"sheriff_result"}, 3: set()},
    ),
    (
        "a guard takes the blow and strikes back",
        "Bodyguard Sheriff SerialKiller",
        1,
        [(1, "guard", (2,)), (3, "stab", (2,))],
        {1: {"guarding"}, 3: {"bodyguard"}},
        {2: {"attacked_bodyguard_saved"}, 1: {"bodyguard_died_guarding"}, 3: {"killed_by_bodyguard"}},
    ),
    (
        "a swap sends the killer to the other house",
        "Transporter Mafioso Sheriff Medium",
        1,
        [(1, "transport", (3, 4)), (2, "kill", (3,))],
        {4: {"mafia"}},
        {3: {"transported"}, 4: {"transported", "killed_by_mafia"}},
    ),
    (
        "a swap of two with the Mafioso inside makes him shoot himself",
        "Transporter Mafioso Sheriff",
        1,
        [(1, "transport", (2, 3)), (2, "kill", (3,))],
        {2: {"mafia"}},
        {2: {"transported", "killed_by_mafia"}},
    ),
    (
        "the lookout sees everybody who came, the dead of the night included",
        "Lookout Medium Mafioso Sheriff",
        1,
        [(1, "watch", (2,)), (3, "kill", (4,)), (4, "interrogate", (2,))],
        {4: {"mafia"}},
        {1: {"lookout_result"}, 4: {"sheriff_result", "killed_by_mafia"}},
    ),
]


def spaced(roles: str) -> list[str]:
    """Role names from one word each."""
    return ["Serial Killer" if role == "SerialKiller" else role for role in roles.split()]


@pytest.mark.parametrize(("title", "roles", "day", "choices", "deaths", "told"), ROWS, ids=[row[0] for row in ROWS])
def test_interaction(title: str, roles: str, day: int, choices: list, deaths: dict, told: dict) -> None:
    scene = Scene(*spaced(roles), "Mayor", "Mayor").night(*choices, day=day)
    assert scene.dead() == deaths
    assert {seat: scene.told(seat) for seat in told} == told


def results(scene: Scene, message: str) -> list[tuple[tuple[int, ...], str]]:
    """The results of one kind since the last mark."""
    return [
        (event.seats, event.value)
        for event in scene.log[scene.mark :]
        if isinstance(event, e.Told) and event.message == message
    ]


def test_a_frame_is_seen_by_two_checkers_of_the_same_night_and_then_gone() -> None:
    scene = Scene("Framer", "Sheriff", "Investigator", "Medium", "Mayor")
    scene.night((1, "frame", (4,)), (2, "interrogate", (4,)), (3, "investigate", (4,)))
    assert results(scene, "sheriff_result") == [((4,), "suspicious")]
    assert results(scene, "investigator_result") == [((4,), "F")]
    scene.night((2, "interrogate", (4,)), (3, "investigate", (4,)), day=2)
    assert results(scene, "sheriff_result") == [((4,), "innocent")]
    assert results(scene, "investigator_result") == [((4,), "B")]


def test_the_lookout_is_told_the_house_and_then_the_visitors() -> None:
    scene = Scene("Lookout", "Medium", "Mafioso", "Sheriff").night(
        (1, "watch", (2,)), (4, "interrogate", (2,)), (3, "kill", (4,))
    )
    assert results(scene, "lookout_result") == [((2, 4), "")]


@pytest.mark.parametrize("effect", ["heal", "distract", "alert", "jail"])
def test_an_effect_of_one_night_is_gone_in_the_next(effect: str) -> None:
    scene = Scene("Doctor", "Escort", "Veteran", "Jailor", "Mafioso", "Sheriff", "Medium")
    if effect == "jail":
        scene.use(4, "jail", 6)
    first = {"heal": (1, "heal", (6,)), "distract": (2, "distract", (5,)), "alert": (3, "alert", ())}
    victim = 3 if effect == "alert" else 6
    scene.night(
        *[first[effect]] if effect in first else [], (1, "heal", (5,)) if effect == "alert" else (7, "nothing", ())
    )
    assert scene.dead() == {}
    scene.night((5, "kill", (victim,)), day=2)
    assert scene.dead() == {victim: {"mafia"}}


def test_a_visitor_to_a_prisoner_fails_keeps_the_bullet_and_is_told() -> None:
    scene = Scene("Vigilante", "Jailor", "Sheriff", "Mafioso").until(Phase.DISCUSSION, 2)
    scene.use(2, "jail", 4)
    scene.night((1, "shoot", (4,)), day=2)
    assert scene.dead() == {}
    assert "target_jailed" in scene.told(1)
    assert scene.state.of(1).left("shoot") == 3
    assert "attacked_defended" in scene.told(4)


def test_death_notes_of_the_killer_lie_beside_the_body_and_the_will_is_shown() -> None:
    scene = Scene("Mafioso", "Sheriff", "Medium")
    scene.do(1, a.WriteNote("We own this town."))
    scene.do(2, a.WriteWill("N1: P1 suspicious"))
    scene.night((1, "kill", (2,)))
    died = next(event for event in scene.log if isinstance(event, e.Died))
    assert (died.will, died.notes, died.role) == ("N1: P1 suspicious", ("We own this town.",), "Sheriff")


def test_the_will_of_an_escort_killed_by_her_client_cannot_be_read() -> None:
    scene = Scene("Serial Killer", "Escort", "Sheriff")
    scene.do(2, a.WriteWill("It was P1"))
    scene.night((2, "distract", (1,)))
    died = next(event for event in scene.log if isinstance(event, e.Died))
    assert (died.will_shown.value, died.will) == ("bloodied", "")


def test_a_dead_godfather_is_followed_by_his_mafioso_and_he_by_the_next_in_line() -> None:
    scene = Scene("Godfather", "Mafioso", "Framer", "Jailor", "Sheriff", "Medium")
    for seat, day in ((1, 2), (2, 3)):
        scene.until(Phase.DISCUSSION, day).use(4, "jail", seat)
        scene.night((4, "execute", ()), day=day)
    assert scene.state.role(3) == "Mafioso"
    scene.night(day=4)
    assert scene.state.role(3) == "Mafioso"


def test_nobody_died_is_announced() -> None:
    scene = Scene("Sheriff", "Mafioso").night()
    assert any(isinstance(event, e.Announced) and event.message == "nobody_died" for event in scene.log)


def test_the_full_moon_rises_on_even_nights() -> None:
    scene = Scene("Sheriff", "Mafioso", "Medium")
    moons = []
    for day in (1, 2, 3, 4):
        scene.until(Phase.NIGHT, day)
        events = scene.elapse() if day else []
        moons.append(day)
        assert events
    shown = [event for event in scene.log if isinstance(event, e.Announced) and event.message == "full_moon"]
    assert len(shown) == 2


def test_who_left_in_the_night_is_dead_at_once_and_read_out_at_dawn() -> None:
    scene = Scene("Sheriff", "Mafioso", "Medium").until(Phase.NIGHT, 1)
    scene.do(1, a.Leave())
    assert 1 not in scene.state.public.living
    assert scene.dead() == {}
    scene.elapse()
    assert scene.dead() == {1: {"left_game"}}
