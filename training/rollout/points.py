"""Real matches of the real engine, walked from one decision point to the next.

A place in such a walk is a match's number and what the learner did in it so far: walked again from there it goes on
alike, since scripts are functions of what they saw and of their seeds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agents.llm.client import Message
from agents.llm.parse import parse_tags
from agents.llm.prompt import Transcript
from agents.llm.record import ModelRecord
from agents.scripted import ScriptedAgent
from game.engine import chance
from game.engine.actions import Action, Answer
from game.engine.asks import Ask
from game.engine.config import Table
from game.engine.events import Event
from game.engine.fold import fold_all, view, visible
from game.engine.setup import start
from game.engine.state import EMPTY, State, View
from game.engine.types import Seat
from game.play.loop import Turn, play
from training.rollout.tables import Plan, table


@dataclass(frozen=True, slots=True)
class Point:
    """A state at which a seat is asked: its prompt, what a script would do there, and all that forks need."""

    id: str
    """The match's seed and the ask's id."""
    state: State
    ask: Ask
    messages: tuple[Message, ...]
    log: tuple[Event, ...]
    scripted: tuple[Action, ...]
    record: ModelRecord

    @property
    def seat(self) -> Seat:
        """Who is asked."""
        return self.ask.seat

    @property
    def view(self) -> View:
        """What the seat knows."""
        return view(self.state, self.ask.seat)

    @property
    def role(self) -> str:
        """The seat's true role."""
        return self.state.role(self.ask.seat)

    @property
    def setup(self) -> str:
        """The table's roles, in the order of their names."""
        return ", ".join(sorted(self.state.public.table.slots))


class Match:
    """A match between scripts, one turn of the table after another; any seat may be played instead of its script."""

    def __init__(self, agreed: Table, seed: str, record: ModelRecord) -> None:
        self.seed, self.record = seed, record
        self._agents = agents_of(seed, len(agreed.names))
        self._log: list[Event] = []
        opening = start(agreed, seed)
        self._loop = play(fold_all(EMPTY, opening), opening)
        self._take(next(self._loop))

    @property
    def state(self) -> State:
        """Where the match stands."""
        return self.turn.state

    @property
    def log(self) -> Sequence[Event]:
        """All that has happened."""
        return self._log

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.turn.state.public.ending is not None

    def go_on(self, instead: Mapping[Seat, tuple[Action, ...]]) -> None:
        """One turn of the table: seats that are played act as given here, the others by their scripts."""
        replies = [Answer(ask.seat, ask.id, instead.get(ask.seat) or self._decided[ask.seat]) for ask in self.turn.asks]
        self._take(self._loop.send(replies))

    def at(self, ask: Ask) -> Point:
        """The point that one of the turn's asks is."""
        state = self.turn.state
        transcript = Transcript(self.record, ask.seat)
        transcript.observe(visible(self._log, ask.seat))
        messages = transcript.prompt(view(state, ask.seat), ask).messages
        name = f"{self.seed}:{ask.id}"
        return Point(name, state, ask, messages, tuple(self._log), self._decided[ask.seat], self.record)

    def _take(self, turn: Turn) -> None:
        """See what happened; every script decides what it would do now."""
        self.turn = turn
        self._log += turn.events
        for seat, agent in self._agents.items():
            agent.observe(visible(turn.events, seat))
        self._decided = {
            ask.seat: self._agents[ask.seat].decide(view(turn.state, ask.seat), ask).actions for ask in turn.asks
        }


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk stands: the number of its match, and by which answers its points in it were moved on.

    An empty answer stands for the script's own.
    """

    match: int = 0
    moved: tuple[str, ...] = ()


class Walk:
    """Decision points of one match after another. `seed` tells walks apart; `place` is where one begins."""

    place: Place
    point: Point

    def __init__(
        self, plan: Plan, seed: str, record: ModelRecord, *, held_out: bool = False, place: Place | None = None
    ) -> None:
        self.plan, self.seed, self.record, self.held_out = plan, seed, record, held_out
        begun = place or Place()
        self._open(begun.match)
        for text in begun.moved:
            self.move_on(text)

    def move_on(self, text: str = "") -> None:
        """Let the seat of the point act by an answer, by its script where none can be read, and walk on to the next."""
        self.place = Place(self.place.match, (*self.place.moved, text))
        point = self.point
        actions = parse_tags(text, point.view, self.record.notation, self.record.preset.think).actions
        instead = {point.seat: actions} if actions else {}
        while not self._step(instead):
            instead = {}

    def _open(self, match: int) -> None:
        self.place = Place(match)
        seed = f"{self.seed}/{match}"
        self._match = Match(table(self.plan, seed, held_out=self.held_out), seed, self.record)
        while not self._stop():
            self._step({})

    def _step(self, instead: dict[Seat, tuple[Action, ...]]) -> bool:
        """One turn of the table; whether there is a point now."""
        if self._match.is_over:
            self._open(self.place.match + 1)
            return True
        self._match.go_on(instead)
        return self._stop()

    def _stop(self) -> bool:
        """Whether one of the turn's asks is a point; which, is drawn."""
        match = self._match
        if not match.turn.asks:
            return False
        stage = match.state.public.stage
        ask = chance.pick(match.turn.asks, match.seed, stage, "who")
        weight = self.plan.kinds.get(ask.kind.value, 0.0)
        if chance.draw(match.seed, stage, "whether") >= weight:
            return False
        self.point = match.at(ask)
        return True


def agents_of(seed: str, seats: int) -> dict[Seat, ScriptedAgent]:
    """The scripts at a table."""
    return {seat: ScriptedAgent(seat, f"{seed}/{seat}") for seat in range(1, seats + 1)}


def points(plan: Plan, seed: str, record: ModelRecord, *, held_out: bool = False) -> Iterator[Point]:
    """The points of scripted matches, without end."""
    walk = Walk(plan, seed, record, held_out=held_out)
    while True:
        yield walk.point
        walk.move_on()


def tried_at(plan: Plan, record: ModelRecord, n: int, share: float = 0.25) -> tuple[Point, ...]:
    """The n points to be tried at: other names, other seeds, `share` of them put to the role that was held out."""
    wanted = round(n * share)
    special: list[Point] = []
    others: list[Point] = []
    for point in points(plan, "held out", record, held_out=True):
        own, room = (special, wanted) if point.role == plan.held_out_role else (others, n - wanted)
        if len(own) < room:
            own.append(point)
        if len(special) + len(others) == n:
            break
    return (*special, *others)
