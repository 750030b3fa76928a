"""Questions about a seat's own role beside the match: who wins with it, whether it can act now, who its mates are.

The engine knows the answers. Each question is asked in several wordings; the last of each is held out from learning.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from agents.llm.client import Message
from agents.llm.digest import INTRODUCTION, digest
from agents.llm.lines import Hand
from agents.llm.notation import codes
from game.engine import chance
from game.engine.fold import visible
from game.engine.roles import ROLES
from training.reward.terms import Marks
from training.rollout.points import Point

ALONE, NOBODY = "alone", "none"
"""For a role that no team wins with, and for a seat without mates."""
WORDINGS: dict[str, tuple[str, ...]] = {
    "side": (
        "Which team wins with you: Town, Mafia, or alone?",
        "Whose victory is yours: Town, Mafia, or alone?",
        "Say for whom you play: Town, Mafia, or alone.",
    ),
    "act": (
        "Can you use an ability right now: yes or no?",
        "Is there an ability that you may use now? yes or no.",
        "Right now, do you have an ability to use: yes or no?",
    ),
    "mates": (
        "Who is on your team? Players, or none.",
        "Name the players who you know play with you, or none.",
        "List your known mates, or none.",
    ),
}
ANSWER = "Answer: <answer>WORDS</answer>"
_ANSWER = re.compile(r"<answer>([^<>]{1,80})</answer>")


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the seat of a point. `truth` holds the words of the right answer, lower case."""

    point: Point
    about: str
    messages: tuple[Message, ...]
    truth: frozenset[str]

    @property
    def id(self) -> str:
        """The point's id and what is asked."""
        return f"{self.point.id}?{self.about}"


def question(point: Point, *, held_out: bool = False) -> Question:
    """One question at a point, drawn by the point's id: about what, and in which words."""
    about = chance.pick(tuple(WORDINGS), point.id, "about")
    wordings = WORDINGS[about][-1:] if held_out else WORDINGS[about][:-1]
    table = point.state.public.table
    hand = Hand(point.seat, table.names, point.record.notation, point.record.preset.special, table.ruleset)
    told = digest(point.view, None, hand, visible(point.log, point.seat))
    asked = f"{told}\n{chance.pick(wordings, point.id, 'wording')}\n{ANSWER}"
    messages = (Message("system", INTRODUCTION), Message("user", asked))
    return Question(point, about, messages, frozenset(_TRUTHS[about](point)))


def _side(point: Point) -> set[str]:
    return {(ROLES[point.role].side or ALONE).casefold()} if ROLES[point.role].side in _TEAMS else {ALONE}


_TEAMS = ("Town", "Mafia", "Coven", "Vampire")


def _act(point: Point) -> set[str]:
    options = (*point.ask.options, *point.ask.standing)
    return {"yes" if any(option.verb == "use" for option in options) else "no"}


def _mates(point: Point) -> set[str]:
    short = codes(len(point.state.public.table.names))
    return {short[seat - 1] for seat, _ in point.view.me.team if seat != point.seat} or {NOBODY}


_TRUTHS: dict[str, Callable[[Point], set[str]]] = {"side": _side, "act": _act, "mates": _mates}


def answered(asked: Question, text: str, *, tokens: int = 0, ended: bool = True) -> Marks:
    """What an answer to a question is worth: the share of right words among those given and those wanted."""
    found = _ANSWER.findall(text)
    form = ended and len(found) == 1 and _ANSWER.fullmatch(text.strip()) is not None
    words = {word for word in re.split(r"[\s,]+", found[-1].casefold()) if word} if found else set()
    both = words | asked.truth
    return Marks(form=form, tokens=tokens, understood=len(words & asked.truth) / len(both))
