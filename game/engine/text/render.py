"""Events, asks and cards in the game's words: `render(event, seat) → text`.

Pure: reads the lines of `en.toml` once and knows no screens. An event is rendered from its own content
and the players' names alone, so a text can never say more than its event.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from game.engine import events as e
from game.engine.asks import Ask, AskKind
from game.engine.config import Ruleset
from game.engine.floor import is_bid_for
from game.engine.legal import writable
from game.engine.roles import ROLES
from game.engine.roles.groups import GROUPS
from game.engine.state import View
from game.engine.types import Phase, Seat, ShownWill, Verdict


@lru_cache(maxsize=1)
def lines() -> dict[str, dict[str, str]]:
    """All lines of the game by section and key."""
    return tomllib.loads(files(__package__).joinpath("en.toml").read_text("utf-8"))


def say(section: str, key: str, **parts: object) -> str:
    """One line with its parts filled in; the key itself in words where no line is written."""
    template = lines()[section].get(key)
    return template.format(**parts) if template else key.replace("_", " ")


def line(event: e.Event, names: Sequence[str], seat: Seat | None = None, ruleset: Ruleset = "classic") -> str | None:
    """An event as the seat reads it (None: as the public or the host reads it); None where there is nothing to say."""
    writer = _LINES.get(event.kind)
    return writer(event, _Names(names, ruleset), seat) if writer else None


def refusal(reason: str) -> str:
    """Why something was refused, in a sentence."""
    return say("refusal", reason)


def phase_title(phase: Phase, day: int) -> str:
    """A phase by its name."""
    return say("phase", phase.value, day=day)


def scene(view: View) -> str:
    """What the current phase is about, in a sentence."""
    public = view.public
    accused = public.table.names[public.accused - 1] if public.accused else ""
    if public.phase not in _SCENES:
        return ""
    if public.floor:
        return say("scene", "floor", name=public.table.names[public.floor - 1])
    return say("scene", public.phase.value, majority=public.majority, accused=accused)


_SCENES = frozenset(Phase) - {Phase.SETUP, Phase.OVER}


def ask(question: Ask, view: View) -> str:
    """What is wanted of a seat, in a sentence with its phase."""
    public = view.public
    accused = public.table.names[public.accused - 1] if public.accused else ""
    channel = ""
    if question.kind is AskKind.CONFER:
        channel = " / ".join(say("channel", name.value) for name in sorted(writable(view)))
    abilities = "; ".join(say("choose", option.name) for option in question.options if option.verb == "use")
    listens = is_bid_for(public) and public.floor != question.seat
    key = "listen" if listens else question.kind.value
    speaker = public.table.names[public.floor - 1] if public.floor else "Nobody"
    wanted = say("ask", key, accused=accused, channel=channel, abilities=abilities, name=speaker)
    return f"{phase_title(public.phase, public.day)}: {wanted}"


def ability_name(ability: str) -> str:
    """An ability by its name."""
    return say("ability", ability)


@dataclass(frozen=True, slots=True)
class Card:
    """A role card for people."""

    name: str
    faction: str
    alignment: str
    summary: str
    goal: str
    attack: str
    defense: str
    unique: bool
    abilities: tuple[tuple[str, str, str, int | None], ...]
    """(id, name, day | night | passive, uses or None)."""


def role_card(role: str) -> Card:
    """The card of a role. Raises KeyError for a role that is not built."""
    found = ROLES[role]
    goal = say("goal", found.side or role)
    abilities = tuple((a.id, ability_name(a.id), a.when.value, a.uses) for a in found.abilities)
    return Card(
        role, found.faction.value, found.alignment.value, say("card", role), goal, found.attack.name.lower(),
        found.defense.name.lower(), found.unique, abilities,
    )  # fmt: skip


class _Names:
    """Players' names by seat, and the ruleset that names groups of roles."""

    def __init__(self, names: Sequence[str], ruleset: Ruleset) -> None:
        self.all = names
        self.groups = GROUPS[ruleset]

    def __getitem__(self, seat: Seat) -> str:
        return self.all[seat - 1] if 0 < seat <= len(self.all) else "somebody"

    def join(self, seats: Sequence[Seat]) -> str:
        """Several names as one would say them."""
        return enumerate_words([self[seat] for seat in seats])


def enumerate_words(words: Sequence[str]) -> str:
    """Words with commas and a last "and"."""
    *head, last = words or ("nobody",)
    return f"{', '.join(head)} and {last}" if head else last


# One writer for each kind of event that has words --------------------------------------------------------------------


def _opened(event: e.MatchOpened, names: _Names, seat: Seat | None) -> str:
    table = event.table
    return say("line", "match_opened", mode=table.mode, count=len(table.names), slots=", ".join(table.slots))


def _dealt(event: e.RoleDealt, names: _Names, seat: Seat | None) -> str:
    own = event.seat == seat
    return say("line", "role_dealt", role=event.role) if own else f"{names[event.seat]} is the {event.role}."


def _met(event: e.TeamMet, names: _Names, seat: Seat | None) -> str | None:
    others = [f"{names[mate]} ({role})" for mate, role in event.members if mate != seat]
    return say("line", "team_met", members=enumerate_words(others)) if others else None


def _phase(event: e.PhaseOpened, names: _Names, seat: Seat | None) -> str:
    return phase_title(event.phase, event.day)


def _said(event: e.Said, names: _Names, seat: Seat | None) -> str:
    speaker = event.alias if event.alias and event.seat != seat else names[event.seat]
    channel = "" if event.channel == "public" else f"[{say('channel', event.channel.value)}] "
    return f"{channel}{speaker}: {event.text}"


def _whispered(event: e.Whispered, names: _Names, seat: Seat | None) -> str:
    return say("line", "whispered", name=names[event.seat], target=names[event.target])


def _heard(event: e.WhisperHeard, names: _Names, seat: Seat | None) -> str:
    return f"{names[event.seat]} to {names[event.target]}: {event.text}"


def _floor(event: e.FloorGiven, names: _Names, seat: Seat | None) -> str:
    return say("line", "floor_given", name=names[event.seat])


def _bade(event: e.Bade, names: _Names, seat: Seat | None) -> str | None:
    return say("line", "bade", level=event.level) if event.seat == seat else None


def _summarised(event: e.Summarised, names: _Names, seat: Seat | None) -> str | None:
    return say("line", "summarised", day=event.day, text=event.text) if event.seat == seat else None


def _voted(event: e.Voted, names: _Names, seat: Seat | None) -> str:
    if not event.target:
        return say("line", "unvoted", name=names[event.seat])
    return say("line", "voted", name=names[event.seat], target=names[event.target])


def _trial_opened(event: e.TrialOpened, names: _Names, seat: Seat | None) -> str:
    return say("line", "trial_opened", name=names[event.accused])


def _trial_closed(event: e.TrialClosed, names: _Names, seat: Seat | None) -> str:
    count = {verdict: sum(w for _, v, w in event.ballots if v is verdict) for verdict in Verdict}
    head = say(
        "line", "lynched" if event.lynched else "acquitted", name=names[event.accused],
        guilty=count[Verdict.GUILTY], innocent=count[Verdict.INNOCENT],
    )  # fmt: skip
    voices = [say("line", f"ballot_{verdict.value}", name=names[voter]) for voter, verdict, _ in event.ballots]
    return f"{head} ({', '.join(voices)}.)" if voices else head


def _balloted(event: e.Balloted, names: _Names, seat: Seat | None) -> str:
    return say("line", "balloted", verdict=event.verdict.value)


def _chose(event: e.Chose, names: _Names, seat: Seat | None) -> str:
    who = names[event.seat]
    if not event.ability:
        return say("line", "unchose", who=who)
    targets = f": {names.join(event.targets)}" if event.targets else ""
    return say("line", "chose", who=who, ability=ability_name(event.ability).lower(), targets=targets)


def _told(event: e.Told, names: _Names, seat: Seat | None) -> str:
    if event.message in _JOURNEYS:
        key, nothing, part = _JOURNEYS[event.message]
        house, *others = event.seats
        return say("line", key if others else nothing, name=names[house], **{part: names.join(others)})
    key = f"{event.message}_{event.value}" if event.message in _BY_VALUE else event.message
    if event.message == "control_immune" and event.seats:
        key = "control_immune_of"
    group = ", ".join(names.groups.get(event.value, ())) if event.message == "investigator_result" else ""
    relayed = say("told", event.value, names="somebody", value="", group="") if event.message == "spy_bug" else ""
    return say("told", key, names=names.join(event.seats), value=event.value, group=group, relayed=relayed)


_JOURNEYS = {
    "lookout_result": ("visited_by", "visited_by_nobody", "visitors"),
    "tracker_result": ("went_to", "went_nowhere", "visited"),
}
"""Reports on one player's house or ways: the line, the line where there is nothing, and what it lists."""
_BY_VALUE = frozenset({"sheriff_result", "psychic_result"})
"""Reports with a line for each value."""


def _will_read(event: e.WillRead, names: _Names, seat: Seat | None) -> str:
    return say("line", "will_read" if event.text else "no_will_read", name=names[event.seat], will=event.text)


def _announced(event: e.Announced, names: _Names, seat: Seat | None) -> str:
    return say("announced", event.message, name=names[event.seat], value=event.value)


def _died(event: e.Died, names: _Names, seat: Seat | None) -> str:
    causes = enumerate_words([say("cause", cause.value) for cause in event.causes])
    hidden = event.will_shown is ShownWill.HIDDEN
    parts = [say("line", "died_hidden" if hidden else "died", name=names[event.seat], causes=causes, role=event.role)]
    if event.will_shown is ShownWill.BLOODIED:
        parts.append(say("line", "will_bloodied"))
    elif hidden:
        parts.append(say("line", "will_hidden"))
    else:
        parts.append(say("line", "will", will=event.will) if event.will else say("line", "no_will"))
    parts += [say("line", "note", note=note) for note in event.notes]
    return " ".join(parts)


def _departed(event: e.Departed, names: _Names, seat: Seat | None) -> str:
    return say("line", "departed", name=names[event.seat])


def _goal(event: e.GoalMet, names: _Names, seat: Seat | None) -> str:
    return say("line", "goal_met") if event.seat == seat else f"{names[event.seat]} has reached their goal."


def _refused(event: e.Refused, names: _Names, seat: Seat | None) -> str:
    return refusal(event.reason)


def _happened(event: e.Happened, names: _Names, seat: Seat | None) -> str:
    key = "act" if event.step == "act" else event.what
    first, second = (*map(names.__getitem__, event.seats), "", "")[:2]
    targets = f" {names.join(event.seats)}" if event.seats else ""
    return say(
        "happened", key, by=names[event.by], names=names.join(event.seats), value=event.value.replace("_", " "),
        first=first, second=second, ability=ability_name(event.what).lower() if key == "act" else "", targets=targets,
    )  # fmt: skip


def _ended(event: e.MatchEnded, names: _Names, seat: Seat | None) -> str:
    winners = names.join(event.winners)
    if event.outcome == "draw":
        return say("line", "draw_with" if event.winners else "draw", winners=winners)
    return say("line", "won", outcome=event.outcome, winners=winners)


_LINES: dict[str, Callable[[Any, _Names, Seat | None], str | None]] = {
    "match_opened": _opened,
    "role_dealt": _dealt,
    "team_met": _met,
    "phase_opened": _phase,
    "said": _said,
    "whispered": _whispered,
    "whisper_heard": _heard,
    "will_read": _will_read,
    "floor_given": _floor,
    "bade": _bade,
    "summarised": _summarised,
    "voted": _voted,
    "trial_opened": _trial_opened,
    "trial_closed": _trial_closed,
    "balloted": _balloted,
    "chose": _chose,
    "told": _told,
    "announced": _announced,
    "died": _died,
    "departed": _departed,
    "goal_met": _goal,
    "refused": _refused,
    "happened": _happened,
    "match_ended": _ended,
}
