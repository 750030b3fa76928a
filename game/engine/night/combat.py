"""The kill step: who meets which attack, who steps in between, whose defence holds (M50 to M58, M111).

Works on the strikes that a night has gathered; tells those concerned; decides deaths but writes no grave.
"""

from __future__ import annotations

from game.engine.night.effects import Guard, Shield, Strike, Tell
from game.engine.night.table import Blow, Night
from game.engine.types import KILL_ORDER, Attack, Cause, Defense, Reach, Seat

DEATH_REPORTS: dict[Cause, str] = {
    Cause.JAILOR: "killed_by_jailor",
    Cause.VETERAN: "shot_by_veteran",
    Cause.MAFIA: "killed_by_mafia",
    Cause.SERIAL_KILLER: "killed_by_serial_killer",
    Cause.VIGILANTE: "killed_by_vigilante",
    Cause.JESTER: "haunted",
    Cause.BODYGUARD: "killed_by_bodyguard",
    Cause.GUARDING: "bodyguard_died_guarding",
}
"""What a victim is told, by cause (M62, M180)."""


def spring_hazards(night: Night) -> list[Strike]:
    """Attacks on everybody who came to a dangerous house (M56, M119)."""
    strikes = []
    for hazard in night.hazards:
        for visitor in night.visitors(hazard.house):
            if visitor != hazard.by:
                strikes.append(Strike(visitor, hazard.by, hazard.level, hazard.cause, Reach.AREA))
                night.reports.append(Tell(hazard.by, hazard.told, (visitor,)))
    return strikes


def intercept(night: Night) -> None:
    """Guards take over the first direct attack on their ward, in the order of M58 (M111)."""
    free = list(night.guards)
    met: list[Strike] = []
    for strike in _in_order(night.strikes):
        guard = next((guard for guard in free if _takes(guard, strike)), None)
        if guard is None:
            met.append(strike)
            continue
        free.remove(guard)
        night.reports.append(Tell(strike.target, "attacked_bodyguard_saved"))
        met.append(Strike(strike.by, guard.by, guard.level, Cause.BODYGUARD, Reach.AREA))
        met.append(Strike(guard.by, strike.by, Attack.POWERFUL, Cause.GUARDING, Reach.AREA))
    night.strikes = met


def clash(night: Night) -> None:
    """Test every attack on its own (M54) and tell both sides how it went (M55)."""
    saviours: dict[Seat, None] = {}
    for strike in _in_order(night.strikes):
        shield = _best(night.shields.get(strike.target, []))
        own = night.role(strike.target).defense
        held = max(own, shield.level if shield else Defense.NONE)
        killed = strike.level > held
        night.blows.append(Blow(strike, killed))
        if shield and shield.by != strike.target:
            saviours[shield.by] = None
        if not killed:
            _tell_failure(night, strike, own, shield)
    night.reports.extend(Tell(seat, "target_attacked") for seat in saviours)
    for victim in {blow.strike.target: None for blow in night.blows if blow.killed}:
        causes = sorted({strike.cause for strike in night.killed(victim)}, key=KILL_ORDER.__getitem__)
        night.reports.extend(Tell(victim, DEATH_REPORTS[cause]) for cause in causes if cause in DEATH_REPORTS)


def _tell_failure(night: Night, strike: Strike, own: Defense, shield: Shield | None) -> None:
    if strike.by != strike.target:
        night.reports.append(Tell(strike.by, "defense_too_strong", (strike.target,)))
    told = "attacked_defended" if shield is None or strike.level <= own else shield.saved
    night.reports.append(Tell(strike.target, told))


def _takes(guard: Guard, strike: Strike) -> bool:
    direct = strike.reach is Reach.DIRECT and strike.level < Attack.UNSTOPPABLE
    return direct and guard.ward == strike.target and guard.by != strike.by


def _best(shields: list[Shield]) -> Shield | None:
    return max(shields, key=lambda shield: (shield.level, -shield.by), default=None)


def _in_order(strikes: list[Strike]) -> list[Strike]:
    return sorted(strikes, key=lambda strike: (KILL_ORDER[strike.cause], strike.by, strike.target))
