"""Names and words of persons in a log: told apart, replaced by pseudonyms, or taken out.

Pure: events in, events out. What the names are and who has agreed to what is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from game.engine import events as e
from game.engine.types import Seat, ShownWill

DELETED = "(deleted by its author)"
"""What stands where somebody has taken their words back."""
COLOURS = (
    "Amber", "Azure", "Beige", "Bronze", "Cobalt", "Copper", "Coral", "Crimson", "Ebony", "Golden", "Indigo", "Ivory",
    "Jade", "Lilac", "Ochre", "Olive", "Pearl", "Ruby", "Russet", "Saffron", "Scarlet", "Silver", "Teal", "Violet",
)  # fmt: skip
ANIMALS = (
    "Badger", "Bison", "Crane", "Dormouse", "Egret", "Falcon", "Gecko", "Heron", "Ibex", "Jackdaw", "Kestrel",
    "Lynx", "Magpie", "Marten", "Newt", "Otter", "Plover", "Quail", "Raven", "Siskin", "Tapir", "Vole", "Wagtail",
    "Wombat",
)  # fmt: skip

Rename = Callable[[str], str]
"""A text with names replaced."""


def pseudonym(number: int) -> str:
    """The pseudonym of a number: alike numbers have it alike, and it tells nothing else."""
    number, animal = divmod(number, len(ANIMALS))
    number, colour = divmod(number, len(COLOURS))
    return f"{COLOURS[colour]} {ANIMALS[animal]} {1000 + number % 9000}"


def guest_pseudonym(number: int, seat: Seat) -> str:
    """The pseudonym of somebody without an account, who is nobody beyond one match."""
    return f"Guest {ANIMALS[number % len(ANIMALS)]} {seat}"


# Names ----------------------------------------------------------------------------------------------------------------


def renaming(names: Mapping[str, str]) -> Rename:
    """Replaces whole words that are names, however their letters are cased; what it puts in is not read again."""
    given = {name.casefold(): new for name, new in names.items() if name and name != new}
    if not given:
        return lambda text: text
    longest_first = sorted(given, key=len, reverse=True)
    words = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
    return lambda text: words.sub(lambda found: given.get(found[0].casefold(), found[0]), text)


def renamed(events: Iterable[e.Event], new: Mapping[Seat, str], old: Sequence[str] = ()) -> Iterator[e.Event]:
    """A log in which seats have other names, at the table and wherever a text mentions them.

    `old` are the names of a table whose opening is not among the events.
    """
    rename = _renaming_of(new, old)
    for event in events:
        if isinstance(event, e.MatchOpened):
            old = event.table.names
            rename = _renaming_of(new, old)
            names = tuple(new.get(seat, name) for seat, name in enumerate(old, 1))
            yield replace(event, table=replace(event.table, names=names))
        else:
            yield _retold(event, rename)


def _renaming_of(new: Mapping[Seat, str], old: Sequence[str]) -> Rename:
    return renaming({old[seat - 1]: name for seat, name in new.items()} if old else {})


def _retold(event: e.Event, rename: Rename) -> e.Event:
    if isinstance(event, e.Died):
        return replace(event, will=rename(event.will), notes=tuple(map(rename, event.notes)))
    if isinstance(event, _WORDS | e.WillRead):
        return replace(event, text=rename(event.text))
    return event


def renamed_value(value: Any, rename: Rename) -> Any:
    """Plain values in which every text is renamed; keys stay."""
    if isinstance(value, str):
        return rename(value)
    if isinstance(value, Mapping):
        return {key: renamed_value(part, rename) for key, part in value.items()}
    return [renamed_value(part, rename) for part in value] if isinstance(value, list) else value


# Words ----------------------------------------------------------------------------------------------------------------

_WORDS = e.Said | e.WhisperHeard | e.WillWritten | e.NoteWritten | e.Jotted | e.Summarised
"""Events that hold what a seat has said or written."""


def words_of(event: e.Event, seat: Seat) -> str | None:
    """What a seat says or writes by an event; None where it does neither."""
    return event.text if isinstance(event, _WORDS) and event.seat == seat else None


def without_words(events: Iterable[e.Event], seat: Seat, instead: str = DELETED) -> Iterator[e.Event]:
    """A log in which what a seat said and wrote is taken out, wherever it is heard, read out or copied."""
    written: set[str] = set()
    before: e.Event | None = None
    for event in events:
        if isinstance(event, e.WillWritten | e.NoteWritten) and event.seat == seat and event.text:
            written.add(event.text)
        mine = words_of(event, seat) or _unnamed_copy(event, before, seat)
        yield _silenced(event, instead) if mine else _unread(event, seat, written, instead)
        before = event


def _unnamed_copy(event: e.Event, before: e.Event | None, seat: Seat) -> bool:
    """Whether this is a line of the seat for those who may not know the speaker: it follows the speaker's own."""
    return (
        isinstance(event, e.Said) and isinstance(before, e.Said)
        and (event.seat, before.seat) == (0, seat)
        and (event.channel, event.text) == (before.channel, before.text)
    )  # fmt: skip


def _silenced(event: e.Event, instead: str) -> e.Event:
    return replace(event, text=instead) if isinstance(event, _WORDS | e.WillRead) else event


def _unread(event: e.Event, seat: Seat, written: set[str], instead: str) -> e.Event:
    """Wills and death notes of the seat, where others read them. A forged will is the forger's note."""
    if isinstance(event, e.WillRead) and event.seat == seat and event.text:
        return _silenced(event, instead)
    if isinstance(event, e.Died):
        own = event.seat == seat and event.will_shown is ShownWill.SHOWN
        will = instead if event.will and (own or event.will in written) else event.will
        return replace(event, will=will, notes=tuple(instead if note in written else note for note in event.notes))
    return event


def silenced_action(action: Mapping[str, Any]) -> dict[str, Any]:
    """A recorded action without its words."""
    return {**action, **({"text": DELETED} if action.get("text") else {})}
