"""Forks that are played in this process, beside the log of their match. Nothing is written, and no page sees them.

What is promised: with the same agents a fork has its match's log to the end, under the clocks `none` and `budget`, by
rounds and by bids, where agents decide by the seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest

from django.conf import settings

from game import selectors
from game.dials import agent_of
from game.engine.config import Clock, Talk
from game.engine.events import Event as EngineEvent
from game.live import agent_for
from game.models import Event, Match
from game.play.drivers import run_sync
from game.services import Rejected, rules_check


@dataclass(frozen=True, slots=True)
class Comparison:
    """A fork at an event of its match: how many events both have, and the first that differs, as each has it."""

    seq: int
    events: int
    first: int | None = None
    here: EngineEvent | None = None
    there: EngineEvent | None = None


def fork_places(match: Match, count: int) -> list[int]:
    """At most so many events at which a fork can begin, spread over the whole match."""
    opened = Event.objects.filter(match=match, boundary=True, kind="stage_opened").order_by("seq")
    seqs = list(opened.values_list("seq", flat=True))
    if len(seqs) <= count:
        return seqs
    return [seqs[round(place * (len(seqs) - 1) / max(1, count - 1))] for place in range(count)]


def fork_compare(match: Match, seq: int, changed: Mapping[int, str] | None = None) -> Comparison:
    """Play a match on from an event, perhaps with other agents at some seats, and hold it beside its own log.

    Raises Rejected where nothing is promised.
    """
    _check(match, changed or {})
    log = selectors.log_of(match.pk)
    cut = selectors.stage_opened_before(match.pk, seq)
    agents = {}
    for seat in match.seats.all():
        seat.agent = (changed or {}).get(seat.number, seat.agent)
        agents[seat.number] = agent_for(seat, match)
    played = run_sync(log[:cut], agents)  # type: ignore[arg-type]  # what is checked answers at once
    for place, (here, there) in enumerate(zip_longest(log, played.log), 1):
        if here != there:
            return Comparison(cut, place - 1, place, here, there)
    return Comparison(cut, len(log))


def _check(match: Match, changed: Mapping[int, str]) -> None:
    rules_check(match)
    table = selectors.state_of(match.pk).public.table
    if match.status != Match.Status.FINISHED:
        raise Rejected("Only a finished match can be compared with its forks.", "not_finished")
    if match.has_people or table.clock is Clock.WALL or table.talk is Talk.FIFO:
        raise Rejected("This match hung on people or on the time that answers took: it has no second run.", "not_same")
    seats = {seat.number: seat.agent for seat in match.seats.all()}
    if strangers := changed.keys() - seats.keys():
        raise Rejected(f"There is no seat {min(strangers)} in this match.", "no_seat")
    if models := {*map(agent_of, [*seats.values(), *changed.values()])} - set(settings.TOSSIM_AGENTS):
        raise Rejected(f"Only agents that decide by the seed play again alike, not {min(models)!r}.", "not_same")
