"""Role lists and how they are dealt (M2 to M7)."""

from __future__ import annotations

from collections import Counter

import pytest

from game.engine import events as e
from game.engine.config import Table
from game.engine.fold import fold_all
from game.engine.roles import ROLES
from game.engine.setup import MODES, SetupError, deal, may_bring, start, table_for
from game.engine.state import EMPTY
from game.engine.types import Faction
from game.names import NAMES

WRONG = [
    (("Ada",) * 7, MODES["Classic"].slots[:7], "Classic", "Two players have the same name."),
    (NAMES[:6], MODES["Classic"].slots[:6], "Classic", "A match needs 7 to 15 players; this table has 6."),
    (NAMES[:7], MODES["Classic"].slots[:8], "Classic", "7 players need 7 slots; the role list has 8."),
    (NAMES[:7], ("Wizard", *MODES["Classic"].slots[:6]), "Custom", "There is no slot 'Wizard'."),
    (
        NAMES[:7],
        ("Jailor", "Jailor", *["Sheriff"] * 3, "Mafioso", "Any"),
        "Custom",
        "Jailor is unique but stands 2 times in the list.",
    ),
    (
        NAMES[:7],
        ("Sheriff",) * 4 + ("Mafioso", "Any", "Any"),
        "Custom",
        "At most 3 of one role: Sheriff stands 4 times in the list.",
    ),
    (
        NAMES[:7],
        ("Sheriff",) * 3 + ("Mafioso", "Any", "Any", "Coven Evil"),
        "Custom",
        "No role of the classic ruleset fits the slot Coven Evil.",
    ),
    (
        NAMES[:7],
        [*("Witch " * 7).split()[:6], "Vetran"],
        "Vigilantics",
        "There is no slot 'Vetran'. Did you mean Veteran?",
    ),
    (NAMES[:7], ("Any",) * 6 + ("Medusa",), "Custom", "Medusa is not part of the classic ruleset."),
    (
        NAMES[:7],
        ("Any",) * 6 + ("Mafia Killing",),
        "Custom",
        "Mafia Killing is no slot: name Godfather or Mafioso, or take Random Mafia.",
    ),
    (
        NAMES[:7],
        ("Any",) * 6 + ("Pestilence",),
        "Custom",
        "Pestilence is never dealt: a player becomes it in the course of a match.",
    ),
    (
        NAMES[:7],
        ("Sheriff",) * 3 + ("Any", "Any", "Any", "Framer"),
        "Custom",
        "A Mafia needs a killer: add Godfather, Mafioso or Random Mafia beside Framer.",
    ),
]


@pytest.mark.parametrize(("names", "slots", "mode", "sentence"), WRONG, ids=[row[3] for row in WRONG])
def test_an_illegal_table_is_refused_with_the_reason(names: tuple, slots: tuple, mode: str, sentence: str) -> None:
    with pytest.raises(SetupError, match=sentence.replace(".", r"\.")):
        start(Table(names, slots, mode), "seed")


def test_every_list_has_fifteen_slots_or_is_the_hosts() -> None:
    assert {mode: len(found.slots) for mode, found in MODES.items() if len(found.slots) != 15} == {
        "Rapid": 0,
        "Custom": 0,
    }


def test_an_unknown_mode_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SetupError, match="There is no mode 'Chess'; there are Classic"):
        table_for("Chess", NAMES)


@pytest.mark.parametrize("number", range(50))
def test_a_classic_deal_follows_its_list(number: int) -> None:
    roles = Counter(deal(table_for("Classic", NAMES[:15]), f"deal {number}"))
    fixed = [slot for slot in MODES["Classic"].slots if slot in ROLES]
    assert not Counter(fixed) - roles
    extra = list((roles - Counter(fixed)).elements())
    assert sorted(ROLES[role].faction for role in extra) == [Faction.TOWN, Faction.TOWN]
    assert any(ROLES[role].alignment == "Town Killing" for role in extra)
    assert all(times == 1 for role, times in roles.items() if ROLES[role].unique)


def test_all_places_of_a_list_are_dealt_to_all_seats() -> None:
    table = table_for("Classic", NAMES[:15])
    godfathers = {deal(table, f"deal {number}").index("Godfather") for number in range(200)}
    assert godfathers == set(range(15))


def test_the_mafia_know_each_other_and_nobody_else_knows_anybody() -> None:
    state = fold_all(EMPTY, start(table_for("Classic", NAMES[:15]), "teams"))
    mafia = {seat for seat in state.public.seats if ROLES[state.role(seat)].faction is Faction.MAFIA}
    for seat in state.public.seats:
        assert {mate for mate, _ in state.of(seat).team} == (mafia if seat in mafia else set())


def test_an_executioner_hunts_one_of_the_town_but_no_jailor_or_mayor() -> None:
    for number in range(60):
        state = fold_all(EMPTY, start(table_for("Classic", NAMES[:15]), f"hunt {number}"))
        hunter = next(seat for seat in state.public.seats if state.role(seat) == "Executioner")
        target = state.of(hunter).fact("target")
        assert isinstance(target, int)
        assert ROLES[state.role(target)].faction is Faction.TOWN
        assert state.role(target) not in ("Jailor", "Mayor")


def test_an_executioner_without_a_legal_target_is_a_jester() -> None:
    state = fold_all(EMPTY, start(Table(("A", "B"), ("Executioner", "Jailor")), "none", ("Executioner", "Jailor")))
    assert state.role(1) == "Jester"


def test_a_mafia_without_killers_gets_a_mafioso() -> None:
    slots = ("Framer", *["Town Protective"] * 6)
    assert "Mafioso" in deal(Table(NAMES[:7], slots, "Custom"), "seed")


def test_the_seed_is_committed_to_and_shown_to_nobody() -> None:
    opened, seeded = start(table_for("Classic", NAMES[:15]), "secret")[:2]
    assert isinstance(opened, e.MatchOpened)
    assert isinstance(seeded, e.Seeded)
    assert seeded.to == 0
    assert "secret" not in opened.commitment


DEALT = [mode for mode, found in MODES.items() if found.slots]
TEAMS = {channel for role in ROLES.values() if (channel := role.channel)}


@pytest.mark.parametrize("mode", DEALT)
def test_every_deal_of_a_mode_keeps_its_rules(mode: str) -> None:
    table = table_for(mode, NAMES[:15])
    exact = Counter(slot for slot in table.slots if slot in ROLES)
    for number in range(60):
        roles = Counter(deal(table, f"{mode} {number}"))
        assert roles.total() == 15
        assert all(table.ruleset in ROLES[role].rulesets and ROLES[role].dealt for role in roles)
        assert all(times == 1 or times == exact[role] for role, times in roles.items() if ROLES[role].unique)
        for team in TEAMS:
            named = sum(times for role, times in exact.items() if ROLES[role].channel is team)
            assert sum(times for role, times in roles.items() if ROLES[role].channel is team) <= max(5, named)
        mafia = [role for role in roles if ROLES[role].faction is Faction.MAFIA]
        assert not mafia or {"Godfather", "Mafioso"} & set(mafia)
        assert not exact - roles or mafia


def test_a_list_that_no_deal_can_fill_is_refused() -> None:
    table = Table(NAMES[:7], ("Random Coven",) * 6 + ("Sheriff",), "Custom", "coven")
    with pytest.raises(SetupError, match="No role is left for the slot Random Coven"):
        start(table, "too many")


def test_a_vampire_hunter_is_drawn_only_where_a_vampire_may_be() -> None:
    without = Table(NAMES[:7], ("Town Killing",) * 6 + ("Mafioso",), "Custom")
    beside = Table(NAMES[:7], ("Town Killing",) * 6 + ("Vampire",), "Custom")
    drawn = {name: {role for n in range(80) for role in deal(table, f"{n}")} for name, table in
             {"without": without, "beside": beside}.items()}  # fmt: skip
    assert "Vampire Hunter" not in drawn["without"]
    assert "Vampire Hunter" in drawn["beside"]


def test_any_may_deal_five_of_the_mafia_and_four_of_each_other_team() -> None:
    most: Counter[str] = Counter()
    for mode in ("All Any", "Coven All Any"):
        for number in range(400):
            roles = deal(table_for(mode, NAMES[:15]), f"many {number}")
            for team in TEAMS:
                most[team] = max(most[team], sum(ROLES[role].channel is team for role in roles))
    assert most["mafia"] == 5
    assert max(most["coven"], most["vampire"]) == 4


@pytest.mark.parametrize("mode", ["Town Traitor", "Coven Town Traitor"])
def test_one_of_the_town_is_told_to_be_the_traitor(mode: str) -> None:
    log = start(table_for(mode, NAMES[:15]), "traitor")
    state = fold_all(EMPTY, log)
    traitors = [seat for seat in state.public.seats if state.of(seat).fact("traitor")]
    told = [event.to for event in log if isinstance(event, e.Told) and event.message == "traitor"]
    assert told == [1 << seat for seat in traitors]
    assert [ROLES[state.role(seat)].faction for seat in traitors] == [Faction.TOWN]


def test_everybody_learns_who_is_the_vip() -> None:
    state = fold_all(EMPTY, start(table_for("VIP", NAMES[:15]), "vip"))
    assert ROLES[state.role(state.public.vip)].faction is Faction.TOWN


def test_lovers_know_each_other_and_an_odd_player_has_nobody() -> None:
    state = fold_all(EMPTY, start(table_for("Lovers", NAMES[:15]), "love"))
    pairs = {seat: lover for seat in state.public.seats if (lover := state.of(seat).fact("lover"))}
    assert len(pairs) == 14
    assert all(pairs[lover] == seat != lover for seat, lover in pairs.items())


@pytest.mark.parametrize("number", range(20))
def test_a_guardian_angel_watches_over_another_who_wants_to_live(number: int) -> None:
    slots = ("Guardian Angel", "Guardian Angel", "Jester", "Executioner", "Mafioso", "Sheriff", "Doctor")
    state = fold_all(EMPTY, start(Table(NAMES[:7], slots, "Custom", "coven"), f"ward {number}"))
    for seat in state.public.seats:
        if state.role(seat) == "Guardian Angel":
            ward = state.of(seat).fact("ward")
            assert isinstance(ward, int)
            assert state.role(ward) not in ("Guardian Angel", "Jester", "Executioner")


def test_a_mode_of_ones_own_adds_no_rule() -> None:
    table = Table(NAMES[:7], ("Sheriff", "Doctor", "Escort", "Mafioso", "Jester", "Any", "Any"), "House rules")
    assert not {"traitor", "vip", "lover"} & {
        event.message for event in start(table, "house") if isinstance(event, e.Told | e.Announced)
    }


@pytest.mark.parametrize(
    ("slot", "roles"),
    [
        ("Town Protective", ("Bodyguard", "Doctor")),
        ("Doctor", ("Doctor",)),
        ("Town Killing", ("Veteran", "Vigilante", "Jailor")),
    ],
)
def test_what_a_slot_may_bring(slot: str, roles: tuple[str, ...]) -> None:
    assert set(may_bring(slot, table_for("Classic", NAMES[:15]))) == set(roles)
