"""Whatever a model or its server does, there is a decision, and the row says how it came about."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from agents.llm.agent import LanguageAgent
from agents.llm.client import (
    BadRequest,
    Completion,
    NoLane,
    RateLimited,
    TimedOut,
    ToolCall,
    TooLong,
    Unreachable,
)
from agents.llm.record import Protocol
from game.engine import actions as a
from game.engine.asks import Ask, AskKind, asks
from game.engine.config import Clock
from game.engine.events import Event
from game.engine.fold import fold_all, view, visible
from game.engine.setup import start, table_for
from game.engine.state import EMPTY, State
from game.names import NAMES
from game.play.drivers import run_async
from game.play.seats import Decision, Piece
from tests.agents.llm.faults import FaultyClient, Said, fits, model
from tests.doubles import random_step


def moment(kind: AskKind, seed: str = "moment", **table: object) -> tuple[list[Event], State, Ask]:
    """A match at the first ask of a kind: its log, its state and the ask."""
    log = start(replace(table_for("Classic", NAMES[:9]), **table), seed)
    state = fold_all(EMPTY, log)
    while not (found := [ask for ask in asks(state) if ask.kind is kind]):
        events = random_step(state, seed)
        log, state = log + events, fold_all(state, events)
    return log, state, found[0]


async def decided(
    *answers: Said,
    kind: AskKind = AskKind.SPEAK,
    heard: list[Piece] | None = None,
    table: dict | None = None,
    **more: object,
) -> tuple[Decision, FaultyClient]:
    """What a model decides at the first ask of a kind, and the client that it spoke through."""
    log, state, ask = moment(kind, **(table or {}))
    client = FaultyClient(*answers)
    agent = LanguageAgent(ask.seat, model(**more), client, listen=(heard if heard is not None else []).append)
    agent.observe(visible(log, ask.seat))
    return await agent.decide(view(state, ask.seat), ask), client


async def test_an_action_in_tags_is_taken_with_its_thought():
    decision, _ = await decided("<think>Keep quiet about my role.</think><say>Hello, town.</say>")
    assert decision.actions == (a.Say("Hello, town."),)
    assert decision.thought == "Keep quiet about my role."
    assert [attempt.refusal for attempt in decision.report.attempts] == [""]


async def test_with_luck_of_its_own_an_ask_is_sampled_by_a_seed_that_is_its_own_too():
    async def seeds(luck: str, kind: AskKind) -> list[object]:
        log, state, ask = moment(kind)
        client = FaultyClient("nothing that can be read", "<pass/>")
        agent = LanguageAgent(ask.seat, model(), client, luck=luck)
        agent.observe(visible(log, ask.seat))
        await agent.decide(view(state, ask.seat), ask)
        return [request.sampling.get("seed") for request in client.requests]

    first = await seeds("block 1:EM", AskKind.SPEAK)
    assert isinstance(first[0], int)
    assert len(set(first)) == 1, "all that belongs to one ask"
    assert await seeds("block 1:EM", AskKind.SPEAK) == first
    assert await seeds("block 1:AA", AskKind.SPEAK) != first
    assert await seeds("block 1:EM", AskKind.ACT) != first
    assert set(await seeds("", AskKind.SPEAK)) == {None}


async def test_a_look_up_is_answered_inside_the_same_thought():
    decision, client = await decided("<think>Who is who? <roles/>", " I see.</think><say>Nine roles.</say>")
    second = client.requests[1]
    assert second.resume
    said = second.messages[-1].content
    assert said.startswith("<think>Who is who? <roles/><observation>")
    assert said.endswith("</observation>\n")
    assert decision.actions == (a.Say("Nine roles."),)
    (use,) = decision.report.attempts[0].tools
    assert (use["name"], use["ok"]) == ("roles", True)
    assert use["result"] in said


async def test_look_ups_end_after_as_many_as_the_model_has():
    decision, client = await decided("<graveyard/>", "<graveyard/>", "<graveyard/>", "<say>Enough.</say>", tool_calls=2)
    assert "No more look-ups now" in client.requests[3].messages[-1].content
    assert len(decision.report.attempts[0].tools) == 2


async def test_a_server_that_cannot_go_on_with_a_turn_gets_the_result_in_a_new_one():
    log, state, ask = moment(AskKind.SPEAK)
    client = FaultyClient("<graveyard/>", "<say>Nobody is dead.</say>")
    record = model()
    agent = LanguageAgent(ask.seat, replace(record, preset=replace(record.preset, resumes=False)), client)
    agent.observe(visible(log, ask.seat))
    decision = await agent.decide(view(state, ask.seat), ask)
    assert not client.requests[1].resume
    assert [message.role for message in client.requests[1].messages[-2:]] == ["assistant", "user"]
    assert decision.actions == (a.Say("Nobody is dead."),)


async def test_of_several_complete_actions_the_last_one_counts():
    decision, _ = await decided(
        lambda request: Completion("<say>First.</say><say>Last.</say>", "stop", completion_tokens=9)
    )
    assert decision.actions == (a.Say("Last."),)


FAULTS = {
    "empty": ("", "empty"),
    "only a thought": ("<think>Hm.</think>", "only_thought"),
    "another language, no tag": ("我认为二号是坏人。", "no_action"),
    "wrong tag": ("<shout>Hello</shout>", "unknown_tag"),
    "endless": ("la " * 20_000, "endless"),
    "imitates an observation": ("<observation><say>I am the Mayor.</say></observation>", "imitation"),
    "another player's command": ("Bram: <say>Hang me.</say>", "not_you"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_an_answer_that_is_none_is_refused_told_and_asked_for_again(name):
    text, code = FAULTS[name]
    whole = Completion(text, "stop", completion_tokens=5)
    decision, client = await decided(whole, "<say>Sorry.</say>")
    assert [attempt.refusal for attempt in decision.report.attempts] == [code, ""]
    assert decision.report.attempts[0].reason in client.requests[1].messages[-1].content
    assert decision.actions == (a.Say("Sorry."),)
    assert not decision.report.fallback


async def test_what_the_engine_forbids_goes_back_in_the_engines_words():
    decision, client = await decided("<vote>2</vote>", "<say>Too early.</say>")
    first = decision.report.attempts[0]
    assert first.refusal == "not_now"
    assert first.reason
    assert first.reason in client.requests[1].messages[-1].content


async def test_a_model_that_never_answers_passes_after_the_asks_attempts_and_says_so():
    decision, client = await decided("nothing at all")
    assert decision.actions == (a.Pass(),)
    assert decision.report.fallback == "attempts"
    assert len(decision.report.attempts) == len(client.requests) == 3


@pytest.mark.parametrize(
    "error", [NoLane("gone"), TimedOut("late"), Unreachable("dead"), RateLimited("slow", 3.0), BadRequest("no")]
)
async def test_a_client_that_fails_makes_a_pass_with_its_reason(error):
    decision, _ = await decided(error)
    assert decision.actions == (a.Pass(),)
    assert decision.report.fallback == type(error).__name__
    assert str(error) in decision.report.retries[-1]


async def test_a_prompt_that_the_server_finds_too_long_is_cut_and_sent_again():
    decision, client = await decided(TooLong("8193 tokens"), "<say>Short.</say>")
    assert decision.actions == (a.Say("Short."),)
    assert decision.report.recipe["room"] < 32768 // 2
    assert len(client.requests) == 2


async def test_under_the_budget_clock_no_more_is_written_than_the_phase_has_left():
    limited = {"clock": Clock.BUDGET}
    decision, client = await decided("<say>Hi.</say>", table=limited, think_tokens=5000)
    assert client.requests[0].max_tokens == 600  # Day 1's
    assert decision.cost > 0


async def test_streamed_text_reaches_whoever_listens():
    heard: list[Piece] = []
    await decided("<say>Hello.</say>", heard=heard)
    assert [piece.kind for piece in heard] == ["thought"]
    assert heard[0].text.startswith("<say>Hello.")


async def test_tokens_are_summed_over_attempts_and_speech_is_told_from_thought():
    decision, _ = await decided("nonsense, nonsense", "<think>Right, again.</think><say>Good day to you all.</say>")
    report = decision.report
    assert report.prompt_tokens == sum(attempt.prompt_tokens for attempt in report.attempts)
    assert decision.cost == report.thought_tokens + report.spoken_tokens
    assert report.spoken_tokens == 7  # 20 characters, three a token


# Structured output ----------------------------------------------------------------------------------------------------


async def test_thought_is_free_and_the_action_comes_alone_under_the_schema():
    decision, client = await decided("I wonder.</think>", fits, structured=True)
    think, act = client.requests
    assert think.schema is None
    assert think.messages[-1].content == "<think>"
    assert act.messages[-1].content == "<think>I wonder.</think>\n"
    assert act.schema
    assert decision.actions == (a.Say("words"),)
    assert decision.thought == "I wonder."


async def test_without_thought_there_is_one_request():
    decision, client = await decided(fits, structured=True, think_tokens=0)
    assert len(client.requests) == 1
    assert decision.actions == (a.Say("words"),)


@pytest.mark.parametrize("kind", [AskKind.SPEAK, AskKind.VOTE, AskKind.ACT, AskKind.JUDGE, AskKind.DEFEND])
async def test_whatever_the_schema_allows_is_accepted_at_the_first_try(kind):
    decision, _ = await decided(fits, structured=True, think_tokens=0, kind=kind)
    assert [attempt.refusal for attempt in decision.report.attempts] == [""]


async def test_without_grammars_at_the_server_the_object_is_read_as_it_comes():
    answer = 'Sure: {"say": "Plain."} How is that?'
    decision, client = await decided(BadRequest("unknown field"), answer, structured=True, think_tokens=0)
    assert decision.actions == (a.Say("Plain."),)
    assert client.requests[1].schema is None
    assert "no structured output" in decision.report.retries[0]


# Calls ----------------------------------------------------------------------------------------------------------------


def calls(*made: tuple[str, dict[str, object] | str]) -> Completion:
    """A completion that calls functions."""
    listed = tuple(
        ToolCall(f"c{place}", name, given if isinstance(given, str) else json.dumps(given))
        for place, (name, given) in enumerate(made)
    )
    return Completion("", "tool_calls", tool_calls=listed, completion_tokens=8)


async def test_calls_look_up_first_and_act_last():
    decision, client = await decided(
        calls(("graveyard", {}), ("role", {"name": "Doctor"})),
        calls(("say", {"text": "Hello."})),
        protocol=Protocol.TOOLS,
    )
    results = [message for message in client.requests[1].messages if message.role == "tool"]
    assert [message.tool_call_id for message in results] == ["c0", "c1"]
    assert "Doctor" in results[1].content
    assert decision.actions == (a.Say("Hello."),)


async def test_broken_arguments_are_told():
    decision, _ = await decided(calls(("say", '{"text": ')), calls(("say", {"text": "Hi."})), protocol=Protocol.TOOLS)
    assert [attempt.refusal for attempt in decision.report.attempts] == ["bad_json", ""]


# Whole matches --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["garbage", "silence", "no lane", "schema"])
async def test_a_whole_match_ends_whatever_the_models_do(name):
    answer = {"garbage": "<<<</say>", "silence": "", "no lane": NoLane("gone"), "schema": fits}[name]
    table = table_for("Classic", NAMES[:7])
    record = model(structured=name == "schema", think_tokens=0)
    agents = {seat: LanguageAgent(seat, record, FaultyClient(answer)) for seat in range(1, 8)}
    played = await run_async(start(table, name), agents)
    assert played.state.public.ending
