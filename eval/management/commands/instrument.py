"""Try the analysis on matches whose truth is known, before any experiment is believed."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from eval.experiments.plan import PlanSpec
from eval.experiments.writing import plan_sha256
from eval.instrumenting import pool_play, pool_read

SAYS_EVERY = 30.0
"""Seconds between two lines on how far it has come."""


class Command(BaseCommand):
    """`manage.py instrument`: plays a pool of blocks, draws experiments from it, tries the analysis on them."""

    help = "Play a pool of scripted blocks, draw experiments from it, and try the analysis on them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("--blocks", type=int, default=8_000, help="of the pool")
        parser.add_argument("--experiments", type=int, default=1_000, help="that are drawn from it")
        parser.add_argument("--size", type=int, default=320, help="blocks of an experiment")
        parser.add_argument("--lie", type=float, default=0.32, help="where the dial of the worse liars stands")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes that play")
        parser.add_argument("--fresh", action="store_true", help="play again what an earlier run has kept")

    def handle(
        self, *, blocks: int, experiments: int, size: int, lie: float, seed: int, workers: int, fresh: bool, **_: Any
    ) -> None:
        """Play what is missing, draw, judge."""
        from eval.statistics.instrument import check
        from eval.statistics.pool import pool_plan

        if min(experiments, size, workers) < 1 or size > blocks or not 0 <= lie <= 1:
            raise CommandError("The pool holds the blocks of an experiment, and the dial goes from 0 to 1.")
        plan = pool_plan(lie, seed)
        path = settings.VAR / "instrument" / f"{plan_sha256(plan)[:16]}.jsonl"
        if fresh:
            path.unlink(missing_ok=True)
        self._play(plan, blocks, path, workers)
        began = time.perf_counter()
        pool = [outcome for outcome in pool_read(path) if outcome.block < blocks]
        found = check(pool, size=size, experiments=experiments, seed=seed)
        for line in found.lines:
            self.stdout.write(line)
        self.stdout.write(f"{experiments:,} experiments drawn in {time.perf_counter() - began:.0f} s from {path}")
        self.stdout.write(found.verdict)
        if not found.holds:
            raise SystemExit(1)

    def _play(self, plan: PlanSpec, blocks: int, path: Path, workers: int) -> None:
        began = said = time.perf_counter()
        for done, of in pool_play(plan, blocks, path, workers):
            now = time.perf_counter()
            if now - said > SAYS_EVERY or done == of:
                said = now
                self.stdout.write(f"{done:,} of {of:,} blocks played, {done / (now - began):.1f} a second")
                self.stdout.flush()
