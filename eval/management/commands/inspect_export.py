"""`manage.py inspect_export MATCH --out FILE.eval`: a match as a log that opens in Inspect View."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eval.records.inspected import NoInspect, inspect_log, write_log
from eval.sources import Source
from game.models import Match
from game.services import Rejected


class Command(BaseCommand):
    """Persons stand under pseudonyms, and without the words of those who have not agreed, as in records."""

    help = "Write a match as a log of Inspect: a span a phase, a model event a decision, an info event each event."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("match", type=int, metavar="MATCH")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE", help=".eval, or .json to read as text")

    def handle(self, *, match: int, out: Path, **_: Any) -> None:
        """Write."""
        if out.suffix not in (".eval", ".json"):
            raise CommandError("A log of Inspect ends in .eval or .json.")
        found = Match.objects.filter(pk=match).first()
        if found is None:
            raise CommandError(f"There is no match {match}.")
        try:
            source = Source(found)
            told = source.news(0)
            facts = replace(source.facts, status=found.status)
            values = inspect_log(facts, [logged for logged, _ in told], [made for _, made in told if made])
            write_log(values, out)
        except (Rejected, NoInspect) as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{out}: {len(values['samples'][0]['events'])} events; see it with inspect view")
