"""Matches over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from frontend.schemas.base import MAX_YAML, Shape, Viewpoint
from frontend.schemas.frames import MatchOut, SeatOut
from frontend.schemas.ops import Item


class ErrorOut(Shape):
    """What is wrong, in a sentence."""

    error: str


class MomentOut(Shape):
    """A moment worth a look: its number in the public's view, and what happened to whom on which day or night."""

    n: int
    what: Literal["lynched", "spared", "died"]
    name: str
    day: int


class MatchCard(Shape):
    """A match on the home page, as the public may know it.

    `step` is the phase by its key, `fallen` how many died in the last night, `watching` how many pages this web process
    sends the match to; two `moments` of a match that is over.
    """

    id: int
    title: str
    status: str
    mode: str
    pace: float
    has_people: bool
    day: int
    phase: str
    step: str
    fallen: int
    living: list[int]
    seats: list[SeatOut]
    open_seats: list[int]
    outcome: str
    winners: list[str]
    last_line: str
    created: int
    finished: int | None
    showcase: bool
    practice: bool
    defaulted: int
    watching: int
    moments: list[MomentOut]


class MatchQuery(Shape):
    """Which matches: `status` is a status, live or over; `q` a part of the title or of a player's name.

    Practice that is over is left out unless wished for. `before` is the last match of the page before; `facets` asks
    for the choices of each filter.
    """

    status: Annotated[str, Field(max_length=16)] = ""
    q: Annotated[str, Field(max_length=80)] = ""
    winner: Annotated[str, Field(max_length=40)] = ""
    mode: Annotated[str, Field(max_length=40)] = ""
    agent: Annotated[str, Field(max_length=80)] = ""
    who: Literal["", "people", "agents"] = ""
    practice: bool = False
    sort: Literal["newest", "longest"] = "newest"
    before: Annotated[int, Field(ge=0, le=2**53)] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    facets: bool = False


class EventsQuery(Shape):
    """Which items of a match: those behind `after` that the viewpoint `as` sees."""

    as_: Annotated[str, Field(alias="as", max_length=8)] = "public"
    after: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=1, le=5000)] = 500


class Choice(Shape):
    """A value of a filter, and how many matches it would leave."""

    value: str
    count: int


class Facet(Shape):
    """The choices of a filter, most matches first."""

    name: Literal["winner", "mode", "agent", "who"]
    choices: list[Choice]


class Looser(Shape):
    """The filter without which something would be found, and how much."""

    without: Literal["practice", "q", "agent", "who", "winner", "mode"]
    count: int


class MatchList(Shape):
    """A page of matches; `next` is what to pass as `before`, null at the end. `looser` only when nothing fits."""

    matches: list[MatchCard]
    next: int | None
    facets: list[Facet]
    looser: Looser | None


class MatchDetail(Shape):
    """A match and what the caller may see of it."""

    match: MatchOut
    card: MatchCard
    allowed: list[Viewpoint]
    withheld: str
    me: int | None
    invite: str
    forks: list[int]


class EventsPage(Shape):
    """Items as on the socket; `next` is what to pass as `after`, null at the present end of the log."""

    items: list[Item]
    next: int | None
    cursor: int


class MessageOut(Shape):
    """One message of a prompt."""

    role: str
    content: str


class PromptOut(Shape):
    """What a model was sent before a decision; tokens as its own tokenizer counts them, or nearly (`exact` false)."""

    messages: list[MessageOut]
    stable_tokens: int
    tail_tokens: int
    exact: bool


class PromptQuery(Shape):
    """The decision that is item `n` of the viewpoint `as`."""

    as_: Annotated[str, Field(alias="as", max_length=8)]
    n: Annotated[int, Field(ge=1)]


class NewMatch(Shape):
    """A match to open: a lobby by name or as YAML text, seconds shown per line, seats left to people."""

    lobby: Annotated[str, Field(min_length=1, max_length=MAX_YAML)] = "classic"
    pace: Annotated[float, Field(ge=0, le=30)] | None = None
    people: Annotated[int, Field(ge=0, le=15)] = 0
    seed: Annotated[str, Field(max_length=64)] | None = None
    title: Annotated[str, Field(max_length=80)] = ""


class LobbyWish(Shape):
    """A lobby as YAML text, or as the fields of a form."""

    yaml: Annotated[str, Field(max_length=MAX_YAML)] | None = None
    spec: dict[str, Any] | None = None


class PlannedSeat(Shape):
    """A seat of a lobby: who sits there, and the role that the lobby fixes."""

    name: str
    agent: str
    person: bool
    role: str


class FactionCount(Shape):
    """How many players a faction has at least and at most."""

    faction: str
    least: int
    most: int


class Estimate(Shape):
    """What the models of a match may cost; `measured` says whether it comes from what they did before."""

    models: int
    calls: int
    tokens: int
    minutes: float
    measured: bool


class LobbyOut(Shape):
    """A lobby with what is wrong with it. `spec` has what differs from the defaults; null where it has no form."""

    yaml: str
    spec: dict[str, Any] | None
    problems: list[str]
    seats: list[PlannedSeat]
    slots: list[str]
    factions: list[FactionCount]
    estimate: Estimate | None


class ForkWish(Shape):
    """A fork: the past that `as` saw up to its item `n`, then other agents at some seats, or another seed.

    `sit` is a seat for the caller: such a match is practice.
    """

    as_: Annotated[str, Field(alias="as", max_length=8)] = "public"
    n: Annotated[int, Field(ge=1)]
    agents: dict[Annotated[int, Field(ge=1, le=15)], Annotated[str, Field(max_length=64)]] = Field(default_factory=dict)
    seed: Annotated[str, Field(max_length=64)] = ""
    sit: Annotated[int, Field(ge=1, le=15)] | None = None


class AgentList(Shape):
    """Agents that the caller may let play."""

    agents: list[str]


class Created(Shape):
    """The new match; `invite` belongs into the link to a table that is listed nowhere."""

    id: int
    invite: str = ""


class Sit(Shape):
    """Sit down under a name; seat null takes the first free one. `invite` is what the link said.

    What is not said of consent is as in the profile.
    """

    name: Annotated[str, Field(min_length=1, max_length=24)]
    seat: Annotated[int, Field(ge=1, le=15)] | None = None
    invite: Annotated[str, Field(max_length=32)] = ""
    research_ok: bool | None = None
    training_ok: bool | None = None


class SentenceOut(Shape):
    """One thing that befell a player; `unseen` when they could not know it then."""

    text: str
    unseen: bool


class ChapterOut(Shape):
    """A phase in which something befell them."""

    title: str
    sentences: list[SentenceOut]


class StoryOut(Shape):
    """A match as one player lived it."""

    chapters: list[ChapterOut]


class Ready(Shape):
    """Whether one wants to begin."""

    ready: bool


class RemarkWish(Shape):
    """Something to say in the gallery; who has a seat goes by its name."""

    text: Annotated[str, Field(min_length=1, max_length=500)]
    name: Annotated[str, Field(max_length=24)] = ""


class Seated(Shape):
    """The seat taken."""

    seat: int


class Done(Shape):
    """It is done."""

    ok: Literal[True] = True
