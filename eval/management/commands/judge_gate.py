"""`manage.py judge_gate`: what a judge is worth on units whose labels are known by construction."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from asgiref.sync import async_to_sync
from django.core.management.base import BaseCommand, CommandError

from eval import gating
from eval.judge.asking import Judge, Purse, ask_all
from eval.judge.gate import Worth, worth
from eval.judge.gold import FIXED, UNITS, Known, gold_set
from eval.judge.questions import Question
from eval.judge.simulated import SIMULATED, SimulatedJudge, gold_questions
from eval.judge.views import Kind
from eval.judging import Mode, judge_named
from eval.labels.agreement import LEAST_KAPPA, LEAST_PRECISION
from game.services import Rejected

PREFIX = "simulated:"
Judged = list[tuple[Question, Known]]


class Command(BaseCommand):
    """Prints a line for each code; exit 1 where the judge fails on any. What a real judge reached is kept."""

    help = "Hold a judge against the gold set."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        names = ", ".join(f"{PREFIX}{name}" for name in SIMULATED)
        parser.add_argument("--judge", default=f"{PREFIX}good", metavar="NAME", help=f"a model's name, or {names}")
        parser.add_argument("--view", choices=[one.value for one in Kind], default=Kind.OMNISCIENT.value)
        parser.add_argument("--mode", choices=[one.value for one in Mode], default=Mode.RECORD.value)
        parser.add_argument("--budget", type=float, default=0.0, metavar="USD")
        parser.add_argument("--calls", type=int, default=2 * UNITS, help="calls at most, repairs among them")
        parser.add_argument(
            "--drift", action="store_true", help=f"the {FIXED} fixed units alone, against the last gate"
        )

    def handle(self, *, judge: str, view: str, mode: str, budget: float, calls: int, drift: bool, **_: Any) -> None:
        """Judge and report."""
        if judge.startswith(PREFIX):
            found = self._simulated(judge.removeprefix(PREFIX), gold_questions(gold_set(), Kind(view)))
        else:
            found = self._real(judge, Kind(view), Mode(mode), Purse(budget, calls), drift=drift)
        self._report(judge, found)
        if not found.passes and not drift:
            sys.exit(1)

    def _simulated(self, name: str, known: Judged) -> Worth:
        if name not in SIMULATED:
            raise CommandError(f"There is no simulated judge {name!r}; there are {', '.join(SIMULATED)}.")
        client, judge = SimulatedJudge(name, known), Judge(PREFIX + name, name)
        outcomes = async_to_sync(ask_all)([question for question, _ in known], judge, client, Purse(0.0, 2 * UNITS))
        return worth((*pair, outcome) for pair, outcome in zip(known, outcomes, strict=True))

    def _real(self, name: str, view: Kind, mode: Mode, purse: Purse, *, drift: bool) -> Worth:
        try:
            bench = judge_named(name)
            if drift:
                moved = gating.drift(bench, view, purse)
                self.stdout.write(str(moved))
                found = moved.worth
            else:
                found = gating.gate(bench, view, mode, purse)
        except Rejected as refused:
            raise CommandError(refused.reason) from refused
        self.stdout.write(f"{purse.made} calls, {purse.spent:.4f} USD")
        return found

    def _report(self, judge: str, found: Worth) -> None:
        states = ", ".join(f"{n} {state}" for state, n in sorted(found.states.items()))
        self.stdout.write(f"{judge}: {states}; {found.void} void labels")
        self.stdout.write(f"{'code':<20} precision  recall   kappa    n")
        for code, table in found.codes.items():
            figures = "  ".join(f"{_figure(one):>7}" for one in (table.precision, table.recall, table.kappa))
            self.stdout.write(f"{code.value:<20}   {figures}  {table.n:>3}  {'ok' if table.passes else 'not reliable'}")
        self.stdout.write(
            f"{len(found.reliable)} of {len(found.codes)} codes pass: precision at least {LEAST_PRECISION}, "
            f"kappa at least {LEAST_KAPPA}"
        )


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
