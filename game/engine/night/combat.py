"""The kill step: who meets which attack, who steps in between, whose defence holds (M50 to M58, M111, M114).

Works on the strikes that a night has gathered; tells those concerned; decides deaths but writes no grave.
"""

from __future__ import annotations

from game.engine.night.effects import Effect, Guard, Shield, Strike, Tell, Trap
from game.engine.night.table import Blow, Night
from game.engine.types import KILL_ORDER, Attack, Cause, Defense, Reach, Seat

DEATH_REPORTS: dict[Cause, str] = {
    Cause.JAILOR: "killed_by_jailor",
    Cause.VETERAN: "shot_by_veteran",
    Cause.STONED: "stoned",
    Cause.TRAP: "killed_by_trap",
    Cause.CRUSADER: "killed_by_crusader",
    Cause.AMBUSHER: "killed_by_ambusher",
    Cause.MAFIA: "killed_by_mafia",
    Cause.SERIAL_KILLER: "killed_by_serial_killer",
    Cause.VIGILANTE: "killed_by_vigilante",
    Cause.JUGGERNAUT: "killed_by_juggernaut",
    Cause.WEREWOLF: "killed_by_werewolf",
    Cause.PESTILENCE: "killed_by_pestilence",
    Cause.PIRATE: "killed_by_pirate",
    Cause.COVEN_LEADER: "killed_by_coven_leader",
    Cause.POTION_MASTER: "killed_by_potion_master",
    Cause.HEX_MASTER: "killed_by_hex_master",
    Cause.NECROMANCER: "killed_by_necromancer",
    Cause.VAMPIRE: "killed_by_vampire",
    Cause.ARSONIST: "killed_by_arsonist",
    Cause.JESTER: "haunted",
    Cause.BODYGUARD: "killed_by_bodyguard",
    Cause.GUARDING: "bodyguard_died_guarding",
}
"""What a victim is told, by cause (M62, M180)."""


def intercept(night: Night) -> None:
    """Guards, then traps, take over the first direct attack on their ward, in the order of M58 (M111, M114)."""
    guards, traps = list(night.guards), list(night.traps)
    met: list[Strike] = []
    for strike in _in_order(night.strikes):
        if guard := next((guard for guard in guards if _fights(guard, strike)), None):
            guards.remove(guard)
            met += _fight(night, guard, strike)
        elif trap := next((trap for trap in traps if _springs(trap, strike)), None):
            traps.remove(trap)
            met += _spring(night, trap, strike)
        else:
            met.append(strike)
    night.strikes = met


def _fight(night: Night, guard: Guard, strike: Strike) -> list[Strike]:
    night.reports.append(Tell(strike.target, "attacked_bodyguard_saved"))
    return [
        Strike(strike.by, guard.by, guard.level, Cause.BODYGUARD, Reach.AREA),
        Strike(guard.by, strike.by, Attack.POWERFUL, Cause.GUARDING, Reach.AREA),
    ]


def _spring(night: Night, trap: Trap, strike: Strike) -> list[Strike]:
    """A trap strikes back in any case, but stops no unstoppable attack (M52)."""
    back = Strike(strike.by, trap.by, trap.level, Cause.TRAP, Reach.AREA)
    if strike.level is Attack.UNSTOPPABLE:
        return [back, strike]
    night.reports.append(Tell(strike.target, "attacked_trap_saved"))
    return [back]


def clash(night: Night) -> list[Effect]:
    """Test every attack on its own (M54) and tell both sides how it went (M55); give what came instead of deaths."""
    saviours: dict[Seat, None] = {}
    instead: list[Effect] = []
    for strike in _in_order(night.strikes):
        shields = [] if strike.piercing else _fitting(night, strike)
        shield = max(shields, key=lambda shield: (shield.level, -shield.by), default=None)
        own = _own(night, strike.target)
        through = strike.level > max(own, shield.level if shield else Defense.NONE)
        night.blows.append(Blow(strike, through and not strike.instead))
        saviours |= dict.fromkeys(shield.by for shield in shields if shield.by != strike.target)
        if not through:
            _tell_failure(night, strike, own, shield)
        instead += strike.instead if through else ()
    night.reports.extend(Tell(seat, "target_attacked") for seat in saviours)
    for victim in {blow.strike.target: None for blow in night.blows if blow.killed}:
        causes = sorted({strike.cause for strike in night.killed(victim)}, key=KILL_ORDER.__getitem__)
        night.reports.extend(Tell(victim, DEATH_REPORTS[cause]) for cause in causes if cause in DEATH_REPORTS)
    return instead


def _own(night: Night, seat: Seat) -> Defense:
    """The victim's own defence; a fragile one is gone with the first attack (M86)."""
    own = night.own_defense(seat)
    if night.role(seat).fragile:
        night.marks[seat, "shield"] = 0
    return own


def _tell_failure(night: Night, strike: Strike, own: Defense, shield: Shield | None) -> None:
    held_alone = shield is None or strike.level <= own
    unnoticed = held_alone and night.role(strike.target).fragile
    if strike.cause is Cause.POISON and strike.reach is Reach.REMOTE:
        night.reports.append(Tell(strike.target, "poison_fought_off"))
        return
    if strike.by != strike.target and not unnoticed:
        night.reports.append(Tell(strike.by, "defense_too_strong", (strike.target,)))
    told = "attacked_defended" if shield is None or held_alone else shield.saved
    if told:
        night.reports.append(Tell(strike.target, told))


def _fights(guard: Guard, strike: Strike) -> bool:
    """Bodyguards answer direct attacks that can be stopped (M111)."""
    direct = strike.reach is Reach.DIRECT and strike.level < Attack.UNSTOPPABLE
    return direct and guard.ward == strike.target and guard.by != strike.by


def _springs(trap: Trap, strike: Strike) -> bool:
    return strike.reach is Reach.DIRECT and trap.ward == strike.target and trap.by != strike.by


def _fitting(night: Night, strike: Strike) -> list[Shield]:
    shields = night.shields.get(strike.target, ())
    return [shield for shield in shields if shield.against is None or strike.cause in shield.against]


def _in_order(strikes: list[Strike]) -> list[Strike]:
    return sorted(strikes, key=lambda strike: (_rank(strike), strike.by, strike.target))


def _rank(strike: Strike) -> float:
    """The place in the kill step (M58): a poisoning comes long before poison that is due."""
    poisoning = strike.cause is Cause.POISON and strike.reach is Reach.DIRECT
    return KILL_ORDER[Cause.NECROMANCER] + 0.5 if poisoning else KILL_ORDER[strike.cause]
