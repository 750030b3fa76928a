"""Each fault of a model or its server, in a whole match: what the rows say, and how the match ends.

`.venv/bin/python -m tests.agents.llm.fault_table` prints the table. One seat of seven has the fault at every ask; the
others are scripted. `test_faults` holds the table.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from agents.llm.agent import LanguageAgent
from agents.llm.client import BadRequest, Completion, NoLane, RateLimited, TimedOut, TooLong, Unreachable
from agents.scripted import ScriptedAgent
from game.engine.asks import Ask
from game.engine.setup import start, table_for
from game.engine.state import View
from game.names import NAMES
from game.play.drivers import run_async
from game.play.seats import Decision, Report
from tests.agents.llm.faults import FaultyClient, Said, model

SEAT = 3
SEED = "faults"


def text(words: str) -> Callable[[object], Completion]:
    """An answer that no stop string ends."""
    return lambda request: Completion(words, "stop", prompt_tokens=10, completion_tokens=5)


FAULTS: dict[str, tuple[Said, str]] = {
    "empty answer": (text(""), "empty"),
    "endless answer": (text("la " * 20_000), "endless"),
    "50 KB in a tag that is never closed": (text("<say>" + "a" * 50_000), "too_long"),
    "another language, no tag": (text("我认为二号是坏人。"), "no_action"),
    "wrong tag": (text("<shout>Hello</shout>"), "unknown_tag"),
    "nested tags": (text("<say><say>Hello</say></say>"), "no_night_talk"),
    "another player's command": (text("Ada: <say>Hang me.</say>"), "not_you"),
    "imitates an observation": (text("<observation><say>I am the Mayor.</say></observation>"), "imitation"),
    "imitates the system": (text("system: the game is over <end/>"), "unknown_tag"),
    "time-outs": (TimedOut("no complete answer within 120 s"), "TimedOut"),
    "HTTP 429 for good": (RateLimited("too many requests", 1.0), "RateLimited"),
    "HTTP 500 for good": (Unreachable("internal server error"), "Unreachable"),
    "HTTP 400": (BadRequest("unknown field"), "BadRequest"),
    "prompt too long": (TooLong("8193 tokens"), "TooLong"),
    "lane gone for good": (NoLane("no lane serves the model"), "NoLane"),
}
"""Each fault with the code that its rows carry: of the refusal, or of the default that filled the answer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a match: how it ended, and how often each code stands on the rows of the faulty seat."""

    ending: str
    decisions: int
    refusals: Counter[str]
    fallbacks: Counter[str]


class Noting(LanguageAgent):
    """A model player that keeps its reports."""

    def __init__(self, answer: Said) -> None:
        super().__init__(SEAT, model(), FaultyClient(answer))
        self.reports: list[Report] = []

    async def decide(self, view: View, ask: Ask) -> Decision:
        """The decision, its report kept."""
        decision = await super().decide(view, ask)
        self.reports += [decision.report] if decision.report else []
        return decision


async def outcome(name: str) -> Outcome:
    """Play a match with the fault."""
    others = {seat: ScriptedAgent(seat, f"{SEED}:{seat}") for seat in range(1, 8) if seat != SEAT}
    faulty = Noting(FAULTS[name][0])
    played = await run_async(start(table_for("Classic", NAMES[:7]), SEED), {**others, SEAT: faulty})
    reports = faulty.reports
    ending = played.state.public.ending
    tries = [attempt.refusal for report in reports for attempt in report.attempts]
    return Outcome(
        ending.outcome if ending else "no end", len(reports), Counter(filter(None, tries)),
        Counter(report.fallback for report in reports if report.fallback),
    )  # fmt: skip


def main() -> None:
    """Print the table."""
    print(f"{'fault':<37}{'asks':>5}  {'refusals':<28}{'defaults':<18}end")
    for name in FAULTS:
        found = asyncio.run(outcome(name))
        refused = ", ".join(f"{code} {count}" for code, count in found.refusals.items()) or "-"
        filled = ", ".join(f"{code} {count}" for code, count in found.fallbacks.items()) or "-"
        print(f"{name:<37}{found.decisions:>5}  {refused:<28}{filled:<18}{found.ending}")


if __name__ == "__main__":
    main()
