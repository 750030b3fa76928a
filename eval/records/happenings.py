"""The stream `game_events`: one record for every event of the log, so that nothing of it is missing.

The events that an earlier simulator knew keep its names and payloads, with what this log says beyond them; all others
carry their kind in capitals and the event as the log has it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import ConfigDict, Field, TypeAdapter, create_model, with_config
from typing_extensions import TypedDict

from eval.records.moments import Moment
from eval.records.shapes import SHAPE, Audience, Count, Head
from game.engine import events as e
from game.engine.codec import audience_to_json, to_json
from game.engine.types import Cause, Phase, ShownWill, Verdict


@with_config(SHAPE)
class GameStart(TypedDict):
    """The table as agreed."""

    game_mode: str
    players: list[str]
    total_players: Count
    table: dict[str, Any]
    commitment: str
    version: int


@with_config(SHAPE)
class DayStart(TypedDict):
    """A day begins."""

    day: Count
    living_players: list[str]
    living_count: Count
    phase: str


@with_config(SHAPE)
class NightStart(TypedDict):
    """A night begins."""

    night: Count
    living_players: list[str]
    living_count: Count
    phase: str


@with_config(SHAPE)
class Death(TypedDict):
    """A death as the town learns of it, with the truth beside it."""

    player: str
    seat: Count
    role: str
    """The true role."""
    role_shown: str
    """What the grave shows."""
    killed_by: list[str]
    """Whoever struck by night; those who voted guilty at a lynch."""
    death_type: str
    """The first cause."""
    causes: list[Cause]
    will_shown: ShownWill
    will: str
    notes: list[str]


@with_config(SHAPE)
class VoteStart(TypedDict):
    """Enough votes stand against somebody for a trial."""

    defendant: str
    nominators: list[str]
    nomination_count: Count
    """The weight of the votes."""
    accused: Count
    number: Count


@with_config(SHAPE)
class TrialResult(TypedDict):
    """The voices are counted."""

    defendant: str
    verdict: Literal["guilty", "innocent"]
    guilty_votes: Count
    innocent_votes: Count
    abstain_votes: Count
    accused: Count
    lynched: bool
    ballots: list[tuple[int, Verdict, int]]


@with_config(SHAPE)
class GameEnd(TypedDict):
    """The end, with every true role by seat and the seed."""

    winning_factions: list[str]
    surviving_players: list[str]
    duration_days: Count
    outcome: str
    winners: list[str]
    roles: list[str]
    seed: str


def game_event(moment: Moment) -> dict[str, Any]:
    """The record of an event."""
    event = moment.event
    name, payload = _KNOWN[type(event)](moment, event) if type(event) in _KNOWN else _plain(event)
    to = audience_to_json(event.to)
    return {"schema": "game_events/1", **moment.head(), "event_type": name, "audience": to, "payload": payload}


def _plain(event: e.Event) -> tuple[str, dict[str, Any]]:
    body = to_json(event)
    del body["kind"], body["to"]
    return event.kind.upper(), body


def _opened(moment: Moment, event: e.MatchOpened) -> tuple[str, dict[str, Any]]:
    names = list(event.table.names)
    start = {"game_mode": event.table.mode, "players": names, "total_players": len(names)}
    return "GAME_START", {**start, **_plain(event)[1]}


def _phase(moment: Moment, event: e.PhaseOpened) -> tuple[str, dict[str, Any]]:
    name, key = _STARTS.get(event.phase, ("", ""))
    if not name:
        return _plain(event)
    living = [moment.name(seat) for seat in sorted(moment.after.public.living)]
    body = {key: event.day, "living_players": living, "living_count": len(living), "phase": event.phase.value}
    return name, body


_STARTS = {
    Phase.DAY_ONE: ("DAY_START", "day"),
    Phase.DISCUSSION: ("DAY_START", "day"),
    Phase.NIGHT: ("NIGHT_START", "night"),
}


def _died(moment: Moment, event: e.Died) -> tuple[str, dict[str, Any]]:
    public, plain = moment.before.public, _plain(event)[1]
    killers = moment.killers.get(event.seat, ())
    if Cause.LYNCH in event.causes and public.trials:
        killers = tuple(seat for seat, verdict, _ in public.trials[-1].ballots if verdict is Verdict.GUILTY)
    told = {"player": moment.name(event.seat), **plain, "role": moment.after.role(event.seat)}
    return "DEATH", {
        **told, "role_shown": event.role, "killed_by": [moment.name(seat) for seat in killers],
        "death_type": event.causes[0].value,
    }  # fmt: skip


def _trial(moment: Moment, event: e.TrialOpened) -> tuple[str, dict[str, Any]]:
    public = moment.before.public
    voters = [moment.name(voter) for voter, target in public.votes if target == event.accused]
    weight = public.weight_against(event.accused)
    start = {"defendant": moment.name(event.accused), "nominators": voters, "nomination_count": weight}
    return "VOTE_START", {**start, **_plain(event)[1]}


def _verdict(moment: Moment, event: e.TrialClosed) -> tuple[str, dict[str, Any]]:
    weight = dict.fromkeys(Verdict, 0)
    for _, verdict, counts in event.ballots:
        weight[verdict] += counts
    told = {"defendant": moment.name(event.accused), "verdict": "guilty" if event.lynched else "innocent"}
    votes = {f"{verdict.value}_votes": count for verdict, count in weight.items()}
    return "TRIAL_RESULT", {**told, **votes, **_plain(event)[1]}


def _ended(moment: Moment, event: e.MatchEnded) -> tuple[str, dict[str, Any]]:
    public = moment.after.public
    sides = sorted({moment.faction(seat) for seat in event.winners})
    return "GAME_END", {
        "winning_factions": sides,
        "surviving_players": [moment.name(seat) for seat in sorted(public.living)],
        "duration_days": public.day,
        **_plain(event)[1],
        "winners": [moment.name(seat) for seat in event.winners],
    }


_KNOWN: dict[type[e.Event], Callable[[Moment, Any], tuple[str, dict[str, Any]]]] = {
    e.MatchOpened: _opened,
    e.PhaseOpened: _phase,
    e.Died: _died,
    e.TrialOpened: _trial,
    e.TrialClosed: _verdict,
    e.MatchEnded: _ended,
}

# Shapes ---------------------------------------------------------------------------------------------------------------

_PAYLOADS: dict[str, Any] = {
    "GAME_START": GameStart,
    "DAY_START": DayStart,
    "NIGHT_START": NightStart,
    "DEATH": Death,
    "VOTE_START": VoteStart,
    "TRIAL_RESULT": TrialResult,
    "GAME_END": GameEnd,
}
_ALWAYS_KNOWN = frozenset({e.MatchOpened, e.Died, e.TrialOpened, e.TrialClosed, e.MatchEnded})
"""Events that never stand under their own kind."""


@lru_cache(maxsize=1)
def game_events() -> TypeAdapter[Any]:
    """What every line of the stream must be."""
    own = {cls.kind.upper(): _payload(cls) for cls in e.KINDS.values() if cls not in _ALWAYS_KNOWN}
    shapes = tuple(_shape(name, payload) for name, payload in {**_PAYLOADS, **own}.items())
    union: Any = shapes[0]
    for shape in shapes[1:]:
        union |= shape
    return TypeAdapter(Annotated[union, Field(discriminator="event_type")])


def _payload(cls: type[e.Event]) -> Any:
    """The body of an event as a shape."""
    hints: Any = {name: (hint, ...) for name, hint in get_type_hints(cls).items() if name not in ("to", "kind")}
    return create_model(cls.__name__, __config__=ConfigDict(extra="forbid"), __doc__=cls.__doc__, **hints)


def _shape(name: str, payload: Any) -> Any:
    """The record of one type of event."""
    fields: Any = {
        "schema": Literal["game_events/1"], **get_type_hints(Head, include_extras=True), "event_type": Literal[name],
        "audience": Audience, "payload": payload,
    }  # fmt: skip
    typed_dict: Any = TypedDict
    return with_config(SHAPE)(typed_dict(f"{name.title().replace('_', '')}Record", fields))
