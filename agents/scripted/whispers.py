"""Talk that not everybody hears: the team at night, the cell, the dead, and whispers by day."""

from __future__ import annotations

from collections.abc import Sequence

from agents.scripted.killing import bite_worth
from agents.scripted.mind import Mind
from agents.scripted.plans import strangers, victim
from agents.scripted.statements import Act, Statement
from game.engine.asks import Option
from game.engine.types import Channel, Phase, Seat

Spoken = tuple[Channel, Statement]


def confer(mind: Mind, channels: Sequence[str]) -> list[Spoken]:
    """What to say in the channels that are open tonight."""
    spoken: list[Spoken] = []
    for channel in map(Channel, channels):
        speak = _SPEAK.get(channel, _with_team)
        spoken += [(channel, statement) for statement in speak(mind) if _unsaid(mind, channel, statement)]
    return spoken[:2]


_RECURRING = frozenset({Act.FOLLOW, Act.SUMMON, Act.LISTEN})
"""What may be said again."""


def _unsaid(mind: Mind, to: str, statement: Statement) -> bool:
    return (to, statement) not in mind.memory.hushed or statement.act in _RECURRING


def _with_team(mind: Mind) -> list[Statement]:
    memory = mind.memory
    prey = strangers(mind, memory.others)
    if not prey:
        return []
    target = bite_worth(mind, prey) if memory.role == "Vampire" else victim(mind, prey)
    led = any(role == "Godfather" and seat in memory.living for seat, role in memory.team.items())
    spoken: list[Statement] = []
    if memory.role == "Godfather":
        mind.because("I want {0} dead: the most dangerous of them.", target)
        spoken.append(Statement(Act.ORDER, target))
    elif memory.role == "Framer" and mind.draw("say frame") < 0.5:
        framed = max(prey, key=lambda seat: (mind.beliefs.score[seat], seat))
        mind.because("I tell the others whom I would frame: {0}.", framed)
        spoken.append(Statement(Act.FRAME, framed))
    elif led and mind.draw("follow") < 0.25:
        mind.because("The Godfather decides. I say that I follow.")
        spoken.append(Statement(Act.FOLLOW))
    else:
        mind.because("I would go for {0}, and say so.", target)
        spoken.append(Statement(Act.PROPOSE, target))
    spoken += _uncovered(mind)
    if memory.day == 1:
        mind.because(f"By day I will pose as the {mind.story.role}; the others should pick something else.")
        spoken.append(Statement(Act.PRETEND, role=mind.story.role))
    return spoken


def _uncovered(mind: Mind) -> list[Statement]:
    """Exact roles that I found out, for my team to know; the latest first."""
    found = [
        Statement(Act.REPORT, seats[0], role=value, night=night, topic="exact")
        for night, mine in mind.memory.nights.items()
        for kind, seats, value in mine.told
        if kind == "role_result" and seats[0] in mind.memory.living
    ]
    return found[::-1]


def _in_cell(mind: Mind) -> list[Statement]:
    memory = mind.memory
    prisoner = memory.prisoners.get(memory.day, 0)
    if not prisoner:
        return _as_prisoner(mind)
    if mind.chance_of(prisoner) > 0.6:
        mind.because("I have {0} where I want them.", prisoner)
        return [Statement(Act.THREAT, prisoner), Statement(Act.SUMMON)][: 1 + (memory.day == 1)]
    if mind.chance_of(prisoner) < 0.15:
        mind.because("I believe {0} is honest. A night in the cell keeps them safe.", prisoner)
        return [Statement(Act.CALM, prisoner)]
    mind.because("I want to hear what {0} has to say.", prisoner)
    return [Statement(Act.SUMMON)]


def _as_prisoner(mind: Mind) -> list[Statement]:
    story = mind.story
    mind.because(
        f"In the cell it is best to say what I am: the {story.role}."
        if mind.loyal
        else f"The Jailor must not learn that I am the {mind.memory.role}. I say {story.role}."
    )
    return [Statement(Act.CLAIM, role=story.role), *story.reports[-1:]]


def _with_the_dead(mind: Mind) -> list[Statement]:
    memory = mind.memory
    if mind.seat in memory.living:
        mind.because("The dead may know something.")
        return [Statement(Act.LISTEN)]
    spoken = [Statement(Act.CLAIM, role=memory.role, topic="dead"), *mind.story.results[-1:]]
    suspects = [seat for seat in mind.wanted(memory.others) if not mind.mate(seat)]
    if suspects and mind.draw("dead") < 0.5:
        mind.because("If a Medium listens, they should know whom I suspect: {0}.", suspects[0])
        spoken.insert(0, Statement(Act.SUSPECT, suspects[0]))
    return spoken


def _at_seance(mind: Mind) -> list[Statement]:
    memory = mind.memory
    if mind.seat in memory.living:
        return [Statement(Act.CLAIM, role=mind.story.role)]
    suspects = mind.wanted(memory.others)
    if not suspects:
        return []
    mind.because("One last word from the grave, about {0}.", suspects[0])
    return [Statement(Act.SUSPECT, suspects[0])]


_SPEAK = {Channel.JAIL: _in_cell, Channel.DEAD: _with_the_dead, Channel.SEANCE: _at_seance}


def whisper(mind: Mind, standing: Sequence[Option]) -> tuple[Seat, Statement] | None:
    """A word in private by day, now and then."""
    memory = mind.memory
    last = memory.phase is Phase.DISCUSSION and memory.round > 1
    if not last or memory.day < 2 or mind.draw("whisper") > 0.1 * (0.5 + mind.temper.talk):
        return None
    open_to = next((option.slots[0] for option in standing if option.verb == "whisper"), ())
    trusted = sorted(open_to, key=lambda seat: (mind.beliefs.score[seat] - 2.0 * mind.mate(seat), seat))[:1]
    suspects = [seat for seat in mind.wanted(memory.others) if seat not in trusted and not mind.mate(seat)]
    if not trusted or not suspects:
        return None
    guard = mind.story.role in ("Doctor", "Bodyguard")
    friend = trusted[0]
    statement = Statement(Act.OFFER, friend) if guard else Statement(Act.CONFIDE, friend, suspects[0])
    if not _unsaid(mind, f"to {friend}", statement):
        return None
    mind.because("I take {0} aside: of all of them I trust {0} most.", friend)
    return friend, statement
