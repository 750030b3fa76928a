"""What each information tool answers: functions of what one seat knows. `tools` declares and runs them.

Every rule is quoted from the rulebook, every event from `render`; nothing is worded here twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from agents.llm.grammar import legal_lines
from agents.llm.hygiene import neutral, neutral_event
from agents.llm.notation import codes
from agents.llm.record import Notation
from game.engine import events as e
from game.engine.asks import Ask, budget_left
from game.engine.config import Clock
from game.engine.day import TRIALS_A_DAY
from game.engine.legal import may_leave_note
from game.engine.roles import ROLES
from game.engine.setup import may_bring
from game.engine.state import Grave, View
from game.engine.text import render
from game.engine.text.rulebook import RoleEntry, role_lines, rulebook
from game.engine.types import Phase, Seat, ShownWill

ROOM = 1000
"""Characters within which lists keep their latest lines."""


class Absent(ValueError):
    """There is nothing of the kind to look at; says why in a sentence."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look-up may use: the view, the ask, the visible events so far, and how to write for this model.

    `special` are the strings of the seat's tokenizer, which no result may contain in what players wrote.
    """

    view: View
    ask: Ask | None
    events: Sequence[e.Event]
    special: tuple[str, ...] = ()
    notation: Notation = Notation.PLAIN

    @property
    def names(self) -> tuple[str, ...]:
        """What stands for the players."""
        names = self.view.public.table.names
        if self.notation.short:
            return codes(len(names))
        return tuple(neutral(name, self.special) for name in names)

    def line(self, event: e.Event) -> str | None:
        """An event in words, harmless."""
        ruleset = self.view.public.table.ruleset
        return render.line(neutral_event(event, self.special), self.names, self.view.me.seat, ruleset)

    def safe(self, text: str) -> str:
        """What a player wrote, harmless."""
        return neutral(text, self.special)

    def name(self, seat: Seat) -> str:
        """What stands for a player."""
        return self.names[seat - 1]


def _latest(lines: Iterable[str], most: int | None = None) -> str:
    """The last of some lines, as many as there is room for; says how many are left out."""
    every = list(lines)
    kept: list[str] = []
    room = ROOM
    for line in reversed(every):
        room -= len(line) + 1
        if kept and (room < 0 or len(kept) == most):
            break
        kept.append(line)
    missing = len(every) - len(kept)
    head = [f"({missing} earlier lines are left out.)"] if missing else []
    return "\n".join([*head, *reversed(kept)])


def _phased(events: Iterable[e.Event]) -> Iterator[tuple[e.PhaseOpened | None, e.Event]]:
    """Events with the phase in which they came."""
    phase: e.PhaseOpened | None = None
    for event in events:
        if isinstance(event, e.PhaseOpened):
            phase = event
        else:
            yield phase, event


def _title(phase: e.PhaseOpened | None) -> str:
    return render.phase_title(phase.phase, phase.day) if phase else render.phase_title(Phase.SETUP, 0)


def _dated(seen: Seen, events: Iterable[tuple[e.PhaseOpened | None, e.Event]]) -> Iterator[str]:
    for phase, event in events:
        if text := seen.line(event):
            yield f"{_title(phase)}: {text}"


# The dead -------------------------------------------------------------------------------------------------------------


def check_will(seen: Seen, player: Seat) -> str:
    """The will of a dead player as the graveyard shows it, or as one read it oneself."""
    public = seen.view.public
    read = [event for event in seen.events if isinstance(event, e.WillRead) and event.seat == player]
    own = seen.line(read[-1]) if read else None
    grave = next((one for one in public.graves if one.seat == player), None)
    if grave is None:
        why = "is alive" if player in public.living else "has left the game, and nothing was read out yet"
        raise Absent(f"{seen.name(player)} {why}: there is no will to read.")
    return "\n".join(filter(None, (f"{seen.name(player)}: {_will(seen, grave)}", own)))


def _will(seen: Seen, grave: Grave) -> str:
    if grave.will_shown is ShownWill.HIDDEN:
        return render.say("line", "will_hidden")
    if grave.will_shown is ShownWill.BLOODIED:
        return render.say("line", "will_bloodied")
    return render.say("line", "will", will=seen.safe(grave.will)) if grave.will else render.say("line", "no_will")


def graveyard(seen: Seen) -> str:
    """Every grave in a line, with the notes that lie there."""
    public = seen.view.public
    notes = {event.seat: event.notes for event in seen.events if isinstance(event, e.Died)}
    lines = [_grave(seen, grave, notes.get(grave.seat, ())) for grave in public.graves]
    lines += [
        f"{seen.name(seat)} has left the game." for seat in sorted(public.departed - {g.seat for g in public.graves})
    ]
    return "\n".join(lines) or "Nobody is dead."


def _grave(seen: Seen, grave: Grave, notes: Sequence[str]) -> str:
    causes = render.enumerate_words([render.say("cause", cause.value) for cause in grave.causes])
    when = render.phase_title(Phase.NIGHT if grave.night else Phase.DAY_ONE, grave.day)
    words = [f"{seen.name(grave.seat)}: {grave.role}. {when}: {causes}."]
    words += [render.say("line", "note", note=neutral(note, seen.special, 200)) for note in notes]
    return " ".join(words)


# Talk and one's own past ----------------------------------------------------------------------------------------------


_TALK = (e.Said, e.Whispered, e.WhisperHeard)


def chat_history(seen: Seen, day: int = 0) -> str:
    """What was heard on a day and in its night, the latest lines."""
    public = seen.view.public
    day = day or public.day
    heard = ((phase, event) for phase, event in _phased(seen.events) if isinstance(event, _TALK))
    lines = _dated(seen, ((phase, event) for phase, event in heard if phase and phase.day == day))
    return _latest(lines, public.table.limits.chat_history_lines) or f"You heard nothing on day {day}."


def investigations(seen: Seen) -> str:
    """Every private report."""
    reports = (pair for pair in _phased(seen.events) if isinstance(pair[1], e.Told | e.WillRead))
    return _latest(_dated(seen, reports)) or "You were told nothing yet."


def history(seen: Seen) -> str:
    """What one did oneself."""
    me = seen.view.me.seat
    mine = (pair for pair in _phased(seen.events) if isinstance(pair[1], _DEEDS) and pair[1].seat == me)
    return _latest(_deeds(seen, mine)) or "You have done nothing yet."


_DEEDS = (
    e.Said, e.WhisperHeard, e.Voted, e.Balloted, e.Chose, e.Refused, e.WillWritten, e.NoteWritten, e.Jotted
)  # fmt: skip
_SAVED = {"will_written": "will_saved", "note_written": "note_saved", "jotted": "notebook_saved"}


def _deeds(seen: Seen, deeds: Iterable[tuple[e.PhaseOpened | None, e.Event]]) -> Iterator[str]:
    for phase, event in deeds:
        saved = _SAVED.get(event.kind)
        text = render.say("line", saved) if saved else seen.line(event)
        if text:
            yield f"{_title(phase)}: {text}"


def view_will(seen: Seen) -> str:
    """One's own will, and the death note of those who leave any."""
    me = seen.view.me
    lines = [f"Your will: {seen.safe(me.will)}" if me.will else "You have written no will."]
    if may_leave_note(me):
        lines.append(f"Your death note: {seen.safe(me.note)}" if me.note else "You have written no death note.")
    return "\n".join(lines)


def notebook(seen: Seen) -> str:
    """One's own notebook."""
    text = seen.view.me.notebook
    return seen.safe(text) if text else "Your notebook is empty."


# Now ------------------------------------------------------------------------------------------------------------------


def status(seen: Seen) -> str:
    """Where the match stands, and what one may still spend."""
    view, public = seen.view, seen.view.public
    dead = len(public.seats) - len(public.living)
    lines = [
        f"{render.phase_title(public.phase, public.day)}. {render.scene(_named(seen))}".strip(),
        f"You are {seen.name(view.me.seat)}, the {view.me.role}"
        + ("." if view.me.seat in public.living else ", dead."),
        f"Alive ({len(public.living)}): {', '.join(seen.name(seat) for seat in sorted(public.living))}. Dead: {dead}.",
        f"Trials left today: {max(0, TRIALS_A_DAY - public.trials_today)}.",
    ]
    seconds = getattr(public.table.seconds, public.phase.value, None)
    if seconds and public.table.clock is Clock.WALL:
        lines.append(f"This phase lasts {seconds} seconds.")
    left = budget_left(view)
    lines += [] if left is None else [f"Tokens left in this phase: {max(0, left)}."]
    if seen.ask is not None:
        lines.append(f"Answers left to this question: {public.table.attempts - seen.ask.attempt}.")
    return "\n".join(lines)


def _named(seen: Seen) -> View:
    """The view with harmless names, for lines of the game that name somebody."""
    public = seen.view.public.clone()
    public.table = replace(public.table, names=seen.names)
    return View(public, seen.view.private)


def votes(seen: Seen) -> str:
    """Standing votes, the majority, and the trials of the day."""
    public = seen.view.public
    lines = [f"{public.majority} votes put a player on trial."]
    for target, weight in sorted(public.tally().items(), key=lambda item: (-item[1], item[0])):
        voters = [seen.name(voter) for voter, against in public.votes if against == target]
        lines.append(f"Against {seen.name(target)}: {weight} ({', '.join(voters)}).")
    if not public.votes:
        lines.append("No votes stand.")
    if public.accused:
        lines.append(f"On trial: {seen.name(public.accused)}.")
    today = (event for event in _phased(seen.events) if isinstance(event[1], e.TrialClosed))
    lines += [seen.line(event) or "" for phase, event in today if phase and phase.day == public.day]
    return "\n".join(lines)


def legal(seen: Seen) -> str:
    """What may be done right now."""
    if seen.ask is None:
        return "You are asked nothing right now."
    return legal_lines(seen.ask, seen.view, seen.notation)


# Rules ----------------------------------------------------------------------------------------------------------------


def roles(seen: Seen) -> str:
    """The role list; behind an open slot, what it may bring."""
    table = seen.view.public.table
    lines = [f"Role list: {', '.join(table.slots)}."]
    for slot in dict.fromkeys(table.slots):
        if slot not in ROLES:
            lines.append(f"{slot}: {', '.join(may_bring(slot, table))}.")
    return "\n".join(lines)


def role(seen: Seen, name: str = "") -> str:
    """A role's card."""
    return "\n".join(role_lines(_entry(name or seen.view.me.role)))


def _entry(name: str) -> RoleEntry:
    return next(one for one in rulebook().roles if one.name == name)


def alignments(seen: Seen) -> str:
    """The alignments of this ruleset."""
    book, ruleset = rulebook(), seen.view.public.table.ruleset
    lines = []
    for kind in book.alignments:
        members = [one.name for one in book.roles if one.alignment == kind.name and ruleset in one.rulesets]
        if members:
            lines.append(f"{kind.name}: {', '.join(members)}.")
    return "\n".join(lines)


def phases(seen: Seen) -> str:
    """The phases in order."""
    course = next(one for one in rulebook().chapters if one.slug == "course")
    return "\n".join(f"{row[0]}: {row[1]}" for row in course.tables[0].rows)


def victory(seen: Seen, side: str = "") -> str:
    """Who wins when: for a role its goal and its rivals, for a faction its roles' goals, else the whole chapter."""
    if side in ROLES:
        entry = _entry(side)
        rivals = f" Must be gone: {', '.join(entry.rivals)}." if entry.rivals else ""
        return f"{side}: {entry.goal}{rivals}"
    if side:
        goals: dict[str, list[str]] = {}
        for entry in rulebook().roles:
            if entry.faction == side and seen.view.public.table.ruleset in entry.rulesets:
                goals.setdefault(entry.goal, []).append(entry.name)
        return "\n".join(f"{', '.join(names)}: {goal}" for goal, names in goals.items())
    winning = next(one for one in rulebook().chapters if one.slug == "winning")
    return "\n".join(winning.paragraphs)


def modes(seen: Seen, name: str = "") -> str:
    """A mode's rules and list, with the names of all modes."""
    book = rulebook()
    wanted = name or seen.view.public.table.mode
    found = next((one for one in book.modes if one.name == wanted), None)
    lines = [f"Modes: {', '.join(one.name for one in book.modes)}."]
    if found:
        lines = [f"{found.name} ({found.ruleset}). {found.rule}".strip(), f"{', '.join(found.slots)}", *lines]
    return "\n".join(filter(None, lines))
