"""What a player makes of what it remembers: a suspicion for every seat and the evidence behind it.

Suspicion is counted in log-odds of being a killer, so that pieces of evidence add up. Every piece names its
reason, which is also what the player says when it accuses or defends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import exp, log
from typing import NamedTuple

from agents.scripted.lists import capacity, enemy_share, exact, expected_killers, is_killer, is_town
from agents.scripted.memory import Memory, Report
from agents.scripted.statements import Act, Reason, Statement
from game.engine.roles.groups import CLASSIC
from game.engine.types import Seat, Verdict

CERTAIN = 6.0
"""Log-odds of what is beyond doubt."""
_ALIBI = frozenset({"Doctor", "Bodyguard", "Escort", "Sheriff", "Investigator", "Lookout", "Transporter"})
"""Claims that explain a visit."""


class Evidence(NamedTuple):
    """One reason to suspect (weight above 0) or to trust somebody; `also` as in the reason's statement."""

    weight: float
    topic: Reason
    also: Seat = 0


class Beliefs:
    """Suspicions at one moment."""

    __slots__ = ("evidence", "prior", "score")

    def __init__(self, prior: float, seats: Iterable[Seat], past: Beliefs | None = None) -> None:
        self.prior = prior
        self.score: dict[Seat, float]
        self.evidence: dict[Seat, list[Evidence]]
        if past is None:
            self.score = dict.fromkeys(seats, prior)
            self.evidence = {seat: [] for seat in self.score}
        else:
            self.score = {seat: prior + past.score[seat] for seat in seats}
            self.evidence = {seat: past.evidence[seat].copy() for seat in seats}

    def add(self, seat: Seat, weight: float, topic: Reason, also: Seat = 0) -> None:
        """Count one piece of evidence, if the seat still matters."""
        if seat in self.score:
            self.score[seat] += weight
            self.evidence[seat].append(Evidence(weight, topic, also))

    def chance(self, seat: Seat) -> float:
        """How likely somebody is a killer."""
        return odds(self.score.get(seat, 0.0))

    def against(self, seat: Seat) -> list[Evidence]:
        """What speaks against somebody, heaviest first."""
        return sorted((piece for piece in self.evidence.get(seat, ()) if piece.weight > 0.2), reverse=True)

    def in_favour(self, seat: Seat) -> list[Evidence]:
        """What speaks for somebody, heaviest first."""
        return sorted(piece for piece in self.evidence.get(seat, ()) if piece.weight < -0.2)

    def ranked(self, seats: Iterable[Seat]) -> list[Seat]:
        """Seats by suspicion, highest first."""
        return sorted(seats, key=lambda seat: (-self.score.get(seat, 0.0), seat))


def odds(score: float) -> float:
    """Log-odds as a probability."""
    return 1.0 / (1.0 + exp(-max(-20.0, min(20.0, score))))


def look_back(memory: Memory, hunches: Mapping[Seat, float]) -> Beliefs:
    """What the graves say about the living. It stays the same until somebody dies or a trial ends."""
    beliefs = Beliefs(0.0, memory.others)
    for seat, weight in hunches.items():
        beliefs.add(seat, weight, Reason.HUNCH)
    _weigh_trials(beliefs, memory)
    _weigh_words(beliefs, memory)
    _verify_reports(beliefs, memory)
    return beliefs


def assess(memory: Memory, role: str, results: Sequence[Statement], past: Beliefs) -> Beliefs:
    """Weigh everything remembered. `role` is the role one stands by oneself, `results` one's own true results,
    `past` what `look_back` gave."""
    killers = _killers_left(memory)
    beliefs = Beliefs(_prior(memory, killers), memory.others, past)
    _weigh_claims(beliefs, memory, role)
    _weigh_silence(beliefs, memory)
    _weigh_reports(beliefs, memory, results)
    for mayor in memory.mayors:
        beliefs.add(mayor, -CERTAIN, Reason.SOUND)
    _settle(beliefs, killers)
    return beliefs


def _killers_left(memory: Memory) -> float:
    dead = sum(is_killer(grave.role) for grave in memory.graves.values())
    return max(0.8, expected_killers(memory.slots) - dead)


def _prior(memory: Memory, killers: float) -> float:
    others = max(len(memory.living) - 1, killers + 0.5)
    return log(killers / (others - killers + 0.5))


def _settle(beliefs: Beliefs, killers: float) -> None:
    """Shift all suspicions alike until they add up to the killers that are left: who is cleared burdens the rest."""
    scores = [max(-20.0, min(20.0, score)) for score in beliefs.score.values()]
    wanted = min(killers, 0.85 * len(scores))
    shift = 0.0
    for _ in range(3):
        chances = [1.0 / (1.0 + exp(-score - shift)) for score in scores]
        whole = sum(chances)
        slope = whole - sum([chance * chance for chance in chances])
        if slope < 0.05:
            break
        shift += max(-1.0, min(1.0, (wanted - whole) / slope))
    beliefs.prior += shift
    for seat in beliefs.score:
        beliefs.score[seat] += shift


# Claims and the role list ---------------------------------------------------------------------------------------------


def _weigh_claims(beliefs: Beliefs, memory: Memory, role: str) -> None:
    for claimed in {claim.role for claim in memory.claims.values()}:
        claimants = [seat for seat in memory.claimants(claimed) if seat not in memory.mayors]
        if not is_town(claimed):
            for seat in claimants:
                beliefs.add(seat, 2.5 if is_killer(claimed) else 0.8, Reason.EVIL_CLAIM)
        elif claimants:
            _weigh_claimants(beliefs, memory, claimed, claimants, role)
    for seat in memory.switched:
        beliefs.add(seat, 1.8, Reason.CHANGED)


def _weigh_claimants(beliefs: Beliefs, memory: Memory, claimed: str, claimants: list[Seat], role: str) -> None:
    graves = [seat for seat, grave in memory.graves.items() if grave.role == claimed]
    room = capacity(memory.slots, claimed) - len(graves)
    mine = role == claimed
    holders = len({*claimants, memory.seat} if mine else claimants)
    for seat in claimants:
        if seat == memory.seat:
            continue
        rival = next((other for other in claimants if other != seat), memory.seat if mine else 0)
        if room <= 0 and graves:
            beliefs.add(seat, 3.2, Reason.ROLE_DEAD, graves[0])
        elif mine and room <= 1:
            beliefs.add(seat, 4.0, Reason.MY_ROLE)
        elif holders > room:
            beliefs.add(seat, 1.4, Reason.COUNTERCLAIM, rival)
        elif rival and holders + len(graves) > exact(memory.slots, claimed):
            beliefs.add(seat, 1.2 if mine else 0.9, Reason.MY_ROLE if mine else Reason.COUNTERCLAIM, rival)
        else:
            sure = exact(memory.slots, claimed) == capacity(memory.slots, claimed)
            fresh = memory.claims[seat].day == memory.day
            beliefs.add(seat, (-1.2 if sure else -0.5) * (0.6 if fresh else 1.0), Reason.SOUND)


# Votes and words, judged by the graves --------------------------------------------------------------------------------


def _weigh_trials(beliefs: Beliefs, memory: Memory) -> None:
    for trial in memory.trials:
        grave = memory.graves.get(trial.accused)
        if grave is None:
            continue
        if is_town(grave.role):
            for seat, verdict, _ in trial.ballots:
                if verdict is Verdict.GUILTY:
                    beliefs.add(seat, 0.35, Reason.PUSHED_TOWN, trial.accused)
        elif is_killer(grave.role):
            for seat, verdict, _ in trial.ballots:
                if verdict is Verdict.GUILTY:
                    beliefs.add(seat, -0.6, Reason.HIT_EVIL, trial.accused)
                else:
                    weight = 0.9 if verdict is Verdict.INNOCENT else 0.25
                    beliefs.add(seat, weight, Reason.SPARED_EVIL, trial.accused)


def _weigh_words(beliefs: Beliefs, memory: Memory) -> None:
    counted: set[tuple[Seat, Seat]] = set()
    for charge in memory.charges:
        about = charge.statement.who
        grave = memory.graves.get(about)
        if grave is None or (charge.speaker, about) in counted or grave.day < charge.day:
            continue
        counted.add((charge.speaker, about))
        if is_town(grave.role):
            beliefs.add(charge.speaker, 0.3, Reason.BLAMED_TOWN, about)
        elif is_killer(grave.role):
            beliefs.add(charge.speaker, -0.5, Reason.HIT_EVIL, about)
    for charge in memory.defences:
        about = charge.statement.who
        if (grave := memory.graves.get(about)) and is_killer(grave.role):
            beliefs.add(charge.speaker, 0.6, Reason.SPARED_EVIL, about)
    for dead, grave in memory.graves.items():
        if is_town(grave.role):
            for seat in set(grave.named):
                beliefs.add(seat, 0.6, Reason.NAMED_BY_DEAD, dead)


def _weigh_silence(beliefs: Beliefs, memory: Memory) -> None:
    if memory.day < 2 or not memory.living:
        return
    usual = sum(memory.lines[seat] for seat in memory.living) / len(memory.living)
    for seat in beliefs.score:
        if memory.lines[seat] < 0.4 * usual:
            beliefs.add(seat, 0.35, Reason.QUIET)


# Results --------------------------------------------------------------------------------------------------------------


def _verify_reports(beliefs: Beliefs, memory: Memory) -> None:
    """Let the graves confirm or refute what the living reported."""
    counted: set[tuple[Seat, Seat, str]] = set()
    for report in memory.reports:
        said = report.statement
        grave = memory.graves.get(said.who)
        key = (report.speaker, said.who, said.topic)
        if grave is None or report.day > grave.day or key in counted or report.speaker not in beliefs.score:
            continue
        counted.add(key)
        _verify(beliefs, report.speaker, said, grave.role)


def _verify(beliefs: Beliefs, speaker: Seat, said: Statement, role: str) -> None:
    true = is_killer(role)
    if said.topic == "suspicious":
        _credit(beliefs, speaker, -2.0 if true else 0.8, said.who)
    elif said.topic == "innocent":
        _credit(beliefs, speaker, 2.0 if true and role != "Godfather" else -0.25, said.who)
    elif said.topic == "group":
        _credit(beliefs, speaker, -0.5 if role in CLASSIC.get(said.role, ()) else 1.6, said.who)


def _credit(beliefs: Beliefs, speaker: Seat, weight: float, about: Seat) -> None:
    beliefs.add(speaker, weight, Reason.LIED if weight > 0 else Reason.PROVEN, about)


def _weigh_reports(beliefs: Beliefs, memory: Memory, results: Sequence[Statement]) -> None:
    trust: dict[Seat, float] = {}
    for report in memory.reports:
        speaker, said, *_ = report
        if speaker == memory.seat or not (said.who in beliefs.score or said.who == memory.seat or said.seats):
            continue
        if speaker not in trust:
            trust[speaker] = credibility(beliefs, memory, speaker)
        if trust[speaker] > 0.05:
            _WEIGH[said.topic](beliefs, memory, report, trust[speaker])
    for result in results:
        if result.topic in _WEIGH:
            _WEIGH[result.topic](beliefs, memory, Report(memory.seat, result, memory.day), 1.0)


def credibility(beliefs: Beliefs, memory: Memory, speaker: Seat) -> float:
    """How far somebody's word is taken, 0 to 1."""
    if grave := memory.graves.get(speaker):
        return 1.0 if is_town(grave.role) else 0.0
    return max(0.0, 1.0 - 1.25 * beliefs.chance(speaker))


def _blame(beliefs: Beliefs, memory: Memory, report: Report, weight: float, seat: Seat = 0) -> None:
    who = seat or report.statement.who
    if who == memory.seat:
        beliefs.add(report.speaker, 1.3, Reason.FALSE_ON_ME)
    elif report.speaker == memory.seat:
        beliefs.add(who, weight, Reason.CHECK)
    elif report.speaker in memory.graves:
        beliefs.add(who, weight, Reason.NAMED_BY_DEAD, report.speaker)
    elif report.speaker != who:
        beliefs.add(who, weight, Reason.HUNCH if report.hushed else Reason.TRUSTED_CHECK, report.speaker)


def _clear(beliefs: Beliefs, memory: Memory, report: Report, weight: float) -> None:
    own = report.speaker == memory.seat
    if report.speaker != report.statement.who:
        beliefs.add(report.statement.who, -weight, Reason.CLEARED if own else Reason.TRUSTED_CLEAR,
                    0 if own else report.speaker)  # fmt: skip


def _weigh_suspicious(beliefs: Beliefs, memory: Memory, report: Report, credit: float) -> None:
    _blame(beliefs, memory, report, 3.4 * credit)


def _weigh_innocent(beliefs: Beliefs, memory: Memory, report: Report, credit: float) -> None:
    _clear(beliefs, memory, report, 1.3 * credit)


def _weigh_group(beliefs: Beliefs, memory: Memory, report: Report, credit: float) -> None:
    said = report.statement
    claim = memory.claims.get(said.who)
    if claim and claim.role in CLASSIC.get(said.role, ()):
        _clear(beliefs, memory, report, 0.6 * credit)
    elif claim and report.speaker != said.who and said.who != memory.seat:
        beliefs.add(said.who, 2.4 * credit, Reason.MISFIT if report.speaker != memory.seat else Reason.CHECK,
                    report.speaker if report.speaker != memory.seat else 0)  # fmt: skip
    elif (share := enemy_share(memory.slots, said.role) - 0.35) > 0:
        _blame(beliefs, memory, report, 2.2 * share * credit)
    else:
        _clear(beliefs, memory, report, 0.8 * credit)


def _weigh_visitors(beliefs: Beliefs, memory: Memory, report: Report, credit: float) -> None:
    said = report.statement
    if not attacked_at(memory, said):
        return
    for seat in said.seats:
        claim = memory.claims.get(seat)
        alibi = 0.5 if claim and claim.role in _ALIBI else 1.0
        weight = 2.6 * credit * alibi / len(said.seats) ** 0.5
        if seat != memory.seat and said.who in memory.graves:
            beliefs.add(seat, weight, Reason.SEEN, said.who)
        elif seat != memory.seat:
            _blame(beliefs, memory, report, weight, seat)


def attacked_at(memory: Memory, watched: Statement) -> bool:
    """Whether somebody died at the watched house, its owner or a guard."""
    dead = memory.died_on(watched.night, night=True)
    return watched.who in dead or any(seat in dead for seat in watched.seats)


def _weigh_saved(beliefs: Beliefs, memory: Memory, report: Report, credit: float) -> None:
    _clear(beliefs, memory, report, 1.6 * credit)


def _weigh_presence(beliefs: Beliefs, memory: Memory, report: Report, credit: float) -> None:
    """Somebody says that they kept me somewhere or busy, and I know whether it is true."""
    said = report.statement
    night = memory.nights.get(said.night)
    if night is None or said.who != memory.seat:
        return
    if night.caged if said.topic == "jailed" else night.heard("role_blocked"):
        beliefs.add(report.speaker, -2.5, Reason.PROVEN, memory.seat)


def _weigh_tough(beliefs: Beliefs, memory: Memory, report: Report, credit: float) -> None:
    _blame(beliefs, memory, report, 1.8 * credit)


def _weigh_trespass(beliefs: Beliefs, memory: Memory, report: Report, credit: float) -> None:
    _blame(beliefs, memory, report, 0.5 * credit)


_WEIGH = {
    "suspicious": _weigh_suspicious,
    "innocent": _weigh_innocent,
    "group": _weigh_group,
    "visitors": _weigh_visitors,
    "saved": _weigh_saved,
    "tough": _weigh_tough,
    "trespass": _weigh_trespass,
    "jailed": _weigh_presence,
    "distracted": _weigh_presence,
}


def charge_of(seat: Seat, piece: Evidence) -> Statement:
    """The accusation or defence that a piece of evidence stands for."""
    return Statement(Act.ACCUSE if piece.weight > 0 else Act.DEFEND, seat, piece.also, topic=piece.topic)
