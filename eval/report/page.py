"""The report as one page of HTML that needs nothing from anywhere. Every text in it is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from eval.clusters.grouping import Clusters
from eval.experiments.arms import arms_of
from eval.experiments.plan import PlanSpec
from eval.experiments.writing import plan_to_yaml
from eval.ratings.rating import Ratings
from eval.report import words
from eval.report.figures import Drawn
from eval.report.run import Run
from eval.statistics.result import Analysis


@dataclass(frozen=True, slots=True)
class Study:
    """All that a report is made of."""

    plan: PlanSpec
    run: Run
    found: Analysis
    ratings: Ratings
    clusters: Sequence[Clusters]
    deviations: Sequence[str]


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("eval.report", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def page(study: Study, figures: Sequence[Drawn], hashes: Mapping[str, str]) -> str:
    """The page; `hashes` are the SHA-256 of the files beside it."""
    context: dict[str, Any] = {
        "plan": study.plan, "arms": arms_of(study.plan), "yaml": plan_to_yaml(study.plan), "run": study.run,
        "found": study.found, "ratings": study.ratings, "clusters": study.clusters, "deviations": study.deviations,
        "head": words.head(study.plan, study.found), "words": words, "figures": {one.name: one for one in figures},
        "hashes": hashes,
    }  # fmt: skip
    return _templates().get_template("report.html.jinja").render(context)
