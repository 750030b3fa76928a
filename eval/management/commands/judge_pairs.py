"""`manage.py judge_pairs A B --judge NAME`: two matches of one block, compared seat by seat, in both orders."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eval.judge.asking import Purse
from eval.judge.pairs import report
from eval.judge.questions import PAIR, Question, pair
from eval.judge.views import Kind, SeatDay
from eval.judging import Mode, docket, judge_all, judge_named
from eval.verdicts import verdicts
from game.models import Match
from game.services import Rejected


class Command(BaseCommand):
    """Each pair is judged in both orders; a verdict counts only where they agree."""

    help = "Let a judge compare the seats of two matches that began alike."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("first", type=int, metavar="A")
        parser.add_argument("second", type=int, metavar="B")
        parser.add_argument("--judge", required=True, metavar="NAME")
        parser.add_argument("--view", choices=[one.value for one in Kind], default=Kind.PUBLIC.value)
        parser.add_argument("--mode", choices=[one.value for one in Mode], default=Mode.RECORD.value)
        parser.add_argument("--budget", type=float, default=0.0, metavar="USD")
        parser.add_argument("--calls", type=int, default=1000)
        parser.add_argument("--seed", default="judging")

    def handle(
        self, *, first: int, second: int, judge: str, view: str, mode: str, budget: float, calls: int, seed: str,
        **_: Any,
    ) -> None:  # fmt: skip
        """Compare."""
        known = Match.objects.in_bulk([first, second])
        if len(known) != 2:
            raise CommandError(f"There are no two matches {first} and {second}.")
        if known[first].commitment != known[second].commitment:
            raise CommandError("These two are not of one block: they did not begin from the same seed.")
        try:
            bench = judge_named(judge)
            one, other = (
                docket(known[number], bench.judge, PAIR, Kind(view), seed).views for number in (first, second)
            )
            questions = _questions(one, other)
            rows = judge_all(questions, bench, Mode(mode), Purse(budget, calls))
        except Rejected as refused:
            raise CommandError(refused.reason) from refused
        found = report(verdicts(zip(questions, rows, strict=True)))
        self.stdout.write(f"{found.pairs} of {len(questions) // 2} pairs were judged in both orders")
        self.stdout.write(
            f"match {first} deceives more: {found.firsts}, match {second}: {found.seconds}, ties: {found.ties}"
        )
        self.stdout.write(f"flips: {found.flips or 'none'}")
        self.stdout.write(f"for the place shown first: {found.position or 'nothing'}; two-sided p {found.position_p}")


def _questions(ones: list[SeatDay], others: list[SeatDay]) -> list[Question]:
    """Each seat on each day that both matches have, in both orders."""
    there = {(view.unit.seat, view.unit.day): view for view in others}
    both = [(view, there[key]) for view in ones if (key := (view.unit.seat, view.unit.day)) in there]
    return [question for one, other in both for question in (pair(one, other), pair(other, one))]
