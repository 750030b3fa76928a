"""What each page knows before its first request, and all shapes together for export."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from frontend.schemas.acts import ClientFrame
from frontend.schemas.base import Shape, Viewpoint
from frontend.schemas.experiments import ExperimentList, ExperimentOut, LeaderboardOut, TrialList
from frontend.schemas.frames import MatchOut, ServerFrame
from frontend.schemas.lanes import LaneList
from frontend.schemas.logs import LabelsOut, LabelWish, LogPage, MarkList, ReportOut, SliceList, SliceOut, SliceWish
from frontend.schemas.matches import (
    AgentList,
    Created,
    Done,
    ErrorOut,
    EventsPage,
    ForkWish,
    LobbyOut,
    LobbyWish,
    MatchCard,
    MatchDetail,
    MatchList,
    NewMatch,
    PromptOut,
    Ready,
    RemarkWish,
    Seated,
    Sit,
    StoryOut,
)
from frontend.schemas.ops import Item
from frontend.schemas.persons import Consent, Farewell, MeOut, Report
from frontend.schemas.rulebook import ModeOut, RoleOut, RulebookOut


class User(Shape):
    """Who is logged in, and what they usually agree to."""

    name: str
    staff: bool
    research_ok: bool
    training_ok: bool


class HomePage(Shape):
    """What the home page knows before its first request; `roles` are the names that the rulebook has a card for."""

    page: Literal["home"]
    live: list[MatchCard]
    ended: MatchList
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


class MePage(MeOut):
    """What the page of one's own matches knows before its first request."""

    page: Literal["me"]
    roles: list[str]
    user: User | None
    csrf: str
    now: int


class BarePage(Shape):
    """A page that knows nothing before its first request."""

    page: Literal["lobby", "compare", "report", "experiments", "experiment", "leaderboard"]
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


class LogsPage(LogPage):
    """What the log browser knows before its first request."""

    page: Literal["logs"]
    roles: list[str]
    user: User | None
    csrf: str
    now: int


class SavedPage(Shape):
    """What a page that was saved brings along: a match as one viewpoint saw it. It has no server."""

    page: Literal["saved"]
    match: MatchOut
    as_: Annotated[Viewpoint, Field(alias="as")]
    items: list[Item]
    roles: list[str]
    user: None
    csrf: Literal[""]
    now: int


Initial = TypeAliasType(
    "Initial",
    Annotated[
        HomePage | MatchPage | RulesPage | MePage | BarePage | LanesPage | LogsPage | SavedPage,
        Field(discriminator="page"),
    ],
)
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
    fork_wish: ForkWish
    lobby_wish: LobbyWish
    lobby: LobbyOut
    prompt: PromptOut
    agents: AgentList
    created: Created
    sit: Sit
    ready: Ready
    remark: RemarkWish
    seated: Seated
    done: Done
    story: StoryOut
    me: MeOut
    consent: Consent
    farewell: Farewell
    report: Report
    error: ErrorOut
    role: RoleOut
    mode: ModeOut
    rulebook: RulebookOut
    lanes: LaneList
    logs: LogPage
    label_wish: LabelWish
    labels: LabelsOut
    slices: SliceList
    slice: SliceOut
    slice_wish: SliceWish
    report_out: ReportOut
    marks: MarkList
    experiments: ExperimentList
    experiment: ExperimentOut
    trials: TrialList
    leaderboard: LeaderboardOut
