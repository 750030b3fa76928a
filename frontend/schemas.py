"""The shapes of everything that passes between server and page: operations, frames, the HTTP API.

The page's TypeScript types are made from these. What comes in is refused when it has a field too many.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from typing_extensions import TypeAliasType

from game.engine.floor import HIGHEST_BID
from game.engine.types import Channel, Verdict

MAX_FRAME = 16_384
"""Characters in a frame from the page."""
MAX_TEXT = 4_000
"""Characters in any text from the page; the rules refuse shorter ones with a reason of their own."""
MAX_YAML = 20_000

SeatNumber = Annotated[int, Field(ge=0, le=63)]
Viewpoint = TypeAliasType("Viewpoint", Literal["public", "god"] | Annotated[int, Field(ge=1, le=63)])
Tone = Literal["good", "bad", "plain", "grave"]
LineKind = Literal["chat", "whisper", "notice", "report", "refusal", "death", "trial", "choice"]
VerdictWord = Literal["guilty", "innocent", "abstain"]


class Shape(BaseModel):
    """Base of all: nothing beyond what is named."""

    model_config = ConfigDict(extra="forbid")


# Operations -----------------------------------------------------------------------------------------------------------


class TableOp(Shape):
    """The table as agreed."""

    op: Literal["table"]
    mode: str
    ruleset: str
    slots: list[str]
    names: list[str]
    commitment: str
    clock: str


class PhaseOp(Shape):
    """A phase, or its next round when phase and day stay the same. `seconds` of one round under the wall clock."""

    op: Literal["phase"]
    phase: str
    day: int
    title: str
    sentence: str
    round: int
    rounds: int
    seconds: float | None
    moon: bool


class Will(Shape):
    """A last will as far as it can be read."""

    state: Literal["shown", "hidden", "forged", "bloodied", "written"]
    text: str


class SeatPatch(Shape):
    """What changes about a seat; fields that are not given stay."""

    alive: bool | None = None
    role: str | None = None
    faction: str | None = None
    alignment: str | None = None
    how: Literal["dealt", "known to you", "revealed", "graveyard"] | None = None
    causes: list[str] | None = None
    will: Will | None = None
    notes: list[str] | None = None
    note: str | None = None
    notebook: str | None = None
    marks: list[str] | None = None
    left: bool | None = None
    weight: int | None = None
    jailed: bool | None = None
    book: bool | None = None
    lover: bool | None = None
    vip: bool | None = None
    team: bool | None = None
    goal_met: bool | None = None
    winner: bool | None = None


class SeatOp(Shape):
    """A patch of one seat."""

    op: Literal["seat"]
    seat: int
    set: SeatPatch


class LineOp(Shape):
    """One line of the log. `seat` 0 is nobody in particular; `alias` is how the others read the speaker's name."""

    op: Literal["line"]
    id: str
    kind: LineKind
    seat: int
    text: str
    tone: Tone
    channel: Channel | None = None
    name: str = ""
    alias: str = ""
    to: int | None = None


class VotesOp(Shape):
    """All standing votes (voter, target), the weight needed, the weight against each."""

    op: Literal["votes"]
    votes: list[tuple[int, int]]
    need: int
    against: dict[str, int]


class TrialOp(Shape):
    """The trial under way, the `number`th of at most `of` that day; accused 0 when there is none."""

    op: Literal["trial"]
    accused: int
    number: int
    of: int
    stage: Literal["defense", "judgement", "last_words", "closed"]
    ballots: list[tuple[int, VerdictWord, int]] | None
    lynched: bool | None


class AbilityOut(Shape):
    """An ability on a card; `uses` null where there is no limit."""

    id: str
    name: str
    when: Literal["day", "night", "passive"]
    uses: int | None


class Chosen(Shape):
    """The choice that stands for this day or night."""

    ability: str
    targets: list[int]
    param: str


class MePatch(Shape):
    """What changes about the seat that one looks from; fields that are not given stay."""

    role: str | None = None
    faction: str | None = None
    alignment: str | None = None
    goal: str | None = None
    summary: str | None = None
    abilities: list[AbilityOut] | None = None
    team: list[tuple[int, str]] | None = None
    uses: dict[str, int] | None = None
    facts: dict[str, int | str | None] | None = None
    will: str | None = None
    note: str | None = None
    notebook: str | None = None
    choice: Chosen | None = None
    ballot: VerdictWord | None = None


class MeOp(Shape):
    """A patch of one's own seat."""

    op: Literal["me"]
    set: MePatch


class ToolOut(Shape):
    """An information tool that was used."""

    name: str
    arguments: str
    result: str


class AttemptOut(Shape):
    """One completion of a model: its raw text, and why it was refused (`reason` in words) unless it was taken."""

    text: str
    finish: str
    refusal: str
    reason: str
    tools: list[ToolOut]


class ReportOut(Shape):
    """How a model came to its decision. `fallback` says why a default filled the answer; empty: the model chose."""

    model: str
    lane: str
    attempts: list[AttemptOut]
    prompt_tokens: int
    cached_tokens: int
    thought_tokens: int
    spoken_tokens: int
    latency_ms: int
    finish: str
    retries: list[str]
    fallback: str
    error: str


class ThoughtOp(Shape):
    """What an agent thought before it decided; `cost` in tokens, `report` where a model decided."""

    op: Literal["thought"]
    seat: int
    text: str
    ask: str
    cost: int
    report: ReportOut | None = None


class NightOp(Shape):
    """A fact of the night for those who see everything."""

    op: Literal["night"]
    step: str
    what: str
    by: int
    seats: list[int]
    value: str
    text: str


class OverOp(Shape):
    """The end."""

    op: Literal["over"]
    outcome: str
    winners: list[int]
    roles: list[str]
    seed: str
    sentence: str


Op = TypeAliasType(
    "Op",
    Annotated[
        TableOp | PhaseOp | SeatOp | LineOp | VotesOp | TrialOp | MeOp | ThoughtOp | NightOp | OverOp,
        Field(discriminator="op"),
    ],
)


class Item(Shape):
    """The operations of one event. `n` counts 1, 2, 3 ... within the viewpoint; `at` in ms."""

    n: int
    at: int
    ops: list[Op]


# From the page --------------------------------------------------------------------------------------------------------

Text = Annotated[str, Field(max_length=MAX_TEXT)]
Word = Annotated[str, Field(max_length=64)]


class SayAction(Shape):
    """Speak in a channel."""

    do: Literal["say"]
    text: Text
    channel: Channel = Channel.PUBLIC


class WhisperAction(Shape):
    """Speak to one player."""

    do: Literal["whisper"]
    to: SeatNumber
    text: Text


class VoteAction(Shape):
    """Vote for putting somebody on trial; null takes the vote back."""

    do: Literal["vote"]
    target: SeatNumber | None


class JudgeAction(Shape):
    """A voice in Judgement."""

    do: Literal["judge"]
    verdict: Verdict


class UseAction(Shape):
    """Choose an ability and its targets."""

    do: Literal["use"]
    ability: Word
    targets: Annotated[list[SeatNumber], Field(max_length=4)] = []
    param: Word = ""


class WriteAction(Shape):
    """Replace the last will, the death note or the notebook."""

    do: Literal["will", "note", "jot"]
    text: Text


class SummariseAction(Shape):
    """Keep one's own summary of a day."""

    do: Literal["summarise"]
    day: Annotated[int, Field(ge=1)]
    text: Text


class BidAction(Shape):
    """Say how much one wants to speak next, where the table talks by bids."""

    do: Literal["bid"]
    level: Annotated[int, Field(ge=0, le=HIGHEST_BID)]


class PlainAction(Shape):
    """Pass, or leave the match for good."""

    do: Literal["pass", "leave"]


Action = TypeAliasType(
    "Action",
    Annotated[
        SayAction
        | WhisperAction
        | VoteAction
        | JudgeAction
        | UseAction
        | WriteAction
        | SummariseAction
        | BidAction
        | PlainAction,
        Field(discriminator="do"),
    ],
)


class PingFrame(Shape):
    """Asks for a pong; `n` is the last item seen."""

    type: Literal["ping"]
    t: float
    n: Annotated[int, Field(ge=0)] | None = None


class ActFrame(Shape):
    """An answer to an ask, or a standing permission used (ask null). The page's `id` makes resending harmless."""

    type: Literal["act"]
    id: Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")]
    ask: Annotated[str, Field(max_length=32)] | None
    actions: Annotated[list[Action], Field(min_length=1, max_length=8)]


class AsFrame(Shape):
    """Look from elsewhere."""

    type: Literal["as"]
    as_: Annotated[Viewpoint, Field(alias="as")]


ClientFrame = TypeAliasType("ClientFrame", Annotated[PingFrame | ActFrame | AsFrame, Field(discriminator="type")])
client_frame: TypeAdapter[PingFrame | ActFrame | AsFrame] = TypeAdapter(ClientFrame)


# To the page ----------------------------------------------------------------------------------------------------------


class SeatOut(Shape):
    """Who sits where: `open` to a person, `away` when the person is not looking, `agent` what plays otherwise."""

    seat: int
    name: str
    agent: str
    person: bool
    open: bool
    away: bool


class DefaultedOut(Shape):
    """A deciding answer that a default filled, because of `reason`."""

    ask: str
    seat: int
    kind: Literal["vote", "judge", "act"]
    reason: str


class MatchOut(Shape):
    """The facts of a match that are no events. `defaulted` is empty until it has ended."""

    id: int
    title: str
    status: str
    mode: str
    pace: float
    finished: bool
    has_people: bool
    practice: bool
    clock: str
    parent: int | None
    commitment: str
    error: str
    defaulted: list[DefaultedOut]
    seats: list[SeatOut]


class HelloFrame(Shape):
    """Where one has come in; with another `as` than before, the stream starts again at 1."""

    type: Literal["hello"]
    match: MatchOut
    as_: Annotated[Viewpoint, Field(alias="as")]
    allowed: list[Viewpoint]
    withheld: str
    me: int | None
    now: int
    cursor: int


class EventsFrame(Shape):
    """The next items, in order and without gaps."""

    type: Literal["events"]
    items: list[Item]


class Thinking(Shape):
    """Somebody who is asked and has not answered; `usual` ms that this seat takes, null when unknown."""

    seat: int
    since: int
    usual: int | None


class LiveFrame(Shape):
    """What holds now and is no event."""

    type: Literal["live"]
    thinking: list[Thinking]
    status: str


class PieceOut(Shape):
    """A piece of what a seat is writing about an ask since a moment in ms; `at` characters came before it.

    `start` begins anew, `tool` and `retry` tell what happened in between, `end` is the last one, `gone` takes all back.
    """

    seat: int
    ask: str
    kind: Literal["start", "thought", "speech", "tool", "retry", "end", "gone"]
    at: int
    text: str
    since: int


class ThinkingFrame(Shape):
    """What agents are writing; for whoever may see their thoughts. Pieces may be lost, the decision replaces them."""

    type: Literal["thinking"]
    pieces: list[PieceOut]


class ParamOut(Shape):
    """One way to use an ability."""

    value: str
    label: str


class OptionOut(Shape):
    """One thing that may be done. `slots` are the legal seats (0 = nobody), `illegal` why the others are not.

    `twice` says that one seat may stand in two slots.
    """

    verb: str
    name: str
    label: str
    slots: list[list[int]]
    params: list[ParamOut]
    twice: bool
    illegal: list[dict[str, str]]


class BarredOut(Shape):
    """An ability that cannot be chosen now, and why."""

    verb: Literal["use"]
    name: str
    label: str
    reason: str


class AskOut(Shape):
    """What is wanted of the person. `given` is an answer that is recorded and not yet applied; times in ms."""

    id: str
    kind: Literal["speak", "vote", "defend", "judge", "last_words", "confer", "act"]
    sentence: str
    budget: int | None
    attempt: int
    since: int | None
    deadline: int | None
    given: list[dict[str, Any]] | None
    options: list[OptionOut]
    standing: list[OptionOut]
    barred: list[BarredOut]


class AskFrame(Shape):
    """The person's open question, or null; `standing` is what may be done unasked."""

    type: Literal["ask"]
    ask: AskOut | None
    standing: list[OptionOut]


class AckFrame(Shape):
    """Whether a decision was recorded; if not, the reason's code and sentence."""

    type: Literal["ack"]
    id: str
    ok: bool
    code: str = ""
    error: str = ""


class SeatsFrame(Shape):
    """Somebody sat down, left or was replaced."""

    type: Literal["seats"]
    seats: list[SeatOut]


class PongFrame(Shape):
    """The answer to a ping; server time in ms."""

    type: Literal["pong"]
    t: float
    now: int


class ErrorFrame(Shape):
    """Something that was not understood or not allowed; after a fatal one the socket closes."""

    type: Literal["error"]
    error: str
    fatal: bool


ServerFrame = TypeAliasType(
    "ServerFrame",
    Annotated[
        HelloFrame
        | EventsFrame
        | LiveFrame
        | ThinkingFrame
        | AskFrame
        | AckFrame
        | SeatsFrame
        | PongFrame
        | ErrorFrame,
        Field(discriminator="type"),
    ],
)
server_frame: TypeAdapter[Any] = TypeAdapter(ServerFrame)


# HTTP -----------------------------------------------------------------------------------------------------------------


class ErrorOut(Shape):
    """What is wrong, in a sentence."""

    error: str


class MatchCard(Shape):
    """A match on the home page, as the public may know it."""

    id: int
    title: str
    status: str
    mode: str
    pace: float
    has_people: bool
    day: int
    phase: str
    living: list[int]
    seats: list[SeatOut]
    open_seats: list[int]
    outcome: str
    winners: list[str]
    last_line: str
    created: int
    finished: int | None
    showcase: bool
    defaulted: int


class MatchQuery(Shape):
    """Which matches: `status` is a status, live or over; `q` a part of the title."""

    status: Annotated[str, Field(max_length=16)] = ""
    q: Annotated[str, Field(max_length=80)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class EventsQuery(Shape):
    """Which items of a match: those behind `after` that the viewpoint `as` sees."""

    as_: Annotated[str, Field(alias="as", max_length=8)] = "public"
    after: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=1, le=5000)] = 500


class MatchList(Shape):
    """Matches, newest first."""

    matches: list[MatchCard]


class MatchDetail(Shape):
    """A match and what the caller may see of it."""

    match: MatchOut
    card: MatchCard
    allowed: list[Viewpoint]
    withheld: str
    me: int | None


class EventsPage(Shape):
    """Items as on the socket; `next` is what to pass as `after`, null at the present end of the log."""

    items: list[Item]
    next: int | None
    cursor: int


class NewMatch(Shape):
    """A match to open: a lobby by name or as YAML text, seconds shown per line, seats left to people."""

    lobby: Annotated[str, Field(min_length=1, max_length=MAX_YAML)] = "classic"
    pace: Annotated[float, Field(ge=0, le=30)] | None = None
    people: Annotated[int, Field(ge=0, le=15)] = 0
    seed: Annotated[str, Field(max_length=64)] | None = None
    title: Annotated[str, Field(max_length=80)] = ""


class Created(Shape):
    """The new match."""

    id: int


class Sit(Shape):
    """Sit down under a name; seat null takes the first free one."""

    name: Annotated[str, Field(min_length=1, max_length=24)]
    seat: Annotated[int, Field(ge=1, le=15)] | None = None


class Seated(Shape):
    """The seat taken."""

    seat: int


class Done(Shape):
    """It is done."""

    ok: Literal[True] = True


class RoleOut(Shape):
    """A role card."""

    name: str
    faction: str
    alignment: str
    summary: str
    goal: str
    attack: str
    defense: str
    unique: bool
    abilities: list[AbilityOut]


class ModeOut(Shape):
    """An official role list; `rule` names what the mode adds to it, "host" where the list is the host's."""

    name: str
    ruleset: str
    slots: list[str]
    rule: str


class RuleAbility(Shape):
    """An ability in words."""

    id: str
    name: str
    when: str
    uses: str
    targets: str
    visit: str
    details: list[str]


class RuleGroup(Shape):
    """The roles that an Investigator cannot tell apart under one ruleset."""

    ruleset: str
    letter: str
    roles: list[str]


class RuleStep(Shape):
    """A step of the night in which a role acts, and with what."""

    number: int
    title: str
    abilities: list[str]


class RuleRole(Shape):
    """All that holds for a role, in words."""

    slug: str
    name: str
    faction: str
    alignment: str
    unique: bool
    rulesets: list[str]
    summary: str
    goal: str
    attack: str
    defense: str
    immune: list[str]
    sheriff: str
    abilities: list[RuleAbility]
    traits: list[str]
    groups: list[RuleGroup]
    steps: list[RuleStep]
    side: str
    rivals: list[str]


class RuleTable(Shape):
    """A table of a chapter."""

    title: str
    head: list[str]
    rows: list[list[str]]


class RuleChapter(Shape):
    """One part of the mechanics."""

    slug: str
    title: str
    paragraphs: list[str]
    tables: list[RuleTable]


class RuleHeading(Shape):
    """A faction or an alignment."""

    slug: str
    name: str
    faction: str
    text: str


class RuleMode(Shape):
    """An official role list with its own rule."""

    slug: str
    name: str
    ruleset: str
    slots: list[str]
    rule: str


class RulebookOut(Shape):
    """The rulebook; names are addresses too: `/rules#` and the slug."""

    chapters: list[RuleChapter]
    factions: list[RuleHeading]
    alignments: list[RuleHeading]
    roles: list[RuleRole]
    modes: list[RuleMode]


class LaneOut(Shape):
    """A model server as it stands; times in ms. Figures are null where the server gives none.

    `stale`: nobody has given a sign of it lately, so `state` may be past. `error` and `url` are null for the public.
    """

    name: str
    kind: Literal["own", "endpoint"]
    state: Literal["off", "starting", "ready", "draining", "asleep", "down", "broken"]
    wanted: Literal["on", "off", "draining", "asleep"]
    stale: bool
    base: str
    models: list[str]
    adapters: list[str]
    group: str
    seats: int
    limit: int
    tokens_per_second: float | None
    running: int | None
    waiting: int | None
    cache_hit_share: float | None
    kv_usage: float | None
    restarts: int
    failed: bool
    error: str | None
    url: str | None
    devices: str
    seen: int | None
    figures_at: int | None
    since: int | None


class SwapOut(Shape):
    """One base model that made room for another; `seconds` null while it is under way."""

    group: str
    lane_from: str
    lane_to: str
    seconds: float | None
    at: int


class LaneList(Shape):
    """All lanes, and the last swaps; `now` is the server's clock in ms."""

    lanes: list[LaneOut]
    swaps: list[SwapOut]
    now: int


class User(Shape):
    """Who is logged in."""

    name: str
    staff: bool


class HomePage(Shape):
    """What the home page knows before its first request; `roles` are the names that the rulebook has a card for."""

    page: Literal["home"]
    matches: list[MatchCard]
    roles: list[str]
    user: User | None
    csrf: str
    now: int


class MatchPage(MatchDetail):
    """What the page of a match knows before its first request."""

    page: Literal["match"]
    roles: list[str]
    user: User | None
    csrf: str
    now: int


class RulesPage(Shape):
    """What the rulebook's page knows before its first request; the book itself is asked for."""

    page: Literal["rules"]
    roles: list[str]
    user: User | None
    csrf: str
    now: int


class LanesPage(LaneList):
    """What the page of the lanes knows before its first request."""

    page: Literal["lanes"]
    roles: list[str]
    user: User | None
    csrf: str


Initial = TypeAliasType("Initial", Annotated[HomePage | MatchPage | RulesPage | LanesPage, Field(discriminator="page")])
"""The JSON inside the element #initial."""


class Everything(Shape):
    """All shapes under one roof, for export."""

    client: ClientFrame
    server: ServerFrame
    initial: Initial
    list: MatchList
    detail: MatchDetail
    events: EventsPage
    new_match: NewMatch
    created: Created
    sit: Sit
    seated: Seated
    done: Done
    error: ErrorOut
    role: RoleOut
    mode: ModeOut
    rulebook: RulebookOut
    lanes: LaneList
