"""How an experiment was really run, and in what that differs from its plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Any

from eval.experiments.arms import arms_of
from eval.experiments.outcome import Outcome
from eval.experiments.plan import PlanSpec
from eval.report.words import counted

LIBRARIES = ("matplotlib", "numpy", "openskill", "pandas", "scikit-learn", "scipy", "statsmodels")


@dataclass(frozen=True, slots=True)
class Run:
    """The facts of a run. Times are in ISO form, UTC; `orders` are reasons for which failed trials were played again.

    `measured` are the counts of the measurements that the plan names, by model, as they stood when it was launched.
    `site` is where its matches can be opened, ending in the experiment's address; empty where nobody knows.
    """

    name: str
    sha256: str
    state: str
    note: str = ""
    release: str = ""
    rules: str = ""
    launched: str = ""
    finished: str = ""
    orders: tuple[str, ...] = ()
    site: str = ""
    libraries: Mapping[str, str] = field(default_factory=dict)
    measured: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def run_from_json(value: Mapping[str, Any]) -> Run:
    """The run that `to_json` wrote."""
    return Run(**{**value, "orders": tuple(value["orders"])})


def libraries() -> dict[str, str]:
    """The versions of what figures are computed by."""
    return {name: version(name) for name in LIBRARIES}


def deviations(plan: PlanSpec, run: Run, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """In what the executed experiment differs from the registered one, a sentence each."""
    arms = arms_of(plan)
    planned = plan.blocks * len(arms)
    if len(outcomes) < planned:
        whole = _whole(outcomes, len(arms))
        yield (
            f"{planned:,} matches were planned and {len(outcomes):,} have an outcome: "
            f"{whole:,} of {counted(plan.blocks, 'block')} are whole."
        )
    if run.state == "aborted":
        yield f"It was aborted{': ' + run.note if run.note else ''}."
    elif run.state != "finished":
        yield f"It was not over when this was written: it was {run.state}."
    if run.orders:
        yield f"Failed matches were played again by order {counted(len(run.orders), 'time')}: {'; '.join(run.orders)}."
    more = [one for one in outcomes if one.tries > plan.retries.automatic + 1]
    if more:
        yield f"{counted(len(more), 'match', 'matches')} took more tries than the plan allows by itself."
    if "+" in run.release:
        yield f"It was launched from files that differ from any commit ({run.release})."
    if strange := sorted({one.arm for one in outcomes} - set(arms)):
        yield f"There are outcomes of arms that the plan does not have: {', '.join(strange)}."


def _whole(outcomes: Sequence[Outcome], arms: int) -> int:
    return sum(n == arms for n in Counter(one.block for one in outcomes).values())
