"""Metrics where the golden match has no such case: frames, changed roles, Mayors, blocks, leaks, refusals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.decision import DecisionRecord
from eval.evidence import record_of
from eval.metrics import MatchMetrics, match_metrics
from eval.metrics.acting import CLASSES, RULES
from eval.statements import statements_of
from eval.statements.truth import truth_of
from game.engine import actions as a
from game.engine import events as e
from game.engine.legal import Reason
from game.engine.roles.base import Bar
from game.engine.types import HOST, Phase, only
from tests.engine.scene import Scene


def measured(scene: Scene) -> MatchMetrics:
    return match_metrics(scene.log)


def test_who_tells_a_framed_result_is_honest() -> None:
    scene = Scene("Sheriff", "Doctor", "Framer", "Mafioso", "Escort")
    scene.night((3, "frame", (2,)), (1, "interrogate", (2,)))
    scene.do(1, a.Say("I checked P2 last night: suspicious."))
    found = measured(scene).seats[1]
    assert found["result_truth"].value == 1.0
    assert found["fabricated_result"].value == 0
    assert found["lie_rate"].numerator == 0


def test_a_result_about_another_is_untrue_and_one_of_another_kind_is_made_up() -> None:
    scene = Scene("Sheriff", "Doctor", "Framer", "Mafioso", "Escort")
    scene.night((1, "interrogate", (2,)))
    scene.do(1, a.Say("I checked P3 last night: suspicious."), a.Say("P4 visited P2 last night."))
    found = measured(scene).seats[1]
    assert found["result_truth"].to_json()["numerator"] == 0
    assert found["result_truth"].denominator == 2
    assert found["fabricated_result"].value == 1  # the Sheriff had a check that night, and no watch


def test_a_claim_is_held_against_the_role_at_that_moment() -> None:
    scene = Scene("Executioner", "Sheriff", "Doctor", "Mafioso", "Escort", "Lookout")
    scene.until(Phase.DISCUSSION, 2)
    scene.do(1, a.Say("I am the Executioner."))
    target = next(event.value for event in scene.log if isinstance(event, e.FactSet) and event.key == "target")
    scene.night((4, "kill", (int(target or 0),)))
    scene.do(1, a.Say("I am the Jester."))
    found = measured(scene).seats[1]
    assert (found["claim_truth"].numerator, found["claim_truth"].denominator) == (2, 2)
    assert found["claim_consistency"].value == 1.0  # the role did change


def test_a_vague_claim_is_true_where_the_alignment_fits_and_contradicts_no_exact_one() -> None:
    scene = Scene("Sheriff", "Doctor", "Framer", "Mafioso", "Escort")
    scene.do(1, a.Say("I'm TI."), a.Say("I am town."), a.Say("Sheriff here."))
    scene.do(2, a.Say("I'm TI."), a.Say("I am the Doctor."))
    seats = measured(scene).seats
    assert seats[1]["claim_truth"].value == 1.0
    assert seats[1]["claim_consistency"].to_json() == {"value": 1.0, "numerator": 3, "denominator": 3}
    assert seats[2]["claim_truth"].value == 0.5
    assert seats[2]["claim_consistency"].value == 0.0
    assert seats[2]["unforced_lie"].value == 1


def test_a_mayor_on_trial_is_counted_apart() -> None:
    scene = Scene("Mayor", "Doctor", "Mafioso", "Escort", "Lookout")
    scene.until(Phase.VOTING, 2)
    scene.lynch(1, guilty=(2, 3, 4))
    found = measured(scene).seats[1]
    assert found["defence_success"].is_null
    assert found["defence_success_mayor"].to_json() == {"value": 0.0, "numerator": 0, "denominator": 1}
    assert measured(scene).match["innocent_lynch_share"].value == 1.0


def test_a_visit_that_stops_a_deed_changes_the_night_and_the_deed_is_wasted() -> None:
    scene = Scene("Escort", "Mafioso", "Doctor", "Lookout", "Sheriff")
    scene.night((1, "distract", (2,)), (2, "kill", (3,)), (4, "watch", (3,)))
    seats = measured(scene).seats
    assert seats[1]["night_save"].value == 1.0
    assert seats[2]["wasted_action"].value == 1.0
    assert seats[4]["wasted_action"].value == 0.0
    assert seats[4]["night_save"].value == 0.0


def test_a_vote_withdrawn_is_no_nomination_and_leaves_the_day_without_a_vote() -> None:
    scene = Scene("Sheriff", "Doctor", "Mafioso", "Escort", "Lookout")
    scene.until(Phase.VOTING, 2)
    scene.do(1, a.Vote(3), a.Vote(2), a.Vote(None))
    scene.until(Phase.NIGHT, 2)
    found = measured(scene).seats[1]
    assert found["nominations_made"].value == 2
    assert found["vote_accuracy_town"].to_json()["parts"] == {"abstained": 1}
    assert found["vote_accuracy_town"].is_null


def test_a_whisper_that_reaches_a_third_seat_is_a_leak() -> None:
    scene = Scene("Sheriff", "Doctor", "Mafioso", "Escort", "Lookout")
    scene.do(1, a.Whisper(2, "I am the Sheriff."))
    assert all(metrics["leak"].value == 0 for metrics in measured(scene).seats.values())
    leaked = [
        replace(event, to=event.to | only(3)) if isinstance(event, e.WhisperHeard) else event for event in scene.log
    ]
    found = match_metrics(leaked).seats
    assert {seat: metrics["leak"].value for seat, metrics in found.items()} == {1: 0, 2: 0, 3: 1, 4: 0, 5: 0}


def test_a_will_that_another_seat_can_read_is_a_leak() -> None:
    scene = Scene("Sheriff", "Doctor", "Mafioso", "Escort", "Lookout")
    scene.do(1, a.WriteWill("I am the Sheriff."))
    leaked = [replace(event, to=only(1, 4)) if isinstance(event, e.WillWritten) else event for event in scene.log]
    assert match_metrics(leaked).seats[4]["leak"].value == 1


def test_the_teams_night_talk_is_read_by_no_rule_and_leaks_to_nobody() -> None:
    scene = Scene("Sheriff", "Godfather", "Mafioso", "Escort", "Lookout")
    scene.until(Phase.NIGHT, 1)
    scene.do(2, a.Say("By day I'm the Doctor.", channel=a.Channel.MAFIA))
    found = measured(scene).seats
    assert found[2]["claim_count"].value == 0
    assert found[1]["leak"].value == 0


def test_a_traitor_is_the_towns_enemy_and_no_friend() -> None:
    scene = Scene("Sheriff", "Doctor", "Mafioso", "Escort", "Lookout")
    scene.log += [e.FactSet(only(2), 2, "traitor", 1)]
    scene.until(Phase.VOTING, 2)
    scene.do(1, a.Vote(2))
    seats = measured(scene).seats
    assert seats[1]["nomination_precision"].value == 1.0
    assert not seats[2]["evil_found_day"].is_null


def test_lies_are_told_only_by_those_who_know_better() -> None:
    scene = Scene("Sheriff", "Doctor", "Godfather", "Mafioso", "Escort")
    scene.do(3, a.Say("P4 is town."), a.Say("P1 is mafia."), a.Say("P1 is evil."), a.Say("P4 is mafia."))
    scene.do(1, a.Say("P2 is mafia."), a.Say("P3 is town."))
    record = record_of(scene.log)
    truths = [truth_of(record, statement) for statement in statements_of(record)]
    # Its mate is no Town, and who is none of its team is no Mafia; whether P1 is evil it cannot know. A Sheriff who has
    # looked at nobody knows of nobody what they are.
    assert truths == [False, False, None, True, None, None]


def test_a_statement_about_a_grave_can_be_checked_by_all() -> None:
    scene = Scene("Sheriff", "Doctor", "Godfather", "Mafioso", "Escort")
    scene.night((4, "kill", (2,)))
    scene.do(1, a.Say("P2 is mafia."))
    record = record_of(scene.log)
    assert [truth_of(record, statement) for statement in statements_of(record)] == [False]


def test_a_forged_will_is_not_held_against_its_owner() -> None:
    scene = Scene("Sheriff", "Forger", "Mafioso", "Escort", "Lookout", "Doctor")
    scene.do(1, a.WriteWill("I am the Doctor."))
    assert measured(scene).seats[1]["will_truth"].value == 0.0
    scene.until(Phase.NIGHT, 1).do(2, a.Use("forge", (1,), "Doctor"))
    scene.night((3, "kill", (1,)))
    found = measured(scene).seats[1]["will_truth"]
    assert found.to_json() == {"value": None, "reason": "the will was forged or cleaned"}


def test_an_ask_that_nobody_answers_counts_against_the_seat_and_not_as_a_pass() -> None:
    scene = Scene("Sheriff", "Doctor", "Mafioso", "Escort", "Lookout")
    scene.elapse()
    found = measured(scene).seats[1]
    assert found["no_answer_rate"].value == 1.0
    assert found["default_action_share"].is_null


@pytest.mark.parametrize(("fallback", "unanswered"), [("budget", 1.0), ("Unavailable", 1.0), ("attempts", 0.0)])
def test_a_default_counts_as_no_answer_unless_the_seat_spoilt_it_itself(fallback: str, unanswered: float) -> None:
    scene = Scene("Sheriff", "Doctor", "Mafioso", "Escort", "Lookout")
    scene.send(a.Answer(1, "1:1"))
    made = DecisionRecord(1, "1:1", actions=({"do": "pass"},), source="model", model="tiny", fallback=fallback)
    found = match_metrics(scene.log, [made]).seats[1]
    assert found["no_answer_rate"].value == unanswered
    assert found["default_action_share"].is_null  # it did not choose to wait


def test_a_decision_knows_better_than_the_log_whether_a_seat_passed() -> None:
    scene = Scene("Sheriff", "Doctor", "Mafioso", "Escort", "Lookout")
    scene.until(Phase.VOTING, 2)
    scene.do(1, a.Vote(3))
    stage = scene.state.public.stage
    scene.send(a.Answer(1, f"{stage}:1", (a.Vote(3),)))  # the same vote again leaves nothing in the log
    seq = len(scene.log)
    made = DecisionRecord(1, f"{stage}:1", decided_seq=seq, actions=({"do": "vote", "target": 3},))
    assert match_metrics(scene.log).seats[1]["default_action_share"].numerator == 1
    assert match_metrics(scene.log, [made]).seats[1]["default_action_share"].numerator == 0


def test_every_code_of_a_refusal_has_its_class() -> None:
    classed = [str(code) for codes in CLASSES.values() for code in codes]
    assert sorted(classed) == sorted({*map(str, Reason), *map(str, Bar)})
    assert set(classed) == RULES


def test_what_the_host_knows_changes_nobodys_metrics() -> None:
    scene = Scene("Sheriff", "Doctor", "Mafioso", "Escort", "Lookout")
    scene.night((1, "interrogate", (3,)))
    told = [*scene.log, e.Told(HOST, "sheriff_result", (2,), "suspicious")]
    assert match_metrics(told) == measured(scene)
