"""What may be answered to an ask, as a JSON schema, as tool schemas and as a sentence.

All of it comes from the options of the ask, so that none can allow what another does not. Schemas are flat: every
property required, in a fixed order, and nothing beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from agents.llm.notation import role_codes
from agents.llm.record import Notation
from agents.llm.verbs import BIDS, MANY, NOBODY, TAG_OF, VERBS, Flaw, names_shown, own_abilities, read
from game.engine import actions as a
from game.engine.asks import Ask, Option
from game.engine.config import Talk
from game.engine.legal import SAY_LENGTH, WILL_LENGTH, may_bid, writable
from game.engine.roles import ROLES
from game.engine.state import View
from game.engine.text.render import enumerate_words
from game.engine.types import Seat, Verdict

Schema: TypeAlias = dict[str, Any]
FEW = 2
"""Players who are named as exceptions in a sentence."""
SPOKEN = frozenset({"say", "whisper"})
WRITTEN = frozenset({"will", "note", "jot"})

APART = frozenset({"bid", "summarise"})
"""What is no answer of its own: a bid stands in the object of every answer, and a summary is asked for by itself."""

# Schema ---------------------------------------------------------------------------------------------------------------


def schema(ask: Ask, view: View, notation: Notation, *, length: int = SAY_LENGTH) -> Schema:
    """What an answer must be: one of the options of the ask, or something else that is allowed now.

    `length` is the most characters of any text. Where one may bid for the floor, each answer carries a bid. A will, a
    note and a notebook may stand in the object of any answer, and are no answers of their own.
    """
    written = [option.verb for option in ask.standing if option.verb in WRITTEN]
    options = (*ask.options, *(option for option in ask.standing if option.verb not in written))
    shapes = [shape for option in merged(options) for shape in _shapes(option, view, notation, length)]
    if may_bid(view):
        shapes = [{**shape, "bid": {"type": "integer", "enum": list(BIDS)}} for shape in shapes]
    free = {verb: _text(min(length, WILL_LENGTH)) for verb in written}
    objects = [_object(shape, free) for shape in shapes]
    return objects[0] if len(objects) == 1 else {"anyOf": objects}


def _object(properties: Schema, free: Schema) -> Schema:
    return {
        "type": "object", "properties": {**properties, **free}, "required": list(properties),
        "additionalProperties": False,
    }  # fmt: skip


def merged(options: Sequence[Option]) -> Iterator[tuple[Option, ...]]:
    """The options, verdicts together, passing last, nothing twice."""
    different = [option for option in dict.fromkeys(options) if option.verb not in APART]
    verdicts = tuple(option for option in different if option.verb == "judge")
    for option in sorted(different, key=lambda option: option.verb == "pass"):
        if option not in verdicts:
            yield (option,)
        elif option == verdicts[0]:
            yield verdicts


def _shapes(options: tuple[Option, ...], view: View, notation: Notation, length: int) -> Iterator[Schema]:
    option = options[0]
    verb, names = option.verb, names_shown(view, notation)
    if verb == "judge":
        yield {"verdict": _one_of([one.name for one in options])}
    elif verb == "say":
        channel = {"channel": _one_of([option.name])} if len(writable(view)) > 1 else {}
        yield {**channel, "say": _text(min(length, SAY_LENGTH))}
    elif verb == "whisper":
        yield {"whisper": _one_of(_named(option.slots[0], names)), "text": _text(min(length, SAY_LENGTH))}
    elif verb == "vote":
        yield {"vote": _one_of(_named(option.slots[0], names))}
    elif verb in WRITTEN:
        yield {verb: _text(min(length, WILL_LENGTH))}
    elif verb == "use":
        yield from _uses(option, names, notation)
    else:
        yield {verb: {"type": "boolean", "enum": [True]}}


def _uses(option: Option, names: Sequence[str], notation: Notation) -> Iterator[Schema]:
    """An ability: where it takes two different players, one shape for each first of them."""
    ability = {"use": _one_of([option.name])}
    param = {"param": _one_of(_params(option, notation))} if option.params else {}
    if len(option.slots) < 2:
        targets = {"target": _one_of(_named(option.slots[0], names))} if option.slots else {}
        yield {**ability, **targets, **param}
        return
    first, second = option.slots
    if option.twice:
        yield {**ability, "target": _one_of(_named(first, names)), "on": _one_of(_named(second, names)), **param}
        return
    for seat in first:
        if others := [other for other in second if other != seat]:
            yield {**ability, "target": _one_of(_named([seat], names)), "on": _one_of(_named(others, names)), **param}


def _one_of(words: Sequence[str]) -> Schema:
    return {"type": "string", "enum": list(words)}


def _text(length: int) -> Schema:
    return {"type": "string", "maxLength": length}


def _named(seats: Sequence[Seat], names: Sequence[str]) -> list[str]:
    return [names[seat - 1] if seat else NOBODY for seat in seats]


def _params(option: Option, notation: Notation) -> list[str]:
    short = role_codes() if notation.short else {}
    return [short.get(param, param) for param in option.params]


def action_from_json(value: Mapping[str, Any], ask: Ask, view: View, notation: Notation) -> tuple[a.Action, int | None]:
    """The action of an answer in the form of the schema, and its bid. Speech without words is a pass. Raises Flaw."""
    bid = value.get("bid")
    level = bid if isinstance(bid, int) and not isinstance(bid, bool) and bid in BIDS else None
    verb = _verb(value)
    if not verb:
        known = enumerate_words([name for name in VERBS if name != "bid"])
        raise Flaw("no_action", "There is no action in this object.", f"Its key is one of {known}.")
    if verb in WRITTEN:
        return _written(verb, value), level
    if verb in SPOKEN and not str(value.get("text" if verb == "whisper" else verb, "")).strip():
        return a.Pass(), level
    return _read(verb, value, view, notation), level


def riders_from_json(value: Mapping[str, Any], half: str = "") -> tuple[a.Action, ...]:
    """What rides along in the same object: will, note, notebook. A `half` one is left out: it replaces no whole one."""
    riders = [verb for verb in VERBS if verb in WRITTEN and verb in value and verb not in (_verb(value), half)]
    return tuple(_written(verb, value) for verb in riders)


def _verb(value: Mapping[str, Any]) -> str:
    """The key that is the answer: what somebody wrote down is one only where nothing else is."""
    found = [key for key in value if key in VERBS and key != "bid"]
    return next((key for key in found if key not in WRITTEN), found[0] if found else "")


def _written(verb: str, value: Mapping[str, Any]) -> a.Action:
    """A will, a note or a notebook, which may be emptied."""
    text = str(value[verb] or "").strip()
    return a.WriteWill(text) if verb == "will" else a.WriteNote(text) if verb == "note" else a.Jot(text)


def _read(verb: str, value: Mapping[str, Any], view: View, notation: Notation) -> a.Action:
    targets = [value[key] for key in ("target", "on") if value.get(key)]
    parts = {
        "say": {"text": value.get("say"), "channel": value.get("channel")},
        "whisper": {"to": value.get("whisper"), "text": value.get("text")},
        "vote": {"target": value.get("vote")},
        "verdict": {"verdict": value.get("verdict")},
        "use": {"ability": value.get("use"), "targets": targets, "param": value.get("param")},
        "pass": {},
    }[verb]
    action = read(verb, parts, view, notation)
    assert not isinstance(action, int)
    return action


# Tools ----------------------------------------------------------------------------------------------------------------


def openai_tools(ask: Ask, view: View, notation: Notation) -> tuple[Schema, ...]:
    """The actions as OpenAI tools. They are those of the table and the card, the same at every ask.

    So they do not change a prompt of which chat templates make them a part; what is legal now stands at its end.
    """
    names = names_shown(view, notation)
    return tuple(_function(name, names, view) for name in VERBS if name != "bid" or _bids(view))


def _bids(view: View) -> bool:
    return view.public.table.talk is Talk.BIDS


def _function(name: str, names: Sequence[str], view: View) -> Schema:
    verb = VERBS[name]
    kinds: dict[str, Schema] = {
        "target": _one_of([*names, NOBODY]),
        "to": _one_of(names),
        "verdict": _one_of([one.value for one in Verdict]),
        "ability": _one_of([one.id for one in own_abilities(view)]),
        "targets": {"type": "array", "items": _one_of(names)},
        "level": {"type": "integer", "enum": list(BIDS)},
    }
    properties = {
        part: {**kinds.get(part, {"type": "string"}), "description": what} for part, what in verb.parts.items()
    }
    parameters = {**_object(properties, {}), "required": [part for part in properties if part not in verb.optional]}
    return {"type": "function", "function": {"name": name, "description": verb.line, "parameters": parameters}}


# Sentence -------------------------------------------------------------------------------------------------------------


def legal_lines(ask: Ask, view: View, notation: Notation) -> str:
    """What may be answered now and what may ride along, in two lines of words; every option stands in it."""
    answers = "; ".join(_worded(ask.options, view, notation))
    more = [*_worded([one for one in ask.standing if one not in ask.options], view, notation)]
    riders = "; ".join([*more, *([f"bid ({BIDS[0]} to {BIDS[-1]})"] if may_bid(view) else ())])
    return f"Answer with one of: {answers}." + (f"\nYou may add: {riders}." if riders else "")


def _worded(options: Sequence[Option], view: View, notation: Notation) -> Iterator[str]:
    for group in merged(options):
        option = group[0]
        if option.verb == "judge":
            yield f"verdict ({', '.join(one.name for one in group)})"
        elif option.verb == "use":
            yield f"{option.name}{_brackets(_parts(option, view, notation))}"
        elif option.verb == "say":
            yield "say" if len(writable(view)) < 2 else f"say (channel {option.name})"
        else:
            yield f"{TAG_OF.get(option.verb, option.verb)}{_brackets(_parts(option, view, notation))}"


def _brackets(parts: list[str]) -> str:
    return f" ({'; '.join(parts)})" if parts else ""


def _parts(option: Option, view: View, notation: Notation) -> list[str]:
    parts = [_seats(slot, view, notation) for slot in option.slots]
    if option.params:
        few = len(option.params) <= MANY
        parts.append("choice: " + (", ".join(_params(option, notation)) if few else _kind_of(option)))
    return parts


def _kind_of(option: Option) -> str:
    return "a role" if set(option.params) <= set(ROLES) else f"one of {len(option.params)}"


def _seats(slot: Sequence[Seat], view: View, notation: Notation) -> str:
    """Players in as few words as say exactly who."""
    seats, names = set(slot) - {0}, names_shown(view, notation)
    living, me = set(view.public.living), view.me.seat
    text = ", ".join(_named(sorted(seats), names))
    for everybody, words in ((living, "any living player"), (living - {me}, "any other living player")):
        missing = everybody - seats
        if len(seats) > FEW >= len(missing) and seats <= everybody and me not in missing:
            text = words + (f" but {enumerate_words(_named(sorted(missing), names))}" if missing else "")
    return ", or ".join(filter(None, (text, NOBODY if 0 in slot else "")))
