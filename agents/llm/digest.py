"""A digest of a match in place of its log: the state, the last words and reports, what is asked, and the tags for it.

Short enough for small models and for training on a processor: at most about 200 tokens at a table of seven. Pure, a
function of the events that the seat may see and of its view; nothing of a prompt stays, so no prefix grows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agents.llm import grammar
from agents.llm.lines import Hand
from agents.llm.notation import role_codes
from agents.llm.templating import template
from agents.llm.verbs import MANY, NOBODY, form
from game.engine import events as e
from game.engine.asks import Ask, Option
from game.engine.roles import ROLES
from game.engine.state import View
from game.engine.types import Phase, Seat

INTRODUCTION = "You play Town of Salem. Players are two letters. Answer with one tag."
"""The system's part of every such prompt."""
TALK, REPORTS = 3, 2
"""Lines of talk of this day, and private reports, that are shown."""
LENGTH = 72
"""Characters of such a line."""


def digest(view: View, ask: Ask | None, hand: Hand, events: Sequence[e.Event]) -> str:
    """What stands for the log and the ask, if there is one. `events` are those that the seat has seen, oldest first."""
    public, me, names = view.public, view.me, hand.shown
    return template(
        "digest",
        me=names[me.seat - 1],
        role=me.role,
        faction=ROLES[me.role].faction.value,
        night=public.phase is Phase.NIGHT,
        day=public.day,
        phase=public.phase.value.replace("_", " "),
        living=_named(sorted(public.living), names),
        graves=[f"{names[grave.seat - 1]} {grave.role or 'unknown'}" for grave in public.graves],
        shown=[f"{names[seat - 1]} {role}" for seat, role in public.revealed],
        team=[f"{names[seat - 1]} {role}" for seat, role in me.team if seat != me.seat],
        accused=names[public.accused - 1] if public.accused else "",
        votes=[f"{names[voter - 1]}-{names[target - 1]}" for voter, target in public.votes],
        reports=list(_reports(events, hand)),
        talk=list(_talk(events, hand)),
        forms=list(_forms(ask, view, names)) if ask else [],
    )


def _named(seats: Sequence[Seat], names: Sequence[str]) -> str:
    return " ".join(names[seat - 1] if seat else NOBODY for seat in seats)


def _reports(events: Sequence[e.Event], hand: Hand) -> Iterator[str]:
    """The last things that the seat was told in private."""
    told = [event for event in events if isinstance(event, e.Told)][-REPORTS:]
    yield from (_cut(text) for event in told if (text := hand.line(event)))


def _talk(events: Sequence[e.Event], hand: Hand) -> Iterator[str]:
    """The last lines since the sun last rose or set, the players in them named as everywhere here."""
    for place in range(len(events) - 1, -1, -1):
        event = events[place]
        if isinstance(event, e.PhaseOpened) and event.phase in (Phase.DISCUSSION, Phase.NIGHT):
            break
    else:
        place = 0
    said = [event for event in events[place:] if isinstance(event, e.Said)][-TALK:]
    yield from (_cut(_coded(text, hand)) for event in said if (text := hand.line(event)))


def _cut(text: str) -> str:
    return text if len(text) <= LENGTH else text[: LENGTH - 4].rsplit(" ", 1)[0] + " ..."


def _coded(text: str, hand: Hand) -> str:
    """A line with the players' codes in place of their names."""
    by_name = dict(zip(hand.names, hand.shown, strict=True))
    return re.sub(r"\b(?:" + "|".join(map(re.escape, by_name)) + r")\b", lambda found: by_name[found[0]], text)


def _forms(ask: Ask, view: View, names: Sequence[str]) -> Iterator[str]:
    """Every legal answer as a tag with its players and choices, and the abilities of the day beside them."""
    by_day = [option for option in ask.standing if option.verb == "use" and view.public.phase.is_day]
    for group in grammar.merged((*ask.options, *by_day)):
        option = group[0]
        if option.verb == "judge":
            yield f"<verdict>WORD</verdict> WORD: {' '.join(one.name for one in group)}"
        else:
            yield " ".join((form(option, view), *_parts(option, names)))


def _parts(option: Option, names: Sequence[str]) -> Iterator[str]:
    if option.slots:
        lists = dict.fromkeys(_named(slot, names) for slot in option.slots)
        yield f"PLAYER: {', then '.join(lists)}"
    if option.params:
        few = len(option.params) <= MANY
        yield f"CHOICE: {' '.join(role_codes().get(one, one) for one in option.params) if few else 'a role'}"
