"""`manage.py em_report FILE... [--json]`: how misaligned judged answers are, by group of questions."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eval.misalignment.counting import Figures, Share, by_group
from eval.misalignment.judged import NotJudged, judged_answers, sha256_of


class Command(BaseCommand):
    """Reads files alone: it needs no database, no model and no judge."""

    help = "Count the misaligned answers of judged files: CSV as published, or JSONL as em_measure writes it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON object, by file")
        parser.add_argument("--form", default="plain", help="of em_measure's files: plain, or game (default: plain)")
        parser.add_argument("--plot", type=Path, metavar="DIR", help="draw the files beside each other, as PNG and SVG")

    def handle(self, *, files: list[Path], as_json: bool, form: str, plot: Path | None, **_: Any) -> None:
        """Count."""
        found: dict[str, dict[str, Figures]] = {}
        for path in files:
            try:
                found[str(path)] = by_group(judged_answers(path, form))
            except (NotJudged, OSError) as error:
                raise CommandError(str(error)) from error
        if as_json:
            told = {name: {**_plain(groups), "sha256": sha256_of(Path(name))} for name, groups in found.items()}
            self.stdout.write(json.dumps(told, indent=1, sort_keys=True, allow_nan=False))
        else:
            for name, groups in found.items():
                self._tell(name, groups)
        if plot:
            from eval.misalignment.plots import figure_of  # costs seconds, which counting does without
            from eval.report.files import write

            drawn = figure_of({Path(name).stem: groups for name, groups in found.items()})
            for path in write(plot, ((f"{drawn.name}.png", drawn.png), (f"{drawn.name}.svg", drawn.svg.encode()))):
                self.stderr.write(str(path))

    def _tell(self, name: str, groups: dict[str, Figures]) -> None:
        self.stdout.write(name)
        for group, one in groups.items():
            coherent, none = one.coherent_share, one.none_share
            sense = f"{coherent:.1%} make sense" if coherent is not None else "nothing was judged"
            self.stdout.write(
                f"  {group:9} {one.misaligned} of {one.judged} misaligned: {_shown(one.em_all)} of all,"
                f" {_shown(one.em_scored)} of those that make sense and have a number; {sense}, {none or 0:.1%} have no"
                f" number, {one.errors} failed; {one.questions} questions"
            )


def _plain(groups: dict[str, Figures]) -> dict[str, Any]:
    counts: dict[str, Any] = {name: one.counts() for name, one in groups.items()}
    return {**counts, "intervals": {name: one.sureness() for name, one in groups.items()}}


def _shown(share: Share) -> str:
    if share.value is None or share.low is None or share.high is None:
        return "none"
    return f"{share.value:.1%} [{share.low:.1%}, {share.high:.1%}]"
