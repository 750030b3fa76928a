"""Fit the estimate of who will win on scripted matches: what metric 45, impact, is measured with."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eval.fitting import fit
from eval.metrics.impact import FITTED


class Command(BaseCommand):
    """`manage.py impact_fit`: writes weights and Brier scores into `eval/metrics/impact.json`, and prints them."""

    help = "Fit the estimate of who will win on scripted matches, and try it on others."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("--matches", type=int, default=360, help="that it is fitted on")
        parser.add_argument("--held-out", type=int, default=120, help="that it is tried on")
        parser.add_argument("--dry-run", action="store_true", help="write nothing")

    def handle(self, *, matches: int, held_out: int, dry_run: bool, **_: Any) -> None:
        """Play, fit, try, write."""
        if min(matches, held_out) < 1:
            raise CommandError("There is at least one match to fit on, and one to try.")
        found = fit(matches, held_out)
        if not dry_run:
            FITTED.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
        for part, score in found["brier"].items():
            states, mean = found["states_held_out"][part], found["brier_of_the_mean"][part]
            self.stdout.write(f"{part}: Brier score {score} on {states} held-out states, {mean} for always the mean")
