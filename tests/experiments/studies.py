"""A study with known findings, for reports of it."""

from __future__ import annotations

from dataclasses import replace

from eval.clusters.grouping import Of, clusters_of
from eval.experiments.outcome import Outcome
from eval.experiments.writing import plan_sha256
from eval.ratings.rated import ratings_of
from eval.ratings.rating import Interval
from eval.report.findings import ArmFigures, Estimate, Findings, Pairs, Rate, Survival
from eval.report.page import Study
from eval.report.run import Run, deviations, libraries
from tests.experiments.plans import plan
from tests.experiments.simulated import ARMS, outcomes
from tests.experiments.test_clusters import HABITS, habit

NASTY = '<script>alert("x")</script> & \\textbf{y}'


def some_outcomes() -> list[Outcome]:
    """Forty blocks, with a few matches that failed."""
    return list(outcomes(40, {"M@evil": 0.4, "M@town": -0.3}, failing=0.03))


def estimate(name: str = "P1", **changed: object) -> Estimate:
    """Evil won 4.2 points more, which is no finding."""
    found = Estimate(
        name, "what the other model does for the evil side", "evil_won", "EM", "AA", None, True, 320,
        Interval(0.042, -0.011, 0.094), p=0.12, adjusted=0.24, p_permutation=0.13, pairs=Pairs(70, 50, 100, 100), e=1.4,
        evidence=((10, 1.0), (320, 1.4)), sensitivity={"draws dropped": Interval(0.05, -0.01, 0.11)}, finding=False,
    )  # fmt: skip
    return replace(found, **changed)  # type: ignore[arg-type]


def findings(**changed: object) -> Findings:
    """Two estimands of wins, one of both, one of days."""
    arms = tuple(
        ArmFigures(arm, 320, 318, {"timeout": 2} if arm == "EM" else {}, Rate(0.5, 0.45, 0.55, 318),
                   Rate(0.4, 0.35, 0.45, 318), 12, 1000, 200_000)
        for arm in ARMS
    )  # fmt: skip
    town = estimate("P2", what="town_won", arm="TM", interval=Interval(-0.12, -0.18, -0.05), finding=True, p=0.0004)
    both = estimate("P3", of=("P1", "P2"), arm="", against="", pairs=None, e=None, evidence=(), sensitivity=None)
    days = estimate("S1", what="days_alive_7@evil", interval=Interval(0.42, 0.1, 0.7), primary=False, pairs=None,
                    evidence=(), sensitivity=None, finding=None)  # fmt: skip
    lives = tuple(Survival(arm, "evil", ((0, 1.0), (1, 0.9), (2, 0.5)), 640) for arm in ARMS)
    found = Findings(
        (estimate(), town, both, days), arms, lives, ("M was measured: 12 % misaligned.",), "",
        ("320 blocks show differences from 10.0 points on.",), 20.0, 1280, 320,
    )  # fmt: skip
    return replace(found, **changed)  # type: ignore[arg-type]


def study(**changed: object) -> Study:
    """All that a report is made of."""
    spec, played = plan(blocks=40, notes=NASTY, question=f"Who lies? {NASTY}"), some_outcomes()
    run = Run(spec.name, plan_sha256(spec), "finished", release="1.0 abc", site="http://here/experiments/3",
              launched="2026-01-02T03:04:05+00:00", libraries=libraries())  # fmt: skip
    groups = clusters_of([habit(name, place) for name in HABITS for place in range(20)], Of.DEEDS)
    made = Study(spec, run, findings(), ratings_of(played, draws=20), [groups], list(deviations(spec, run, played)))
    return replace(made, **changed)  # type: ignore[arg-type]
