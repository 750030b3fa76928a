"""Who is told what at the end of the night (M61), and who is told it besides: raisers, controllers, Spies."""

from __future__ import annotations

from game.engine import events as e
from game.engine.night.effects import Tell
from game.engine.night.table import Night
from game.engine.types import only

FINDINGS = frozenset(
    {
        "sheriff_result", "investigator_result", "lookout_result", "tracker_result", "role_result", "psychic_result",
        "spy_visit", "spy_bug", "janitor_result", "trap_triggered", "vh_no_vampire", "plague_list", "target_jailed",
        "defense_too_strong", "target_attacked", "forge_success",
    }
)  # fmt: skip
"""Reports of what a player did or found out; all others are of what was done to the player."""


def private_reports(night: Night) -> list[e.Event]:
    """Private reports, by seat; each at most once."""
    told = dict.fromkeys([*night.reports, *_steered(night), *_bugged(night)])
    by_seat = sorted(dict.fromkeys(_heard(night, told)), key=lambda tell: tell.to)
    return [e.Told(only(tell.to), tell.message, tell.seats, tell.value) for tell in by_seat]


def _steered(night: Night) -> list[Tell]:
    """What somebody under control finds out, the controller learns too (M93)."""
    return [
        Tell(night.steered[tell.to], tell.message, tell.seats, tell.value)
        for tell in night.reports
        if tell.to in night.steered and tell.message in FINDINGS
    ]


def _bugged(night: Night) -> list[Tell]:
    """What is done to a bugged player, the Spy hears of (M128); what the player finds out stays with the player."""
    return [
        Tell(bug.by, "spy_bug", (bug.target,), message) for bug in night.bugs for message in _done_to(night, bug.target)
    ]


def _done_to(night: Night, seat: int) -> list[str]:
    duelled = ["dueled"] if night.fact(seat, "duelled_on") == night.day else []
    return duelled + [tell.message for tell in night.reports if tell.to == seat and tell.message not in FINDINGS]


def _heard(night: Night, told: dict[Tell, None]) -> list[Tell]:
    """A corpse tells whoever raised it, and says that it does (M154)."""
    heard: list[Tell] = []
    for tell in told:
        if (raiser := night.raised.get(tell.to)) is None:
            heard.append(tell)
        else:
            heard.append(Tell(raiser, "corpse_report", (tell.to,), tell.message))
            heard.append(Tell(raiser, tell.message, tell.seats, tell.value))
    return heard
