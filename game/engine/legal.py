"""What may be done: the only source of legality for prompts, pages, validators, scripts and the engine itself.

Everything here is a function of a seat's view, so an immediate refusal reveals nothing that the view lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import product
from typing import Any

from game.engine import actions as a
from game.engine.config import Clock
from game.engine.roles import ROLES
from game.engine.roles.base import Ability, Bar, Role
from game.engine.state import Private, Public, State, Trial, View
from game.engine.types import Channel, Phase, Seat, Verdict, When

SAY_LENGTH = 1000
"""Characters in a line of chat or a whisper."""
WILL_LENGTH = 2500
"""Characters in a last will, a death note or a notebook."""


class Reason(StrEnum):
    """Why something is refused, beside the bars of abilities. Each has a line of text."""

    NOT_NOW = "not_now"
    OVER = "over"
    YOU_ARE_DEAD = "you_are_dead"
    YOU_ARE_JAILED = "you_are_jailed"
    BLACKMAILED = "blackmailed"
    ONLY_ACCUSED_SPEAKS = "only_accused_speaks"
    NO_NIGHT_TALK = "no_night_talk"
    NOT_YOUR_CHANNEL = "not_your_channel"
    NO_TEXT = "no_text"
    TOO_LONG = "too_long"
    NOT_YOUR_ABILITY = "not_your_ability"
    NO_USES_LEFT = "no_uses_left"
    WRONG_NUMBER_OF_TARGETS = "wrong_number_of_targets"
    NO_SUCH_SEAT = "no_such_seat"
    UNKNOWN_PARAM = "unknown_param"
    VOTE_IMMUNE = "vote_immune"
    NO_DEATH_NOTE = "no_death_note"
    MAYOR_CANNOT_WHISPER = "mayor_cannot_whisper"
    NOT_ON_OWN_TRIAL = "not_on_own_trial"
    STALE_ASK = "stale_ask"


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
    public, me = view.public, _me(view)
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
        targets = tuple(seat for seat in public.seats if not _bars_vote(view, seat))
        yield Option("vote", slots=((*targets, 0) if public.vote_of(_seat(view)) else targets,))
    elif kind is AskKind.JUDGE:
        yield from (Option("judge", verdict.value) for verdict in Verdict)
    elif kind is AskKind.ACT:
        yield from _uses(view, When.NIGHT)
    yield from (Option("say", channel.value) for channel in Channel if channel in writable(view))
    yield Option("pass")


def standing(view: View, kind: AskKind | None = None) -> Iterator[Option]:
    """What a seat may do without being asked, or along with an answer."""
    public, me = view.public, view.private
    if me is None or public.phase in (Phase.SETUP, Phase.OVER):
        return
    if kind is None:
        yield from (Option("say", channel.value) for channel in Channel if channel in writable(view))
        if public.phase is Phase.VOTING and me.seat in public.living:
            yield next(_answers(view, AskKind.VOTE))
        if public.phase is Phase.JUDGEMENT and _wants_verdict(public, me):
            yield from (Option("judge", verdict.value) for verdict in Verdict)
    if public.phase is Phase.NIGHT and kind is not AskKind.ACT:
        yield from _uses(view, When.NIGHT)
    if public.phase.is_day:
        yield from _uses(view, When.DAY)
        if whom := tuple(seat for seat in public.seats if not _bars_whisper(view, seat)):
            yield Option("whisper", slots=(whom,))
    if me.seat in public.living:
        yield Option("will")
        if card(me).death_note:
            yield Option("note")
    yield Option("jot")


def _uses(view: View, when: When) -> Iterator[Option]:
    me = _me(view)
    for ability in usable(me, when):
        if not why_not(view, ability):
            slots = tuple(targets_of(view, ability, slot) for slot in range(ability.slots))
            if all(slots):
                yield Option("use", ability.id, slots, ability.params)


def targets_of(view: View, ability: Ability, slot: int = 0) -> tuple[Seat, ...]:
    """The seats that an ability may be aimed at in one of its slots."""
    return tuple(seat for seat in view.public.seats if not barred(view, ability, slot, seat))


_ACTIONS: dict[str, Callable[[Option, str], Iterator[a.Action]]] = {
    "say": lambda o, text: iter([a.Say(text, Channel(o.name))]),
    "whisper": lambda o, text: (a.Whisper(seat, text) for seat in o.slots[0]),
    "vote": lambda o, _: (a.Vote(seat or None) for seat in o.slots[0]),
    "judge": lambda o, _: iter([a.Judge(Verdict(o.name))]),
    "use": lambda o, _: (
        a.Use(o.name, targets, param)
        for targets in product(*o.slots)
        if len(set(targets)) == len(targets)
        for param in (o.params or ("",))
    ),
    "will": lambda o, text: iter([a.WriteWill(text)]),
    "note": lambda o, text: iter([a.WriteNote(text)]),
    "jot": lambda o, text: iter([a.Jot(text)]),
    "pass": lambda o, _: iter([a.Pass()]),
}


# Checks ---------------------------------------------------------------------------------------------------------------


def check(view: View, action: a.Action) -> Reason | Bar | None:
    """Why a seat may not do this now; None when it may."""
    if view.private is None:
        return Reason.NOT_NOW
    if view.public.phase in (Phase.SETUP, Phase.OVER):
        return Reason.OVER
    return _CHECKS[type(action)](view, action)


def _check_say(view: View, action: a.Say) -> Reason | None:
    public, seat = view.public, _seat(view)
    if flaw := _flaw(action.text, SAY_LENGTH):
        return flaw
    if action.channel in writable(view):
        return None
    if seat not in public.living and action.channel is not Channel.DEAD:
        return Reason.YOU_ARE_DEAD
    if action.channel is Channel.PUBLIC:
        if public.phase is Phase.NIGHT:
            return Reason.NO_NIGHT_TALK
        return Reason.BLACKMAILED if is_blackmailed(view) else Reason.ONLY_ACCUSED_SPEAKS
    if action.channel is Channel.WHISPER:
        return Reason.NOT_NOW
    return Reason.YOU_ARE_JAILED if is_jailed(view) else Reason.NOT_YOUR_CHANNEL


def _check_whisper(view: View, action: a.Whisper) -> Reason | Bar | None:
    return _flaw(action.text, SAY_LENGTH) or _bars_whisper(view, action.to)


def _bars_whisper(view: View, to: Seat) -> Reason | Bar | None:
    public, seat = view.public, _seat(view)
    if not public.phase.is_day or (public.phase is Phase.DEFENSE):
        return Reason.NOT_NOW
    if seat not in public.living:
        return Reason.YOU_ARE_DEAD
    if is_blackmailed(view):
        return Reason.BLACKMAILED
    if to == seat:
        return Bar.SELF
    if to not in public.living:
        return Bar.DEAD if to in public.seats else Reason.NO_SUCH_SEAT
    if public.weight(seat) > 1 or public.weight(to) > 1:
        return Reason.MAYOR_CANNOT_WHISPER
    return None


def _check_vote(view: View, action: a.Vote) -> Reason | Bar | None:
    public, seat = view.public, _seat(view)
    if public.phase is not Phase.VOTING:
        return Reason.NOT_NOW
    if seat not in public.living:
        return Reason.YOU_ARE_DEAD
    return None if action.target is None else _bars_vote(view, action.target)


def _bars_vote(view: View, target: Seat) -> Reason | Bar | None:
    public = view.public
    if target == _seat(view):
        return Bar.SELF
    if target not in public.living:
        return Bar.DEAD if target in public.seats else Reason.NO_SUCH_SEAT
    return None if public.can_be_voted(target) else Reason.VOTE_IMMUNE


def _check_judge(view: View, action: a.Judge) -> Reason | None:
    public, seat = view.public, _seat(view)
    if public.phase is not Phase.JUDGEMENT:
        return Reason.NOT_NOW
    if seat == public.accused:
        return Reason.NOT_ON_OWN_TRIAL
    return None if seat in public.living else Reason.YOU_ARE_DEAD


def _check_use(view: View, action: a.Use) -> Reason | Bar | None:
    me = _me(view)
    ability = card(me).by_id.get(action.ability)
    if ability is None or ability.when is When.PASSIVE:
        return Reason.NOT_YOUR_ABILITY
    if reason := why_not(view, ability):
        return reason
    if len(action.targets) != ability.slots:
        return Reason.WRONG_NUMBER_OF_TARGETS
    for slot, target in enumerate(action.targets):
        if target not in view.public.seats:
            return Reason.NO_SUCH_SEAT
        if bar := barred(view, ability, slot, target):
            return bar
    if len(set(action.targets)) < len(action.targets):
        return Bar.SAME_TWICE
    if ability.params and action.param not in ability.params:
        return Reason.UNKNOWN_PARAM
    return None


def _check_will(view: View, action: a.WriteWill) -> Reason | None:
    if len(action.text) > WILL_LENGTH:
        return Reason.TOO_LONG
    return None if _seat(view) in view.public.living else Reason.YOU_ARE_DEAD


def _check_note(view: View, action: a.WriteNote) -> Reason | None:
    me = _me(view)
    if not card(me).death_note:
        return Reason.NO_DEATH_NOTE
    return _check_will(view, a.WriteWill(action.text))


def _check_jot(view: View, action: a.Jot) -> Reason | None:
    return Reason.TOO_LONG if len(action.text) > WILL_LENGTH else None


def _allowed(view: View, action: a.Action) -> None:
    return None


_CHECKS: dict[type, Callable[[View, Any], Reason | Bar | None]] = {
    a.Say: _check_say,
    a.Whisper: _check_whisper,
    a.Vote: _check_vote,
    a.Judge: _check_judge,
    a.Use: _check_use,
    a.WriteWill: _check_will,
    a.WriteNote: _check_note,
    a.Jot: _check_jot,
    a.Pass: _allowed,
    a.Leave: _allowed,
}


# Abilities ------------------------------------------------------------------------------------------------------------


def card(me: Private) -> Role:
    """The role card of a seat."""
    return ROLES[me.role]


@cache
def _abilities(role: str, when: When) -> tuple[Ability, ...]:
    return tuple(ability for ability in ROLES[role].abilities if ability.when is when)


def usable(me: Private, when: When) -> tuple[Ability, ...]:
    """The abilities on a seat's card that are chosen at this time of day."""
    return _abilities(me.role, when) if me.role else ()


def why_not(view: View, ability: Ability) -> Reason | Bar | None:
    """Why an ability cannot be chosen now, whatever its targets."""
    public, me = view.public, _me(view)
    if (ability.when is When.NIGHT) is not (public.phase is Phase.NIGHT):
        return Reason.NOT_NOW
    posthumous = Bar.ALIVE in ability.conditions
    if me.seat not in public.living and not posthumous:
        return Reason.YOU_ARE_DEAD
    if is_jailed(view) and me.seat in public.living:
        return Reason.YOU_ARE_JAILED
    if me.left(ability.id) == 0:
        return Reason.NO_USES_LEFT
    return next((bar for bar in ability.conditions if _BARS[bar](view, me.seat)), None)


def barred(view: View, ability: Ability, slot: int, target: Seat) -> Bar | None:
    """Why a seat cannot be a target of an ability."""
    return next((bar for bar in ability.bars if _BARS[bar](view, target)), None)


def _haunts(view: View, target: Seat) -> bool:
    trial = _own_lynch(view)
    verdicts = {seat: verdict for seat, verdict, _ in trial.ballots} if trial else {}
    return verdicts.get(target) not in (Verdict.GUILTY, Verdict.ABSTAIN)


def _own_lynch(view: View) -> Trial | None:
    public, seat = view.public, _seat(view)
    today = (trial for trial in public.trials if trial.day == public.day and trial.lynched)
    return next((trial for trial in today if trial.accused == seat), None)


_BARS: dict[Bar, Callable[[View, Seat], bool]] = {
    Bar.DEAD: lambda view, seat: seat not in view.public.living,
    Bar.SELF: lambda view, seat: seat == _seat(view),
    Bar.TEAM: lambda view, seat: seat == _seat(view) or any(seat == mate for mate, _ in _me(view).team),
    Bar.REVEALED: lambda view, seat: view.public.weight(seat) > 1,
    Bar.NOT_VOTER: _haunts,
    Bar.FIRST_NIGHT: lambda view, _: view.public.day == 1,
    Bar.GUILTY: lambda view, _: bool(_me(view).fact("guilt")),
    Bar.NO_PRISONER: lambda view, _: _me(view).fact("jailor_on") != view.public.day,
    Bar.NOT_AFTER_LYNCH: lambda view, _: _own_lynch(view) is None,
    Bar.ALIVE: lambda view, seat: seat in view.public.living,
    Bar.ON_TRIAL: lambda view, _: view.public.accused == _seat(view),
    Bar.SAME_TWICE: lambda view, _: False,
}


# Conditions of a seat -------------------------------------------------------------------------------------------------


def _me(view: View) -> Private:
    assert view.private is not None
    return view.private


def _seat(view: View) -> Seat:
    return _me(view).seat


def is_jailed(view: View) -> bool:
    """Whether the seat sits in the cell tonight."""
    public, me = view.public, view.private
    return me is not None and me.fact("jailed_on") == public.day and not public.phase.is_day


def is_blackmailed(view: View) -> bool:
    """Whether the seat is silenced today (M32)."""
    return view.private is not None and view.private.fact("blackmailed_on") == view.public.day


def writable(view: View) -> frozenset[Channel]:
    """The channels in which the seat may speak now (M30 to M38)."""
    public, me = view.public, view.private
    if me is None or public.phase in (Phase.SETUP, Phase.OVER):
        return frozenset()
    if public.phase is Phase.NIGHT:
        return _night_channels(view, me)
    if me.seat not in public.living:
        return frozenset({Channel.DEAD})
    solo = public.phase in (Phase.DEFENSE, Phase.LAST_WORDS)
    if (me.seat != public.accused) if solo else is_blackmailed(view):
        return frozenset()
    return frozenset({Channel.PUBLIC})


def _night_channels(view: View, me: Private) -> frozenset[Channel]:
    public = view.public
    channels = set()
    if me.seat not in public.living:
        channels.add(Channel.DEAD)
    elif is_jailed(view):
        return frozenset({Channel.JAIL})
    else:
        if (channel := card(me).channel) is not None:
            channels.add(channel)
        if card(me).hears_dead:
            channels.add(Channel.DEAD)
        if me.fact("jailor_on") == public.day:
            channels.add(Channel.JAIL)
    if me.fact("seance_on") == public.day:
        channels.add(Channel.SEANCE)
    return frozenset(channels)


def _flaw(text: str, length: int) -> Reason | None:
    if not text.strip():
        return Reason.NO_TEXT
    return Reason.TOO_LONG if len(text) > length else None
