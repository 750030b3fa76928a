"""Nights that come about seldom, told whole: what a mark, a corpse, a purse of plunder or a second rider changes."""

from __future__ import annotations

from game.engine import actions as a
from game.engine import events as e
from game.engine.config import Options
from game.engine.types import HOST, PUBLIC, Channel, Phase, ShownWill, only
from tests.engine.scene import Scene


def coven(*roles: str, **settings: object) -> Scene:
    """A table under the Coven's rules."""
    return Scene(*roles, ruleset="coven", **settings)


def given(scene: Scene, seat: int, **facts: int) -> Scene:
    """Facts that a seat knows about itself before the scene begins."""
    scene.log += [e.FactSet(only(seat), seat, key, value) for key, value in facts.items()]
    return scene


def test_a_trap_strikes_an_unstoppable_attacker_but_does_not_stop_it() -> None:
    scene = given(coven("Juggernaut", "Trapper", "Sheriff", "Doctor"), 2, trap_ready=1)
    scene.night((2, "set_trap", (3,)), day=2)
    given(scene, 1, kills=3).night((1, "assault", (3,)), day=3)
    assert scene.dead() == {1: {"trap"}, 3: {"juggernaut"}}


def test_a_table_without_win_checks_ends_when_nobody_is_left() -> None:
    scene = given(coven("Juggernaut", "Trapper", "Sheriff"), 1, kills=3)
    given(scene, 2, trap_ready=1).night((2, "set_trap", (3,)), (1, "assault", (3,)), day=2)
    assert scene.phase is Phase.OVER


def test_poison_is_fought_off_by_a_defence_gained_meanwhile() -> None:
    scene = coven("Poisoner", "Mafioso", "Doctor")
    scene.night((1, "poison", (2,)), day=1)
    scene.log.append(e.RoleDealt(only(2), 2, "Godfather"))
    scene.night(day=2)
    assert "poison_fought_off" in scene.told(2)
    assert 2 not in scene.dead()


def test_a_poisoners_note_lies_beside_the_body() -> None:
    scene = coven("Poisoner", "Sheriff", "Doctor")
    scene.do(1, a.WriteNote("drink up"))
    scene.night((1, "poison", (2,)), day=1).night(day=2)
    assert [event.notes for event in scene.log if isinstance(event, e.Died)] == [("drink up",)]


def test_a_mafioso_under_control_takes_the_godfathers_kill_with_him() -> None:
    scene = Scene("Witch", "Mafioso", "Godfather", "Sheriff", "Doctor", "Escort")
    scene.night((1, "control", (2, 4)), (3, "order_kill", (5,)), day=2)
    assert scene.dead() == {4: {"mafia"}}


def test_nothing_sticks_to_whom_an_angel_keeps_clean() -> None:
    scene = given(coven("Guardian Angel", "Sheriff", "Hex Master", "Blackmailer", "Mafioso"), 1, ward=2)
    scene.night((1, "watch_over", (2,)), (3, "hex", (2,)), (4, "blackmail", (2,)), day=1)
    assert not scene.state.secret.mark(2, "hexed")
    assert scene.state.of(2).fact("blackmailed_on") is None
    assert "guardian_watched" in scene.told(2)
    assert "blackmailed" not in scene.told(2)


def test_the_second_plunder_reaches_the_pirates_goal() -> None:
    scene = given(coven("Pirate", "Sheriff", "Doctor"), 1, plunders=1)
    scene.until(Phase.DISCUSSION, 2).use(1, "duel", 2)
    scene.until(Phase.NIGHT, 2)
    scene.do(1, a.Use("duel_attack", (), "pistol"))
    scene.do(2, a.Use("duel_defense", (), "backpedal"))
    scene.elapse()
    assert scene.state.of(1).goal_met
    assert scene.dead() == {2: {"pirate"}}


def test_whoever_draws_no_weapon_has_one_drawn_for_them() -> None:
    scene = coven("Pirate", "Sheriff", "Doctor", "Mafioso")
    scene.until(Phase.DISCUSSION, 2).use(1, "duel", 2)
    scene.until(Phase.NIGHT, 2)
    scene.elapse()
    assert len(scene.told(1) & {"duel_won", "duel_lost"}) == 1


def test_a_raised_vigilante_costs_no_bullets_and_knows_no_guilt() -> None:
    scene = coven("Necromancer", "Vigilante", "Sheriff", "Doctor", "Mafioso")
    scene.log.append(e.UsesSet(only(2), 2, "shoot", 1))
    scene.night((5, "kill", (2,)), day=1).night((1, "reanimate", (2, 3)), day=2)
    assert scene.dead() == {2: {"mafia"}, 3: {"vigilante"}}
    assert scene.state.of(2).fact("guilt") is None


def test_a_raised_sheriff_reports_to_the_raiser() -> None:
    scene = coven("Retributionist", "Sheriff", "Mafioso", "Doctor")
    scene.night((3, "kill", (2,)), day=1).night((1, "raise", (2, 3)), day=2)
    assert {"corpse_report", "sheriff_result"} <= scene.told(1)
    assert scene.told(2) == set()


def test_a_corpse_whose_true_role_has_no_deed_is_missing() -> None:
    scene = coven("Necromancer", "Medium", "Forger", "Mafioso", "Doctor")
    scene.until(Phase.NIGHT, 1)
    scene.do(3, a.Use("forge", (2,), "Vigilante"))
    scene.use(4, "kill", 2)
    scene.elapse()
    scene.night((1, "reanimate", (2, 5)), day=2)
    assert "corpse_missing" in scene.told(1)
    assert set(scene.dead()) == {2}


def test_a_unique_role_that_lives_cannot_be_remembered() -> None:
    scene = Scene("Amnesiac", "Amnesiac", "Jailor", "Mafioso", "Doctor")
    scene.night((4, "kill", (3,)), day=1).night((1, "remember", (3,)), (2, "remember", (3,)), day=2)
    assert (scene.state.role(1), scene.state.role(2)) == ("Jailor", "Amnesiac")


def test_remembering_a_godfather_without_mafia_makes_a_mafioso() -> None:
    scene = Scene("Amnesiac", "Godfather", "Veteran", "Doctor")
    scene.night((3, "alert", ()), (2, "order_kill", (3,)), day=1).night((1, "remember", (2,)), day=2)
    assert scene.state.role(1) == "Mafioso"


def test_a_bitten_amnesiac_remembers_nothing() -> None:
    scene = Scene("Amnesiac", "Doctor", "Vampire", "Mafioso", "Sheriff")
    scene.night((4, "kill", (2,)), day=1)
    scene.night((1, "remember", (2,)), (3, "bite", (1,)), day=2)
    assert scene.state.role(1) == "Vampire"
    assert {"converted", "role_changed"} <= scene.told(1)
    assert "vampire_joined" in scene.told(3)


def test_an_executioner_whose_target_turns_vampire_is_a_jester() -> None:
    scene = given(Scene("Executioner", "Doctor", "Vampire", "Mafioso", "Sheriff"), 1, target=2)
    scene.night((3, "bite", (2,)), day=1)
    assert (scene.state.role(1), scene.state.role(2)) == ("Jester", "Vampire")


def test_pestilence_in_another_house_spares_the_jailor_and_the_prisoner() -> None:
    scene = coven("Pestilence", "Jailor", "Sheriff", "Lookout")
    scene.until(Phase.DISCUSSION, 2).use(2, "jail", 3)
    scene.night((1, "rampage", (3,)), (4, "watch", (3,)), day=2)
    assert scene.dead() == {4: {"pestilence"}}


def test_a_dead_pestilence_kills_nobody_who_comes_to_its_grave() -> None:
    scene = coven("Pestilence", "Necromancer", "Sheriff", "Doctor", "Mafioso")
    scene.log.append(e.Died(PUBLIC, 1, (), "Pestilence", ShownWill.SHOWN, ""))
    scene.night((2, "reanimate", (1, 3)), day=2)
    assert scene.dead() == {1: set(), 3: {"pestilence"}}


def test_a_grown_juggernaut_at_home_meets_its_visitors() -> None:
    scene = given(coven("Juggernaut", "Sheriff", "Doctor", "Mafioso"), 1, kills=2)
    scene.night((2, "interrogate", (1,)), day=3)
    assert scene.dead() == {2: {"juggernaut"}}


def test_the_launch_ladder_comes_a_kill_later_and_without_armour() -> None:
    launch = Options(check_wins=False, juggernaut_ladder="launch")
    scene = given(coven("Juggernaut", "Vigilante", "Sheriff", "Doctor", options=launch), 1, kills=2)
    scene.night((1, "assault", (3,)), (4, "heal", (3,)), day=3)
    assert scene.dead() == {}
    scene.night((2, "shoot", (1,)), day=4)
    assert "defense_too_strong" in scene.told(2)
    bare = coven("Juggernaut", "Vigilante", "Sheriff", "Doctor", options=launch)
    assert bare.night((2, "shoot", (1,)), day=2).dead() == {1: {"vigilante"}}


def test_a_weak_juggernaut_that_is_forced_out_does_nothing_off_the_full_moon() -> None:
    scene = coven("Coven Leader", "Juggernaut", "Sheriff", "Doctor").night((1, "control", (2, 3)), day=1)
    assert scene.dead() == {}
    assert "controlled" in scene.told(2)


def test_a_controller_swapped_into_her_own_house_steers_nobody() -> None:
    for role, ruleset in (("Witch", "classic"), ("Coven Leader", "coven")):
        scene = Scene(role, "Vigilante", "Transporter", "Sheriff", ruleset=ruleset)
        scene.night((3, "transport", (1, 2)), (1, "control", (2, 4)), day=2)
        assert scene.dead() == {}
        assert "role_result" not in scene.told(1)


def test_a_revealing_potion_that_was_drunk_needs_three_nights() -> None:
    scene = coven("Potion Master", "Jester", "Doctor", "Mayor").night((1, "potion_reveal", (2,)), day=1)
    assert scene.refusal(1, a.Use("potion_reveal", (2,))) == "not_now"
    assert scene.until(Phase.NIGHT, 2).refusal(1, a.Use("potion_reveal", (2,))) == "cooling"


def test_the_book_is_drawn_where_nobody_leads() -> None:
    scene = coven("Medusa", "Poisoner", "Sheriff", "Doctor").until(Phase.NIGHT, 2)
    scene.log.append(e.Forced(HOST, "book_pick", 2))
    scene.until(Phase.NIGHT, 3)
    assert scene.state.of(2).fact("book") == 1


def test_a_bodyguard_and_a_trap_stop_one_attacker_each() -> None:
    scene = given(coven("Bodyguard", "Trapper", "Sheriff", "Mafioso", "Serial Killer", "Doctor"), 2, trap_ready=1)
    scene.night((1, "guard", (3,)), (2, "set_trap", (3,)), (4, "kill", (3,)), (5, "stab", (3,)), day=2)
    assert scene.dead() == {1: {"guarding"}, 4: {"bodyguard"}, 5: {"trap"}}


def test_two_vampires_that_disagree_leave_it_to_chance() -> None:
    scene = Scene("Vampire", "Vampire", "Sheriff", "Doctor", "Mafioso").until(Phase.NIGHT, 1)
    scene.log.append(e.Forced(HOST, "vampire_vote", 4))
    scene.use(1, "bite", 3)
    scene.use(2, "bite", 4)
    scene.elapse()
    assert [scene.state.role(seat) for seat in (3, 4)] == ["Sheriff", "Vampire"]
    rest = scene.until(Phase.NIGHT, 2)
    assert rest.refusal(1, a.Use("bite", (3,))) == "resting"


def test_a_steered_biter_bites_whom_it_is_sent_to_and_no_other_goes() -> None:
    scene = Scene("Vampire", "Vampire", "Witch", "Sheriff", "Doctor", "Mafioso", "Lookout")
    scene.night((3, "control", (2, 4)), (1, "bite", (5,)), (7, "watch", (5,)), day=1)
    assert [scene.state.role(seat) for seat in (4, 5)] == ["Vampire", "Doctor"]
    alone = Scene("Vampire", "Vampire", "Witch", "Sheriff", "Doctor", "Mafioso")
    alone.night((3, "control", (2, 4)), day=1)
    assert alone.state.role(4) == "Vampire"


def test_two_cells_of_one_night_are_kept_apart() -> None:
    scene = Scene("Jailor", "Jailor", "Mafioso", "Escort", "Sheriff").until(Phase.DISCUSSION, 2)
    scene.use(1, "jail", 3)
    scene.use(2, "jail", 4)
    scene.until(Phase.NIGHT, 2)
    said = scene.do(4, a.Say("it was not me", Channel.JAIL))
    assert [event.to for event in said if isinstance(event, e.Said)] == [only(2, 4)]
    scene.use(2, "execute")
    scene.elapse()
    assert scene.dead() == {4: {"jailor"}}


def test_a_jester_whose_accusers_have_left_haunts_nobody() -> None:
    scene = Scene("Jester", "Sheriff", "Doctor", "Mafioso", "Escort")
    scene.lynch(1, guilty=(2, 3, 4))
    for seat in (2, 3, 4, 5):
        scene.do(seat, a.Leave())
    scene.elapse()
    assert scene.phase is Phase.OVER
    assert not any("jester" in causes for causes in scene.dead().values())
