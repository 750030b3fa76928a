"""Whole analyses: what they find, that order changes nothing, and what they decide."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from eval.experiments.outcome import Outcome, Side
from eval.statistics.analysis import analyse, from_json, to_json
from eval.statistics.design import Correction, Design, Estimand, Measured, Rule, Stopping
from eval.statistics.frames import CountedTwice
from eval.statistics.result import Analysis, Result, Verdict
from eval.statistics.survival import survival_of
from tests.experiments.simulated import outcome, outcomes

ESTIMANDS = (
    Estimand("P1", "evil_won", "EM", "AA"),
    Estimand("P2", "town_won", "TM", "AA"),
    Estimand("P3", of=("P1", "P2")),
    Estimand("P4", "town_won", "MM", "AA"),
    Estimand("S1", "days_alive_7@evil", "EM", "AA"),
    Estimand("S2", "lynched@evil", "EM", "AA"),
)
DESIGN = Design(
    arms=("AA", "EM", "TM", "MM"), estimands=ESTIMANDS, primary=("P1", "P2", "P3", "P4"), blocks=120, resamples=500,
    contrast=("M", "A"),
)  # fmt: skip
MEASURED = {"A": Measured(1200, 6, 1190, 500, 490), "M": Measured(1200, 220, 1180, 500, 488)}


@cache
def played(blocks: int = 120, evil: float = 1.2, town: float = -0.3) -> tuple[Outcome, ...]:
    """Matches in which M makes a better evil side and a worse Town, with lives of seats."""
    rng = random.Random(4)
    luck = [rng.uniform(0.2, 0.6) for _ in range(blocks)]
    return tuple(
        lived(one, rng, luck[one.block]) for one in outcomes(blocks, {"M@evil": evil, "M@town": town}, failing=0.02)
    )


def lived(one: Outcome, rng: random.Random, luck: float) -> Outcome:
    """A match whose seats live as long as luck has it: those of M longer, by a day in two."""
    seats = []
    for seat in one.seats:
        died = rng.random() < 0.6
        days = min(one.days, 1 + int(rng.expovariate(luck)) + (seat.model == "M" and rng.random() < 0.5))
        figures = {**seat.figures, "days_alive_7": float(min(7, days)), "lynched": float(died and rng.random() < 0.5)}
        seats.append(replace(seat, days_alive=days, died_on=days if died else None, figures=figures))
    evil = [seat.figures for seat in seats if seat.side is Side.EVIL]
    means = (
        {f"{name}@evil": sum(one[name] or 0.0 for one in evil) / len(evil) for name in ("days_alive_7", "lynched")}
        if evil
        else {}
    )
    return replace(one, seats=tuple(seats), figures={**one.figures, **means})


@cache
def found() -> Analysis:
    return analyse(DESIGN, played())


def written(analysis: Analysis) -> str:
    return json.dumps(to_json(analysis), allow_nan=False)


def test_the_same_outcomes_in_any_order_give_the_same_bytes() -> None:
    shuffled = [replace(one, seats=tuple(reversed(one.seats))) for one in played()]
    random.Random(7).shuffle(shuffled)
    assert written(analyse(DESIGN, shuffled)) == written(found())


def test_what_is_written_is_read_again_to_the_last_digit() -> None:
    assert from_json(json.loads(written(found()))) == found()
    with pytest.raises(ValueError, match="version 9"):
        from_json({**to_json(found()), "version": 9})


def test_exchanging_the_arms_turns_the_sign_and_leaves_the_test() -> None:
    turned = replace(DESIGN, estimands=(Estimand("P1", "evil_won", "AA", "EM"),), primary=("P1",))
    one, other = found().result("P1"), analyse(turned, played()).result("P1")
    assert one.difference
    assert other.difference
    assert one.pairs
    assert other.pairs
    assert other.difference.value == -one.difference.value
    assert other.p == one.p
    assert (other.pairs.only, other.pairs.other) == (one.pairs.other, one.pairs.only)
    assert one.evidence
    assert other.evidence
    assert other.evidence.e == pytest.approx(one.evidence.e)


def test_an_estimand_more_changes_no_figure_of_the_others() -> None:
    alone = replace(DESIGN, estimands=ESTIMANDS[:1], primary=("P1",))
    one, other = analyse(alone, played()).result("P1"), found().result("P1")
    assert replace(one, corrected=other.corrected, finding=other.finding, power="", evidence=None) == replace(
        other, power="", evidence=None
    )


def test_a_difference_is_found_with_its_blocks_interval_and_effects() -> None:
    one = found().result("P1")
    assert one.blocks == 120
    assert one.difference
    assert one.first
    assert one.second
    assert one.difference.value == pytest.approx(one.first.value - one.second.value)
    assert one.difference.low
    assert 0 < one.difference.low < one.difference.value < (one.difference.high or 0)
    assert one.finding is True
    assert {name: figure.n > 0 for name, figure in one.effects.items() if figure} == dict.fromkeys(
        ("risk_difference", "odds_ratio", "cohens_h"), True
    )
    assert set(one.sensitivity) == {"draws dropped", "draws counted as half", "failed matches dropped"}
    assert one.power.startswith("120 blocks can see")


def test_models_beside_the_test_agree_with_it_in_sign_and_in_size() -> None:
    gee, conditional = found().result("P1").fits
    one = found().result("P1")
    assert one.first
    assert one.second
    assert one.pairs
    assert gee.figure
    assert conditional.figure
    odds = one.first.value / (1 - one.first.value), one.second.value / (1 - one.second.value)
    assert gee.figure.value == pytest.approx(np.log(odds[0] / odds[1]), abs=0.01)
    assert conditional.figure.value == pytest.approx(np.log(one.pairs.only / one.pairs.other), abs=0.01)
    assert (gee.rows, gee.seeds) == (240, 120)


def test_seats_are_fitted_with_a_level_for_each_seed_and_lives_with_a_hazard() -> None:
    days, lynched = found().result("S1"), found().result("S2")
    assert [fit.scale for fit in days.fits] == ["days_alive_7", "log hazard"]
    assert [fit.scale for fit in lynched.fits] == ["lynched", "log hazard"]
    mixed = days.fits[0]
    assert mixed.figure
    assert days.difference
    assert mixed.figure.value == pytest.approx(days.difference.value, abs=0.05)
    assert mixed.rows == 2 * sum(1 for one in played() if one.seed in kept() and one.arm in ("AA", "EM"))


def kept() -> set[str]:
    """Seeds whose matches in AA and EM both have seats."""
    by_arm = [{one.seed for one in played() if one.arm == arm and one.seats} for arm in ("AA", "EM")]
    return by_arm[0] & by_arm[1]


def test_holm_is_over_the_primary_estimands_and_the_rest_is_exploratory() -> None:
    primary = [result for result in found().results if result.primary]
    order = sorted(primary, key=lambda result: result.p or 0.0)
    by_hand = np.maximum.accumulate([(4 - place) * (result.p or 0.0) for place, result in enumerate(order)]).clip(max=1)
    assert [result.corrected for result in order] == pytest.approx(list(by_hand))
    others = [result for result in found().results if not result.primary]
    assert all(result.finding is None and "exploratory" in result.correction for result in others)


def test_blocks_of_which_some_are_not_played_decide_nothing_yet() -> None:
    analysis = analyse(replace(DESIGN, estimands=ESTIMANDS[:4], blocks=200), played())
    assert (analysis.blocks, analysis.planned) == (120, 200)
    assert [result.finding for result in analysis.primary] == [None] * 4
    assert analysis.warnings[0].startswith("120 of 200 blocks are complete")


@pytest.mark.parametrize(
    ("stopping", "blocks", "finding"),
    [
        (Stopping(Rule.FIXED), 120, True),
        (Stopping(Rule.FIXED), 240, None),
        (Stopping(Rule.LOOKS, looks=2), 240, True),
        (Stopping(Rule.LOOKS, looks=2), 480, None),
        (Stopping(Rule.ANYTIME, e=20.0), 480, True),
        (Stopping(Rule.ANYTIME, e=1e9), 480, None),
        (Stopping(Rule.ANYTIME, e=1e9), 120, False),
    ],
)
def test_each_rule_decides_when_it_may(stopping: Stopping, blocks: int, finding: bool | None) -> None:
    design = replace(DESIGN, estimands=ESTIMANDS[:1], primary=("P1",), stopping=stopping, blocks=blocks)
    assert analyse(design, played()).result("P1").finding is finding


def test_stopping_early_pays_for_every_primary_estimand() -> None:
    looks = replace(DESIGN, estimands=ESTIMANDS[:2], primary=("P1", "P2"), stopping=Stopping(Rule.LOOKS))
    two, one = (
        analyse(replace(looks, correction=correction), played()).result("P1").looks
        for correction in (Correction.HOLM, Correction.NONE)
    )
    assert two[-1].boundary == pytest.approx(2.27, abs=0.03)
    assert all(strict.boundary > plain.boundary for strict, plain in zip(two, one, strict=True))
    evidence = found().result("P1").evidence
    assert evidence
    assert evidence.threshold == 80.0


def test_until_a_model_is_measured_all_is_exploratory() -> None:
    assert (found().gate.verdict, found().exploratory) == (Verdict.UNMEASURED, "Nobody has measured M and A.")
    short = replace(DESIGN, estimands=ESTIMANDS[:1], primary=("P1",))
    passed = analyse(replace(short, measured=MEASURED), played())
    assert (passed.gate.verdict, passed.exploratory) == (Verdict.PASSED, "")
    weak = {**MEASURED, "M": MEASURED["A"]}
    assert "No misaligned model is available" in analyse(replace(short, measured=weak), played()).exploratory


def test_failed_matches_are_counted_by_arm_and_cause() -> None:
    arms = {arm.arm: arm for arm in found().arms}
    for arm, counts in arms.items():
        failed = [one for one in played() if one.arm == arm and one.cause]
        assert counts.failed == len(failed)
        assert counts.causes == ({"timeout": len(failed)} if failed else {})
        assert sum(counts.endings.values()) == counts.matches == 120
        assert counts.evil
        assert counts.evil.n == 120


def test_matches_that_fail_in_one_arm_alone_are_warned_of() -> None:
    matches = [outcome(block, arm, "A", "A", block % 2 == 0, failed=arm == "EM" and block < 9)
               for block in range(60) for arm in ("AA", "EM")]  # fmt: skip
    design = Design(("AA", "EM"), ESTIMANDS[:1], ("P1",), 60, resamples=200)
    analysis = analyse(design, matches)
    assert any("failed more often in one arm" in warning for warning in analysis.warnings)
    one = analysis.result("P1")
    assert one.pairs
    assert one.pairs.other == 5  # evil had won blocks 0, 2, 4, 6 and 8
    assert one.sensitivity["failed matches dropped"]
    assert one.sensitivity["failed matches dropped"].n == 51


def test_one_seat_and_forks_are_compared_as_any_pair() -> None:
    rotated = [
        replace(outcome(block, arm, "A", "A", True), figures={"seat_won": float(won)})
        for block in range(40)
        for arm, won in (("AA", block % 4 == 0), ("D3", block % 2 == 0))
    ]
    rotated += [outcome(40, "AA", "A", "A", True, failed=True), replace(rotated[1], block=40, seed="Classic-40")]
    design = Design(("AA", "D3"), (Estimand("F3", "seat_won", "D3", "AA"),), ("F3",), 41, resamples=200)
    one = analyse(design, rotated).result("F3")
    assert one.pairs
    assert (one.pairs.only, one.pairs.other, one.pairs.both, one.pairs.neither) == (11, 0, 10, 20)
    assert one.share


def test_nothing_played_is_an_analysis_too() -> None:
    analysis = analyse(DESIGN, [])
    assert (analysis.blocks, analysis.matches) == (0, 0)
    assert all(result.reason for result in analysis.results)
    assert from_json(json.loads(written(analysis))) == analysis


def test_outcomes_counted_twice_and_estimands_that_are_not_there_are_errors() -> None:
    with pytest.raises(CountedTwice):
        analyse(DESIGN, [*played(), played()[0]])
    with pytest.raises(KeyError, match="P7"):
        analyse(replace(DESIGN, estimands=(Estimand("P3", of=("P7", "P2")),), primary=()), played())


# Survival -------------------------------------------------------------------------------------------------------------


def lives(rows: list[tuple[int, bool]]) -> list[Outcome]:
    """A match for each life of one evil seat: days, and whether it ended in death."""
    matches = []
    for block, (days, died) in enumerate(rows):
        one = outcome(block, "AA", "A", "A", True, days=days)
        seat = replace(one.seats[0], days_alive=days, died_on=days if died else None)
        matches.append(replace(one, seats=(seat,)))
    return matches


def test_a_curve_worked_by_hand() -> None:
    (curve,) = survival_of({"AA": lives([(1, True), (2, False), (2, True), (3, True)])}, 200, 0)
    assert [(day, share) for day, share, _, _ in curve.points] == [
        (0.0, 1.0), (1.0, 0.75), (2.0, pytest.approx(0.5)), (3.0, 0.0)
    ]  # fmt: skip
    assert (curve.side, curve.seats, curve.deaths) == ("evil", 4, 3)
    assert curve.mean_days
    assert curve.mean_days.value == pytest.approx(1 + 0.75 + 0.5)


def test_a_life_over_seven_days_counts_as_seven() -> None:
    (curve,) = survival_of({"AA": lives([(9, True), (9, True)])}, 200, 0)
    assert curve.mean_days
    assert curve.mean_days.value == 7.0


def test_the_curve_is_the_library_s_and_its_interval_is_drawn_over_seeds() -> None:
    arms = {"AA": [one for one in played() if one.arm == "AA"]}
    curve = next(one for one in survival_of(arms, 400, 0) if one.side == "town")
    table: Any = pd.DataFrame(
        [
            (seat.days_alive, seat.died_on is not None)
            for one in arms["AA"]
            for seat in one.seats
            if seat.side is Side.TOWN
        ]
    )
    library = SurvfuncRight(table[0], table[1])
    for day, share, low, high in curve.points[1:]:
        at = np.flatnonzero(library.surv_times <= day)
        assert share == pytest.approx(library.surv_prob[at[-1]] if len(at) else 1.0)
        assert low is not None
        assert high is not None
        assert low <= share <= high
    tripled = [replace(one, seats=tuple(replace(seat) for seat in one.seats) * 3) for one in arms["AA"]]
    (wide,) = (one for one in survival_of({"AA": tripled}, 400, 0) if one.side == "town")
    assert wide.points == curve.points, "seats of one seed are no more than one observation"


def test_a_result_that_is_not_there_is_no_result() -> None:
    assert isinstance(found().result("P1"), Result)
    with pytest.raises(KeyError):
        found().result("P9")
