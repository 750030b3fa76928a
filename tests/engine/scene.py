"""A small table for tests of rules: seat roles by name, act, and read what everybody was told."""

from __future__ import annotations

from game.engine import actions as a
from game.engine import events as e
from game.engine.apply import apply
from game.engine.config import Options, Rounds, Table
from game.engine.fold import fold_all, view
from game.engine.legal import check
from game.engine.setup import start
from game.engine.state import EMPTY, State
from game.engine.types import PUBLIC, Phase, Verdict, hears


class Scene:
    """A match in which only what a test says happens. Seats are numbered in the order of the roles given."""

    def __init__(self, *roles: str, seed: str = "scene", wins: bool = False, **settings: object) -> None:
        names = tuple(f"P{seat}" for seat in range(1, len(roles) + 1))
        settings = {"rounds": Rounds(1, 1, 3, 0), "options": Options(check_wins=wins), **settings}
        self.log = start(Table(names, roles, **settings), seed, roles)
        self.mark = 0
        self._folded: tuple[int, State] = (0, EMPTY)

    @property
    def state(self) -> State:
        """Now. What was folded once stays folded: the log only grows."""
        length, state = self._folded
        self._folded = (len(self.log), fold_all(state, self.log[length:]))
        return self._folded[1]

    @property
    def phase(self) -> Phase:
        """The phase now."""
        return self.state.public.phase

    def send(self, *replies: a.Reply) -> list[e.Event]:
        """Apply replies and give what followed."""
        events = apply(self.state, replies)
        self.log += events
        return events

    def do(self, seat: int, *actions: a.Action) -> list[e.Event]:
        """Use standing permissions."""
        return self.send(*(a.Answer(seat, None, (action,)) for action in actions))

    def use(self, seat: int, ability: str, *targets: int) -> list[e.Event]:
        """Choose an ability."""
        return self.do(seat, a.Use(ability, targets))

    def elapse(self) -> list[e.Event]:
        """Let the current stage pass."""
        return self.send(a.Elapsed(self.state.public.stage))

    def until(self, phase: Phase, day: int | None = None) -> Scene:
        """Let stages pass until a phase stands; what is told from then on counts for `told`."""
        while not (self.phase is phase and day in (None, self.state.public.day)):
            assert self.phase is not Phase.OVER, f"the match ended before {phase}"
            assert self.state.public.day <= (day or self.state.public.day), (
                f"{phase} of day {day} went by: nobody was asked"
            )
            self.elapse()
        self.mark = len(self.log)
        return self

    def night(self, *choices: tuple[int, str, tuple[int, ...]], day: int | None = None) -> Scene:
        """Play one night from its choices (seat, ability, targets) to the dawn."""
        self.until(Phase.NIGHT, day)
        for seat, ability, targets in choices:
            self.use(seat, ability, *targets)
        self.elapse()
        return self

    def lynch(self, accused: int, *, guilty: tuple[int, ...], innocent: tuple[int, ...] = ()) -> Scene:
        """Put somebody on trial by the guilty voters and count the voices."""
        self.until(Phase.VOTING)
        for voter in guilty:
            if self.phase is Phase.VOTING:
                self.do(voter, a.Vote(accused))
        self.elapse()
        for voter in guilty:
            self.do(voter, a.Judge(Verdict.GUILTY))
        for voter in innocent:
            self.do(voter, a.Judge(Verdict.INNOCENT))
        self.elapse()
        if self.phase is Phase.LAST_WORDS:
            self.elapse()
        return self

    def told(self, seat: int) -> set[str]:
        """The kinds of private reports that a seat got since the last `until`."""
        return {
            event.message
            for event in self.log[self.mark :]
            if isinstance(event, (e.Told, e.Refused)) and event.to != PUBLIC and hears(event.to, seat)
        }

    def dead(self) -> dict[int, set[str]]:
        """Who lies in the graveyard, and why."""
        return {grave.seat: {cause.value for cause in grave.causes} for grave in self.state.public.graves}

    def refusal(self, seat: int, action: a.Action) -> str | None:
        """Why a seat may not do something now."""
        reason = check(view(self.state, seat), action)
        return str(reason) if reason else None
