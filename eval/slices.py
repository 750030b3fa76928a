"""Slices: searches kept under a name, frozen with what they found, so that a data set can say what it was made from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from eval.models import Slice, SliceMember
from game.services import Rejected

MOST = 200_000
"""Events in a slice."""
BATCH = 5_000
Place = tuple[int, int]
"""A match and the number of an event in its log."""


class Changed(Exception):
    """A slice no longer has the members that its hash was made from."""


def slice_hash(members: Iterable[Place]) -> str:
    """The hash of members in order: a line MATCH:SEQ each."""
    digest = hashlib.sha256()
    for match, seq in members:
        digest.update(f"{match}:{seq}\n".encode())
    return digest.hexdigest()


@transaction.atomic
def slice_freeze(*, name: str, query: Mapping[str, Any], members: Iterable[Place], user: Any = None) -> Slice:
    """Keep events under a name that is still free. Raises Rejected."""
    found = sorted(set(members))
    if not found:
        raise Rejected("Nothing was found, and a slice of nothing is of no use.", "empty")
    if len(found) > MOST:
        raise Rejected(f"A slice holds at most {MOST:,} events; narrow the search.", "too_many")
    try:
        with transaction.atomic():
            made = Slice.objects.create(
                name=name, query=dict(query), sha256=slice_hash(found), size=len(found), created_by=user
            )
    except IntegrityError as error:
        raise Rejected(f"There is a slice {name!r} already, and slices never change.", "name_taken") from error
    rows = (SliceMember(slice=made, match_id=match, seq=seq) for match, seq in found)
    SliceMember.objects.bulk_create(rows, batch_size=BATCH)
    return made


def slice_members(found: Slice) -> Iterator[Place]:
    """The match and the number of each event, in order. Raises Changed where a match of it is gone."""
    rows = found.members.order_by("match", "seq").values_list("match", "seq")
    members = list(rows)
    if slice_hash(members) != found.sha256:
        raise Changed(f"{found.size - len(members)} of {found.size} events of slice {found.name!r} are gone.")
    return iter(members)
