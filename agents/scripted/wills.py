"""Last wills and death notes."""

from __future__ import annotations

from agents.scripted.mind import Mind
from agents.scripted.statements import Act, Reason, Statement
from agents.scripted.voice import written
from game.engine.legal import WILL_LENGTH

_LONGEST = 30


def will(mind: Mind) -> str | None:
    """The last will if it should be written anew, else None."""
    statements = _will(mind)
    text = "\n".join(written(mind, statement) for statement in statements)[:WILL_LENGTH]
    return None if text == mind.memory.will else text


def _will(mind: Mind) -> list[Statement]:
    story, memory = mind.story, mind.memory
    if memory.role == "Jester":
        return [Statement(Act.JEST, topic="smug")]
    statements = [Statement(Act.CLAIM, role=story.role), *story.reports[-_LONGEST:]]
    suspects = [seat for seat in mind.wanted(memory.others)[:1] if mind.chance_of(seat) > 0.6 and not mind.mate(seat)]
    pieces = [p for seat in suspects for p in mind.beliefs.against(seat) if p.topic is not Reason.HUNCH]
    if suspects and pieces:
        statements.append(Statement(Act.POINT, suspects[0]))
    return statements


def note(mind: Mind) -> str:
    """What a killer leaves beside a body."""
    return written(mind, Statement(Act.NOTE, topic="law" if mind.loyal else "dark"))
