"""What a model may do, declared once: from here come the documentation, the tool schemas, and how words become actions.

Knows the engine's actions and a seat's view. Whether an action is allowed is the engine's to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from agents.llm.notation import Unclear, nearest, role_of, seat_of, shown
from agents.llm.record import Notation
from game.engine import actions as a
from game.engine.asks import Option
from game.engine.legal import card, writable
from game.engine.roles import ROLES
from game.engine.roles.base import Ability
from game.engine.state import View
from game.engine.text import render
from game.engine.text.render import enumerate_words
from game.engine.types import Channel, Seat, Verdict, When

BIDS = range(5)
"""How much one may want to speak next, from not at all to at all costs."""
NOBODY = "none"
"""Stands for a vote against nobody."""
MANY = 12
"""More choices than this are not listed in a sentence."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something could not be read: a code, a sentence for the model, and what to write instead."""

    code: str
    sentence: str
    hint: str = ""


class Flaw(ValueError):
    """Raised where words cannot become an action."""

    def __init__(self, code: str, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.problem = Problem(code, sentence, hint)


@dataclass(frozen=True, slots=True)
class Verb:
    """One kind of action: what it does, how it is written as a tag, and its parts with what each of them is.

    `main` verbs answer an ask, one an answer; the others ride along with it, one of each.
    """

    name: str
    line: str
    form: str
    parts: Mapping[str, str]
    main: bool = False
    optional: tuple[str, ...] = ()


VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb("say", "Speak aloud, or at night in a channel of yours.", "<say>WORDS</say>",
             {"text": "what you say", "channel": "where, if you have several channels"}, True, ("channel",)),
        Verb("vote", "Vote for putting a player on trial; none takes your vote back.", "<vote>PLAYER</vote>",
             {"target": "a living player, or none"}, True),
        Verb("verdict", "Judge the accused: guilty, innocent or abstain.", "<verdict>guilty</verdict>",
             {"verdict": "guilty, innocent or abstain"}, True),
        Verb("use", "Use an ability of your role. Its own name is a tag too: <heal>PLAYER</heal>.",
             '<use ability="heal">PLAYER</use>',
             {"ability": "its id", "targets": "the players it is used on, in order", "param": "a further choice"}, True,
             ("targets", "param")),
        Verb("pass", "Do nothing now.", "<pass></pass>", {}, True),
        Verb("whisper", "Speak to one player by day; all see that you whisper.", '<whisper to="PLAYER">WORDS</whisper>',
             {"to": "a living player", "text": "what you say"}),
        Verb("will", "Replace your last will, which is read out when you die.", "<will>WORDS</will>",
             {"text": "the whole will"}),
        Verb("note", "Replace your death note, which lies beside those you kill.", "<note>WORDS</note>",
             {"text": "the whole note"}),
        Verb("jot", "Replace your private notebook.", "<jot>WORDS</jot>", {"text": "the whole notebook"}),
        Verb("bid", f"How much you want to speak next, {BIDS[0]} to {BIDS[-1]}.", "<bid>2</bid>",
             {"level": f"a number from {BIDS[0]} to {BIDS[-1]}"}),
    )
}  # fmt: skip
"""Every kind of action by its tag, which is also its tool and its key in structured answers."""

TAG_OF = {"judge": "verdict"}
"""Verbs of the engine's options that have another name here."""
WORDY = ("say", "whisper", "will", "note", "jot")
"""Verbs whose content is free text."""

Readable: TypeAlias = a.Action | int
"""An action, or the level of a bid."""


def lines() -> list[str]:
    """The documentation for a model, a line for each verb."""
    return [f"{verb.form} {verb.line}" for verb in VERBS.values()]


@lru_cache(maxsize=1)
def abilities() -> Mapping[str, Ability]:
    """Every ability that anybody can choose, by id."""
    return {
        one.id: one for role in ROLES.values() for one in role.by_id.values() if one.when is not When.PASSIVE
    }  # fmt: skip


def own_abilities(view: View) -> tuple[Ability, ...]:
    """What the seat's card lets it choose at some time."""
    me = view.private
    known = card(me).by_id.values() if me and me.role else ()
    return tuple(one for one in known if one.when is not When.PASSIVE)


# Reading --------------------------------------------------------------------------------------------------------------


def read(name: str, parts: Mapping[str, Any], view: View, notation: Notation) -> Readable:
    """The action of a verb with its parts as somebody wrote them. Raises Flaw."""
    return _READERS[name](parts, view, notation)


_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&#39;": "'", "&nbsp;": " ", "&amp;": "&"}
_ENTITY = re.compile("|".join(_ENTITIES), re.IGNORECASE)


def plain(text: object) -> str:
    """What was meant by a text: entities read, the space around it gone."""
    return _ENTITY.sub(lambda found: _ENTITIES[found[0].casefold()], str(text if text is not None else "")).strip()


def _words(name: str, parts: Mapping[str, Any]) -> str:
    text = plain(parts.get("text"))
    if not text:
        raise Flaw("no_text", f"There are no words in your {name}.", f"Write {VERBS[name].form}.")
    return text


def _say(parts: Mapping[str, Any], view: View, notation: Notation) -> a.Say:
    return a.Say(_words("say", parts), _channel(plain(parts.get("channel")), view))


def _channel(word: str, view: View) -> Channel:
    """The channel that is named; without a name the first that is open, else the town's."""
    open_now = [channel for channel in Channel if channel in writable(view)]
    if not word:
        return open_now[0] if open_now else Channel.PUBLIC
    names = {name: one for one in Channel for name in (one.value, render.say("channel", one.value).casefold())}
    if found := names.get(word.casefold()):
        return found
    known = enumerate_words([one.value for one in open_now]) if open_now else "none"
    raise Flaw("bad_channel", f"There is no channel {word[:40]!r}. Open to you: {known}.")


def _whisper(parts: Mapping[str, Any], view: View, notation: Notation) -> a.Whisper:
    to = plain(parts.get("to"))
    if not to:
        raise Flaw("no_target", "A whisper says to whom.", f"Write {VERBS['whisper'].form}.")
    return a.Whisper(_seat(to, view, notation, "whisper"), _words("whisper", parts))


def _seat(word: object, view: View, notation: Notation, name: str) -> Seat:
    try:
        return seat_of(str(word), view.public.table.names, notation)
    except Unclear as error:
        hint = f"Write {VERBS[name].form}." if name in VERBS else f"Write <{name}>PLAYER</{name}>."
        raise Flaw("bad_target", str(error), hint) from None


_NOBODY = frozenset({NOBODY, "nobody", "no one", "noone", "null", "0", "withdraw", "skip"})


def _vote(parts: Mapping[str, Any], view: View, notation: Notation) -> a.Vote | a.Judge:
    word = plain(parts.get("target"))
    key = word.strip(" .!\"'").casefold()
    if not key:
        raise Flaw("no_target", "A vote names a player, or none.", "Write <vote>PLAYER</vote> or <vote>none</vote>.")
    if key in _VERDICTS:
        return a.Judge(Verdict(key))
    return a.Vote(None if key in _NOBODY else _seat(word, view, notation, "vote"))


_VERDICTS = frozenset(verdict.value for verdict in Verdict)


def _judge(parts: Mapping[str, Any], view: View, notation: Notation) -> a.Judge:
    word = plain(parts.get("verdict"))
    key = re.sub(r"^(?:not guilty)$", "innocent", re.sub(r"[^a-z ]", "", word.casefold()).strip())
    near = key if key in _VERDICTS else nearest(key, tuple(_VERDICTS)) if key else ""
    if near and (near == key or key.startswith(near[:6])):
        return a.Judge(Verdict(near))
    known = " or ".join(verdict.value for verdict in Verdict)
    raise Flaw("bad_verdict", f"{word[:40]!r} is no verdict: it is {known}.", f"Write {VERBS['verdict'].form}.")


def _pass(parts: Mapping[str, Any], view: View, notation: Notation) -> a.Pass:
    return a.Pass()


def _bid(parts: Mapping[str, Any], view: View, notation: Notation) -> int:
    word = plain(parts.get("level"))
    found = re.search(r"-?\d{1,4}", word)
    if not found or int(found[0]) not in BIDS:
        raise Flaw("bad_bid", f"A bid is a number from {BIDS[0]} to {BIDS[-1]}.", f"Write {VERBS['bid'].form}.")
    return int(found[0])


# Abilities ------------------------------------------------------------------------------------------------------------


def _use(parts: Mapping[str, Any], view: View, notation: Notation) -> a.Use:
    ability = _ability(plain(parts.get("ability")), view)
    targets = parts.get("targets", parts.get("target"))
    words = [str(one) for one in targets] if isinstance(targets, list | tuple) else None
    text = "" if words is not None else plain(targets)
    seats, rest = _targets(ability, words, text, view, notation)
    return a.Use(ability.id, seats, _param(ability, plain(parts.get("param")) or rest))


def _ability(word: str, view: View) -> Ability:
    own = {one.id: one for one in own_abilities(view)}
    key = "_".join(word.casefold().replace("-", " ").split())
    if found := own.get(key) or abilities().get(key):
        return found
    named = {render.ability_name(one.id).casefold(): one for one in own.values()}
    if found := named.get(word.casefold()):
        return found
    near = nearest(key, tuple(own)) if key else ""
    known = enumerate_words(list(own)) if own else "none"
    more = f" Did you mean {near}?" if near else f" Yours: {known}."
    raise Flaw("bad_ability", f"There is no ability {word[:40]!r}.{more}")


_SEPARATOR = re.compile(r"\s*(?:[,;/+&|→]|->|=>|\band\b|\bon\b|\bwith\b)\s*", re.IGNORECASE)
_LONGEST = 12
"""Words that are tried as names."""


def _targets(
    ability: Ability, words: list[str] | None, text: str, view: View, notation: Notation
) -> tuple[tuple[Seat, ...], str]:
    """The seats, and what is left of the words."""
    if not ability.slots:
        return (), text or " ".join(words or ())
    if words is None:
        if whole := _split(text.split()[:_LONGEST], ability.slots, view, notation):
            return whole
        words = [part for part in _SEPARATOR.split(text[:400]) if part]
    if len(words) < ability.slots:
        count = "one player" if ability.slots == 1 else f"{ability.slots} players"
        if words:
            _seat(words[0], view, notation, ability.id)
        raise Flaw("no_target", f"{ability.id} takes {count}.", f"Write {tag(ability)}.")
    seats = tuple(_seat(word, view, notation, ability.id) for word in words[: ability.slots])
    return seats, " ".join(words[ability.slots :])


def _split(words: Sequence[str], slots: int, view: View, notation: Notation) -> tuple[tuple[Seat, ...], str] | None:
    """So many seats from the beginning of some words, each from as many of them as make a name, and the rest."""
    if not slots:
        return (), " ".join(words)
    for length in range(len(words), 0, -1):
        part = " ".join(words[:length])
        if length > 1 and _SEPARATOR.search(part):
            continue
        try:
            seat = seat_of(part, view.public.table.names, notation)
        except Unclear:
            continue
        left = list(words[length:])
        while left and _SEPARATOR.fullmatch(left[0]):
            left = left[1:]
        if found := _split(left, slots - 1, view, notation):
            return (seat, *found[0]), found[1]
    return None


def _param(ability: Ability, word: str) -> str:
    """The choice that a word names; nothing for abilities without choices."""
    if not ability.params:
        return ""
    keys = {_key(param): param for param in ability.params}
    if found := keys.get(_key(word)):
        return found
    try:
        if (role := role_of(word)) in ability.params:
            return role
    except Unclear:
        pass
    near = nearest(word, ability.params) if word else ""
    few = len(ability.params) <= MANY
    more = f" Did you mean {near}?" if near else f" It is {' or '.join(ability.params)}." if few else ""
    raise Flaw(
        "bad_param", f"{ability.id} needs a choice; {word[:40]!r} is none of them.{more}", f"Write {tag(ability)}."
    )


def _key(word: str) -> str:
    return "".join(char for char in word.casefold() if char.isalnum())


_READERS: dict[str, Callable[[Mapping[str, Any], View, Notation], Readable]] = {
    "say": _say,
    "whisper": _whisper,
    "vote": _vote,
    "verdict": _judge,
    "use": _use,
    "pass": _pass,
    "will": lambda parts, _view, _notation: a.WriteWill(_words("will", parts)),
    "note": lambda parts, _view, _notation: a.WriteNote(_words("note", parts)),
    "jot": lambda parts, _view, _notation: a.Jot(_words("jot", parts)),
    "bid": _bid,
}


def is_plain(got: Readable, words: str, view: View, notation: Notation) -> bool:
    """Whether the words that an action was read from are those that are asked for: names, numbers, codes, no more."""
    if isinstance(got, a.Vote):
        return _are_plain((got.target,), (words,), view, notation)
    if isinstance(got, a.Use):
        return _are_plain(got.targets, words.split(", ") if words else (), view, notation)
    if isinstance(got, a.Whisper):
        return _are_plain((got.to,), (words,), view, notation)
    return not isinstance(got, a.Judge) or words == got.verdict.value


def _are_plain(seats: Sequence[Seat | None], words: Sequence[str], view: View, notation: Notation) -> bool:
    names, short = view.public.table.names, names_shown(view, notation)
    return len(seats) == len(words) and all(
        word in ((names[seat - 1], str(seat), short[seat - 1]) if seat else (NOBODY,))
        for seat, word in zip(seats, words, strict=True)
    )


# Writing --------------------------------------------------------------------------------------------------------------


def tag(ability: Ability) -> str:
    """How the use of an ability is written as a tag."""
    param = ' param="CHOICE"' if ability.params else ""
    return f"<{ability.id}{param}>{', '.join(['PLAYER'] * ability.slots)}</{ability.id}>"


def form(option: Option, view: View) -> str:
    """How an option is written as a tag."""
    if option.verb == "use":
        return tag(abilities()[option.name])
    if option.verb == "judge":
        return f"<verdict>{option.name}</verdict>"
    if option.verb == "say" and len(writable(view)) > 1:
        return f'<say channel="{option.name}">WORDS</say>'
    return VERBS[option.verb].form


def names_shown(view: View, notation: Notation) -> tuple[str, ...]:
    """What stands for the players in prompts and structured answers."""
    return shown(view.public.table.names, notation)
