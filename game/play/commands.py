"""What a player types, read as actions: `/vote 3`, `/heal Ada`, `/guilty`, or plain words to speak.

One grammar for the terminal, the text mode of the page and the tests. It only reads: whether an action is
legal is the engine's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from game.engine import actions as a
from game.engine.floor import HIGHEST_BID
from game.engine.legal import card, may_bid, may_leave_note, writable
from game.engine.roles.base import Ability
from game.engine.state import View
from game.engine.types import Channel, Seat, Verdict, When

WAYS_SHOWN = 3
"""Params that the list of commands spells out."""


class CommandError(ValueError):
    """A line that cannot be read; says what to type instead."""


def read(text: str, view: View) -> a.Action:
    """The action that a line stands for. Raises CommandError with a sentence."""
    text = text.strip()
    if not text:
        raise CommandError("Type a command, or words to speak. /help lists the commands.")
    if not text.startswith("/"):
        return a.Say(text, _channel(view))
    verb, _, rest = text[1:].partition(" ")
    verb, rest = verb.casefold(), rest.strip()
    if verb in {verdict.value for verdict in Verdict}:
        return a.Judge(Verdict(verb))
    if verb in _PLAIN:
        return _PLAIN[verb](rest, view)
    return _use(verb, rest, view)


def help_lines(view: View) -> list[str]:
    """The commands that a seat knows, one a line."""
    lines = [
        "words            speak", "/vote NAME       vote (or /vote none)", "/guilty /innocent /abstain",
        "/whisper NAME words", "/will words", "/jot words", "/summarise DAY words", "/pass", "/leave",
    ]  # fmt: skip
    if view.private and may_bid(view):
        lines.append(f"/bid 0-{HIGHEST_BID}         how much you want to speak next")
    me = view.private
    if me and me.role:
        known = (ability for ability in card(me).by_id.values() if ability.when is not When.PASSIVE)
        lines += [f"/{ability.id}{' NAME' * ability.slots}{_ways(ability)}" for ability in known]
        if may_leave_note(me):
            lines.append("/note words")
    return lines


def _ways(ability: Ability) -> str:
    """What may stand behind the targets, where the list is short enough to read."""
    return "" if not ability.params else f" {'|'.join(ability.params)}" if len(ability.params) <= WAYS_SHOWN else " HOW"


def _channel(view: View) -> Channel:
    """Where plain words go: the first channel that is open, else to the town."""
    return next((channel for channel in Channel if channel in writable(view)), Channel.PUBLIC)


def _say(rest: str, view: View) -> a.Action:
    word, _, more = rest.partition(" ")
    if word.casefold() in {channel.value for channel in Channel} and more:
        return a.Say(more.strip(), Channel(word.casefold()))
    return a.Say(rest, _channel(view))


def _whisper(rest: str, view: View) -> a.Action:
    name, _, text = rest.partition(" ")
    return a.Whisper(seat_named(name, view.public.table.names), text.strip())


def _summarise(rest: str, view: View) -> a.Action:
    day, _, text = rest.partition(" ")
    return a.Summarise(_number(day, "/summarise takes the number of a day, then words."), text.strip())


def _bid(rest: str, view: View) -> a.Action:
    return a.Bid(_number(rest, f"/bid takes a number from 0 (nothing to say) to {HIGHEST_BID} (must speak)."))


def _number(word: str, otherwise: str) -> int:
    if word.isascii() and word.isdigit():
        return int(word)
    raise CommandError(otherwise)


def _vote(rest: str, view: View) -> a.Action:
    if rest.casefold() in ("none", "nobody", "0", ""):
        return a.Vote(None)
    return a.Vote(seat_named(rest, view.public.table.names))


_PLAIN: dict[str, Callable[[str, View], a.Action]] = {
    "say": _say,
    "whisper": _whisper,
    "w": _whisper,
    "vote": _vote,
    "will": lambda rest, _: a.WriteWill(rest),
    "note": lambda rest, _: a.WriteNote(rest),
    "jot": lambda rest, _: a.Jot(rest),
    "summarise": _summarise,
    "bid": _bid,
    "pass": lambda rest, _: a.Pass(),
    "leave": lambda rest, _: a.Leave(),
}


def _use(verb: str, rest: str, view: View) -> a.Action:
    me = view.private
    abilities = card(me).by_id if me and me.role else {}
    if verb not in abilities:
        known = ", ".join(f"/{name}" for name in (*_PLAIN, *abilities))
        raise CommandError(f"There is no command /{verb}. You can type {known}.")
    ability = abilities[verb]
    words = [word for word in rest.replace(",", " ").split() if word.casefold() != "and"]
    names = view.public.table.names
    targets = tuple(seat_named(word, names) for word in words[: ability.slots])
    way = "_".join(words[ability.slots :]).casefold()
    named = (param for param in ability.params if param.casefold().replace(" ", "_") == way)
    return a.Use(verb, targets, next(named, " ".join(words[ability.slots :])))


def seat_named(word: str, names: Sequence[str]) -> Seat:
    """A seat by number, name or the beginning of a name that only one has. Raises CommandError."""
    if word.isdigit():
        if 1 <= int(word) <= len(names):
            return int(word)
        raise CommandError(f"There is no seat {word}: the table has {len(names)}.")
    key = word.casefold()
    exact = [seat for seat, name in enumerate(names, 1) if name.casefold() == key]
    found = exact or [seat for seat, name in enumerate(names, 1) if key and name.casefold().startswith(key)]
    if len(found) == 1:
        return found[0]
    raise CommandError(f"{'Several players are' if found else 'Nobody is'} called {word!r}. Use the seat's number.")
