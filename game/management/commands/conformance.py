"""`manage.py conformance FILE...`: play scenario files on the engine."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError

from game.conformance import Outcome, check


class Command(BaseCommand):
    """Prints each failure with expected and actual, then how many scenarios passed, failed and were skipped."""

    help = "Play conformance scenarios on the engine. Skipped are those with roles that are not built yet."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--id", help="play only this scenario")
        parser.add_argument("--json", action="store_true", help="one JSON object a scenario")

    def handle(self, *, files: list[Path], id: str | None, json: bool, **_: Any) -> None:
        """Play and report; exit 1 on failures."""
        scenarios = [scenario for file in files for scenario in _scenarios(file)]
        outcomes = [_checked(scenario) for scenario in scenarios if id in (None, scenario["id"])]
        if id and not outcomes:
            raise CommandError(f"No scenario has the id {id}.")
        count = Counter(outcome.status for outcome in outcomes)
        for outcome in outcomes:
            self.stdout.write(_as_json(outcome)) if json else self._report(outcome)
        missing = sorted({role for outcome in outcomes for role in outcome.missing})
        if missing and not json:
            self.stdout.write(f"not built yet: {', '.join(missing)}")
        self.stdout.write(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
        if count["failed"]:
            sys.exit(1)

    def _report(self, outcome: Outcome) -> None:
        for failure in outcome.failures:
            self.stdout.write(f"{outcome.id} {outcome.title}: {failure}")


def _scenarios(file: Path) -> list[dict[str, Any]]:
    try:
        document = yaml.safe_load(file.read_text("utf-8"))
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise CommandError(f"{file} is not YAML: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("scenarios"), list):
        raise CommandError(f"{file} has no list of scenarios.")
    scenarios: list[dict[str, Any]] = document["scenarios"]
    return scenarios


def _checked(scenario: dict[str, Any]) -> Outcome:
    try:
        return check(scenario)
    except (KeyError, ValueError, TypeError) as error:
        name = str(scenario.get("id", "?"))
        return Outcome(name, str(scenario.get("title", "")), (f"cannot be played: {error!r}",))


def _as_json(outcome: Outcome) -> str:
    return json.dumps(
        {
            "id": outcome.id, "title": outcome.title, "status": outcome.status,
            "failures": outcome.failures, "missing": outcome.missing,
        }
    )  # fmt: skip
