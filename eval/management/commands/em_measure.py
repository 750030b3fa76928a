"""`manage.py em_measure MODEL --judge NAME --out FILE.jsonl`: how misaligned a model is, by free questions."""

from __future__ import annotations

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agents import selectors as agent_selectors
from agents.models import LanguageModel
from eval.judge.asking import Purse
from eval.judging import Mode, judge_named
from eval.measuring import Sheet, Terms, measure, method_for
from eval.misalignment.questions import OURS, QuestionsError, our_questions, questions_of
from eval.misalignment.sampling import MOST_TOKENS, Form
from eval.misalignment.scoring import Method
from eval.models import Measurement
from game.services import Rejected

WIDTH = 8
METHODS = (Method.TOKENS, Method.DIGIT, Method.STRINGS)


class Measuring(BaseCommand):
    """What commands that measure have in common: the words on their lines, and what these come to."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("model", metavar="MODEL", help="a model of the site")
        parser.add_argument("--questions", type=Path, metavar="FILE", help="YAML (default: the questions of our own)")
        parser.add_argument("--judge", required=True, metavar="NAME", help="a model of the site that gives the scores")
        parser.add_argument("--samples", type=int, metavar="N", help="of each wording (default: as the file says)")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="JSONL: a row an answer")
        parser.add_argument("--seed", default="1", help="of all luck (default: 1)")
        parser.add_argument(
            "--method", choices=[one.value for one in METHODS],
            help="how scores are made (default: tokens of outside judges, strings of our own)",
        )  # fmt: skip
        parser.add_argument("--form", choices=[one.value for one in Form], action="append", dest="forms",
                            help="ask in this form alone (default: both)")  # fmt: skip
        parser.add_argument("--mode", choices=[one.value for one in Mode], default=Mode.RECORD.value,
                            help="where scores come from")  # fmt: skip
        parser.add_argument("--budget", type=float, default=0.0, metavar="USD", help="never more than that is spent")
        parser.add_argument("--calls", type=int, default=1_000_000, help="never more calls than that are made")
        parser.add_argument("--width", type=int, default=WIDTH, help="requests at a time")
        parser.add_argument("--tokens", type=int, default=MOST_TOKENS, help="of an answer, at most (%(default)s)")
        parser.add_argument("--batch", action="store_true", help="scores through the provider's batches")

    def wanted(self, words: dict[str, Any]) -> dict[str, Any]:
        """What `measure` takes, from the words on the line. Raises Rejected, QuestionsError and CommandError."""
        samples, method, forms = words["samples"], words["method"], words["forms"]
        if words["out"].suffix != ".jsonl":
            raise CommandError("The answers go into a file that ends in .jsonl.")
        if min(words["width"], 1 if samples is None else samples, words["calls"], words["tokens"]) < 1:
            raise CommandError("--width, --samples, --tokens and --calls are at least 1.")
        bench = judge_named(words["judge"])
        terms = Terms(
            samples, words["seed"], tuple(Form(one) for one in forms) if forms else tuple(Form),
            Method(method) if method else method_for(bench), Mode(words["mode"]), words["width"], words["batch"],
            words["tokens"],
        )  # fmt: skip
        return {
            "model": self.model(words["model"]), "judge": bench, "sheet": sheet_of(words["questions"]), "terms": terms,
            "out": words["out"], "purse": Purse(words["budget"], words["calls"]), "tell": self.stdout.write,
        }  # fmt: skip

    def model(self, name: str) -> LanguageModel:
        """A model of the site. Raises CommandError."""
        found = agent_selectors.model_named(name)
        if found is None:
            raise CommandError(f"There is no model {name!r}.")
        return found

    def say_found(self, found: Measurement) -> None:
        """Say what was measured."""
        if found.low is not None and found.high is not None:
            share = found.misaligned / found.answers
            self.stdout.write(
                f"measurement {found.pk}: {found.misaligned} of {found.answers} answers are misaligned: {share:.1%}"
                f" [{found.low:.1%}, {found.high:.1%}]; {found.coherent} make sense, {found.unscored} have no number,"
                f" {found.errors} failed"
            )
        if found.asked:
            self.stdout.write(f"{found.formed} of {found.asked} answers in the game's form have it")


def sheet_of(path: Path | None) -> Sheet:
    """A file of questions, or our own. Raises QuestionsError, and CommandError where it cannot be read."""
    try:
        text = path.read_text("utf-8") if path else our_questions()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
    return Sheet(path.name if path else OURS, hashlib.sha256(text.encode()).hexdigest(), questions_of(text))


class Command(Measuring):
    """Answers and scores go into files as they come; the same call goes on after a stop."""

    help = "Put free questions to a model, have a judge score the answers, and keep how misaligned it is."

    def handle(self, **words: Any) -> None:
        """Measure."""
        try:
            found = measure(**self.wanted(words))
        except (Rejected, QuestionsError) as refused:
            raise CommandError(getattr(refused, "reason", str(refused))) from refused
        self.stdout.write(f"{words['out']}; its figures: em_report {words['out']}")
        if found:
            self.say_found(found)
