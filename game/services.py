"""What changes matches: every write that a page, the admin, a command or a task asks for.

Checks at the edge, writes rows, wakes whoever waits. The log itself is written through `game.log`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, cast

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

from game import selectors
from game.engine import chance, codec
from game.engine import events as e
from game.engine.actions import Action, Say, Whisper
from game.engine.asks import ask_id as id_of_ask
from game.engine.asks import wanted
from game.engine.config import RULES_VERSION
from game.engine.fold import view
from game.engine.legal import check
from game.engine.setup import start
from game.engine.text import render
from game.engine.types import HOST
from game.lobby import LobbyError, LobbySpec, fixed_deal, lobby_seats, lobby_table
from game.log import driver_wake, events_append, viewers_wake
from game.models import Ask, Decision, Event, Lobby, Match, Seat
from game.names import NameRefused, free_names, name_checked

log = logging.getLogger(__name__)

CHARACTERS_A_TOKEN = 4
"""How a person's text is counted under the budget clock."""


class Rejected(Exception):
    """Something that cannot be done now; says why in a sentence."""

    def __init__(self, reason: str, code: str) -> None:
        super().__init__(reason)
        self.reason, self.code = reason, code


# Matches --------------------------------------------------------------------------------------------------------------


def lobby_create(*, spec: LobbySpec, name: str = "", created_by: Any = None) -> Lobby:
    """Keep a lobby."""
    title = name or spec.title or spec.game.mode
    return Lobby.objects.create(name=title, config=spec.model_dump(mode="json"), created_by=created_by)


@transaction.atomic
def match_create(
    *, spec: LobbySpec, seed: str | None = None, title: str = "", created_by: Any = None, showcase: bool = False,
    lobby: Lobby | None = None,
) -> Match:  # fmt: skip
    """A match of a lobby: with seats for people it waits for them, else it can be started. Raises LobbyError."""
    table, seats = lobby_table(spec), lobby_seats(spec)
    if unknown := selectors.unknown_agents(seat.agent for seat in seats):
        raise LobbyError(*unknown)
    has_people = any(seat.is_open for seat in seats)
    given = None if spec.seed is None or has_people else spec.seed
    seed = seed or given or secrets.token_hex(16)
    match = Match.objects.create(
        lobby=lobby,
        title=title or spec.title or spec.game.mode,
        table=codec.table_to_json(table),
        roles=[seat.role or "" for seat in seats],
        seed=seed,
        commitment=chance.commitment(seed),
        pace=spec.pace,
        has_people=has_people,
        practice=has_people and any(seat.role for seat in seats),
        showcase=showcase,
        created_by=created_by,
        invite=secrets.token_urlsafe(12) if has_people and spec.private else "",
    )
    Seat.objects.bulk_create(
        Seat(
            match=match,
            number=number,
            name=seat.name,
            agent=seat.agent,
            agent_options=seat.options,
            is_open=seat.is_open,
        )
        for number, seat in enumerate(seats, 1)
    )
    return match


@transaction.atomic
def match_start(*, match: Match) -> Match:
    """Deal and send the match off; seats that nobody took are played by their agents. Raises Rejected."""
    match = _locked(match)
    if match.status != Match.Status.OPEN:
        raise Rejected("This match has been started already.", "started")
    match.seats.filter(is_open=True, key_hash="").update(is_open=False)
    seats = list(match.seats.order_by("number"))
    table = codec.table_from_json({**match.table, "names": [seat.name for seat in seats]})
    fixed = {place: role for place, role in enumerate(match.roles) if role}
    opening = start(table, match.seed, fixed_deal(table, match.seed, fixed) if fixed else None)
    match.table = codec.table_to_json(table)
    match.status, match.started_at = Match.Status.QUEUED, timezone.now()
    match.rules_version = RULES_VERSION
    match.save()
    events_append(match_id=match.pk, lease=match.lease, events=opening)
    match_dispatch(match_id=match.pk)
    return match


def match_dispatch(*, match_id: int) -> None:
    """Hand a match to a worker once this transaction is committed. Without a broker it waits to be found."""

    def send() -> None:
        queue = import_string(settings.TOSSIM_MATCH_QUEUE)(match_id)
        try:
            current_app.send_task("game.tasks.match_run", args=[match_id], retry=False, queue=queue)
        except OperationalError:
            log.warning("No broker: match %s waits until a worker looks for it", match_id)

    transaction.on_commit(send)


def match_retell(*, match_id: int) -> None:
    """Have a match read anew that is over, or is told otherwise now. Without a broker it is found by itself, later."""

    def send() -> None:
        try:
            current_app.send_task("eval.tasks.match_index", args=[match_id], retry=False)
        except OperationalError:
            log.warning("No broker: match %s is read when a worker looks for it", match_id)

    transaction.on_commit(send)


@transaction.atomic
def match_pause(*, match: Match) -> None:
    """Stop a match after what is being applied. Raises Rejected."""
    _move(
        match, (Match.Status.RUNNING, Match.Status.QUEUED), Match.Status.PAUSED, "Only a running match can be paused."
    )


@transaction.atomic
def match_resume(*, match: Match) -> None:
    """Go on with a paused or failed match; the open questions have their whole time again. Raises Rejected."""
    rules_check(match)
    from_ = (Match.Status.PAUSED, Match.Status.FAILED)
    _move(match, from_, Match.Status.QUEUED, "Only a paused or failed match can be resumed.")
    Match.objects.filter(pk=match.pk).update(error="", finished_at=None)
    Ask.objects.filter(match=match, closed_at=None, deadline__isnull=False).update(
        deadline=Now() + (F("deadline") - F("opened_at")), opened_at=Now()
    )
    match_dispatch(match_id=match.pk)


def rules_check(match: Match) -> None:
    """Refuse to play on under other rules than a match began with: its answers would mean something else now.

    Raises Rejected.
    """
    if match.rules_version != RULES_VERSION:
        raise Rejected(
            f"This match was played under version {match.rules_version} of the rules, and this release plays version "
            f"{RULES_VERSION}: it can be watched, not resumed.",
            "other_rules",
        )


@transaction.atomic
def match_abort(*, match: Match) -> None:
    """End a match without a result. Raises Rejected."""
    living = tuple(set(Match.Status) - {Match.Status.FINISHED, Match.Status.ABORTED})
    _move(match, living, Match.Status.ABORTED, "This match has ended already.")
    Match.objects.filter(pk=match.pk).update(finished_at=timezone.now(), lease=F("lease") + 1, lease_holder="")
    match_retell(match_id=match.pk)


def _move(match: Match, sources: Sequence[str], target: str, otherwise: str) -> None:
    if not Match.objects.filter(pk=match.pk, status__in=sources).update(status=target):
        raise Rejected(otherwise, "wrong_status")
    driver_wake(match_id=match.pk)
    viewers_wake(match_id=match.pk)


def match_finish(*, match_id: int, lease: int, ending: e.MatchEnded) -> None:
    """Note the result of a match that has ended."""
    Match.objects.filter(pk=match_id, lease=lease).update(
        status=Match.Status.FINISHED, outcome=ending.outcome, winners=list(ending.winners),
        finished_at=timezone.now(), lease_holder="",
    )  # fmt: skip
    viewers_wake(match_id=match_id)
    match_retell(match_id=match_id)


def match_fail(*, match_id: int, lease: int, error: str) -> None:
    """Note why a match cannot go on; its log is kept and it can be resumed."""
    Match.objects.filter(pk=match_id, lease=lease).update(
        status=Match.Status.FAILED, error=error[:2000], finished_at=timezone.now(), lease_holder=""
    )
    viewers_wake(match_id=match_id)


def _locked(match: Match) -> Match:
    return Match.objects.select_for_update().get(pk=match.pk)


# Forks ----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def match_fork(
    *, match: Match, at_seq: int, replace: Mapping[int, str] | None = None, seed: str | None = None,
    practice: bool = False,
) -> Match:  # fmt: skip
    """A new match with the same past up to a moment, and perhaps other agents or other luck from there.

    The past ends where the stage of `at_seq` was opened, so that whoever is not replaced decides as before. A fork
    is paused at first; `practice` says that a person will sit in it. Raises Rejected.
    """
    if match.has_people and match.status not in (Match.Status.FINISHED, Match.Status.ABORTED):
        raise Rejected("A match that people are playing cannot be forked before its end.", "people_playing")
    rules_check(match)
    if unknown := selectors.unknown_agents((replace or {}).values()):
        raise Rejected(" ".join(unknown), "unknown_agent")
    cut = selectors.stage_opened_before(match.pk, at_seq)
    if not cut:
        raise Rejected("There is nothing to fork at this moment.", "no_past")
    fork = _fork_row(match, cut, seed, practice)
    for seat in match.seats.order_by("number"):
        agent = (replace or {}).get(seat.number, seat.agent)
        Seat.objects.create(
            match=fork, number=seat.number, name=seat.name, agent=agent, agent_options=seat.agent_options
        )
    events_append(match_id=fork.pk, lease=0, events=_past(fork, selectors.log_of(match.pk)[:cut]))
    boundaries = Event.objects.filter(match=match, seq__lte=cut, boundary=True)
    Event.objects.filter(match=fork, seq__in=boundaries.values("seq")).update(boundary=True)
    if seed:
        events_append(match_id=fork.pk, lease=0, events=[e.Seeded(HOST, seed)])
    return fork


def _past(fork: Match, events: Sequence[e.Event]) -> list[e.Event]:
    """The events of a past under the fork's own table: a clock that people played by is not taken along."""
    opened, *others = events
    table = codec.table_from_json(fork.table)
    return [dataclasses.replace(cast("e.MatchOpened", opened), table=table), *others]


def _fork_row(match: Match, at_seq: int, seed: str | None, practice: bool) -> Match:
    return Match.objects.create(
        title=f"{match.title} (fork)"[:80],
        table={**match.table, "clock": "none"} if match.has_people or practice else match.table,
        roles=match.roles,
        seed=seed or match.seed,
        commitment=match.commitment,
        rules_version=match.rules_version,
        status=Match.Status.PAUSED,
        has_people=practice,
        practice=practice or match.practice,
        pace=match.pace,
        parent=match,
        fork_seq=at_seq,
        started_at=timezone.now(),
    )


# Seats ----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def seat_take(
    *, match: Match, name: str, number: int | None = None, user: Any = None, invite: str = ""
) -> tuple[Seat, str]:
    """Sit a person down; the seat and its secret, which is kept nowhere else. A table for one begins at once.

    Raises Rejected when the seat or the name is not to be had, or `invite` is not the table's.
    """
    match = _locked(match)
    if match.status != Match.Status.OPEN:
        raise Rejected("This match takes no more players.", "closed")
    if match.invite and not secrets.compare_digest(match.invite, invite):
        raise Rejected("This table is for those who were invited: open the link that you were sent.", "invited")
    free = match.seats.filter(is_open=True, key_hash="")
    seat = free.filter(number=number).first() if number else free.order_by("number").first()
    if seat is None:
        raise Rejected("This seat is taken." if number else "Every seat is taken.", "taken")
    if user is not None and match.seats.filter(user=user).exclude(key_hash="").exists():
        raise Rejected("You already have a seat in this match.", "seated")
    if user is not None and match.insights.filter(user=user).exists():
        raise Rejected("You have looked inside this match: you cannot play in it.", "looked_inside")
    key = secrets.token_urlsafe(32)
    seat.name, seat.user, seat.key_hash = _name(match, seat, name), user, selectors.key_hash(key)
    seat.taken_at = seat.last_seen_at = timezone.now()
    seat.ready = alone = match.seats.filter(is_open=True).count() == 1
    seat.save()
    viewers_wake(match_id=match.pk)
    if alone:
        match_start(match=match)
    return seat, key


def _name(match: Match, seat: Seat, name: str) -> str:
    try:
        return name_checked(name, match.seats.exclude(pk=seat.pk).values_list("name", flat=True))
    except NameRefused as flaw:
        raise Rejected(str(flaw), "name") from flaw


@transaction.atomic
def seat_leave(*, match: Match, number: int) -> None:
    """Give a seat up: before the match it is free again, during it an agent plays on for good."""
    match = _locked(match)
    seat = match.seats.get(number=number)
    if match.status == Match.Status.OPEN:
        seat.name = next(free_names(match.seats.values_list("name", flat=True)))
        seat.user, seat.key_hash, seat.taken_at, seat.last_seen_at, seat.ready = None, "", None, None, False
        seat.research_ok = seat.training_ok = False
        seat.save()
    else:
        Seat.objects.filter(pk=seat.pk).update(handed_over=True, handed_over_by_grace=False)
    seats_changed(match.pk)


@transaction.atomic
def seat_hand_over(*, match: Match, number: int, by_grace: bool = False) -> None:
    """Let the seat's agent play until it is taken back."""
    match.seats.filter(number=number).exclude(key_hash="").update(handed_over=True, handed_over_by_grace=by_grace)
    seats_changed(match.pk)


@transaction.atomic
def seat_take_back(*, match: Match, number: int) -> None:
    """The person plays again."""
    now = timezone.now()
    match.seats.filter(number=number).update(handed_over=False, handed_over_by_grace=False, last_seen_at=now)
    seats_changed(match.pk)


def seat_seen(*, match_id: int, number: int) -> None:
    """Note that a person is there; one who was only gone too long plays again."""
    Seat.objects.filter(match_id=match_id, number=number).update(last_seen_at=timezone.now())
    if Seat.objects.filter(match_id=match_id, number=number, handed_over_by_grace=True).exists():
        seat_take_back(match=Match.objects.get(pk=match_id), number=number)


def seats_changed(match_id: int) -> None:
    """Tell the driver and the viewers of a match who sits where now."""
    driver_wake(match_id=match_id)
    viewers_wake(match_id=match_id)


# Decisions of people --------------------------------------------------------------------------------------------------


def decision_submit(
    *, match: Match, seat: int, submission_id: str, ask_id: str | None, actions: Sequence[Any]
) -> Decision:
    """Record what a person decided, checked against what the seat may do now; the driver applies it.

    The same `submission_id` gives the same row again. Raises Rejected with the engine's reason.
    """
    submission = f"p{seat}:{hashlib.sha256(submission_id.encode()).hexdigest()[:24]}"
    if found := Decision.objects.filter(match=match, submission_id=submission).first():
        return found
    if match.status != Match.Status.RUNNING:
        raise Rejected(f"The match is {match.get_status_display()}.", "not_running")
    if not match.seats.filter(number=seat, handed_over=False).exclude(key_hash="").exists():
        raise Rejected("An agent plays this seat now. Take it back first.", "handed_over")
    deeds = _deeds(actions)
    ask = _check_deeds(match, seat, ask_id, deeds)
    with transaction.atomic():
        decision, _ = Decision.objects.get_or_create(
            match=match,
            submission_id=submission,
            defaults={
                "seat": seat,
                "ask_id": ask or "",
                "stage": selectors.state_of(match.pk).public.stage,
                "actions": [codec.action_to_json(deed) for deed in deeds],
                "cost": _cost(deeds),
                "source": Decision.Source.PERSON,
            },
        )
        driver_wake(match_id=match.pk)
        viewers_wake(match_id=match.pk)
    return decision


def _deeds(actions: Sequence[Any]) -> list[Action]:
    if not 1 <= len(actions) <= 6:
        raise Rejected("A decision has one to six actions.", "malformed")
    try:
        return [codec.action_from_json(action) for action in actions]
    except codec.Malformed as flaw:
        raise Rejected(str(flaw), "malformed") from flaw


def _check_deeds(match: Match, seat: int, ask_id: str | None, deeds: Sequence[Action]) -> str | None:
    """The ask that is answered, or None for a standing permission."""
    seen = view(selectors.state_of(match.pk), seat)
    if ask_id is not None and (ask_id != id_of_ask(seen.public, seat) or not wanted(seen)):
        raise Rejected(render.refusal("stale_ask"), "stale_ask")
    for deed in deeds:
        if reason := check(seen, deed):
            raise Rejected(render.refusal(str(reason)), str(reason))
    pending = Decision.objects.filter(match=match, seat=seat, ask_id=ask_id, applied_at=None)
    return None if ask_id is not None and pending.exists() else ask_id


def _cost(deeds: Sequence[Action]) -> int:
    words = sum(len(deed.text) for deed in deeds if isinstance(deed, Say | Whisper))
    return -(-words // CHARACTERS_A_TOKEN)
