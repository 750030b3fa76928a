"""What is read of matches: logs, states, who may look from where. Writes nothing."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.conf import settings
from django.db.models import Avg, Count, F, QuerySet
from django.utils.module_loading import import_string

from game.dials import BadDial, agent_of, dials_of
from game.engine.codec import table_from_json
from game.engine.events import Event as EngineEvent
from game.engine.fold import fold_all, view
from game.engine.setup import MODES
from game.engine.state import EMPTY, State, View
from game.lobby import LobbySpec, OptionsSpec, RoundsSpec, SecondsSpec
from game.log import engine_event
from game.models import Ask, Decision, Event, Insight, Match, Remark, Seat

Viewpoint = int | str
"""A seat's number, "public" or "god"."""
MOST_SEATS = 15
CACHED = 32
"""Matches whose last state is kept in this process."""


def matches_listed() -> QuerySet[Match]:
    """Matches that a list may name: neither at tables for invited people nor given up before they began."""
    return Match.objects.filter(invite="").exclude(status=Match.Status.ABORTED, started_at=None)


def matches_live() -> QuerySet[Match]:
    """Matches that are being played, newest first."""
    live = (Match.Status.QUEUED, Match.Status.RUNNING, Match.Status.PAUSED)
    return Match.objects.filter(status__in=live).order_by("-pk")


def matches_open() -> QuerySet[Match]:
    """Matches that wait for people, newest first."""
    return Match.objects.filter(status=Match.Status.OPEN).order_by("-pk")


def matches_finished() -> QuerySet[Match]:
    """Matches with an end, newest first."""
    return Match.objects.filter(status=Match.Status.FINISHED).order_by("-finished_at")


def agent_names() -> list[str]:
    """What a lobby may name as an agent."""
    return list(import_string(settings.TOSSIM_AGENT_NAMES)())


def unknown_agents(names: Iterable[str]) -> list[str]:
    """A sentence for each name that stands for no agent, with the nearest one that does."""
    known = agent_names()
    sentences = []
    for name in dict.fromkeys(names):
        if agent_of(name) not in known:
            near = difflib.get_close_matches(name, known, 1, 0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}."
            sentences.append(f"There is no agent or model {name!r}; {hint}")
            continue
        try:
            dials_of(name, settings.TOSSIM_AGENT_DIALS)
        except BadDial as flaw:
            sentences.append(str(flaw))
    return sentences


@dataclass(frozen=True, slots=True)
class Usual:
    """What a model's decision takes: tokens in and out, and ms. `measured` says whether any was seen."""

    tokens: float
    milliseconds: float
    measured: bool


UNMEASURED = Usual(1_600.0, 2_000.0, measured=False)
"""A decision of a small model in compact notation."""
DECISIONS_A_SEAT = 23.0
"""In a match that nothing is known of: what a table of fifteen took."""


def decisions_a_seat(players: int) -> float:
    """How often a seat was asked in finished matches of so many players, on the mean of the last fifty."""
    alike = matches_finished().annotate(players=Count("seats")).filter(players=players)[:50]
    ids = list(alike.values_list("pk", flat=True))
    asked = Decision.objects.filter(match__in=ids).exclude(ask_id="").count()
    return asked / (len(ids) * players) if asked else DECISIONS_A_SEAT


def usual_decision(models: Collection[str]) -> Usual:
    """What a decision of these models took, on the mean of the last thousand."""
    rows = Decision.objects.filter(model__in=models, latency_ms__gt=0).order_by("-pk")[:1000]
    found = rows.aggregate(tokens=Avg(F("prompt_tokens") + F("cost")), ms=Avg("latency_ms"))
    return Usual(found["tokens"], found["ms"], measured=True) if found["tokens"] else UNMEASURED


def spec_of(match: Match) -> LobbySpec:
    """The lobby from which a match like this one can be made; its seed is not part of it."""
    table, mode = table_from_json(match.table), MODES[match.table["mode"]]
    limits, seats = table.limits, list(match.seats.order_by("number"))
    roles = match.roles or [""] * len(seats)
    return LobbySpec.model_validate(
        {
            "title": match.title,
            "game": {"mode": table.mode, "coven": None if table.ruleset == mode.ruleset else table.ruleset == "coven"},
            "slots": list(table.slots),
            "agents": [
                {**({} if seat.is_open else {"id": seat.name}), "model": seat.agent, **seat.agent_options,
                 "role": role or None}
                for seat, role in zip(seats, roles, strict=True)
            ],
            "people": sum(seat.is_open for seat in seats),
            "limits": {
                "per_agent": {"discussion": limits.discussion, "nomination": limits.nomination},
                "judgement": {"total": limits.judgement, "tail_after_all_votes": limits.tail_after_all_votes},
                **{name: getattr(limits, name) for name in
                   ("defense", "last_words", "night_channel", "pre_night", "chat_history_lines")},
            },
            "rounds": RoundsSpec.model_validate(table.rounds, from_attributes=True),
            "seconds": SecondsSpec.model_validate(table.seconds, from_attributes=True),
            "options": OptionsSpec.model_validate(table.options, from_attributes=True),
            "clock": table.clock.value,
            "talk": table.talk.value,
            "pace": match.pace,
            "private": bool(match.invite),
        }
    )  # fmt: skip


def events_after(match_id: int, after: int, limit: int | None = None) -> Sequence[Event]:
    """Rows of a log behind a number, in order."""
    return list(Event.objects.filter(match_id=match_id, seq__gt=after).order_by("seq")[:limit])


def log_of(match_id: int) -> list[EngineEvent]:
    """A match's whole log as the engine's events."""
    return [engine_event(row) for row in events_after(match_id, 0)]


def stage_opened_before(match_id: int, seq: int) -> int:
    """The number up to which a log leads to the opening of the last stage before `seq`; 0 when there is none.

    Answers that came too late for the stage before it belong to its opening.
    """
    opened = Event.objects.filter(match_id=match_id, seq__lte=seq, boundary=True, kind="stage_opened")
    cut: int = opened.order_by("-seq").values_list("seq", flat=True).first() or 0
    for row in events_after(match_id, cut, limit=MOST_SEATS) if cut else ():
        if row.body.get("outcome") != "moot":
            break
        cut = row.seq
    return cut


_states: dict[int, tuple[int, State]] = {}
_lock = Lock()


def state_of(match_id: int) -> State:
    """A match as its log leaves it now; only what is new since the last call in this process is read."""
    with _lock:
        seq, state = _states.pop(match_id, (0, EMPTY))
    rows = events_after(match_id, seq)
    state = fold_all(state, map(engine_event, rows))
    with _lock:
        _states[match_id] = (rows[-1].seq if rows else seq, state)
        while len(_states) > CACHED:
            _states.pop(next(iter(_states)))
    return state


def view_of(match_id: int, seat: int | None) -> View:
    """What a seat, or with None the public, knows of a match now."""
    return view(state_of(match_id), seat)


def asks_open(match_id: int, seat: int) -> QuerySet[Ask]:
    """A seat's open questions."""
    return Ask.objects.filter(match_id=match_id, seat=seat, closed_at=None)


@dataclass(frozen=True, slots=True)
class Viewpoints:
    """From where somebody may look, why not from elsewhere, and where they sit."""

    allowed: frozenset[Viewpoint]
    reason: str
    me: int | None


def viewpoint_for(user: Any, match: Match, key: str | None = None) -> Viewpoints:
    """The one guard of everything that shows a match (sockets, pages, API, exports).

    As long as people play, outsiders see what the public sees and each person what their seat sees: hosts and
    staff too, unless they asked to look inside. `key` is the secret of a seat; a logged-in user is known by name as
    well.
    """
    me = seat_of(user, match, key)
    playing = match.has_people and match.status not in (Match.Status.FINISHED, Match.Status.ABORTED)
    if playing and (me or not looks_inside(user, match)):
        allowed: set[Viewpoint] = {"public"} | ({me} if me else set())
        return Viewpoints(frozenset(allowed), "People are playing: all else is shown when the match has ended.", me)
    seats = range(1, len(match.table["names"]) + 1)
    return Viewpoints(frozenset({"public", "god", *seats}), "", me)


def hears_gallery(match: Match, me: int | None) -> bool:
    """Whether somebody with this seat, or none, is in the gallery: those who still play in a match are not."""
    return me is None or not match.has_people or match.status in (Match.Status.FINISHED, Match.Status.ABORTED)


def remarks_of(match: Match, last: int) -> list[Remark]:
    """The last remarks of the gallery, hidden ones too, in order."""
    return list(match.remarks.order_by("-pk")[:last])[::-1]


def looks_inside(user: Any, match: Match) -> bool:
    """Whether somebody of the staff has asked to see all of a match that people play."""
    staff = getattr(user, "is_active", False) and getattr(user, "is_staff", False)
    return bool(staff and Insight.objects.filter(match=match, user=user).exists())


def defaulted_of(match: Match) -> list[dict[str, Any]]:
    """The deciding answers of a match that a default filled; none before its end, since a kind may tell of a role."""
    return list(match.defaulted) if match.status in (Match.Status.FINISHED, Match.Status.ABORTED) else []


def seat_of(user: Any, match: Match, key: str | None) -> int | None:
    """The seat that somebody holds in a match."""
    seats = Seat.objects.filter(match=match).exclude(key_hash="")
    if key and (seat := seats.filter(key_hash=key_hash(key)).first()):
        return seat.number
    if getattr(user, "is_authenticated", False) and (seat := seats.filter(user=user).first()):
        return seat.number
    return None


def key_hash(key: str) -> str:
    """What is kept of a seat's secret."""
    return hashlib.sha256(key.encode()).hexdigest()
