"""What became of the matches of each arm: who won how many, which failed, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from eval.experiments.outcome import Ending, Outcome
from eval.statistics.result import ArmCounts
from eval.statistics.testing import share_figure


def counts_of(arm: str, matches: Sequence[Outcome]) -> ArmCounts:
    """The counts of an arm."""
    endings = Counter(one.ending.value for one in matches)
    causes = Counter(one.cause or "unknown" for one in matches if one.ending is Ending.FAILED)
    return ArmCounts(
        arm=arm,
        matches=len(matches),
        endings={ending.value: endings[ending.value] for ending in Ending},
        causes=dict(sorted(causes.items())),
        retried=sum(one.tries > 1 for one in matches),
        town=share_figure(sum(one.town_won for one in matches), len(matches)),
        evil=share_figure(sum(one.evil_won for one in matches), len(matches)),
        calls=sum(one.calls for one in matches),
        prompt_tokens=sum(one.prompt_tokens for one in matches),
        completion_tokens=sum(one.completion_tokens for one in matches),
    )
