"""The player that is a language model: it observes, and decides through a client."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agents.guess import Guess
from agents.llm import probe
from agents.llm.client import Client, ClientError, Request, TooLong
from agents.llm.hygiene import neutral
from agents.llm.lookups import Seen
from agents.llm.prompt import SUMMARY_WORDS, Prompt, Transcript
from agents.llm.record import ModelRecord
from agents.llm.turn import Turn
from game.engine import chance
from game.engine.actions import Summarise
from game.engine.asks import Ask
from game.engine.events import Event
from game.engine.state import View
from game.engine.types import Seat
from game.play.seats import Decision, Listener, Piece

SEEDS = 2**31
"""As many as every server takes."""


def silent(piece: Piece) -> None:
    """A listener for whom nobody cares."""


class LanguageAgent:
    """One seat played by a model. Its memory is its log: a match that is taken over goes on alike.

    With `luck` every ask is sampled by a seed that hangs on it and on the ask; without, as the server likes.
    """

    def __init__(
        self, seat: Seat, record: ModelRecord, client: Client, *, listen: Listener = silent,
        special: Sequence[str] = (), luck: str = "",
    ) -> None:  # fmt: skip
        self.record, self.client, self.listen, self.luck = record, client, listen, luck
        self.transcript = Transcript(record, seat, special)
        self._grammars = True
        self._summed: set[int] = set()
        """Days whose summary was asked for: once each, also where none came."""

    def observe(self, events: Sequence[Event]) -> None:
        """Take in the next events that the seat may see."""
        self.transcript.observe(events)

    async def aclose(self) -> None:
        """Let go of the client's connections."""
        await self.client.close()

    async def decide(self, view: View, ask: Ask) -> Decision:
        """Answer an ask; with a default where the model gives no answer that can be taken."""
        transcript = self.transcript
        summary = await self._summary(view)
        seen = Seen(view, ask, transcript.events, transcript.special, self.record.notation)
        turn = Turn(self._drawing(ask), self.client, transcript.counter, seen, self.listen, grammars=self._grammars)
        while True:
            prompt = transcript.prompt(view, ask)
            try:
                decision = await turn.decide(prompt)
                break
            except TooLong as error:
                turn.spent.retries.append(f"too long: {error}"[:300])
                if not transcript.tighten():
                    decision = turn.fallback(prompt, "TooLong")
                    break
        self._grammars = turn.grammars
        if summary:
            action, cost = summary
            decision = replace(decision, actions=(*decision.actions, action), cost=decision.cost + cost)
        return decision

    def _drawing(self, ask: Ask) -> ModelRecord:
        """The model with the seed by which this ask is sampled."""
        if not self.luck:
            return self.record
        seed = int(chance.draw(self.luck, ask.seat, ask.id, ask.attempt) * SEEDS)
        return replace(self.record, sampling={**self.record.sampling, "seed": seed})

    async def guess(self, view: View) -> Guess:
        """What the model takes the others for, asked beside the match: nothing of it stays."""
        return await probe.ask(self.transcript, view, self.client)

    async def _summary(self, view: View) -> tuple[Summarise, int] | None:
        """The model's summary of a day that will soon be cut, and its cost in tokens; None where none is due."""
        day = self.transcript.to_summarise
        if day is None or day in self._summed:
            return None
        self._summed.add(day)
        prompt: Prompt = self.transcript.summary_prompt(day)
        record = self.record
        sampling = {**record.preset.sampling, **record.sampling}
        request = Request(
            record.served, prompt.messages, 2 * SUMMARY_WORDS, stop=record.preset.stop, sampling=sampling,
            extra=record.preset.extra,
        )  # fmt: skip
        try:
            completion = await self.client.complete(request)
        except ClientError:
            return None  # the rule cuts without it
        text = neutral(completion.text, self.transcript.special).strip()
        return (Summarise(day, text), completion.completion_tokens) if text else None
