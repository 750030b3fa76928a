"""`apply(state, replies) → events`: what the table's answers lead to; `move` also gives the state after them.

The only door for players' deeds. It checks them against `legal`, writes what follows, and moves the match on
until somebody is asked again. Illegal deeds are answered, never raised; an exception here is a bug.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from game.engine import actions as a
from game.engine import chance
from game.engine import events as e
from game.engine.asks import ask_id
from game.engine.config import Talk
from game.engine.day import advance, open_voting, put_on_trial
from game.engine.floor import UNASKED, bid_of
from game.engine.legal import NIGHT, Reason, card, check, is_blackmailed, is_jailed, writable
from game.engine.match import Match
from game.engine.roles import ROLES
from game.engine.roles.base import Bar
from game.engine.state import State
from game.engine.types import PUBLIC, Audience, Channel, Phase, Seat, When, group, only

OVER, ALOUD, FIFO = Phase.OVER, Channel.PUBLIC, Talk.FIFO
LAST = b"\xff" * 9
"""A lot behind all lots."""
BLACKMAIL_LINE = "I am blackmailed."
"""All that a blackmailed player on trial can say (M32)."""


def apply(state: State, replies: Iterable[a.Reply]) -> list[e.Event]:
    """The events that the replies lead to. `order` puts them in the table's order: only fifo tables keep the given."""
    return move(state, replies)[0]


def move(state: State, replies: Iterable[a.Reply]) -> tuple[list[e.Event], State]:
    """The events that the replies lead to, and the state that folding them gives, without folding them again."""
    match = Match(state)
    for reply in order(state, replies):
        if match.public.phase is OVER:
            break
        if isinstance(reply, a.Elapsed):
            _elapse(match, reply)
        else:
            _answer(match, reply)
        advance(match)
    after = match.state
    after.waiting = match.waiting
    return match.log, after


def order(state: State, replies: Iterable[a.Reply]) -> list[a.Reply]:
    """The replies in the order in which the table hears them: drawn anew for each stage; time comes last.

    A fifo table hears them as they are given, which is to be as they came: such a match is recorded, and cannot be
    derived again from what its players decided. Applying the replies one by one in this order gives the same events as
    applying them at once.
    """
    if state.public.table.talk is FIFO:
        return sorted(replies, key=lambda reply: isinstance(reply, a.Elapsed))
    lot = chance.lots(state.secret.seed, state.public.stage, "order")
    return sorted(replies, key=lambda reply: lot(reply.seat) if isinstance(reply, a.Answer) else LAST)


def _elapse(match: Match, reply: a.Elapsed) -> None:
    stage = match.public.stage
    if reply.stage != stage:
        return
    for seat in match.public.seats:
        if seat in match.waiting:
            match.add(e.Decided(only(seat), seat, ask_id(match.public, seat), 0, "elapsed"))
            _leave_floor(match, seat, spoke=False)


def _answer(match: Match, answer: a.Answer) -> None:
    seat, ask, view = answer.seat, answer.ask, match.view(answer.seat)
    if ask is not None and (ask != ask_id(view.public, seat) or seat not in match.waiting):
        match.add(e.Decided(only(seat), seat, ask, answer.cost, "moot"))
        return
    main, *riders = answer.actions or (a.Pass(),)
    reason = check(view, main)
    if ask is None:
        _do(match, seat, main, reason)
        match.add(e.Decided(only(seat), seat, "", answer.cost, "declined" if reason else "accepted"))
    else:
        final = not reason or _attempts(match, seat) + 1 >= match.public.table.attempts
        match.add(e.Decided(only(seat), seat, ask, answer.cost, "accepted" if final else "refused"))
        if final:
            said = any(type(action) is a.Say for action in answer.actions)
            _leave_floor(match, seat, spoke=said and bool(writable(view)))
        _do(match, seat, main, reason)
        if not final:
            return
    for rider in riders:
        _do(match, seat, rider, check(match.view(seat), rider))
    if match.public.votes:
        put_on_trial(match)


def _leave_floor(match: Match, seat: Seat, *, spoke: bool) -> None:
    """After a turn the bid is used up: who spoke may speak again when the others have, who did not is silent.

    A bid that rides on the answer comes after this and holds.
    """
    if seat == match.public.floor:
        _bid(match, seat, a.Bid(UNASKED if spoke else 0))


def _attempts(match: Match, seat: Seat) -> int:
    """Answers to the open ask that were refused so far."""
    stage, refused = match.of(seat).refused
    return refused if stage == match.public.stage else 0


def _do(match: Match, seat: Seat, action: a.Action, reason: Reason | Bar | None) -> None:
    """Do one thing, or refuse it for a reason."""
    if reason:
        match.add(e.Refused(only(seat), seat, _refusal_kind(match, seat, action, reason), str(reason)))
    else:
        _DEEDS[type(action)](match, seat, action)


def _refusal_kind(match: Match, seat: Seat, action: a.Action, reason: object) -> str:
    """Some refusals have a report of their own (M181)."""
    if isinstance(action, a.Use) and (ability := card(match.of(seat)).by_id.get(action.ability)):
        return next((message for bar, message in ability.refusals if bar == reason), "action_refused")
    return "action_refused"


# Deeds ----------------------------------------------------------------------------------------------------------------


def _say(match: Match, seat: Seat, action: a.Say) -> None:
    if action.channel is ALOUD:
        text = BLACKMAIL_LINE if is_blackmailed(match.view(seat)) else action.text
        match.add(e.Said(PUBLIC, seat, ALOUD, text))
        return
    for audience, speaker, alias in _hearings(match, seat, action.channel):
        if audience:
            match.add(e.Said(audience, speaker, action.channel, action.text, alias))


def _hearings(match: Match, seat: Seat, channel: Channel) -> list[tuple[Audience, Seat, str]]:
    """Who hears a line in a channel, and as whose (M30 to M37)."""
    seats, living = match.public.seats, match.public.living
    if channel is Channel.JAIL:
        return _cell_hearings(match, seat)
    if channel is Channel.DEAD:
        mediums = [s for s in living if _is_medium(match, s)] if match.public.phase is NIGHT else []
        hearers = group([*(set(seats) - living), *mediums])
        return _named(seat, hearers, "Medium" if seat in living else "")
    if channel is Channel.SEANCE:
        return _seance_hearings(match, seat)
    team = (s for s, _ in match.of(seat).team if s in living and not is_jailed(match.view(s)))
    spies = (s for s in living if card(match.of(s)).overhears is channel and not is_jailed(match.view(s)))
    return [(group(team) | only(seat), seat, ""), (group(spies), 0, channel.capitalize())]


def _seance_hearings(match: Match, seat: Seat) -> list[tuple[Audience, Seat, str]]:
    """A Medium speaks with whom it called, unnamed; the called with whoever called them (M37)."""
    dead = (s for s in match.public.seats if s not in match.public.living)
    open_now = (s for s in dead if match.of(s).fact("seance_on") == match.public.day)
    called = {s: partner for s in open_now if isinstance(partner := match.of(s).fact("seance_with"), int)}
    if seat in called:
        return _named(seat, only(called[seat]), "Medium")
    return _named(seat, group(s for s, partner in called.items() if partner == seat), "")


def _is_medium(match: Match, seat: Seat) -> bool:
    return card(match.of(seat)).hears_dead and not is_jailed(match.view(seat))


def _named(seat: Seat, hearers: Audience, alias: str) -> list[tuple[Audience, Seat, str]]:
    """One line for all, or one for the speaker under the own name and one for the others under an alias."""
    if not alias:
        return [(hearers | only(seat), seat, "")]
    return [(only(seat), seat, alias), (hearers & ~only(seat), 0, alias)]


def _cell_hearings(match: Match, seat: Seat) -> list[tuple[Audience, Seat, str]]:
    for jailor in match.public.seats:
        me = match.of(jailor)
        if me.fact("jailor_on") == match.public.day and jailor in match.public.living:
            prisoner = me.fact("prisoner")
            if seat == jailor:
                return _named(seat, only(int(prisoner or 0)), "Jailor")
            if seat == prisoner:
                return [(only(jailor, seat), seat, "")]
    return [(only(seat), seat, "")]


def _whisper(match: Match, seat: Seat, action: a.Whisper) -> None:
    match.add(e.Whispered(PUBLIC, seat, action.to))
    spies = (s for s in match.public.living if card(match.of(s)).hears_whispers)
    match.add(e.WhisperHeard(only(seat, action.to) | group(spies), seat, action.to, action.text))


def _vote(match: Match, seat: Seat, action: a.Vote) -> None:
    target = action.target or 0
    if target != match.public.vote_of(seat):
        match.add(e.Voted(PUBLIC, seat, target, match.public.weight(seat)))


def _bid(match: Match, seat: Seat, action: a.Bid) -> None:
    if action.level != bid_of(match.public, match.of(seat)):
        match.add(e.Bade(only(seat), seat, action.level))


def _judge(match: Match, seat: Seat, action: a.Judge) -> None:
    match.add(e.Balloted(only(seat), seat, action.verdict))


def _use(match: Match, seat: Seat, action: a.Use) -> None:
    me = match.of(seat)
    ability = card(me).by_id[action.ability]
    if ability.lasting:
        switched = 0 if me.fact(ability.id) else 1
        match.add(e.FactSet(only(seat), seat, ability.id, action.param or switched))
    elif ability.id == "reveal":
        match.add(e.UsesSet(only(seat), seat, "reveal", 0), e.Announced(PUBLIC, "mayor_revealed", seat, me.role))
    else:
        match.add(e.Chose(_witnesses(match, seat, ability.when), seat, ability.id, action.targets, action.param))


def _witnesses(match: Match, seat: Seat, when: When) -> Audience:
    """Whoever sees a choice: its seat, and at night the team that can confer (M33)."""
    if when is not When.NIGHT or ROLES[match.of(seat).role].channel is None:
        return only(seat)
    team = (s for s, _ in match.of(seat).team if s in match.public.living and not is_jailed(match.view(s)))
    return group(team) | only(seat)


def _pass(match: Match, seat: Seat, action: a.Pass) -> None:
    if match.public.phase is NIGHT and match.of(seat).choice(match.public.day, night=True):
        match.add(e.Chose(_witnesses(match, seat, When.NIGHT), seat, "", ()))


def _leave(match: Match, seat: Seat, action: a.Leave) -> None:
    public = match.public
    if seat not in public.living:
        return
    accused = public.accused
    match.add(e.Departed(PUBLIC, seat))
    if seat == accused:
        match.add(e.TrialClosed(PUBLIC, seat, False, ()))
        open_voting(match)


_DEEDS: dict[type, Callable[[Match, Seat, Any], None]] = {
    a.Say: _say,
    a.Whisper: _whisper,
    a.Vote: _vote,
    a.Judge: _judge,
    a.Use: _use,
    a.WriteWill: lambda match, seat, action: match.add(e.WillWritten(only(seat), seat, action.text)),
    a.WriteNote: lambda match, seat, action: match.add(e.NoteWritten(only(seat), seat, action.text)),
    a.Jot: lambda match, seat, action: match.add(e.Jotted(only(seat), seat, action.text)),
    a.Summarise: lambda match, seat, action: match.add(e.Summarised(only(seat), seat, action.day, action.text)),
    a.Bid: _bid,
    a.Pass: _pass,
    a.Leave: _leave,
}
