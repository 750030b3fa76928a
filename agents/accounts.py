"""What a match of models has come to and has cost, in sentences. Reads rows, and a server's own counters."""

from __future__ import annotations

import time
from urllib.error import URLError
from urllib.request import urlopen

from django.db.models import Max

from agents.lanes.metrics import Reading, read
from agents.llm import accounting
from agents.models import Lane
from agents.selectors import match_account
from game.engine.fold import fold_all
from game.engine.state import EMPTY
from game.models import Decision, Event, Match
from game.selectors import log_of, state_of


def counters(lane: Lane) -> Reading | None:
    """The server's own counters; None where it shows none."""
    try:
        with urlopen(f"{lane.url.removesuffix('/v1')}/metrics", timeout=10) as page:  # noqa: S310
            return read(page.read().decode(), time.monotonic())
    except (URLError, OSError, ValueError):
        return None


def progress(match: Match, seconds: float) -> str:
    """How a match stands, in a line."""
    public = state_of(match.pk).public
    account = match_account(match.pk)
    return (
        f"day {public.day}, {public.phase.value}, {len(public.living)} living; {account.decisions} decisions "
        f"({account.decisions / seconds:.2f} a second), {account.cached_share:.0%} of the prompts from the cache"
    )


def whole(match: Match) -> str:
    """Whether the log has no gap and folds to its end, and every decision was applied."""
    log = log_of(match.pk)
    last = Event.objects.filter(match=match).aggregate(Max("seq"))["seq__max"]
    waiting = Decision.objects.filter(match=match, applied_at=None).count()
    ended = fold_all(EMPTY, log).public.ending is not None
    gaps = "no gap" if len(log) == last else f"{last - len(log)} GAPS"
    return f"log: {len(log)} events, {gaps}, {'ended' if ended else 'NOT ENDED'}; decisions not applied: {waiting}"


def report(match: Match, seconds: float, before: Reading | None, after: Reading | None) -> list[str]:
    """What a match came to and cost, a sentence a line."""
    found = match_account(match.pk)
    spoke, could = accounting.speeches(log_of(match.pk))
    decisions = max(1, found.decisions)
    lines = [
        f"match {match.pk}: {match.get_status_display()}, {match.outcome or match.error}; {seconds / 60:.1f} minutes",
        f"decisions: {found.decisions}, {found.decisions / seconds:.2f} a second",
        f"accepted at the first try: {found.first_try}, {found.first_try / decisions:.1%}",
        f"filled by a default: {found.fallbacks}",
        f"spoke in public: {spoke} of {could} pairs of a day and a living seat",
        f"tokens: {found.prompt_tokens} prompt, {found.cached_tokens} of them cached, {found.written_tokens} written",
        f"cached share: {found.cached_share:.1%}; without the common beginning {found.cached_share_without_common:.1%}",
        f"computed {found.computed} tokens against a floor of {found.floor}: {found.over_floor:.3f} times",
        f"longest end of a prompt: {found.longest_tail} tokens; cuts: {found.cuts}, {found.cut_tokens} tokens",
    ]
    if before and after and after.cache_queries > before.cache_queries:
        asked, hits = after.cache_queries - before.cache_queries, after.cache_hits - before.cache_hits
        lines.append(f"the server's own counters: {asked:.0f} prompt tokens, {hits:.0f} cached ({hits / asked:.1%})")
        lines.append(f"the server's cache: room for {after.cache_tokens} tokens")
    return lines
