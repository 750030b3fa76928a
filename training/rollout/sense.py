"""Whether an action can make sense, and whether doing nothing would be worth less: from what the seat knows alone.

Only what serves nobody's goal is called senseless. Whom to accuse, to believe or to vote against is strategy, and so is
every lie: none of it is judged here.
"""

from __future__ import annotations

import re

from agents.llm.verbs import abilities
from game.engine import actions as a
from game.engine.asks import Ask, AskKind, Option
from game.engine.legal import card
from game.engine.state import View
from game.engine.types import Alignment, Faction, Seat, Verdict

PLACEHOLDERS = frozenset({"WORDS", "WORD", "PLAYER", "CHOICE"})
"""Words of the prompt's forms that say nothing."""
DEEDS = frozenset({AskKind.ACT, AskKind.VOTE, AskKind.JUDGE})
"""Kinds of ask at which something can be done; at the others one may speak or not."""


def is_active(action: a.Action) -> bool:
    """Whether it is anything but waiting: not a pass, no vote taken back, no abstention."""
    if isinstance(action, a.Vote):
        return action.target is not None
    return not isinstance(action, a.Pass) and action != a.Judge(Verdict.ABSTAIN)


def is_sensible(view: View, ask: Ask, action: a.Action) -> bool:
    """Whether a legal action can make sense at an ask. Waiting does where there is nothing better to do."""
    if not is_active(action) or (isinstance(action, a.Say) and ask.kind in DEEDS):
        return not may_act(view, ask)
    if isinstance(action, a.Say | a.Whisper):
        return _says_something(action.text)
    if isinstance(action, a.Vote):
        return action.target is not None and not _is_shown_mate(view, action.target)
    if isinstance(action, a.Use):
        return all(_may_be_aimed(view, action.ability, target) for target in action.targets)
    return True


def may_act(view: View, ask: Ask) -> bool:
    """Whether the ask has a deed that can be done again and again, so that waiting saves nothing.

    Abilities with few uses (an alert, an execution, a bullet) may well be kept; a vote that stands may stay.
    """
    if ask.kind not in DEEDS:
        return False
    if ask.kind is AskKind.VOTE and view.public.vote_of(view.me.seat):
        return False
    return any(_is_free(view, option) for option in ask.options)


def _is_free(view: View, option: Option) -> bool:
    if option.verb in ("vote", "judge"):
        return any(is_active(action) for action in option.actions())
    if option.verb != "use" or abilities()[option.name].uses is not None:
        return False
    return all(any(_may_be_aimed(view, option.name, seat) for seat in slot) for slot in option.slots)


def _says_something(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+", text)
    return bool(words) and not PLACEHOLDERS.issuperset(words)


def _may_be_aimed(view: View, ability: str, target: Seat) -> bool:
    """Nobody gains by hurting the own team or oneself, or by looking into somebody whose role they know."""
    known = {seat for seat, _ in view.me.team} | {seat for seat, _ in view.public.revealed} | {view.me.seat}
    if abilities()[ability].harmful:
        mates = {seat for seat, _ in view.me.team} | {view.me.seat}
        return target not in mates and not _is_shown_mate(view, target)
    return card(view.me).alignment is not Alignment.TOWN_INVESTIGATIVE or target not in known


def _is_shown_mate(view: View, target: Seat) -> bool:
    """Whether the table knows that the target is of the Town, and the seat is too."""
    shown = view.public.role_revealed(target) is not None
    return shown and card(view.me).faction is Faction.TOWN
