"""From what a model wrote to what it wants: actions, look-ups, or the reason why it is neither.

Forgiving in form and exact in its reasons; `strict` keeps apart whether the text was of the documented form. Knows no
rules: what is allowed is the engine's to say. Text that imitates the system, an observation or another player is no
answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.llm import grammar, loose
from agents.llm.client import ToolCall
from agents.llm.notation import nearest
from agents.llm.record import Notation
from agents.llm.tags import LONGEST, Element, apart, bare, elements, label, tags, unobserved
from agents.llm.tools import TOOLS
from agents.llm.verbs import VERBS, WORDY, Flaw, Problem, Readable, abilities, form, is_plain, names_shown, read
from game.engine import actions as a
from game.engine.asks import Ask, ask_of
from game.engine.state import View
from game.engine.types import Verdict, When

__all__ = [
    "Parsed",
    "Problem",
    "ToolCall",
    "ToolUse",
    "parse_calls",
    "parse_json",
    "parse_tags",
    "tool_at_end",
    "tool_use",
]

TOOL_END = "/>"
"""Where the documented form of every look-up ends, and of no action."""
ACTION_ENDS = tuple(f"</{name}>" for name, verb in VERBS.items() if verb.main)
"""Where the documented forms of the actions end that answer an ask; abilities' own tags end in `</` and their id."""


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A look-up that is wanted. A value without a name stands under "" and means the first parameter.

    `end` is where it ends in the text.
    """

    name: str
    arguments: Mapping[str, Any]
    end: int = 0


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text wants.

    The first of `actions` is the answer, the others ride along: the last of each of will, note, jot and whisper, and
    an ability by day. Without actions and without a problem, only look-ups are wanted.
    """

    actions: tuple[a.Action, ...] = ()
    tools: tuple[ToolUse, ...] = ()
    thought: str = ""
    strict: bool = False
    problem: Problem | None = None
    bid: int | None = None


@dataclass
class _Found:
    """What was read so far, in order."""

    mains: list[a.Action] = field(default_factory=list)
    riders: dict[type, a.Action] = field(default_factory=dict)
    tools: list[ToolUse] = field(default_factory=list)
    flaws: list[Problem] = field(default_factory=list)
    bid: int | None = None
    exact: bool = True
    """Whether all was of the documented form and nothing came twice."""

    def add(
        self, name: str, parts: Mapping[str, Any], view: View, notation: Notation, words: str | None = None
    ) -> None:
        """Take in one action; `words` name whom or what it is about, where the form of that matters."""
        try:
            got = read(name, parts, view, notation)
        except Flaw as flaw:
            self.flaws.append(flaw.problem)
            self.exact = False
        else:
            plainly = words is None or is_plain(got, words, view, notation)
            self.exact = self.exact and plainly and (name != "vote" or isinstance(got, a.Vote))
            self._keep(got)

    def _keep(self, got: Readable) -> None:
        if isinstance(got, int):
            self.exact = self.exact and self.bid is None
            self.bid = got
        elif isinstance(got, _MAIN):
            self.mains.append(got)
        else:
            self.exact = self.exact and type(got) not in self.riders and not self.mains
            self.riders[type(got)] = got

    def actions(self) -> tuple[a.Action, ...]:
        """The answer and what rides along with it."""
        by_day = [one for one in self.mains if isinstance(one, a.Use) and abilities()[one.ability].when is When.DAY]
        others = [one for one in self.mains if one not in by_day]
        riders = tuple(self.riders.values())
        if others:
            return (others[-1], *by_day[-1:], *riders)
        if by_day:
            return (by_day[-1], *riders)
        return (a.Pass(), *riders) if riders or self.bid is not None else ()


_MAIN = (a.Say, a.Vote, a.Judge, a.Use, a.Pass)

# Tags -----------------------------------------------------------------------------------------------------------------

ALIASES = {
    "wait": "pass", "skip": "pass", "nothing": "pass", "speak": "say", "chat": "say", "message": "say", "talk": "say",
    "judge": "verdict", "judgement": "verdict", "judgment": "verdict", "last_will": "will", "write_will": "will",
    "death_note": "note", "write_note": "note", "write": "jot", "ability": "use",
}  # fmt: skip
"""Other words that models use for a verb."""
CALLS = frozenset({"tool", "action", "tool_call", "function", "call"})
"""Tags that name what they call in an attribute or in JSON."""
VERDICTS = frozenset(verdict.value for verdict in Verdict)
_KNOWN = frozenset({*VERBS, *ALIASES, *CALLS, *VERDICTS, *TOOLS, *abilities()})
_WORDY = frozenset({*WORDY, *(alias for alias, name in ALIASES.items() if name in WORDY), "notebook", *CALLS})
_MADE = frozenset({"observation", "think", "thinking"})


def parse_tags(
    text: str, view: View, notation: Notation, think: tuple[str, str] | None = None, *, after: int = 0,
    thinking: bool = False,
) -> Parsed:  # fmt: skip
    """What a text in the protocol `tags` wants.

    `think` are a family's own marks of thought; `thinking`: the text begins inside a thought. Look-ups that end at or
    before `after` are answered already.
    """
    whole, text = text, text[:LONGEST]
    parts = apart(text, think, thinking)
    found = _Found(exact=len(whole) == len(text) and not parts.open)
    body = unobserved(parts.body)
    _read(body, view, notation, found)
    if not found.mains and not found.riders and not found.tools and parts.open:
        _read(unobserved(parts.inside), view, notation, found)
    else:
        found.tools += _looks(unobserved(parts.inside))
    found.tools = [use for use in found.tools if use.end > after]
    actions = found.actions()
    imitates = body != parts.body
    problem = None if actions or found.tools else _problem(whole, body, found, view, imitates)
    strict = bool(actions) and found.exact and len(found.mains) == 1 and not imitates
    return Parsed(actions, tuple(found.tools), parts.thought, strict, problem, found.bid)


def _read(body: str, view: View, notation: Notation, found: _Found) -> None:
    """Read all elements of a text; whatever stands between them is not of the documented form."""
    place = 0
    for element in elements(body, _KNOWN, _WORDY):
        found.exact = found.exact and element.exact and not body[place : element.start].strip()
        place = element.end
        if speaker := _another(body, element.start, view, notation):
            found.flaws.append(Problem("not_you", f"You cannot answer for {speaker}.", "Answer for yourself alone."))
            found.exact = False
        else:
            _take(element, view, notation, found)
    found.exact = found.exact and not body[place:].strip()


def _another(body: str, place: int, view: View, notation: Notation) -> str:
    """The other player as whose words an element is written: `Ada: <vote>3</vote>`; empty where it is one's own."""
    key = label(body, place).casefold()
    names = (*enumerate(view.public.table.names, 1), *enumerate(names_shown(view, notation), 1))
    return next((name for seat, name in names if name.casefold() == key and seat != view.me.seat), "")


def _take(element: Element, view: View, notation: Notation, found: _Found) -> None:
    name = element.name
    if name in CALLS:
        _call(element, view, notation, found)
    elif name == "notebook" and element.content.strip():
        found.exact = False
        found.add("jot", {"text": element.content}, view, notation)
    elif name in TOOLS:
        found.tools.append(_look(element))
        found.exact = False  # an answer does not look anything up
    elif name in VERDICTS:
        found.add("verdict", {"verdict": name}, view, notation)
    else:
        verb = "use" if name in abilities() else ALIASES.get(name, name)
        found.exact = found.exact and (verb == name or name in ("wait", *abilities())) and _documented(element, verb)
        parts = _parts(verb, element)
        words = parts.get("to" if verb == "whisper" else _CONTENT.get(verb, ""), "")
        found.add(verb, parts, view, notation, words)


_ATTRIBUTES: dict[str, frozenset[str]] = {
    "say": frozenset({"channel"}),
    "whisper": frozenset({"to"}),
    "vote": frozenset({"target"}),
    "use": frozenset({"ability", "target", "param"}),
}


def _documented(element: Element, verb: str) -> bool:
    known, given = _ATTRIBUTES.get(verb, frozenset()), set(element.attributes)
    return given <= known and (element.name != "use" or "ability" in given)


_CONTENT = {"vote": "target", "verdict": "verdict", "use": "targets", "bid": "level"}
"""What the content of a tag is, where it is not words."""
_TARGETS = ("target", "targets", "player", "first", "a", "to", "name")
_SECOND = ("on", "second", "target2", "b", "with", "and", "against")
_PARAMS = ("param", "role", "weapon", "choice", "message", "as", "how")


def _parts(verb: str, element: Element) -> dict[str, Any]:
    """The parts of an action as a tag has them: in attributes or as its content."""
    given, content = element.attributes, element.content
    if verb in WORDY:
        text = content if content.strip() else given.get("text", given.get("message", given.get("content", "")))
        return {**given, "text": text, "to": next((given[key] for key in ("to", *_TARGETS) if key in given), "")}
    line = bare(content).strip()
    line = line if element.whole else line.partition("\n")[0]
    if verb != "use":
        keys = (_CONTENT.get(verb, ""), "value", "choice", *_TARGETS)
        return {_CONTENT.get(verb, ""): line or next((given[key] for key in keys if key in given), "")}
    ability = element.name if element.name in abilities() else given.get("ability", given.get("name", ""))
    if not ability:
        ability, _, line = line.partition(" ")
    return {"ability": ability, "targets": _listed(given, line), "param": _first(given, _PARAMS)}


def _listed(given: Mapping[str, str], line: str) -> str:
    named = (_first(given, _TARGETS), _first(given, _SECOND))
    return line or ", ".join(filter(None, named))


def _first(given: Mapping[str, str], keys: Sequence[str]) -> str:
    return next((given[key] for key in keys if given.get(key)), "")


def _call(element: Element, view: View, notation: Notation, found: _Found) -> None:
    """A call inside a tag: `<tool name="graveyard"/>`, `<tool_call>{"name": ..., "arguments": {...}}</tool_call>`."""
    found.exact = False
    given = dict(element.attributes)
    content = element.content.strip()
    name, arguments = given.pop("name", given.pop("type", "")), dict(given)
    if content.startswith("{"):
        loaded = loose.loaded(content)
        if not isinstance(loaded, dict):
            found.flaws.append(Problem("bad_json", f"What stands in <{element.name}> is no JSON.", ""))
            return
        name = str(loaded.get("name", name))
        inner = loaded.get("arguments", loaded.get("parameters", {}))
        arguments |= inner if isinstance(inner, dict) else {}
    elif not name:
        name, _, rest = bare(content).strip().partition(" ")
        arguments |= {"": rest.strip()} if rest.strip() else {}
    elif content:
        arguments[""] = content
    _called(name.strip().casefold(), arguments, view, notation, found, element.end)


def _called(
    name: str, arguments: Mapping[str, Any], view: View, notation: Notation, found: _Found, end: int = 0
) -> None:
    """A call by name, whatever it came as."""
    verb = "use" if name in abilities() else "verdict" if name in VERDICTS else ALIASES.get(name, name)
    if verb in VERBS:
        extra = {"ability": name} if name in abilities() else {"verdict": name} if name in VERDICTS else {}
        unnamed = {_CONTENT.get(verb, "text"): arguments[""]} if "" in arguments else {}
        found.add(verb, {**arguments, **unnamed, **extra}, view, notation)
    elif name in TOOLS:
        found.tools.append(ToolUse(name, arguments, end))
    else:
        near = nearest(name, (*VERBS, *TOOLS))
        more = f"Did you mean {near}?" if near else f"There are {', '.join((*VERBS, *TOOLS))}."
        found.flaws.append(Problem("unknown_tool", f"There is no tool {name[:40]!r}.", more))


def _looks(text: str) -> Iterator[ToolUse]:
    """The look-ups in a thought; what it says of actions is only thought."""
    for element in elements(text, frozenset({*TOOLS, "tool"}), frozenset()):
        name = element.attributes.get("name", "")
        if element.name in TOOLS and (element.whole or not element.content.strip()):
            yield _look(element)
        elif name in TOOLS:
            yield ToolUse(name, {key: value for key, value in element.attributes.items() if key != "name"}, element.end)


def _look(element: Element) -> ToolUse:
    content = bare(element.content).strip() if element.whole else ""
    return ToolUse(element.name, {**element.attributes, **({"": content} if content else {})}, element.end)


def tool_at_end(text: str) -> ToolUse | None:
    """The look-up with which a text ends, where it ends with one."""
    tail = text[-600:].rstrip()
    found = list(_looks(unobserved(tail)))
    return found[-1] if found and found[-1].end == len(tail) else None


# Why nothing was found ------------------------------------------------------------------------------------------------


def _problem(text: str, body: str, found: _Found, view: View, imitates: bool = False) -> Problem:
    hint = _hint(view)
    if found.flaws:
        last = found.flaws[-1]
        return Problem(last.code, last.sentence, last.hint or hint)
    if not text.strip():
        return Problem("empty", "Your answer was empty.", hint)
    if len(text) > LONGEST:
        return Problem("endless", f"Your answer has no action in its first {LONGEST} characters.", hint)
    if imitates:
        return Problem("imitation", "Observations come from the game, not from you.", hint)
    if not body.strip():
        return Problem("only_thought", "You only thought, and did nothing.", hint)
    unknown = next((tag.name for tag in tags(body) if tag.name not in _MADE), "")
    if unknown:
        near = nearest(unknown, tuple(_KNOWN))
        more = f" Did you mean <{near}>?" if near else ""
        return Problem("unknown_tag", f"There is no tag <{unknown}>.{more}", hint)
    return Problem("no_action", "There is no action in your answer: only tags count.", hint)


def _hint(view: View) -> str:
    """The forms of a few things that may be done right now."""
    ask = ask_of(view)
    forms = list(dict.fromkeys(form(option, view) for option in ask.options)) if ask else []
    return f"End with one action, such as {' or '.join([*forms[:2], *forms[-1:]][:3])}." if forms else ""


# Calls and JSON -------------------------------------------------------------------------------------------------------


def parse_calls(calls: Sequence[ToolCall], view: View, notation: Notation, text: str = "") -> Parsed:
    """What OpenAI tool calls want; `text` is what was written beside them."""
    found = _Found()
    for call in calls:
        arguments = _arguments(call)
        if isinstance(arguments, Problem):
            found.flaws.append(arguments)
            found.exact = False
        else:
            _called(call.name.strip().casefold(), arguments, view, notation, found)
    actions = found.actions()
    problem = None
    if not actions and not found.tools:
        problem = _problem(text, text, found, view) if found.flaws else Problem("no_action", "You called no tool.", "")
    strict = bool(actions) and found.exact and len(found.mains) == 1 and not found.tools
    return Parsed(actions, tuple(found.tools), text.strip(), strict, problem, found.bid)


def tool_use(call: ToolCall) -> ToolUse | Problem:
    """A call of an information tool."""
    arguments = _arguments(call)
    return arguments if isinstance(arguments, Problem) else ToolUse(call.name.strip().casefold(), arguments)


def _arguments(call: ToolCall) -> dict[str, Any] | Problem:
    loaded = loose.loaded(call.arguments) if call.arguments.strip() else {}
    if isinstance(loaded, dict):
        return loaded
    shape = ", ".join(f'"{part}": ...' for part in VERBS[call.name].parts) if call.name in VERBS else ""
    return Problem("bad_json", f"The arguments of {call.name[:40]} are not a JSON object.", f"Write {{{shape}}}.")


def parse_json(text: str, ask: Ask, view: View, notation: Notation) -> Parsed:
    """What an answer in the form of `grammar.schema` wants; one that was cut off is read as far as it goes."""
    text = text[:LONGEST].strip()
    loaded = loose.loaded(text)
    whole, half = isinstance(loaded, dict), ""
    if not whole:
        loaded, half = loose.mended(text)
    if not isinstance(loaded, dict):
        code, sentence = (
            ("bad_json", "Your answer is not a JSON object.") if text else ("empty", "Your answer was empty.")
        )
        return Parsed(problem=Problem(code, sentence, _hint(view)))
    try:
        action, bid = grammar.action_from_json(loaded, ask, view, notation)
    except Flaw as flaw:
        return Parsed(problem=flaw.problem)
    return Parsed((action, *grammar.riders_from_json(loaded, half)), strict=whole, bid=bid)
