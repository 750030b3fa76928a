"""What a player makes of what it remembers: a suspicion for every seat and the evidence behind it.

Suspicion is counted in log-odds of being a killer, so that pieces of evidence add up. Every piece names its
reason, which is also what the player says when it accuses or defends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, log

from agents.scripted.findings import verify_reports, weigh_reports
from agents.scripted.lists import HARMLESS, capacity, exact, expected_killers, is_killer, is_town
from agents.scripted.memory import Memory
from agents.scripted.statements import Reason, Statement
from agents.scripted.suspicion import CERTAIN, Beliefs
from game.engine.types import Seat, Verdict


def look_back(memory: Memory, hunches: Mapping[Seat, float]) -> Beliefs:
    """What the graves say about the living. It stays the same until somebody dies or a trial ends."""
    beliefs = Beliefs(0.0, memory.others)
    for seat, weight in hunches.items():
        beliefs.add(seat, weight, Reason.HUNCH)
    _weigh_trials(beliefs, memory)
    _weigh_words(beliefs, memory)
    verify_reports(beliefs, memory)
    return beliefs


def assess(memory: Memory, role: str, results: Sequence[Statement], past: Beliefs) -> Beliefs:
    """Weigh everything remembered. `role` is the role one stands by oneself, `results` one's own true results,
    `past` what `look_back` gave."""
    killers = _killers_left(memory)
    beliefs = Beliefs(_prior(memory, killers), memory.others, past)
    _weigh_claims(beliefs, memory, role)
    _weigh_silence(beliefs, memory)
    weigh_reports(beliefs, memory, results)
    for seat in memory.proven:
        beliefs.add(seat, -CERTAIN, Reason.SOUND)
    if memory.pestilence:
        beliefs.add(memory.pestilence, CERTAIN, Reason.EVIL_CLAIM)
    _settle(beliefs, killers)
    return beliefs


def _killers_left(memory: Memory) -> float:
    dead = sum(is_killer(grave.role) for grave in memory.graves.values())
    return max(0.8, expected_killers(memory.deck) + _converts(memory) - dead)


def _converts(memory: Memory) -> float:
    """How many have been bitten by now: about one in three nights, where the list promises Vampires."""
    return 0.33 * (memory.day - 1) if exact(memory.deck, "Vampire") else 0.0


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
        claimants = [seat for seat in memory.claimants(claimed) if seat not in memory.proven]
        if not is_town(claimed):
            for seat in claimants:
                beliefs.add(seat, _weight_of_claim(memory, claimed), Reason.EVIL_CLAIM)
        elif claimants:
            _weigh_claimants(beliefs, memory, claimed, claimants, role)
    for seat in memory.switched:
        beliefs.add(seat, 1.8, Reason.CHANGED)


def _weight_of_claim(memory: Memory, claimed: str) -> float:
    if is_killer(claimed):
        return 2.5
    likely = claimed in HARMLESS and (claimed in memory.remembered or capacity(memory.deck, claimed) > 0)
    return 0.1 if likely else 0.8


def _weigh_claimants(beliefs: Beliefs, memory: Memory, claimed: str, claimants: list[Seat], role: str) -> None:
    graves = [seat for seat, grave in memory.graves.items() if grave.role == claimed]
    room = capacity(memory.deck, claimed) - len(graves)
    mine = role == claimed
    holders = len({*claimants, memory.seat} if mine else claimants)
    for seat in claimants:
        if seat == memory.seat:
            continue
        rival = next((other for other in claimants if other != seat), memory.seat if mine else 0)
        if room <= 0 and graves:
            beliefs.add(seat, 1.2 if claimed in memory.remembered else 3.2, Reason.ROLE_DEAD, graves[0])
        elif mine and room <= 1:
            beliefs.add(seat, 4.0, Reason.MY_ROLE)
        elif holders > room:
            beliefs.add(seat, 1.4, Reason.COUNTERCLAIM, rival)
        elif rival and holders + len(graves) > exact(memory.deck, claimed):
            beliefs.add(seat, 1.2 if mine else 0.9, Reason.MY_ROLE if mine else Reason.COUNTERCLAIM, rival)
        else:
            sure = exact(memory.deck, claimed) == capacity(memory.deck, claimed)
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
