"""`manage.py probe MATCH...`: ask agents privately what they take the others for, and say how right they are."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eval.metrics import Source, match_metrics
from eval.metrics.registry import Level, in_order
from eval.metrics.summing import over_seats
from eval.probing import SHARE, match_probe, probes_of
from game.models import Match
from game.selectors import log_of
from game.services import Rejected


class Command(BaseCommand):
    """What was asked before is not asked again. Prints the metrics that rest on the answers, over all seats."""

    help = "Ask agents of matches privately, at each day's end and around accusations, what they take the others for."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("matches", nargs="+", type=int, metavar="MATCH")
        parser.add_argument(
            "--share", type=float, default=SHARE, help="of accusations, around which listeners are asked"
        )

    def handle(self, *, matches: list[int], share: float, **_: Any) -> None:
        """Ask and report."""
        known = Match.objects.in_bulk(matches)
        if missing := [number for number in matches if number not in known]:
            raise CommandError(f"There is no match {missing[0]}.")
        refused = 0
        for match in known.values():
            try:
                asked = match_probe(match=match, share=share)
            except Rejected as reason:
                refused += 1
                self.stderr.write(reason.reason)
                continue
            guesses = len(probes_of(match))
            self.stdout.write(f"match {match.pk}: {asked} asked now, {guesses} guesses in all")
            self._tell(match)
        if refused:
            sys.exit(1)

    def _tell(self, match: Match) -> None:
        found = over_seats(match_metrics(log_of(match.pk), probes=probes_of(match)).seats.values())
        for metric in in_order(Level.SEAT):
            if metric.source is Source.PROBE:
                mean = found[metric.name]
                value = "no value" if mean.value is None else f"{mean.value:.3f} over {mean.n} seats"
                self.stdout.write(f"  {metric.name}: {value}")
