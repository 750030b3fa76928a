"""Asks: who is asked what right now, and with which legal answers.

Like legality, a function of a seat's view; the answers offered are exactly those that `legal` accepts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from game.engine import actions as a
from game.engine.config import Clock
from game.engine.legal import bars_vote, bars_whisper, may_leave_note, targets_of, usable, why_not, writable
from game.engine.state import Private, Public, State, View
from game.engine.types import Channel, Phase, Seat, Verdict, When


class AskKind(StrEnum):
    """What is wanted of a seat."""

    SPEAK = "speak"
    VOTE = "vote"
    DEFEND = "defend"
    JUDGE = "judge"
    LAST_WORDS = "last_words"
    CONFER = "confer"
    ACT = "act"


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may be done, with the legal values of each part.

    `verb` is say, whisper, vote, judge, use, will, note, jot or pass; `name` the channel, verdict or ability;
    `slots` the legal targets slot by slot. A vote for nobody stands as target 0.
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


@dataclass(frozen=True, slots=True)
class Ask:
    """An open question to a seat: what answers it comes first, then what else may be done along with it.

    `budget` is how many tokens the seat may still spend in this phase, None where nothing is counted;
    `attempt` counts the answers refused so far.
    """

    id: str
    seat: Seat
    kind: AskKind
    options: tuple[Option, ...]
    standing: tuple[Option, ...]
    budget: int | None = None
    attempt: int = 0


# Asks -----------------------------------------------------------------------------------------------------------------


def asks(state: State) -> tuple[Ask, ...]:
    """All open asks, lowest seat first."""
    public = state.public
    return tuple(ask for seat in public.seats if (ask := ask_of(View(public, state.private[seat]))))


def ask_of(view: View) -> Ask | None:
    """The open ask of a view's seat, if it has one."""
    me = view.private
    kind = wanted(view)
    if kind is None or me is None:
        return None
    attempt = me.refused[1] if me.refused[0] == view.public.stage else 0
    return Ask(
        ask_id(view.public, me.seat), me.seat, kind, tuple(_answers(view, kind)), tuple(standing(view, kind)),
        budget_left(view), attempt,
    )  # fmt: skip


def ask_id(public: Public, seat: Seat) -> str:
    """The id of a seat's ask: a function of the state."""
    return f"{public.stage}:{seat}"


def wanted(view: View) -> AskKind | None:
    """What the seat is asked right now; None when nothing is, or when it has answered."""
    public, me = view.public, view.private
    if me is None or me.answered == public.stage or public.phase in (Phase.SETUP, Phase.OVER):
        return None
    left = budget_left(view)
    if public.round > 1 and public.phase is not Phase.NIGHT and left is not None and left <= 0:
        return None
    return _WANTED[public.phase](public, me)


def budget_left(view: View) -> int | None:
    """Tokens that the seat may still spend in this phase, or None where nothing is counted."""
    public, me = view.public, view.private
    if me is None or public.table.clock is not Clock.BUDGET or public.phase in (Phase.SETUP, Phase.OVER):
        return None
    allowance = public.table.budget(public.phase)
    if public.phase is Phase.JUDGEMENT:
        allowance = public.table.limits.judgement // max(1, len(public.living) - 1)
        if public.round > 1:
            allowance += public.table.limits.tail_after_all_votes // max(1, len(public.living) - 1)
    day, phase, spent = me.spent
    return (allowance or 0) - (spent if (day, phase) == (public.day, public.phase) else 0)


def _wants_speech(public: Public, me: Private) -> AskKind | None:
    living = me.seat in public.living
    day_ability = not living and any(not why_not(View(public, me), ability) for ability in usable(me, When.DAY))
    return AskKind.SPEAK if living or day_ability else None


def _wants_vote(public: Public, me: Private) -> AskKind | None:
    return AskKind.VOTE if me.seat in public.living else None


def _wants_verdict(public: Public, me: Private) -> AskKind | None:
    return AskKind.JUDGE if me.seat in public.living and me.seat != public.accused else None


def _wants_night(public: Public, me: Private) -> AskKind | None:
    view = View(public, me)
    if public.round <= public.table.rounds.night:
        return AskKind.CONFER if _company(view) else None
    if any(not why_not(view, ability) for ability in usable(me, When.NIGHT)):
        return AskKind.ACT
    return None


def _company(view: View) -> bool:
    """Whether the seat has somebody to talk to tonight, as far as it can know."""
    public, me = view.public, view.me
    channels = writable(view)
    if Channel.DEAD in channels and (len(public.graves) > 1 or me.seat in public.living) and public.graves:
        return True
    if channels & {Channel.JAIL, Channel.SEANCE}:
        return True
    return bool(channels - {Channel.DEAD}) and sum(seat in public.living for seat, _ in me.team) > 1


_WANTED: dict[Phase, Callable[[Public, Private], AskKind | None]] = {
    Phase.DAY_ONE: _wants_speech,
    Phase.DISCUSSION: _wants_speech,
    Phase.VOTING: _wants_vote,
    Phase.DEFENSE: lambda public, me: AskKind.DEFEND if me.seat == public.accused else None,
    Phase.JUDGEMENT: _wants_verdict,
    Phase.LAST_WORDS: lambda public, me: AskKind.LAST_WORDS if me.seat == public.accused else None,
    Phase.NIGHT: _wants_night,
}


# Options --------------------------------------------------------------------------------------------------------------


def _answers(view: View, kind: AskKind) -> Iterator[Option]:
    public = view.public
    if kind is AskKind.VOTE:
        yield from _votes(view)
    elif kind is AskKind.JUDGE:
        yield from (Option("judge", verdict.value) for verdict in Verdict)
    elif kind is AskKind.ACT:
        yield from _uses(view, When.NIGHT)
    yield from (Option("say", channel.value) for channel in Channel if channel in writable(view))
    yield Option("pass")


def _votes(view: View) -> Iterator[Option]:
    """Against whom one may vote, 0 to withdraw; nothing where everybody else is immune."""
    targets = tuple(seat for seat in view.public.seats if not bars_vote(view, seat))
    if targets := (*targets, 0) if view.public.vote_of(view.me.seat) else targets:
        yield Option("vote", slots=(targets,))


def standing(view: View, kind: AskKind | None = None) -> Iterator[Option]:
    """What a seat may do without being asked, or along with an answer."""
    public, me = view.public, view.private
    if me is None or public.phase in (Phase.SETUP, Phase.OVER):
        return
    if kind is None:
        yield from (Option("say", channel.value) for channel in Channel if channel in writable(view))
        if public.phase is Phase.VOTING and me.seat in public.living:
            yield from _votes(view)
        if public.phase is Phase.JUDGEMENT and _wants_verdict(public, me):
            yield from (Option("judge", verdict.value) for verdict in Verdict)
    if public.phase is Phase.NIGHT and kind is not AskKind.ACT:
        yield from _uses(view, When.NIGHT)
    if public.phase.is_day:
        yield from _uses(view, When.DAY)
        if whom := tuple(seat for seat in public.seats if not bars_whisper(view, seat)):
            yield Option("whisper", slots=(whom,))
    if me.seat in public.living:
        yield Option("will")
        if may_leave_note(me):
            yield Option("note")
    yield Option("jot")


def _uses(view: View, when: When) -> Iterator[Option]:
    me = view.me
    for ability in usable(me, when):
        if not why_not(view, ability):
            slots = tuple(targets_of(view, ability, slot) for slot in range(ability.slots))
            option = Option("use", ability.id, slots, ability.params, ability.twice)
            if next(option.actions(), None):
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
    "pass": lambda o, _: iter([a.Pass()]),
}
