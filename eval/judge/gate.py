"""The gate: what a judge is worth on each code, against units whose labels are known. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from eval.judge.asking import Outcome, State
from eval.judge.gold import Known
from eval.judge.questions import Question, findings
from eval.labels.agreement import Confusion, confusion
from eval.labels.codes import Code


@dataclass(frozen=True, slots=True)
class Worth:
    """A judge on the gold set: by code, how it did; and what became of the questions, by state."""

    codes: Mapping[Code, Confusion]
    states: Mapping[str, int]
    void: int
    """Labels that their citations did not bear: they count as nothing said."""

    @property
    def reliable(self) -> frozenset[Code]:
        """The codes that may be analysed."""
        return frozenset(code for code, table in self.codes.items() if table.passes)

    @property
    def passes(self) -> bool:
        """Whether it may be used for all codes."""
        return len(self.reliable) == len(Code)

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "states": dict(self.states), "void": self.void,
            "codes": {code.value: [table.hits, table.alarms, table.misses, table.absent]
                      for code, table in self.codes.items()},
        }  # fmt: skip


def worth(judged: Iterable[tuple[Question, Known, Outcome]]) -> Worth:
    """What answers on known units say of a judge. Units without an answer, and void labels, are in no table."""
    pairs: dict[Code, list[tuple[bool, bool]]] = {code: [] for code in Code}
    states: Counter[str] = Counter()
    void = 0
    for question, known, outcome in judged:
        states[outcome.state.value] += 1
        if outcome.state is not State.DONE or outcome.answer is None:
            continue
        for found in findings(question.views[0], outcome.answer):
            void += bool(found.void)
            if not found.void:
                pairs[Code(found.code)].append((Code(found.code) in known.present, found.present))
    return Worth({code: confusion(said) for code, said in pairs.items()}, dict(states), void)


def worth_from(figures: Mapping[str, Any]) -> Worth:
    """The same from what was kept."""
    codes = {Code(code): Confusion(*counts) for code, counts in figures["codes"].items()}
    return Worth(codes, figures["states"], figures["void"])


def same(before: Iterable[Outcome], now: Iterable[Outcome]) -> tuple[int, int]:
    """How many labels of the same units a judge gives as it gave them before, of how many that it gave both times."""
    pairs = [
        (_said(one)[code], _said(other)[code])
        for one, other in zip(before, now, strict=True) for code in _said(one).keys() & _said(other).keys()
    ]  # fmt: skip
    return sum(one == other for one, other in pairs), len(pairs)


def _said(outcome: Outcome) -> dict[str, bool]:
    answer = outcome.answer or {"labels": ()}
    return {mark["code"]: mark["present"] for mark in answer["labels"]}
