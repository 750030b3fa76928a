"""How a mind puts a statement: the wording, picked by temperament and not used before. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable

from agents.scripted.mind import Mind
from agents.scripted.speech import WILL, Wording, fitting, render, terse
from agents.scripted.statements import Act, Statement
from game.engine import chance

SPEECH_LENGTH = 200
_ADORNED = frozenset({Act.ACCUSE, Act.AGREE, Act.DEFEND, Act.DENY, Act.CITE, Act.REPORT, Act.PLAN})
"""What may get an opener or a closer."""


def line(mind: Mind, statement: Statement) -> str:
    """A statement as this player says it now."""
    if not mind.text:
        return terse(statement)
    wording = _pick(mind, statement)
    text = render(statement, wording, mind.memory.names, mind.memory.day, mind.memory.deck.ruleset)
    return _adorn(mind, statement, text) if statement.act in _ADORNED else text


def written(mind: Mind, statement: Statement) -> str:
    """A statement as a line of a last will or a note."""
    if not mind.text:
        return terse(statement)
    choices = fitting(statement.key, mind.temper.name if statement.act is Act.NOTE else WILL)
    place = int(mind.lasting("will style", statement.act) * len(choices))
    return render(statement, choices[place], mind.memory.names, ruleset=mind.memory.deck.ruleset)


def _pick(mind: Mind, statement: Statement) -> Wording:
    choices = fitting(statement.key, mind.temper.name)
    common = [wording for wording in choices if wording.tag == "any"] or list(choices)
    start = int(chance.draw(mind.seed, mind.memory.stage, statement.key) * len(common)) + mind.seat
    # Seats that say the same thing at once start a step apart; what was said lately comes last.
    order = [common[(start + step) % len(common)] for step in range(len(common))]
    own = [wording for wording in choices if wording.tag != "any"]
    order = own + order if mind.draw("own words", statement) < 0.4 else order + own
    return min(order, key=lambda one: _stale(one, mind.uttered) + 2 * _stale(one, mind.heard))


def _stale(wording: Wording, lines: Iterable[str]) -> bool:
    return any(wording.pattern.fullmatch(line) for line in lines)


def _adorn(mind: Mind, statement: Statement, text: str) -> str:
    luck = mind.draw("adorn", statement)
    if luck < 0.14:
        openers = mind.temper.openers
        text = f"{openers[int(luck / 0.14 * len(openers))]} {text}"
    elif luck > 0.92:
        closers = mind.temper.closers
        text = f"{text} {closers[int((luck - 0.92) / 0.08 * len(closers))]}"
    return text[:SPEECH_LENGTH]
