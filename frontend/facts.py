"""What the front end reads of a match beside its screen operations: rows of the log, who sits where, who is asked.

Plain values out of the game's selectors, made in a thread, shared by all sockets of a process.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, cast

from django.contrib.auth.models import AnonymousUser
from django.db.models import Avg, F

from frontend.present import Thought, Viewpoint, sees
from game import selectors, services
from game.decisions import REPORT
from game.engine import events as e
from game.engine.state import Public
from game.engine.types import Seat
from game.log import engine_event
from game.models import Ask, Decision, Match, Remark
from game.models import Seat as SeatRow
from game.privacy import Rename, renamed, renamed_value, renaming

OPEN_ASKS = frozenset({"speak", "vote", "defend", "judge", "last_words"})
"""Asks that everybody knows of: they follow from the phase and from who lives."""

REMARKS = 100
"""Remarks of the gallery that a page is sent when it comes."""
LONGEST = 4_000
"""Characters of a raw text that a page is sent; the row has all."""


@dataclass(frozen=True, slots=True)
class Row:
    """One event of the log with the moment at which it was written, in ms, and the thought that led to it."""

    at: int
    event: e.Event
    thought: Thought | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open ask; times in ms. `given` is an answer that is recorded and not yet applied."""

    id: str
    seat: Seat
    kind: str
    since: int
    deadline: int | None
    given: list[dict[str, Any]] | None


@dataclass(frozen=True, slots=True)
class Permission:
    """What somebody may look from, why the rest is withheld, and where they sit."""

    allowed: frozenset[Viewpoint]
    withheld: str
    me: Seat | None
    hears_gallery: bool = False

    @property
    def listed(self) -> list[Viewpoint]:
        """The viewpoints in the order of a menu."""
        words: list[Viewpoint] = [word for word in ("public", "god") if word in self.allowed]
        return [*words, *sorted(seat for seat in self.allowed if isinstance(seat, int))]


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds in a match now and is no event. `match` has the shape of `schemas.MatchOut`.

    `rewritten` is when words were last taken out of the log.
    """

    match: dict[str, Any]
    asks: tuple[Waiting, ...]
    usual: dict[Seat, int]
    guest: Permission
    """What somebody may look from who has neither an account nor a seat."""
    remarks: tuple[dict[str, Any], ...] = ()
    """The last of the gallery; of one that was taken away only its number is left."""
    rewritten: datetime | None = None

    @property
    def status(self) -> str:
        """The match's status."""
        return str(self.match["status"])

    def thinking(self, viewpoint: Viewpoint, public: Public) -> list[dict[str, Any]]:
        """Who is asked and has not answered, as far as the viewpoint may know of the ask at all."""
        return [
            {"seat": ask.seat, "since": ask.since, "usual": self.usual.get(ask.seat)}
            for ask in self.asks
            if ask.given is None
            if viewpoint in ("god", ask.seat) or (ask.kind in OPEN_ASKS and ask.seat in public.living)
        ]

    def timing(self, ask_id: str, seat: Seat) -> dict[str, Any]:
        """When an ask was opened and closes, and what has been answered so far."""
        ask = next((ask for ask in self.asks if ask.id == ask_id and ask.seat == seat), None)
        if ask is None:
            return {"since": None, "deadline": None, "given": None}
        return {"since": ask.since, "deadline": ask.deadline, "given": ask.given}


NOBODY = Permission(frozenset(), "", None)


def rows(match_id: int, after: int, limit: int) -> list[Row]:
    """The next rows of a log, each event with its thought."""
    found = selectors.events_after(match_id, after, limit)
    thoughts = _thoughts(match_id, [row.seq for row in found if row.kind == "decided"])
    return [Row(millis(row.at), engine_event(row), thoughts.get(row.seq)) for row in found]


def look(match_id: int, after: int, limit: int) -> tuple[list[Row], Facts | None]:
    """The next rows of a log and what holds beside them; None for a match that does not exist."""
    found = rows(match_id, after, limit)
    return found, facts(match_id)


def all_rows(match_id: int, aliases: Mapping[Seat, str] | None = None) -> list[Row]:
    """A whole log; `aliases` are other names for some seats, in all that is told of them."""
    found: list[Row] = []
    while more := rows(match_id, len(found), 2000):
        found += more
    return _retold(found, aliases) if aliases and found else found


def _retold(found: Sequence[Row], aliases: Mapping[Seat, str]) -> list[Row]:
    opened = cast("e.MatchOpened", found[0].event)
    rename = renaming({opened.table.names[seat - 1]: name for seat, name in aliases.items()})
    events = renamed((row.event for row in found), aliases)
    return [
        replace(row, event=event, thought=row.thought and _rethought(row.thought, rename))
        for row, event in zip(found, events, strict=True)
    ]


def _rethought(thought: Thought, rename: Rename) -> Thought:
    report = thought.report and {**thought.report, "attempts": renamed_value(thought.report["attempts"], rename)}
    return replace(thought, text=rename(thought.text), report=report)


def event_of(match_id: int, viewpoint: Viewpoint, n: int) -> tuple[int, e.Event] | None:
    """The log's number and the event of a viewpoint's `n`-th item; None where it has not so many."""
    log = enumerate(selectors.log_of(match_id), 1)
    return next(islice((row for row in log if sees(viewpoint, row[1])), n - 1, None), None)


def _thoughts(match_id: int, seqs: Sequence[int]) -> dict[int, Thought]:
    told = Decision.objects.filter(match_id=match_id, decided_seq__in=seqs).exclude(thought="", model="")
    found = told.only("decided_seq", "thought", "cost", "error", *REPORT)
    return {row.decided_seq: Thought(row.thought, row.cost, _report(row)) for row in found if row.decided_seq}


def _report(row: Decision) -> dict[str, Any] | None:
    """How a model came to a decision, long texts cut; None where none did. What its prompt was made of stays here."""
    if not row.model:
        return None
    kept = {name: getattr(row, name) for name in REPORT if name not in ("recipe", "attempts")}
    return {**kept, "error": row.error, "attempts": [_attempt(one) for one in row.attempts]}


def _attempt(one: dict[str, Any]) -> dict[str, Any]:
    tools = [
        {"name": str(tool.get("name", "")), "arguments": _words(tool.get("arguments", "")),
         "result": _words(tool.get("result", ""))}
        for tool in one["tools"]
    ]  # fmt: skip
    return {
        "text": _words(one["text"]), "finish": one["finish"], "refusal": one["refusal"], "reason": one["reason"],
        "tools": tools,
    }  # fmt: skip


def _words(value: Any) -> str:
    """A value as text of a bearable length."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} … ({len(text) - LONGEST} more characters)"


def facts(match_id: int) -> Facts | None:
    """What holds now; None when there is no such match."""
    match = Match.objects.filter(pk=match_id).first()
    if match is None:
        return None
    seats = list(match.seats.order_by("number"))
    running = match.status == Match.Status.RUNNING
    remarks = tuple(map(_remark, selectors.remarks_of(match, REMARKS)))
    asks, usual = (_waiting(match), _usual(match)) if running else ((), {})
    guest = _permission(AnonymousUser(), match, None)
    return Facts(match_out(match, seats), asks, usual, guest, remarks, match.rewritten_at)


def match_out(match: Match, seats: Iterable[SeatRow]) -> dict[str, Any]:
    """A match as the page knows it."""
    at_table = list(seats)
    return {
        "id": match.pk,
        "title": match.title,
        "status": match.status,
        "mode": match.table["mode"],
        "slots": match.table["slots"],
        "pace": match.pace,
        "finished": match.ended,
        "has_people": match.has_people,
        "practice": match.practice,
        "clock": match.table["clock"],
        "parent": match.parent_id,
        "rematch": match.rematches.filter(status=Match.Status.OPEN).values_list("pk", flat=True).first(),
        "private": bool(match.invite),
        "commitment": match.commitment,
        "error": _error(match),
        "defaulted": selectors.defaulted_of(match),
        "insights": _insights(match) if match.has_people else [],
        "persons": [seat.number for seat in at_table if seat.of_person],
        "seats": [seat_out(seat) for seat in at_table],
    }


def _insights(match: Match) -> list[dict[str, Any]]:
    return [{"at": millis(one.at), "reason": one.reason} for one in match.insights.order_by("at")]


def _error(match: Match) -> str:
    """Why a match cannot go on. Where people play, the words of an error might tell what they must not know."""
    if match.error and match.has_people:
        return "Something went wrong; whoever runs this server can see what, and resume the match."
    return match.error


def seat_out(seat: SeatRow) -> dict[str, Any]:
    """Who sits somewhere. What an agent is made of stays here; its name is public."""
    away = seat.away
    until = seat.stood_in_at if away else None
    return {
        "seat": seat.number,
        "name": seat.name,
        "agent": seat.agent,
        "person": seat.played_by_person,
        "open": seat.is_open and not seat.taken,
        "away": away,
        "until": millis(until) if until else None,
        "ready": seat.ready,
    }


def _remark(row: Remark) -> dict[str, Any]:
    if row.hidden:
        return {"id": row.pk}
    return {
        "id": row.pk, "at": millis(row.at), "name": row.name, "author": row.author, "seat": row.seat, "text": row.text,
    }  # fmt: skip


def _waiting(match: Match) -> tuple[Waiting, ...]:
    asks = Ask.objects.filter(match=match, closed_at=None).order_by("seat")
    pending = Decision.objects.filter(match=match, applied_at=None).exclude(ask_id="")
    given = {(seat, ask_id): actions for seat, ask_id, actions in pending.values_list("seat", "ask_id", "actions")}
    return tuple(
        Waiting(
            ask.ask_id, ask.seat, ask.kind, millis(ask.opened_at), millis(ask.deadline) if ask.deadline else None,
            given.get((ask.seat, ask.ask_id)),
        )
        for ask in asks
    )  # fmt: skip


def _usual(match: Match) -> dict[Seat, int]:
    """The time that each seat takes for questions that everybody knows of, in ms."""
    answered = Ask.objects.filter(match=match, closed_at__isnull=False, kind__in=OPEN_ASKS)
    took = answered.values_list("seat").annotate(mean=Avg(F("closed_at") - F("opened_at")))
    return {seat: round(mean.total_seconds() * 10) * 100 for seat, mean in took}


def permission(user: Any, match_id: int, key: str | None) -> Permission:
    """What somebody may see of a match. Raises Match.DoesNotExist."""
    return _permission(user or AnonymousUser(), Match.objects.get(pk=match_id), key)


def _permission(user: Any, match: Match, key: str | None) -> Permission:
    found = selectors.viewpoint_for(user, match, key)
    hears = selectors.hears_gallery(match, found.me)
    return Permission(cast("frozenset[Viewpoint]", found.allowed), found.reason, found.me, hears)


def submit(match_id: int, seat: Seat, submission: str, ask_id: str | None, actions: list[dict[str, Any]]) -> None:
    """Record a person's decision. Raises services.Rejected."""
    match = Match.objects.get(pk=match_id)
    services.decision_submit(match=match, seat=seat, submission_id=submission, ask_id=ask_id, actions=actions)


def millis(moment: datetime) -> int:
    """A moment in ms."""
    return int(moment.timestamp() * 1000)


def now() -> int:
    """This moment in ms."""
    return int(time.time() * 1000)
