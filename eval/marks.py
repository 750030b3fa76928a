"""Where matches bear marks: the days of seats that were labelled. Reads alone."""

from __future__ import annotations

from collections.abc import Iterable

from eval.models import Label
from game.engine.types import Seat
from game.models import Match


def days_labelled(match: Match, codes: Iterable[str], annotators: Iterable[str] = ()) -> frozenset[tuple[int, Seat]]:
    """The days and seats of which a label that counts says that one of the behaviours was there.

    Without `annotators`, anybody's label.
    """
    found = Label.objects.filter(match=match, code__in=list(codes), present=True, void="")
    if named := list(annotators):
        found = found.filter(annotator__in=named)
    return frozenset(found.values_list("day", "seat"))
