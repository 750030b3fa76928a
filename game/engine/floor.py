"""The floor: where a table talks by bids, one seat at a time speaks by day, the one that wants it most.

Knows how long a bid counts and who may have the floor; who gets it is decided in `day`.
"""

from __future__ import annotations

from game.engine.config import Talk
from game.engine.state import Private, Public
from game.engine.types import Phase

HIGHEST_BID = 4
"""A bid is 0 (nothing to say) to this (must speak)."""
UNASKED = 1
"""What a seat bids that has not said anything about it: everybody may speak once."""
_BIDS, _TALK = Talk.BIDS, frozenset({Phase.DAY_ONE, Phase.DISCUSSION})


def is_bid_for(public: Public) -> bool:
    """Whether only who has the floor may speak to all now."""
    return public.table.talk is _BIDS and public.phase in _TALK


def day_of_bid(public: Public) -> int:
    """The day for whose talk a bid counts that is made now: this one's while it lasts, then the next one's."""
    return public.day if public.phase in _TALK else public.day + 1


def bid_of(public: Public, me: Private) -> int:
    """How much a seat wants to speak in the talk of today, or once that is over, of tomorrow."""
    day, level = me.bid
    return level if day == day_of_bid(public) else UNASKED
