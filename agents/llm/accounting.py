"""What a match's prompts had to cost, and what they did: pure sums over the recipes and reports of its decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from game.engine import events as e
from game.engine.types import Channel, Phase


@dataclass(frozen=True, slots=True)
class Asked:
    """One decision as its row has it."""

    seat: int
    recipe: Mapping[str, Any]
    attempts: int
    refused: int
    prompt_tokens: int
    cached_tokens: int
    written_tokens: int
    fallback: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Tokens of a match. `floor` is what no cache can spare: each seat's distinct stable tokens, each tail once.

    `common` are the tokens of all requests that every seat's prompt begins with.
    """

    decisions: int
    first_try: int
    fallbacks: int
    prompt_tokens: int
    cached_tokens: int
    written_tokens: int
    floor: int
    common: int
    longest_tail: int
    cuts: int
    cut_tokens: int

    @property
    def computed(self) -> int:
        """Prompt tokens that the server computed."""
        return self.prompt_tokens - self.cached_tokens

    @property
    def cached_share(self) -> float:
        """Share of the prompt tokens that came from the cache."""
        return self.cached_tokens / self.prompt_tokens if self.prompt_tokens else 0.0

    @property
    def cached_share_without_common(self) -> float:
        """The same, with the beginning that all prompts share counted neither as asked nor as cached."""
        asked = self.prompt_tokens - self.common
        return max(0, self.cached_tokens - self.common) / asked if asked > 0 else 0.0

    @property
    def over_floor(self) -> float:
        """Tokens computed over the floor; below 1 where seats share their beginning."""
        return self.computed / self.floor if self.floor else 0.0


def account(asked: Iterable[Asked]) -> Account:
    """The account of a match's decisions."""
    rows = [row for row in asked if row.recipe]
    by_seat: dict[int, list[Asked]] = defaultdict(list)
    for row in rows:
        by_seat[row.seat].append(row)
    last = {seat: max(mine, key=lambda row: row.recipe["events"]) for seat, mine in by_seat.items()}
    cuts = [cut for row in last.values() for cut in row.recipe["cuts"]]
    stable = sum(row.recipe["stable_tokens"] for row in last.values())
    cut_tokens = sum(cut["tokens"] for cut in cuts)
    return Account(
        decisions=len(rows),
        first_try=sum(row.attempts == 1 and not row.refused and not row.fallback for row in rows),
        fallbacks=sum(bool(row.fallback) for row in rows),
        prompt_tokens=sum(row.prompt_tokens for row in rows),
        cached_tokens=sum(row.cached_tokens for row in rows),
        written_tokens=sum(row.written_tokens for row in rows),
        floor=stable + cut_tokens + sum(row.recipe["tail_tokens"] for row in rows),
        common=sum(row.recipe["shared_tokens"] * row.recipe["requests"] for row in rows),
        longest_tail=max((row.recipe["tail_tokens"] for row in rows), default=0),
        cuts=len(cuts),
        cut_tokens=cut_tokens,
    )


def speeches(log: Iterable[e.Event]) -> tuple[int, int]:
    """How many of a match's (day, living seat) pairs had a word in public, and how many pairs there were.

    A day counts with those who lived when its talk began.
    """
    living: frozenset[int] = frozenset()
    spoke: set[tuple[int, int]] = set()
    pairs: set[tuple[int, int]] = set()
    day = 0
    for event in log:
        if isinstance(event, e.MatchOpened):
            living = frozenset(range(1, len(event.table.names) + 1))
        elif isinstance(event, e.Died):
            living -= {event.seat}
        elif isinstance(event, e.PhaseOpened):
            day = event.day
            if event.phase in (Phase.DAY_ONE, Phase.DISCUSSION):
                pairs |= {(day, seat) for seat in living}
        elif isinstance(event, e.Said) and event.channel is Channel.PUBLIC:
            spoke.add((day, event.seat))
    return len(spoke & pairs), len(pairs)
