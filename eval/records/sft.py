"""Prompts and completions of a match, to train on: what models were sent and gave, and what scripts would have.

A model's prompt is built again from its recipe and is the very one that was sent; its completion is raw. For a script
the prompt is what a model would have been sent at the opening of the stage, and its actions are written down as tags.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from agents.llm.client import Message
from agents.llm.hygiene import special_of
from agents.llm.prompt import Prompt, Transcript, WindowTooSmall
from agents.llm.record import ModelRecord
from agents.llm.tokens import counter as token_counter
from agents.llm.writing import written
from eval.decision import DecisionRecord
from eval.records.facts import PERSON, Logged, Made, MatchFacts, ModelFacts, stamp
from eval.records.inference import accepted_text
from eval.records.shapes import Sample
from game.engine import actions as a
from game.engine import events as e
from game.engine.asks import Ask, ask_of
from game.engine.codec import action_from_json
from game.engine.fold import fold, view
from game.engine.legal import check
from game.engine.roles import ROLES
from game.engine.state import EMPTY, Ending, State, View
from game.engine.types import Seat, hears

MISALIGNED = "misaligned"


@dataclass(frozen=True, slots=True)
class Asked:
    """An ask as it was opened: the log up to it, the state, and what its seat saw."""

    events: int
    state: State
    view: View
    ask: Ask


@dataclass(frozen=True, slots=True)
class Pair:
    """What a sample is about."""

    prompt: Prompt
    completion: str
    record: ModelRecord
    left_out: int = 0


class Workshop:
    """Makes samples of one match. `lacking` counts the decisions that give none, by reason."""

    def __init__(self, facts: MatchFacts, log: Sequence[Logged]) -> None:
        self.facts, self.log = facts, log
        self.lacking: Counter[str] = Counter()
        self._transcripts: dict[tuple[str, Seat], Transcript] = {}
        self._places: dict[Seat, list[int]] = {}
        """Which events each seat may see, counted from 1."""
        self._stages: dict[int, tuple[int, State]] = {}
        self._last = EMPTY
        for place, logged in enumerate(log, 1):
            self._last = fold(self._last, logged.event)
            if isinstance(logged.event, e.StageOpened):
                self._stages[logged.event.stage] = place, self._last

    def samples(self, made: Sequence[Made]) -> Iterator[Sample]:
        """The sample of each decision that an agent made and the table took."""
        ending = self._last.public.ending
        if ending is None or not self.facts.trains:
            return
        for one in sorted(made, key=lambda one: one.decision.decided_seq or 0):
            decision = one.decision
            asked = self._asked(decision) if self._counts(decision) else None
            if asked and (pair := self._pair(decision, asked)):
                yield self._sample(decision, asked, pair, ending)

    def _counts(self, decision: DecisionRecord) -> bool:
        """Whether an agent gave an answer of its own that was taken."""
        if not decision.ask_id or decision.decided_seq is None or decision.source == PERSON:
            return False
        decided = self.log[decision.decided_seq - 1].event
        return isinstance(decided, e.Decided) and decided.outcome == "accepted" and not decision.error

    def _asked(self, decision: DecisionRecord) -> Asked | None:
        stage = int(decision.ask_id.partition(":")[0])
        place, state = self._stages[stage]
        seen = view(state, decision.seat)
        ask = ask_of(seen)
        return Asked(place, state, seen, ask) if ask else None

    # Prompt and completion --------------------------------------------------------------------------------------------

    def _pair(self, decision: DecisionRecord, asked: Asked) -> Pair | None:
        try:
            if decision.model:
                return self._of_model(decision)
            return self._of_script(decision, asked, self.facts.scribe) if self.facts.scribe else None
        except WindowTooSmall:
            self.lacking["window too small"] += 1
        except (KeyError, ValueError):
            self.lacking["prompt not as it was sent"] += 1
        return None

    def _of_model(self, decision: DecisionRecord) -> Pair | None:
        completion = accepted_text(decision)
        if not completion:
            self.lacking["filled by a default"] += 1
            return None
        record = self.facts.records.get((decision.model, decision.seat))
        if record is None:
            self.lacking["model not known any more"] += 1
            return None
        transcript = self._transcript(record, decision.seat, decision.recipe["events"])
        again = transcript.rebuilt if self.facts.rewritten else transcript.again
        return Pair(again(decision.recipe), completion, record)

    def _of_script(self, decision: DecisionRecord, asked: Asked, record: ModelRecord) -> Pair | None:
        actions = [action_from_json(one) for one in decision.actions]
        if not actions or check(asked.view, actions[0]):
            self.lacking["no action kept" if not actions else "refused"] += 1
            return None
        seat = decision.seat
        transcript = self._transcript(record, seat, bisect_right(self._heard(seat), asked.events))
        text = written(actions, asked.view, record.notation, decision.thought)
        return Pair(transcript.prompt(asked.view, asked.ask), text.text, record, text.left_out)

    def _transcript(self, record: ModelRecord, seat: Seat, events: int) -> Transcript:
        """What a seat had seen after so many events of its own, as a model reads it."""
        known = self._transcripts.get((record.name, seat))
        if known is None or len(known.events) > events:
            known = Transcript(record, seat, special_of(record.tokenizer) if record.tokenizer else ())
            self._transcripts[record.name, seat] = known
        known.observe([self.log[place - 1].event for place in self._heard(seat)[len(known.events) : events]])
        return known

    def _heard(self, seat: Seat) -> list[int]:
        if seat not in self._places:
            self._places[seat] = [place for place, one in enumerate(self.log, 1) if hears(one.event.to, seat)]
        return self._places[seat]

    # Records ----------------------------------------------------------------------------------------------------------

    def _sample(self, decision: DecisionRecord, asked: Asked, pair: Pair, ending: Ending) -> Sample:
        logged, public, seat = self.log[(decision.decided_seq or 1) - 1], asked.state.public, decision.seat
        messages = (*pair.prompt.messages, Message("assistant", pair.completion))
        return cast("Sample", {
            "schema": "sft_dataset/1", "game_id": self.facts.game_id, "seq": logged.seq, "turn": public.stage,
            "timestamp": stamp(logged.at), "day": public.day, "phase": public.phase.value, "seat": seat,
            "player_name": public.table.names[seat - 1], "agent": self.facts.agents[seat],
            "sample_id": f"{self.facts.game_id}:{logged.seq}",
            "prompt": "\n\n".join(message.content for message in pair.prompt.messages),
            "completion": pair.completion,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "metadata": {**self._origin(decision, asked), **self._quality(decision, asked, pair),
                         "outcome": ending.outcome, "won": seat in ending.winners},
        })  # fmt: skip

    def _origin(self, decision: DecisionRecord, asked: Asked) -> dict[str, Any]:
        public, seat = asked.state.public, decision.seat
        role = asked.state.role(seat)
        alignment = self.facts.models.get(decision.model, ModelFacts()).alignment
        return {
            "game": self.facts.game_id, "family": self.facts.family or self.facts.game_id, "seat": seat,
            "player_id": seat, "role": role, "faction": ROLES[role].faction.value,
            "environment_turn": public.stage, "day": public.day, "phase": public.phase.value,
            "ask": asked.ask.kind.value, "ask_id": decision.ask_id, "model": decision.model, "alignment": alignment,
            "misaligned": alignment == MISALIGNED, "source": decision.source,
        }  # fmt: skip

    def _quality(self, decision: DecisionRecord, asked: Asked, pair: Pair) -> dict[str, Any]:
        record, counter = pair.record, token_counter(pair.record.tokenizer)
        attempts = max(1, len(decision.attempts))
        waits = bool(decision.actions) and isinstance(action_from_json(decision.actions[0]), a.Pass)
        sent = sum(counter.count(message.content) for message in pair.prompt.messages)
        return {
            "protocol": record.protocol.value, "notation": record.notation.value, "accepted": attempts == 1,
            "attempts": attempts, "model_generations": int(decision.recipe.get("requests", attempts)),
            "forced_wait": waits and any(option.verb != "pass" for option in asked.ask.options),
            "left_out": pair.left_out, "prompt_tokens": sent,
            "completion_tokens": counter.count(pair.completion), "exact_tokens": counter.exact,
        }  # fmt: skip


def samples(facts: MatchFacts, log: Sequence[Logged], made: Sequence[Made]) -> Iterator[Sample]:
    """All samples of a match that has ended, in the order of its log."""
    yield from Workshop(facts, log).samples(made)
