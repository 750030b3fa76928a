"""Who may know a text, by the rules alone: whatever reaches anybody else has leaked.

Written against the rules and not against the engine's own addressing, so that it finds what that gets wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from game.engine import events as e
from game.engine.fold import Draft
from game.engine.roles import ROLES
from game.engine.roles.base import Role
from game.engine.state import Private
from game.engine.types import PUBLIC, Audience, Channel, Seat, group, only

TEAMS = frozenset({Channel.MAFIA, Channel.COVEN, Channel.VAMPIRE})


def entitled(draft: Draft, event: e.Event) -> Audience:
    """The seats that may read a text at this moment."""
    if isinstance(event, e.Said):
        return PUBLIC if event.channel is Channel.PUBLIC else _hearers(draft, event)
    if isinstance(event, e.WhisperHeard):
        return only(event.seat, event.target) | _where(draft, lambda card, part: card.hears_whispers)
    seat: Seat = getattr(event, "seat", 0)
    return only(seat)


def _hearers(draft: Draft, event: e.Said) -> Audience:
    """Who hears a line in a channel of the night; where the speaker is hidden, the seats that hear without seeing."""
    channel, day = event.channel, draft.public.day
    own = only(event.seat) if event.seat else 0
    if channel in TEAMS:
        return own | _where(draft, _of_team(channel) if event.seat else _over_hears(channel))
    if channel is Channel.JAIL:
        return own | _where(draft, lambda card, part: day in (part.fact("jailed_on"), part.fact("jailor_on")))
    dead = frozenset(draft.public.seats) - draft.public.living
    if channel is Channel.DEAD:
        return own | group(dead) | _where(draft, lambda card, part: card.hears_dead)
    called = [part for seat in dead if (part := draft.private[seat]) and part.fact("seance_on") == day]
    return own | group(part.seat for part in called) | group(_partners(called))


def _partners(called: Iterable[Private]) -> Iterable[Seat]:
    return (partner for part in called if isinstance(partner := part.fact("seance_with"), int))


def _of_team(channel: Channel) -> Callable[[Role, Private], bool]:
    return lambda card, part: card.channel is channel


def _over_hears(channel: Channel) -> Callable[[Role, Private], bool]:
    return lambda card, part: card.overhears is channel


def _where(draft: Draft, fits: Callable[[Any, Private], bool]) -> Audience:
    return group(part.seat for part in draft.private if part and fits(ROLES[part.role], part))
