"""What changes of what is found in matches: labels that people set. Checks at the edge, writes rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from eval.labels.citing import conduct, flaw_of
from eval.labels.codes import SCHEMA, Code
from eval.models import Citation, Label
from game.models import Match
from game.privacy import renamed, renaming
from game.profiles import aliases_of, consents_of
from game.selectors import log_of, viewpoint_for
from game.services import Rejected

SURE = range(1, 6)
"""How sure an annotator can be."""


@transaction.atomic
def label_set(
    *, user: Any, match: Match, day: int, seat: int, code: str, present: bool, event_ids: Sequence[int],
    quote: str = "", confidence: int | None = None, blind: bool,
) -> Label:  # fmt: skip
    """Say whether a seat showed a behaviour on a day. The same person's label of the same takes its place.

    `event_ids` are numbers of the log; a quote is kept with people's pseudonyms. Raises Rejected: for whoever may not
    see everything of the match, for the words of somebody who has not agreed to research, and for a label that its
    citations do not bear.
    """
    _annotator_check(user, match, seat)
    if code not in tuple(Code):
        raise Rejected(f"There is no code {code!r}.", "unknown_code")
    if confidence is not None and confidence not in SURE:
        raise Rejected("How sure you are is a number from 1 to 5.", "unsure")
    cited = sorted(set(event_ids)) if present else []
    names = aliases_of(match)
    rename = renaming({match.table["names"][number - 1]: name for number, name in names.items()})
    shown, quote = conduct(list(renamed(log_of(match.pk), names)), seat, day), rename(quote)
    if flaw := flaw_of(shown, cited, quote, present=present):
        raise Rejected(f"This label {flaw}.", "not_borne")
    label, _ = Label.objects.update_or_create(
        match=match, day=day, seat=seat, code=code, annotator=user.profile.pseudonym, rubric=SCHEMA, blind=blind,
        defaults={
            "present": present, "confidence": confidence, "quote": quote if present else "",
            "source": Label.Source.PERSON, "user": user,
        },
    )  # fmt: skip
    _cite(label, cited)
    return label


def _annotator_check(user: Any, match: Match, seat: int) -> None:
    """Raises Rejected for whoever may not label this seat."""
    if not getattr(user, "is_authenticated", False):
        raise Rejected("Log in to set labels.", "anonymous")
    views = viewpoint_for(user, match)
    if "god" not in views.allowed:
        raise Rejected(views.reason, "people_playing")
    if seat not in views.allowed:
        raise Rejected(f"There is no seat {seat} in this match.", "no_seat")
    consent = consents_of(match).get(seat)
    if consent and not consent.research:
        raise Rejected("The person in this seat has not agreed to research.", "no_consent")


def _cite(label: Label, cited: Sequence[int]) -> None:
    label.citations.all().delete()
    Citation.objects.bulk_create(Citation(label=label, match_id=label.match_id, seq=seq) for seq in cited)
