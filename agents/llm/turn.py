"""One ask answered by a model: thought, tools, refusals, and at last an action; everything of it is kept.

Pure but for the client that it is given: no clock, no database. The model may think and use tools as long as its
tokens last; what it does is checked by the engine's own rule before it is handed in, and a refusal goes back to it in
the engine's words within the ask's attempts. Whatever happens, there is a decision.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.llm import grammar, parse, spoken, tools, verbs
from agents.llm.client import BadRequest, Client, ClientError, Completion, Message, Request, TooLong
from agents.llm.lookups import Seen
from agents.llm.prompt import Prompt
from agents.llm.record import ModelRecord, Protocol
from agents.llm.templating import template
from agents.llm.tokens import Counter
from game.engine import actions as a
from game.engine.asks import Ask, AskKind
from game.engine.config import Talk
from game.engine.legal import check
from game.engine.state import View
from game.engine.text import render
from game.play.seats import Attempt, Decision, Listener, Piece, Report

THINK, UNTHINK = "<think>", "</think>"
LEAST_TOKENS = 8
"""A request for fewer is not worth sending."""
CHARACTERS = 2
"""Of text for each token of an action: so few that the object is closed before its tokens are spent."""
NO_TOOLS_LEFT = "No more look-ups now: decide."


@dataclass
class Spent:
    """What an ask has cost so far."""

    requests: int = 0
    prompt: int = 0
    cached: int = 0
    written: int = 0
    latency_ms: int = 0
    lane: str = ""
    finish: str = ""
    retries: list[str] = field(default_factory=list)

    def add(self, completion: Completion) -> None:
        """Count a completion in."""
        self.requests += 1
        self.prompt += completion.prompt_tokens
        self.cached += completion.cached_tokens
        self.written += completion.completion_tokens
        self.latency_ms += completion.latency_ms
        self.lane, self.finish = completion.lane or self.lane, completion.finish
        self.retries += completion.retries


@dataclass
class Draft:
    """What the model writes in one attempt. `said` is its own unfinished turn, what tools answered in it."""

    messages: tuple[Message, ...]
    said: str = ""
    answer: str = ""
    """What it wrote under a grammar."""
    reasoning: list[str] = field(default_factory=list)
    calls: tuple[parse.ToolCall, ...] = ()
    uses: list[Mapping[str, Any]] = field(default_factory=list)
    spent: Spent = field(default_factory=Spent)

    @property
    def text(self) -> str:
        """All that it wrote, as it came."""
        calls = "".join(f"\n{call.name}({call.arguments})" for call in self.calls)
        return "".join((*self.reasoning, self.said, self.answer, calls))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an answer was not taken: a code, and the sentences that the model is told."""

    code: str
    reason: str
    hint: str = ""


class Turn:
    """One ask to one seat. `grammars`: whether the server has structured output; cleared when it turns out not to."""

    def __init__(
        self,
        record: ModelRecord,
        client: Client,
        counter: Counter,
        seen: Seen,
        listen: Listener,
        *,
        grammars: bool = True,
    ) -> None:
        self.record, self.client, self.counter, self.seen, self.listen = record, client, counter, seen, listen
        assert seen.ask is not None
        self.ask: Ask = seen.ask
        self.view: View = seen.view
        self.attempts: list[Attempt] = []
        self.spent = Spent()
        self.grammars = grammars

    async def decide(self, prompt: Prompt) -> Decision:
        """The decision on the ask. Raises TooLong where the prompt does not fit; no other error of a client."""
        messages, fallback = prompt.messages, "attempts"
        try:
            for number in range(self.ask.attempt, self.view.public.table.attempts):
                if self._left() < LEAST_TOKENS:
                    fallback = "budget"
                    break
                draft = await self._write(messages)
                taken = self._take(draft)
                if not isinstance(taken, Refusal):
                    return self._decision(prompt, draft, taken)
                self._tell("retry", taken.reason)
                left = self.view.public.table.attempts - number - 1
                said = template("refused", reason=taken.reason, hint=taken.hint, left=left)
                messages = (*draft.messages, Message("assistant", draft.said + draft.answer or "..."),
                            Message("user", said))  # fmt: skip
        except TooLong:
            raise
        except ClientError as error:
            fallback = type(error).__name__
            self.spent.retries.append(str(error)[:300])
        return self.fallback(prompt, fallback)

    # Writing ----------------------------------------------------------------------------------------------------------

    async def _write(self, messages: tuple[Message, ...]) -> Draft:
        draft = Draft(messages)
        if self.record.protocol is Protocol.TOOLS:
            await self._by_calls(draft)
        elif self.record.structured:
            await self._think(draft)
            await self._act(draft)
        else:
            await self._freely(draft)
        return draft

    async def _think(self, draft: Draft) -> None:
        """Free thought and look-ups, up to the tokens less what is kept back for the action."""
        left = min(self.record.think_tokens, self._left() - self.record.act_tokens)
        if left < LEAST_TOKENS:
            return
        native = self.record.preset.think
        if not native and self.record.preset.resumes:
            draft.said = THINK
        await self._go_on(draft, left, (UNTHINK if not native else native[1],))
        if draft.said and not draft.said.rstrip().endswith(UNTHINK):
            draft.said += UNTHINK
        draft.said += "\n" if draft.said else ""

    async def _freely(self, draft: Draft) -> None:
        """Thought, look-ups and the action in one piece of text."""
        left = min(self.record.think_tokens + self.record.act_tokens, self._left())
        ends = (f"</{ability.id}>" for ability in verbs.own_abilities(self.view))
        await self._go_on(draft, left, (*parse.ACTION_ENDS, *ends))

    async def _go_on(self, draft: Draft, left: int, stop: Sequence[str]) -> None:
        """Write until one of the ends, answering look-ups within the same thought."""
        uses = 0
        while left >= LEAST_TOKENS:
            completion = await self._request(draft, left, stop=(parse.TOOL_END, *stop))
            left -= max(1, completion.completion_tokens)
            draft.reasoning.append(completion.reasoning)
            draft.said += completion.text + completion.stopped_by
            use = parse.tool_at_end(draft.said) if completion.stopped_by == parse.TOOL_END else None
            if completion.stopped_by != parse.TOOL_END or self._has_acted(draft):
                return
            uses += 1
            result = self._look_up(draft, use) if uses <= self.record.tool_calls else NO_TOOLS_LEFT
            self._observe(draft, f"<observation>{result}</observation>\n")
            left -= self.counter.count(result)

    def _has_acted(self, draft: Draft) -> bool:
        """Whether what stands in the draft is an answer already: `<pass/>` ends like a look-up."""
        return bool(self._parsed(draft).actions)

    def _observe(self, draft: Draft, observation: str) -> None:
        """Go on behind what a tool answered: in the same turn, or in new ones where the server cannot."""
        if self.record.preset.resumes:
            draft.said += observation
            return
        draft.messages = (*draft.messages, Message("assistant", draft.said), Message("user", observation))
        draft.reasoning.append(draft.said + observation)
        draft.said = ""

    async def _act(self, draft: Draft) -> None:
        """The action alone, under the grammar of what is legal."""
        if draft.said and not self.record.preset.resumes:
            draft.reasoning.append(draft.said)
            told = Message("user", spoken.ACT_NOW)
            draft.messages = (*draft.messages, Message("assistant", draft.said), told)
            draft.said = ""
        length, most = CHARACTERS * self.record.act_tokens, min(self.record.act_tokens, self._left())
        schema = grammar.schema(self.ask, self.view, self.record.notation, length=length)
        try:
            completion = await self._request(draft, most, schema=schema if self.grammars else None)
        except BadRequest as error:
            if not self.grammars:
                raise
            self.spent.retries.append(f"no structured output: {error}"[:300])
            self.grammars = False
            completion = await self._request(draft, most)
        draft.answer = completion.text

    async def _by_calls(self, draft: Draft) -> None:
        """OpenAI's tool calls: look-ups until the call that acts."""
        left = min(self.record.think_tokens + self.record.act_tokens, self._left())
        known = (*tools.openai_tools(), *grammar.openai_tools(self.ask, self.view, self.record.notation))
        uses = 0
        while left >= LEAST_TOKENS:
            completion = await self._request(draft, left, offered=known)
            left -= max(1, completion.completion_tokens)
            draft.reasoning += [completion.reasoning, completion.text]
            draft.calls = completion.tool_calls
            looks = [call for call in draft.calls if call.name in tools.TOOLS]
            if not looks or len(looks) < len(draft.calls):
                return
            draft.messages += (Message("assistant", completion.text, tool_calls=draft.calls),)
            for call in looks:
                uses += 1
                read = parse.tool_use(call)
                result = self._look_up(draft, read) if uses <= self.record.tool_calls else NO_TOOLS_LEFT
                draft.messages += (Message("tool", result, tool_call_id=call.id),)
                left -= self.counter.count(result)

    async def _request(
        self, draft: Draft, most: int, *, stop: Sequence[str] = (), schema: Mapping[str, Any] | None = None,
        offered: Sequence[Mapping[str, Any]] = (),
    ) -> Completion:  # fmt: skip
        record, resume = self.record, bool(draft.said)
        messages = (*draft.messages, Message("assistant", draft.said)) if resume else draft.messages
        request = Request(
            model=record.served,
            messages=messages,
            max_tokens=max(LEAST_TOKENS, most),
            resume=resume,
            stop=(*stop, *record.preset.stop),
            sampling={**record.preset.sampling, **record.sampling},
            schema=schema,
            tools=tuple(offered),
            extra=record.preset.extra,
        )
        kind = "speech" if schema else "thought"
        completion = await self.client.complete(request, lambda piece: self._tell(kind, piece))
        draft.spent.add(completion)
        self.spent.add(completion)
        return completion

    def _look_up(self, draft: Draft, use: parse.ToolUse | parse.Problem | None) -> str:
        """What a tool answers; kept with the attempt."""
        if use is None or isinstance(use, parse.Problem):
            sentence = use.sentence if use else "That is no look-up."
            draft.uses.append({"name": "", "arguments": {}, "result": sentence, "ok": False})
            return sentence
        result = tools.run(use.name, use.arguments, self.seen)
        draft.uses.append({"name": use.name, "arguments": dict(use.arguments), "result": result.text, "ok": result.ok})
        self._tell("tool", use.name)
        return result.text

    # Reading ----------------------------------------------------------------------------------------------------------

    def _take(self, draft: Draft) -> parse.Parsed | Refusal:
        """What the draft does, or why it is not taken; either way it is kept."""
        parsed = self._parsed(draft)
        refusal = None
        if parsed.problem or not parsed.actions:
            problem = parsed.problem or parse.Problem("no_action", "You looked something up, and did nothing.")
            refusal = Refusal(problem.code, problem.sentence, problem.hint)
        elif reason := check(self.view, parsed.actions[0]):
            refusal = Refusal(str(reason), render.refusal(str(reason)))
        spent = draft.spent
        code, told = (refusal.code, refusal.reason) if refusal else ("", "")
        tried = Attempt(
            draft.text, spent.finish, code, told, tuple(draft.uses), spent.prompt, spent.cached, spent.written,
            spent.latency_ms,
        )  # fmt: skip
        self.attempts.append(tried)
        return refusal or parsed

    def _parsed(self, draft: Draft) -> parse.Parsed:
        notation = self.record.notation
        if draft.answer:
            return parse.parse_json(draft.answer, self.ask, self.view, notation)
        if draft.calls:
            return parse.parse_calls(draft.calls, self.view, notation)
        return parse.parse_tags(draft.said or "".join(draft.reasoning), self.view, notation, self.record.preset.think)

    def _decision(self, prompt: Prompt, draft: Draft, parsed: parse.Parsed) -> Decision:
        thought = parsed.thought or thought_of(draft)
        words = sum(self.counter.count(text) for action in parsed.actions if (text := getattr(action, "text", "")))
        bids = parsed.bid is not None and self.view.public.table.talk is Talk.BIDS
        actions = (*parsed.actions, a.Bid(parsed.bid)) if bids and parsed.bid is not None else parsed.actions
        return Decision(actions, self.spent.written, thought, self._report(prompt, words))

    def fallback(self, prompt: Prompt, reason: str) -> Decision:
        """A pass, with the reason for which the model did not choose."""
        thought = self.attempts[-1].text if self.attempts else ""
        return Decision((a.Pass(),), self.spent.written, thought, self._report(prompt, 0, reason))

    def _report(self, prompt: Prompt, spoken_tokens: int, fallback: str = "") -> Report:
        spent = self.spent
        return Report(
            model=self.record.name,
            lane=spent.lane,
            attempts=tuple(self.attempts),
            prompt_tokens=spent.prompt,
            cached_tokens=spent.cached,
            thought_tokens=max(0, spent.written - spoken_tokens),
            spoken_tokens=spoken_tokens,
            latency_ms=spent.latency_ms,
            finish=spent.finish,
            recipe={**prompt.recipe, "requests": spent.requests},
            retries=tuple(spent.retries),
            fallback=fallback,
        )

    def _left(self) -> int:
        """Tokens that may still be written in this ask."""
        most = self.record.think_tokens + 2 * self.record.act_tokens
        if self.ask.budget is None:
            return most
        least = self.record.act_tokens if self.ask.kind is AskKind.ACT else 0  # a deed of the night costs nobody's talk
        return min(most, max(self.ask.budget, least) - self.spent.written)

    def _tell(self, kind: str, text: str = "") -> None:
        self.listen(Piece(self.ask.seat, self.ask.id, kind, text))


def thought_of(draft: Draft) -> str:
    """What of a draft is thought, as a reader wants it: without the tags, what tools answered in brackets."""
    text = "".join((*draft.reasoning, draft.said))
    text = re.sub(r"</?think>", "", text)
    return re.sub(r"<observation>(.*?)</observation>", r"[\1]", text, flags=re.DOTALL).strip()
