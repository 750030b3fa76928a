"""Where matches bear marks: days of seats that were labelled, events that slices hold. Reads alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from eval.models import Label, Slice
from eval.slices import slice_members
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


def events_sliced(found: Iterable[Slice]) -> dict[int, frozenset[int]]:
    """The events that any of the slices holds, by match. Raises Changed where one is not what it was."""
    events: defaultdict[int, set[int]] = defaultdict(set)
    for one in found:
        for match, seq in slice_members(one):
            events[match].add(seq)
    return {match: frozenset(seqs) for match, seqs in events.items()}
