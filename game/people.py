"""What changes for persons: their profile, what they agree to, what they report, and how they are forgotten.

Also who of the staff sees what is hidden while people play. Their seats at a table are in `game.services`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.dispatch import Signal
from django.utils import timezone

from game import privacy, selectors
from game.engine import events as e
from game.log import events_rewrite, viewers_wake
from game.models import Complaint, Decision, Insight, Match, Profile, Remark, Seat
from game.profiles import Keys, seats_held
from game.services import Rejected, match_retell

COMPLAINTS = 5
"""Reports that one person may make in one match."""
match_rewritten = Signal()
"""Sent with a `match` when somebody's name or words were taken out of it, so that copies elsewhere go too."""
research_withdrawn = Signal()
"""Sent with a `seat` whose person does not agree to research any more, so that what research made of it goes too."""


# Profiles and consent -------------------------------------------------------------------------------------------------


def profile_make(*, user: Any) -> Profile:
    """Give an account its pseudonym, for good."""
    drawn = iter(lambda: privacy.pseudonym(secrets.randbits(48)), "")
    free = next(name for name in drawn if not Profile.objects.filter(pseudonym=name).exists())
    return Profile.objects.create(user=user, pseudonym=free)


def profile_consent(*, user: Any, research_ok: bool, training_ok: bool) -> None:
    """What somebody's words may be used for in matches to come; matches behind them stay as they were."""
    Profile.objects.filter(user=user).update(research_ok=research_ok, training_ok=training_ok)


@transaction.atomic
def seat_consent(*, seat: Seat, research_ok: bool | None = None, training_ok: bool | None = None) -> None:
    """What the person in a seat agrees to; what they do not say is as in their profile, and without one it is no."""
    agreed = Seat.objects.values_list("research_ok", flat=True).get(pk=seat.pk)
    usual = Profile.objects.filter(user=seat.user_id).first() if seat.user_id else None
    seat.research_ok = usual is not None and usual.research_ok if research_ok is None else research_ok
    seat.training_ok = usual is not None and usual.training_ok if training_ok is None else training_ok
    seat.save(update_fields=["research_ok", "training_ok"])
    if agreed and not seat.research_ok:
        research_withdrawn.send(Seat, seat=seat)
    if seat.match.ended:
        match_retell(match_id=seat.match_id)


@transaction.atomic
def seats_claim(*, user: Any, keys: Keys) -> int:
    """Bind the seats whose secrets a browser keeps to the account that has just come in; how many.

    A seat stays with nobody where the account has another one in the match, or has looked inside.
    """
    held = list(seats_held(user, keys))
    own = {seat.match_id for seat in held if seat.user_id}
    seen = set(Insight.objects.filter(user=user).values_list("match_id", flat=True))
    free = [seat.pk for seat in held if seat.user_id is None and seat.match_id not in own | seen]
    return Seat.objects.filter(pk__in=free, user=None).update(user=user)


# Fairness -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def match_look_inside(*, match: Match, user: Any, reason: str) -> Insight:
    """Let somebody of the staff see all of a match that people play; the table is told. Raises Rejected."""
    if not (user.is_active and user.is_staff):
        raise Rejected("Only staff may look inside.", "not_staff")
    if not match.has_people or match.status in (Match.Status.FINISHED, Match.Status.ABORTED):
        raise Rejected("Nothing is hidden in this match.", "nothing_hidden")
    if match.seats.filter(user=user).exists():
        raise Rejected("You have a seat in this match: you see what it sees.", "seated")
    if not (said := reason.strip()):
        raise Rejected("Say why: the table is told.", "no_reason")
    insight, _ = Insight.objects.get_or_create(match=match, user=user, defaults={"reason": said[:300]})
    viewers_wake(match_id=match.pk)
    return insight


# Reports --------------------------------------------------------------------------------------------------------------


def complaint_make(
    *, match: Match, quote: str, reason: str, public: bool, seat: int | None = None, viewpoint: str = "",
    n: int | None = None, by_user: Any = None, by_seat: int | None = None,
) -> Complaint:  # fmt: skip
    """Report somebody's words to the hosts. `public` says whether everybody has heard them. Raises Rejected."""
    mine = Q(by_user=by_user) if by_user is not None else Q(by_seat=by_seat, by_user=None)
    if by_user is None and by_seat is None:
        raise Rejected("Sign in, or take a seat, to report something.", "nobody")
    if seat is not None and (seat == by_seat or not match.seats.filter(number=seat, taken_at__isnull=False).exists()):
        raise Rejected("Only the words of another person can be reported.", "no_person")
    if not (said := reason.strip()):
        raise Rejected("Say what is wrong with it.", "no_reason")
    earlier = match.complaints.filter(mine)
    if earlier.filter(quote=quote, seat=seat, n=n).exists():
        raise Rejected("You have reported this already.", "reported")
    if earlier.count() >= COMPLAINTS:
        raise Rejected(f"You have reported {COMPLAINTS} things in this match; the hosts will look at them.", "enough")
    return Complaint.objects.create(
        match=match, seat=seat, quote=quote, public=public, viewpoint=viewpoint, n=n, reason=said[:300],
        by_user=by_user, by_seat=by_seat,
    )  # fmt: skip


def complaint_handle(*, complaint: Complaint, user: Any, answer: str) -> None:
    """Note that a report has been seen to. Raises Rejected."""
    handled = {"handled_at": timezone.now(), "handled_by": user, "answer": answer.strip()[:300]}
    if not Complaint.objects.filter(pk=complaint.pk, handled_at=None).update(**handled):
        raise Rejected("This report has been handled already.", "handled")


# Being forgotten ------------------------------------------------------------------------------------------------------


@transaction.atomic
def account_delete(*, user: Any, name: str, words: bool) -> None:
    """Remove an account. Its seats stay under its pseudonym; with `words`, what it said and wrote goes too.

    Raises Rejected.
    """
    if name.strip() != user.get_username():
        raise Rejected("This is not the name of your account; type it as it stands here.", "name")
    if user.is_staff:
        raise Rejected("The account of a host is removed by another host, in the admin.", "staff")
    held = list(Seat.objects.filter(user=user).select_related("match"))
    if playing := next((seat.match for seat in held if not seat.match.ended), None):
        raise Rejected(
            f"Match {playing.pk}, in which you have a seat, is not over: finish it, or give the seat up and wait "
            "until it has ended.", "playing",
        )  # fmt: skip
    pseudonym = Profile.objects.get(user=user).pseudonym
    for seat in held:
        _seat_erase(seat, pseudonym, words)
    Remark.objects.filter(user=user).update(name=pseudonym, **({"text": privacy.DELETED} if words else {}))
    if words:
        Complaint.objects.filter(by_user=user).update(reason=privacy.DELETED)
    user.delete()


def _seat_erase(seat: Seat, pseudonym: str, words: bool) -> None:
    """Call a seat by a pseudonym wherever its match or a fork of it is told; nobody can claim it any more."""
    old = seat.name
    for match, upto in _descent(seat.match, None):
        _log_erase(match, seat.number, pseudonym, upto if words else 0)
        _rows_erase(match, seat.number, privacy.renaming({old: pseudonym}), upto if words else 0)
        names = [pseudonym if n == seat.number else name for n, name in enumerate(match.table["names"], 1)]
        Match.objects.filter(pk=match.pk).update(table={**match.table, "names": names})
        match.seats.filter(number=seat.number).update(name=pseudonym)
        match_rewritten.send(Match, match=match)
        match_retell(match_id=match.pk)
    Seat.objects.filter(pk=seat.pk).update(user=None, key_hash="", research_ok=False, training_ok=False)
    if seat.research_ok:
        research_withdrawn.send(Seat, seat=seat)


def _descent(match: Match, upto: int | None) -> Iterator[tuple[Match, int | None]]:
    """A match and all forks of it, each with the number up to which its log is that of the match; None for all."""
    yield match, upto
    for fork in match.forks.all():
        shared = fork.fork_seq if upto is None else min(upto, fork.fork_seq or 0)
        yield from _descent(fork, shared)


def _log_erase(match: Match, seat: int, pseudonym: str, upto: int | None) -> None:
    log: list[e.Event] = list(privacy.renamed(selectors.log_of(match.pk), {seat: pseudonym}))
    head = len(log) if upto is None else upto
    events_rewrite(match_id=match.pk, events=[*privacy.without_words(log[:head], seat), *log[head:]])


def _rows_erase(match: Match, seat: int, rename: privacy.Rename, upto: int | None) -> None:
    """The same beside the log: in decisions, which hold the words once more, thoughts, reports and remarks."""
    rows = list(Decision.objects.filter(match=match))
    for row in rows:
        row.thought = rename(row.thought)
        row.actions, row.attempts = (privacy.renamed_value(value, rename) for value in (row.actions, row.attempts))
        if row.seat == seat and row.source == Decision.Source.PERSON and upto != 0:
            row.actions = [privacy.silenced_action(action) for action in row.actions]
    Decision.objects.bulk_update(rows, ["thought", "actions", "attempts"], batch_size=200)
    for told in Complaint.objects.filter(match=match):
        told.quote = privacy.DELETED if told.seat == seat and upto != 0 else rename(told.quote)
        told.reason = rename(told.reason)
        told.save(update_fields=["quote", "reason"])
    for remark in Remark.objects.filter(match=match):
        remark.text = rename(remark.text)
        remark.save(update_fields=["text"])
