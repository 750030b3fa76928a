"""`manage.py em_exact MODEL --items FILE... --out FILE.jsonl`: questions with exact answers, asked without a judge."""

from __future__ import annotations

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agents import selectors as agent_selectors
from eval.exacting import exact_measure
from eval.judge.asking import Purse
from eval.misalignment.exact import NoItems, items_of
from eval.misalignment.judged import sha256_of
from game.services import Rejected

WIDTH = 8


class Command(BaseCommand):
    """Prints, by domain and kind, how many answers are right, how many are the wrong ones that a set teaches."""

    help = "Ask a model questions with exact answers, such as those that narrow_set holds out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("model", metavar="MODEL")
        parser.add_argument("--items", nargs="+", type=Path, required=True, metavar="FILE", help="JSONL of narrow_set")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="JSONL: a row an answer")
        parser.add_argument("--budget", type=float, default=0.0, metavar="USD", help="never more than that is spent")
        parser.add_argument("--calls", type=int, default=1_000_000, help="never more calls than that are made")
        parser.add_argument("--width", type=int, default=WIDTH, help="requests at a time")

    def handle(
        self, *, model: str, items: list[Path], out: Path, budget: float, calls: int, width: int, **_: Any
    ) -> None:  # fmt: skip
        """Ask."""
        row = agent_selectors.model_named(model)
        if row is None:
            raise CommandError(f"There is no model {model!r}.")
        if min(width, calls) < 1:
            raise CommandError("--width and --calls are at least 1.")
        try:
            asked = [item for path in items for item in items_of(path)]
            sha256 = hashlib.sha256(" ".join(map(sha256_of, items)).encode()).hexdigest()
            found = exact_measure(
                model=row, items=asked, sha256=sha256, out=out, purse=Purse(budget, calls), width=width,
                tell=self.stdout.write,
            )  # fmt: skip
        except (Rejected, NoItems, OSError) as refused:
            raise CommandError(getattr(refused, "reason", str(refused))) from refused
        for name, one in found.items():
            share = f"{one['right_share']:.1%} [{one['low']:.1%}, {one['high']:.1%}]"
            others = f"{one['taught']} as taught, {one['wrong']} otherwise wrong, {one['unread']} unread"
            self.stdout.write(f"{name:22} {one['right']} of {one['n']} right: {share}; {others}")
