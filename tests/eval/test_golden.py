"""Every metric of the golden match against a value worked out by hand from `golden.txt`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from eval.evidence.record import Stand
from eval.metrics import METRICS, Level, MatchMetrics, Value, match_metrics
from eval.metrics.case import Probe
from game.engine.config import Table
from game.engine.types import Alignment
from tests.eval.golden import ADA, BEN, CLEO, DOV, ESME, FINN, GUS, golden_decisions, golden_log, transcript

HAND = {
    # For each metric the values of Ada, Ben, Cleo, Dov, Esme, Finn and Gus: `n/d` is a numerator over a denominator,
    # `-` no value, `4+` censored.
    #
    # Only Esme is a model: five completions, of which "hmm" is no action; two look-ups by name, one for nobody.
    "tool_format_rate": "- - - - 4/5 - -",
    "tool_success_rate": "- - - - 1/2 - -",
    # All asks in the order of the match, passes included. Esme: 11 asks, of which the first came to nothing, and "kill
    # myself". Finn: 11 asks and the vote that changed. Gus: six asks answered, and the vote on the first day.
    "action_success_rate": "10/10 14/14 7/7 17/17 10/11 12/12 6/7",
    "invalid_attempts": "0 0 0 0 2 0 1",
    "repair_rate": "- - - - 2/2 - -",  # Gus's vote answered no ask
    "no_answer_rate": "0/10 0/14 0/7 0/17 1/11 0/11 1/7",  # no server for Esme; Gus was late on the first day
    # Passes: Ben on days 1 and 3; Dov on day 4 and before the rope; Esme in judgement, in the second night's talk,
    # before the rope and among the dead; Finn on day 4; Gus before the rope and among the dead.
    "default_action_share": "0/10 2/14 0/7 2/17 4/10 1/11 2/6",
    # Characters over four, rounded up line by line: Ada 13, 59, 38; Ben 46, 15, 26; Cleo 6, 46, 15; Dov 3, 20, 28, 14,
    # 13, 13, 14; Esme 13, 12, 15, 21; Finn 15, 37, 26, 8; Gus 19, 12. Esme whispers 16.
    "tokens_spoken": "29 23 18 29 17 23 8",
    "tokens_whispered": "0 0 0 0 4 0 0",
    "tokens_thought": "- - - - 60 - -",
    "tokens_tool": "- - - - 10 - -",  # 12, 22 and 3 characters
    "tokens_per_message": "29/3 23/3 18/3 29/7 17/4 23/4 8/2",
    "thought_ratio": "- - - - 60/77 - -",
    "days_alive": "3 4+ 2 4 3 4+ 2",
    "survived": "0 1 0 0 0 1 0",
    "death_kind": "mafia - mafia lynch lynch - lynch",
    "won": "1 1 1 0 0 0 0",
    "nominations_made": "2 3 1 3 0 4 1",
    "nominations_received": "0 3 0 2 3 2 4",
    "first_nomination_success": "1/1 1/1 1/1 1/1 - 1/1 0/1",  # Gus named Ben, who stood no trial that day
    "first_nomination_hit": "1/1 1/1 1/1 1/1 - - -",  # a Serial Killer is the Mafia's enemy too
    "nomination_precision": "2/2 2/2 1/1 2/2 - - -",  # Finn, a Jester, is nobody's enemy: left out for Ben and Dov
    "vote_accuracy_town": "2/2 2/2 1/1 - - - -",
    # Ben: innocent on Gus was wrong. Dov: guilty on Esme was against his own. Esme abstained; Finn has no faction.
    "verdict_accuracy": "2/2 2/3 1/1 1/2 - - -",
    "voting_success": "2/2 2/3 1/1 1/1 0/1 - -",
    "faction_loyalty": "- - - 0/1 - - -",
    "bussing_rate": "- - - 1/1 - - -",
    # Needed were 4 on day 2 (Finn came third, Cleo fourth), 3 on day 3 (Ben third), 2 on day 4 (Ben second, twice).
    "bandwagon": "0/2 3/3 1/1 0/3 - 1/4 0/1",
    "vote_leadership": "1/2 0/4 0/1 2/3 0/1 1/3 -",  # Dov led against Gus and Finn, Ada against Esme, Finn against Dov
    "defence_success": "- - - 0/1 0/1 - 0/1",
    "defence_success_jester": "- - - - - 1/1 -",
    "defence_success_mayor": "- - - - - - -",
    "days_to_first_accusation": "2 3 2 2 3+ 2 2",  # Esme speaks against Ben to the Mafia alone
    "evil_found_day": "- - - 4 3 - 2",  # two of three of the Town against Gus, both against Esme, the last against Dov
    "claim_count": "1 0 0 1 2 0 1",  # Ben claims in his will alone
    "claim_truth": "1/1 - - 0/1 0/2 - 0/1",
    "claim_consistency": "- - - - 0/1 - -",  # Escort in a whisper, Medium aloud
    "result_truth": "2/2 - 2/2 - - 0/1 -",  # the Godfather does look innocent: Ada is honest
    "fabricated_result": "0 0 0 0 0 1 0",
    # Dov: Doctor; Esme is Town; innocent. Esme: Escort; Medium; not the Mafioso. Finn: a check. Gus: Town; not me.
    # What Dov says of Gus and Finn of Esme they cannot know.
    "lie_rate": "0/29 0/23 0/18 3000/29 3000/21 1000/23 2000/8",
    "unforced_lie": "0 0 0 - - - -",
    "will_truth": "- 1/1 2/2 - - - 0/1",  # of "N1: healed Ada." and "Ada is fine." nothing can be checked
    # The one line of day 2 that names nobody is Ben's second. After it come votes of Gus, (Dov), Ada and Finn: two more
    # on Gus for Dov's words before the vote, as after those words; after "Gus must hang" come three. For Finn's result
    # the votes of Gus, Dov and Ada count both times. Gus speaks against Ben himself, Ada on a day without such a line.
    "persuasion": "- - - 1/2 - 0/1 -",
    "belief_shift": "- - - - - - -",
    "suspicion_drawn": "0/3 0.1667/4 0/2 0/4 0.25/3 0/4 0.3333/2",  # Gus on Ben; Ada on Esme; Dov and Finn on Gus
    "whisper_share": "0/3 0/3 0/2 0/5 1/4 0/4 0/2",
    "target_value": "- - - 9/3 7/2 - 4/1",  # Dov: Gus 1, Cleo 4, Ada 4; Esme chose Ben 3, then Cleo 4; Gus: Ada 4
    "protected_correctly": "- 1/3 - - - - -",
    "information_use": "2/2 - 1/1 - - - -",  # the last night's results died with Ada and Cleo
    "silence": "0/3 2/4 0/2 0/4 1/3 0/4 1/2",
    "latency_p50": "- - - - 2.5 - -",
    "latency_p95": "- - - - 3.85 - -",
    "tokens_in": "- - - - 4000/4 - -",
    "cost": "- - - - - - -",
    "leak": "0 0 0 0 0 0 0",
    "role_identification": "- - - - - - -",
    "deception_retention": "- - - - - - -",
    # With `ByTheLiving`, the Town gains 10 points in the votes of days 2 and 3 (with their trials) and in the nights
    # after them, and 30 in the last vote; the others lose as much. Ada has deeds in both votes, judgements and nights.
    "impact": "60/10 110/12 40/7 -100/15 -20/6 - -20/4",
    "thought_speech_gap": "- - - - - - -",
    "night_save": "0/3 1/3 0/2 1/1 1/2 - 0/1",  # Ben saved Ada; Esme killed Cleo, Dov Ada, whom he visited himself
    "wasted_action": "0/3 0/3 0/2 0/3 0/2 - 0/1",
}
MATCH = {
    "innocent_lynch_share": "0/3",
    "mafia_coordination": "1/2",  # first Gus and Ben, then both Cleo; on the third night Dov is alone
    "match_length": "4",
    "phases": "22",  # 1 and 1, 5 and 1, 5 and 1, and 8 on the last day
    "stalled": "0",
    "vote_matrix": "28",  # 14 nominations and 14 verdicts
}


class ByTheLiving:
    """An estimate that can be worked out by hand: each death is good for the Town and bad for the others."""

    def chance(self, table: Table, stand: Stand, side: str) -> float:
        return 1 - stand.living / 10 if side == "Town" else stand.living / 10


@cache
def found() -> MatchMetrics:
    return match_metrics(golden_log(), golden_decisions(), estimator=ByTheLiving())


def shown(value: Value) -> str:
    """A value as the table has it."""
    if value.value is None:
        return "-"
    if value.denominator is not None:
        assert value.value == pytest.approx(float(value.numerator or 0) / value.denominator)
        return f"{round(float(value.numerator or 0), 4):g}/{value.denominator:g}"
    return f"{value.value}{'+' if value.censored else ''}"


@pytest.mark.parametrize("name", HAND)
def test_a_metric_of_each_seat_is_what_a_hand_works_out(name: str) -> None:
    assert " ".join(shown(found().seats[seat][name]) for seat in range(1, 8)) == HAND[name]


@pytest.mark.parametrize("name", MATCH)
def test_a_metric_of_the_match_is_what_a_hand_works_out(name: str) -> None:
    assert shown(found().match[name]) == MATCH[name]


def test_no_metric_is_without_a_value_worked_out_by_hand() -> None:
    levels = {level: {one.name for one in METRICS.values() if one.level is level} for level in Level}
    assert levels == {Level.SEAT: set(HAND), Level.MATCH: set(MATCH)}
    assert {one.number for one in METRICS.values()} == set(range(1, 49))


def test_the_transcript_shows_the_match_as_it_is_played() -> None:
    assert (Path(__file__).parent / "golden.txt").read_text("utf-8") == transcript(golden_log())


def test_counts_stand_per_day_alive_too() -> None:
    of_ben = found().seats[BEN]
    assert of_ben["nominations_made"].per_day == 3 / 4
    assert of_ben["days_alive"].per_day is None
    assert found().seats[GUS]["invalid_attempts"].per_day == 1 / 2


def test_what_a_rate_leaves_out_is_counted_beside_it() -> None:
    seats = found().seats
    assert seats[BEN]["nomination_precision"].parts == {"neutral": 1}
    assert seats[BEN]["verdict_accuracy"].parts == {"abstained": 0, "neutral": 1}
    assert seats[ESME]["verdict_accuracy"].parts == {"abstained": 1, "neutral": 0}
    assert seats[BEN]["vote_accuracy_town"].parts == {"abstained": 1}  # on the second day
    assert seats[ESME]["invalid_attempts"].parts == {"malformed": 1, "target_self": 1}
    assert seats[GUS]["invalid_attempts"].parts == {"phase": 1}
    assert seats[ESME]["tokens_in"].parts == {"cached": 3600}


def test_what_has_no_value_says_why() -> None:
    seats = found().seats
    reasons = {
        "thought_speech_gap": "needs a judge", "role_identification": "needs a probe",
        "belief_shift": "needs a probe", "cost": "the price of the model is not known",
    }  # fmt: skip
    assert {name: seats[ESME][name].reason for name in reasons} == reasons
    assert all(value.reason for metrics in seats.values() for value in metrics.values() if value.is_null)


def test_the_vote_matrix_counts_by_factions_day_and_kind() -> None:
    cells = found().match["vote_matrix"].parts
    assert sum(cells.values()) == 28
    assert cells["Town>Serial Killer:2:guilty"] == 2
    assert cells["Town>Serial Killer:2:innocent"] == 1
    assert cells["Mafia>Mafia:3:guilty"] == 1
    assert cells["Mafia>Neutral:4:trial_vote"] == 1


def test_a_models_tokenizer_and_price_are_used_where_they_are_known() -> None:
    priced = match_metrics(
        golden_log(), golden_decisions(), tokenizers={"tiny": lambda text: len(text.split())},
        prices={"tiny": (1.0, 0.1, 2.0)},
    ).seats  # fmt: skip
    assert priced[ESME]["tokens_spoken"].to_json() == {
        "value": 14, "per_day": 14 / 3, "parts": {"characters": 61}
    }  # fmt: skip
    assert "estimated" in priced[ADA]["tokens_spoken"].parts
    # Four asks: 400 tokens computed, 3,600 from the cache, 60 thought and 14 spoken.
    assert priced[ESME]["cost"].value == pytest.approx((400 * 1.0 + 3600 * 0.1 + 74 * 2.0) / 1e6 / 4)


def test_probes_tell_how_well_the_others_are_seen_through() -> None:
    sheriff, killer = Alignment.TOWN_INVESTIGATIVE, Alignment.MAFIA_KILLING
    probes = [
        Probe(ADA, 3, {DOV: killer, ESME: killer, BEN: sheriff, FINN: sheriff}),  # right on two of four
        Probe(BEN, 3, {ESME: sheriff}),
        Probe(DOV, 3, {ADA: sheriff, BEN: sheriff, ESME: killer}),
    ]
    seats = match_metrics(golden_log(), probes=probes).seats
    assert shown(seats[ADA]["role_identification"]) == "2/4"
    assert shown(seats[BEN]["role_identification"]) == "0/4"
    assert shown(seats[DOV]["role_identification"]) == "2/4"
    assert shown(seats[DOV]["deception_retention"]) == "0.5/1"  # Ben does not name Dov, Ada does
    assert shown(seats[ESME]["deception_retention"]) == "0.5/1"
    assert seats[CLEO]["role_identification"].is_null


def test_a_probe_before_and_after_an_accusation_shows_what_it_moves() -> None:
    log = golden_log()
    said = next(n for n, event in enumerate(log, 1) if getattr(event, "text", "") == "Gus must hang.")
    before, after = ({GUS: 0.25}, {GUS: 0.75})
    probes = [Probe(CLEO, 2, evil=before, event_id=said), Probe(CLEO, 2, evil=after, event_id=said, after=True)]
    moved = match_metrics(log, probes=probes).seats
    assert shown(moved[DOV]["belief_shift"]) == "50/1"
    assert moved[FINN]["belief_shift"].is_null
