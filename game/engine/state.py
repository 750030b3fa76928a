"""A match at one moment, in three parts that never mix: what all know, what each seat knows, what nobody knows.

A seat's view is the public part beside its own private part, so nothing has to be filtered out of it.
Parts are shared between states; whoever got a state from somebody else must not change it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from game.engine.config import Options, Table
from game.engine.events import Value
from game.engine.types import Cause, Phase, Seat, ShownWill, Verdict

if TYPE_CHECKING:
    from game.engine.asks import AskKind


class Grave(NamedTuple):
    """One grave as the town sees it."""

    seat: Seat
    day: int
    night: bool
    causes: tuple[Cause, ...]
    role: str
    will_shown: ShownWill
    will: str


class Choice(NamedTuple):
    """A chosen ability; it counts only on its own day or night, so nothing ever has to be cleared."""

    day: int
    night: bool
    ability: str
    targets: tuple[Seat, ...]
    param: str = ""


class Trial(NamedTuple):
    """A finished trial: the accused, the result and the voices (seat, verdict, weight)."""

    day: int
    accused: Seat
    lynched: bool
    ballots: tuple[tuple[Seat, Verdict, int], ...]


class Account(NamedTuple):
    """What tokens are counted on: a phase of a day; in court, one trial's; in Judgement, its tail apart."""

    day: int
    phase: Phase
    trial: int = 0
    tail: bool = False


class Ending(NamedTuple):
    """How the match ended."""

    outcome: str
    winners: tuple[Seat, ...]
    roles: tuple[str, ...]


_COURT = frozenset({Phase.DEFENSE, Phase.JUDGEMENT, Phase.LAST_WORDS})
VOICE_OF_THE_REVEALED = 3
"""What the vote of a player counts whose role is known to all (M17)."""
NO_TABLE = Table(names=(), slots=(), options=Options())


@dataclass(slots=True)
class Public:
    """What everybody knows."""

    table: Table = NO_TABLE
    commitment: str = ""
    phase: Phase = Phase.SETUP
    day: int = 0
    stage: int = 0
    round: int = 0
    living: frozenset[Seat] = frozenset()
    graves: tuple[Grave, ...] = ()
    departed: frozenset[Seat] = frozenset()
    votes: tuple[tuple[Seat, Seat], ...] = ()
    """Standing votes (voter, target), in the order in which they were cast."""
    floors: tuple[Seat, ...] = ()
    """Who has had the floor in this phase, in order; the last one has it now."""
    accused: Seat = 0
    trials: tuple[Trial, ...] = ()
    revealed: tuple[tuple[Seat, str], ...] = ()
    """Living players whose role is known to all (M17)."""
    guarded: tuple[tuple[Seat, int], ...] = ()
    """Players who cannot be voted on, and on which day (M18)."""
    vip: Seat = 0
    """Whose death hands the match to the Coven (M5, VIP)."""
    ending: Ending | None = None
    seats: range = range(1, 1)
    """All seats, dead or alive; as many as the table has names."""

    def clone(self) -> Public:
        """A copy to change."""
        return Public(
            self.table, self.commitment, self.phase, self.day, self.stage, self.round, self.living, self.graves,
            self.departed, self.votes, self.floors, self.accused, self.trials, self.revealed, self.guarded, self.vip,
            self.ending, self.seats,
        )  # fmt: skip

    @property
    def floor(self) -> Seat:
        """Who alone may speak now, where the table talks by bids; 0 for nobody."""
        return self.floors[-1] if self.floors else 0

    @property
    def account(self) -> Account:
        """What a token that is spent now is counted on."""
        trial = self.trials_today if self.phase in _COURT else 0
        return Account(self.day, self.phase, trial, self.phase is Phase.JUDGEMENT and self.round > 1)

    @property
    def trials_today(self) -> int:
        """How many trials this day has seen, the running one included."""
        closed = sum(trial.day == self.day for trial in self.trials)
        condemned = bool(closed) and self.trials[-1].lynched
        return closed + bool(self.accused and not condemned)

    @property
    def full_moon(self) -> bool:
        """Whether this night has a full moon (M19)."""
        return self.day % 2 == 0

    def role_revealed(self, seat: Seat) -> str | None:
        """The role that a living player has shown to all, if any."""
        for shown, role in self.revealed:
            if shown == seat:
                return role
        return None

    def weight(self, seat: Seat) -> int:
        """What a player's vote counts (M17)."""
        return VOICE_OF_THE_REVEALED if self.revealed and self.role_revealed(seat) is not None else 1

    def vote_of(self, seat: Seat) -> Seat:
        """Whom a player's standing vote names; 0 for none."""
        for voter, target in self.votes:
            if voter == seat:
                return target
        return 0

    def weight_against(self, seat: Seat) -> int:
        """Weight of the votes that stand against a player."""
        return self.tally().get(seat, 0)

    def tally(self) -> dict[Seat, int]:
        """Weight of the standing votes by the player they are against."""
        weight = {seat: VOICE_OF_THE_REVEALED for seat, _ in self.revealed}
        against: dict[Seat, int] = {}
        for voter, target in self.votes:
            against[target] = against.get(target, 0) + weight.get(voter, 1)
        return against

    @property
    def majority(self) -> int:
        """Vote weight that puts somebody on trial (M13)."""
        return len(self.living) // 2 + 1

    def can_be_voted(self, seat: Seat) -> bool:
        """Whether a player may be put on trial today (M18)."""
        return (seat, self.day) not in self.guarded


@dataclass(slots=True)
class Private:
    """What one seat knows beyond the public part."""

    seat: Seat
    role: str = ""
    team: tuple[tuple[Seat, str], ...] = ()
    """Team members with their roles, oneself included, in seat order; empty for loners."""
    facts: dict[str, Value] | None = None
    uses: dict[str, int] | None = None
    plans: dict[Seat, tuple[Choice | None, Choice | None]] | None = None
    """Latest (day, night) choice of each seat whose choices this seat sees, its own included."""
    will: str = ""
    note: str = ""
    notebook: str = ""
    answered: int = 0
    """The last stage that this seat is done with."""
    refused: tuple[int, int] = (0, 0)
    """(stage, answers refused in it)."""
    spent: dict[Account, int] | None = None
    """Tokens spent today, by what they are counted on."""
    bid: tuple[int, int] = (0, 0)
    """(day for whose talk it counts, level) of the latest bid."""
    ballot: tuple[int, str] = (0, "")
    """(stage, voice in Judgement)."""
    goal_met: bool = False

    def clone(self) -> Private:
        """A copy to change."""
        return Private(
            self.seat, self.role, self.team, self.facts, self.uses, self.plans, self.will, self.note, self.notebook,
            self.answered, self.refused, self.spent, self.bid, self.ballot, self.goal_met,
        )  # fmt: skip

    def fact(self, key: str) -> Value:
        """A fact about oneself, or None."""
        return self.facts.get(key) if self.facts else None

    def left(self, ability: str) -> int | None:
        """Uses left of a limited ability; None where there is no limit."""
        return self.uses.get(ability) if self.uses else None

    def spent_on(self, account: Account) -> int:
        """Tokens spent on one account."""
        return self.spent.get(account, 0) if self.spent else 0

    def choice(self, day: int, *, night: bool, of: Seat = 0) -> Choice | None:
        """The choice standing for a day or night, one's own or a teammate's."""
        plan = self.plans.get(of or self.seat) if self.plans else None
        choice = plan[night] if plan else None
        return choice if choice and choice.day == day and choice.ability else None


@dataclass(slots=True)
class Secret:
    """What nobody at the table knows."""

    seed: str = ""
    marks: dict[tuple[Seat, str], Value] | None = None
    forced: dict[str, Seat] | None = None

    def clone(self) -> Secret:
        """A copy to change."""
        return Secret(self.seed, self.marks, self.forced)

    def mark(self, seat: Seat, key: str) -> Value:
        """A hidden mark of a seat, or None."""
        return self.marks.get((seat, key)) if self.marks else None


@dataclass(slots=True)
class View:
    """What a seat sees; with `private` None, what the public sees."""

    public: Public
    private: Private | None

    @property
    def me(self) -> Private:
        """The seat's own part. Only for views of a seat."""
        assert self.private is not None
        return self.private


@dataclass(slots=True)
class State:
    """A whole match at one moment. `private[s]` is seat s; place 0 is empty."""

    public: Public
    private: tuple[Private | None, ...]
    secret: Secret
    waiting: dict[Seat, AskKind] | None = field(default=None, compare=False, repr=False)
    """Who is asked what, remembered once `asks` has looked; follows from the other parts."""

    def of(self, seat: Seat) -> Private:
        """The private part of a seat. Raises IndexError for a seat that is not at the table."""
        part = self.private[seat]
        assert part is not None
        return part

    def role(self, seat: Seat) -> str:
        """A seat's true role, dead or alive."""
        return self.of(seat).role


EMPTY = State(Public(), (None,), Secret())
"""Before the first event."""
