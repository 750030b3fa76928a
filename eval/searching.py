"""Searching what was said and done: filters, counts beside each choice, pages, and the nearest looser search.

Counts without words are exact: they are sums of cells. Others stop at `MOST`, and say so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, OuterRef, QuerySet

from eval.labelling import disputed, seen_by
from eval.models import WORDS, Cell, Citation, Entry, SliceMember
from eval.slices import Place

MOST = 10_000
"""Where counting stops."""
FACETS = ("faction", "role", "model", "arm", "phase", "kind", "truth", "claim")
"""What cells are chosen by."""
LOOSER = ("disputed", "judge", "label", "truth", "claim", "kind", "phase", "arm", "model", "role", "faction", "match",
          "slice", "q")  # fmt: skip
"""What is given up, one at a time, when nothing fits: the first that helps is the nearest."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. `chosen` are values of `FACETS`; what is empty asks for nothing.

    `user` and `everyone` say whose labels are looked at: `eval.labelling.seen_by`.
    """

    q: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    label: str = ""
    judge: str = ""
    disputed: bool = False
    match: int | None = None
    slice: str = ""
    user: Any = None
    everyone: bool = True

    @property
    def asks(self) -> bool:
        """Whether anything beside cells is asked for."""
        return bool(self.q or self.label or self.judge or self.disputed or self.match or self.slice)

    def without(self, name: str) -> Search:
        """The same with one part given up."""
        if name in FACETS:
            return replace(self, chosen={key: value for key, value in self.chosen.items() if key != name})
        nothing: dict[str, Any] = {"disputed": False, "match": None}
        return replace(self, **{name: nothing.get(name, "")})


@dataclass(frozen=True, slots=True)
class Count:
    """How many; `capped`: at least so many."""

    n: int
    capped: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """How many entries fit, and how many each choice of a filter would leave."""

    total: Count
    facets: Mapping[str, Mapping[str, int]]
    capped: frozenset[str]
    """Filters whose counts are those of the first `MOST` hits alone."""


# What fits ------------------------------------------------------------------------------------------------------------


def entries(search: Search) -> QuerySet[Entry]:
    """The entries that fit."""
    found = _asked(search)
    if search.chosen:
        found = found.filter(cell__in=[cell.pk for cell in Cell.objects.all() if _fits(cell, search.chosen)])
    return found


def _asked(search: Search) -> QuerySet[Entry]:
    """Those that fit all but what cells say."""
    found = Entry.objects.all()
    if search.q:
        found = found.filter(words=words_query(search.q))
    if search.match:
        found = found.filter(match=search.match)
    if search.slice:
        found = found.filter(_at(SliceMember.objects.filter(slice__name=search.slice)))
    if search.label or search.judge or search.disputed:
        found = found.filter(_at(_cited(search)))
    return found


def words_query(text: str) -> SearchQuery:
    """Words as people type them into a search: "a phrase", either or other, -without."""
    return SearchQuery(text, config=WORDS, search_type="websearch")


def _at(rows: QuerySet[Any]) -> Exists:
    """Whether one of these rows names the entry's event."""
    return Exists(rows.filter(match=OuterRef("match"), seq=OuterRef("seq")))


def _cited(search: Search) -> QuerySet[Citation]:
    """The events that the labels rest on which are looked for."""
    labels = seen_by(search.user, everyone=search.everyone).filter(present=True)
    if search.label:
        labels = labels.filter(code=search.label)
    if search.judge:
        labels = labels.filter(annotator=search.judge)
    if search.disputed:
        labels = disputed(labels, search.user, everyone=search.everyone)
    return Citation.objects.filter(label__in=labels)


def value_of(cell: Cell, name: str) -> str:
    """What a cell has under a filter."""
    found = getattr(cell, name)
    return ("yes" if found else "no") if name == "claim" else found


def _fits(cell: Cell, chosen: Mapping[str, str], but: str = "") -> bool:
    return all(value_of(cell, name) == value for name, value in chosen.items() if name != but)


# Counting -------------------------------------------------------------------------------------------------------------


def count(search: Search) -> Count:
    """How many entries fit."""
    if not search.asks:
        return Count(sum(cell.n for cell in Cell.objects.all() if _fits(cell, search.chosen)))
    n = entries(search).order_by()[: MOST + 1].count()
    return Count(min(n, MOST), n > MOST)


def counts(search: Search) -> Counts:
    """How many fit, and what choosing otherwise would leave."""
    cells = {cell.pk: cell for cell in Cell.objects.all()}
    sizes, capped = _sizes(search, cells.values())
    facets: dict[str, Mapping[str, int]] = {}
    for name in FACETS:
        found: Counter[str] = Counter()
        for pk, n in sizes.items():
            if n and _fits(cells[pk], search.chosen, name):
                found[value_of(cells[pk], name)] += n
        facets[name] = found
    labelled, more = _labelled(search)
    total = count(search) if capped else Count(sum(n for pk, n in sizes.items() if _fits(cells[pk], search.chosen)))
    stopped = (FACETS if capped else ()) + (tuple(labelled) if more else ())
    return Counts(total, {**facets, **labelled}, frozenset(stopped))


def _sizes(search: Search, cells: Iterable[Cell]) -> tuple[dict[int, int], bool]:
    """How many entries of each cell fit, whatever cells are chosen; and whether counting stopped."""
    if not search.asks:
        return {cell.pk: cell.n for cell in cells}, False
    found = Counter(_asked(search).order_by().values_list("cell", flat=True)[: MOST + 1])
    return dict(found), found.total() > MOST


def _labelled(search: Search) -> tuple[dict[str, Mapping[str, int]], bool]:
    """Cited events by code and by who says so, and those in dispute; and whether counting stopped."""
    free = search.without("label").without("judge").without("disputed")
    rows = _within(_cited(free), free).values_list("label__code", "label__annotator", "match", "seq")
    told = list(rows.distinct()[: MOST + 1])
    argued = set(_within(_cited(replace(free, disputed=True)), free).values_list("label__code", "match", "seq"))
    codes: set[tuple[str, int, int]] = set()
    judges: set[tuple[str, int, int]] = set()
    places: set[Place] = set()
    for code, by, match, seq in told:
        event = (code, match, seq)
        if not search.disputed or event in argued:
            if search.judge in ("", by):
                codes.add(event)
            if search.label in ("", code):
                judges.add((by, match, seq))
        if event in argued and search.judge in ("", by) and search.label in ("", code):
            places.add((match, seq))
    return {
        "label": Counter(code for code, *_ in codes),
        "judge": Counter(by for by, *_ in judges),
        "disputed": {"yes": len(places)} if places else {},
    }, len(told) > MOST


def _within(rows: QuerySet[Citation], search: Search) -> QuerySet[Citation]:
    """Those citations whose events fit a search."""
    if not (search.asks or search.chosen):
        return rows.order_by()
    return rows.filter(Exists(entries(search).filter(match=OuterRef("match"), seq=OuterRef("seq")))).order_by()


def looser(search: Search) -> tuple[str, Count] | None:
    """The first part without which something is found, and how much; None when no single one helps."""
    for name in LOOSER:
        freer = search.without(name)
        if freer != search and (found := count(freer)).n:
            return name, found
    return None
