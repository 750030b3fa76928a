"""The rulebook: every role, chapter and mode in words, made from the engine's own facts.

Pure. Figures come from the constants that the rules use, and words from `en.toml` and `rules.toml`, so that the
book says what is played. A text of `rules.toml` holds no figure of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from game.engine.roles import ROLES
from game.engine.roles.base import Ability, Bar, Role
from game.engine.roles.groups import GROUPS
from game.engine.setup import MODES
from game.engine.text import render
from game.engine.text.chapters import Chapter, chapters, night_steps, sides
from game.engine.text.words import Number, slug, texts, word
from game.engine.types import Alignment, Attack, Channel, Defense, Immunity, Visit, When

RULESETS = tuple(GROUPS)
"""The rulesets by name."""


@dataclass(frozen=True, slots=True)
class AbilityEntry:
    """An ability as its card tells it: its name, when and how often it is used, on whom, and what else holds."""

    id: str
    name: str
    when: str
    uses: str
    targets: str
    visit: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The roles that an Investigator cannot tell apart under one ruleset."""

    ruleset: str
    letter: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Where a role acts in the order of the night: the step's number and title, and the abilities used then."""

    number: int
    title: str
    abilities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoleEntry:
    """All that holds for a role. `rivals` are the sides that must be gone for it to win, empty where it has no side."""

    slug: str
    name: str
    faction: str
    alignment: str
    unique: bool
    rulesets: tuple[str, ...]
    summary: str
    goal: str
    attack: str
    defense: str
    immune: tuple[str, ...]
    sheriff: str
    abilities: tuple[AbilityEntry, ...]
    traits: tuple[str, ...]
    groups: tuple[Group, ...]
    steps: tuple[Step, ...]
    side: str
    rivals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A faction or an alignment: its name and what its roles have in common."""

    slug: str
    name: str
    faction: str
    text: str


@dataclass(frozen=True, slots=True)
class ModeEntry:
    """An official role list; `rule` is what the mode adds to it, empty where that is nothing."""

    slug: str
    name: str
    ruleset: str
    slots: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The whole book, in reading order."""

    chapters: tuple[Chapter, ...]
    factions: tuple[Heading, ...]
    alignments: tuple[Heading, ...]
    roles: tuple[RoleEntry, ...]
    modes: tuple[ModeEntry, ...]


@lru_cache(maxsize=1)
def rulebook() -> Rulebook:
    """The book of this release."""
    order = {alignment: place for place, alignment in enumerate(Alignment)}
    cards = sorted(ROLES.values(), key=lambda card: order[card.alignment])
    return Rulebook(
        chapters=tuple(chapters()),
        factions=tuple(
            Heading(slug(name), name, name, word("faction", name))
            for name in dict.fromkeys(card.faction.value for card in cards)
        ),
        alignments=tuple(
            Heading(slug(kind.value), kind.value, kind.faction.value, word("alignment", kind.value))
            for kind in dict.fromkeys(card.alignment for card in cards)
        ),
        roles=tuple(role_entry(card) for card in cards),
        modes=tuple(mode_entry(name) for name in MODES),
    )


def _level(level: Attack | Defense) -> str:
    return word("attack" if isinstance(level, Attack) else "defense", level.name.lower())


# Roles ----------------------------------------------------------------------------------------------------------------

TOLD_ELSEWHERE = frozenset(
    {"name", "alignment", "faction", "rulesets", "attack", "defense", "immune", "abilities", "group", "side",
     "suspicious", "passes", "by_id"}
)  # fmt: skip
"""Facts of a role that stand in a place of their own on its card."""
CHANGING = ("own_defense", "is_immune")
"""Facts that a role may work out anew each night."""
UNTOLD = frozenset({"steered", "raised", "fallback_uses"})
"""Facts that only say by which name the rules find something."""


def role_entry(role: Role) -> RoleEntry:
    """Everything about one role."""
    card = render.role_card(role.name)
    rulesets = tuple(name for name in RULESETS if name in role.rulesets)
    return RoleEntry(
        slug=slug(role.name),
        name=role.name,
        faction=role.faction.value,
        alignment=role.alignment.value,
        unique=role.unique,
        rulesets=rulesets,
        summary=card.summary,
        goal=card.goal,
        attack=_level(role.attack),
        defense=_level(role.defense),
        immune=tuple(_immunities(role)),
        sheriff=word("sheriff", _sheriff(role)),
        abilities=tuple(ability_entry(ability) for ability in role.abilities),
        traits=tuple(_traits(role)),
        groups=tuple(Group(name, role.group, GROUPS[name].get(role.group, ())) for name in rulesets),
        steps=tuple(_steps(role)),
        side=role.side or "",
        rivals=tuple(side for side in sides() if role.side and side != role.side),
    )


def _immunities(role: Role) -> Iterator[str]:
    for kind in Immunity:
        if kind in role.immune and not (kind is Immunity.DETECTION and _sheriff(role) == "depends"):
            yield word("immune", kind.value)


def _sheriff(role: Role) -> str:
    if type(role).looks_suspicious is not Role.looks_suspicious:
        return "depends"
    return "suspicious" if role.suspicious else "innocent"


def told_facts(role: Role) -> Iterator[tuple[str, Any]]:
    """The facts in which a role differs from others and that its card tells among its traits."""
    for name in Role.__annotations__:
        value = getattr(role, name, None)
        if name not in TOLD_ELSEWHERE | UNTOLD and value != getattr(Role, name, None):
            yield name, value


def trait_key(name: str, value: object) -> str:
    """Where the words for a fact stand: under its name, or under name and value."""
    return by_value if (by_value := f"{name}_{value}") in texts()["trait"] else name


def _traits(role: Role) -> Iterator[str]:
    for name in CHANGING:
        if getattr(type(role), name) is not getattr(Role, name) and not role.fragile:
            yield word("trait", name)
    for name, value in told_facts(role):
        shown = render.say("channel", value.value) if isinstance(value, Channel) else value
        yield word("trait", trait_key(name, value), value=shown)


def _steps(role: Role) -> Iterator[Step]:
    for number, step in night_steps():
        if step in role.passes:
            names = (render.ability_name(ability) for ability, _ in role.passes[step] if ability)
            yield Step(number, word("pass", step.name.lower()), tuple(dict.fromkeys(names)))


# Abilities ------------------------------------------------------------------------------------------------------------

SAID_ELSEWHERE = frozenset(
    {"id", "when", "slots", "bars", "slot_bars", "conditions", "uses", "visit", "houses", "harmful", "refusals"}
)
"""Facts of an ability that are told in a place of their own, or by other chapters."""
MANY = 8
"""More choices than this are counted instead of named."""


def ability_entry(ability: Ability) -> AbilityEntry:
    """An ability in words."""
    by_day, passive = ability.when is not When.NIGHT, ability.when is When.PASSIVE
    uses = word("ability", "endless") if ability.uses is None else word("ability", "uses", uses=Number(ability.uses))
    return AbilityEntry(
        id=ability.id,
        name=render.ability_name(ability.id),
        when=word("when", ability.when.value),
        uses="" if passive else uses,
        targets="" if passive else _targets(ability),
        visit="" if by_day and ability.visit is Visit.NONE else word("visit", ability.visit.value),
        details=(*(word("condition", bar.value) for bar in ability.conditions), *_extras(ability)),
    )


def _targets(ability: Ability) -> str:
    if not ability.slots:
        return word("slots", "none")
    head = word("slots", "one" if ability.slots == 1 else "many", count=Number(ability.slots))
    parts = [", ".join(bar_words(ability.bars))]
    slot_bars = enumerate(ability.slot_bars, 1)
    parts += [f"the {Number(place):t} {', '.join(bar_words(bars))}" for place, bars in slot_bars if bars]
    return f"{head}: {'; '.join(filter(None, parts))}." if any(parts) else f"{head}."


def bar_words(bars: Sequence[Bar]) -> list[str]:
    """What a target has to be, bar by bar."""
    return [word("target", bar.value) for bar in bars]


def _extras(ability: Ability) -> Iterator[str]:
    for field in fields(ability):
        value = getattr(ability, field.name)
        needless = field.name == "posthumous" and Bar.ALIVE in ability.conditions
        if field.name in SAID_ELSEWHERE or value == field.default or needless:
            continue
        shown: object
        if field.name == "displaced":
            shown = render.ability_name(value)
        elif isinstance(value, tuple) and len(value) > MANY:
            yield word("ability", f"{field.name}_many", value=len(value))
            continue
        elif isinstance(value, tuple):
            shown = ", ".join(str(part).replace("_", " ") for part in value)
        else:
            shown = Number(value)
        yield word("ability", field.name, value=shown)


# Modes ----------------------------------------------------------------------------------------------------------------


def mode_entry(name: str) -> ModeEntry:
    """An official role list in words."""
    mode = MODES[name]
    rule = word("mode_note", mode.note) if mode.note else ""
    return ModeEntry(f"mode-{slug(name)}", name, mode.ruleset, mode.slots, rule)


# As plain text --------------------------------------------------------------------------------------------------------


def look_up(words: str) -> str:
    """What the book has under the beginning of a name; where that is nothing or several, the names to choose from."""
    book, wanted = rulebook(), words.strip().casefold()
    pages = {role.name: role_lines(role) for role in book.roles}
    pages |= {chapter.title: [chapter.title, *chapter.paragraphs] for chapter in book.chapters}
    pages |= {mode.name: [mode.name, mode.rule, ", ".join(mode.slots)] for mode in book.modes if mode.name not in pages}
    exact = [name for name in pages if name.casefold() == wanted]
    found = exact or [name for name in pages if wanted and name.casefold().startswith(wanted)]
    if len(found) == 1:
        return "\n".join(filter(None, pages[found[0]]))
    return f"The rulebook has {render.enumerate_words(found or list(pages))}."


def role_lines(role: RoleEntry) -> list[str]:
    """A card, a line for each thing that holds."""
    abilities = [
        f"- {one.name} ({', '.join(filter(None, (one.when, one.uses)))}). "
        + " ".join(filter(None, (one.targets, one.visit, *one.details)))
        for one in role.abilities
    ]
    return [
        f"{role.name}, {role.alignment}. {role.summary}",
        f"Goal: {role.goal}",
        f"Attack {role.attack} Defence {role.defense} To the Sheriff: {role.sheriff}.",
        *abilities,
        *(f"- {line}" for line in (*role.immune, *role.traits)),
    ]
