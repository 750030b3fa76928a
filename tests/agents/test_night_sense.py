"""What each role does at night in a small made-up situation, and why."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from agents.scripted.nights import beside, choose
from agents.scripted.plans import prey
from agents.scripted.statements import Act
from game.engine import events as e
from game.engine.actions import Use
from game.engine.asks import Option
from game.engine.types import PUBLIC, Channel
from tests.agents.table import OTHERS, chose, claims, died, fact, mind_of, said, suspected, team, to_team, told

SHERIFF, LOOKOUT = 9, 4
TALK = (claims(SHERIFF, "Sheriff"), claims(LOOKOUT, "Lookout"))
"""A Sheriff in seat 9 and a Lookout in seat 4 have come forward."""
SEVEN = (*TALK, said(SHERIFF, Act.REPORT, who=7, night=2, topic="suspicious"))
"""The Sheriff has found out seat 7."""
ORDER = to_team(2, Act.ORDER, SHERIFF)
MAFIA = team((1, ""), (2, "Godfather"))


def use(ability: str, *slots: tuple[int, ...], params: tuple[str, ...] = ()) -> Option:
    return Option("use", ability, slots or (OTHERS,), params)


def alone(ability: str, *params: str) -> Option:
    return Option("use", ability, (), params)


@dataclass(frozen=True)
class Case:
    """A role, what it has seen, what it may do, and what sense makes of it."""

    why: str
    role: str
    options: tuple[Option, ...]
    ability: str
    targets: tuple[int, ...] = ()
    seen: tuple[e.Event, ...] = ()
    tonight: tuple[e.Event, ...] = ()
    mode: str = "Coven Classic"
    day: int = field(default=3)


CASES = [
    Case("cleans whom the team kills", "Janitor", (use("clean"),), "clean", (SHERIFF,), (MAFIA, *TALK), (ORDER,)),
    Case("forges the will of the victim", "Forger", (use("forge", OTHERS, params=("Serial Killer", "Doctor")),),
         "forge",
         (SHERIFF,), (MAFIA, *TALK), (ORDER,)),
    Case("silences a voice that outlives the night", "Blackmailer", (use("blackmail"),), "blackmail", (LOOKOUT,),
         (MAFIA, *TALK), (ORDER,)),
    Case("a Consort keeps the helpers busy", "Consort", (use("distract"),), "distract", (LOOKOUT,), (MAFIA, *TALK),
         (ORDER,)),
    Case("an Escort keeps the suspects busy", "Escort", (use("distract", (5, 6, 7)),), "distract", (7,), suspected(7)),
    Case("lies in wait where helpers come", "Ambusher", (use("ambush", (LOOKOUT, SHERIFF, 12)),), "ambush", (LOOKOUT,),
         (MAFIA, *TALK), (ORDER,)),
    Case("makes those doubt who have results", "Hypnotist", (use("hypnotize", OTHERS, params=("transported",)),),
         "hypnotize",
         (LOOKOUT,), (MAFIA, *TALK), (ORDER,)),
    Case("dresses the suspected mate as the trusted player", "Disguiser", (use("disguise", (1, 3), (7, SHERIFF)),),
         "disguise",
         (3, SHERIFF), (team((1, "Disguiser"), (3, "Godfather")), *suspected(7), claims(SHERIFF, "Psychic"),
                        said(2, Act.REPORT, who=SHERIFF, night=2, topic="innocent"),
                        said(2, Act.REPORT, who=3, night=1, topic="suspicious"))),
    Case("looks into those it does not know", "Consigliere", (use("consult", (5, SHERIFF)),), "consult", (5,), TALK,
         (told("role_result", SHERIFF, value="Sheriff"),)),
    Case("orders what it announced", "Godfather", (use("order_kill"),), "order_kill", (12,), (team((1, "Godfather"),),
         *TALK),
         (e.Said(1 << 1, 1, Channel.MAFIA, "[order|12|0||0|]"),)),
    Case("leads an armed hand to the Town's best", "Coven Leader", (use("control", OTHERS, (1, *OTHERS)),), "control",
         (7, SHERIFF), (*TALK, told("role_result", 7, value="Vigilante"))),
    Case("with the book the first one dies", "Coven Leader", (use("control", OTHERS, (1, *OTHERS)),), "control",
         (SHERIFF, LOOKOUT), (*TALK, fact("book", 1))),
    Case("has a Doctor come home to her", "Witch", (use("control", (7,), (1, *OTHERS)),), "control", (7, 1),
         (told("role_result", 7, value="Doctor"),), mode="Town Traitor"),
    Case("gazes at home without the book", "Medusa", (alone("gaze"),), "gaze", (), TALK),
    Case("goes out with the book", "Medusa", (alone("gaze"), use("stone_visit")), "stone_visit", (SHERIFF,), TALK),
    Case("curses nobody twice", "Hex Master", (use("hex", (SHERIFF, 5)),), "hex", (5,), (*chose(2, "hex", SHERIFF),
         *TALK)),
    Case("strikes with the book as well", "Hex Master", (use("hex", (SHERIFF, 5)),), "hex", (SHERIFF,),
         (*chose(2, "hex", SHERIFF), *TALK, fact("book", 1))),
    Case("lets the poisoned die in peace", "Poisoner", (use("poison", (SHERIFF, 5)),), "poison", (5,),
         (*chose(2, "poison", SHERIFF), *TALK)),
    Case("attacks whenever the potion is ready", "Potion Master",
         (use("potion_heal"), use("potion_reveal"), use("potion_attack")), "potion_attack", (SHERIFF,), TALK),
    Case("reveals while the strongest brews", "Potion Master", (use("potion_heal"), use("potion_reveal", (SHERIFF, 5))),
         "potion_reveal", (SHERIFF,), TALK),
    Case("heals a sister, but never Medusa", "Potion Master", (use("potion_heal", (2, 3, SHERIFF)),), "potion_heal",
         (3,),
         (team((1, "Potion Master"), (2, "Medusa"), (3, "Poisoner")), *TALK)),
    Case("raises a gun against the Town's best", "Necromancer", (use("reanimate", (5, 6), OTHERS),), "reanimate",
         (6, SHERIFF), (died(5, "Medium"), died(6, "Vigilante"), *TALK)),
    Case("sends a ghoul with the book", "Necromancer", (use("reanimate", (5,), OTHERS), use("ghoul")), "ghoul",
         (SHERIFF,),
         (died(5, "Medium"), *TALK)),
    Case("raises a Sheriff rather than an Escort", "Retributionist", (use("raise", (5, 6), (7,)),), "raise", (6, 7),
         (died(5, "Escort"), died(6, "Sheriff"))),
    Case("raises a gun against a suspect", "Retributionist", (use("raise", (6,), (7, 8)),), "raise", (6, 7),
         (died(6, "Vigilante"), *suspected(7))),
    Case("brings back who is missed most", "Retributionist", (use("revive", (5, 6)),), "revive", (6,),
         (died(5, "Medium"), died(6, "Jailor")), mode="Classic"),
    Case("remembers what it can see", "Amnesiac", (use("remember", (5, 6)),), "remember", (6,),
         (died(5, "Cleaned"), died(6, "Sheriff")), mode="Rainbow", day=5),
    Case("wears a vest when all point at them", "Survivor", (alone("vest"),), "vest", (),
         tuple(said(seat, Act.ACCUSE, who=1, topic="hunch") for seat in OTHERS[:9]), mode="Rainbow"),
    Case("watches over a ward that is accused", "Guardian Angel", (use("watch_over", (7,)),), "watch_over", (7,),
         (fact("ward", 7), *(said(seat, Act.ACCUSE, who=7, topic="hunch") for seat in OTHERS[:4]))),
    Case("builds where there is no trap", "Trapper", (alone("build"),), "build"),
    Case("lays the trap where killers come", "Trapper", (use("set_trap", (SHERIFF, 7)),), "set_trap", (SHERIFF,),
         SEVEN),
    Case("takes the trap home from the dead", "Trapper", (alone("remove_trap"),), "remove_trap", (),
         (fact("trap_on", 5), died(5, "Escort"))),
    Case("holds the door of the trusted", "Crusader", (use("protect", (SHERIFF, 7)),), "protect", (SHERIFF,),
         SEVEN),
    Case("heals who was poisoned", "Doctor", (use("heal", (5, 6, 7)),), "heal", (6,),
         (said(6, Act.REPORT, night=2, topic="poisoned"),)),
    Case("protects the VIP", "Bodyguard", (use("guard", (5, 6, 7)),), "guard", (6,), (e.Announced(PUBLIC, "vip", 6),),
         mode="VIP"),
    Case("the Coven goes for the VIP", "Medusa", (use("stone_visit", (SHERIFF, 6)),), "stone_visit", (6,),
         (*TALK, e.Announced(PUBLIC, "vip", 6)), mode="VIP"),
    Case("puts a suspect into the bed of the trusted", "Transporter", (use("transport", (1, *OTHERS), (1, *OTHERS)),),
         "transport", (SHERIFF, 7), SEVEN),
    Case("douses who is dry", "Arsonist", (use("douse", (5, 6)), alone("ignite")), "douse", (6,), chose(2, "douse", 5)),
    Case("burns many at once", "Arsonist", (use("douse"), alone("ignite")), "ignite", (),
         (told("arsonist_visited", 5), told("arsonist_visited", 6), told("arsonist_visited", 7), *chose(2, "douse",
         8))),
    Case("strikes the most dangerous", "Juggernaut", (use("assault"),), "assault", (SHERIFF,), TALK),
    Case("runs wild at a full house, not at home", "Werewolf", (use("rampage", (1, *OTHERS)),), "rampage", (SHERIFF,),
         TALK),
    Case("Pestilence takes the most dangerous", "Pestilence", (use("rampage"),), "rampage", (SHERIFF,), TALK),
    Case("infects the healthy", "Plaguebearer", (use("infect", (5, 6)),), "infect", (6,), (fact("carriers", 1 << 5),)),
    Case("bites what the Vampires agreed on", "Vampire", (use("bite"),), "bite", (12,), (team((1, "Vampire"), (2,
         "Vampire")),),
         (to_team(2, Act.PROPOSE, 12, Channel.VAMPIRE),), mode="Dracula's Palace"),
    Case("never bites a Vampire Hunter", "Vampire", (use("bite", (5, 6)),), "bite", (6,), (claims(5,
         "Vampire Hunter"),),
         mode="Dracula's Palace"),
    Case("checks nobody twice in a row", "Vampire Hunter", (use("check", (5, 6)),), "check", (6,),
         (*chose(2, "check", 5), told("vh_no_vampire", 5)), mode="Dracula's Palace"),
    Case("follows suspects", "Tracker", (use("track", (5, 6, 7)),), "track", (7,), suspected(7)),
    Case("listens where something will happen", "Spy", (use("bug", (SHERIFF, 12)),), "bug", (SHERIFF,), TALK),
    Case("challenges anybody but the lover", "Pirate", (use("duel", (5, 6)),), "duel", (6,), (fact("lover", 5),),
         mode="Lovers"),
    Case("a killer spares the lover", "Serial Killer", (use("stab", (SHERIFF, 5)),), "stab", (5,),
         (*TALK, fact("lover", SHERIFF)), mode="Lovers"),
    Case("the Jailor executes on evidence", "Jailor", (alone("execute"),), "execute", (), (*suspected(7),
         fact("prisoner", 7))),
    Case("a traitor executes whom nobody suspects", "Jailor", (alone("execute"),), "execute", (),
         (*TALK, fact("traitor", 1), fact("prisoner", SHERIFF)), mode="Coven Town Traitor"),
    Case("a traitor shoots the Town's best", "Vigilante", (use("shoot"),), "shoot", (SHERIFF,), (*TALK,
         fact("traitor", 1)),
         mode="Town Traitor"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[f"{case.role}: {case.why}" for case in CASES])
def test_every_role_has_its_sense(case: Case) -> None:
    mind = mind_of(case.role, *case.seen, day=case.day, mode=case.mode, tonight=case.tonight)
    found = choose(mind, case.options)
    assert found is not None
    assert (found.ability, found.targets) == (case.ability, case.targets)
    assert mind.thoughts


STAYS = [
    Case("the plague waits while many could hang it", "Plaguebearer", (use("infect"),), "", seen=(died(5, "Escort"),)),
    Case("a Survivor saves the vests on the first night", "Survivor", (alone("vest"),), "", day=1),
    Case("an angel waits in quiet times", "Guardian Angel", (use("watch_over", (7,)),), "", seen=(fact("ward", 7),),
         day=2),
    Case("the trap stays with a living ward", "Trapper", (alone("remove_trap"),), "", seen=(fact("trap_on", 5),)),
    Case("one soaked house is no fire", "Arsonist", (alone("ignite"),), "", seen=chose(2, "douse", 5)),
    Case("no gun is raised against the unsuspected", "Retributionist", (use("raise", (6,), (7, 8)),), "",
         seen=(died(6, "Vigilante"),)),
    Case("a forger waits for a victim", "Forger", (use("forge", OTHERS, params=("Doctor",)),), ""),
    Case("nothing is there to remember", "Amnesiac", (use("remember", (5,)),), "", seen=(died(5, "Stoned"),),
         mode="Rainbow"),
    Case("no healing for Medusa alone", "Potion Master", (use("potion_heal", (2, 3)),), "",
         seen=(team((1, "Potion Master"), (2, "Medusa")),)),
    Case("a traitor spares the enemies of the Town", "Jailor", (alone("execute"),), "",
         seen=(fact("traitor", 1), fact("prisoner", 7), e.PhaseOpened(PUBLIC, mind_of("Jailor").memory.phase, 2),
               told("sheriff_result", 7, value="suspicious")), mode="Town Traitor"),
]  # fmt: skip


@pytest.mark.parametrize("case", STAYS, ids=[f"{case.role}: {case.why}" for case in STAYS])
def test_some_nights_are_better_spent_at_home(case: Case) -> None:
    mind = mind_of(case.role, *case.seen, day=case.day, mode=case.mode)
    assert choose(mind, case.options) is None


def test_a_forged_role_is_a_killer_of_another_side() -> None:
    option = use("forge", OTHERS, params=("Mafioso", "Doctor", "Serial Killer", "Vampire"))
    found = choose(mind_of("Forger", MAFIA, *TALK, tonight=(ORDER,)), [option])
    assert found
    assert found.param == "Serial Killer"


def test_planted_messages_spoil_results() -> None:
    option = use("hypnotize", OTHERS, params=("poison_cured", "transported"))
    found = choose(mind_of("Hypnotist", MAFIA), [option])
    assert found
    assert found.param == "transported"


@pytest.mark.parametrize("seed", range(4))
def test_a_pirate_picks_any_of_the_weapons(seed: int) -> None:
    weapons = ("scimitar", "rapier", "pistol")
    found = choose(mind_of("Pirate", day=seed + 1), [alone("duel_attack", *weapons)])
    assert found
    assert found.param in weapons


def test_the_duelled_defend_themselves_beside_their_ability() -> None:
    mind = mind_of("Doctor", mode="Coven Classic")
    options = [use("heal"), alone("duel_defense", "sidestep", "chainmail", "backpedal")]
    main = choose(mind, options)
    assert main
    assert main.ability == "heal"
    along = beside(mind, options)
    assert [action.ability for action in along if isinstance(action, Use)] == ["duel_defense"]


def test_the_team_goes_by_the_order_and_else_by_the_most_voices() -> None:
    voices = [to_team(seat, Act.PROPOSE, who) for seat, who in ((2, 5), (3, 6), (4, 6))]
    assert prey(mind_of("Mafioso", tonight=tuple(voices))) == 6
    assert prey(mind_of("Mafioso", tonight=(*voices, ORDER))) == SHERIFF


def test_an_exact_role_from_the_team_guides_the_knife() -> None:
    heard = to_team(2, Act.REPORT, 12, role="Jailor", night=2, topic="exact")
    found = choose(mind_of("Mafioso", team((1, "Mafioso"), (2, "Consigliere")), heard), [use("kill", (5, 12))])
    assert found
    assert found.targets == (12,)
