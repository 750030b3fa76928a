"""What changes of what is found in matches: labels of people and judges, and what judges were asked.

Checks at the edge, writes rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from eval.judge.asking import OURS, Judge, Outcome, State, key_of
from eval.judge.gate import Worth
from eval.judge.questions import Asked, Finding, findings
from eval.judge.views import SeatDay
from eval.labels.citing import conduct, flaw_of
from eval.labels.codes import SCHEMA, Code
from eval.models import Citation, Gate, Judgement, Label
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


def label_withdraw(*, user: Any, match: Match, day: int, seat: int, code: str, blind: bool) -> None:
    """Take one's own label back, as if it had not been set. Raises Rejected."""
    _annotator_check(user, match, seat)
    Label.objects.filter(
        match=match, day=day, seat=seat, code=code, annotator=user.profile.pseudonym, rubric=SCHEMA, blind=blind
    ).delete()


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


def match_forget(*, match: Match) -> None:
    """Take all words out of what is kept of a match: what judges were shown goes, and labels lose their quotes."""
    Judgement.objects.filter(match=match).delete()
    Label.objects.filter(match=match).update(quote="")


@transaction.atomic
def seat_forget(*, match: Match, seat: int) -> None:
    """Take out what research made of a seat: what judges were shown of its match goes, with labels by outside judges.

    Labels of the seat itself go whoever set them; others by people and by judges of ours stay, without their quotes.
    """
    outside = Judgement.objects.filter(match=match).exclude(server=OURS)
    Label.objects.filter(Q(seat=seat) | Q(judgement__in=outside), match=match).delete()
    match_forget(match=match)


# Judges ---------------------------------------------------------------------------------------------------------------


def judgement_begin(*, question: Asked, judge: Judge, is_gold: bool = False) -> Judgement:
    """Keep a question before it is asked. One that a stopped run left open will not be answered any more."""
    views = question.views
    key = key_of(question, judge)
    _settle(Judgement.objects.filter(key=key), Outcome(State.FAILED, "the run was stopped"))
    return Judgement.objects.create(
        key=key, match_id=None if is_gold or not views else views[0].unit.match,
        units=[[view.unit.match, view.unit.seat, view.unit.day] for view in views],
        judge=judge.name, model=judge.model, server=judge.server, rubric=question.rubric,
        view=views[0].kind.value if views else "", prompt=question.prompt,
        lines=[line.seq for view in views for line in view.all], parameters=question.parameters,
    )  # fmt: skip


def judgement_settle(*, judgement: Judgement, outcome: Outcome) -> None:
    """Keep what became of a question; what is settled stays as it is."""
    _settle(Judgement.objects.filter(pk=judgement.pk), outcome)
    judgement.refresh_from_db()


def _settle(rows: QuerySet[Judgement], outcome: Outcome) -> None:
    rows.filter(state=State.PENDING).update(
        state=outcome.state, reason=outcome.reason, answer=outcome.answer, replies=list(outcome.replies),
        prompt_tokens=outcome.prompt_tokens, completion_tokens=outcome.completion_tokens, usd=outcome.usd,
        settled_at=timezone.now(),
    )  # fmt: skip


@transaction.atomic
def judgement_label(*, judgement: Judgement, view: SeatDay) -> list[Label]:
    """The labels of a judgement that is done, in place of those that the judge gave before; else none at all."""
    if judgement.answer is None or judgement.match_id is None:
        return []
    unit = {"match_id": judgement.match_id, "day": view.unit.day, "seat": view.unit.seat}
    by = {"annotator": judgement.judge, "rubric": rubric_of(judgement.rubric, judgement.view), "blind": True}
    Label.objects.filter(**unit, **by).delete()
    found = findings(view, judgement.answer)
    labels = Label.objects.bulk_create(
        Label(
            **unit, **by, code=one.code, present=one.present, confidence=one.confidence,
            quote=view.unblind(one.quote), void=one.void, source=Label.Source.JUDGE, judgement=judgement,
        )
        for one in found
    )  # fmt: skip
    Citation.objects.bulk_create(_citations(labels, found))
    return labels


def rubric_of(rubric: str, view: str) -> str:
    """What a judge's labels name as their rubric: the version, and how much it was shown."""
    return f"{rubric} {view}"


def _citations(labels: Sequence[Label], found: Sequence[Finding]) -> list[Citation]:
    return [
        Citation(label=label, match_id=label.match_id, seq=seq)
        for label, one in zip(labels, found, strict=True) for seq in one.seqs
    ]  # fmt: skip


def gate_keep(*, judge: Judge, rubric: str, view: str, worth: Worth) -> Gate:
    """Keep what a judge was worth on the gold set: it holds until the next time."""
    return Gate.objects.create(judge=judge.name, rubric=rubric, view=view, figures=worth.to_json())
