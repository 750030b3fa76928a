"""The chapters on the mechanics: texts of `rules.toml`, and tables computed from the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from game.engine.config import RAPID, Limits, Options, Rounds, Seconds, Table
from game.engine.day import TRIALS_A_DAY
from game.engine.floor import HIGHEST_BID, UNASKED
from game.engine.legal import SAY_LENGTH, WILL_LENGTH
from game.engine.night.passes import FROZEN, Pass
from game.engine.roles import ROLES
from game.engine.roles.base import DUEL_WEAPONS, Role
from game.engine.roles.groups import GROUPS
from game.engine.roles.neutral_chaos import PLUNDERS
from game.engine.roles.town_investigative import MASKS
from game.engine.setup import ANY_CAP, COPIES, RANDOM_CAP, SEATS
from game.engine.state import EMPTY, Public
from game.engine.text import render
from game.engine.text.words import Number, texts, word
from game.engine.types import KILL_ORDER, Attack, Channel, Defense
from game.engine.victory import QUIET_FROM, TRAITOR_DAYS


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of a chapter, computed from the rules."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One part of the mechanics."""

    slug: str
    title: str
    paragraphs: tuple[str, ...]
    tables: tuple[Grid, ...]


def chapters() -> Iterator[Chapter]:
    """All chapters in reading order."""
    filled = numbers()
    for one in texts()["chapter"]:
        paragraphs = tuple(part.strip().format(**filled) for part in one["text"].strip().split("\n\n"))
        yield Chapter(one["id"], one["title"], paragraphs, tuple(grid(name) for name in one.get("tables", ())))


def numbers() -> dict[str, object]:
    """What the chapters' texts are filled in with: the constants that the rules use."""
    jailor = ROLES["Jailor"]
    moons = [str(day) for day in range(1, 7) if public(day=day).full_moon]
    return {
        "seats_min": Number(SEATS[0]),
        "seats_max": Number(SEATS[-1]),
        "trials": Number(TRIALS_A_DAY),
        "mayor": Number(public(revealed=((1, "Mayor"),)).weight(1)),
        "moons": ", ".join(moons),
        "line_length": Number(SAY_LENGTH),
        "will_length": Number(WILL_LENGTH),
        "bid_top": Number(HIGHEST_BID),
        "bid_unasked": Number(UNASKED),
        "frozen": word("pass", FROZEN.name.lower()),
        "executions": Number(jailor.by_id["execute"].uses or 0),
        "execution_attack": jailor.attack.name.capitalize(),
        "book_night": Number(Options().book_night),
        "quiet_from": Number(QUIET_FROM),
        "traitor_days": Number(TRAITOR_DAYS),
        "plunders": Number(PLUNDERS),
        "random_cap": Number(RANDOM_CAP),
        "any_cap": Number(ANY_CAP),
        "copies": Number(COPIES),
        "attempts": Number(Table((), ()).attempts),
    }


def public(**parts: Any) -> Public:
    """The public part of a state with some parts set, to ask the rules what follows."""
    found = EMPTY.public.clone()
    for name, value in parts.items():
        setattr(found, name, value)
    return found


def sides() -> tuple[str, ...]:
    """The rival sides among the roles of this release (M171)."""
    return tuple(dict.fromkeys(role.side for role in ROLES.values() if role.side))


def night_steps() -> list[tuple[int, Pass]]:
    """The steps in which any role takes part, numbered from 1."""
    taken = [step for step in Pass if any(step in role.passes for role in ROLES.values())]
    return list(enumerate(taken, 1))


# Tables ---------------------------------------------------------------------------------------------------------------

Rows = Iterator[tuple[str, ...]]


def grid(name: str) -> Grid:
    """A table by its name in `rules.toml`; its first row is its head."""
    head, *rows = GRIDS[name]()
    return Grid(word("table", name), head, tuple(rows))


def columns(*keys: str) -> tuple[str, ...]:
    """The words over columns."""
    return tuple(word("column", key) for key in keys)


def _phases() -> Rows:
    rounds = Rounds()
    turns = {**{field.name: getattr(rounds, field.name) for field in fields(rounds)}, "night": rounds.night + 1}
    yield columns("phase", "what", "seconds", "rapid", "rounds")
    for field in fields(Seconds):
        name = field.name
        seconds = (str(getattr(pace, name)) for pace in (Seconds(), RAPID))
        yield (word("title", name), word("phase", name), *seconds, str(turns.get(name, 1)))


def _budgets() -> Rows:
    yield columns("limit", "tokens")
    for field in fields(Limits):
        if field.name in texts()["limit"]:
            yield word("limit", field.name), str(getattr(Limits(), field.name))


def _majority() -> Rows:
    yield columns("living", "votes")
    for count in range(SEATS[-1], 1, -1):
        yield str(count), str(public(living=frozenset(range(1, count + 1))).majority)


def _combat() -> Rows:
    yield (*columns("attack"), *(word("column", "against", defense=held.name.capitalize()) for held in Defense))
    for attack in Attack:
        if attack is not Attack.NONE:
            beaten = (word("column", "kills" if attack > held else "holds") for held in Defense)
            yield (attack.name.capitalize(), *beaten)


def _night() -> Rows:
    yield columns("step", "what", "who")
    for number, step in night_steps():
        who = (_acting(role, step) for role in ROLES.values() if step in role.passes)
        yield str(number), word("pass", step.name.lower()), "; ".join(who)


def _acting(role: Role, step: Pass) -> str:
    names = dict.fromkeys(render.ability_name(ability).lower() for ability, _ in role.passes[step] if ability)
    return f"{role.name} ({', '.join(names)})" if names else role.name


def _causes() -> Rows:
    yield columns("cause")
    for cause in KILL_ORDER:
        yield (render.say("cause", cause.value),)


def _sides() -> Rows:
    yield columns("side", "roles")
    for side in sides():
        yield side, ", ".join(role.name for role in ROLES.values() if role.side == side)
    alone = [role.name for role in ROLES.values() if role.side is None]
    yield word("column", "alone"), ", ".join(alone)


def _duels() -> Rows:
    yield columns("weapon", "beats")
    yield from DUEL_WEAPONS.items()


def _channels() -> Rows:
    yield columns("channel", "who")
    for channel in Channel:
        yield render.say("channel", channel.value), word("channel", channel.value)


def _masks() -> Rows:
    yield columns("affliction", "mask")
    for mark, letter in MASKS:
        yield word("affliction", mark), ", ".join(GROUPS["coven"][letter])


def _groups(ruleset: str) -> Callable[[], Rows]:
    def rows() -> Rows:
        yield columns("group", "roles")
        for letter, roles in GROUPS[ruleset].items():
            yield letter, ", ".join(roles)

    return rows


GRIDS: dict[str, Callable[[], Rows]] = {
    "phases": _phases,
    "budgets": _budgets,
    "majority": _majority,
    "combat": _combat,
    "night": _night,
    "causes": _causes,
    "sides": _sides,
    "channels": _channels,
    "duels": _duels,
    "masks": _masks,
    **{f"groups_{ruleset}": _groups(ruleset) for ruleset in GROUPS},
}
"""Tables by name; each gives its head and then its rows."""
