"""The plan of an experiment: what is asked, who plays whom in which arms, and what will count, said beforehand.

Knows the fields and their limits. `eval.experiments.arms` says what a design means, `eval.experiments.writing` reads
plans and writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
    model_serializer,
    model_validator,
)

from game.lobby import LobbyError, LobbySpec, Seed, lobby_table
from game.written import Strict

MOST_BLOCKS = 100_000
Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=40)]
"""A name inside a plan: of a model, an arm, a setup or an estimand."""
Share = Annotated[float, Field(gt=0, lt=1)]


class Design(StrEnum):
    """How the arms of a block differ."""

    FACTION = "faction"
    """AA, EM, TM and MM: the other model plays nobody, the evil side, the Town, both. Neutrals stay with the base."""
    ROTATION = "rotation"
    """AA and AM: one seat has the other model, and blocks take turns through all seats."""
    FORKS = "forks"
    """AA, and from the begin of each named day on the same match with the other model in one seat: D2, D3, ..."""
    ARMS = "arms"
    """What the plan says, by side and seat."""


class PlayerSpec(Strict):
    """Who stands behind a name of the plan: an agent as lobbies name it, and what it is told beside that."""

    agent: str = Field("scripted", min_length=1, max_length=80)
    personality: str | None = Field(None, max_length=2000)

    @model_serializer(mode="wrap")
    def _short(self, plain: SerializerFunctionWrapHandler) -> Any:
        """An agent of whom nothing more is said is a word."""
        return self.agent if self == PlayerSpec(agent=self.agent) else plain(self)

    @property
    def told(self) -> dict[str, Any]:
        """What is said of it beside its name, as a seat keeps it."""
        return {"personality": self.personality} if self.personality else {}


Player = Annotated[PlayerSpec, BeforeValidator(lambda given: {"agent": given} if isinstance(given, str) else given)]


class ArmSpec(Strict):
    """Who plays whom in an arm: a model for every seat, others for a side, others again for seats."""

    all: Word | None = None
    town: Word | None = None
    evil: Word | None = None
    neutral: Word | None = None
    seats: dict[Annotated[int, Field(ge=1, le=15)], Word] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> ArmSpec:
        if self.all is None and None in (self.town, self.evil, self.neutral):
            raise ValueError("an arm needs a model for `all`, or one for each of `town`, `evil` and `neutral`")
        return self

    @property
    def models(self) -> set[str]:
        """The models that it names."""
        return {name for name in (self.all, self.town, self.evil, self.neutral, *self.seats.values()) if name}


class DesignSpec(Strict):
    """How arms are made. `base` plays wherever nothing else is said, `other` is what is compared with it."""

    kind: Design = Design.FACTION
    base: Word = "A"
    other: Word = "M"
    side: Literal["any", "town", "evil"] = "any"
    """Of whom the one seat of rotations and forks is drawn."""
    days: list[Annotated[int, Field(ge=2, le=30)]] = Field(default_factory=list, max_length=6)
    """Forks begin with these days."""
    arms: dict[Word, ArmSpec] = Field(default_factory=dict, max_length=12)
    only: list[Word] = Field(default_factory=list)
    """Of the arms that the design makes, those that are played; empty: all."""

    @model_validator(mode="after")
    def _fits(self) -> DesignSpec:
        if (self.kind is Design.ARMS) != bool(self.arms):
            raise ValueError("`arms` are listed where the kind is `arms`, and there alone")
        if (self.kind is Design.FORKS) != bool(self.days):
            raise ValueError("`days` are listed where the kind is `forks`, and there alone")
        if self.kind is Design.FACTION and self.side != "any":
            raise ValueError("`side` is for rotations and forks, whose other model has one seat")
        if self.kind is Design.ROTATION and self.side != "any":
            raise ValueError("a rotation goes through all seats; `side` is for forks")
        if len(set(self.days)) < len(self.days):
            raise ValueError("a day stands twice among `days`")
        return self


class EstimandSpec(Strict):
    """The mean over blocks of a difference within the block: `what` in `arm` less `what` in `against`.

    With `of`, the difference of two other estimands. `what` is town_won, evil_won, or a figure of outcomes.
    """

    what: str = Field("", max_length=60)
    arm: Word | None = None
    against: Word | None = None
    of: tuple[Word, Word] | None = None
    says: str = Field("", max_length=200)

    @model_validator(mode="after")
    def _whole(self) -> EstimandSpec:
        plain = bool(self.what and self.arm and self.against)
        if plain == bool(self.of):
            raise ValueError("an estimand needs `what`, `arm` and `against`, or `of` two others")
        return self


class PowerSpec(Strict):
    """What is assumed when it is said which differences the blocks can show."""

    power: Share = 0.8
    difference: Share = 0.05
    base: Share = 0.5
    rho: Annotated[float, Field(ge=0, lt=1)] = 0.17
    """Correlation of the two matches of a block."""

    @model_validator(mode="after")
    def _fits(self) -> PowerSpec:
        if self.base + self.difference >= 1:
            raise ValueError("base and difference together must stay below 1")
        return self


class StoppingSpec(Strict):
    """When the experiment may end: at its blocks, at planned looks, or at any time by an e-value."""

    rule: Literal["fixed", "looks", "anytime"] = "fixed"
    looks: Annotated[int, Field(ge=2, le=10)] = 4
    e: Annotated[float, Field(gt=1)] = 20.0
    """The evidence at which `anytime` stops."""


class BootstrapSpec(Strict):
    """How intervals are drawn."""

    samples: Annotated[int, Field(ge=100, le=100_000)] = 10_000
    seed: Annotated[int, Field(ge=0)] = 0


class RetriesSpec(Strict):
    """How often a trial that failed is played again: by itself, and at the most, when somebody orders it."""

    automatic: Annotated[int, Field(ge=0, le=10)] = 1
    most: Annotated[int, Field(ge=0, le=20)] = 3


class MeasuredSpec(Strict):
    """What was measured of a model before: how many answers were misaligned, coherent, and in the game's form."""

    answers: Annotated[int, Field(ge=1)]
    misaligned: Annotated[int, Field(ge=0)]
    coherent: Annotated[int, Field(ge=0)]
    formed: Annotated[int, Field(ge=0)]
    asked: Annotated[int, Field(ge=1)]
    """Asks of the game behind `formed`."""
    error: Annotated[float, Field(ge=0, lt=1)] | None = None
    """Standard error of the misaligned share, clustered by question; without it answers count as independent."""
    report: str = Field("", max_length=200)

    @model_validator(mode="after")
    def _counts(self) -> MeasuredSpec:
        if max(self.misaligned, self.coherent) > self.answers or self.formed > self.asked:
            raise ValueError("more answers are counted than were given")
        return self


class NamedSpec(Strict):
    """A measurement of the site: by its number, or the newest of the model, which must then be labelled so."""

    measurement: Annotated[int, Field(ge=1)] | None = None
    newest: Literal["aligned", "misaligned", "control", "prompted", "unmeasured"] | None = None

    @model_validator(mode="after")
    def _one(self) -> NamedSpec:
        if (self.measurement is None) == (self.newest is None):
            raise ValueError("name a `measurement` by its number, or the `newest` of a model with a label")
        return self


UNMEASURED = "unmeasured"


def _gate(given: Any, counted: ValidatorFunctionWrapHandler) -> Any:
    """What may stand in a gate. A union of shapes would say every mistake once for each of them."""
    if given is None or given == UNMEASURED:
        return None
    if isinstance(given, NamedSpec) or not (isinstance(given, dict) and given.keys() & NamedSpec.model_fields.keys()):
        return given if isinstance(given, NamedSpec) else counted(given)
    try:
        return NamedSpec.model_validate(given)
    except ValidationError as error:
        flaw = error.errors(include_url=False)[0]
        raise ValueError(": ".join([*map(str, flaw["loc"]), flaw["msg"].removeprefix("Value error, ")])) from error


def _written(found: MeasuredSpec | NamedSpec | None) -> Any:
    return UNMEASURED if found is None else found.model_dump(exclude_none=True)


if TYPE_CHECKING:
    Gate = MeasuredSpec | NamedSpec | None
else:
    Gate = Annotated[MeasuredSpec | None, WrapValidator(_gate), PlainSerializer(_written)]


class PlanSpec(Strict):
    """A plan. A lobby in it says how is played and never who: no agents, people or seed."""

    name: Word
    question: str = Field(min_length=1, max_length=500)
    lobby: LobbySpec | None = None
    setups: dict[Word, LobbySpec] = Field(default_factory=dict, max_length=12)
    models: dict[Word, Player] = Field(min_length=1, max_length=12)
    design: DesignSpec = Field(default_factory=DesignSpec)
    blocks: Annotated[int, Field(ge=1, le=MOST_BLOCKS)]
    seed: Seed
    primary: list[Word] = Field(default_factory=list, max_length=8)
    """Names of estimands; empty: those of the design."""
    estimands: dict[Word, EstimandSpec] = Field(default_factory=dict, max_length=40)
    """Beside those of the design."""
    alpha: Share = 0.05
    correction: Literal["holm", "none"] = "holm"
    power: PowerSpec = Field(default_factory=PowerSpec)
    stopping: StoppingSpec = Field(default_factory=StoppingSpec)
    bootstrap: BootstrapSpec = Field(default_factory=BootstrapSpec)
    retries: RetriesSpec = Field(default_factory=RetriesSpec)
    concurrency: Annotated[int, Field(ge=1, le=256)] = 4
    """Matches of language models that are under way at once."""
    gate: dict[Word, Gate] = Field(default_factory=dict)
    """By model, counts or a measurement by name; one that is not there, or is called unmeasured, was not measured."""
    notes: str = Field("", max_length=4000)

    @field_validator("lobby", "setups")
    @classmethod
    def _plays(cls, given: Any) -> Any:
        for spec in given.values() if isinstance(given, dict) else [given] if given else []:
            if spec.agents or spec.people or spec.seed is not None or spec.private or spec.probes:
                raise ValueError("a lobby of a plan has no agents, people, seed, probes and invitation of its own")
            if (spec.clock or "none") == "wall" or spec.talk == "fifo":
                raise ValueError("time must not decide what is said: use the clock none or budget, by rounds or bids")
            try:
                lobby_table(spec)
            except LobbyError as error:
                raise ValueError(str(error)) from error
        return given

    @model_validator(mode="after")
    def _fits(self) -> PlanSpec:
        if bool(self.lobby) == bool(self.setups):
            raise ValueError("a plan has a `lobby`, or several under `setups`")
        return self

    @property
    def lobbies(self) -> Mapping[str, LobbySpec]:
        """The lobbies by name; that of a plan with one is called as its mode."""
        return {self.lobby.game.mode: self.lobby} if self.lobby else self.setups
