"""Events as screen operations for one viewpoint.

Pure: knows the engine's events, fold and words. Knows no database, no sockets and no people, and never sees an event
that its viewpoint may not see: what it was not given it cannot tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from game.engine import events as e
from game.engine.asks import wanted
from game.engine.day import TRIALS_A_DAY, turns
from game.engine.fold import fold
from game.engine.roles import ROLES
from game.engine.state import EMPTY, View
from game.engine.text import render
from game.engine.types import PUBLIC, Channel, Phase, Seat, hears, seats_of
from game.play.drivers import stage_seconds

Viewpoint: TypeAlias = Literal["public", "god"] | Seat
"""Who looks: everybody, somebody who sees everything, or one seat."""
Op: TypeAlias = dict[str, Any]
"""One screen operation; its shapes are those of `schemas.Op`."""

ELAPSED = "Time is up: you let it pass."
STANDS = "Time is up: your choice stands."

TRIAL_PHASES = (Phase.DEFENSE, Phase.JUDGEMENT, Phase.LAST_WORDS)


@dataclass(frozen=True, slots=True)
class Thought:
    """What an agent thought on the way to a decision; `cost` in tokens, `report` as in `schemas.ReportOut`."""

    text: str
    cost: int = 0
    report: Mapping[str, Any] | None = None


def sees(viewpoint: Viewpoint, event: e.Event) -> bool:
    """Whether an event may reach a viewpoint at all."""
    if viewpoint == "god":
        return True
    if viewpoint == "public":
        return event.to == PUBLIC
    return hears(event.to, viewpoint)


class Presenter:
    """Folds the events of one viewpoint and says what each changes on the screen."""

    def __init__(self, viewpoint: Viewpoint) -> None:
        self.viewpoint = viewpoint
        self.god = viewpoint == "god"
        self.me: Seat = viewpoint if isinstance(viewpoint, int) else 0
        self.count = 0
        self.before = self.state = EMPTY

    @property
    def names(self) -> tuple[str, ...]:
        """The players' names in seat order."""
        return self.state.public.table.names

    @property
    def view(self) -> View:
        """What the viewpoint knows now; the private part is a seat's alone."""
        return View(self.state.public, self.state.of(self.me) if self.me and self.names else None)

    def item(self, event: e.Event, at: int, thought: Thought | None = None) -> Op:
        """The next numbered item of the stream; `at` in ms. Raises ValueError for an event that is withheld here."""
        if not sees(self.viewpoint, event):
            raise ValueError(f"A {event.kind} event must not reach the viewpoint {self.viewpoint!r}.")
        self.count += 1
        self.before, self.state = self.state, fold(self.state, event)
        ops = list(_OPS.get(event.kind, _nothing)(self, event))
        if thought and isinstance(event, e.Decided):
            ops.append(_thought(self, event, thought))
        return {"n": self.count, "at": at, "ops": ops, **({"seen": _seen(event)} if self.god else {})}

    def line(self, kind: str, event: e.Event, **parts: Any) -> Op:
        """One line of the log in the game's words; `parts` replace or add to what is usual."""
        text = self.text(event)
        return {"op": "line", "id": f"e{self.count}", "kind": kind, "seat": 0, "text": text, "tone": "plain", **parts}

    def text(self, event: e.Event) -> str:
        """An event in the game's words."""
        return render.line(event, self.names, self.me or None, self.state.public.table.ruleset) or ""

    def name(self, seat: Seat) -> str:
        """A player's name."""
        return self.names[seat - 1] if seat else ""


def _seen(event: e.Event) -> str | list[Seat]:
    """Who at the table sees an event: "all", or the seats."""
    return "all" if event.to == PUBLIC else list(seats_of(event.to))


def _nothing(screen: Presenter, event: e.Event) -> Iterator[Op]:
    return iter(())


def _seat(seat: Seat, **changes: Any) -> Op:
    return {"op": "seat", "seat": seat, "set": changes}


def _me(**changes: Any) -> Op:
    return {"op": "me", "set": changes}


def _role(role: str, how: str) -> dict[str, Any]:
    """How a role is written on a seat; a cleaned or stoned corpse has neither faction nor alignment."""
    card = ROLES.get(role)
    return {
        "role": role,
        "faction": card.faction.value if card else None,
        "alignment": card.alignment.value if card else None,
        "how": how,
    }


# The table ------------------------------------------------------------------------------------------------------------


def _opened(screen: Presenter, event: e.MatchOpened) -> Iterator[Op]:
    table = event.table
    yield {
        "op": "table", "mode": table.mode, "ruleset": table.ruleset, "slots": list(table.slots),
        "names": list(table.names), "commitment": event.commitment, "clock": table.clock.value,
    }  # fmt: skip
    yield screen.line("notice", event)


def _dealt(screen: Presenter, event: e.RoleDealt) -> Iterator[Op]:
    seat, role = event.seat, event.role
    if screen.god:
        yield _seat(seat, **_role(role, "dealt"))
        if screen.before.role(seat):
            yield screen.line("notice", event, seat=seat)
        return
    yield _seat(seat, **_role(role, "known to you"))
    if seat == screen.me:
        card = render.role_card(role)
        abilities = [dict(zip(("id", "name", "when", "uses"), ability, strict=True)) for ability in card.abilities]
        yield _me(
            role=role, faction=card.faction, alignment=card.alignment, goal=card.goal, summary=card.summary,
            abilities=abilities, uses={},
        )  # fmt: skip
    if screen.state.of(screen.me).team:
        yield _me(team=_team(screen))
    yield screen.line("report", event, seat=0, to=screen.me)


def _met(screen: Presenter, event: e.TeamMet) -> Iterator[Op]:
    for seat, role in event.members:
        yield _seat(seat, team=True, **({} if screen.god else _role(role, "known to you")))
    if not screen.god:
        yield _me(team=_team(screen))
        if len(event.members) > 1:
            yield screen.line("report", event, to=screen.me)


def _team(screen: Presenter) -> list[list[Any]]:
    return [list(member) for member in screen.state.of(screen.me).team]


def _fact(screen: Presenter, event: e.FactSet) -> Iterator[Op]:
    if event.key == "jailed_on":
        yield _seat(event.seat, jailed=True)
    elif event.key == "book":
        yield _seat(event.seat, book=bool(event.value))
    elif event.key == "lover" and screen.me:
        yield _seat(int(event.value or 0), lover=True)
    if event.seat == screen.me:
        yield _me(facts=dict(screen.state.of(screen.me).facts or {}))


def _mark(screen: Presenter, event: e.MarkSet) -> Iterator[Op]:
    marks = screen.state.secret.marks or {}
    yield _seat(event.seat, marks=[key for (seat, key), value in marks.items() if seat == event.seat and value])


def _uses(screen: Presenter, event: e.UsesSet) -> Iterator[Op]:
    if event.seat == screen.me:
        yield _me(uses=dict(screen.state.of(screen.me).uses or {}))


# Phases ---------------------------------------------------------------------------------------------------------------


def _phase(screen: Presenter, event: e.PhaseOpened) -> Iterator[Op]:
    yield _phase_op(screen)
    before, now = screen.before.public, screen.state.public
    if before.votes and not now.votes:
        yield _votes_op(screen)
    if event.phase in TRIAL_PHASES:
        yield _trial_op(screen, event.phase.value)
    elif before.phase in TRIAL_PHASES:
        yield {"op": "trial", "accused": 0, "number": 0, "of": TRIALS_A_DAY, "stage": "closed", "ballots": None,
               "lynched": None}  # fmt: skip
    if before.phase is Phase.NIGHT:
        for seat in _jailed(screen, before.day):
            yield _seat(seat, jailed=False)
    if screen.me and event.phase in (Phase.NIGHT, Phase.DISCUSSION):
        yield _me(choice=None, ballot=None)


def _jailed(screen: Presenter, day: int) -> list[Seat]:
    parts = screen.state.private[1:] if screen.god else [screen.view.private]
    return [part.seat for part in parts if part and part.fact("jailed_on") == day]


def _stage(screen: Presenter, event: e.StageOpened) -> Iterator[Op]:
    if event.round > 1 or screen.state.public.floor:
        yield _phase_op(screen)


def _phase_op(screen: Presenter) -> Op:
    public = screen.state.public
    wall = public.table.clock == "wall"
    return {
        "op": "phase", "phase": public.phase.value, "day": public.day,
        "title": render.phase_title(public.phase, public.day), "sentence": render.scene(screen.view),
        "round": max(1, public.round), "rounds": turns(public),
        "seconds": stage_seconds(screen.state) if wall else None,
        "moon": public.phase is Phase.NIGHT and public.full_moon,
    }  # fmt: skip


# Speech and writing ---------------------------------------------------------------------------------------------------


def _said(screen: Presenter, event: e.Said) -> Iterator[Op]:
    if screen.god and not event.seat:
        return  # the speaker's own copy of an unnamed line has just been shown
    names = {"name": event.alias or screen.name(event.seat)}
    if event.seat:
        names = {"name": screen.name(event.seat), **({"alias": event.alias} if event.alias else {})}
    yield screen.line("chat", event, channel=event.channel.value, seat=event.seat, text=event.text, **names)


def _whispered(screen: Presenter, event: e.Whispered) -> Iterator[Op]:
    if screen.god or screen.me in (event.seat, event.target):
        return  # the words follow in an event of their own
    yield _whisper_line(screen, event, "")


def _heard(screen: Presenter, event: e.WhisperHeard) -> Iterator[Op]:
    yield _whisper_line(screen, event, event.text)


def _whisper_line(screen: Presenter, event: e.Whispered | e.WhisperHeard, text: str) -> Op:
    return screen.line(
        "whisper", event, channel=Channel.WHISPER.value, seat=event.seat, name=screen.name(event.seat), to=event.target,
        text=text,
    )  # fmt: skip


def _will(screen: Presenter, event: e.WillWritten) -> Iterator[Op]:
    yield _seat(event.seat, will={"state": "written", "text": event.text})
    if screen.me:
        yield _me(will=event.text)


def _note(screen: Presenter, event: e.NoteWritten) -> Iterator[Op]:
    yield _me(note=event.text) if screen.me else _seat(event.seat, note=event.text)


def _jotted(screen: Presenter, event: e.Jotted) -> Iterator[Op]:
    yield _me(notebook=event.text) if screen.me else _seat(event.seat, notebook=event.text)


# Votes and trials -----------------------------------------------------------------------------------------------------


def _voted(screen: Presenter, event: e.Voted) -> Iterator[Op]:
    yield _votes_op(screen)
    yield screen.line("trial", event, seat=event.seat, name=screen.name(event.seat))


def _votes_op(screen: Presenter) -> Op:
    public = screen.state.public
    against = {str(target): public.weight_against(target) for _, target in public.votes}
    return {"op": "votes", "votes": [list(vote) for vote in public.votes], "need": public.majority, "against": against}


def _trial_opened(screen: Presenter, event: e.TrialOpened) -> Iterator[Op]:
    yield _trial_op(screen, "defense")
    yield screen.line("trial", event, seat=event.accused)


def _trial_op(screen: Presenter, stage: str) -> Op:
    public = screen.state.public
    over = public.trials[-1] if stage in ("last_words", "closed") and public.trials else None
    return {
        "op": "trial", "accused": over.accused if over else public.accused, "number": max(1, public.trials_today),
        "of": TRIALS_A_DAY,
        "stage": stage, "ballots": _ballots(over.ballots) if over else None, "lynched": over.lynched if over else None,
    }  # fmt: skip


def _ballots(ballots: Any) -> list[list[Any]]:
    return [[seat, str(verdict), weight] for seat, verdict, weight in ballots]


def _balloted(screen: Presenter, event: e.Balloted) -> Iterator[Op]:
    if screen.me:
        yield _me(ballot=event.verdict.value)
        yield screen.line("choice", event, seat=event.seat)
        return
    public = screen.state.public
    given = [
        (seat, verdict, public.weight(seat))
        for seat in sorted(public.living)
        for stage, verdict in [screen.state.of(seat).ballot]
        if stage > public.stage - public.round
    ]
    yield {**_trial_op(screen, "judgement"), "ballots": _ballots(given)}


def _trial_closed(screen: Presenter, event: e.TrialClosed) -> Iterator[Op]:
    yield _trial_op(screen, "closed")
    if screen.before.public.votes:
        yield _votes_op(screen)
    yield screen.line("trial", event, seat=event.accused, tone="bad" if event.lynched else "good")


# Night, reports, deaths -----------------------------------------------------------------------------------------------


def _chose(screen: Presenter, event: e.Chose) -> Iterator[Op]:
    if event.seat == screen.me:
        chosen = {"ability": event.ability, "targets": list(event.targets), "param": event.param}
        yield _me(choice=chosen if event.ability else None)
    yield screen.line("choice", event, seat=event.seat, name=screen.name(event.seat))


GOOD = frozenset(
    {"attacked_healed", "attacked_bodyguard_saved", "attacked_vest_saved", "executioner_won", "roleblock_immune",
     "attacked_crusader_saved", "attacked_trap_saved", "attacked_guardian_saved", "guardian_watched", "poison_cured",
     "poison_fought_off", "duel_won", "book_received", "forge_success", "juggernaut_power", "vh_staked"}
)  # fmt: skip
BAD = frozenset(
    {"attacked_defended", "blackmailed", "haunted", "jailed", "role_blocked", "target_jailed", "transported",
     "defense_too_strong", "execution_town", "vigilante_guilt", "jester_revenge", "controlled", "converted",
     "corpse_missing", "doused", "dueled", "duel_lost", "duel_jailed", "poisoned", "poisoned_uncurable",
     "triggered_trap", "saw_ambusher", "pestilence_arrived"}
)  # fmt: skip


def _tone(message: str) -> str:
    if message.startswith(("killed_by", "shot_by")) or message == "stoned":
        return "grave"
    return "good" if message in GOOD else "bad" if message in BAD else "plain"


def _told(screen: Presenter, event: e.Told) -> Iterator[Op]:
    to = screen.me or seats_of(event.to)[0]
    yield screen.line("report", event, to=to, tone=_tone(event.message))


def _will_read(screen: Presenter, event: e.WillRead) -> Iterator[Op]:
    yield screen.line("report", event, to=screen.me or seats_of(event.to)[0])


def _announced(screen: Presenter, event: e.Announced) -> Iterator[Op]:
    if event.message == "mayor_revealed":
        yield _seat(event.seat, **_role(event.value, "revealed"), weight=screen.state.public.weight(event.seat))
    elif event.message == "revived":
        yield _seat(event.seat, alive=True)
    elif event.message == "vip":
        yield _seat(event.seat, vip=True)
    yield screen.line("notice", event, seat=event.seat, tone=_tone(event.message))


def _happened(screen: Presenter, event: e.Happened) -> Iterator[Op]:
    yield {
        "op": "night", "step": event.step, "what": event.what, "by": event.by, "seats": list(event.seats),
        "value": event.value, "text": screen.text(event),
    }  # fmt: skip


def _died(screen: Presenter, event: e.Died) -> Iterator[Op]:
    causes = [render.say("cause", cause.value) for cause in event.causes]
    will = {"state": event.will_shown.value, "text": event.will}
    known = screen.god or (event.role not in ROLES and _knows(screen, event.seat))
    role = {} if known else _role(event.role, "graveyard")
    if screen.god and event.role == screen.state.role(event.seat):
        role = {"how": "graveyard"}
    yield _seat(event.seat, alive=False, causes=causes, will=will, notes=list(event.notes), **role)
    yield screen.line("death", event, seat=event.seat, tone="grave")


def _knows(screen: Presenter, seat: Seat) -> bool:
    me = screen.view.private
    return me is not None and (seat == me.seat or any(seat == mate for mate, _ in me.team))


def _departed(screen: Presenter, event: e.Departed) -> Iterator[Op]:
    yield _seat(event.seat, alive=False, left=True)
    yield screen.line("notice", event, seat=event.seat, tone="grave")


def _goal(screen: Presenter, event: e.GoalMet) -> Iterator[Op]:
    yield _seat(event.seat, goal_met=True)
    yield screen.line("report", event, to=event.seat, tone="good")


def _refused(screen: Presenter, event: e.Refused) -> Iterator[Op]:
    yield screen.line("refusal", event, seat=event.seat, to=event.seat, tone="bad")


def _decided(screen: Presenter, event: e.Decided) -> Iterator[Op]:
    if screen.me and event.outcome == "elapsed":
        public, me = screen.state.public, screen.state.of(screen.me)
        stands = me.choice(public.day, night=True) if public.phase is Phase.NIGHT else public.vote_of(screen.me)
        yield screen.line("notice", event, text=STANDS if stands else ELAPSED, to=screen.me)


def _thought(screen: Presenter, event: e.Decided, thought: Thought) -> Op:
    kind = wanted(View(screen.before.public, screen.before.of(event.seat))) if event.ask else None
    report = {"report": dict(thought.report)} if thought.report else {}
    return {
        "op": "thought", "seat": event.seat, "text": thought.text, "ask": kind.value if kind else "",
        "cost": thought.cost, **report,
    }  # fmt: skip


def _ended(screen: Presenter, event: e.MatchEnded) -> Iterator[Op]:
    for seat, role in enumerate(event.roles, 1):
        yield _seat(seat, **_role(role, "revealed"), winner=seat in event.winners)
    line = screen.line("notice", event, tone="good" if event.winners else "plain")
    yield {
        "op": "over", "outcome": event.outcome, "winners": list(event.winners), "roles": list(event.roles),
        "seed": event.seed, "sentence": line["text"],
    }  # fmt: skip
    yield line


_OPS: dict[str, Callable[[Presenter, Any], Iterator[Op]]] = {
    "match_opened": _opened,
    "role_dealt": _dealt,
    "team_met": _met,
    "fact_set": _fact,
    "mark_set": _mark,
    "uses_set": _uses,
    "phase_opened": _phase,
    "stage_opened": _stage,
    "decided": _decided,
    "refused": _refused,
    "said": _said,
    "whispered": _whispered,
    "whisper_heard": _heard,
    "will_written": _will,
    "note_written": _note,
    "jotted": _jotted,
    "summarised": _nothing,
    "floor_given": _nothing,
    "bade": _nothing,
    "voted": _voted,
    "trial_opened": _trial_opened,
    "balloted": _balloted,
    "trial_closed": _trial_closed,
    "chose": _chose,
    "told": _told,
    "will_read": _will_read,
    "announced": _announced,
    "happened": _happened,
    "died": _died,
    "departed": _departed,
    "goal_met": _goal,
    "match_ended": _ended,
}
