"""What is offered as schema and in words is exactly what the engine takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.llm.grammar import WRITTEN, action_from_json, legal_lines, openai_tools, schema
from agents.llm.notation import codes
from agents.llm.parse import parse_json, parse_tags
from agents.llm.record import Notation
from agents.llm.verbs import VERBS
from game.engine import actions as a
from game.engine.asks import Ask, ask_of
from game.engine.config import Talk
from game.engine.fold import view
from game.engine.legal import check
from game.engine.state import View
from game.engine.types import Channel, Phase
from tests.agents.llm.moments import moments, open_asks
from tests.engine.scene import Scene

SEEDS = st.integers(0, 10**6).map(str)
law = settings(max_examples=14, deadline=None)
WORDS = "words"


def shapes(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The alternatives of a schema."""
    return list(found.get("anyOf", [found]))


def values(shape: dict[str, Any], texts: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Values of a shape: each of its enumerated parts, and some texts; nothing rides along."""
    parts = []
    for field in (shape["properties"][name] for name in shape["required"]):
        fitting = [text for text in texts if len(text) <= field.get("maxLength", 0)]
        parts.append(field.get("enum") or [*fitting, "x" * field["maxLength"]])
    for found in product(*parts):
        yield dict(zip(shape["required"], found, strict=True))


@law
@given(SEEDS, st.sampled_from(Notation), st.integers(7, 15))
def test_every_value_of_the_schema_is_legal_and_every_option_has_one(
    seed: str, notation: Notation, players: int
) -> None:
    for _, state in moments(seed, players):
        for ask, own in open_asks(state):
            got = set()
            for shape in shapes(schema(ask, own, notation)):
                for value in values(shape, (WORDS, "", " \n")):
                    action, bid = action_from_json(value, ask, own, notation)
                    assert check(own, action) is None, value
                    got.add(action)
                    assert bid is None or check(own, a.Bid(bid)) is None
            ways = [option for option in ask.standing if option.verb not in WRITTEN]
            options = [option for option in (*ask.options, *ways) if option.verb not in ("bid", "summarise")]
            assert {act for option in options for act in option.actions(WORDS)} <= got


@law
@given(SEEDS, st.sampled_from(Notation))
def test_what_may_ride_along_stands_in_the_object_of_any_answer(seed: str, notation: Notation) -> None:
    for _, state in moments(seed, every=12):
        for ask, own in open_asks(state):
            free = [option.verb for option in ask.standing if option.verb in ("will", "note", "jot")]
            for shape in shapes(schema(ask, own, notation)):
                assert list(shape["properties"]) == [*shape["required"], *free]
                value = {**next(values(shape, (WORDS,))), **dict.fromkeys(free, WORDS)}
                acts = parse_json(json.dumps(value), ask, own, notation).actions
                assert [act for act in acts if check(own, act)] == []
                assert len(acts) == 1 + len(free)
                assert not isinstance(acts[0], a.WriteWill | a.WriteNote | a.Jot)


@law
@given(SEEDS, st.sampled_from(Notation))
def test_schemas_are_flat_and_closed(seed: str, notation: Notation) -> None:
    for _, state in moments(seed):
        for ask, own in open_asks(state):
            for shape in shapes(schema(ask, own, notation)):
                assert set(shape["properties"]) - set(shape["required"]) <= WRITTEN
                assert shape["additionalProperties"] is False
                assert ("bid" in shape["properties"]) == any(option.verb == "bid" for option in ask.standing)
                for field in shape["properties"].values():
                    assert set(field) in ({"type", "enum"}, {"type", "maxLength"})
                    assert field.get("enum") != []
                    assert len(set(field.get("enum", ()))) == len(field.get("enum", ()))


@law
@given(SEEDS, st.sampled_from(Notation))
def test_the_sentence_names_every_option(seed: str, notation: Notation) -> None:
    for _, state in moments(seed):
        for ask, own in open_asks(state):
            first, _, second = legal_lines(ask, own, notation).partition("\n")
            for options, line in ((ask.options, first), (ask.standing, second)):
                for option in (one for one in options if one.verb != "summarise"):
                    name = option.name if option.verb == "use" else {"judge": "verdict"}.get(option.verb, option.verb)
                    assert name in line
            if notation is Notation.COMPACT:
                assert not set(own.public.table.names) & set(first.replace(",", " ").split())


def vote(**settings: Any) -> tuple[Ask, View]:
    """An ask for a vote at a table of seven."""
    scene = Scene("Veteran", "Transporter", "Witch", "Mafioso", "Blackmailer", "Doctor", "Jailor", **settings)
    own = view(scene.until(Phase.VOTING, 2).state, 1)
    ask = ask_of(own)
    assert ask
    return ask, own


def test_a_vote_as_a_model_is_offered_it() -> None:
    ask, own = vote()
    assert legal_lines(ask, own, Notation.PLAIN) == (
        "Answer with one of: vote (any other living player); say; pass.\n"
        "You may add: whisper (any other living player); will; jot."
    )
    found = schema(ask, own, Notation.COMPACT, length=80)
    ways = [shape["required"] for shape in found["anyOf"]]
    assert ways == [["vote"], ["say"], ["whisper", "text"], ["pass"]]
    assert found["anyOf"][0]["properties"]["vote"] == {"type": "string", "enum": [*codes(7)[1:]]}
    assert found["anyOf"][1]["properties"]["say"] == {"type": "string", "maxLength": 80}


def test_whoever_has_two_channels_says_which() -> None:
    scene = Scene("Mafioso", "Blackmailer", "Medium", "Witch", "Jailor", "Mayor", "Sheriff")
    scene.night((1, "kill", (3,)), day=1)
    scene.until(Phase.DISCUSSION, 2).use(3, "seance", 2)
    own = view(scene.until(Phase.NIGHT, 2).state, 2)
    ask = ask_of(own)
    assert ask
    lines = legal_lines(ask, own, Notation.PLAIN)
    assert "say (channel mafia); say (channel seance); pass." in lines
    said = [shape for shape in shapes(schema(ask, own, Notation.PLAIN)) if "say" in shape["properties"]]
    assert [shape["properties"]["channel"]["enum"] for shape in said] == [["mafia"], ["seance"]]
    assert [shape["required"] for shape in said] == [["channel", "say"]] * 2
    parsed = parse_json('{"channel": "seance", "say": "who?"}', ask, own, Notation.PLAIN)
    assert parsed.actions == (a.Say("who?", Channel.SEANCE),)
    problem = parse_tags("hm", own, Notation.PLAIN).problem
    assert problem
    assert '<say channel="mafia">WORDS</say>' in problem.hint


def test_the_hint_in_judgement_names_the_verdicts() -> None:
    scene = Scene("Veteran", "Mafioso", "Doctor", "Witch", "Jailor", "Mayor", "Sheriff").until(Phase.VOTING, 2)
    for voter in (1, 3, 4, 5):
        scene.do(voter, a.Vote(2))
    own = view(scene.until(Phase.JUDGEMENT).state, 1)
    ask = ask_of(own)
    assert ask
    assert legal_lines(ask, own, Notation.PLAIN).startswith(
        "Answer with one of: verdict (guilty, innocent, abstain); say; pass."
    )
    problem = parse_tags("hm", own, Notation.PLAIN).problem
    assert problem
    assert problem.hint.startswith("End with one action, such as <verdict>guilty</verdict>")


def test_few_choices_of_a_deed_are_named_and_many_are_counted() -> None:
    scene = Scene("Hypnotist", "Forger", "Doctor", "Witch", "Jailor", "Mayor", "Pirate").until(Phase.NIGHT, 1)
    seen = {}
    for seat in (1, 2):
        own = view(scene.state, seat)
        ask = ask_of(own)
        assert ask
        seen[seat] = legal_lines(ask, own, Notation.COMPACT)
    assert "hypnotize (any other living player but ce; choice: transported, role_blocked," in seen[1]
    assert "; choice: a role)" in seen[2]


def test_who_is_left_out_is_named() -> None:
    scene = Scene("Mafioso", "Blackmailer", "Doctor", "Witch", "Jailor", "Mayor", "Sheriff").until(Phase.NIGHT, 1)
    own = view(scene.state, 1)
    ask = ask_of(own)
    assert ask
    assert legal_lines(ask, own, Notation.PLAIN).startswith(
        "Answer with one of: kill (any other living player but P2);"
    )


@pytest.mark.parametrize(
    ("text", "action", "strict", "bid"),
    [
        ('{"say": "hello there"}', a.Say("hello there"), True, None),
        ('{"say": "two\nlines"}', a.Say("two\nlines"), True, None),
        ('{"say": ""}', a.Pass(), True, None),
        ('{"vote": "P3", "bid": 2}', a.Vote(3), True, 2),
        ('{"vote": "P3", "bid": 9}', a.Vote(3), True, None),
        ('{"vote": "none"}', a.Vote(None), True, None),
        ('{"verdict": "guilty"}', a.Judge("guilty"), True, None),
        ('{"use": "transport", "target": "P3", "on": "P4"}', a.Use("transport", (3, 4)), True, None),
        ('{"use": "alert"}', a.Use("alert"), True, None),
        ('{"whisper": "P2", "text": "psst"}', a.Whisper(2, "psst"), True, None),
        ('{"will": ""}', a.WriteWill(""), True, None),
        ('{"pass": true}', a.Pass(), True, None),
        ('{"say": "I was cut off in the mid', a.Say("I was cut off in the mid"), False, None),
        ('{"say": "cut at a quote\\', a.Say("cut at a quote"), False, None),
        ('{"say": "cut at a sign\\u00e', a.Say("cut at a sign"), False, None),
        ('{"say": "cut behind a stroke\\\\', a.Say("cut behind a stroke\\"), False, None),
        ('{"vote": "P3"', a.Vote(3), False, None),
        ('```json\n{"vote": "P3"}\n```', a.Vote(3), False, None),
    ],
)
def test_structured_answers_are_read(text: str, action: a.Action, strict: bool, bid: int | None) -> None:
    ask, own = vote()
    parsed = parse_json(text, ask, own, Notation.PLAIN)
    assert (parsed.actions, parsed.strict, parsed.bid, parsed.problem) == ((action,), strict, bid, None)


@pytest.mark.parametrize(
    ("deed", "more", "action"),
    [
        ('{"say":"no, not me"', ',"will":"mine, all","jot":"a \\"b\\" \\u00e9"}', a.Say("no, not me")),
        ('{"vote":"P3"', ',"bid":1,"jot":"they, too"}', a.Vote(3)),
        ('{"use":"transport","target":"P3","on":"P4"', ',"will":"","note":""}', a.Use("transport", (3, 4))),
        ('{"pass":true', ',"jot":"{}, [] and \\\\"}', a.Pass()),
    ],
)
def test_an_answer_counts_wherever_what_rides_along_was_cut_off(deed: str, more: str, action: a.Action) -> None:
    ask, own = vote()
    for length in range(len(more)):
        parsed = parse_json(deed + more[:length], ask, own, Notation.PLAIN)
        assert (parsed.actions[:1], parsed.problem) == ((action,), None), more[:length]


@pytest.mark.parametrize("cut", ["", "I am the", 'I am the \\"'])
def test_what_was_cut_off_while_it_was_written_down_replaces_nothing(cut: str) -> None:
    ask, own = vote()
    parsed = parse_json('{"vote":"P3","will":"whole","jot":"' + cut, ask, own, Notation.PLAIN)
    assert parsed.actions == (a.Vote(3), a.WriteWill("whole"))


def test_what_rides_along_follows_the_answer_wherever_it_stands() -> None:
    ask, own = vote()
    parsed = parse_json('{"will": "mine", "vote": "P3", "jot": "", "bid": 1}', ask, own, Notation.PLAIN)
    assert (parsed.actions, parsed.bid) == ((a.Vote(3), a.WriteWill("mine"), a.Jot("")), 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("I vote P3", "bad_json"),
        ("[1, 2]", "bad_json"),
        ('{"sing": "la"}', "no_action"),
        ('{"vote": "Zed"}', "bad_target"),
        ('{"verdict": "hang him"}', "bad_verdict"),
        ('{"use": "fly"}', "bad_ability"),
        ("[" * 40_000, "bad_json"),
    ],
)
def test_structured_answers_that_cannot_be_read_say_why(text: str, code: str) -> None:
    ask, own = vote()
    parsed = parse_json(text, ask, own, Notation.PLAIN)
    assert parsed.problem
    assert (parsed.problem.code, parsed.actions) == (code, ())


def test_the_tools_that_act_are_the_same_at_every_ask() -> None:
    scene = Scene("Veteran", "Transporter", "Witch", "Mafioso", "Blackmailer", "Doctor", "Jailor", talk=Talk.BIDS)
    offered = []
    for phase, day in ((Phase.NIGHT, 1), (Phase.VOTING, 2), (Phase.NIGHT, 2)):
        own = view(scene.until(phase, day).state, 1)
        ask = ask_of(own)
        assert ask
        offered.append(openai_tools(ask, own, Notation.PLAIN))
    assert offered[0] == offered[1] == offered[2]
    functions = {tool["function"]["name"]: tool["function"]["parameters"] for tool in offered[0]}
    assert list(functions) == list(VERBS)
    assert functions["use"]["properties"]["ability"]["enum"] == ["alert", "duel_defense"]
    assert functions["vote"]["properties"]["target"]["enum"] == [*(f"P{seat}" for seat in range(1, 8)), "none"]
    assert functions["say"]["required"] == ["text"]
    ask, own = vote()
    assert "bid" not in {tool["function"]["name"] for tool in openai_tools(ask, own, Notation.PLAIN)}
