"""`manage.py engine_test`: play random matches of every mode and count where a law of the engine broke."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from multiprocessing import get_context
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from game.engine.setup import MODES
from game.proof import Law, Proof, engine_test

PLAYERS = range(7, 16)
TICK = 10.0
"""Seconds between two lines of progress."""

Job = tuple[str, int, str, int]


class Command(BaseCommand):
    """Prints progress, each breach once, a table by mode, and a last line with the counts; exit 1 on any breach."""

    help = "Play random matches of every mode, check every law at every step, and count what broke."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("--matches", type=int, default=1000)
        parser.add_argument("--mode", action="append", help="only this one; may be given several times")
        parser.add_argument("--jobs", type=int, default=1, help="processes")
        parser.add_argument("--every", type=int, default=1, help="check the laws of a moment at each so-manyth step")
        parser.add_argument("--seed", default="engine test", help="another one gives other matches")

    def handle(self, *, matches: int, mode: list[str] | None, jobs: int, every: int, seed: str, **_: Any) -> None:
        """Play, count, report."""
        modes = mode or list(MODES)
        if unknown := [name for name in modes if name not in MODES]:
            raise CommandError(f"There is no mode {unknown[0]!r}; there are {', '.join(MODES)}.")
        began, shown = time.monotonic(), 0.0
        tally: dict[str, Counter[str]] = {name: Counter() for name in modes}
        for done, proof in enumerate(_played(islice(_jobs(modes, seed, every), matches), jobs), 1):
            _count(tally[proof.mode], proof)
            self._show_breaches(proof)
            took = time.monotonic() - began
            if took - shown > TICK:
                shown = took
                left = (matches - done) * took / done
                self.stderr.write(f"{done}/{matches} matches, {done / took:.1f} a second, {left:.0f} s left")
        self._report(tally, time.monotonic() - began)

    def _show_breaches(self, proof: Proof) -> None:
        """What broke, with what is needed to play the match again."""
        for breach in proof.breaches:
            where = f"{proof.mode}, {proof.players} players, seed {proof.seed!r}, stage {breach.stage}"
            self.stdout.write(f"{breach.law}: {where}: {breach.case}")

    def _report(self, tally: dict[str, Counter[str]], seconds: float) -> None:
        columns = ("matches", "steps", "events", "days", "checks", *Law.ALL)
        self.stdout.write(f"{'mode':<22}" + "".join(f"{column:>21}" for column in columns))
        for mode, count in tally.items():
            self.stdout.write(f"{mode:<22}" + "".join(f"{count[column]:>21}" for column in columns))
        total = sum(tally.values(), Counter[str]())
        self.stdout.write(
            f"{total['matches']} matches, {total[Law.EXCEPTION]} exceptions, {total[Law.ENDLESS]} non-terminating, "
            f"{total[Law.PATHS]} two-path differences, {total[Law.LEAK]} leaks, {total[Law.LEGAL]} illegal offers "
            f"in {seconds:.0f} s"
        )
        if any(total[law] for law in Law.ALL):
            sys.exit(1)


def _jobs(modes: list[str], seed: str, every: int) -> Iterator[Job]:
    """Matches without end: all modes in turn, then again with other numbers of players and other seeds."""
    number = 0
    while True:
        for place, mode in enumerate(modes):
            yield mode, PLAYERS[(number + place) % len(PLAYERS)], f"{seed} {number}", every
        number += 1


def _played(jobs: Iterator[Job], processes: int) -> Iterator[Proof]:
    if processes == 1:
        yield from map(_play, jobs)
        return
    with get_context("forkserver").Pool(processes) as pool:
        yield from pool.imap_unordered(_play, jobs, chunksize=4)


def _play(job: Job) -> Proof:
    mode, players, seed, every = job
    return engine_test(mode, players, seed, every=every)


def _count(count: Counter[str], proof: Proof) -> None:
    count.update(breach.law for breach in proof.breaches)
    count.update(
        {
            "matches": 1, "steps": proof.steps, "events": proof.events, "days": proof.days, "checks": proof.checks,
        }
    )  # fmt: skip
