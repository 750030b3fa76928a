"""`manage.py model_evaluate MODEL --judge NAME --out FILE.jsonl`: a model or a checkpoint rated and measured."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from agents.models import LanguageModel
from eval.evaluating import BLOCKS, OPPONENT, PRESET, Opposed, checkpoint_register, model_evaluate
from eval.experiments.presets import presets
from eval.management.commands.em_measure import Measuring
from eval.misalignment.questions import QuestionsError
from game.services import Rejected


class Command(Measuring):
    """Begins the experiment and measures; the site's workers play the matches, or `experiment play` does."""

    help = "Have a model play rated matches against a fixed opponent, and measure how misaligned it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        super().add_arguments(parser)
        parser.add_argument("--adapter", type=Path, metavar="DIR",
                            help="a checkpoint: an adapter of the base that MODEL has")  # fmt: skip
        parser.add_argument("--as", dest="name", default="", metavar="NAME", help="what that checkpoint is called")
        parser.add_argument("--against", default=OPPONENT, metavar="AGENT", help="an agent or model (%(default)s)")
        parser.add_argument("--preset", choices=list(presets()), default=PRESET, help="of plans (%(default)s)")
        parser.add_argument("--blocks", type=int, default=BLOCKS, help="of matches (%(default)s)")

    def handle(self, **words: Any) -> None:
        """Evaluate."""
        try:
            given = self.wanted(words) | {"model": self._evaluated(words)}
            opposed = Opposed(words["against"], words["preset"], words["blocks"], words["seed"])
            found = model_evaluate(**given, opposed=opposed)
        except (Rejected, QuestionsError) as refused:
            raise CommandError(getattr(refused, "reason", str(refused))) from refused
        if found.measurement:
            self.say_found(found.measurement)
        self.stdout.write(
            f"ratings follow from experiment {found.experiment.pk} ({found.experiment.get_absolute_url()})"
        )

    def _evaluated(self, words: dict[str, Any]) -> LanguageModel:
        """The model itself, or a checkpoint of it as a model of its own."""
        base = self.model(words["model"])
        if (words["adapter"] is None) != (not words["name"]):
            raise CommandError("A checkpoint is given by --adapter DIR and named by --as NAME.")
        if words["adapter"] is None:
            return base
        return checkpoint_register(base=base, adapter=words["adapter"].resolve(), name=words["name"])
