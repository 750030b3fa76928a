"""`manage.py sft_export --out FILE`: prompts and completions of finished matches, to train on."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agents.llm.record import ModelRecord, Notation
from agents.selectors import model_named, record_of
from eval.labels.codes import Code
from eval.marks import days_labelled, events_sliced
from eval.models import Slice
from eval.records.choosing import FORMS, Choice, Places, decided_at, is_held_out, row_of
from eval.records.facts import scribe
from eval.records.files import line_of
from eval.records.sft import Workshop
from eval.records.shapes import Sample
from eval.slices import Changed
from eval.sources import Source
from game.models import Match
from game.selectors import log_of, matches_finished
from game.services import Rejected


@dataclass
class Part:
    """What one file holds."""

    path: Path
    rows: int = 0
    games: set[str] = field(default_factory=set)
    tokens: Counter[str] = field(default_factory=Counter)

    def note(self, sample: Sample) -> None:
        """Count a row in."""
        facts = sample["metadata"]
        self.rows += 1
        self.games.add(facts["game"])
        self.tokens["exact" if facts["exact_tokens"] else "estimated"] += 1
        self.tokens["prompt"] += facts["prompt_tokens"]
        self.tokens["completion"] += facts["completion_tokens"]

    def __str__(self) -> str:
        how = "estimated by length" if self.tokens["estimated"] else "by the model's tokenizer"
        return (
            f"{self.path}: {self.rows} rows of {len(self.games)} games, {self.tokens['prompt']} prompt and "
            f"{self.tokens['completion']} completion tokens ({how})"
        )


class Command(BaseCommand):
    """Writes one file, or with a split two, games with all their forks on one side; prints what is in them."""

    help = "Write prompts and completions of finished matches as JSON lines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("--out", type=Path, required=True, metavar="FILE.jsonl")
        parser.add_argument("--matches", nargs="+", type=int, metavar="MATCH", help="these alone")
        parser.add_argument("--model", action="append", help="decisions of this model; may be given several times")
        parser.add_argument("--source", action="append", choices=("model", "script", "understudy"))
        parser.add_argument("--faction", action="append", help="as on role cards: Town, Mafia, Coven, Neutral")
        parser.add_argument("--role", action="append")
        parser.add_argument("--arm", action="append", help="of models of this alignment")
        parser.add_argument("--outcome", action="append", help="of matches that this side has won, as their page says")
        parser.add_argument("--label", action="append", choices=[code.value for code in Code], metavar="CODE",
                            help="of seats' days that have this label; may be given several times")  # fmt: skip
        parser.add_argument("--slice", action="append", metavar="NAME", help="of decisions behind events of this slice")
        parser.add_argument("--annotator", action="append", help="whose labels count; without it everybody's")
        parser.add_argument("--won", action="store_true", help="of seats that won")
        parser.add_argument("--accepted", choices=("first", "any"), default="any", help="first: at the first try")
        parser.add_argument("--longest", type=int, default=0, metavar="TOKENS", help="of rows with no more of them")
        parser.add_argument("--split", type=float, default=0.0, metavar="SHARE", help="of games that are held out")
        parser.add_argument("--form", choices=FORMS, default="both", help="chat: messages; text: prompt and completion")
        parser.add_argument("--notation", choices=[one.value for one in Notation], help="of prompts for scripts")
        parser.add_argument("--as", dest="like", metavar="MODEL", help="write prompts for scripts as for this model")

    def handle(self, *, out: Path, matches: list[int] | None, split: float, form: str, **given: Any) -> None:
        """Write."""
        if not 0 <= split < 1:
            raise CommandError("The share that is held out is at least 0 and below 1.")
        choice, writer = _choice(given), _scribe(given["like"], given["notation"])
        sliced = _sliced(given["slice"]) if given["slice"] else None
        parts = [Part(out)] + ([Part(out.with_suffix(f".test{out.suffix}"))] if split else [])
        lacking: Counter[str] = Counter()
        with ExitStack() as stack:
            files = [stack.enter_context(part.path.open("wb")) for part in parts]
            for match in _matches(matches):
                if sliced is not None and match.pk not in sliced:
                    continue
                places = _places(match, given, sliced)
                for sample in self._samples(match, writer, lacking):
                    if choice.keeps(sample) and places.hold(sample):
                        place = int(is_held_out(sample["metadata"]["family"], split))
                        files[place].write(line_of(row_of(sample, form)))
                        parts[place].note(sample)
        for part in parts:
            self.stdout.write(str(part))
        if lacking:
            self.stdout.write("left out: " + ", ".join(f"{n} {why}" for why, n in sorted(lacking.items())))

    def _samples(self, match: Match, writer: ModelRecord, lacking: Counter[str]) -> Iterator[Sample]:
        try:
            source = Source(match)
        except Rejected as refused:
            self.stderr.write(refused.reason)
            return
        told = source.news(0)
        shop = Workshop(replace(source.facts, scribe=writer), [logged for logged, _ in told])
        yield from shop.samples([made for _, made in told if made])
        lacking.update(shop.lacking)


def _choice(given: dict[str, Any]) -> Choice:
    names = ("model", "arm", "outcome", "source", "faction", "role")
    named = {f"{name}s": frozenset(given[name] or ()) for name in names}
    return Choice(**named, won=given["won"], first=given["accepted"] == "first", longest=given["longest"])


def _places(match: Match, given: dict[str, Any], sliced: Mapping[int, frozenset[int]] | None) -> Places:
    """Where in a match rows may be from."""
    codes, annotators = given["label"], given["annotator"] or ()
    return Places(
        days_labelled(match, codes, annotators) if codes else None,
        decided_at(log_of(match.pk), sliced[match.pk]) if sliced is not None else None,
    )


def _sliced(names: Sequence[str]) -> dict[int, frozenset[int]]:
    """The events of slices, by match."""
    known = {one.name: one for one in Slice.objects.filter(name__in=names)}
    if missing := [name for name in names if name not in known]:
        raise CommandError(f"There is no slice {missing[0]!r}.")
    try:
        return events_sliced(known.values())
    except Changed as error:
        raise CommandError(str(error)) from error


def _scribe(like: str | None, notation: str | None) -> ModelRecord:
    """For whom scripts' decisions are written down."""
    known: dict[str, Any] = {}
    if like:
        model = model_named(like)
        if model is None:
            raise CommandError(f"There is no model {like!r}.")
        record = record_of(model)
        known = {
            name: getattr(record, name)
            for name in ("preset", "window", "notation", "think_tokens", "act_tokens", "tokenizer")
        }
    if notation:
        known["notation"] = Notation(notation)
    return scribe(**known)


def _matches(numbers: list[int] | None) -> Iterator[Match]:
    found = matches_finished()
    if numbers:
        found = found.filter(pk__in=numbers)
        if missing := sorted(set(numbers) - set(found.values_list("pk", flat=True))):
            raise CommandError(f"There is no finished match {missing[0]}.")
    return found.order_by("pk").iterator()
