"""Asks: who is asked what right now, and with which legal answers.

Like legality, a function of a seat's view; the answers offered are exactly those that `legal` accepts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import product
from typing import Final

from game.engine import actions as a
from game.engine.config import Clock
from game.engine.floor import HIGHEST_BID, is_bid_for
from game.engine.legal import bars_whisper, may_bid, may_leave_note, targets_of, usable, votable, why_not, writable
from game.engine.roles.base import Ability
from game.engine.state import Private, Public, State, View
from game.engine.types import Channel, Phase, Seat, Verdict, When
from game.engine.values import quicken


class AskKind(StrEnum):
    """What is wanted of a seat."""

    SPEAK = "speak"
    VOTE = "vote"
    DEFEND = "defend"
    JUDGE = "judge"
    LAST_WORDS = "last_words"
    CONFER = "confer"
    ACT = "act"


SPEAK, VOTE, DEFEND, JUDGE, LAST_WORDS, CONFER, ACT = AskKind
BUDGET, NIGHT, DEAD = Clock.BUDGET, Phase.NIGHT, Channel.DEAD
BY_DAY, BY_NIGHT = When.DAY, When.NIGHT
# Bound once: on its class a member is looked up by a call, until Python 3.12.


@quicken
@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may be done, with the legal values of each part.

    `verb` is say, whisper, vote, judge, use, will, note, jot, summarise, bid or pass; `name` the channel, verdict or
    ability; `slots` the legal targets slot by slot; `params` the ways of an ability, the days that may be summarised,
    or the levels of a bid. A vote for nobody stands as target 0.
    """

    verb: str
    name: str = ""
    slots: tuple[tuple[Seat, ...], ...] = ()
    params: tuple[str, ...] = ()
    twice: bool = False
    """Whether one seat may stand in two slots."""

    def actions(self, text: str = "") -> Iterator[a.Action]:
        """Every action that the option covers, with `text` where words are wanted."""
        yield from _ACTIONS[self.verb](self, text)


class Ask:
    """An open question to a seat. What may be answered is worked out when somebody looks."""

    __slots__ = ("_options", "_standing", "_view", "id", "kind", "seat")

    def __init__(self, view: View, kind: AskKind) -> None:
        seat = view.me.seat
        self.seat: Final = seat
        self.id: Final = ask_id(view.public, seat)
        self.kind: Final = kind
        self._view = view
        self._options: tuple[Option, ...] | None = None
        self._standing: tuple[Option, ...] | None = None

    @property
    def budget(self) -> int | None:
        """Tokens that the seat may still spend in this phase, None where nothing is counted."""
        return budget_left(self._view)

    @property
    def attempt(self) -> int:
        """How many answers were refused so far."""
        stage, refused = self._view.me.refused
        return refused if stage == self._view.public.stage else 0

    @property
    def options(self) -> tuple[Option, ...]:
        """What answers the ask."""
        if self._options is None:
            self._options = _answers(self._view, self.kind)
        return self._options

    @property
    def standing(self) -> tuple[Option, ...]:
        """What else may be done, along with an answer or before it."""
        if self._standing is None:
            self._standing = tuple(standing(self._view, self.kind))
        return self._standing

    def _content(self) -> tuple[object, ...]:
        return (self.id, self.seat, self.kind, self.budget, self.attempt, self.options, self.standing)

    def __eq__(self, other: object) -> bool:
        return self._content() == other._content() if isinstance(other, Ask) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.id, self.kind))

    def __repr__(self) -> str:
        known = f"{self.id!r}, {self.seat}, {self.kind!r}, {self.budget}, {self.attempt}"
        return f"Ask({known}, options={self.options!r}, standing={self.standing!r})"


# Asks -----------------------------------------------------------------------------------------------------------------


def asks(state: State) -> tuple[Ask, ...]:
    """All open asks, lowest seat first."""
    public, private = state.public, state.private
    if state.waiting is None:
        state.waiting = all_asked(public, private)
    return tuple([Ask(View(public, private[seat]), kind) for seat, kind in sorted(state.waiting.items())])


def ask_of(view: View) -> Ask | None:
    """The open ask of a view's seat, if it has one."""
    kind = wanted(view)
    return Ask(view, kind) if kind else None


def ask_id(public: Public, seat: Seat) -> str:
    """The id of a seat's ask: a function of the state."""
    return f"{public.stage}:{seat}"


def wanted(view: View) -> AskKind | None:
    """What the view's seat is asked right now; None when nothing is, or when it has answered."""
    return asked(view.public, view.private) if view.private else None


def all_asked(public: Public, private: Sequence[Private | None]) -> dict[Seat, AskKind]:
    """Who is asked what right now."""
    return {me.seat: kind for me in private if me and (kind := asked(public, me))}


def asked(public: Public, me: Private) -> AskKind | None:
    """What a seat is asked right now; None when nothing is, or when it has answered."""
    if me.answered == public.stage or (wants := _WANTED.get(public.phase)) is None:
        return None
    kind = wants(public, me)
    if kind and kind is not ACT and public.table.clock is BUDGET and not budget_left(View(public, me)):
        return None
    return kind


def budget_left(view: View) -> int | None:
    """Tokens that the seat may still spend in this phase, at least 0, or None where nothing is counted."""
    public, me = view.public, view.private
    if public.table.clock is not BUDGET or me is None or public.phase not in _WANTED:
        return None
    account = public.account
    judging = public.phase is Phase.JUDGEMENT
    allowance = _share_of_judgement(public, me) if judging else public.table.budget(public.phase)
    return max(0, allowance - me.spent_on(account))


def _share_of_judgement(public: Public, me: Private) -> int:
    """A judge's equal share of the table's tokens; in the tail, of the tail's, within what is left of the former."""
    limits, judges, account = public.table.limits, max(1, len(public.living) - 1), public.account
    share = -(-limits.judgement // judges)
    if not account.tail:
        return share
    return min(share - me.spent_on(account._replace(tail=False)), -(-limits.tail_after_all_votes // judges))


def _wants_speech(public: Public, me: Private) -> AskKind | None:
    """The living are asked, by bids whoever has the floor; and at first whoever has something to do by day."""
    by_bids = is_bid_for(public)
    if me.seat in public.living and (not by_bids or me.seat == public.floor):
        return SPEAK
    return SPEAK if (not by_bids or public.round == 1) and _can_use(public, me, BY_DAY) else None


def _wants_vote(public: Public, me: Private) -> AskKind | None:
    return VOTE if me.seat in public.living else None


def _wants_verdict(public: Public, me: Private) -> AskKind | None:
    return JUDGE if me.seat in public.living and me.seat != public.accused else None


def _wants_night(public: Public, me: Private) -> AskKind | None:
    if public.round <= public.table.rounds.night:
        return CONFER if _company(public, me) else None
    return ACT if _can_use(public, me, BY_NIGHT) else None


def _can_use(public: Public, me: Private, when: When) -> Ability | None:
    """The first ability of the seat that can be chosen now, if there is any."""
    if abilities := usable(public, me, when):
        view = View(public, me)
        for ability in abilities:
            if not why_not(view, ability):
                return ability
    return None


def _company(public: Public, me: Private) -> bool:
    """Whether the seat has somebody to talk to tonight, as far as it can know."""
    channels = writable(View(public, me))
    if not channels:
        return False
    if DEAD in channels and public.graves and (len(public.graves) > 1 or me.seat in public.living):
        return True
    if not channels.isdisjoint(_PAIRS):
        return True
    return len(channels) > (DEAD in channels) and len(public.living.intersection(dict(me.team))) > 1


_PAIRS = frozenset({Channel.JAIL, Channel.SEANCE})
"""Channels in which somebody else is sure to listen."""


_WANTED: dict[Phase, Callable[[Public, Private], AskKind | None]] = {
    Phase.DAY_ONE: _wants_speech,
    Phase.DISCUSSION: _wants_speech,
    Phase.VOTING: _wants_vote,
    Phase.DEFENSE: lambda public, me: DEFEND if me.seat == public.accused else None,
    Phase.JUDGEMENT: _wants_verdict,
    Phase.LAST_WORDS: lambda public, me: LAST_WORDS if me.seat == public.accused else None,
    Phase.NIGHT: _wants_night,
}
"""Who is asked what, by phase; in others nobody is asked anything."""


# Options --------------------------------------------------------------------------------------------------------------


def _answers(view: View, kind: AskKind) -> tuple[Option, ...]:
    talk = _talk(writable(view))
    if kind is VOTE:
        return (*_votes(view), *talk)
    if kind is JUDGE:
        return (*_VERDICTS, *talk)
    if kind is ACT:
        return (*_uses(view, BY_NIGHT), *talk)
    return talk


def standing(view: View, kind: AskKind | None = None) -> Iterator[Option]:
    """What a seat may do without being asked, or along with an answer."""
    public, me = view.public, view.private
    if me is None or public.phase not in _WANTED:
        return
    if kind is None:
        yield from _speech(writable(view))
        if public.phase is Phase.VOTING and me.seat in public.living:
            yield from _votes(view)
        if public.phase is Phase.JUDGEMENT and _wants_verdict(public, me):
            yield from _VERDICTS
    if public.phase is NIGHT and kind is not ACT:
        yield from _uses(view, BY_NIGHT)
    if public.phase.is_day:
        yield from _uses(view, BY_DAY)
        if whom := tuple([seat for seat in public.seats if not bars_whisper(view, seat)]):
            yield Option("whisper", slots=(whom,))
    yield from _papers(view)


def _papers(view: View) -> Iterator[Option]:
    """What a seat may write at any time, and its bid for the floor."""
    if view.me.seat in view.public.living:
        yield Option("will")
        if may_leave_note(view.me):
            yield Option("note")
    yield Option("jot")
    yield _summaries(view.public.day)
    if may_bid(view):
        yield _BID


_BID = Option("bid", params=tuple(map(str, range(HIGHEST_BID + 1))))


@cache
def _summaries(today: int) -> Option:
    return Option("summarise", params=tuple(map(str, range(1, today + 1))))


_PASS = Option("pass")
_VERDICTS = tuple(Option("judge", verdict.value) for verdict in Verdict)


@cache
def _speech(channels: frozenset[Channel]) -> tuple[Option, ...]:
    return tuple(Option("say", channel.value) for channel in Channel if channel in channels)


@cache
def _talk(channels: frozenset[Channel]) -> tuple[Option, ...]:
    return (*_speech(channels), _PASS)


def _votes(view: View) -> tuple[Option, ...]:
    """Against whom one may vote, 0 to withdraw; nothing where everybody else is immune."""
    return _ballot(votable(view), view.public.vote_of(view.me.seat) != 0)


@lru_cache(4096)
def _ballot(targets: tuple[Seat, ...], withdraw: bool) -> tuple[Option, ...]:
    slot = (*targets, 0) if withdraw else targets
    return (Option("vote", slots=(slot,)),) if slot else ()


def _uses(view: View, when: When) -> Iterator[Option]:
    for ability in usable(view.public, view.me, when):
        if not why_not(view, ability):
            slots = tuple([targets_of(view, ability, slot) for slot in range(ability.slots)])
            option = Option("use", ability.id, slots, ability.params, ability.twice)
            if all(slots) and (ability.slots < 2 or next(option.actions(), None)):
                yield option


_ACTIONS: dict[str, Callable[[Option, str], Iterator[a.Action]]] = {
    "say": lambda o, text: iter([a.Say(text, Channel(o.name))]),
    "whisper": lambda o, text: (a.Whisper(seat, text) for seat in o.slots[0]),
    "vote": lambda o, _: (a.Vote(seat or None) for seat in o.slots[0]),
    "judge": lambda o, _: iter([a.Judge(Verdict(o.name))]),
    "use": lambda o, _: (
        a.Use(o.name, targets, param)
        for targets in product(*o.slots)
        if o.twice or len(set(targets)) == len(targets)
        for param in (o.params or ("",))
    ),
    "will": lambda o, text: iter([a.WriteWill(text)]),
    "note": lambda o, text: iter([a.WriteNote(text)]),
    "jot": lambda o, text: iter([a.Jot(text)]),
    "summarise": lambda o, text: (a.Summarise(int(day), text) for day in o.params),
    "bid": lambda o, _: (a.Bid(int(level)) for level in o.params),
    "pass": lambda o, _: iter([a.Pass()]),
}
