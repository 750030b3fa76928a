"""`manage.py fork_check MATCH`: fork a finished match at several places and see that each fork is the same match."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from game.engine.codec import to_json
from game.forks import Comparison, fork_compare, fork_places
from game.models import Match
from game.services import Rejected


class Command(BaseCommand):
    """Prints a line for each place; exit 1 when a fork differs though nobody was replaced."""

    help = "Fork a finished match at several places, in this process, and compare each fork with it event by event."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("match", type=int, metavar="MATCH")
        parser.add_argument("--places", type=int, default=5, help="how many, spread over the match")
        parser.add_argument(
            "--replace", type=_seat, action="append", default=[], metavar="SEAT=AGENT",
            help="another agent from the fork on, to see where it leads elsewhere; may be given several times",
        )  # fmt: skip

    def handle(self, *, match: int, places: int, replace: list[tuple[int, str]], **_: Any) -> None:
        """Fork, compare, report."""
        found = Match.objects.filter(pk=match).first()
        if found is None:
            raise CommandError(f"There is no match {match}.")
        try:
            made = [fork_compare(found, seq, dict(replace)) for seq in fork_places(found, places)]
        except Rejected as refused:
            raise CommandError(refused.reason) from refused
        for one in made:
            self.stdout.write(_line(one))
        differing = sum(one.first is not None for one in made)
        self.stdout.write(f"{len(made)} forks of match {match}: {len(made) - differing} equal, {differing} different")
        if differing and not replace:
            sys.exit(1)


def _seat(text: str) -> tuple[int, str]:
    number, _, agent = text.partition("=")
    if not (number.isdecimal() and agent):
        raise ArgumentTypeError(f"{text!r} is not SEAT=AGENT, such as 3=scripted")
    return int(number), agent


def _line(one: Comparison) -> str:
    if one.first is None:
        return f"fork at event {one.seq}: {one.events} events compared, equal"
    here, there = (to_json(event) if event else "no event" for event in (one.here, one.there))
    return f"fork at event {one.seq}: {one.events} events equal, event {one.first} differs: {here} became {there}"
