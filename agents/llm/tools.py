"""The information tools: each declared once, with its words and parameters, and run for what one seat knows.

From this one source come the documentation shown to models, the OpenAI schemas, the checks of arguments and the
reference. Pure: a result follows from the view, the visible events and the arguments. What players wrote in it is
made harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from agents.llm import lookups
from agents.llm.lookups import Absent, Seen
from agents.llm.notation import Unclear, nearest, role_of, seat_of
from game.engine.setup import MODES
from game.engine.types import Faction

CAP = 1200
"""Characters of a result."""
CUT = " (cut)"


class Kind(Enum):
    """What a parameter is."""

    PLAYER = "player"
    DAY = "day"
    ROLE = "role"
    SIDE = "side"
    MODE = "mode"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a tool."""

    name: str
    kind: Kind
    line: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Tool:
    """A look-up: what it tells, what it takes, and the function that answers it."""

    name: str
    line: str
    look: Callable[..., str]
    parameters: tuple[Parameter, ...] = ()

    @property
    def form(self) -> str:
        """How it is written as a tag."""
        given = "".join(f' {one.name}="{one.name.upper()}"' for one in self.parameters)
        return f"<{self.name}{given}/>"


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool answered. Where it is not `ok`, `reason` is a code and the text a sentence."""

    text: str
    ok: bool = True
    reason: str = ""


TOOLS: dict[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool("check_will", "The last will of a dead player.", lookups.check_will,
             (Parameter("player", Kind.PLAYER, "a dead player", True),)),
        Tool("view_will", "Your own last will, and your death note if your role leaves any.", lookups.view_will),
        Tool("graveyard", "Who is dead, when and how they died, and their roles as far as they are known.",
             lookups.graveyard),
        Tool("chat_history", "What was said on a day and in its night, as far as you heard it.", lookups.chat_history,
             (Parameter("day", Kind.DAY, "its number; today where it is left out"),)),
        Tool("roles", "The role list of this match, and the roles that each slot may bring.", lookups.roles),
        Tool("role", "A role's card: alignment, goal, attack, defence, abilities and traits.", lookups.role,
             (Parameter("name", Kind.ROLE, "a role; your own where it is left out"),)),
        Tool("alignments", "The alignments, and the roles that belong to each of them.", lookups.alignments),
        Tool("phases", "The phases of a day and what happens in them.", lookups.phases),
        Tool("victory", "Who wins when; for one role or faction, or for all.", lookups.victory,
             (Parameter("side", Kind.SIDE, "a role or a faction; all of them where it is left out"),)),
        Tool("modes", "The game modes; for one of them, its rules and role list.", lookups.modes,
             (Parameter("name", Kind.MODE, "a mode; the one being played where it is left out"),)),
        Tool("status", "Day, phase, who is alive, trials left, and what you may still spend.", lookups.status),
        Tool("notebook", "What you wrote into your notebook.", lookups.notebook),
        Tool("investigations", "All that you alone were told so far, night by night.", lookups.investigations),
        Tool("history", "Your own actions so far.", lookups.history),
        Tool("legal", "What you may do right now.", lookups.legal),
        Tool("votes", "The standing votes, how many are needed, and today's trials.", lookups.votes),
    )
}  # fmt: skip
"""Every information tool by name."""


# Running --------------------------------------------------------------------------------------------------------------


def run(name: str, arguments: Mapping[str, Any], seen: Seen) -> ToolResult:
    """What a tool answers to a seat. An argument under "" is the first parameter. Never raises for its input."""
    tool = TOOLS.get(name)
    if tool is None:
        near = nearest(name, tuple(TOOLS))
        more = f" Did you mean {near}?" if near else f" There are {', '.join(TOOLS)}."
        return ToolResult(f"There is no tool {name[:40]!r}.{more}", False, "unknown_tool")
    try:
        text = tool.look(seen, **_read(tool, arguments, seen))
    except Unclear as error:
        return ToolResult(_capped(str(error)), False, "bad_argument")
    except Absent as error:
        return ToolResult(_capped(str(error)), False, "absent")
    return ToolResult(_capped(text))


def _capped(text: str) -> str:
    return text if len(text) <= CAP else text[: CAP - len(CUT)].rstrip() + CUT


def _read(tool: Tool, arguments: Mapping[str, Any], seen: Seen) -> dict[str, Any]:
    """The arguments by name, each as its kind wants it. Raises Unclear. A tool without parameters takes anything."""
    known = {one.name: one for one in tool.parameters}
    if not known:
        return {}
    first = tool.parameters[0].name
    given = {key or first: value for key, value in arguments.items()}
    for key in given:
        if key not in known:
            raise Unclear(f"{tool.name} takes no {key[:40]!r}. Did you mean {nearest(key, tuple(known)) or first}?")
    if missing := next((one for one in tool.parameters if one.required and not _text(given.get(one.name))), None):
        raise Unclear(f"{tool.name} needs {missing.name}: {missing.line}. Write {tool.form}.")
    return {
        key: _READERS[known[key].kind](_text(value), seen) for key, value in given.items() if _text(value)
    }  # fmt: skip


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _player(text: str, seen: Seen) -> int:
    return seat_of(text, seen.view.public.table.names, seen.notation)


def _day(text: str, seen: Seen) -> int:
    figures = "".join(char for char in text if char.isdigit())[:6]
    today = seen.view.public.day
    if not figures or not 1 <= int(figures) <= today:
        raise Unclear(f"There is no day {text[:40]!r} yet: days are numbered from 1 to {today}.")
    return int(figures)


def _side(text: str, seen: Seen) -> str:
    found = {faction.value.casefold(): faction.value for faction in Faction}
    return found.get(text.casefold()) or role_of(text)


def _mode(text: str, seen: Seen) -> str:
    by_key = {mode.casefold(): mode for mode in MODES}
    key = text.casefold()
    if key in by_key:
        return by_key[key]
    near = nearest(text, tuple(MODES))
    raise Unclear(
        f"There is no mode {text[:40]!r}. " + (f"Did you mean {near}?" if near else f"There are {', '.join(MODES)}.")
    )


_READERS: dict[Kind, Callable[[str, Seen], Any]] = {
    Kind.PLAYER: _player,
    Kind.DAY: _day,
    Kind.ROLE: lambda text, _: role_of(text),
    Kind.SIDE: _side,
    Kind.MODE: _mode,
}

# Words ----------------------------------------------------------------------------------------------------------------

Schema: TypeAlias = dict[str, Any]


def lines() -> list[str]:
    """The documentation for a model in the protocol `tags`, a line for each tool."""
    return [f"{tool.form} {tool.line}" for tool in TOOLS.values()]


def openai_tools() -> tuple[Schema, ...]:
    """The tools as OpenAI's schemas."""
    return tuple(_function(tool) for tool in TOOLS.values())


def _function(tool: Tool) -> Schema:
    properties = {
        one.name: {"type": "integer" if one.kind is Kind.DAY else "string", "description": one.line}
        for one in tool.parameters
    }
    parameters: Schema = {
        "type": "object",
        "properties": properties,
        "required": [one.name for one in tool.parameters if one.required],
        "additionalProperties": False,
    }
    return {"type": "function", "function": {"name": tool.name, "description": tool.line, "parameters": parameters}}


def rows() -> Sequence[tuple[str, str, str]]:
    """The reference: how each tool is written, what it tells, and what it takes."""
    return [
        (tool.form, tool.line, "; ".join(f"{one.name}: {one.line}" for one in tool.parameters))
        for tool in TOOLS.values()
    ]
