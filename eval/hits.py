"""Hits of a search, a page at a time: what is said with the words that were found, the lines around it, its labels."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.postgres.search import SearchHeadline
from django.db.models import Q, QuerySet

from eval.labelling import UNIT, seen_by
from eval.models import WORDS, Citation, Entry, Label
from eval.searching import Search, entries, words_query
from eval.slices import Place

START, STOP = "\x02", "\x03"
"""Around a word that was searched for."""
_FOUND = re.compile(f"{START}([^{STOP}]*){STOP}?")
LONG = 600
"""Characters of a text of which only the parts around found words are shown."""
NEAR = 2
"""Lines before and after a hit."""


class Part(NamedTuple):
    """A piece of a text, and whether it was searched for."""

    text: str
    found: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that fits."""

    entry: Entry
    parts: Sequence[Part]
    before: Sequence[Entry]
    after: Sequence[Entry]
    labels: Sequence[Label]


def hits(search: Search, after: Place | None, limit: int) -> tuple[list[Hit], bool]:
    """The hits behind an event, newest match first and each match in its order; and whether there are more."""
    found = ordered(search)
    if after:
        match, seq = after
        found = found.filter(match__lte=match).exclude(match=match, seq__lte=seq)
    page = list(found.select_related("cell").defer("words")[: limit + 1])
    told = page[:limit]
    parts, near, labels = _parts(search.q, told), _near(told), labels_of(told, search.user, everyone=search.everyone)
    return [
        Hit(entry, parts[entry.pk], *near[entry.match_id, entry.seq], labels[entry.match_id, entry.seq])
        for entry in told
    ], len(page) > limit


def ordered(search: Search) -> QuerySet[Entry]:
    """All that fit, in the order in which pages give them."""
    return entries(search).order_by("-match", "seq")


# Found words ----------------------------------------------------------------------------------------------------------


def _parts(q: str, page: Sequence[Entry]) -> dict[int, list[Part]]:
    if not q:
        return {entry.pk: [Part(entry.text, found=False)] for entry in page}
    marks: dict[str, Any] = {"config": WORDS, "start_sel": START, "stop_sel": STOP}
    whole = SearchHeadline("text", words_query(q), highlight_all=True, **marks)
    pieces = SearchHeadline("text", words_query(q), max_fragments=3, max_words=60, min_words=20, **marks)
    told: dict[int, str] = {}
    for headline, keys in (
        (whole, [entry.pk for entry in page if len(entry.text) <= LONG]),
        (pieces, [entry.pk for entry in page if len(entry.text) > LONG]),
    ):
        told |= dict(Entry.objects.filter(pk__in=keys).order_by().values_list("pk", headline))
    return {key: _split(text) for key, text in told.items()}


def _split(text: str) -> list[Part]:
    """A marked text in pieces: every other one was found."""
    return [Part(piece, found=bool(n % 2)) for n, piece in enumerate(_FOUND.split(text)) if piece]


# The lines around -----------------------------------------------------------------------------------------------------

_AROUND = """
SELECT one.match AS of_match, one.seq AS of_seq, near.* FROM unnest(%s::bigint[], %s::integer[]) AS one(match, seq),
LATERAL (
    (SELECT id, match_id, seq, day, seat, name, cell_id, text FROM eval_entry
     WHERE match_id = one.match AND seq < one.seq ORDER BY seq DESC LIMIT %s)
    UNION ALL
    (SELECT id, match_id, seq, day, seat, name, cell_id, text FROM eval_entry
     WHERE match_id = one.match AND seq > one.seq ORDER BY seq LIMIT %s)
) AS near ORDER BY near.seq
"""


def _near(page: Sequence[Entry]) -> dict[Place, tuple[list[Entry], list[Entry]]]:
    """The lines before and after each entry."""
    found: dict[Place, tuple[list[Entry], list[Entry]]] = {(one.match_id, one.seq): ([], []) for one in page}
    places = [[one.match_id for one in page], [one.seq for one in page]]
    rows: Any = Entry.objects.raw(_AROUND, [*places, NEAR, NEAR]).prefetch_related("cell")
    for row in rows:
        found[row.of_match, row.of_seq][row.seq > row.of_seq].append(row)
    return found


# Labels ---------------------------------------------------------------------------------------------------------------


def labels_of(page: Sequence[Entry], user: Any, *, everyone: bool) -> defaultdict[Place, list[Label]]:
    """The labels that somebody sees which rest on these entries, and those of theirs that deny one of them."""
    places = Q()
    for entry in page:
        places |= Q(match=entry.match_id, seq=entry.seq)
    found: defaultdict[Place, list[Label]] = defaultdict(list)
    if not page:
        return found
    cited = Citation.objects.filter(places, label__in=seen_by(user, everyone=everyone)).select_related("label")
    units: defaultdict[tuple[Any, ...], list[Place]] = defaultdict(list)
    for one in cited.order_by("label__code", "label__annotator"):
        found[one.match_id, one.seq].append(one.label)
        units[_unit(one.label)].append((one.match_id, one.seq))
    _deny(found, units, user, everyone=everyone)
    return found


def _unit(label: Label) -> tuple[Any, ...]:
    return (label.match_id, *(getattr(label, name) for name in UNIT[1:]))


def _deny(
    found: defaultdict[Place, list[Label]], units: defaultdict[tuple[Any, ...], list[Place]], user: Any, *,
    everyone: bool,
) -> None:  # fmt: skip
    """Add what others say to the contrary: a label of what is absent rests on nothing."""
    wanted = Q()
    for match, day, seat, code in units:
        wanted |= Q(match=match, day=day, seat=seat, code=code)
    if not units:
        return
    for label in seen_by(user, everyone=everyone).filter(wanted, present=False).order_by("annotator"):
        for place in dict.fromkeys(units[_unit(label)]):
            found[place].append(label)
