"""The index of what was said and done in matches that are over: made from their logs, thrown away, made again.

Nothing stands in it that not everybody may see: people have stopped playing, and are told as they agreed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from django.db import connection, transaction
from django.db.models import Count, F, Q, QuerySet

from eval.lines import VERSION, Line, lines_of
from eval.models import Cell, Entry, Indexed
from eval.sources import ENDED, Source
from game.models import Match
from game.profiles import consents_of
from game.services import Rejected

KEY = ("faction", "role", "model", "arm", "phase", "kind", "claim", "truth")
"""What a cell is told apart by."""
Key = tuple[str, str, str, str, str, str, bool, str]


def matches_fit() -> QuerySet[Match]:
    """Matches that belong into the index: over, listed, and not for practice."""
    return Match.objects.filter(status__in=ENDED, practice=False, invite="").exclude(started_at=None)


def matches_missing() -> QuerySet[Match]:
    """Those of them that are not in it, or are by older rules, newest first."""
    return matches_fit().exclude(indexed__version=VERSION).order_by("-pk")


def matches_retold() -> Iterator[Match]:
    """Matches with people that are told otherwise now than when they were indexed."""
    rows = Indexed.objects.filter(Q(match__has_people=True) | Q(match__rewritten_at__gt=F("at")))
    for row in rows.select_related("match"):
        if row.told != _told(row.match):
            yield row.match


def _told(match: Match) -> str:
    """What else than the version decides how a match is told."""
    agreed = sorted((seat, one.research, one.training) for seat, one in consents_of(match).items())
    return hashlib.sha256(repr((match.last_seq, match.rewritten_at, agreed)).encode()).hexdigest()


@transaction.atomic
def match_index(*, match: Match) -> int:
    """Make the entries of a match anew; how many. Raises Rejected for one that does not belong into the index."""
    match = Match.objects.select_for_update().get(pk=match.pk)
    match_unindex(match=match)
    if not matches_fit().filter(pk=match.pk).exists():
        raise Rejected(f"Match {match.pk} is not over, is for practice, or is listed nowhere.", "unfit")
    source = Source(match)
    lines = list(lines_of(source.facts, source.news(0)))
    cells = _cells_raise(Counter(map(_key, lines)))
    _entries_write(match, lines, cells)
    Indexed.objects.create(match=match, version=VERSION, told=_told(match), entries=len(lines))
    return len(lines)


@transaction.atomic
def match_unindex(*, match: Match) -> None:
    """Take a match out of the index."""
    if not Indexed.objects.filter(match=match).delete()[0]:
        return
    entries = Entry.objects.filter(match=match)
    counts = dict(entries.order_by().values_list("cell").annotate(Count("pk")))
    cells = list(Cell.objects.select_for_update().filter(pk__in=counts).order_by(*KEY))
    for cell in cells:
        cell.n -= counts[cell.pk]
    Cell.objects.bulk_update(cells, ["n"])
    entries.delete()


def _key(line: Line) -> Key:
    return (line.faction, line.role, line.model, line.arm, line.phase, line.kind, line.claim, line.truth)


def _cells_raise(counts: Mapping[Key, int]) -> dict[Key, int]:
    """Add to the counts of cells, made where missing; their ids. One order always, so that nobody waits in a ring."""
    if not counts:
        return {}
    names = ", ".join(KEY)
    types = ("text", "text", "text", "text", "text", "text", "boolean", "text", "integer")
    columns = ", ".join(f"%s::{name}[]" for name in types)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO eval_cell ({names}, n) SELECT * FROM unnest({columns}) AS one({names}, n) ORDER BY {names} "  # noqa: S608
            f"ON CONFLICT ({names}) DO UPDATE SET n = eval_cell.n + excluded.n RETURNING id, {names}",
            [list(column) for column in zip(*((*key, n) for key, n in counts.items()), strict=True)],
        )
        return {tuple(key): pk for pk, *key in cursor.fetchall()}


def _entries_write(match: Match, lines: Sequence[Line], cells: Mapping[Key, int]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY eval_entry (match_id, seq, day, seat, name, cell_id, text) FROM STDIN") as copy,
    ):
        for line in lines:
            copy.write_row((match.pk, line.seq, line.day, line.seat, line.name, cells[_key(line)], line.text))
