"""A match of agents in this process with all that they decided: what records are made from, without a database."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from eval.decision import DecisionRecord
from game.engine.asks import Ask
from game.engine.codec import action_to_json
from game.engine.events import Decided, Event
from game.engine.state import View
from game.engine.types import Seat
from game.play.drivers import Played, run_sync
from game.play.seats import Agent, Decision


class _Noted:
    """An agent whose decisions are kept, by ask and in order."""

    def __init__(self, agent: Agent, kept: dict[str, deque[DecisionRecord]]) -> None:
        self._agent, self._kept = agent, kept

    def observe(self, events: Sequence[Event]) -> None:
        self._agent.observe(events)

    def decide(self, view: View, ask: Ask) -> Decision:
        decision = self._agent.decide(view, ask)
        self._kept[ask.id].append(_record(view, ask, decision))
        return decision


def _record(view: View, ask: Ask, made: Decision) -> DecisionRecord:
    actions = tuple(action_to_json(action) for action in made.actions)
    record = DecisionRecord(
        seat=ask.seat, ask_id=ask.id, stage=view.public.stage, actions=actions, thought=made.thought, cost=made.cost,
        source="model" if made.report else "script",
    )  # fmt: skip
    if made.report is None:
        return record
    report = {**asdict(made.report), "attempts": tuple(map(asdict, made.report.attempts))}
    return replace(record, **report)


def simulated(opening: Sequence[Event], agents: Mapping[Seat, Agent]) -> tuple[Played, list[DecisionRecord]]:
    """The match, and its decisions in the order of the log."""
    kept: dict[str, deque[DecisionRecord]] = defaultdict(deque)
    played = run_sync(opening, {seat: _Noted(agent, kept) for seat, agent in agents.items()})
    decided = ((seq, event) for seq, event in enumerate(played.log, 1) if isinstance(event, Decided))
    return played, [replace(kept[event.ask].popleft(), decided_seq=seq) for seq, event in decided if event.ask]
