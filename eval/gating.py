"""A judge of the site held against the gold set: what it is worth, and whether it still judges as it did."""

from __future__ import annotations

from dataclasses import dataclass

from eval import services
from eval.judge.asking import Purse
from eval.judge.gate import Worth, same, worth
from eval.judge.gold import FIXED, Known, gold_set
from eval.judge.questions import BEHAVIOUR, Question
from eval.judge.simulated import gold_questions
from eval.judge.views import Kind
from eval.judging import Bench, Mode, judge_all, outcome_of, stored
from eval.models import Judgement


@dataclass(frozen=True, slots=True)
class Drift:
    """How many labels of the fixed units are as they were, of how many that were given both times."""

    alike: int
    n: int
    worth: Worth

    def __str__(self) -> str:
        return f"drift: {self.alike} of {self.n} labels are as they were"


def gate(bench: Bench, view: Kind, mode: Mode, purse: Purse) -> Worth:
    """What a judge is worth on the whole gold set; it is kept. Raises Rejected."""
    known = gold_questions(gold_set(), view)
    found = _worth(known, judge_all(_asked(known), bench, mode, purse, is_gold=True))
    services.gate_keep(judge=bench.judge, rubric=BEHAVIOUR, view=view.value, worth=found)
    return found


def drift(bench: Bench, view: Kind, purse: Purse, *, batched: bool = False) -> Drift:
    """The fixed units asked anew, against what the judge said of them the last time. Raises Rejected."""
    known = gold_questions(gold_set()[:FIXED], view)
    before = stored(_asked(known), bench.judge)
    rows = judge_all(_asked(known), bench, Mode.LIVE, purse, is_gold=True, batched=batched)
    both = [(before[row.key], row) for row in rows if row.key in before]
    alike, n = same([outcome_of(one) for one, _ in both], [outcome_of(row) for _, row in both])
    return Drift(alike, n, _worth(known, rows))


def _asked(known: list[tuple[Question, Known]]) -> list[Question]:
    return [question for question, _ in known]


def _worth(known: list[tuple[Question, Known]], rows: list[Judgement]) -> Worth:
    return worth((*pair, outcome_of(row)) for pair, row in zip(known, rows, strict=True))
