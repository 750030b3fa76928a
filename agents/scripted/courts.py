"""Votes, defences, verdicts and last words."""

from __future__ import annotations

from collections import Counter

from agents.scripted.mind import Mind
from agents.scripted.statements import Act, Reason, Statement
from agents.scripted.suspicion import Evidence, odds
from agents.scripted.talk import summing_up, untold
from game.engine.state import Public
from game.engine.types import Seat, Verdict
from game.engine.victory import QUIET_FROM

FIRST_BAR = 0.66
"""How likely a killer somebody must be for a vote on the first day of voting."""
BAR_FALLS = 0.035
"""By how much that falls with each day."""
LAST_BAR = 0.42
GUILTY_BAR = 0.52
INNOCENT_BAR = 0.42


# Voting ---------------------------------------------------------------------------------------------------------------


def choose_vote(mind: Mind, public: Public, targets: tuple[Seat, ...]) -> Seat:
    """Whom to vote for, among the legal targets; 0 for nobody new."""
    mine = public.vote_of(mind.seat)
    seats = [seat for seat in targets if seat]
    if not seats or (mind.memory.role == "Jester" and mind.draw("idle vote") < 0.5):
        return 0
    crowds = Counter(target for voter, target in public.votes if voter != mind.seat)
    pulls = {seat: _pull(mind, seat, crowds[seat] / public.majority) for seat in seats}
    best = min(seats, key=lambda seat: (-pulls[seat], seat))
    if pulls[best] < bar(mind, public) or best == mine:
        return 0
    if mine and pulls[best] < pulls.get(mine, 0.0) + 0.08:
        return 0
    _note(mind, public, best)
    return best


def bar(mind: Mind, public: Public) -> float:
    """How likely a killer somebody must seem for my vote now: less with every day and every round."""
    fallen = max(LAST_BAR, FIRST_BAR - BAR_FALLS * (public.day - 2)) - 0.08 * mind.memory.quiet
    hurried = 0.12 * draw_looms(mind) + 0.05 * (public.round - 1)
    return fallen - hurried + 0.12 * mind.temper.nerve - 0.1 * mind.killer + 0.06 * mind.neutral


def draw_looms(mind: Mind) -> bool:
    """Whether another quiet day and night would end the match with no winner (M175)."""
    return mind.memory.day >= QUIET_FROM and mind.memory.quiet > 0


def _pull(mind: Mind, seat: Seat, crowded: float) -> float:
    """How much I want to vote for somebody: my own suspicion, and the share of a majority that stands against them."""
    crowd = (mind.temper.follow + 0.1 * mind.killer + 0.25 * draw_looms(mind)) * min(1.0, 2.0 * crowded)
    if mind.mate(seat) and mind.heat(seat) < 0.5:
        return 0.0
    return mind.chance_of(seat) + crowd


def _note(mind: Mind, public: Public, seat: Seat) -> None:
    if not mind.text:
        return
    others = sum(target == seat for _, target in public.votes)
    joined = f", with {others} votes on them so far" if others else ""
    pieces = mind.beliefs.against(seat)
    reason = mind.describe(pieces[0] if pieces else None)
    if seat == mind.memory.target and mind.memory.role == "Executioner":
        mind.because("My target is {0}: every vote counts.", seat)
    elif mind.killer:
        mind.because(f"{{0}} is a good one for them to hang ({reason}){joined}.", seat)
    else:
        percent = round(100 * mind.beliefs.chance(seat))
        mind.because(f"I vote for {{0}}: {percent} % a killer by my count ({reason}){joined}.", seat)


def vote_words(mind: Mind, public: Public, seat: Seat) -> Statement | None:
    """What to say along with a vote, if anything."""
    others = any(target == seat for _, target in public.votes)
    if mind.draw("vote words") > mind.temper.talk * (0.5 if others else 1.0):
        return None
    statement = Statement(Act.VOTE, seat, topic="join" if others else "")
    return None if statement in mind.said else statement


# On trial -------------------------------------------------------------------------------------------------------------


def defend(mind: Mind) -> list[Statement]:
    """One or two lines for one's life: the claim, the last night, or a finger pointed back."""
    memory, story = mind.memory, mind.story
    if memory.role == "Jester":
        mind.because("On trial at last. I must not look too eager.")
        return [Statement(Act.JEST, topic=("dare", "odd")[int(mind.draw("jest") * 2)])]
    if mind.loyal:
        mind.because(f"I am the {story.role} and have to make them believe it.")
    else:
        mind.because(f"I am the {memory.role}, but what they hear is: {story.role}.")
    spoken = [] if mind.claimed else [Statement(Act.CLAIM, role=story.role)]
    spoken += untold(mind)[-1:] or [statement for statement in _rebuttal(mind) if statement not in mind.said]
    return spoken[:2] or [Statement(Act.DENY, topic="silent")]


def _rebuttal(mind: Mind) -> list[Statement]:
    """An answer to whoever brought one here."""
    memory = mind.memory
    against = [c.speaker for c in memory.charges if c.statement.who == mind.seat and c.speaker in memory.living]
    return [Statement(Act.DENY, against[-1])] if against else [Statement(Act.DENY, topic="silent")]


def last_words(mind: Mind) -> list[Statement]:
    """What one says when it is over."""
    memory = mind.memory
    if memory.role == "Jester":
        mind.because("They did it. I have won.")
        return [Statement(Act.FAREWELL)]
    suspect = mind.wanted(memory.others)[:1]
    if mind.loyal and suspect:
        mind.because("They are wrong about me. At least they should look at {0} next.", suspect[0])
        return [Statement(Act.POINT, suspect[0])]
    mind.because("Nothing left to say that would help.")
    return [Statement(Act.FAREWELL)]


# Judgement ------------------------------------------------------------------------------------------------------------


def judge(mind: Mind, accused: Seat) -> tuple[Verdict, list[Statement]]:
    """The verdict after the defence, and perhaps a word about it."""
    verdict = _verdict(mind, accused)
    mind.because(f"{verdict.value.capitalize()}: " + _grounds(mind, accused, verdict), accused)
    statement = summing_up(mind, verdict)
    if statement in mind.said or mind.draw("judge words") > 0.3 * mind.temper.talk:
        return verdict, []
    return verdict, [statement]


def _verdict(mind: Mind, accused: Seat) -> Verdict:
    memory = mind.memory
    haste = 0.15 * memory.day + 0.6 * draw_looms(mind)
    score = mind.heat(accused) + haste - 0.3 - 0.3 * mind.temper.nerve
    if accused == memory.target and memory.role == "Executioner":
        return Verdict.GUILTY
    if mind.bound(accused):
        return Verdict.INNOCENT
    if mind.mate(accused) and score < 0.3:
        return Verdict.INNOCENT if mind.draw("cover") < 0.6 else Verdict.ABSTAIN
    if mind.loyal and memory.jests[accused] >= 2 and not _hard(mind, accused):
        return Verdict.ABSTAIN if score > 0 else Verdict.INNOCENT
    if odds(score) >= GUILTY_BAR:
        return Verdict.GUILTY
    return Verdict.INNOCENT if odds(score) < INNOCENT_BAR else Verdict.ABSTAIN


def _hard(mind: Mind, seat: Seat) -> bool:
    """Whether more than impressions speaks against somebody."""
    soft = (Reason.HUNCH, Reason.QUIET, Reason.PUSHED_TOWN, Reason.BLAMED_TOWN, Reason.EVIL_CLAIM)
    return any(piece.topic not in soft and piece.weight > 0.8 for piece in mind.beliefs.evidence.get(seat, ()))


def _grounds(mind: Mind, accused: Seat, verdict: Verdict) -> str:
    if not mind.text:
        return ""
    if mind.mate(accused):
        return "{0} is on my side."
    if accused == mind.memory.target and mind.memory.role == "Executioner":
        return "{0} is my target."
    pieces: list[Evidence] = (mind.beliefs.against if verdict is Verdict.GUILTY else mind.beliefs.in_favour)(accused)
    reason = mind.describe(pieces[0] if pieces else None)
    if mind.killer:
        return f"{{0}} is not one of mine, and this is how I look honest ({reason})."
    return f"I put {{0}} at {round(100 * mind.beliefs.chance(accused))} % a killer ({reason})."
