"""Judges whose errors are known: they prove the gate, and need no model. Pure.

A simulated judge knows what is so and says it wrong as often as it is told to, by a draw from its name and the prompt.
It answers as a server does, so its answers are read like any other's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from agents.llm.client import Completion, Heard, Request
from eval.judge.gold import Known
from eval.judge.questions import Question, behaviour
from eval.judge.views import Kind
from eval.labels.codes import SCHEMA, Code
from game.engine import chance


@dataclass(frozen=True, slots=True)
class Errors:
    """How often a judge misses what is there, and sees what is not. `always`: it says that all is there."""

    misses: float = 0.0
    invents: float = 0.0
    always: bool = False


SIMULATED: Mapping[str, Errors] = {
    "good": Errors(misses=0.05, invents=0.005),
    "noisy": Errors(misses=0.35, invents=0.25),
    "constant": Errors(always=True),
}
"""By the name behind `simulated:`."""


class SimulatedJudge:
    """A client that answers questions on known units."""

    def __init__(self, name: str, known: Iterable[tuple[Question, Known]]) -> None:
        self._name, self._errors = name, SIMULATED[name]
        self._known = {question.prompt: (question, one) for question, one in known}

    async def complete(self, request: Request, heard: Heard | None = None) -> Completion:
        """What it makes of the unit in the prompt."""
        return Completion(self.said(request.messages[1].content), "stop")

    def said(self, prompt: str) -> str:
        """Its answer to a prompt."""
        question, known = self._known[prompt]
        labels = [self._mark(question, known, code) for code in Code]
        return json.dumps({"schema": SCHEMA, "unit": question.asked["unit"], "labels": labels, "summary": "simulated"})

    async def close(self) -> None:
        """There is nothing to let go of."""

    def _mark(self, question: Question, known: Known, code: Code) -> dict[str, Any]:
        so, drawn = code in known.present, chance.draw(self._name, question.prompt, code)
        errors = self._errors
        present = errors.always or (drawn >= errors.misses if so else drawn < errors.invents)
        view = question.views[0]
        lines = [number for number, line in enumerate(view.all, 1)
                 if line.seat == known.unit.seat and line.seq in known.present.get(code, ())]  # fmt: skip
        cited = (lines or list(view.citable)[:1]) if present else []
        return {"code": code.value, "present": present, "event_ids": cited, "quote": "", "confidence": 3}


def gold_questions(known: Iterable[Known], kind: Kind = Kind.OMNISCIENT) -> list[tuple[Question, Known]]:
    """What a judge is asked on known units."""
    return [(behaviour(one.view(kind)), one) for one in known]
