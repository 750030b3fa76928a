"""The rulebook: everything that is played has words in it, and every figure is the engine's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, fields
from types import SimpleNamespace

import pytest

from game.engine.config import Limits, Seconds
from game.engine.night.effects import Guard, Shield
from game.engine.night.passes import Pass
from game.engine.roles import ROLES
from game.engine.roles.base import Ability, Bar, Role
from game.engine.roles.neutral_chaos import PLUNDERS
from game.engine.roles.town_investigative import MASKS
from game.engine.setup import MODES
from game.engine.text import chapters, render, rulebook
from game.engine.text.rulebook import SAID_ELSEWHERE, TOLD_ELSEWHERE, UNTOLD, look_up
from game.engine.text.words import Number, texts
from game.engine.types import Alignment, Attack, Cause, Channel, Defense, Faction, Immunity, Visit, When

BOOK = rulebook.rulebook()
ENTRIES = {entry.name: entry for entry in BOOK.roles}
CHAPTERS = {chapter.slug: chapter for chapter in BOOK.chapters}
NEEDED = {
    "faction": [faction.value for faction in Faction],
    "alignment": [alignment.value for alignment in Alignment],
    "attack": [level.name.lower() for level in Attack],
    "defense": [level.name.lower() for level in Defense],
    "immune": [kind.value for kind in Immunity],
    "when": [when.value for when in When],
    "visit": [visit.value for visit in Visit],
    "channel": [channel.value for channel in Channel],
    "pass": [step.name.lower() for step in Pass],
    "mode_note": [mode.note for mode in MODES.values() if mode.note],
    "affliction": [mark for mark, _ in MASKS],
    "phase": [field.name for field in fields(Seconds)],
    "title": [field.name for field in fields(Seconds)],
    "limit": [field.name for field in fields(Limits) if field.name != "chat_history_lines"],
    "target": [
        bar.value
        for role in ROLES.values()
        for ability in role.abilities
        for bar in (*ability.bars, *(bar for bars in ability.slot_bars for bar in bars))
    ],
    "condition": [bar.value for role in ROLES.values() for ability in role.abilities for bar in ability.conditions],
    "ability": [field.name for field in fields(Ability) if field.name not in SAID_ELSEWHERE],
}
FIGURES = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twice|thrice|second|third"


def strings(value: object) -> Iterator[str]:
    """All texts inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from strings(part)


@pytest.mark.parametrize("section", NEEDED)
def test_everything_that_the_rules_know_has_words(section: str) -> None:
    assert [key for key in NEEDED[section] if key not in texts()[section]] == []


def test_every_bar_has_words_for_targets_or_for_abilities() -> None:
    have = texts()["target"].keys() | texts()["condition"].keys()
    assert [bar.value for bar in Bar if bar.value not in have] == []


def test_every_fact_of_a_card_is_told_or_stands_elsewhere() -> None:
    told = {key.partition("_self")[0].partition("_target")[0].partition("_ward")[0] for key in texts()["trait"]}
    facts = {name for name in Role.__annotations__ if name not in TOLD_ELSEWHERE | UNTOLD}
    assert facts - told - {"wants_lynched", "outlives"} == set()


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_an_entry_without_a_missing_word(role: str) -> None:
    entry, card = ENTRIES[role], ROLES[role]
    assert role in render.lines()["card"]
    keys = [rulebook.trait_key(name, value) for name, value in rulebook.told_facts(card)]
    assert [key for key in keys if key not in texts()["trait"]] == []
    assert [ability.name for ability in entry.abilities] == [render.lines()["ability"][a.id] for a in card.abilities]
    assert len(entry.traits) >= len(keys)
    for group in entry.groups:
        assert role in group.roles


def test_the_book_holds_all_roles_causes_and_modes_under_addresses_of_their_own() -> None:
    assert sorted(ENTRIES) == sorted(ROLES)
    assert [mode.name for mode in BOOK.modes] == list(MODES)
    causes = next(grid for grid in CHAPTERS["wills"].tables if len(grid.head) == 1)
    assert [row[0] for row in causes.rows] == [render.lines()["cause"][cause.value] for cause in Cause]
    parts = (*BOOK.chapters, *BOOK.factions, *BOOK.alignments, *BOOK.roles, *BOOK.modes)
    slugs = [part.slug for part in parts]
    assert len(set(slugs)) == len(slugs)


def test_no_text_of_the_book_has_a_figure_of_its_own() -> None:
    bare = [re.sub(r"\{[^}]*\}", "", text) for text in strings(texts())]
    assert [text for text in bare if re.search(rf"\d|\b({FIGURES})\b", text, re.IGNORECASE)] == []


def test_no_part_of_the_book_is_left_unfilled() -> None:
    assert [text for text in strings(asdict(BOOK)) if re.search(r"[{}]|\bNone\b(?! defence|: )|_", text)
            and not re.fullmatch(r"[a-z_]+", text)] == []  # fmt: skip


CHANGED = [
    ("TRIALS_A_DAY", 5, "voting", "five trials a day"),
    ("SAY_LENGTH", 777, "talk", "777 characters"),
    ("WILL_LENGTH", 888, "wills", "888 characters"),
    ("TRAITOR_DAYS", 8, "winning", "after eight days"),
    ("ANY_CAP", 6, "lists", "the Mafia up to six"),
    ("PLUNDERS", 4, "duels", "four duels won"),
    ("SEATS", range(5, 10), "course", "5 to 9 players"),
    ("RANDOM_CAP", 2, "lists", "at most two of one team"),
    ("COPIES", 1, "lists", "one role at most once"),
    ("QUIET_FROM", 9, "winning", "from the ninth day on"),
]


@pytest.mark.parametrize(("constant", "value", "chapter", "words"), CHANGED, ids=[row[0] for row in CHANGED])
def test_a_changed_constant_changes_the_book(
    constant: str, value: object, chapter: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert words not in " ".join(CHAPTERS[chapter].paragraphs)
    monkeypatch.setattr(chapters, constant, value)
    changed = {one.slug: one for one in chapters.chapters()}
    assert words in " ".join(changed[chapter].paragraphs)


def test_the_tables_are_those_of_the_rules() -> None:
    majority = dict(chapters.grid("majority").rows)
    assert (majority["15"], majority["10"], majority["9"], majority["7"], majority["5"]) == ("8", "6", "5", "4", "3")
    assert [row[0] for row in chapters.grid("combat").rows] == ["Basic", "Powerful", "Unstoppable"]
    assert [row[1:].count("kills") for row in chapters.grid("combat").rows] == [1, 2, 3]
    seconds = {row[0]: row[2] for row in chapters.grid("phases").rows}
    assert (seconds["Discussion"], seconds["Night"]) == (str(Seconds().discussion), str(Seconds().night))


def test_what_the_book_says_of_protection_is_what_the_roles_do() -> None:
    said = " ".join(CHAPTERS["protection"].paragraphs)
    heal, vest, alert = (
        next(effect for effect in effects if isinstance(effect, Shield)).level
        for effects in (
            ROLES["Doctor"].heal(None, 1, 2),  # type: ignore[attr-defined]
            ROLES["Bodyguard"].vest(None, 1),  # type: ignore[attr-defined]
            ROLES["Veteran"].alert(None, 1),  # type: ignore[attr-defined]
        )
    )
    assert f"A heal gives a {heal.name.capitalize()} defence" in said
    assert vest is alert
    assert f"A vest and an alert give a {vest.name.capitalize()} one" in said
    guard = next(ROLES["Bodyguard"].guard(None, 1, 2))  # type: ignore[attr-defined]
    assert isinstance(guard, Guard)
    for role, method in (("Crusader", "protect"), ("Guardian Angel", "watch_over")):
        effects = [effect for effect in getattr(ROLES[role], method)(None, 1, 2) if isinstance(effect, Shield)]
        assert effects[0].level is Defense.POWERFUL
    assert [shield.level for shield in effects if shield.against] == [Defense.INVINCIBLE]
    assert f"both with a {guard.level.name.capitalize()} attack" in said


def test_the_order_of_the_night_is_that_of_the_passes() -> None:
    rows = chapters.grid("night").rows
    assert [row[0] for row in rows] == [str(place) for place in range(1, len(rows) + 1)]
    titles = [texts()["pass"][step.name.lower()] for step in Pass]
    assert [row[1] for row in rows] == [title for title in titles if title in {row[1] for row in rows}]
    number = {step.title: step.number for entry in BOOK.roles for step in entry.steps}
    assert number["Healers heal"] < number["Investigators learn what they learn"] < number["Attackers attack"]


@pytest.mark.parametrize("role", ROLES)
def test_a_card_names_no_figure_that_its_role_does_not_have(role: str) -> None:
    card = render.role_card(role)
    named = set(re.findall(rf"\b({FIGURES})\b", f"{card.summary} {card.goal}".lower()))
    own = {figure for ability in ROLES[role].abilities for figure in (ability.uses, ability.slots, ability.cooldown)}
    own |= {2 for ability in ROLES[role].abilities if Bar.FIRST_NIGHT in ability.conditions}
    own |= {"Mayor": {chapters.numbers()["mayor"]}, "Pirate": {PLUNDERS}, "Psychic": {visions(1), visions(2)}}.get(
        role, set()
    )
    figures = [Number(value) for value in own if value is not None]
    assert named <= {f"{figure:{spec}}" for figure in figures for spec in "wtx"}


def visions(day: int) -> int:
    """How many players a Psychic sees in a night."""
    night = SimpleNamespace(
        day=day, seats=range(1, 8), free=lambda me: True, lives=lambda seat: True, pick=lambda options, *_: options[0],
        role=lambda seat: ROLES["Doctor" if seat % 2 else "Mafioso"],
    )  # fmt: skip
    return len(next(ROLES["Psychic"].vision(night, 1)).seats)  # type: ignore[attr-defined]


def test_an_ability_in_words() -> None:
    jail, execute = ENTRIES["Jailor"].abilities
    assert (jail.when, jail.targets) == ("by day", "Takes one player: alive, not yourself.")
    assert (execute.when, execute.uses) == ("at night", "three times a match")
    assert execute.details == ("Not on the first night.", "Only with a prisoner in the cell.")
    assert ENTRIES["Transporter"].abilities[0].targets == "Takes two players: alive."
    assert "Heal" in ENTRIES["Doctor"].abilities[1].details[0]


def test_who_has_to_be_gone_for_whom() -> None:
    assert {"Mafia", "Serial Killer"} <= set(ENTRIES["Doctor"].rivals)
    assert "Town" in ENTRIES["Mafioso"].rivals
    assert "Mafia" not in ENTRIES["Mafioso"].rivals
    assert ENTRIES["Jester"].rivals == ()


def test_what_the_sheriff_learns() -> None:
    seen = {name: ENTRIES[name].sheriff for name in ("Mafioso", "Godfather", "Serial Killer", "Doctor", "Jester")}
    assert seen == {"Mafioso": "Suspicious", "Godfather": "Innocent", "Serial Killer": "Suspicious",
                    "Doctor": "Innocent", "Jester": "Innocent"}  # fmt: skip


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("jailor", "Jailor, Town Killing."), ("Jail", "Jail\nThe Jailor chooses"), ("Va", "The rulebook has"),
        ("vip", "VIP"), ("nothing", "The rulebook has Investigator,"), ("the necro", "The Necronomicon"),
    ],
)  # fmt: skip
def test_the_book_can_be_asked_in_words(words: str, first: str) -> None:
    assert look_up(words).startswith(first)
