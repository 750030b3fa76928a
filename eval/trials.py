"""Trials being played: taken under a lease, played, written once. Any process may die at any moment.

Trials of scripted agents are played in this process, some at a time in lockstep, and need no rows of a match. A lease
is a fencing number, as that of a match: whoever gives no sign of life loses its trials to the next one, and cannot
write them any more. Played again they come to the same bytes, since all chance hangs on the plan.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from agents.seating import is_scripted, scripted_agent
from eval.experiments.blocks import Blocks, Sitter
from eval.experiments.outcome import to_json
from eval.experiments.outcoming import Sat, failed_outcome, log_pack, log_unpack
from eval.experiments.plan import PlanSpec
from eval.experiments.playing import Finished, Game, game_of, games_play
from eval.models import Experiment, Trial
from eval.releases import rules_sha256
from game.bell import RENEW_EVERY
from game.engine.events import Event
from game.engine.types import Seat
from game.log import STALE_AFTER, holder
from game.play.seats import Agent

log = logging.getLogger(__name__)

CHUNK = 8
"""Trials that are taken at a time: what is lost with a process, and the matches in one lockstep."""
MOST_LOST = 8
"""Losses after which a trial is blamed for the end of whoever plays it."""
SUSPECT = 3
"""Losses after which it is played alone, so that it takes no others with it."""
PATIENCE = (0.0, 0.2, 1.0, 3.0, 10.0)
"""Seconds before each try at writing, while the database is away."""
AGENT, LOST, PARENT = "agent", "lost", "parent"
"""Causes: an agent or the rules raised; whoever played it died again and again; the match to fork has failed."""
State = Trial.State
Answer = TypeVar("Answer")

_busy = threading.Lock()
"""One lockstep a process: more threads of it would only share the same core."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A trial under a lease of ours."""

    pk: int
    block: int
    arm: str
    lease: int
    tries: int = 0
    losses: int = 0
    after: int | None = None


# Taking ---------------------------------------------------------------------------------------------------------------


def plan_of(experiment: Experiment) -> PlanSpec:
    """The plan that an experiment was launched with."""
    return PlanSpec.model_validate(experiment.frozen)


def scripted_arms(blocks: Blocks) -> list[str]:
    """The arms in which no language model plays."""
    agents = {name: spec.agent for name, spec in blocks.plan.models.items()}
    return [name for name, arm in blocks.arms.items() if all(is_scripted(agents[model]) for model in arm.models)]


@transaction.atomic
def trials_take(experiment_id: int, arms: Sequence[str], most: int = CHUNK) -> list[Taken]:
    """Take trials that nobody plays, in their order; none where the experiment is not being played."""
    rows = list(_free(experiment_id, arms)[:most])
    if suspects := [row for row in rows if row.losses >= SUSPECT]:
        rows = suspects[:1]
    for row in rows:
        row.losses += row.state == State.RUNNING
        row.state, row.lease, row.holder, row.heartbeat_at = State.RUNNING, row.lease + 1, holder(), timezone.now()
    Trial.objects.bulk_update(rows, ["losses", "state", "lease", "holder", "heartbeat_at"])
    return [Taken(row.pk, row.block, row.arm, row.lease, row.tries, row.losses, row.after_id) for row in rows]


def _free(experiment_id: int, arms: Sequence[str]) -> QuerySet[Trial]:
    """Trials that may be taken, locked; forks when their match is there."""
    lost = Q(state=State.RUNNING, heartbeat_at__lt=Now() - STALE_AFTER)
    rows = Trial.objects.filter(Q(state=State.WAITING) | lost, experiment=experiment_id, arm__in=arms, match=None)
    rows = rows.filter(Q(after=None) | Q(after__state=State.DONE), experiment__state=Experiment.State.RUNNING)
    rows = rows.only("block", "arm", "state", "lease", "tries", "losses", "after_id").order_by("place")
    return rows.select_for_update(skip_locked=True, of=("self",))


@contextmanager
def signs_of_life(taken: Sequence[Taken]) -> Iterator[None]:
    """Renew the heartbeats from a thread for as long as the `with` lasts; the database may be away for a while."""
    over = threading.Event()
    mine = Q()
    for one in taken:
        mine |= Q(pk=one.pk, lease=one.lease)

    def beat() -> None:
        while not over.wait(RENEW_EVERY):
            try:
                Trial.objects.filter(mine).update(heartbeat_at=Now())
            except DatabaseError as error:
                log.warning("No sign of life can be given: %s", error)
            finally:
                connection.close()

    thread = threading.Thread(target=beat, name="trials-heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


# Playing --------------------------------------------------------------------------------------------------------------


def trials_play(
    experiment: Experiment, *, seconds: float = float("inf"), stop: Callable[[], bool] = lambda: False
) -> int:
    """Play trials of scripted agents until none is left to take, or the time is over; how many were written.

    Does nothing where this process plays already, or where its rules are not those of the launch.
    """
    if experiment.rules != rules_sha256():
        log.warning("%s was launched with other rules than this worker has", experiment)
        return 0
    if not _busy.acquire(blocking=False):
        return 0
    try:
        blocks, until, written = Blocks(plan_of(experiment)), time.monotonic() + seconds, 0
        arms = scripted_arms(blocks)
        while not stop() and time.monotonic() < until:
            taken = _patiently(partial(trials_take, experiment.pk, arms))
            if not taken:
                break
            with signs_of_life(taken):
                write = partial(trials_write, blocks, taken, _played(blocks, taken))
                written += _patiently(write)
        return written
    finally:
        _busy.release()


def _played(blocks: Blocks, taken: Sequence[Taken]) -> list[Finished | Exception]:
    """What became of each trial; one that was lost too often is not played again."""
    blamed = [one.losses >= MOST_LOST for one in taken]
    games = [_game(blocks, one) for one, is_blamed in zip(taken, blamed, strict=True) if not is_blamed]
    found = iter(games_play(games, _agent))
    return [Lost(one.losses) if is_blamed else next(found) for one, is_blamed in zip(taken, blamed, strict=True)]


class Lost(Exception):
    """Whoever played the trial died, too often to be chance."""

    def __init__(self, times: int) -> None:
        super().__init__(f"whoever played it died {times} times")


def _game(blocks: Blocks, one: Taken) -> Game:
    before = log_of_trial(one.after) if one.after else ()
    return game_of(blocks, blocks.block(one.block), one.arm, before)


def _agent(seat: Seat, sitter: Sitter) -> Agent:
    return scripted_agent(sitter.agent, seat, sitter.luck)


def log_of_trial(pk: int) -> list[Event]:
    """The log of a trial that is done."""
    return log_unpack(bytes(Trial.objects.exclude(log=None).values_list("log", flat=True).get(pk=pk) or b""))


def _patiently(work: Callable[[], Answer]) -> Answer:
    """Do what needs the database, which may be away for a while. Raises OperationalError when it stays away."""
    for pause in PATIENCE:
        time.sleep(pause)
        try:
            return work()
        except OperationalError as error:
            log.warning("The database is away: %s", error)
            connection.close()
    return work()


# Writing --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def trials_write(blocks: Blocks, taken: Sequence[Taken], found: Sequence[Finished | Exception]) -> int:
    """Write what became of trials, each under its lease; how many were still ours."""
    written = 0
    for one, result in zip(taken, found, strict=True):
        if isinstance(result, Finished):
            written += _done(one, result)
        else:
            cause = LOST if isinstance(result, Lost) else AGENT
            log.error("%s of block %s has failed", one.arm, one.block, exc_info=result)
            written += trial_fail(blocks, one, cause, f"{type(result).__name__}: {result}")
    return written


def _done(one: Taken, finished: Finished) -> int:
    outcome = replace(finished.outcome, tries=one.tries + 1)
    return _mine(one).update(
        state=State.DONE, outcome=to_json(outcome), log=log_pack(finished.log), tries=one.tries + 1, cause="",
        finished_at=Now(), holder="", heartbeat_at=None,
    )  # fmt: skip


def trial_fail(blocks: Blocks, one: Taken, cause: str, says: str) -> int:
    """Note why a try failed; the trial waits for another, or has failed for good. 0 where it is no longer ours."""
    row = _mine(one).select_for_update().first()
    if row is None:
        return 0
    row.tries, row.cause = one.tries + 1, cause
    row.causes = [*row.causes, {"try": row.tries, "cause": cause, "says": says[:500]}]
    row.holder, row.heartbeat_at, row.match = "", None, None
    if row.tries <= blocks.plan.retries.automatic and cause != LOST:
        row.state = State.WAITING
    else:
        give_up(blocks, row)
    row.save()
    return 1


def give_up(blocks: Blocks, row: Trial) -> None:
    """Make the trial one that has failed, and with it those that would be forked from it."""
    block, arm = blocks.block(row.block), blocks.arms[row.arm]
    sat = Sat(block, row.arm, blocks.sitters(block, arm), block.drawn)
    row.state, row.finished_at = State.FAILED, timezone.now()
    row.outcome = to_json(replace(failed_outcome(sat, row.cause), tries=row.tries))
    for fork in Trial.objects.select_for_update().filter(after=row, state=State.WAITING):
        fork.cause, fork.causes = PARENT, [*fork.causes, {"cause": PARENT, "says": f"{row} has failed"}]
        give_up(blocks, fork)
        fork.save()


def _mine(one: Taken) -> QuerySet[Trial]:
    return Trial.objects.filter(pk=one.pk, lease=one.lease, state=State.RUNNING)
