"""Which labels somebody sees, and whether they may set any: first say, then see what others say."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from eval.models import Label

UNIT = ("match", "day", "seat", "code")
"""What annotators can agree or disagree on."""


def may_label(user: Any) -> bool:
    """Whether somebody may set labels: staff, and whoever was given leave."""
    known = getattr(user, "is_authenticated", False) and user.is_active
    return bool(known and (user.is_staff or user.has_perm("eval.add_label")))


def seen_by(user: Any, *, everyone: bool) -> QuerySet[Label]:
    """The labels that count and that somebody sees: everyone's, or their own and others' of what they labelled too."""
    labels = Label.objects.filter(void="")
    if everyone:
        return labels
    if not may_label(user):
        return labels.none()
    mine = Label.objects.filter(user=user, **{name: OuterRef(name) for name in UNIT})
    return labels.filter(Q(user=user) | Exists(mine))


def disputed(labels: QuerySet[Label], user: Any, *, everyone: bool) -> QuerySet[Label]:
    """Those of which a label that somebody sees says the contrary."""
    others = seen_by(user, everyone=everyone).filter(**{name: OuterRef(name) for name in UNIT})
    return labels.filter(Exists(others.exclude(present=OuterRef("present"))))
