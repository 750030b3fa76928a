"""What may be done: the only source of legality for prompts, pages, validators, scripts and the engine itself.

Everything here is a function of a seat's view, so an immediate refusal reveals nothing that the view lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from game.engine import actions as a
from game.engine.config import Talk
from game.engine.events import Value
from game.engine.floor import HIGHEST_BID, is_bid_for
from game.engine.roles import ROLES
from game.engine.roles.base import Ability, Bar, Role
from game.engine.state import Private, Public, Trial, View
from game.engine.types import Channel, Faction, Phase, Seat, Verdict, When, hears

IDLE = frozenset({Phase.SETUP, Phase.OVER})
"""Phases in which nothing can be done."""
VOTING, NIGHT, BY_NIGHT, BIDS = Phase.VOTING, Phase.NIGHT, When.NIGHT, Talk.BIDS
# Bound once: on its class a member is looked up by a call, until Python 3.12.

SAY_LENGTH = 1000
"""Characters in a line of chat or a whisper."""
WILL_LENGTH = 2500
"""Characters in a last will, a death note, a notebook or a summary."""


class Reason(StrEnum):
    """Why something is refused, beside the bars of abilities. Each has a line of text."""

    NOT_NOW = "not_now"
    OVER = "over"
    YOU_ARE_DEAD = "you_are_dead"
    YOU_ARE_JAILED = "you_are_jailed"
    BLACKMAILED = "blackmailed"
    ONLY_ACCUSED_SPEAKS = "only_accused_speaks"
    NO_FLOOR = "no_floor"
    NO_BIDS = "no_bids"
    NO_SUCH_BID = "no_such_bid"
    NO_SUCH_DAY = "no_such_day"
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
    COOLING = "cooling"
    NO_DEATH_NOTE = "no_death_note"
    MAYOR_CANNOT_WHISPER = "mayor_cannot_whisper"
    NOT_ON_OWN_TRIAL = "not_on_own_trial"
    STALE_ASK = "stale_ask"


# Checks ---------------------------------------------------------------------------------------------------------------


def check(view: View, action: a.Action) -> Reason | Bar | None:
    """Why a seat may not do this now; None when it may."""
    if view.private is None:
        return Reason.NOT_NOW
    if view.public.phase in IDLE:
        return Reason.OVER
    return _CHECKS[type(action)](view, action)


def _check_say(view: View, action: a.Say) -> Reason | None:
    public, seat = view.public, view.me.seat
    if flaw := _flaw(action.text, SAY_LENGTH):
        return flaw
    if action.channel in writable(view):
        return None
    if seat not in public.living and action.channel is not Channel.DEAD:
        return Reason.YOU_ARE_DEAD
    if action.channel is Channel.PUBLIC:
        if public.phase is Phase.NIGHT:
            return Reason.NO_NIGHT_TALK
        if is_blackmailed(view):
            return Reason.BLACKMAILED
        return Reason.NO_FLOOR if is_bid_for(public) else Reason.ONLY_ACCUSED_SPEAKS
    if action.channel is Channel.WHISPER:
        return Reason.NOT_NOW
    return Reason.YOU_ARE_JAILED if is_jailed(view) else Reason.NOT_YOUR_CHANNEL


def _check_whisper(view: View, action: a.Whisper) -> Reason | Bar | None:
    return _flaw(action.text, SAY_LENGTH) or bars_whisper(view, action.to)


def bars_whisper(view: View, to: Seat) -> Reason | Bar | None:
    """Why a seat cannot whisper to another now (M31)."""
    public, seat = view.public, view.me.seat
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
    public, seat = view.public, view.me.seat
    if public.phase is not VOTING:
        return Reason.NOT_NOW
    if seat not in public.living:
        return Reason.YOU_ARE_DEAD
    return None if action.target is None else bars_vote(view, action.target)


def bars_vote(view: View, target: Seat) -> Reason | Bar | None:
    """Why a seat cannot vote against another (M13, M18)."""
    public = view.public
    if target == view.me.seat:
        return Bar.SELF
    if target not in public.living:
        return Bar.DEAD if target in public.seats else Reason.NO_SUCH_SEAT
    return None if public.can_be_voted(target) else Reason.VOTE_IMMUNE


def votable(view: View) -> tuple[Seat, ...]:
    """Whom a seat can vote against, lowest seat first: everybody whom `bars_vote` does not bar."""
    public, seat = view.public, view.me.seat
    others = _others(public.living, seat)
    return tuple(filter(public.can_be_voted, others)) if public.guarded else others


@lru_cache(4096)
def _others(living: frozenset[Seat], seat: Seat) -> tuple[Seat, ...]:
    return tuple(sorted(living - {seat}))


def _check_judge(view: View, action: a.Judge) -> Reason | None:
    public, seat = view.public, view.me.seat
    if public.phase is not Phase.JUDGEMENT:
        return Reason.NOT_NOW
    if seat == public.accused:
        return Reason.NOT_ON_OWN_TRIAL
    return None if seat in public.living else Reason.YOU_ARE_DEAD


def _check_use(view: View, action: a.Use) -> Reason | Bar | None:
    me = view.me
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
    if not ability.twice and len(set(action.targets)) < len(action.targets):
        return Bar.SAME_TWICE
    if ability.params and action.param not in ability.params:
        return Reason.UNKNOWN_PARAM
    return None


def _check_will(view: View, action: a.WriteWill) -> Reason | None:
    if len(action.text) > WILL_LENGTH:
        return Reason.TOO_LONG
    return None if view.me.seat in view.public.living else Reason.YOU_ARE_DEAD


def _check_note(view: View, action: a.WriteNote) -> Reason | None:
    me = view.me
    if not may_leave_note(me):
        return Reason.NO_DEATH_NOTE
    return _check_will(view, a.WriteWill(action.text))


def _check_jot(view: View, action: a.Jot) -> Reason | None:
    return Reason.TOO_LONG if len(action.text) > WILL_LENGTH else None


def _check_summarise(view: View, action: a.Summarise) -> Reason | None:
    if not 1 <= action.day <= view.public.day:
        return Reason.NO_SUCH_DAY
    return _flaw(action.text, WILL_LENGTH)


def _check_bid(view: View, action: a.Bid) -> Reason | None:
    if not may_bid(view):
        return Reason.NO_BIDS if view.public.table.talk is not BIDS else Reason.YOU_ARE_DEAD
    return None if 0 <= action.level <= HIGHEST_BID else Reason.NO_SUCH_BID


def may_bid(view: View) -> bool:
    """Whether a seat can say how much it wants to speak."""
    return view.public.table.talk is BIDS and view.me.seat in view.public.living


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
    a.Summarise: _check_summarise,
    a.Bid: _check_bid,
    a.Pass: _allowed,
    a.Leave: _allowed,
}


# Abilities ------------------------------------------------------------------------------------------------------------


def card(me: Private) -> Role:
    """The role card of a seat."""
    return ROLES[me.role]


def may_leave_note(me: Private) -> bool:
    """Whether a seat writes notes: those who kill in person (M40), and forgers for their forgeries (M131)."""
    return card(me).death_note or card(me).forges


@cache
def _abilities(role: str, when: When, alive: bool) -> tuple[Ability, ...]:
    abilities = ROLES[role].by_id.values() if role else ()
    return tuple(ability for ability in abilities if ability.when is when and (alive or ability.posthumous))


def usable(public: Public, me: Private, when: When) -> tuple[Ability, ...]:
    """The abilities on a seat's card that are chosen at this time of day; for the dead, those that outlive them."""
    return _abilities(me.role, when, me.seat in public.living)


def why_not(view: View, ability: Ability) -> Reason | Bar | None:
    """Why an ability cannot be chosen now, whatever its targets."""
    public, me = view.public, view.me
    if (ability.when is BY_NIGHT) is not (public.phase is NIGHT):
        return Reason.NOT_NOW
    if me.seat in public.living:
        if is_jailed(view):
            return Reason.YOU_ARE_JAILED
    elif not ability.posthumous:
        return Reason.YOU_ARE_DEAD
    if not (ability.freed_by_book and me.fact("book")):
        if me.left(ability.id) == 0:
            return Reason.NO_USES_LEFT
        if ability.cooldown and is_cooling(me, ability, public.day):
            return Reason.COOLING
    for bar in ability.conditions:
        if _BARS[bar](view, me.seat):
            return bar
    return None


def barred(view: View, ability: Ability, slot: int, target: Seat) -> Bar | None:
    """Why a seat cannot be a target of an ability."""
    return next((bar for bar in _bars(ability, slot) if _BARS[bar](view, target)), None)


def _bars(ability: Ability, slot: int) -> tuple[Bar, ...]:
    return (*ability.bars, *ability.slot_bars[slot]) if ability.slot_bars else ability.bars


def is_cooling(me: Private, ability: Ability, day: int) -> bool:
    """Whether an ability was used too few nights ago (M151)."""
    last = me.fact(f"{ability.id}_on")
    return isinstance(last, int) and day < last + ability.cooldown


def targets_of(view: View, ability: Ability, slot: int = 0) -> tuple[Seat, ...]:
    """The seats that an ability may be aimed at in one of its slots."""
    living, others, tests = _sieve(ability, slot)
    if others:
        seats: Iterable[Seat] = _others(view.public.living, view.me.seat)
    else:
        seats = sorted(view.public.living) if living else view.public.seats
    for test in tests:
        seats = [seat for seat in seats if not test(view, seat)]
    return tuple(seats)


@cache
def _sieve(ability: Ability, slot: int) -> tuple[bool, bool, tuple[Callable[[View, Seat], bool], ...]]:
    """Whether a slot takes only the living, only other living players, and the tests of its further bars."""
    bars = _bars(ability, slot)
    living = Bar.DEAD in bars
    others = living and Bar.SELF in bars
    known = {Bar.DEAD, Bar.SELF} if others else {Bar.DEAD} if living else set()
    return living, others, tuple(_BARS[bar] for bar in bars if bar not in known)


def _haunts(view: View, target: Seat) -> bool:
    trial = _own_lynch(view)
    verdicts = {seat: verdict for seat, verdict, _ in trial.ballots} if trial else {}
    return verdicts.get(target) not in (Verdict.GUILTY, Verdict.ABSTAIN)


def _own_lynch(view: View) -> Trial | None:
    public, seat = view.public, view.me.seat
    today = (trial for trial in public.trials if trial.day == public.day and trial.lynched)
    return next((trial for trial in today if trial.accused == seat), None)


_BARS: dict[Bar, Callable[[View, Seat], bool]] = {
    Bar.DEAD: lambda view, seat: seat not in view.public.living,
    Bar.SELF: lambda view, seat: seat == view.me.seat,
    Bar.TEAM: lambda view, seat: _is_own(view, seat),
    Bar.NOT_TEAM: lambda view, seat: not _is_own(view, seat),
    Bar.REVEALED: lambda view, seat: view.public.weight(seat) > 1,
    Bar.NOT_VOTER: _haunts,
    Bar.FIRST_NIGHT: lambda view, _: view.public.day == 1,
    Bar.GUILTY: lambda view, _: bool(view.me.fact("guilt")),
    Bar.NO_PRISONER: lambda view, _: view.me.fact("jailor_on") != view.public.day,
    Bar.NOT_AFTER_LYNCH: lambda view, _: _own_lynch(view) is None,
    Bar.ALIVE: lambda view, seat: seat in view.public.living,
    Bar.ON_TRIAL: lambda view, _: view.public.accused == view.me.seat,
    Bar.SAME_TWICE: lambda view, _: False,
    Bar.LIVING: lambda view, seat: seat in view.public.living,
    Bar.UNREADABLE: lambda view, seat: _grave_role(view, seat) not in ROLES,
    Bar.LEFT: lambda view, seat: seat in view.public.departed,
    Bar.NOT_TOWN: lambda view, seat: not _lies(view, seat, lambda role: role.faction is Faction.TOWN),
    Bar.USELESS: lambda view, seat: not _lies(view, seat, lambda role: role.raised is not None),
    Bar.NOT_WARD: lambda view, seat: view.me.fact("ward") != seat,
    Bar.INFECTED: lambda view, seat: hears(int(view.me.fact("carriers") or 0), seat),
    Bar.LAST_RIVAL: lambda view, seat: view.me.fact("last_rival") == seat,
    Bar.NO_BOOK: lambda view, _: not view.me.fact("book"),
    Bar.NO_MOON: lambda view, _: not view.public.full_moon,
    Bar.TOO_WEAK: lambda view, _: is_too_weak(view.public, view.me.fact("kills")),
    Bar.NO_TRAP: lambda view, _: not view.me.fact("trap_ready"),
    Bar.NO_TRAP_OUT: lambda view, _: not view.me.fact("trap_on"),
    Bar.TRAP_HELD: lambda view, _: bool(view.me.fact("trap_ready") or view.me.fact("trap_on")),
    Bar.NO_DUEL: lambda view, _: view.me.fact("duel_on") != view.public.day,
    Bar.NOT_DUELLED: lambda view, _: view.me.fact("duelled_on") != view.public.day,
    Bar.RESTING: lambda view, _: view.me.fact("fed_on") == view.public.day - 1,
    Bar.NO_RAISING: lambda view, _: view.public.table.options.retributionist_mode != "corpse",
    Bar.NO_REVIVING: lambda view, _: view.public.table.options.retributionist_mode != "revive",
}


def is_too_weak(public: Public, kills: Value) -> bool:
    """Whether a Juggernaut that has killed so often must wait for a full moon (M142)."""
    return not kills and not public.full_moon


def _is_own(view: View, seat: Seat) -> bool:
    return seat == view.me.seat or seat in dict(view.me.team)


def _grave_role(view: View, seat: Seat) -> str:
    """What the graveyard shows of a seat."""
    return next((grave.role for grave in view.public.graves if grave.seat == seat), "")


def _lies(view: View, seat: Seat, fits: Callable[[Role], bool]) -> bool:
    role = ROLES.get(_grave_role(view, seat))
    return role is not None and fits(role)


# Conditions of a seat -------------------------------------------------------------------------------------------------


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
    if me is None or public.phase in IDLE:
        return _MUTE
    if public.phase is NIGHT:
        return _night_channels(view, me)
    if me.seat not in public.living:
        return _GRAVE
    if public.phase in _SOLO:
        return _TOWN if me.seat == public.accused else _MUTE
    if public.floor != me.seat and is_bid_for(public):
        return _MUTE
    return _MUTE if me.facts and is_blackmailed(view) else _TOWN


_MUTE: frozenset[Channel] = frozenset()
_TOWN, _GRAVE, _CELL, _SEANCE = (
    frozenset({channel}) for channel in (Channel.PUBLIC, Channel.DEAD, Channel.JAIL, Channel.SEANCE)
)
_SOLO = frozenset({Phase.DEFENSE, Phase.LAST_WORDS})
"""Phases in which only the accused speaks."""


def _night_channels(view: View, me: Private) -> frozenset[Channel]:
    today, living = view.public.day, me.seat in view.public.living
    channels = _role_channels(me.role) if living else _GRAVE
    if not me.facts:
        return channels
    if living and is_jailed(view):
        return _CELL
    if living and me.fact("jailor_on") == today:
        channels |= _CELL
    return channels | _SEANCE if me.fact("seance_on") == today else channels


@cache
def _role_channels(role: str) -> frozenset[Channel]:
    """Where a free player of a role speaks at night: the team, and the dead for those who hear them."""
    card = ROLES[role]
    team = frozenset({card.channel}) if card.channel else _MUTE
    return team | _GRAVE if card.hears_dead else team


def _flaw(text: str, length: int) -> Reason | None:
    if not text.strip():
        return Reason.NO_TEXT
    return Reason.TOO_LONG if len(text) > length else None
