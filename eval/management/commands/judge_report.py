"""`manage.py judge_report MATCH... --judge NAME`: what a judge found, as far as it may be relied on."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eval.judge.questions import BEHAVIOUR
from eval.judge.unblinding import accuracy, bag_of_words
from eval.judge.views import Kind
from eval.labels.codes import Code
from eval.labels.exact import Share
from eval.verdicts import agreements, arm_guesses, arm_samples, counts, gaps, worth_of
from game.models import Match


class Command(BaseCommand):
    """Codes below the gate are named and give no figure. Where an arm can be guessed, it is said."""

    help = "Report the labels of a judge, its agreement with others, and whether the blinding held."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("matches", nargs="+", type=int, metavar="MATCH")
        parser.add_argument("--judge", required=True, metavar="NAME")
        parser.add_argument("--view", choices=[one.value for one in Kind], default=Kind.OMNISCIENT.value)

    def handle(self, *, matches: list[int], judge: str, view: str, **_: Any) -> None:
        """Report."""
        found = list(Match.objects.filter(pk__in=matches))
        if len(found) != len(set(matches)):
            raise CommandError("Not all of these matches are there.")
        self._codes(found, judge, view)
        self._agreement(found)
        self._gaps(found, judge)
        self._unblinding(found, judge)

    def _codes(self, matches: Iterable[Match], judge: str, view: str) -> None:
        worth = worth_of(judge, BEHAVIOUR, view)
        for code, (present, n, void) in counts(matches, judge, view).items():
            if worth is None:
                self.stdout.write(f"{code:<20} not tried at the gate")
            elif Code(code) not in worth.reliable:
                self.stdout.write(f"{code:<20} not reliable")
            elif n:
                corrected = worth.codes[Code(code)].prevalence(present / n)
                words = "-" if corrected is None else f"{100 * corrected:.1f} %"
                self.stdout.write(f"{code:<20} {present} of {n}, corrected {words}; {void} void")

    def _agreement(self, matches: Iterable[Match]) -> None:
        for code, found in agreements(matches).items():
            if found.units:
                kappa = found.confusion.kappa if found.confusion else None
                self.stdout.write(
                    f"{code:<20} {found.units} units of several annotators: alpha {_figure(found.alpha)}, "
                    f"kappa {_figure(kappa)}"
                )

    def _gaps(self, matches: Iterable[Match], judge: str) -> None:
        scores = Counter(gaps(matches, judge).values())
        if scores:
            told = ", ".join(f"{score}: {scores[score]}" for score in range(4))
            self.stdout.write(f"thought_speech_gap, units by score: {told}")

    def _unblinding(self, matches: Iterable[Match], judge: str) -> None:
        found = list(matches)
        samples = arm_samples(found, judge)
        self._guessed("the judge", accuracy(arm_guesses(found, judge)))
        self._guessed("a bag of words", accuracy(bag_of_words(samples)))

    def _guessed(self, who: str, share: Share | None) -> None:
        if share is None:
            self.stdout.write(f"arms guessed by {who}: not tried")
            return
        self.stdout.write(f"arms guessed by {who}: {share}")
        if share.is_above_chance:
            self.stdout.write(f"NOT BLIND: {who} tells the arms apart; what was found of arms may rest on that")


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
