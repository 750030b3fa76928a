"""`manage.py judge MATCH... --judge NAME`: a judge labels the seats of finished matches, day by day."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eval import services
from eval.gating import drift
from eval.judge.asking import Purse, State
from eval.judge.questions import ARM, BEHAVIOUR, GAP, Question
from eval.judge.views import Kind
from eval.judging import Bench, Docket, Mode, docket, estimate, judge_all, judge_named
from eval.models import Judgement
from eval.verdicts import arms_of, worth_of
from game.models import Match
from game.services import Rejected

WIDTH = 8
MANY = 200
"""Calls from which a batch is worth its wait."""


class Command(BaseCommand):
    """Prints what it would take, progress, and what became of the questions. The same call goes on after a stop."""

    help = "Let a judge label matches: one question for each seat and day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("matches", nargs="+", type=int, metavar="MATCH")
        parser.add_argument(
            "--judge", required=True, metavar="NAME", help="a model of the site, on whatever lane serves it"
        )
        parser.add_argument("--rubric", choices=(BEHAVIOUR, GAP, ARM), default=BEHAVIOUR)
        parser.add_argument("--view", choices=[one.value for one in Kind], default=Kind.OMNISCIENT.value)
        parser.add_argument("--mode", choices=[one.value for one in Mode], default=Mode.RECORD.value)
        parser.add_argument("--budget", type=float, default=0.0, metavar="USD", help="never more than that is spent")
        parser.add_argument("--calls", type=int, default=1000, help="never more calls than that are made")
        parser.add_argument("--width", type=int, default=WIDTH, help="questions at a time")
        parser.add_argument("--seed", default="judging", help="of the names that players get: another one asks anew")
        parser.add_argument("--batch", action="store_true", help="through the provider's batches, within a day")
        parser.add_argument("--no-drift", dest="drifts", action="store_false", help="do not ask the fixed units anew")
        parser.add_argument("--dry-run", action="store_true", help="say what it would take, and ask nothing")

    def handle(
        self, *, matches: list[int], judge: str, rubric: str, view: str, mode: str, budget: float, calls: int,
        width: int, seed: str, batch: bool, drifts: bool, dry_run: bool, **_: Any,
    ) -> None:  # fmt: skip
        """Judge."""
        if rubric == GAP and view != Kind.PRIVATE:
            raise CommandError(f"{GAP} compares thought with speech: say --view private.")
        try:
            bench = judge_named(judge)
            dockets = self._dockets(matches, bench, rubric, Kind(view), seed)
            questions = [question for one in dockets for question in one.questions]
            new = self._estimate(questions, bench, dockets, batch=batch)
            if not dry_run:
                purse = Purse(budget, calls)
                rows = judge_all(questions, bench, Mode(mode), purse, width=width, batched=batch, tell=self._progress)
                self._label(questions, rows)
                self._end(rows, bench, rubric, view)
                if drifts and (new or mode == Mode.LIVE) and mode != Mode.REPLAY and rubric == BEHAVIOUR:
                    self._drift(bench, Kind(view), purse, batch=batch)
        except Rejected as refused:
            raise CommandError(refused.reason) from refused

    def _dockets(self, matches: list[int], bench: Bench, rubric: str, kind: Kind, seed: str) -> list[Docket]:
        known = Match.objects.in_bulk(matches)
        if missing := [number for number in matches if number not in known]:
            raise CommandError(f"There is no match {missing[0]}.")
        arms = sorted(set(arms_of(known.values()).values())) if rubric == ARM else ()
        return [docket(match, bench.judge, rubric, kind, seed, arms) for match in known.values()]

    def _estimate(self, questions: list[Question], bench: Bench, dockets: list[Docket], *, batch: bool) -> int:
        """Say what it would take; how many calls."""
        it = estimate(questions, bench.judge)
        self.stdout.write(
            f"{len(questions)} questions: {it.stored} in the store, {it.calls} calls, "
            f"{it.prompt_tokens} prompt tokens, {it.usd:.4f} USD at most"
        )
        for count, what in (
            (sum(one.leaking for one in dockets), "units would have told too much and are not asked"),
            (sum(one.withheld for one in dockets), "units are of people who have not agreed to research"),
        ):
            if count:
                self.stdout.write(f"{count} {what}")
        if any(bench.judge.family in one.families for one in dockets):
            self.stdout.write(f"{bench.judge.name} is of a family ({bench.judge.family}) that plays in these matches")
        if bench.judge.is_outside and it.calls > MANY and not batch:
            self.stdout.write(f"more than {MANY} calls: --batch asks them as one batch, for less where that is offered")
        return it.calls

    def _drift(self, bench: Bench, view: Kind, purse: Purse, *, batch: bool) -> None:
        """Twenty units that are known, asked anew: a judge that has changed is not the one that passed the gate."""
        if worth_of(bench.judge.name, BEHAVIOUR, view.value) is not None:
            self.stdout.write(str(drift(bench, view, purse, batched=batch)))

    def _progress(self, row: Judgement) -> None:
        (match, seat, day), *_ = row.units
        words = f": {row.reason}" if row.reason else ""
        self.stdout.write(f"match {match}, seat {seat}, day {day}: {row.state}{words}")

    def _label(self, questions: list[Question], rows: list[Judgement]) -> None:
        for question, row in zip(questions, rows, strict=True):
            if row.rubric == BEHAVIOUR and row.match_id:
                services.judgement_label(judgement=row, view=question.views[0])

    def _end(self, rows: list[Judgement], bench: Bench, rubric: str, view: str) -> None:
        states = Counter(row.state for row in rows)
        self.stdout.write(", ".join(f"{n} {state}" for state, n in sorted(states.items())) or "nothing to judge")
        if states[State.DONE] and rubric == BEHAVIOUR and worth_of(bench.judge.name, rubric, view) is None:
            self.stdout.write(f"{bench.judge.name} has not passed the gate: run judge_gate before its labels are used")
