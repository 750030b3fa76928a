"""What reports are worth: results of every kind, weighed by the credit of who tells them, and checked by the graves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log, prod

from agents.scripted.lists import HARMLESS, enemy_share, expected_killers, expected_of, is_good, is_killer, is_town
from agents.scripted.memory import HIDDEN, Memory, Report
from agents.scripted.statements import Reason, Statement
from agents.scripted.suspicion import Beliefs
from game.engine.types import Seat

_ALIBI = frozenset(
    {"Doctor", "Bodyguard", "Escort", "Sheriff", "Investigator", "Lookout", "Transporter", "Tracker", "Spy", "Crusader",
     "Trapper", "Vampire Hunter"}
)  # fmt: skip
"""Claims that explain a visit."""


def verify_reports(beliefs: Beliefs, memory: Memory) -> None:
    """Let the graves confirm or refute what the living reported."""
    counted: set[tuple[Seat, Seat, str]] = set()
    for report in memory.reports:
        said = report.statement
        grave = memory.graves.get(said.who)
        key = (report.speaker, said.who, said.topic)
        if grave is None or report.day > grave.day or key in counted or report.speaker not in beliefs.score:
            continue
        counted.add(key)
        if grave.role not in HIDDEN:
            _verify(beliefs, memory, report.speaker, said, grave.role)


def _verify(beliefs: Beliefs, memory: Memory, speaker: Seat, said: Statement, role: str) -> None:
    true = is_killer(role)
    if said.topic in ("suspicious", "staked", "lurking"):
        _credit(beliefs, speaker, -2.0 if true else 0.8, said.who)
    elif said.topic == "innocent":
        _credit(beliefs, speaker, 2.0 if true and role != "Godfather" else -0.25, said.who)
    elif said.topic == "group":
        _credit(beliefs, speaker, -0.5 if role in memory.deck.groups.get(said.role, ()) else 1.6, said.who)


def _credit(beliefs: Beliefs, speaker: Seat, weight: float, about: Seat) -> None:
    beliefs.add(speaker, weight, Reason.LIED if weight > 0 else Reason.PROVEN, about)


def weigh_reports(beliefs: Beliefs, memory: Memory, results: Sequence[Statement]) -> None:
    trust: dict[Seat, float] = {}
    for report in memory.reports:
        speaker, said, *_ = report
        near = said.who in beliefs.score or said.who == memory.seat or said.seats or said.topic == "trapped"
        if speaker == memory.seat or not near:
            continue
        if speaker not in trust:
            trust[speaker] = credibility(beliefs, memory, speaker)
        if trust[speaker] > 0.05 and said.topic in _WEIGH:
            _WEIGH[said.topic](beliefs, memory, report, trust[speaker])
    for result in results:
        if result.topic in _WEIGH:
            _WEIGH[result.topic](beliefs, memory, Report(memory.seat, result, memory.day), 1.0)
    _weigh_visions(beliefs, memory, results, trust)


def credibility(beliefs: Beliefs, memory: Memory, speaker: Seat) -> float:
    """How far somebody's word is taken, 0 to 1."""
    if grave := memory.graves.get(speaker):
        return 1.0 if is_town(grave.role) else 0.6 if grave.role in HIDDEN or grave.role in HARMLESS else 0.0
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
    if claim and claim.role in memory.deck.groups.get(said.role, ()):
        _clear(beliefs, memory, report, 0.6 * credit)
    elif claim and report.speaker != said.who and said.who != memory.seat:
        beliefs.add(said.who, 2.4 * credit, Reason.MISFIT if report.speaker != memory.seat else Reason.CHECK,
                    report.speaker if report.speaker != memory.seat else 0)  # fmt: skip
    elif (share := enemy_share(memory.deck, said.role) - 0.35) > 0:
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


# The Coven era -------------------------------------------------------------------------------------------------------


def _weigh_tracked(beliefs: Beliefs, memory: Memory, report: Report, credit: float) -> None:
    """Where somebody went: to a house where somebody died, or not where they say they were."""
    said = report.statement
    dead = memory.died_on(said.night, night=True)
    victims = [seat for seat in said.seats if seat in dead]
    if victims and said.who != memory.seat:
        alibi = 0.6 if (claim := memory.claims.get(said.who)) and claim.role in _ALIBI else 1.0
        beliefs.add(said.who, 2.8 * credit * alibi, Reason.SEEN, victims[0])
    _compare(beliefs, memory, report, credit)


def _weigh_stayed(beliefs: Beliefs, memory: Memory, report: Report, credit: float) -> None:
    """Somebody stayed at home: harmless on a night of deaths, a lie if they say that they went out."""
    said = report.statement
    if memory.died_on(said.night, night=True):
        _clear(beliefs, memory, report, 0.5 * credit)
    _compare(beliefs, memory, report, credit)


def _compare(beliefs: Beliefs, memory: Memory, report: Report, credit: float) -> None:
    """Hold what somebody says of a night against where they were seen to go."""
    said = report.statement
    told = memory.whereabouts.get((said.who, said.night))
    if told is None or said.who == memory.seat:
        return
    own = report.speaker == memory.seat
    if told.who in said.seats:
        beliefs.add(
            said.who, -1.0 * credit, Reason.CLEARED if own else Reason.TRUSTED_CLEAR, 0 if own else report.speaker
        )
    else:
        beliefs.add(said.who, 1.8 * credit, Reason.CHECK if own else Reason.MISFIT, 0 if own else report.speaker)


def _weigh_mafia_at(beliefs: Beliefs, memory: Memory, report: Report, credit: float) -> None:
    _clear(beliefs, memory, report, 0.7 * credit)


def _weigh_bugged(beliefs: Beliefs, memory: Memory, report: Report, credit: float) -> None:
    _clear(beliefs, memory, report, 1.0 * credit)


def _weigh_trapped(beliefs: Beliefs, memory: Memory, report: Report, credit: float) -> None:
    """Roles that came to a house: who claims to have been there had better be one of them."""
    said = report.statement
    roles = said.role.split(",")
    for seat in beliefs.score:
        told, claim = memory.whereabouts.get((seat, said.night)), memory.claims.get(seat)
        if told and claim and told.who == said.who and seat != report.speaker:
            fits = claim.role in roles
            beliefs.add(seat, (-1.4 if fits else 1.6) * credit, Reason.PROVEN if fits else Reason.MISFIT,
                        said.who if fits or report.speaker == memory.seat else report.speaker)  # fmt: skip


def _weigh_no_vampire(beliefs: Beliefs, memory: Memory, report: Report, credit: float) -> None:
    share = expected_of(memory.deck, "Vampire") / max(1.0, expected_killers(memory.deck))
    _clear(beliefs, memory, report, 1.6 * min(1.0, share) * credit)


def _weigh_caught(beliefs: Beliefs, memory: Memory, report: Report, credit: float) -> None:
    _blame(beliefs, memory, report, 4.5 * credit)


def _weigh_visions(beliefs: Beliefs, memory: Memory, results: Sequence[Statement], trust: Mapping[Seat, float]) -> None:
    """What visions say about each of their faces, given what is believed of the others; read when all else is known."""
    told = [(r, trust.get(r.speaker, 0.0)) for r in memory.reports if r.statement.topic in _VISIONS]
    told += [(Report(memory.seat, result, memory.day), 1.0) for result in results if result.topic in _VISIONS]
    for report, credit in told:
        if credit <= 0.05:
            continue
        chances = {
            seat: 0.02 if seat == memory.seat else _evil(beliefs, memory, seat) for seat in report.statement.seats
        }
        for seat in chances:
            rest = prod(1.0 - chances[other] for other in chances if other != seat)
            if report.statement.topic == "evil_among":
                weight = -log(max(0.12, 1.0 - rest))
                _blame(beliefs, memory, report, 0.8 * weight * credit, seat)
            elif seat != report.speaker:
                weight = -log(max(0.12, rest))
                own = report.speaker == memory.seat
                beliefs.add(seat, -0.8 * weight * credit, Reason.CLEARED if own else Reason.TRUSTED_CLEAR,
                            0 if own else report.speaker)  # fmt: skip


def _evil(beliefs: Beliefs, memory: Memory, seat: Seat) -> float:
    if grave := memory.graves.get(seat):
        return 0.5 if grave.role in HIDDEN else 0.0 if is_good(grave.role) else 1.0
    return beliefs.chance(seat)


_VISIONS = ("evil_among", "good_among")
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
    "tracked": _weigh_tracked,
    "stayed": _weigh_stayed,
    "mafia_at": _weigh_mafia_at,
    "coven_at": _weigh_mafia_at,
    "bugged": _weigh_bugged,
    "trapped": _weigh_trapped,
    "no_vampire": _weigh_no_vampire,
    "staked": _weigh_caught,
    "lurking": _weigh_caught,
    "struck": _weigh_trespass,
}
