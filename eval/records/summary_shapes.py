"""The shapes of the files that are written when a match has ended."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import with_config
from typing_extensions import TypedDict

from eval.records.shapes import SHAPE, Count, SeatNumber, Stamp


@with_config(SHAPE)
class Player(TypedDict):
    """A player as it turned out."""

    seat: SeatNumber
    name: str
    agent: str
    role: str
    faction: str
    won: bool


@with_config(SHAPE)
class MatchMeta(TypedDict):
    """`match_meta.json`: what was played, and how many records there are of it. Written last."""

    schema: Literal["match_meta/1"]
    run_id: str
    game_id: str
    seed: str
    game_mode: str
    winner_factions: list[str]
    duration_days: Count
    timestamp_utc: Stamp
    players: list[Player]
    title: str
    status: str
    outcome: str
    rules_version: int
    commitment: str
    family: str
    counts: dict[str, Count]
    """Records by stream; those of `game_events` are the events of the log."""


@with_config(SHAPE)
class Fallen(TypedDict):
    """A death."""

    player: str
    day: Count
    by_night: bool
    role: str
    causes: list[str]


@with_config(SHAPE)
class Tried(TypedDict):
    """A trial."""

    defendant: str
    day: Count
    verdict: Literal["guilty", "innocent"]
    ballots: dict[str, str]


@with_config(SHAPE)
class GameSummary(TypedDict):
    """`game_summary.json`: a match in short."""

    schema: Literal["game_summary/1"]
    game_id: str
    outcome: str
    winners: list[str]
    survivors: list[str]
    duration_days: Count
    deaths: list[Fallen]
    trials: list[Tried]
    totals: dict[str, Count]
    """What all players did, summed up."""
    metrics: dict[str, Any]
    """Metrics of the match as such, by name."""


@with_config(SHAPE)
class PublicEvent(TypedDict):
    """What everybody saw."""

    seq: Count
    kind: str
    text: str


@with_config(SHAPE)
class Chapter(TypedDict):
    """`phases/NN-day.json`, `phases/NN-night.json`: a day or a night, and how the table stood at its end."""

    schema: Literal["phase/1"]
    game_id: str
    phase: Literal["day", "night"]
    counter: Count
    day: Count
    public_events: list[PublicEvent]
    alive: list[str]
    graveyard: list[Fallen]


@with_config(SHAPE)
class AgentFacts(TypedDict):
    """Who sat in a seat."""

    game_id: str
    seat: SeatNumber
    name: str
    agent: str
    models: list[str]
    role: str
    """At the end."""
    faction: str


@with_config(SHAPE)
class Outcome(TypedDict):
    """What became of a player."""

    won: bool
    survived: bool
    death: Fallen | None


@with_config(SHAPE)
class AgentSheet(TypedDict):
    """`agents/NN-name.json`: a player in figures."""

    schema: Literal["agent/1"]
    metadata: AgentFacts
    counters: dict[str, Count]
    outcome: Outcome


@with_config(SHAPE)
class AgentDay(TypedDict):
    """What a player did on one day and in its night."""

    day: Count
    counters: dict[str, Count]


@with_config(SHAPE)
class AgentAnalysis(TypedDict):
    """A line of `agent_analysis.jsonl`: a player, day by day."""

    schema: Literal["agent_analysis/1"]
    metadata: AgentFacts
    counters: dict[str, Count]
    outcome: Outcome
    days: list[AgentDay]


@with_config(SHAPE)
class Spoken(TypedDict):
    """A line of a player."""

    seq: Count
    turn: Count
    day: Count
    phase: str
    channel: str
    target: str
    message: str


@with_config(SHAPE)
class Done(TypedDict):
    """An action of a player."""

    seq: Count
    turn: Count
    day: Count
    phase: str
    action: dict[str, Any]


@with_config(SHAPE)
class Thought(TypedDict):
    """What a player thought."""

    seq: Count | None
    turn: Count
    thinking_process: str


@with_config(SHAPE)
class Claim(TypedDict):
    """A role, or an alignment or faction, that a player said to have; read by rules."""

    seq: Count
    value: str
    channel: str
    """Where it was said; `will` for a last will."""


@with_config(SHAPE)
class _History(TypedDict):
    chat_messages: list[Spoken]
    actions: list[Done]
    role_claims: list[Claim]
    votes: list[Done]
    claimed_role: str | None
    """The last role that was claimed."""
    actual_role: str
    faction: str


@with_config(SHAPE)
class PlayerHistory(_History):
    """A player's part of a history."""


@with_config(SHAPE)
class InnerHistory(_History):
    """The same with what was only thought."""

    thoughts: list[Thought]


@with_config(SHAPE)
class Context(TypedDict):
    """What a history is about."""

    game_mode: str
    roles_in_play: list[str]
    duration_days: Count
    outcome: str
    winners: list[str]


@with_config(SHAPE)
class History(TypedDict):
    """`history_for_analysis.json`: what was said and done, without thoughts."""

    schema: Literal["history/1"]
    game_id: str
    context: Context
    players: dict[str, PlayerHistory]


@with_config(SHAPE)
class InternalHistory(TypedDict):
    """`history_for_analysis.internal.json`: the same with what was only thought."""

    schema: Literal["history.internal/1"]
    game_id: str
    context: Context
    players: dict[str, InnerHistory]


SHAPES: dict[str, type] = {
    "match_meta.json": MatchMeta,
    "game_summary.json": GameSummary,
    "phases/*.json": Chapter,
    "agents/*.json": AgentSheet,
    "agent_analysis.jsonl": AgentAnalysis,
    "history_for_analysis.json": History,
    "history_for_analysis.internal.json": InternalHistory,
}
"""The shape of each file, by pattern."""
