"""Events, answers and asks as plain JSON values, and back.

One generic reading of the dataclasses; what comes from outside is checked field by field and refused with a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields
from enum import Enum
from functools import cache
from typing import Any, get_args, get_type_hints

from game.engine import actions as a
from game.engine import events as e
from game.engine.config import Clock, Limits, Options, Rounds, Seconds, Table, Talk
from game.engine.types import HOST, PUBLIC, Audience, Cause, Channel, Phase, ShownWill, Verdict, group, seats_of

Json = dict[str, Any]


class Malformed(ValueError):
    """Something from outside that cannot be read; says what in a sentence."""


# Events ---------------------------------------------------------------------------------------------------------------


def to_json(event: e.Event) -> Json:
    """An event as it stands in the log."""
    body = {name: _plain(getattr(event, name)) for name in _names(type(event)) if name != "to"}
    return {"kind": event.kind, "to": audience_to_json(event.to), **body}


def from_json(value: Mapping[str, Any]) -> e.Event:
    """An event of this or an earlier release. Raises Malformed for what is none."""
    try:
        cls = e.KINDS[value["kind"]]
        reader = _READERS.get(cls)
        body = {name: value[name] for name in _names(cls) if name != "to" and name in value}
        if reader:
            body = reader(body)
        return cls(audience_from_json(value["to"]), **{name: _tuples(part) for name, part in body.items()})
    except (KeyError, TypeError, ValueError) as error:
        raise Malformed(f"This is no event of a match: {error!r}.") from error


def audience_to_json(to: Audience) -> str | list[int]:
    """Public, host, or the list of seats."""
    if to == PUBLIC:
        return "public"
    return list(seats_of(to)) or "host"


def audience_from_json(value: str | list[int]) -> Audience:
    """The reverse of `audience_to_json`."""
    if isinstance(value, str):
        return {"public": PUBLIC, "host": HOST}[value]
    return group(value)


def table_to_json(table: Table) -> Json:
    """A table as plain values."""
    plain: Json = _plain(asdict(table))
    return plain


def table_from_json(value: Mapping[str, Any]) -> Table:
    """A table from plain values. Raises TypeError or ValueError for unknown or impossible ones."""
    parts: dict[str, Any] = {name: _tuples(part) for name, part in value.items()}
    nested = {"options": Options, "rounds": Rounds, "seconds": Seconds, "limits": Limits}
    for name, cls in nested.items():
        if name in parts:
            parts[name] = cls(**parts[name])
    if "clock" in parts:
        parts["clock"] = Clock(parts["clock"])
    if "talk" in parts:
        parts["talk"] = Talk(parts["talk"])
    return Table(**parts)


def _read(**readers: Any) -> Any:
    return lambda body: {name: readers[name](part) if name in readers else part for name, part in body.items()}


_READERS: dict[type[e.Event], Any] = {
    e.MatchOpened: _read(table=table_from_json),
    e.PhaseOpened: _read(phase=Phase),
    e.Said: _read(channel=Channel),
    e.Balloted: _read(verdict=Verdict),
    e.TrialClosed: _read(
        ballots=lambda rows: tuple((seat, Verdict(verdict), weight) for seat, verdict, weight in rows)
    ),
    e.Died: _read(causes=lambda causes: tuple(map(Cause, causes)), will_shown=ShownWill),
}


def _names(cls: type) -> tuple[str, ...]:
    return _FIELDS[cls]


_FIELDS: dict[type, tuple[str, ...]] = {
    cls: tuple(field.name for field in fields(cls)) for cls in (*e.KINDS.values(), *get_args(a.Action))
}
"""Field names by class."""


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Table):
        return table_to_json(value)
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return value


def _tuples(value: Any) -> Any:
    return tuple(_tuples(part) for part in value) if isinstance(value, list) else value


# Answers --------------------------------------------------------------------------------------------------------------

_ACTIONS: dict[str, type] = {
    "say": a.Say,
    "whisper": a.Whisper,
    "vote": a.Vote,
    "judge": a.Judge,
    "use": a.Use,
    "will": a.WriteWill,
    "note": a.WriteNote,
    "jot": a.Jot,
    "summarise": a.Summarise,
    "bid": a.Bid,
    "pass": a.Pass,
    "leave": a.Leave,
}
_VERBS = {cls: verb for verb, cls in _ACTIONS.items()}


def action_to_json(action: a.Action) -> Json:
    """An action as `{"do": verb, ...}`."""
    return {"do": _VERBS[type(action)], **{name: _plain(getattr(action, name)) for name in _names(type(action))}}


def action_from_json(value: Any) -> a.Action:
    """An action from outside. Raises Malformed with a sentence."""
    if not isinstance(value, Mapping) or value.get("do") not in _ACTIONS:
        raise Malformed(f"An action needs 'do', one of {', '.join(_ACTIONS)}.")
    cls = _ACTIONS[value["do"]]
    given = {name: part for name, part in value.items() if name != "do"}
    if unknown := [name for name in given if name not in _names(cls)]:
        raise Malformed(f"'{value['do']}' takes no {unknown[0]!r}; it takes {', '.join(_names(cls)) or 'nothing'}.")
    for field in fields(cls):
        if field.name not in given and field.default is MISSING:
            raise Malformed(f"'{value['do']}' needs {field.name!r}.")
    action: a.Action = cls(**{name: _checked(cls, name, part) for name, part in given.items()})
    return action


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _checked(cls: type, name: str, value: Any) -> Any:
    hint = _hints(cls)[name]
    if isinstance(hint, type) and issubclass(hint, Enum):
        try:
            return hint(value)
        except ValueError:
            raise Malformed(f"{name!r} must be one of {', '.join(member.value for member in hint)}.") from None
    if hint is str and isinstance(value, str):
        return value
    if hint is not str and hint != tuple[int, ...] and _is_seat(value, none=hint is not int):
        return value
    if hint == tuple[int, ...] and isinstance(value, list) and all(map(_is_seat, value)):
        return tuple(value)
    raise Malformed(f"{name!r} has a wrong value: {str(value)[:40]!r}.")


def _is_seat(value: Any, *, none: bool = False) -> bool:
    return (none and value is None) or (isinstance(value, int) and not isinstance(value, bool))


def reply_to_json(reply: a.Reply) -> Json:
    """An answer or an elapsed stage as plain values."""
    if isinstance(reply, a.Elapsed):
        return {"elapsed": reply.stage}
    actions = [action_to_json(action) for action in reply.actions]
    return {"seat": reply.seat, "ask": reply.ask, "actions": actions, "cost": reply.cost}


def reply_from_json(value: Any) -> a.Reply:
    """The reverse of `reply_to_json`. Raises Malformed."""
    if not isinstance(value, Mapping):
        raise Malformed("An answer must be an object.")
    if "elapsed" in value:
        return a.Elapsed(int(value["elapsed"]))
    actions = tuple(action_from_json(action) for action in value.get("actions", [{"do": "pass"}]))
    if not _is_seat(value.get("seat")) or not isinstance(value.get("cost", 0), int):
        raise Malformed("An answer needs a seat and an integer cost.")
    ask = value.get("ask")
    if ask is not None and not isinstance(ask, str):
        raise Malformed("'ask' must be the id of an ask or null.")
    return a.Answer(value["seat"], ask, actions, value.get("cost", 0))
