"""LoRA adapters and the rows of lanes: loading one that a seat needs, exchanging one for all that play it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils import timezone

from agents import selectors
from agents.lanes import adapters
from agents.lanes.control import Control, Silent, Unanswered
from agents.lanes.facts import Kind, State
from agents.llm.client import BadRequest, Unreachable
from agents.models import Lane, LanguageModel
from game.services import Rejected

LOADING = 7_141_003
"""Key of the locks under which the adapters of a lane change, one for each lane."""


def adapter_load(*, lane: str, model: str, again: bool = False) -> None:
    """Make a lane's server ready for a model's adapter; with `again` even where its row says that it is.

    An endpoint looks after its adapters itself. Raises Unreachable or BadRequest.
    """
    with _held(lane) as row:
        found = LanguageModel.objects.filter(name=model).exclude(adapter="").first()
        if row is None or found is None or row.kind == Kind.ENDPOINT:
            return
        wanted = selectors.model_facts(found).adapter
        loaded = adapters.from_json(row.adapters)
        if again:
            loaded.pop(model, None)
        if wanted is not None:
            _change(row, adapters.plan(wanted, loaded, row.max_loras, selectors.seats_by_adapter(row)), loaded, model)


def adapter_swap(*, model: LanguageModel, folder: str) -> list[str]:
    """Give a model other adapter files, and load them on every lane that has the old ones loaded.

    Matches go on meanwhile. Gives the names of those lanes. Raises Rejected when a server does not take them.
    """
    if not model.adapter:
        raise Rejected(f"{model.name} is no adapter.", "no_adapter")
    if folder == model.adapter:
        raise Rejected(f"Other files need another folder: servers keep what they cached for {folder}.", "same_folder")
    model.adapter, model.adapter_version = folder, model.adapter_version + 1
    model.save(update_fields=["adapter", "adapter_version"])
    swapped = []
    for lane in Lane.objects.filter(state=State.READY, adapters__has_key=model.name):
        try:
            adapter_load(lane=lane.name, model=model.name)
        except (Unreachable, BadRequest) as error:
            raise Rejected(f"{lane.name} does not take the adapter: {error}", "refused") from error
        swapped.append(lane.name)
    return swapped


def _change(row: Lane, step: adapters.Plan, loaded: dict[str, adapters.Loaded], model: str) -> None:
    now = timezone.now().timestamp()
    try:
        after = asyncio.run(adapters.carry_out(Control(row.url), step, loaded, now))
    except Silent as error:
        raise Unreachable(str(error)) from error
    except Unanswered as error:
        raise BadRequest(str(error)) from error
    Lane.objects.filter(pk=row.pk).update(adapters=adapters.to_json(adapters.used(after, model, now)))


@contextmanager
def _held(lane: str) -> Iterator[Lane | None]:
    """The lane's row, while nobody else changes its adapters; its watcher may write the rest."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOADING, lane])
        yield Lane.objects.filter(name=lane).first()
