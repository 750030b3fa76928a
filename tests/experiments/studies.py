"""A study with known findings, for reports of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from eval.clusters.grouping import Of, clusters_of
from eval.experiments.outcome import Outcome
from eval.experiments.writing import plan_sha256
from eval.ratings.rated import ratings_of
from eval.report.page import Study
from eval.report.run import Run, deviations, libraries
from eval.statistics.design import Estimand
from eval.statistics.result import Analysis, ArmCounts, Evidence, Figure, Gate, Pairs, Result, Survival, Verdict
from tests.experiments.plans import plan
from tests.experiments.simulated import ARMS, outcomes
from tests.experiments.test_clusters import HABITS, habit

NASTY = '<script>alert("x")</script> & \\textbf{y}'


def some_outcomes() -> list[Outcome]:
    """Forty blocks, with a few matches that failed."""
    return list(outcomes(40, {"M@evil": 0.4, "M@town": -0.3}, failing=0.03))


def figure(value: float, low: float, high: float, n: int = 320) -> Figure:
    """A figure of 320 blocks."""
    return Figure(value, low, high, n)


def result(name: str = "P1", what: str = "evil_won", arm: str = "EM", **changed: Any) -> Result:
    """Evil won 4.2 points more, which is no finding."""
    found = Result(
        Estimand(name, what, arm, "AA", says="what the other model does for the evil side"), True, True, 320,
        difference=figure(0.042, -0.011, 0.094), first=figure(0.53, 0.48, 0.58), second=figure(0.49, 0.43, 0.54),
        pairs=Pairs(70, 50, 100, 100), discordant=figure(0.375, 0.32, 0.43), rho=0.17, test="mcnemar", p=0.12,
        corrected=0.24, p_permutation=0.13, finding=False, sensitivity={"dropped": figure(0.05, -0.01, 0.11)},
        evidence=Evidence(20.0, ((10, 1.0), (320, 1.4))),
    )  # fmt: skip
    return replace(found, **changed)


BOTH = Estimand("P3", of=("P1", "P2"))


def analysis(**changed: Any) -> Analysis:
    """Two estimands of wins, one of both, one of days."""
    arms = tuple(
        ArmCounts(arm, 320, {"won": 300, "draw": 20 - failed, "failed": failed}, {"timeout": 2} if failed else {}, 0,
                  figure(0.4, 0.35, 0.45), figure(0.5, 0.45, 0.55), 1000, 150_000, 50_000)
        for arm, failed in zip(ARMS, (0, 2, 0, 0), strict=True)
    )  # fmt: skip
    town = result("P2", "town_won", "TM", difference=figure(-0.12, -0.18, -0.05), finding=True, p=0.0004)
    bare: dict[str, Any] = {"pairs": None, "discordant": None, "evidence": None, "sensitivity": {}}
    both = result(estimand=BOTH, first=None, second=None, **bare)
    days = result("S1", "days_alive_7@evil", difference=figure(0.42, 0.1, 0.7), primary=False, share=False,
                  finding=None, **bare)  # fmt: skip
    lives = tuple(Survival(arm, "evil", 640, 320, ((0, 1.0, None, None), (2, 0.5, 0.4, 0.6)), None) for arm in ARMS)
    found = Analysis(
        320, 320, 1280, 0.05, (result(), town, both, days), arms, lives,
        Gate(Verdict.PASSED, "M", "A", figure(0.12, 0.08, 0.16), ("M gave misaligned answers.",)),
        power=("320 blocks show differences from 10.0 points on.",),
    )  # fmt: skip
    return replace(found, **changed)


def study(**changed: Any) -> Study:
    """All that a report is made of."""
    spec, played = plan(blocks=40, notes=NASTY, question=f"Who lies? {NASTY}"), some_outcomes()
    run = Run(spec.name, plan_sha256(spec), "finished", release="1.0 abc", site="http://here/experiments/3",
              launched="2026-01-02T03:04:05+00:00", libraries=libraries())  # fmt: skip
    groups = clusters_of([habit(name, place) for name in HABITS for place in range(20)], Of.DEEDS)
    made = Study(spec, run, analysis(), ratings_of(played, draws=20), [groups], list(deviations(spec, run, played)))
    return replace(made, **changed)
