"""What a mind says by day: answers first, then leads, news, accusations, support, questions, and idle talk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from agents.scripted.findings import attacked_at
from agents.scripted.lists import expected_killers, is_killer, is_town
from agents.scripted.memory import Charge
from agents.scripted.mind import Mind
from agents.scripted.statements import Act, Reason, Statement
from agents.scripted.story import LEADS
from agents.scripted.suspicion import Evidence, charge_of
from game.engine.types import Seat, Verdict


class Wish(NamedTuple):
    """Something one might say, how pressing it is (from 5 on it is said in any case), and why."""

    worth: float
    statement: Statement
    thought: str = ""


PRESSING = 5.0
_EAGER = (1.5, 3.0, PRESSING, 8.0)
"""From which worth of the best wish on the bids 1 to 4 are made."""
_HARD = frozenset({Reason.CHECK, Reason.TRUSTED_CHECK, Reason.MISFIT, Reason.SEEN, Reason.NAMED_BY_DEAD, Reason.MY_ROLE,
                   Reason.COUNTERCLAIM, Reason.ROLE_DEAD})  # fmt: skip
"""Charges that nobody can leave standing."""
_HEARD_BY_ALL = frozenset({Reason.TRUSTED_CHECK, Reason.NAMED_BY_DEAD, Reason.SEEN, Reason.COUNTERCLAIM, Reason.MISFIT})
"""Reasons that come to everybody at once: a few voices are enough."""


def discuss(mind: Mind) -> list[Statement]:
    """One or two statements for the day's talk; none to stay silent."""
    wishes = list(_small_talk(mind) if mind.memory.day == 1 else _wishes(mind))
    wishes = [wish for wish in wishes if wish.statement not in mind.said]
    wishes.sort(key=lambda wish: -wish.worth)
    spoken: list[Statement] = []
    for worth, statement, thought in wishes:
        if spoken and not _second(mind, worth, spoken[0], statement):
            continue
        if worth >= PRESSING or mind.draw("talk", len(spoken)) < mind.temper.talk * (0.35 + worth / 4):
            spoken.append(statement)
            mind.because(thought)
        if len(spoken) == 2 or (not spoken and worth < 1):
            break
    return spoken


def eagerness(mind: Mind, saying: Sequence[Statement]) -> int:
    """How much I want to speak next, as a bid: by the most pressing of what is left when this has been said."""
    left = (wish.worth for wish in _wishes(mind) if wish.statement not in mind.said and wish.statement not in saying)
    best = max(left, default=0.0)
    return sum(best >= worth for worth in _EAGER)


def _second(mind: Mind, worth: float, first: Statement, statement: Statement) -> bool:
    """Whether a second line goes with the first."""
    if first.act is Act.CLAIM:
        return statement.act is Act.REPORT
    return worth >= PRESSING or (mind.draw("second") < mind.temper.second_line and statement.act is not first.act)


def _wishes(mind: Mind) -> Iterator[Wish]:
    yield from _answers(mind)
    yield from _slips(mind)
    yield from _leads(mind)
    yield from _news(mind)
    yield from _accusations(mind)
    yield from _support(mind)
    yield from _questions(mind)
    yield from _idle(mind)


# Answers --------------------------------------------------------------------------------------------------------------


def _answers(mind: Mind) -> Iterator[Wish]:
    memory = mind.memory
    charges = [c for c in memory.charges if c.statement.who == mind.seat and _fresh(mind, c)]
    questions = [c for c in memory.questions if c.statement.who == mind.seat and _fresh(mind, c)]
    if not charges and not questions:
        return
    if memory.role == "Jester" and mind.draw("dare") < 0.6:
        thought = mind.why("They look at me at last. As the Jester I want exactly that.")
        yield Wish(6.0, Statement(Act.JEST, topic="dare"), thought)
        return
    hard = any(c.statement.topic in _HARD for c in charges)
    roles = [c for c in questions if not c.statement.topic]
    pressed = hard or len({c.speaker for c in charges}) >= 2 or bool(roles and mind.draw("answer") < 0.65)
    if pressed and not mind.claimed:
        yield from come_out(mind)
    elif mind.claimed and (told := untold(mind)):
        thought = mind.why("They ask about me, so I tell what I did.")
        yield Wish(6.0, told[-1], thought)
    if charges:
        yield from _retort(mind, charges)
    elif not pressed:
        thought = mind.why("{0} wants to hear me. I have nothing to give yet.", questions[-1].speaker)
        yield Wish(5.0, Statement(Act.WAIT, questions[-1].speaker, topic="asked"), thought)


def _fresh(mind: Mind, charge: Charge) -> bool:
    return charge.day == mind.memory.day and charge.stage >= mind.memory.answered and charge.speaker != mind.seat


def come_out(mind: Mind) -> Iterator[Wish]:
    """The claim with the last results, true or not."""
    story = mind.story
    if mind.loyal:
        thought = mind.why(f"They want to know who I am. I tell them: the {story.role}.")
    else:
        thought = mind.why(f"I have to claim something. I say {story.role}, but I am the {mind.memory.role}.")
    yield Wish(9.0, Statement(Act.CLAIM, role=story.role), thought)
    for report in untold(mind)[-1:]:
        yield Wish(8.5, report, thought)


def untold(mind: Mind) -> list[Statement]:
    """Nights of the own story that have not been told."""
    return [report for report in mind.story.reports if report not in mind.said]


def _retort(mind: Mind, charges: list[Charge]) -> Iterator[Wish]:
    last = charges[-1]
    if last.statement.topic in (Reason.CHECK, Reason.MY_ROLE) and not mind.mate(last.speaker):
        honest = "What {0} says about me is false. I say so."
        thought = mind.why(honest if mind.loyal else "{0} is right about me, so I call {0} a liar.", last.speaker)
        yield Wish(6.5, Statement(Act.ACCUSE, last.speaker, topic=Reason.FALSE_ON_ME), thought)
        return
    thought = mind.why("{0} goes after me. I answer.", last.speaker)
    soft = last.statement.topic in (Reason.QUIET, Reason.HUNCH)
    yield Wish(5.5, Statement(Act.DENY, last.speaker, topic="soft" if soft else ""), thought)


def _slips(mind: Mind) -> Iterator[Wish]:
    """A liar without a cover gives itself away sooner or later."""
    if mind.story.bare and not mind.claimed and mind.draw("slip") < mind.dials.blurts:
        thought = mind.why(f"It slips out: I am the {mind.story.role}.")
        yield Wish(9.0, Statement(Act.CLAIM, role=mind.story.role), thought)


# Leads and news -------------------------------------------------------------------------------------------------------


def _leads(mind: Mind) -> Iterator[Wish]:
    fresh = [report for report in untold(mind) if _leads_somewhere(mind, report)]
    if not fresh or (not mind.loyal and mind.memory.day < 3 and fresh[-1].who != mind.memory.target):
        return
    lead = fresh[-1]
    if mind.loyal:
        seen = lead.who if lead.topic == "tracked" or not lead.seats else lead.seats[0]
        thought = mind.why("What I found out about {0} is worth coming forward for.", seen or mind.seat)
    else:
        thought = mind.why(f"I make up a result against {{0}}: I pose as the {mind.story.role}.", lead.who)
    if not mind.claimed:
        yield Wish(9.0, Statement(Act.CLAIM, role=mind.story.role), thought)
    yield Wish(8.8, lead, thought)


def _leads_somewhere(mind: Mind, report: Statement) -> bool:
    memory = mind.memory
    if report.topic == "poisoned":
        return report.night == memory.day - 1
    if report.topic == "tracked":
        dead = memory.died_on(report.night, night=True)
        return report.who in memory.living and any(seat in dead for seat in report.seats)
    if report.topic == "evil_among":
        return any(_convicted(mind, seat) for seat in report.seats)
    if report.topic == "visitors":
        return attacked_at(memory, report) and any(seat in memory.living for seat in report.seats)
    if report.topic == "group" and report.who == memory.target:
        return report.who in memory.living
    if report.topic == "group" and report.who in memory.living:
        return _convicted(mind, report.who)
    return report.topic in LEADS and report.who in memory.living and not mind.mate(report.who)


def _convicted(mind: Mind, seat: Seat) -> bool:
    """Whether my own results speak strongly against somebody."""
    return any(p.topic is Reason.CHECK and p.weight > 1.2 for p in mind.beliefs.evidence.get(seat, ()))


def _news(mind: Mind) -> Iterator[Wish]:
    memory = mind.memory
    if memory.round != 1:
        return
    yesterday = memory.day - 1
    share = 2.2 / max(1, len(memory.living))
    dead = memory.died_on(yesterday, night=True)
    for seat in memory.died_on(yesterday, night=False):
        if is_town(memory.graves[seat].role) and mind.draw("regret", seat) < share:
            thought = mind.why("We hanged {0}, one of our own." if mind.loyal else "{0} hanged. I act sorry.", seat)
            yield Wish(3.4, Statement(Act.REGRET, seat, role=memory.graves[seat].role), thought)
    for seat in dead:
        role = memory.graves[seat].role
        if mind.draw("news", seat) < share and (is_town(role) or is_killer(role)):
            yield Wish(3.6, Statement(Act.MOURN if is_town(role) else Act.CHEER, seat, role=role), _feeling(mind, seat))
        for named in memory.graves[seat].named:
            if named in memory.living and named != mind.seat and not mind.mate(named) and mind.draw("cite") < 2 * share:
                thought = mind.why("{0} left us a name: {1}. That should be heard.", seat, named)
                yield Wish(5.0, Statement(Act.CITE, seat, named), thought)
    if not dead and mind.draw("relief") < share:
        yield Wish(3.0, Statement(Act.RELIEF), mind.why("Nobody died, and somebody has to say so."))
    if memory.role == "Medium":
        yield from _relays(mind)


def _feeling(mind: Mind, seat: Seat) -> str:
    if mind.mate(seat):
        return mind.why("{0} was one of mine. I must not let it show.", seat)
    if mind.killer:
        return mind.why("{0} is out of my way. I say what an honest player would.", seat)
    return mind.why("{0}'s death changes things, and I want it said.", seat)


def _relays(mind: Mind) -> Iterator[Wish]:
    memory = mind.memory
    for charge in memory.dead_talk:
        if charge.day == memory.day - 1 and charge.statement.act is Act.SUSPECT and charge.speaker in memory.graves:
            suspect = charge.statement.who
            trusted = is_town(memory.graves[charge.speaker].role)
            if suspect in memory.living and suspect != mind.seat and trusted:
                thought = mind.why("The dead {0} told me to look at {1}.", charge.speaker, suspect)
                yield Wish(4.0, Statement(Act.RELAY, charge.speaker, suspect), thought)


# Accusations and support ----------------------------------------------------------------------------------------------


def _accusations(mind: Mind) -> Iterator[Wish]:
    memory = mind.memory
    today = {c.statement.who for c in memory.charges if c.day == memory.day and c.speaker == mind.seat}
    for place, seat in enumerate(mind.wanted(memory.others)[:2]):
        chance = mind.chance_of(seat)
        if chance < 0.36 + 0.05 * mind.temper.nerve + 0.12 * place or seat in today:
            continue
        worth = 1.5 + 4.0 * (chance - 0.3) - place
        if found := _against(mind, seat):
            statement, piece = found
            if piece and piece.topic in _HEARD_BY_ALL and mind.draw("crowd") > 3.5 / len(memory.living):
                worth -= 1.5
            yield Wish(worth, statement, _explain(mind, seat, piece))


def _against(mind: Mind, seat: Seat) -> tuple[Statement, Evidence | None] | None:
    """The best thing to say against somebody that has not been said today, and what it rests on."""
    memory = mind.memory
    others = [c for c in memory.charges if c.day == memory.day and c.statement.who == seat and c.speaker != mind.seat]
    said = {c.statement.topic for c in others}
    pieces = [piece for piece in mind.beliefs.against(seat) if _open(mind, piece)]
    first = pieces[0] if pieces else None
    own = next((piece for piece in pieces if piece.topic not in said and piece.topic is not Reason.HUNCH), None)
    if own:
        return charge_of(seat, own), own
    if others:
        return Statement(Act.AGREE, others[0].speaker, seat), first
    if memory.day < 4 or pieces:
        return Statement(Act.ACCUSE, seat, topic=Reason.HUNCH), first
    return None


def _open(mind: Mind, piece: Evidence) -> bool:
    """Whether a reason can be given in public by now."""
    if piece.topic in (Reason.CHECK, Reason.MY_ROLE):
        return mind.claimed
    return piece.also != mind.seat or piece.topic is Reason.PUSHED_TOWN


def _explain(mind: Mind, seat: Seat, piece: Evidence | None) -> str:
    if not mind.text:
        return ""
    reason = mind.describe(piece)
    if seat == mind.memory.target and mind.memory.role == "Executioner":
        return mind.why("{0} is my target: I need them hanged, whatever they are.", seat)
    if mind.mate(seat):
        return mind.why("{0} is on my side, but cannot be saved. I look better against them.", seat)
    if mind.killer:
        return mind.why(f"{{0}} is not one of mine, and can be made to hang: {reason}.", seat)
    return mind.why(f"I put {{0}} at {round(100 * mind.beliefs.chance(seat))} % a killer: {reason}.", seat)


def _support(mind: Mind) -> Iterator[Wish]:
    memory = mind.memory
    accused = {c.statement.who: c.speaker for c in memory.charges if c.day == memory.day and c.speaker != mind.seat}
    defended = {c.statement.who for c in memory.defences if c.day == memory.day}
    if mind.draw("support") > 3.5 / len(memory.living):
        return
    for seat in sorted(set(accused) - defended):
        if seat == mind.seat or seat not in memory.living or seat == memory.target:
            continue
        pieces = [piece for piece in mind.beliefs.in_favour(seat) if piece.also not in (mind.seat, seat)]
        pieces = [piece for piece in pieces if piece.topic is not Reason.HUNCH]
        if mind.mate(seat) and mind.draw("help", seat) < 0.25:
            thought = mind.why("{0} is on my side and in trouble. I speak up a little.", seat)
            yield Wish(2.5, Statement(Act.DEFEND, seat, topic=Reason.SOUND), thought)
        elif pieces and mind.beliefs.score[seat] < mind.beliefs.prior - 0.5:
            topic = pieces[0].topic
            if topic is not Reason.CLEARED or mind.claimed:
                thought = mind.why(f"They go after {{0}}, whom I trust: {mind.describe(pieces[0])}.", seat)
                yield Wish(3.0, charge_of(seat, pieces[0]), thought)


# Questions and idle talk ----------------------------------------------------------------------------------------------


def _questions(mind: Mind) -> Iterator[Wish]:
    memory = mind.memory
    asked = {c.statement.who for c in memory.questions if c.day == memory.day}
    if mind.draw("curious") > 2.5 / len(memory.living):
        return
    for seat in mind.wanted(memory.others)[:3]:
        if seat in asked or mind.mate(seat):
            continue
        quiet = any(piece.topic is Reason.QUIET for piece in mind.beliefs.evidence[seat])
        topic = "quiet" if quiet else "" if seat not in memory.claims else "night"
        if topic != "night" or not any(r.speaker == seat and r.day == memory.day for r in memory.reports):
            thought = mind.why("I want to hear more from {0} before I decide.", seat)
            yield Wish(2.0 + 0.4 * quiet, Statement(Act.ASK, seat, topic=topic), thought)
            return


def _idle(mind: Mind) -> Iterator[Wish]:
    memory = mind.memory
    if memory.role == "Jester":
        topic = ("smug", "slip", "odd")[int(mind.draw("jest") * 3)]
        thought = mind.why("I want to look suspicious, but not so much that they see the Jester.")
        yield Wish(3.2, Statement(Act.JEST, topic=topic), thought)
    if not mind.claimed and memory.day >= 4 and mind.draw("open") < 0.12 * memory.day and not _secretive(mind):
        yield from (Wish(4.0, wish.statement, wish.thought) for wish in come_out(mind))
    if mind.claimed and mind.loyal and memory.claims[mind.seat].role != mind.story.role:
        thought = mind.why(f"I am the {mind.story.role} now, and they should know.")
        yield Wish(6.0, Statement(Act.CLAIM, role=mind.story.role), thought)
    told = untold(mind)
    if mind.claimed and told and memory.round == 1:
        yield Wish(2.6, told[-1], mind.why("They know my role, so they may as well know my nights."))
    left = round(expected_killers(memory.deck) - sum(is_killer(grave.role) for grave in memory.graves.values()))
    if memory.day >= 3 and left > 1 and mind.draw("tally") < 0.1:
        yield Wish(1.6, Statement(Act.TALLY, night=left), mind.why("The role list tells how many are left."))
    trusted = [seat for seat in memory.others if seat in memory.claims and mind.beliefs.score[seat] < -2]
    if trusted and mind.draw("protect") < 0.12:
        thought = mind.why("{0} is as good as proven, and will be attacked.", trusted[0])
        yield Wish(1.8, Statement(Act.PLAN, trusted[0], topic="protect"), thought)
    for seat in memory.others:
        if seat in memory.claims and 0.35 < mind.chance_of(seat) < 0.6 and mind.draw("doubt", seat) < 0.1:
            yield Wish(1.7, Statement(Act.DOUBT, seat), mind.why("{0}'s claim does not convince me.", seat))
    if mind.draw("wait") < 0.15:
        yield Wish(1.0, Statement(Act.WAIT), mind.why("I have nothing better to say."))


def _secretive(mind: Mind) -> bool:
    """Whether it is wiser not to be known."""
    precious = mind.story.role in ("Jailor", "Veteran", "Mayor") and mind.memory.day < 7
    return precious or mind.memory.role == "Jester"


def _small_talk(mind: Mind) -> Iterator[Wish]:
    topics = ("jail", "wills", "watch", "hide")
    if mind.memory.role == "Jester" and mind.draw("jest") < 0.5:
        thought = mind.why("I start as I mean to go on: a little odd.")
        yield Wish(3.0, Statement(Act.JEST, topic="odd"), thought)
    if mind.draw("plan") < 0.3:
        yield Wish(2.2, Statement(Act.PLAN, topic=topics[int(mind.draw("topic") * 4)]))
    yield Wish(2.0, Statement(Act.GREET), mind.why("Nothing is known yet. I only say hello."))


def summing_up(mind: Mind, verdict: Verdict) -> Statement:
    """The verdict in words."""
    return Statement(Act.VERDICT, topic=verdict.value)
