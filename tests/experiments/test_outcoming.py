"""From the log of a match to what counts: hand-read on a small match, and the same from a packed log."""

from __future__ import annotations

import json

import pytest

from eval.experiments.blocks import Blocks
from eval.experiments.outcome import Ending, Outcome, Side, from_json, to_json
from eval.experiments.outcoming import Sat, failed_outcome, log_pack, log_sha256, log_unpack, outcome_of
from game.engine import events as e
from game.play.drivers import Played, run_sync
from tests.doubles import RandomAgent, SilentAgent
from tests.experiments.plans import plan

BLOCKS = Blocks(plan())
BLOCK = BLOCKS.block(3)
SAT = Sat(BLOCK, "EM", BLOCKS.sitters(BLOCK, BLOCKS.arms["EM"]), drawn=2)


@pytest.fixture(scope="module")
def played() -> Played:
    """A match of random answers."""
    return run_sync(BLOCK.opening, {seat: RandomAgent(seat, f"{seat}") for seat in range(1, 8)})


@pytest.fixture(scope="module")
def outcome(played: Played) -> Outcome:
    """What it came to."""
    return outcome_of(SAT, played.log)


def test_an_outcome_says_who_won_and_what_became_of_each_seat(played: Played, outcome: Outcome) -> None:
    ended, deaths = played.log[-1], {one.seat: one for one in played.log if isinstance(one, e.Died)}
    assert isinstance(ended, e.MatchEnded)
    assert outcome.town_won == (ended.outcome == "Town")
    assert outcome.evil_won == (ended.outcome == "Mafia")
    assert outcome.days == max(one.day for one in played.log if isinstance(one, e.PhaseOpened) and one.phase.is_day)
    assert {seat.seat for seat in outcome.seats if seat.won} == set(ended.winners)
    assert {seat.seat for seat in outcome.seats if seat.died_on} == deaths.keys()
    for seat in outcome.seats:
        assert (seat.model == "M") == (seat.side is Side.EVIL) == (seat.role in ("Godfather", "Mafioso"))
        assert seat.died_by == (deaths[seat.seat].causes[0].value if seat.seat in deaths else "")
        assert seat.figures["lynched"] == float(seat.died_by == "lynch")
        assert seat.figures["days_alive_7"] == min(seat.days_alive, 7)


def test_figures_of_a_side_are_means_over_its_seats(outcome: Outcome) -> None:
    evil = [seat.days_alive for seat in outcome.seats if seat.side is Side.EVIL]
    assert outcome.figures["days_alive@evil"] == sum(evil) / 2
    votes = [one for seat in outcome.seats if (one := seat.figures["vote_accuracy_town"]) is not None]
    assert outcome.figures["vote_accuracy_town@town"] == (sum(votes) / len(votes) if votes else None)
    assert outcome.figures["vote_accuracy_town@evil"] is None
    (second,) = [seat for seat in outcome.seats if seat.seat == 2]
    assert outcome.figures["seat"] == 2
    assert outcome.figures["seat_won"] == float(second.won)


def test_a_match_in_which_nothing_happens_ends_at_the_limit_and_nobody_has_won() -> None:
    silent = run_sync(BLOCK.opening, {seat: SilentAgent(seat, "") for seat in range(1, 8)})
    outcome = outcome_of(SAT, silent.log)
    assert (outcome.ending, outcome.town_won, outcome.evil_won) == (Ending.LIMIT, False, False)


def test_a_failed_match_is_nobodys_win_and_has_its_cause() -> None:
    failed = failed_outcome(SAT, "agent")
    assert (failed.ending, failed.town_won, failed.evil_won, failed.cause) == (Ending.FAILED, False, False, "agent")
    assert from_json(to_json(failed)) == failed


def test_a_packed_log_gives_the_same_outcome_to_the_last_byte(played: Played, outcome: Outcome) -> None:
    again = log_unpack(log_pack(played.log))
    assert tuple(again) == played.log
    assert outcome.log_sha256 == log_sha256(again)
    assert json.dumps(to_json(outcome_of(SAT, again))) == json.dumps(to_json(outcome))


def test_a_log_without_an_end_is_no_outcome(played: Played) -> None:
    with pytest.raises(ValueError, match="no end"):
        outcome_of(SAT, played.log[:-1])
