"""What is written of a match when it has ended: who played and won, every day and night, every player, and its story.

Made from the records of the streams and the log that they come from.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from eval.records.facts import Logged, MatchFacts, stamp
from eval.records.files import file_name
from eval.records.findings import Findings
from eval.records.recorder import STREAMS, Line
from eval.records.summary_shapes import (
    AgentAnalysis,
    AgentDay,
    AgentFacts,
    AgentSheet,
    Chapter,
    Context,
    Done,
    Fallen,
    GameSummary,
    History,
    InnerHistory,
    InternalHistory,
    MatchMeta,
    Outcome,
    Player,
    PlayerHistory,
    PublicEvent,
    Thought,
    Tried,
)
from game.engine import events as e
from game.engine.fold import fold
from game.engine.roles import ROLES
from game.engine.state import EMPTY, State
from game.engine.text import render
from game.engine.types import PUBLIC, Phase, Seat

PRIVATE = frozenset({"jot", "summarise"})
"""What a player does for itself alone: it is as private as a thought."""


@dataclass
class Account:
    """The records of a match as they came, stream by stream, and the log behind them."""

    facts: MatchFacts
    run_id: str
    log: list[Logged] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    records: dict[str, list[Mapping[str, Any]]] = field(default_factory=lambda: {name: [] for name in STREAMS})

    def note(self, lines: Iterator[Line]) -> Iterator[Line]:
        """Pass records on and keep them."""
        for stream, record in lines:
            if stream != "sft_dataset":
                self.records[stream].append(record)
            yield stream, record


def documents(account: Account, state: State, counts: Mapping[str, int]) -> Iterator[tuple[str, Any]]:
    """The files of a match that has ended, by name; `match_meta.json` comes last."""
    tree = _Tree(account, state)
    yield "game_summary.json", tree.summary()
    for number, chapter in enumerate(tree.chapters(), 1):
        yield f"phases/{number:02d}-{chapter['phase']}.json", chapter
    sheets = [tree.sheet(seat) for seat in state.public.seats]
    for sheet in sheets:
        name = file_name(sheet["metadata"]["seat"], sheet["metadata"]["name"])
        yield f"agents/{name}.json", sheet
    yield "agent_analysis.jsonl", [tree.analysis(sheet) for sheet in sheets]
    yield "history_for_analysis.json", tree.history()
    yield "history_for_analysis.internal.json", tree.internal_history()
    yield "match_meta.json", tree.meta(counts)


class _Tree:
    """One match being summed up."""

    def __init__(self, account: Account, state: State) -> None:
        self.facts, self.run_id, self.log, self.records = account.facts, account.run_id, account.log, account.records
        self.findings = account.findings
        self.state, self.public = state, state.public
        self.names = state.public.table.names
        ending = state.public.ending
        self.winners = ending.winners if ending else ()
        self.outcome = ending.outcome if ending else ""
        self.days, self.totals = self._counted()

    def name(self, seat: Seat) -> str:
        return self.names[seat - 1]

    def faction(self, seat: Seat) -> str:
        return ROLES[self.state.role(seat)].faction.value

    def meta(self, counts: Mapping[str, int]) -> MatchMeta:
        opened = self.log[0].event
        assert isinstance(opened, e.MatchOpened)
        players: list[Player] = [
            {"seat": seat, "name": self.name(seat), "agent": self.facts.agents[seat], "role": self.state.role(seat),
             "faction": self.faction(seat), "won": seat in self.winners}
            for seat in self.public.seats
        ]  # fmt: skip
        return {
            "schema": "match_meta/1", "run_id": self.run_id, "game_id": self.facts.game_id,
            "seed": self.state.secret.seed, "game_mode": opened.table.mode,
            "winner_factions": sorted({self.faction(seat) for seat in self.winners}),
            "duration_days": self.public.day,
            "timestamp_utc": stamp(self.facts.started_at or self.log[0].at), "players": players,
            "title": self.facts.title, "status": self.facts.status, "outcome": self.outcome,
            "rules_version": opened.version, "commitment": opened.commitment, "family": self.facts.family,
            "counts": dict(counts),
        }  # fmt: skip

    def summary(self) -> GameSummary:
        trials: list[Tried] = [
            {"defendant": self.name(trial.accused), "day": trial.day,
             "verdict": "guilty" if trial.lynched else "innocent",
             "ballots": {self.name(seat): verdict.value for seat, verdict, _ in trial.ballots}}
            for trial in self.public.trials
        ]  # fmt: skip
        return {
            "schema": "game_summary/1", "game_id": self.facts.game_id, "outcome": self.outcome,
            "winners": [self.name(seat) for seat in self.winners],
            "survivors": [self.name(seat) for seat in sorted(self.public.living)],
            "duration_days": self.public.day, "deaths": self._graves(self.state), "trials": trials,
            "totals": dict(sum(self.totals.values(), Counter[str]())), "metrics": dict(self.findings.match),
        }  # fmt: skip

    def _graves(self, state: State) -> list[Fallen]:
        return [
            {"player": self.name(grave.seat), "day": grave.day, "by_night": grave.night, "role": grave.role,
             "causes": [cause.value for cause in grave.causes]}
            for grave in state.public.graves
        ]  # fmt: skip

    def chapters(self) -> Iterator[Chapter]:
        """The days and nights in order; what was before the first day belongs to it."""
        state, events = EMPTY, list[PublicEvent]()
        kind: Literal["day", "night"] | None = None
        number = 0
        for logged in self.log:
            event = logged.event
            if isinstance(event, e.PhaseOpened) and event.phase in _BEGINNINGS:
                if kind:
                    number += 1
                    yield self._chapter(kind, number, state, events)
                    events = []
                kind = "night" if event.phase is Phase.NIGHT else "day"
            state = fold(state, event)
            if event.to == PUBLIC and (text := render.line(event, self.names, None, self.public.table.ruleset)):
                events.append({"seq": logged.seq, "kind": event.kind, "text": text})
        if kind:
            yield self._chapter(kind, number + 1, state, events)

    def _chapter(self, kind: Literal["day", "night"], number: int, state: State, events: list[PublicEvent]) -> Chapter:
        return {
            "schema": "phase/1", "game_id": self.facts.game_id, "phase": kind, "counter": number,
            "day": state.public.day, "public_events": events,
            "alive": [self.name(seat) for seat in sorted(state.public.living)], "graveyard": self._graves(state),
        }  # fmt: skip

    # Players ----------------------------------------------------------------------------------------------------------

    def _counted(self) -> tuple[dict[Seat, dict[int, Counter[str]]], dict[Seat, Counter[str]]]:
        """What each seat did, by day and in all."""
        days: dict[Seat, dict[int, Counter[str]]] = {seat: defaultdict(Counter) for seat in self.public.seats}
        for seat, day, counter, amount in self._counts():
            days[seat][day][counter] += amount
        return days, {seat: sum(found.values(), Counter[str]()) for seat, found in days.items()}

    def _counts(self) -> Iterator[tuple[Seat, int, str, int]]:
        for line in self.records["chat"]:
            kind = "whispers" if line["is_whisper"] else "messages"
            yield line["seat"], line["day"], kind, 1
            yield line["seat"], line["day"], "characters_spoken", len(line["message"])
        for deed in self.records["agent_actions"]:
            yield deed["seat"], deed["day"], *_counter(deed)
        for call in self.records["inference_trace"]:
            for name in ("prompt_tokens", "cached_tokens", "output_tokens", "latency_ms"):
                yield call["seat"], call["day"], name, call["payload"][name]
            yield call["seat"], call["day"], "model_decisions", 1

    def _facts(self, seat: Seat) -> AgentFacts:
        models = {call["model"] for call in self.records["inference_trace"] if call["seat"] == seat}
        return {
            "game_id": self.facts.game_id, "seat": seat, "name": self.name(seat), "agent": self.facts.agents[seat],
            "models": sorted(models), "role": self.state.role(seat), "faction": self.faction(seat),
        }  # fmt: skip

    def sheet(self, seat: Seat) -> AgentSheet:
        death = next((grave for grave in self._graves(self.state) if grave["player"] == self.name(seat)), None)
        survived = seat in self.public.living
        outcome: Outcome = {"won": seat in self.winners, "survived": survived, "death": death}
        counters = dict(sorted(self.totals[seat].items()))
        return {"schema": "agent/1", "metadata": self._facts(seat), "counters": counters, "outcome": outcome}

    def analysis(self, sheet: AgentSheet) -> AgentAnalysis:
        found = self.days[sheet["metadata"]["seat"]]
        days: list[AgentDay] = [{"day": day, "counters": dict(sorted(found[day].items()))} for day in sorted(found)]
        return {
            "schema": "agent_analysis/1", "metadata": sheet["metadata"], "counters": sheet["counters"],
            "outcome": sheet["outcome"], "days": days,
        }  # fmt: skip

    # Histories --------------------------------------------------------------------------------------------------------

    def history(self) -> History:
        players = {self.name(seat): cast("PlayerHistory", self._history(seat)) for seat in self.public.seats}
        return {
            "schema": "history/1", "game_id": self.facts.game_id, "context": self._context(), "players": players,
        }  # fmt: skip

    def internal_history(self) -> InternalHistory:
        players = {
            self.name(seat): cast("InnerHistory", {**self._history(seat, inner=True), "thoughts": self._thoughts(seat)})
            for seat in self.public.seats
        }
        return {
            "schema": "history.internal/1", "game_id": self.facts.game_id, "context": self._context(),
            "players": players,
        }  # fmt: skip

    def _context(self) -> Context:
        return {
            "game_mode": self.public.table.mode, "roles_in_play": list(self.public.table.slots),
            "duration_days": self.public.day, "outcome": self.outcome,
            "winners": [self.name(seat) for seat in self.winners],
        }  # fmt: skip

    def _history(self, seat: Seat, *, inner: bool = False) -> dict[str, Any]:
        done = [one for one in self._done(seat) if inner or one["action"]["interaction_type"] not in PRIVATE]
        claims = list(self.findings.claims.get(seat, ()))
        return {
            "chat_messages": [
                {**_place(line), "channel": line["channel"], "target": line["target"], "message": line["message"]}
                for line in self.records["chat"] if line["seat"] == seat
            ],
            "actions": done,
            "role_claims": claims,
            "votes": [one for one in done if one["action"]["interaction_type"] in ("vote", "judge")],
            "claimed_role": claims[-1]["value"] if claims else None,
            "actual_role": self.state.role(seat),
            "faction": self.faction(seat),
        }  # fmt: skip

    def _done(self, seat: Seat) -> Iterator[Done]:
        for deed in self.records["agent_actions"]:
            if deed["seat"] == seat and deed["action_type"] == "INTERACTION":
                yield cast("Done", {**_place(deed), "action": deed["payload"]})

    def _thoughts(self, seat: Seat) -> list[Thought]:
        return [
            {"seq": one["seq"], "turn": one["turn"], "thinking_process": one["thinking_process"]}
            for one in self.records["agent_reasoning"] if one["seat"] == seat
        ]  # fmt: skip


_BEGINNINGS = frozenset({Phase.DAY_ONE, Phase.DISCUSSION, Phase.NIGHT})


def _place(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in ("seq", "turn", "day", "phase")}


def _counter(deed: Mapping[str, Any]) -> tuple[str, int]:
    """What an action counts as."""
    payload = deed["payload"]
    if deed["action_type"] == "TOOL_CALL":
        return "tool_calls" if payload["ok"] else "tool_calls_failed", 1
    return f"{payload['interaction_type']}_{payload['outcome']}", 1
