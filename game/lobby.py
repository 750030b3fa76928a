"""Lobbies as YAML: read with the line of every mistake, written back, turned into the engine's table.

Knows the fields and their limits. Touches neither database nor clock.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from game.engine.config import Clock, Limits, Options, Rounds, Seconds, Table, Talk
from game.engine.setup import MODES, SEATS, SetupError, deal, validate
from game.names import NameRefused, free_names, name_checked
from game.written import Strict, Unreadable, document, problems

MAX_BYTES = 64_000
Tokens = Annotated[int, Field(ge=0, le=1_000_000)]
Seed = Annotated[str, Field(max_length=64), BeforeValidator(lambda seed: str(seed) if type(seed) is int else seed)]
"""A number means its digits."""


class GameSpec(Strict):
    """Which game is played."""

    mode: str = "Classic"
    coven: bool | None = None


class AgentSpec(Strict):
    """Who sits in a seat; `id` is the player's name, `role` fixes what is dealt to it.

    With `probes` it is asked privately, at each day's end and around some accusations, what it takes the others for:
    beside the match, which goes on as if it had not been asked.

    A match with people and fixed roles is practice: whoever wrote the lobby knows more than the others.
    """

    id: Annotated[str, AfterValidator(name_checked)] | None = None
    model: str = Field("scripted", min_length=1, max_length=80)
    quantization: str | None = None
    misaligned: bool = False
    personality: str | None = Field(None, max_length=2000)
    role: str | None = None
    probes: bool = False


class PerAgentSpec(Strict):
    """Tokens for each living agent."""

    discussion: Tokens = Limits().discussion
    nomination: Tokens = Limits().nomination


class JudgementSpec(Strict):
    """Tokens of a whole Judgement, and of the tail after all have voted."""

    total: Tokens = Limits().judgement
    tail_after_all_votes: Tokens = Limits().tail_after_all_votes


class LimitsSpec(Strict):
    """Token budgets; `pre_night` is Day 1."""

    per_agent: PerAgentSpec = Field(default_factory=PerAgentSpec)
    defense: Tokens = Limits().defense
    judgement: JudgementSpec = Field(default_factory=JudgementSpec)
    last_words: Tokens = Limits().last_words
    night_channel: Tokens = Limits().night_channel
    pre_night: Tokens = Limits().pre_night
    chat_history_lines: Annotated[int, Field(ge=0, le=10_000)] = Limits().chat_history_lines


class RoundsSpec(Strict):
    """How often a phase asks everybody."""

    day_one: Annotated[int, Field(ge=1, le=10)] = 1
    discussion: Annotated[int, Field(ge=1, le=10)] = 2
    voting: Annotated[int, Field(ge=1, le=10)] = 3
    night: Annotated[int, Field(ge=0, le=10)] = 1


class SecondsSpec(Strict):
    """Length of the phases under the wall clock."""

    day_one: Annotated[int, Field(ge=1, le=3600)] = 15
    discussion: Annotated[int, Field(ge=1, le=3600)] = 45
    voting: Annotated[int, Field(ge=1, le=3600)] = 30
    defense: Annotated[int, Field(ge=1, le=3600)] = 20
    judgement: Annotated[int, Field(ge=1, le=3600)] = 20
    last_words: Annotated[int, Field(ge=1, le=3600)] = 7
    night: Annotated[int, Field(ge=1, le=3600)] = 37


class OptionsSpec(Strict):
    """Switches of the rules."""

    retributionist_mode: Literal["corpse", "revive"] = "corpse"
    juggernaut_ladder: Literal["late", "launch"] = "late"
    book_night: Annotated[int, Field(ge=1, le=20)] = 3


class LobbySpec(Strict):
    """A lobby. Without `slots` the mode's own list holds; without `agents`, scripts fill the table."""

    title: str | None = Field(None, max_length=80)
    game: GameSpec = Field(default_factory=GameSpec)
    slots: list[str] | None = Field(None, min_length=7, max_length=15)
    players: Annotated[int, Field(ge=7, le=15)] | None = None
    agents: list[AgentSpec] = Field(default_factory=list, max_length=15)
    people: Annotated[int, Field(ge=0, le=15)] = 0
    private: bool = False
    probes: bool = False
    limits: LimitsSpec = Field(default_factory=LimitsSpec)
    rounds: RoundsSpec = Field(default_factory=RoundsSpec)
    seconds: SecondsSpec | None = None
    options: OptionsSpec = Field(default_factory=OptionsSpec)
    clock: Literal["none", "budget", "wall"] | None = None
    talk: Literal["rounds", "bids", "fifo"] = "rounds"
    pace: Annotated[float, Field(ge=0, le=60)] = 0.0
    seed: Seed | None = None


class LobbyError(ValueError):
    """A lobby that cannot be read or played: all that is wrong, a sentence each."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class SeatPlan:
    """One seat before the match: its name, its agent, and whether a person may take it."""

    name: str
    agent: str
    options: dict[str, Any]
    is_open: bool
    role: str | None


# Reading --------------------------------------------------------------------------------------------------------------


def lobby_from_yaml(text: str) -> LobbySpec:
    """The lobby of a YAML document. Raises LobbyError with line numbers."""
    try:
        node, value = document(text, MAX_BYTES, "a lobby")
    except Unreadable as error:
        raise LobbyError(*error.problems) from error
    if not isinstance(value, dict):
        raise LobbyError("line 1: a lobby is a list of keys with values, such as `game:`")
    try:
        spec = LobbySpec.model_validate(value)
    except ValidationError as error:
        raise LobbyError(*problems(error, node, LobbySpec)) from error
    lobby_table(spec)
    return spec


def lobby_to_yaml(spec: LobbySpec) -> str:
    """The lobby as a YAML document: its mode, and what else differs from the defaults. Reading it gives the same."""
    plain = spec.model_dump(mode="json", exclude_defaults=True)
    plain["game"] = {"mode": spec.game.mode, **plain.get("game", {})}
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)


# Turning into a table -------------------------------------------------------------------------------------------------


def lobby_slots(spec: LobbySpec) -> tuple[str, ...]:
    """The role list that is played: the lobby's own, or the first slots of the mode's (M5).

    Seven agents or more make a table of that many; fewer sit among scripts at a whole one.
    """
    if spec.slots:
        return tuple(spec.slots)
    named = len(spec.agents) if len(spec.agents) >= SEATS[0] else None
    return MODES[spec.game.mode].slots[: spec.players or named]


def lobby_table(spec: LobbySpec) -> Table:
    """The engine's table of a lobby, with the names as far as they are known. Raises LobbyError."""
    if spec.game.mode not in MODES:
        near = difflib.get_close_matches(spec.game.mode, MODES, 1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(MODES)}"
        raise LobbyError(f"there is no mode {spec.game.mode!r}{hint}")
    mode, slots = MODES[spec.game.mode], lobby_slots(spec)
    if not slots:
        raise LobbyError(f"the mode {spec.game.mode} needs a list of slots")
    limits = spec.limits
    table = Table(
        names=tuple(plan.name for plan in lobby_seats(spec)),
        slots=slots,
        mode=spec.game.mode,
        ruleset="coven" if spec.game.coven else mode.ruleset if spec.game.coven is None else "classic",
        clock=Clock(spec.clock or ("wall" if spec.people else "none")),
        talk=Talk(spec.talk),
        rounds=Rounds(**spec.rounds.model_dump()),
        options=Options(**spec.options.model_dump()),
        seconds=Seconds(**spec.seconds.model_dump()) if spec.seconds else mode.seconds,
        limits=Limits(
            discussion=limits.per_agent.discussion,
            nomination=limits.per_agent.nomination,
            defense=limits.defense,
            judgement=limits.judgement.total,
            tail_after_all_votes=limits.judgement.tail_after_all_votes,
            last_words=limits.last_words,
            night_channel=limits.night_channel,
            pre_night=limits.pre_night,
            chat_history_lines=limits.chat_history_lines,
        ),
    )
    try:
        validate(table)
        lobby_roles(spec, table, "check")
    except SetupError as error:
        raise LobbyError(str(error)) from error
    return table


def lobby_seats(spec: LobbySpec) -> list[SeatPlan]:
    """Every seat of a lobby: the agents named, then scripts; the last `people` of those are open. Raises LobbyError."""
    count = len(lobby_slots(spec))
    if len(spec.agents) > count:
        raise LobbyError(f"{len(spec.agents)} agents do not fit a list of {count} slots")
    if spec.people > count:
        raise LobbyError(f"{spec.people} people do not fit a list of {count} slots")
    agents = [*spec.agents, *(AgentSpec() for _ in range(count - len(spec.agents)))]
    free = free_names(_names(agents))
    return [
        SeatPlan(
            name=agent.id or next(free),
            agent=agent.model,
            options=_options(agent, probes=spec.probes),
            is_open=place >= count - spec.people,
            role=agent.role,
        )
        for place, agent in enumerate(agents)
    ]


def _options(agent: AgentSpec, *, probes: bool) -> dict[str, Any]:
    """What is said of an agent beside who it is; `probes` where the lobby asks for them at every seat."""
    given = agent.model_dump(exclude_defaults=True, exclude={"id", "model", "role"})
    return {**given, "probes": True} if probes else given


def _names(agents: Sequence[AgentSpec]) -> list[str]:
    """The names given, each checked against those before it. Raises LobbyError."""
    names: list[str] = []
    for agent in agents:
        if agent.id:
            try:
                names.append(name_checked(agent.id, names))
            except NameRefused as flaw:
                raise LobbyError(str(flaw)) from flaw
    return names


def lobby_roles(spec: LobbySpec, table: Table, seed: str) -> list[str] | None:
    """Every seat's role where the lobby fixes some, else None: dealt, then exchanged. Raises SetupError."""
    wanted = {place: plan.role for place, plan in enumerate(lobby_seats(spec)) if plan.role}
    return fixed_deal(table, seed, wanted) if wanted else None


def fixed_deal(table: Table, seed: str, wanted: dict[int, str]) -> list[str]:
    """A deal in which the given places (from 0) have the given roles. Raises SetupError where the list has none."""
    roles = deal(table, seed)
    for place, role in wanted.items():
        other = next((at for at, dealt in enumerate(roles) if dealt == role and wanted.get(at) != role), None)
        if roles[place] != role and other is None:
            raise SetupError(f"The role list deals no {role} to {table.names[place]}.")
        if roles[place] != role and other is not None:
            roles[place], roles[other] = roles[other], roles[place]
    return roles
