"""Workers, broker and database lost in turn while trials are played: the outcomes are those of an undisturbed run."""

from __future__ import annotations

import json
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.db import connection

from agents.seating import scripted_agent
from eval.experiments.blocks import Blocks
from eval.experiments.outcome import to_json
from eval.experiments.plan import PlanSpec
from eval.experiments.playing import Finished, game_of, games_play
from eval.models import Experiment
from tests.experiments.conftest import launched
from tests.experiments.plans import plan
from tests.stack import Process, Stack, broker_of, until
from tossim_site.embedded.account import Account
from tossim_site.embedded.valkey import running_valkey, socket_in

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


class Broker:
    """A broker that can be lost with all it holds, and come back empty."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._running = folder, ExitStack()
        self.start()

    def start(self) -> None:
        """Be there."""
        self._running.enter_context(running_valkey(self.folder, Account(os.geteuid(), os.getegid())))

    def lose(self) -> None:
        """Be gone."""
        self._running.close()


@contextmanager
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Stack, Broker]]:
    """A broker and beat; tests start their workers."""
    with tempfile.TemporaryDirectory(prefix="tossim-faults-") as name:
        broker = Broker(Path(name) / "valkey")
        stack = Stack(Path(name), f"unix://{socket_in(broker.folder)}")
        monkeypatch.setattr("eval.experimenting.current_app", broker_of(stack))
        try:
            stack.beat()
            yield stack, broker
        finally:
            stack.close(print)
            broker.lose()


def undisturbed(given: PlanSpec) -> dict[tuple[int, str], str]:
    """The outcomes of a plan when nothing happens, to the last byte."""
    blocks = Blocks(given)
    games = [game_of(blocks, blocks.block(n), arm) for n in range(given.blocks) for arm in blocks.arms]
    done = games_play(games, lambda seat, sitter: scripted_agent(sitter.agent, seat, sitter.luck))
    found = [one.outcome for one in done if isinstance(one, Finished)]
    return {(one.block, one.arm): json.dumps(to_json(one), sort_keys=True) for one in found}


def kept(experiment: Experiment) -> dict[tuple[int, str], str]:
    """The outcomes that stand in the database."""
    rows = list(experiment.trials.values_list("block", "arm", "outcome"))
    assert len({(block, arm) for block, arm, _ in rows}) == len(rows)
    return {(block, arm): json.dumps(outcome, sort_keys=True) for block, arm, outcome in rows}


def test_no_block_is_lost_and_none_counted_twice_when_workers_database_and_broker_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = plan(blocks=8)
    with running(monkeypatch) as (stack, broker):
        experiment = launched(given)

        def done(share: float) -> bool:
            count: int = experiment.trials.filter(state="done").count()
            return count >= share * experiment.trials.count()

        first = stack.worker("batch")
        until(lambda: done(0.1) and frozen_while_it_plays(first, experiment), "a worker is in the middle of a chunk")
        first.kill()
        second = stack.worker("batch")
        until(lambda: done(0.4), "another has taken over")
        end_connections()
        until(lambda: done(0.6), "it goes on when the database is back")
        broker.lose()
        until(lambda: frozen_while_it_plays(second, experiment), "it plays on without a broker")
        second.kill()
        broker.start()
        stack.worker("batch")
        until(lambda: done(1.0), "a third finds what nobody plays")
        until(lambda: not Experiment.objects.filter(pk=experiment.pk, state="running").exists(), "and the end is noted")
    assert kept(experiment) == undisturbed(given)
    assert set(experiment.trials.values_list("tries", flat=True)) == {1}
    assert experiment.trials.filter(losses__gt=0).exists()


def frozen_while_it_plays(worker: Process, experiment: Experiment) -> bool:
    """Stop a worker where it stands; it goes on, and this is False, where it holds no trial just then."""
    worker.signal(signal.SIGSTOP)
    if experiment.trials.filter(state="running").exists():
        return True
    worker.signal(signal.SIGCONT)
    return False


def end_connections() -> None:
    """Take from all others their connections to the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
