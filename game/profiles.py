"""What is read of persons: what they played, what they agreed to, and under which names exports know them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from game.engine.roles import ROLES
from game.log import engine_event
from game.models import Complaint, Event, Match, Profile, Remark, Seat
from game.privacy import guest_pseudonym, words_of
from game.selectors import events_after, key_hash

Keys = Mapping[int, str]
"""Secrets of seats by match, as a browser keeps them."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person's part in a match may be used for."""

    research: bool
    training: bool


@dataclass(frozen=True, slots=True)
class Played:
    """A match in which somebody had a seat. Role, faction and `won` are known when it has been played to its end."""

    match: Match
    seat: Seat
    days: int
    role: str = ""
    faction: str = ""
    won: bool | None = None

    @property
    def counts(self) -> bool:
        """Whether it belongs to somebody's record: practice, forks and what has no result do not."""
        return self.won is not None and not self.match.practice and self.match.parent_id is None


@dataclass(frozen=True, slots=True)
class Record:
    """How often somebody played on a side, and won."""

    faction: str
    n: int
    won: int


def consents_of(match: Match) -> dict[int, Consent]:
    """What each person in a match has agreed to, by seat; agents are not asked."""
    return {seat.number: Consent(seat.research_ok, seat.training_ok) for seat in _persons(match)}


def pseudonyms_of(match: Match) -> dict[int, str]:
    """Under which name an export knows each seat: a person by a lasting pseudonym, an agent by its name."""
    names = dict(match.seats.values_list("number", "name"))
    profiles = dict(Profile.objects.filter(user__seat__match=match).values_list("user_id", "pseudonym"))
    for seat in _persons(match):
        if seat.user_id:
            names[seat.number] = profiles[seat.user_id]
        elif seat.key_hash:  # an erased seat is called by a pseudonym already
            digest = hashlib.sha256(f"{match.commitment}:{seat.number}".encode()).digest()
            names[seat.number] = guest_pseudonym(int.from_bytes(digest[:8], "big"), seat.number)
    return names


def aliases_of(match: Match) -> dict[int, str]:
    """The seats that have another name in what leaves the site: those of persons, with their pseudonyms."""
    shown = dict(match.seats.values_list("number", "name"))
    return {seat: name for seat, name in pseudonyms_of(match).items() if name != shown[seat]}


def _persons(match: Match) -> QuerySet[Seat]:
    return match.seats.filter(taken_at__isnull=False).order_by("number")


def seats_held(user: Any, keys: Keys) -> QuerySet[Seat]:
    """The seats that somebody holds or held: those of their account, and those whose secrets their browser keeps."""
    own = Q(pk=None)
    if getattr(user, "is_authenticated", False):
        own |= Q(user=user)
    for match_id, key in keys.items():
        own |= Q(match=match_id, key_hash=key_hash(key), user=None)
    return Seat.objects.filter(own).select_related("match").order_by("-match")


def matches_played(seats: Iterable[Seat]) -> list[Played]:
    """What became of the matches of these seats, in their order."""
    held = list(seats)
    told = Event.objects.filter(match__in=[seat.match_id for seat in held], kind__in=("match_ended", "phase_opened"))
    last = {(row.match_id, row.kind): row.body
            for row in told.order_by("match", "kind", "-seq").distinct("match", "kind")}  # fmt: skip
    return [
        _played(seat, last.get((seat.match_id, "phase_opened"), {}), last.get((seat.match_id, "match_ended")))
        for seat in held
    ]


def _played(seat: Seat, phase: Mapping[str, Any], ending: Mapping[str, Any] | None) -> Played:
    days = int(phase.get("day", 0))
    if ending is None:
        return Played(seat.match, seat, days)
    role = ending["roles"][seat.number - 1]
    return Played(seat.match, seat, days, role, ROLES[role].faction.value, seat.number in ending["winners"])


def records(played: Iterable[Played]) -> list[Record]:
    """How often each side was played and won, the most played one first."""
    counted = [one for one in played if one.counts]
    n, won = Counter(one.faction for one in counted), Counter(one.faction for one in counted if one.won)
    return [Record(faction, count, won[faction]) for faction, count in n.most_common()]


def texts_of(seat: Seat) -> Iterator[dict[str, Any]]:
    """What somebody said and wrote in a seat, in order: when, in what, and the words."""
    for row in events_after(seat.match_id, 0):
        event = engine_event(row)
        if (text := words_of(event, seat.number)) is not None:
            channel = str(row.body.get("channel", ""))
            yield {"at": row.at.isoformat(), "kind": row.kind, "channel": channel, "text": text}


def data_of(user: Any, keys: Keys) -> dict[str, Any]:
    """Everything that is kept of somebody, as plain values: account, seats with their own words, remarks, reports."""
    account = user if getattr(user, "is_authenticated", False) else None
    remarks = Remark.objects.filter(user=account) if account else Remark.objects.none()
    complaints = Complaint.objects.filter(by_user=account) if account else Complaint.objects.none()
    return {
        "account": _account(account) if account else None,
        "seats": [_seat(one) for one in matches_played(seats_held(user, keys))],
        "remarks": [{"at": one.at.isoformat(), "match": one.match_id, "text": one.text} for one in remarks],
        "reports": [
            {"at": one.at.isoformat(), "match": one.match_id, "quote": one.quote, "reason": one.reason}
            for one in complaints
        ],
    }


def _account(user: Any) -> dict[str, Any]:
    profile = Profile.objects.get(user=user)
    return {
        "name": user.get_username(), "email": user.email, "joined": user.date_joined.isoformat(),
        "pseudonym": profile.pseudonym, "research_ok": profile.research_ok, "training_ok": profile.training_ok,
    }  # fmt: skip


def _seat(one: Played) -> dict[str, Any]:
    seat = one.seat
    return {
        "match": one.match.pk, "title": one.match.title, "seat": seat.number, "name": seat.name,
        "taken": seat.taken_at and seat.taken_at.isoformat(), "role": one.role, "won": one.won,
        "research_ok": seat.research_ok, "training_ok": seat.training_ok, "texts": list(texts_of(seat)),
    }  # fmt: skip
