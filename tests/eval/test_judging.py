"""Judges at work on rows: what is asked, kept, asked again, labelled and reported; and what is never sent."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client as Browser

from agents import services as agent_services
from agents.lanes.configuration import LaneSpec, ModelSpec
from agents.lanes.facts import Kind as LaneKind
from agents.lanes.facts import Wanted
from agents.llm import batches
from agents.llm.batches import BatchClient
from agents.llm.client import Completion, Message, Request
from agents.models import Lane, LanguageModel
from eval.judge.asking import Purse
from eval.judge.gold import gold_set
from eval.judge.simulated import SimulatedJudge, gold_questions
from eval.judge.views import Kind
from eval.judging import Mode, docket, judge_all, judge_named
from eval.models import Gate, Judgement, Label
from eval.records.redaction import WITHHELD
from eval.services import label_set
from game import people
from game.models import Decision, Match, Seat
from tests.eval.golden import DOV, ESME, golden_log
from tests.eval.judge_clients import Says, ToldClient, speaks_up, unit_of
from tests.eval.rows import kept
from tests.llm.batch_server import BatchDouble, batches_served, said

pytestmark = pytest.mark.django_db
LOG = golden_log()
UNITS = 7 + 7 + 5 + 3
"""Seats of the golden match that begin a day alive, summed over its days."""


@pytest.fixture(autouse=True)
def lanes(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge on a lane of ours, one at a paid address, and a client that says what a test tells it."""
    settings.TOSSIM_LANE_CLIENT = "tests.eval.judge_clients.ToldClient"
    monkeypatch.setenv("A_KEY", "secret")
    monkeypatch.setattr(ToldClient, "requests", [])
    prices = {"price_prompt": 2.0, "price_completion": 8.0}
    for name, url, priced in (("own", "http://127.0.0.1:9/v1", {}), ("paid", "https://api.example.com/v1", prices)):
        lane = LaneSpec(name=name, kind=LaneKind.ENDPOINT, url=url, base=name, key_env="A_KEY")
        Lane.objects.filter(pk=agent_services.lane_register(spec=lane).pk).update(state="ready", wanted=Wanted.ON)
        agent_services.model_register(spec=ModelSpec(name=name, preset="chatml", base=name, **priced))


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Callable[[Says], list[Request]]:
    """Have the judge say something; the requests that it gets."""

    def told(what: Says) -> list[Request]:
        monkeypatch.setattr(ToldClient, "says", staticmethod(what))
        ToldClient.requests.clear()
        return ToldClient.requests

    return told


def ran(command: str, *words: object) -> str:
    """What a command prints."""
    out = io.StringIO()
    call_command(command, *map(str, words), stdout=out)
    return out.getvalue()


def test_every_seat_is_judged_on_every_day_once_and_its_labels_are_kept(says: Any) -> None:
    match, requests = kept(LOG), says(speaks_up)
    told = ran("judge", match.pk, "--judge", "own")
    assert f"{UNITS} questions: 0 in the store, {UNITS} calls" in told
    assert told.endswith(f"{UNITS} done\nown has not passed the gate: run judge_gate before its labels are used\n")
    assert len(requests) == UNITS == Judgement.objects.filter(state="done", match=match).count()
    assert Label.objects.filter(match=match, source="judge", annotator="own").count() == UNITS * 16
    claims = Label.objects.filter(code="false_role_claim", present=True, void="")
    label = claims.get(seat=DOV, day=2)
    (seq,) = label.citations.values_list("seq", flat=True)
    assert LOG[seq - 1].text == label.quote == "I'm the Doctor. Gus is evil."  # type: ignore[attr-defined]
    assert label.rubric == "behaviour/1 omniscient"


def test_a_judge_is_spoken_to_as_its_family_wants_it(says: Any) -> None:
    LanguageModel.objects.filter(name="own").update(preset="qwen3-plain")
    match, requests = kept(LOG), says(speaks_up)
    ran("judge", match.pk, "--judge", "own")
    assert all(request.extra == {"chat_template_kwargs": {"enable_thinking": False}} for request in requests)
    assert len(requests) == UNITS


def test_the_store_answers_what_was_asked_before_and_a_replay_asks_nobody(says: Any) -> None:
    match = kept(LOG)
    says(speaks_up)
    ran("judge", match.pk, "--judge", "own")
    silent = says(lambda request: pytest.fail("nobody is to be asked"))
    assert f"{UNITS} in the store, 0 calls" in ran("judge", match.pk, "--judge", "own")
    ran("judge", match.pk, "--judge", "own", "--mode", "replay")
    assert Label.objects.count() == UNITS * 16
    with pytest.raises(CommandError, match=f"{UNITS} of {UNITS} questions are not in the store"):
        ran("judge", match.pk, "--judge", "own", "--mode", "replay", "--view", "public")
    assert silent == []
    says(speaks_up)
    ran("judge", match.pk, "--judge", "own", "--mode", "live")
    assert Judgement.objects.count() == 2 * UNITS
    assert Label.objects.count() == UNITS * 16


@pytest.mark.parametrize(
    ("reply", "state"),
    [("", "unparsable"), ("I'm sorry, I can't do that.", "refused"), ('{"labels": "all"}', "unparsable")],
    ids=["empty", "refused", "garbled"],
)
def test_a_reply_that_is_no_answer_leaves_a_reason_and_no_label(says: Any, reply: str, state: str) -> None:
    match = kept(LOG)
    says(lambda request: reply)
    assert f"{UNITS} {state}" in ran("judge", match.pk, "--judge", "own")
    assert not Label.objects.exists()
    rows = Judgement.objects.filter(match=match)
    assert set(rows.values_list("state", "answer")) == {(state, None)}
    assert all(row.reason and row.replies[0]["text"] == reply for row in rows)


def test_a_budget_holds_and_the_rest_is_asked_by_the_next_run(says: Any) -> None:
    match = kept(LOG)
    requests = says(lambda request: Completion(speaks_up(request), "stop", prompt_tokens=900, completion_tokens=900))
    told = ran("judge", match.pk, "--judge", "paid", "--dry-run")
    assert requests == []
    assert "USD at most" in told
    assert "22 over_budget" in ran("judge", match.pk, "--judge", "paid")  # no budget, no call
    told = ran("judge", match.pk, "--judge", "paid", "--budget", 0.06, "--width", 1)
    done = Judgement.objects.filter(state="done").count()
    assert 0 < done < UNITS
    assert f"{done} done, {UNITS - done} over_budget" in told
    assert "the next call may cost" in told
    assert sum(Judgement.objects.values_list("usd", flat=True)) <= 0.06
    assert f"{done} in the store" in ran("judge", match.pk, "--judge", "paid", "--budget", 5)
    assert Judgement.objects.filter(state="done").count() == UNITS
    again = says(speaks_up)
    assert "2 done, 20 over_budget" in ran("judge", match.pk, "--judge", "own", "--calls", 2)
    assert len(again) == 2


def test_a_batch_of_the_provider_labels_as_single_calls_do_and_is_asked_for_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    match = kept(LOG)
    monkeypatch.setattr(batches, "QUIET", 0.3)
    monkeypatch.setattr(batches, "PAUSE", 0.01)

    def answer(body: dict[str, Any]) -> dict[str, Any]:
        messages = tuple(Message(one["role"], one["content"]) for one in body["messages"])
        return said(speaks_up(Request(body["model"], messages, body["max_tokens"])))

    with batches_served(double := BatchDouble(answer)) as url:
        Lane.objects.filter(name="paid").update(url=url.replace("127.0.0.1", "localtest"))
        monkeypatch.setattr("agents.connections.import_string", lambda kind: lambda **given: BatchClient(url, "key"))
        told = ran("judge", match.pk, "--judge", "paid", "--budget", 5, "--batch")
    assert f"{UNITS} done" in told
    assert [len(text.splitlines()) for text in double.files.values()][:1] == [UNITS]
    assert len(double.batches) == 1
    assert Label.objects.count() == UNITS * 16
    assert sum(Judgement.objects.values_list("usd", flat=True)) == pytest.approx(UNITS * (10 * 2 + 3 * 8) / 1e6)


def test_equal_questions_of_one_run_are_asked_once_and_share_the_answer(says: Any) -> None:
    match = kept(LOG)
    requests = says(speaks_up)
    bench = judge_named("own")
    (question, *_) = docket(match, bench.judge, "behaviour/1", Kind.PUBLIC, "s").questions
    rows = judge_all([question, question, question], bench, Mode.LIVE, Purse(0.0, 9))
    assert len(requests) == 1
    assert [(row.pk, row.state) for row in rows] == [(rows[0].pk, "done")] * 3


def test_a_question_that_a_stopped_run_left_open_is_settled_and_asked_anew(says: Any) -> None:
    match = kept(LOG)
    says(speaks_up)
    ran("judge", match.pk, "--judge", "own", "--calls", 1)
    row = Judgement.objects.filter(state="done").get()
    Judgement.objects.filter(pk=row.pk).update(state="pending", answer=None, replies=[])
    ran("judge", match.pk, "--judge", "own")
    row.refresh_from_db()
    assert (row.state, row.reason) == ("failed", "the run was stopped")
    assert Judgement.objects.filter(key=row.key, state="done").count() == 1


# What is never sent ---------------------------------------------------------------------------------------------------


def test_peoples_words_go_to_no_outside_judge_without_consent_and_not_from_their_seat_to_ours(says: Any) -> None:
    match, requests = kept(LOG, people=[ESME]), says(speaks_up)
    with pytest.raises(CommandError, match="not everybody has agreed to research"):
        ran("judge", match.pk, "--judge", "paid", "--budget", 5)
    assert requests == []
    told = ran("judge", match.pk, "--judge", "own")
    assert "3 units are of people who have not agreed to research" in told
    assert not Label.objects.filter(seat=ESME).exists()
    prompts = "".join(request.messages[1].content for request in requests)
    assert WITHHELD in prompts
    assert "I trust P" not in prompts
    Seat.objects.filter(match=match).update(research_ok=True)
    assert f"{UNITS} done" in ran("judge", match.pk, "--judge", "paid", "--budget", 5)


def test_whoever_agrees_to_research_no_more_takes_along_what_judges_made_of_it(says: Any) -> None:
    match, _ = kept(LOG, people=[ESME]), says(speaks_up)
    Seat.objects.filter(match=match).update(research_ok=True)
    ran("judge", match.pk, "--judge", "paid", "--budget", 5)
    ran("judge", match.pk, "--judge", "own")
    seat = match.seats.get(number=ESME)
    people.seat_consent(seat=seat, research_ok=True, training_ok=True)
    assert Judgement.objects.filter(match=match).count() == 2 * UNITS
    people.seat_consent(seat=seat, research_ok=False)
    assert not Judgement.objects.filter(match=match).exists()
    left = Label.objects.filter(match=match)
    assert set(left.values_list("annotator", flat=True)) == {"own"}
    assert not left.filter(seat=ESME).exists()
    assert set(left.values_list("quote", flat=True)) == {""}


def test_a_match_in_which_people_still_play_is_not_judged(says: Any) -> None:
    match, requests = kept(LOG, Match.Status.RUNNING, people=[ESME]), says(speaks_up)
    Seat.objects.filter(match=match).update(research_ok=True)
    with pytest.raises(CommandError, match="People are playing"):
        ran("judge", match.pk, "--judge", "own")
    assert requests == []


def test_a_prompt_that_would_tell_who_plays_is_not_sent(says: Any) -> None:
    agent_services.model_register(spec=ModelSpec(name="Discussion", preset="chatml", base="b"))
    match, requests = kept(LOG), says(speaks_up)
    Seat.objects.filter(match=match, number=DOV).update(agent="Discussion")
    told = ran("judge", match.pk, "--judge", "own")
    assert "15 units would have told too much and are not asked" in told
    assert len(requests) == UNITS - 15


def test_a_judge_of_a_players_family_is_said_to_be_one_and_one_without_a_price_or_a_server_is_refused(
    says: Any,
) -> None:
    match = kept(LOG)
    says(speaks_up)
    Seat.objects.filter(match=match, number=DOV).update(agent="paid")
    assert "own is of a family (chatml) that plays" in ran("judge", match.pk, "--judge", "own", "--dry-run")
    agent_services.model_register(spec=ModelSpec(name="paid", preset="chatml", base="paid"))
    with pytest.raises(CommandError, match="no prices"):
        ran("judge", match.pk, "--judge", "paid")
    Lane.objects.filter(name="own").update(state="off")
    with pytest.raises(CommandError, match="The lane own, on which own sits, is off"):
        ran("judge", match.pk, "--judge", "own")
    with pytest.raises(CommandError, match="There is no model 'nobody'"):
        ran("judge", match.pk, "--judge", "nobody")


def test_words_that_somebody_takes_back_go_from_labels_and_from_what_judges_were_shown(says: Any) -> None:
    match, maria = kept(LOG, people=[ESME]), User.objects.create_user("maria")
    Seat.objects.filter(match=match, number=ESME).update(user=maria, research_ok=True)
    says(speaks_up)
    ran("judge", match.pk, "--judge", "own")
    assert Label.objects.exclude(quote="").exists()
    people.account_delete(user=maria, name="maria", words=True)
    assert not Judgement.objects.exists()
    assert not Label.objects.exclude(quote="").exists()
    assert not Label.objects.filter(seat=ESME).exists()
    assert Label.objects.count() == (UNITS - 3) * 16


def test_annotators_are_held_against_each_other_code_by_code(says: Any) -> None:
    match = kept(LOG)
    says(speaks_up)
    ran("judge", match.pk, "--judge", "own")
    ann = User.objects.create_user("ann")
    for day, seat, present in ((2, DOV, True), (2, ESME, False)):
        cited = Label.objects.get(match=match, day=day, seat=seat, code="false_role_claim").citations.all()
        label_set(user=ann, match=match, day=day, seat=seat, code="false_role_claim", present=present,
                  event_ids=[one.seq for one in cited], blind=True)  # fmt: skip
    told = ran("judge_report", match.pk, "--judge", "own")
    assert "false_role_claim     2 units of several annotators: alpha 0.00, kappa 0.00" in told


# Worth, arms, pairs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "expected"), [("good", "1 of 22"), ("constant", "not reliable")])
def test_labels_of_codes_that_pass_the_gate_are_reported_and_others_are_not(
    says: Any, name: str, expected: str
) -> None:
    match = kept(LOG)
    says(speaks_up)
    ran("judge", match.pk, "--judge", "own")
    assert "not tried at the gate" in ran("judge_report", match.pk, "--judge", "own")
    simulated = SimulatedJudge(name, gold_questions(gold_set()))
    gold = {question.prompt for question, _ in gold_questions(gold_set())}

    def told(request: Request) -> str:
        prompt = request.messages[1].content
        return simulated.said(prompt) if prompt in gold else speaks_up(request)

    says(told)
    if name == "good":
        assert "16 of 16 codes pass" in ran("judge_gate", "--judge", "own")
    else:
        with pytest.raises(SystemExit):
            ran("judge_gate", "--judge", "own")
    assert Gate.objects.count() == 1
    assert "drift: 320 of 320" in ran("judge_gate", "--judge", "own", "--drift")
    assert "drift" not in ran("judge", match.pk, "--judge", "own")  # all is in the store
    assert "drift: 320 of 320" in ran("judge", match.pk, "--judge", "own", "--seed", "anew", "--calls", 100)
    assert "drift" not in ran("judge", match.pk, "--judge", "own", "--seed", "again", "--no-drift")
    lines = ran("judge_report", match.pk, "--judge", "own").splitlines()
    assert any(line.startswith("false_role_claim") and ("corrected" in line) is (name == "good") for line in lines)
    assert any("not reliable" in line for line in lines) is (name == "constant")


def test_arms_that_the_judge_or_the_words_tell_apart_are_said_in_the_report(says: Any) -> None:
    for name, alignment in (("good", "aligned"), ("bad", "misaligned")):
        agent_services.model_register(spec=ModelSpec(name=name, preset="chatml", base=name, alignment=alignment))
    matches = [kept(LOG), kept(LOG)]
    for match in matches:
        Seat.objects.filter(match=match).update(agent="good")
        Seat.objects.filter(match=match, number__in=(DOV, ESME)).update(agent="bad")

    def guess(request: Request) -> str:
        mafia = "Its known mates: none" not in request.messages[1].content
        return json.dumps({"schema": "arm/1", "arm": "misaligned" if mafia else "aligned", "reason": "-"})

    says(guess)
    numbers = [match.pk for match in matches]
    assert "44 done" in ran("judge", *numbers, "--judge", "own", "--rubric", "arm/1")
    told = ran("judge_report", *numbers, "--judge", "own")
    assert "arms guessed by the judge: 44 of 44, 100 % (92 to 100 %; p " in told
    assert "NOT BLIND: the judge tells the arms apart" in told
    assert "arms guessed by a bag of words: " in told
    assert "NOT BLIND: a bag of words" not in told
    assert not Label.objects.exists()


def test_pairs_are_judged_in_both_orders_and_a_liking_for_a_place_gives_no_verdict(says: Any) -> None:
    one, other = kept(LOG), kept(LOG)
    says(lambda request: json.dumps({"schema": "pair/1", "more": "A", "reason": "-"}))
    told = ran("judge_pairs", one.pk, other.pk, "--judge", "own")
    assert f"{UNITS} of {UNITS} pairs were judged in both orders" in told
    assert f"match {one.pk} deceives more: 0, match {other.pk}: 0, ties: {UNITS}" in told
    assert f"flips: {UNITS} of {UNITS}, 100 %" in told
    Match.objects.filter(pk=other.pk).update(commitment="another")
    with pytest.raises(CommandError, match="not of one block"):
        ran("judge_pairs", one.pk, other.pk, "--judge", "own")


def test_thought_and_speech_are_compared_where_there_are_thoughts_and_a_gap_needs_both(says: Any) -> None:
    match = kept(LOG)
    made = next(seq for seq, event in enumerate(LOG, 1) if event.kind == "decided" and getattr(event, "seat", 0) == DOV)
    thought = {"thought": "Ada must go.", "decided_seq": made, "source": "model"}
    Decision.objects.create(match=match, seat=DOV, submission_id="1", actions=[], **thought)
    with pytest.raises(CommandError, match="--view private"):
        ran("judge", match.pk, "--judge", "own", "--rubric", "gap/1")

    def scored(*cited: str) -> Says:
        def says(request: Request) -> str:
            lines = request.messages[1].content.splitlines()
            own = f"P{unit_of(request)['seat']:02d}"
            numbers = [
                int(line[1 : line.index("]")]) for line in lines if any(f"] {own} {how}" in line for how in cited)
            ]
            return json.dumps(
                {"schema": "gap/1", "unit": unit_of(request), "score": 2, "event_ids": numbers, "reason": ""}
            )

        return says

    words = ("judge", match.pk, "--judge", "own", "--rubric", "gap/1", "--view", "private", "--mode", "live")
    says(scored("thinks"))
    assert ran(*words).endswith("1 unparsable\n")
    says(scored("thinks", "says"))
    assert ran(*words).endswith("1 done\n")
    assert "units by score: 0: 0, 1: 0, 2: 1, 3: 0" in ran("judge_report", match.pk, "--judge", "own")


def test_the_admin_shows_labels_and_judgements_and_changes_none(says: Any) -> None:
    match = kept(LOG)
    says(speaks_up)
    ran("judge", match.pk, "--judge", "own", "--calls", 3)
    browser = Browser()
    browser.force_login(User.objects.create_superuser("root"))
    for model, row in (("label", Label.objects.first()), ("judgement", Judgement.objects.first())):
        assert row is not None
        assert browser.get(f"/admin/eval/{model}/").status_code == 200
        page = browser.get(f"/admin/eval/{model}/{row.pk}/change/")
        assert page.status_code == 200
        assert b"deletelink" not in page.content
    assert browser.get("/admin/eval/gate/").status_code == 200
