"""Actions written down as the tags in which a model would have given them: what `parse` reads back as the same.

For data to train on. An answer has one main action; riders stand before it, as documented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agents.llm.notation import shown
from agents.llm.record import Notation
from agents.llm.tags import THINK
from agents.llm.verbs import NOBODY, abilities
from game.engine import actions as a
from game.engine.legal import SAY_LENGTH, writable
from game.engine.state import View
from game.engine.types import Seat, When


@dataclass(frozen=True, slots=True)
class Written:
    """The text of an answer; `actions` are those that stand in it, `left_out` is how many it cannot carry."""

    text: str
    actions: tuple[a.Action, ...]
    left_out: int


def written(actions: Sequence[a.Action], view: View, notation: Notation, thought: str = "") -> Written:
    """An answer in the protocol `tags`."""
    main, riders = _parts(_joined(actions))
    kept = (*riders, *((main,) if main else ()))
    hand = _Hand(view, shown(view.public.table.names, notation))
    lines = [hand.tag(action) for action in kept]
    if thought:
        lines.insert(0, f"{THINK[0]}{_safe(thought)}{THINK[1]}")
    ordered = (*((main,) if main else ()), *riders)
    return Written("\n".join(lines), ordered, len(actions) - len(ordered) - _merged(actions))


def _joined(actions: Sequence[a.Action]) -> list[a.Action]:
    """Lines in one channel as one, as long as there is room."""
    joined: list[a.Action] = []
    for action in actions:
        last = joined[-1] if joined else None
        if isinstance(action, a.Say) and isinstance(last, a.Say) and _fits(last, action):
            joined[-1] = replace(last, text=f"{last.text} {action.text}")
        else:
            joined.append(action)
    return joined


def _fits(last: a.Say, more: a.Say) -> bool:
    return last.channel is more.channel and len(last.text) + len(more.text) < SAY_LENGTH


def _merged(actions: Sequence[a.Action]) -> int:
    return len(actions) - len(_joined(actions))


def _parts(actions: Sequence[a.Action]) -> tuple[a.Action | None, list[a.Action]]:
    """The action that answers, and what rides along: the last of each kind."""
    by_kind = {type(action): action for action in actions if isinstance(action, _RIDERS)}
    days = [action for action in actions if isinstance(action, a.Use) and _by_day(action)]
    mains = [action for action in actions if isinstance(action, _MAINS) and action not in days]
    main = next((one for one in mains if not isinstance(one, a.Pass)), mains[0] if mains else None)
    if isinstance(main, a.Pass) and days:
        return days[-1], list(by_kind.values())
    return main, [*by_kind.values(), *days[-1:]]


def _by_day(action: a.Use) -> bool:
    return abilities()[action.ability].when is When.DAY


_MAINS = (a.Say, a.Vote, a.Judge, a.Use, a.Pass)
_RIDERS = (a.Whisper, a.WriteWill, a.WriteNote, a.Jot, a.Bid)


@dataclass(frozen=True, slots=True)
class _Hand:
    """How one seat writes."""

    view: View
    names: Sequence[str]

    def name(self, seat: Seat | None) -> str:
        return self.names[seat - 1] if seat else NOBODY

    def tag(self, action: a.Action) -> str:
        match action:
            case a.Say(text, channel):
                where = f' channel="{channel.value}"' if len(writable(self.view)) > 1 else ""
                return f"<say{where}>{_safe(text)}</say>"
            case a.Vote(target):
                return f"<vote>{self.name(target)}</vote>"
            case a.Judge(verdict):
                return f"<verdict>{verdict.value}</verdict>"
            case a.Whisper(to, text):
                return f'<whisper to="{self.name(to)}">{_safe(text)}</whisper>'
            case a.Use(ability, targets, param):
                choice = f' param="{param}"' if param else ""
                return f"<{ability}{choice}>{', '.join(map(self.name, targets))}</{ability}>"
            case a.Bid(level):
                return f"<bid>{level}</bid>"
            case a.WriteWill(text) | a.WriteNote(text) | a.Jot(text):
                return f"<{_PAPERS[type(action)]}>{_safe(text)}</{_PAPERS[type(action)]}>"
            case _:
                return "<pass></pass>"


_PAPERS: dict[type, str] = {a.WriteWill: "will", a.WriteNote: "note", a.Jot: "jot"}


def _safe(text: str) -> str:
    """A text in which nothing can be taken for a tag."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
