"""`manage.py log_index [--all | MATCH ...]`: make the index behind the log browser."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eval import index
from game.models import Match
from game.services import Rejected

EVERY = 5.0
"""Seconds between two lines about how far it has come."""


class Command(BaseCommand):
    """Each match is committed by itself: whoever breaks off goes on where they were. Prints a last line with counts."""

    help = "Index matches that are over for the log browser: without a word those that are missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("matches", nargs="*", type=int, metavar="MATCH", help="these alone, anew")
        parser.add_argument("--all", action="store_true", dest="everything", help="also those that are there already")

    def handle(self, *, matches: list[int], everything: bool, **_: Any) -> None:
        """Index."""
        found = _named(matches) if matches else _wanted(everything)
        began = told = time.monotonic()
        entries = refused = 0
        for done, number in enumerate(found, 1):
            try:
                entries += index.match_index(match=Match.objects.get(pk=number))
            except Rejected as reason:
                refused += 1
                self.stderr.write(reason.reason)
            if time.monotonic() - told > EVERY:
                told = time.monotonic()
                left = (told - began) / done * (len(found) - done)
                self.stdout.write(f"{done} of {len(found)} matches, {entries} entries, {left:.0f} s left")
        seconds = time.monotonic() - began
        self.stdout.write(f"{len(found) - refused} matches, {entries} entries in {seconds:.1f} s")
        if refused:
            sys.exit(1)


def _named(numbers: Sequence[int]) -> list[int]:
    known = set(Match.objects.filter(pk__in=numbers).values_list("pk", flat=True))
    if missing := [number for number in numbers if number not in known]:
        raise CommandError(f"There is no match {missing[0]}.")
    return list(numbers)


def _wanted(everything: bool) -> list[int]:
    if everything:
        return list(index.matches_fit().order_by("-pk").values_list("pk", flat=True))
    retold = [match.pk for match in index.matches_retold()]
    return [*retold, *index.matches_missing().values_list("pk", flat=True)]
