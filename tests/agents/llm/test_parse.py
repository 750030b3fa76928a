"""From what a model wrote to what it wants: tags in every shape, calls, and all that can go wrong."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.llm.client import ToolCall
from agents.llm.parse import ToolUse, parse_calls, parse_tags, tool_at_end, tool_use
from agents.llm.record import Notation
from agents.llm.tags import LONGEST
from agents.llm.tools import TOOLS
from agents.llm.verbs import VERBS, Problem, abilities
from game.engine import actions as a
from game.engine.config import Rounds, Table
from game.engine.fold import fold_all, view
from game.engine.setup import start
from game.engine.state import EMPTY, View
from game.engine.types import Channel, Phase, Verdict
from tests.engine.scene import Scene

NAMES = ("Ada", "Bram", "Cleo", "Dov", "Esme", "Old Tom", "Adam")
ROLES = ("Veteran", "Transporter", "Witch", "Hypnotist", "Forger", "Doctor", "Jailor")
VETERAN, TRANSPORTER, WITCH, HYPNOTIST, FORGER, DOCTOR, JAILOR = range(1, 8)


def seated(seat: int = VETERAN) -> View:
    """The first day of a table of seven."""
    log = start(Table(NAMES, ROLES, rounds=Rounds(1, 1, 3, 0)), "parse", ROLES)
    return view(fold_all(EMPTY, log), seat)


def read(text: str, seat: int = VETERAN, notation: Notation = Notation.PLAIN, **more: object) -> object:
    """A text as that seat's answer."""
    return parse_tags(text, seated(seat), notation, **more)


def acts(text: str, seat: int = VETERAN, notation: Notation = Notation.PLAIN) -> tuple[a.Action, ...]:
    """The actions of a text that has no problem."""
    parsed = parse_tags(text, seated(seat), notation)
    assert parsed.problem is None, parsed.problem
    return parsed.actions


DOCUMENTED = [
    ("<say>Ada is lying.</say>", a.Say("Ada is lying.")),
    ('<say channel="dead">boo</say>', a.Say("boo", Channel.DEAD)),
    ("<vote>Bram</vote>", a.Vote(2)),
    ("<vote>none</vote>", a.Vote(None)),
    ("<vote>Old Tom</vote>", a.Vote(6)),
    ("<vote>2</vote>", a.Vote(2)),
    ('<vote target="Bram"/>', a.Vote(2)),
    ("<verdict>guilty</verdict>", a.Judge(Verdict.GUILTY)),
    ("<guilty/>", a.Judge(Verdict.GUILTY)),
    ("<alert></alert>", a.Use("alert")),
    ("<alert/>", a.Use("alert")),
    ("<heal>Bram</heal>", a.Use("heal", (2,))),
    ('<use ability="heal" target="3"/>', a.Use("heal", (3,))),
    ('<use ability="heal">Bram</use>', a.Use("heal", (2,))),
    ("<transport>Bram, Cleo</transport>", a.Use("transport", (2, 3))),
    ('<hypnotize param="transported">Bram</hypnotize>', a.Use("hypnotize", (2,), "transported")),
    ("<pass></pass>", a.Pass()),
    ("<pass/>", a.Pass()),
    ("<wait/>", a.Pass()),
    ("<think>Hm. <vote>Ada</vote>?</think>\n<vote>Bram</vote>", a.Vote(2)),
    ("<say>a &lt;b&gt; &amp; c</say>", a.Say("a <b> & c")),
]


@pytest.mark.parametrize(("text", "action"), DOCUMENTED)
def test_the_documented_forms_are_read_and_strict(text: str, action: a.Action) -> None:
    parsed = parse_tags(text, seated(), Notation.PLAIN)
    assert (parsed.actions, parsed.strict, parsed.problem) == ((action,), True, None)


LOOSE = [
    ("I will vote for Bram.\n<vote>Bram</vote>", a.Vote(2)),
    ("<VOTE> bram </VOTE>", a.Vote(2)),
    ("< vote >Bram</ vote >", a.Vote(2)),
    ("<vote>2</vote> because he lies", a.Vote(2)),
    ("<vote>Bram", a.Vote(2)),
    ("<vote>Bram\nHe is lying", a.Vote(2)),
    ("<vote>Bram</vo", a.Vote(2)),
    ("<vote>Bram</verdict>", a.Vote(2)),
    ("<vote><b>Bram</b></vote>", a.Vote(2)),
    ("<vote>Bram (2)</vote>", a.Vote(2)),
    ("<vote>seat 2</vote>", a.Vote(2)),
    ("<vote>#2: Bram</vote>", a.Vote(2)),
    ("<vote>**Bram**</vote>", a.Vote(2)),
    ("<vote>old</vote>", a.Vote(6)),
    ("<vote>nobody</vote>", a.Vote(None)),
    ("<vote player=Bram></vote>", a.Vote(2)),
    ("<vote>innocent</vote>", a.Judge(Verdict.INNOCENT)),
    ("<verdict>Guilty!</verdict>", a.Judge(Verdict.GUILTY)),
    ("<verdict>not guilty</verdict>", a.Judge(Verdict.INNOCENT)),
    ("<verdict value='abstain'/>", a.Judge(Verdict.ABSTAIN)),
    ("<judge>innocent</judge>", a.Judge(Verdict.INNOCENT)),
    ("```xml\n<vote>Bram</vote>\n```", a.Vote(2)),
    ("```\n<say>hello\n```", a.Say("hello")),
    ("<wait></wait> done", a.Pass()),
    ("<pass>nothing to do</pass> ok", a.Pass()),
    ("<say>hello", a.Say("hello")),
    ("<say>hello</sa", a.Say("hello")),
    ("<say><vote>Bram</vote></say>", a.Vote(2)),
    ("<action><vote>Bram</vote></action>", a.Vote(2)),
    ("<use><heal>Bram</heal></use>", a.Use("heal", (2,))),
    ("<say>I say <i>this</i></say>", a.Say("I say <i>this</i>")),
    ("<say>They wrote <vote>Bram</vote> here</say>", a.Say("They wrote <vote>Bram</vote> here")),
    ("<speak>hello</speak>", a.Say("hello")),
    ('<say text="hello"/>', a.Say("hello")),
    ("<say>first</say><say>second</say>", a.Say("second")),
    ("<vote>Bram</vote><vote>Zed</vote>", a.Vote(2)),
    ("<vote>Cleo</vote> no wait <vote>Bram</vote>", a.Vote(2)),
    ("<say>hello <vote>Bram</vote>", a.Vote(2)),
    ("<think>Bram lies. <vote>Bram</vote>", a.Vote(2)),
    ("Bram lies.</think> <vote>Bram</vote> ok", a.Vote(2)),
    ("<thinking>Bram?</thinking> so <vote>Bram</vote>", a.Vote(2)),
    ("<use>heal Bram</use>", a.Use("heal", (2,))),
    ('<use ability="Heal" player="2"></use>', a.Use("heal", (2,))),
    ("<transport>Bram and Cleo</transport> ", a.Use("transport", (2, 3))),
    ("<transport>2 3</transport> ", a.Use("transport", (2, 3))),
    ("<transport>Old Tom Bram</transport> ", a.Use("transport", (6, 2))),
    ('<transport first="Bram" second="Cleo"/>', a.Use("transport", (2, 3))),
    ('<control target="Bram" on="Cleo"/>', a.Use("control", (2, 3))),
    ("<control>Bram -> Old Tom</control> ", a.Use("control", (2, 6))),
    ("<hypnotize>Bram, transported</hypnotize> ", a.Use("hypnotize", (2,), "transported")),
    ("<hypnotize>Bram Role blocked</hypnotize> ", a.Use("hypnotize", (2,), "role_blocked")),
    ("<forge role='serial killer'>Bram</forge>", a.Use("forge", (2,), "Serial Killer")),
    ("<forge>Bram, SK</forge> ", a.Use("forge", (2,), "Serial Killer")),
    ("<alert>yes</alert> ", a.Use("alert")),
    ('<tool_call>{"name": "vote", "arguments": {"target": "Bram"}}</tool_call>', a.Vote(2)),
    ('<action name="vote" target="Bram"/>', a.Vote(2)),
    ("<action>vote Bram</action>", a.Vote(2)),
    ('<tool_call>{"name": "heal", "arguments": {"target": "Bram"}}</tool_call>', a.Use("heal", (2,))),
    ("Ada: <vote>Bram</vote>", a.Vote(2)),
]


@pytest.mark.parametrize(("text", "action"), LOOSE)
def test_other_forms_are_read_too_and_said_to_be_loose(text: str, action: a.Action) -> None:
    parsed = parse_tags(text, seated(), Notation.PLAIN)
    assert (parsed.problem, parsed.actions) == (None, (action,))
    if text.strip() == text:
        assert not parsed.strict


RIDERS = [
    ("<will>I am the Veteran.</will><say>hi</say>", (a.Say("hi"), a.WriteWill("I am the Veteran.")), True),
    (
        '<will>old</will><will>new</will><note>n</note><jot>j</jot><whisper to="Bram">psst</whisper><vote>Cleo</vote>',
        (a.Vote(3), a.WriteWill("new"), a.WriteNote("n"), a.Jot("j"), a.Whisper(2, "psst")),
        False,
    ),
    ("<vote>Bram</vote><will>late</will>", (a.Vote(2), a.WriteWill("late")), False),
    ("<will>only this</will>", (a.Pass(), a.WriteWill("only this")), False),
    ("<vote>Bram</vote><will>", (a.Vote(2),), False),
    ("<vote>Bram</vote><will>half of", (a.Vote(2), a.WriteWill("half of")), False),
    ("<notebook>remember</notebook><pass/>", (a.Pass(), a.Jot("remember")), False),
    ("<jail>Bram</jail><say>hi</say>", (a.Say("hi"), a.Use("jail", (2,))), False),
    ("<jail>Bram</jail>", (a.Use("jail", (2,)),), True),
    ("<say>lost</say><vote>Bram</vote>", (a.Vote(2),), False),
]


@pytest.mark.parametrize(("text", "actions", "strict"), RIDERS)
def test_the_last_main_action_counts_and_the_last_of_each_rider(
    text: str, actions: tuple[a.Action, ...], strict: bool
) -> None:
    parsed = parse_tags(text, seated(JAILOR), Notation.PLAIN)
    assert (parsed.actions, parsed.strict, parsed.problem) == (actions, strict, None)


@pytest.mark.parametrize(
    ("text", "bid", "actions"),
    [
        ("<bid>3</bid><say>hi</say>", 3, (a.Say("hi"),)),
        ("<bid>3</bid>", 3, (a.Pass(),)),
        ('<bid level="0"/><pass/>', 0, (a.Pass(),)),
        ("<bid>7</bid><say>hi</say>", None, (a.Say("hi"),)),
        ("<say>hi</say>", None, (a.Say("hi"),)),
    ],
)
def test_a_bid_rides_along(text: str, bid: int | None, actions: tuple[a.Action, ...]) -> None:
    parsed = parse_tags(text, seated(), Notation.PLAIN)
    assert (parsed.bid, parsed.actions) == (bid, actions)


FAULTS = [
    ("", "empty"),
    ("  \n ", "empty"),
    ("<think>I cannot decide", "only_thought"),
    ("<think>I cannot decide</think>", "only_thought"),
    ("I think Bram is evil.", "no_action"),
    ("Ich stimme gegen Bram!", "no_action"),
    ("我投票给 Bram", "no_action"),
    ("Bram: /vote 3", "no_action"),
    ("/vote 3", "no_action"),
    ("Bram: <vote>Cleo</vote>", "not_you"),
    ("**Bram**: <say>I am evil</say>", "not_you"),
    ("<voet>Bram</voet>", "unknown_tag"),
    ("<abstimmen>Bram</abstimmen>", "unknown_tag"),
    ("<vote>Zed</vote>", "bad_target"),
    ("<vote>Ad</vote>", "bad_target"),
    ("<vote>9</vote>", "bad_target"),
    ("<vote>2: Cleo</vote>", "bad_target"),
    ("<vote></vote>", "no_target"),
    ("<say></say>", "no_text"),
    ("<say><say><say>", "no_text"),
    ('<say channel="pub">hi</say>', "bad_channel"),
    ("<whisper>hi</whisper>", "no_target"),
    ('<whisper to="Zed">hi</whisper>', "bad_target"),
    ("<verdict>hang him</verdict>", "bad_verdict"),
    ("<verdict></verdict>", "bad_verdict"),
    ("<heal></heal>", "no_target"),
    ("<transport>Bram</transport>", "no_target"),
    ("<transport>Bram, Zed</transport>", "bad_target"),
    ('<use ability="fly">Bram</use>', "bad_ability"),
    ("<use></use>", "bad_ability"),
    ("<hypnotize>Bram</hypnotize>", "bad_param"),
    ("<hypnotize>Bram, abducted</hypnotize>", "bad_param"),
    ("<bid>a lot</bid>", "bad_bid"),
    ("<tool_call>{vote Bram}</tool_call>", "bad_json"),
    ('<tool name="teleport"/>', "unknown_tool"),
    ("<observation>Bram is evil. <vote>Bram</vote></observation>", "imitation"),
    ("System: <observation>you vote <vote>Bram</vote>", "imitation"),
    ("System: the game is over.\n[now] Day 3", "no_action"),
    ("<<<>>><<vote<vote<", "no_action"),
    ("x" * 60_000, "endless"),
    ("blah blah " * 6_000 + "<vote>Bram</vote>", "endless"),
]


@pytest.mark.parametrize(("text", "code"), FAULTS, ids=lambda value: value[:40])
def test_what_cannot_be_read_says_why_and_what_to_write(text: str, code: str) -> None:
    parsed = parse_tags(text, seated(), Notation.PLAIN)
    assert parsed.problem
    assert (parsed.problem.code, parsed.actions, parsed.tools, parsed.strict) == (code, (), (), False)
    assert parsed.problem.sentence.endswith((".", "?"))
    assert parsed.problem.hint
    assert len(parsed.problem.sentence + parsed.problem.hint) < 400


@pytest.mark.parametrize(
    ("text", "sentence", "hint"),
    [
        ("<vote>Zed</vote>", "Nobody is called 'Zed'. The players are Ada, Bram,", "Write <vote>PLAYER</vote>."),
        ("<vote>Bran</vote>", "Nobody is called 'Bran'. Did you mean Bram?", "Write <vote>PLAYER</vote>."),
        ("<vote>Ad</vote>", "'Ad' may be Ada and Adam. Use the seat's number.", "Write <vote>PLAYER</vote>."),
        ("<vote>9</vote>", "There is no seat 9: the table has 7.", "Write <vote>PLAYER</vote>."),
        ("<heal>Bran</heal>", "Nobody is called 'Bran'. Did you mean Bram?", "Write <heal>PLAYER</heal>."),
        ('<use ability="alerd"/>', "There is no ability 'alerd'. Did you mean alert?", "End with one action,"),
        ("<voet>Bram</voet>", "There is no tag <voet>. Did you mean <vote>?", "End with one action, such as <say>"),
        ("<transport>Bram</transport>", "transport takes 2 players.", "Write <transport>PLAYER, PLAYER</transport>."),
        ("<forge>Bram, serial kilr</forge>", "forge needs a choice; 'serial kilr' is none of them. Did you mean Serial",
         'Write <forge param="CHOICE">'),
    ],
)  # fmt: skip
def test_a_reason_names_the_nearest_that_would_do(text: str, sentence: str, hint: str) -> None:
    problem = parse_tags(text, seated(), Notation.PLAIN).problem
    assert problem
    assert problem.sentence.startswith(sentence)
    assert problem.hint.startswith(hint)


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("<vote>ce</vote>", a.Vote(2)),
        ("<vote>CE</vote>", a.Vote(2)),
        ("<vote>Bram</vote>", a.Vote(2)),
        ("<transport>ba, ce</transport>", a.Use("transport", (1, 2))),
        ('<whisper to="ce">psst</whisper><vote>du</vote>', a.Vote(3)),
        ('<forge param="SK">ce</forge>', a.Use("forge", (2,), "Serial Killer")),
    ],
)
def test_compact_notation_names_seats_by_their_codes(text: str, action: a.Action) -> None:
    assert acts(text, notation=Notation.COMPACT)[0] == action


def test_a_code_with_a_colon_is_another_player_too() -> None:
    problem = parse_tags("ce: <vote>du</vote>", seated(), Notation.COMPACT).problem
    assert problem == Problem("not_you", "You cannot answer for ce.", "Answer for yourself alone.")
    assert acts("ba: <vote>du</vote>", notation=Notation.COMPACT) == (a.Vote(3),)


def test_a_code_is_no_name_in_plain_notation() -> None:
    assert parse_tags("<vote>ce</vote>", seated(), Notation.PLAIN).problem


# Thoughts and look-ups ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "think", "thinking", "thought"),
    [
        ("<think>one</think>then<think>two</think><pass/>", None, False, "one"),
        ("[THINK]one[/THINK]<pass/>", ("[THINK]", "[/THINK]"), False, "one"),
        ("still one</think><pass/>", None, True, "still one"),
        ("begun in the prompt</think><pass/>", None, False, "begun in the prompt"),
        ("<think>a <graveyard/><observation>Nobody is dead.</observation> b</think><pass/>", None, False,
         "a <graveyard/>[Nobody is dead.] b"),
        ("<pass/>", None, False, ""),
    ],
)  # fmt: skip
def test_thought_is_kept_apart(text: str, think: tuple[str, str] | None, thinking: bool, thought: str) -> None:
    parsed = parse_tags(text, seated(), Notation.PLAIN, think, thinking=thinking)
    assert parsed.thought.startswith(thought)
    assert parsed.actions == (a.Pass(),)


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("<graveyard/>", "graveyard", {}),
        ("<graveyard></graveyard>", "graveyard", {}),
        ("<graveyard>", "graveyard", {}),
        ('<chat_history day="2"/>', "chat_history", {"day": "2"}),
        ("<Chat_History day=2 />", "chat_history", {"day": "2"}),
        ("<role>Doctor</role>", "role", {"": "Doctor"}),
        ('<tool name="graveyard"/>', "graveyard", {}),
        ('<tool name="role">Doctor</tool>', "role", {"": "Doctor"}),
        ("<tool>role Doctor</tool>", "role", {"": "Doctor"}),
        ('<tool_call>{"name": "role", "arguments": {"name": "Doctor"}}</tool_call>', "role", {"name": "Doctor"}),
    ],
)
def test_look_ups_are_read(text: str, name: str, arguments: dict[str, str]) -> None:
    parsed = parse_tags(text, seated(), Notation.PLAIN)
    (use,) = parsed.tools
    assert (use.name, dict(use.arguments), parsed.actions, parsed.problem) == (name, arguments, (), None)
    assert use.end == len(text)


def test_a_look_up_in_a_thought_may_be_a_call_by_name() -> None:
    parsed = parse_tags('<think>Hm <tool name="role" value="x"/></think><pass/>', seated(), Notation.PLAIN)
    assert [(use.name, dict(use.arguments)) for use in parsed.tools] == [("role", {"value": "x"})]


def test_a_look_up_in_a_thought_counts_until_it_is_answered() -> None:
    asked = "<think>Who is dead? <graveyard/>"
    parsed = parse_tags(asked, seated(), Notation.PLAIN)
    assert [use.name for use in parsed.tools] == ["graveyard"]
    answered = asked + "<observation>Nobody <role/></observation>"
    parsed = parse_tags(answered + " fine</think><pass/>", seated(), Notation.PLAIN, after=len(answered))
    assert (parsed.tools, parsed.actions) == ((), (a.Pass(),))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<think>well <graveyard/>", ToolUse("graveyard", {}, 0)),
        ('x <graveyard/> <chat_history day="2"/>', ToolUse("chat_history", {"day": "2"}, 0)),
        ("<graveyard/> and then", None),
        ("<pass/>", None),
        ("", None),
    ],
)
def test_the_look_up_at_the_end_of_a_text(text: str, found: ToolUse | None) -> None:
    use = tool_at_end(text)
    assert (use and (use.name, use.arguments)) == (found and (found.name, found.arguments))


def test_no_tag_has_two_meanings() -> None:
    names = [*VERBS, *TOOLS, *abilities(), *(verdict.value for verdict in Verdict)]
    assert len(names) == len(set(names))


# Calls ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "arguments", "actions"),
    [
        ("vote", '{"target": "Bram"}', (a.Vote(2),)),
        ("vote", '{"target": "none"}', (a.Vote(None),)),
        ("say", '{"text": "hello"}', (a.Say("hello"),)),
        ("whisper", '{"to": "Bram", "text": "psst"}', (a.Pass(), a.Whisper(2, "psst"))),
        ("verdict", '{"verdict": "guilty"}', (a.Judge(Verdict.GUILTY),)),
        ("use", '{"ability": "transport", "targets": ["Bram", "Old Tom"]}', (a.Use("transport", (2, 6)),)),
        ("use", '{"ability": "alert"}', (a.Use("alert"),)),
        ("use", '{"ability": "heal", "targets": 2}', (a.Use("heal", (2,)),)),
        ("heal", '{"target": "Bram"}', (a.Use("heal", (2,)),)),
        ("pass", "", (a.Pass(),)),
    ],
)
def test_calls_become_the_same_actions(name: str, arguments: str, actions: tuple[a.Action, ...]) -> None:
    parsed = parse_calls((ToolCall("1", name, arguments),), seated(), Notation.PLAIN, "I think so.")
    assert (parsed.actions, parsed.problem, parsed.thought) == (actions, None, "I think so.")


@pytest.mark.parametrize(
    ("calls", "code", "words"),
    [
        ((), "no_action", "You called no tool."),
        ((ToolCall("1", "vote", '{"target": '),), "bad_json", "The arguments of vote are not a JSON object."),
        ((ToolCall("1", "vote", "[2]"),), "bad_json", "The arguments of vote are not a JSON object."),
        ((ToolCall("1", "vote", '{"target": "Zed"}'),), "bad_target", "Nobody is called 'Zed'."),
        ((ToolCall("1", "vot", "{}"),), "unknown_tool", "There is no tool 'vot'."),
        ((ToolCall("1", "vote", "{}"),), "no_target", "A vote names a player, or none."),
    ],
)
def test_calls_that_cannot_be_read_say_why(calls: tuple[ToolCall, ...], code: str, words: str) -> None:
    problem = parse_calls(calls, seated(), Notation.PLAIN).problem
    assert problem
    assert problem.code == code
    assert problem.sentence.startswith(words)


def test_a_call_of_an_information_tool_is_a_look_up() -> None:
    call = ToolCall("1", "role", '{"name": "Doctor"}')
    assert parse_calls((call,), seated(), Notation.PLAIN).tools == (ToolUse("role", {"name": "Doctor"}),)
    assert tool_use(call) == ToolUse("role", {"name": "Doctor"})
    broken = tool_use(ToolCall("1", "role", "{"))
    assert isinstance(broken, Problem)
    assert broken.code == "bad_json"


# Whatever comes -------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["<say>", "</say>", "<vote>", "</vote>", "<think>", "</think>", "<observation>", "</observation>", "<heal>",
     "<will>", "<tool_call>", "{", '"', "<", ">", "/", "Bram", "2", " ", "\n", ":", "<graveyard/>", "<x y='z'>", "é",
     "<use ability="]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=40).map("".join), st.sampled_from(Notation))
def test_any_text_gives_an_action_a_look_up_or_a_reason(text: str, notation: Notation) -> None:
    parsed = parse_tags(text, seated(), notation)
    assert bool(parsed.actions or parsed.tools) != bool(parsed.problem)
    if parsed.strict:
        assert parsed.actions


@pytest.mark.parametrize(
    "piece",
    [
        "<", "<a", "<say>", "<say><will>", "<say><vote>", "<vote>", "</vote>", "<think>", "</think>", "<think></think>",
        "<observation>", "<vote a=", '<vote a="', "< ", " ", "a", "<say>x</say>", "<x>", "{", "[", "<tool_call>{", "\\",
        "<vote>Bram, ", "<transport>Bram ", "a=b ", "<vote a=b c=d ", "Bram: ",
    ],
)  # fmt: skip
def test_reading_takes_time_in_proportion_to_the_length(piece: str) -> None:
    """Twice the text may not take eight times the time: nothing is read over and over."""
    own = seated()

    def seconds(length: int) -> float:
        text = (piece * (length // len(piece) + 1))[:length]
        begun = time.process_time()
        parse_tags(text, own, Notation.PLAIN)
        return time.process_time() - begun

    assert min(seconds(LONGEST) for _ in range(2)) < 8 * max(seconds(LONGEST // 2), 0.02)


def test_the_examples_of_every_verb_are_read() -> None:
    scene = Scene(*ROLES).until(Phase.VOTING, 2)
    own = view(scene.state, DOCTOR)
    for verb in VERBS.values():
        text = verb.form.replace("PLAYER", "P2").replace("WORDS", "some words")
        parsed = parse_tags(text if verb.main else text + "<pass></pass>", own, Notation.PLAIN)
        assert parsed.problem is None, verb.form
        assert parsed.strict, verb.form
