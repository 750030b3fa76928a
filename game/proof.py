"""Laws that hold in every match: play one at random and say where they broke.

A match is a function of mode, players and seed. Its players do anything legal, by chance; now and then somebody
leaves, or the time of a stage runs out. Pure: knows no processes and prints nothing.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from game.engine import actions as a
from game.engine import chance
from game.engine import events as e
from game.engine.apply import apply
from game.engine.asks import Ask, AskKind, Option, ask_of, asks
from game.engine.codec import from_json, to_json
from game.engine.config import Clock, Limits, Options, Rounds, Table, Talk
from game.engine.fold import fold, fold_all, view, visible
from game.engine.legal import check
from game.engine.setup import MODES, start, table_for, validate
from game.engine.state import EMPTY, State, View
from game.engine.types import HOST, PUBLIC, Channel, Phase, Seat, hears, only
from game.names import NAMES

LAST_DAY = 60
"""A match that is not over by then does not end: there are not enough deaths and conversions to spend (M175)."""
CUTS = 5
"""How many places of each log are folded again from the first event."""
TIGHT = Limits(60, 60, 30, 300, 60, 20, 40, 40)
"""Budgets that are spent within a phase."""
HERD = 0.5
"""How many votes follow the day's mood; without it random votes would hardly ever bring a trial."""
LEAVING = 0.002
"""How likely somebody asked leaves."""
SLEEPING = 0.03
"""How likely somebody asked does not answer before the time of the stage runs out."""


class Law:
    """What can be broken; the names under which breaches are counted."""

    EXCEPTION = "exception"
    ENDLESS = "non-terminating"
    PATHS = "two-path difference"
    LEAK = "leak"
    LEGAL = "illegal offer"

    ALL = (EXCEPTION, ENDLESS, PATHS, LEAK, LEGAL)


@dataclass(frozen=True, slots=True)
class Breach:
    """A law that did not hold, and where: the stage, and the case in words."""

    law: str
    stage: int
    case: str


@dataclass(slots=True)
class Proof:
    """What one match has shown."""

    mode: str
    players: int
    seed: str
    days: int = 0
    events: int = 0
    steps: int = 0
    checks: int = 0
    outcome: str = ""
    breaches: list[Breach] = field(default_factory=list)


def engine_test(mode: str, players: int, seed: str, *, every: int = 1) -> Proof:
    """Play one match at random and check every law at each `every`-th step, at the first and at the last."""
    proof = Proof(mode, players, seed)
    trial = _Trial(proof, every)
    try:
        trial.play(start(_table(mode, players, seed), seed))
    except Exception:
        proof.breaches.append(Breach(Law.EXCEPTION, trial.stage, traceback.format_exc(limit=-4)))
    return proof


def _table(mode: str, players: int, seed: str) -> Table:
    """The mode's table for so many players; where the list is the host's, anything; options by chance."""
    options = Options(
        chance.pick(("corpse", "revive"), seed, "retributionist"),
        chance.pick(("late", "launch"), seed, "juggernaut"),
        chance.pick((1, 3), seed, "book"),
    )
    settings: dict[str, Any] = {
        "options": options,
        "clock": chance.pick((Clock.NONE, Clock.BUDGET), seed, "clock"),
        "talk": chance.pick(tuple(Talk), seed, "talk"),
        "rounds": chance.pick((Rounds(), Rounds(1, 1, 2, 0)), seed, "rounds"),
        "limits": chance.pick((Limits(), TIGHT), seed, "limits"),
    }
    names = NAMES[:players]
    if MODES[mode].slots:
        return table_for(mode, names, **settings)
    ruleset = chance.pick(("classic", "coven"), seed, "ruleset")
    table = Table(tuple(names), ("Any",) * players, mode, ruleset, **settings)  # type: ignore[arg-type]
    validate(table)
    return table


@dataclass(slots=True)
class _Trial:
    """One match with everything that is compared."""

    proof: Proof
    every: int
    log: list[e.Event] = field(default_factory=list)
    state: State = field(default_factory=lambda: EMPTY)
    seen: dict[Seat | None, State] = field(default_factory=dict)
    """For each seat, and for the public, the fold of nothing but what it may see."""
    kept: list[tuple[int, State]] = field(default_factory=list)
    """States by the length of the log that leads to them."""

    @property
    def stage(self) -> int:
        """Where the match stands."""
        return self.state.public.stage

    def breach(self, law: str, case: str) -> None:
        """Note a law that did not hold."""
        self.proof.breaches.append(Breach(law, self.stage, case))

    def play(self, opening: list[e.Event]) -> None:
        """From the first event to the end, and back over the log."""
        self._take(opening)
        while self.state.public.ending is None:
            if self.state.public.day > LAST_DAY:
                self.breach(Law.ENDLESS, f"day {self.state.public.day}")
                break
            checked = self.proof.steps % self.every == 0
            replies = list(_replies(self.state, self.proof.seed))
            if checked:
                self._check_step(replies)
            self._take(apply(self.state, replies))
        self._check_views()
        self._check_cuts()
        ending = self.state.public.ending
        self.proof.outcome = ending.outcome if ending else ""
        self.proof.days, self.proof.events = self.state.public.day, len(self.log)

    def _take(self, events: list[e.Event]) -> None:
        single = self.state
        for event in events:
            before, single = single, fold(single, event)
            if (flaw := flaw_of(event, single)) and flaw_of(event, before):
                self.breach(Law.LEAK, f"{flaw}: {event}")
        self.state = fold_all(self.state, events)
        if single != self.state:
            self.breach(Law.PATHS, "events folded one by one differ from events folded at once")
        self.log += events
        for seat in (None, *self.state.public.seats):
            self.seen[seat] = fold_all(self.seen.get(seat, EMPTY), visible(events, seat))
        self.proof.steps += 1
        self.kept.append((len(self.log), self.state))

    # Laws of one moment -----------------------------------------------------------------------------------------------

    def _check_step(self, replies: list[a.Reply]) -> None:
        self.proof.checks += 1
        self._check_views()
        self._check_asks()
        self._check_hidden_choices(replies)

    def _check_views(self) -> None:
        """What is folded from the events that a seat may see is what the whole state shows it."""
        for seat, seen in self.seen.items():
            if view(seen, seat) != view(self.state, seat):
                self.breach(Law.PATHS, f"the view of seat {seat} differs")

    def _check_asks(self) -> None:
        """Questions and legal answers follow from the view, there is one, and each is accepted by `check`."""
        for seat in self.state.public.seats:
            own, ask = view(self.seen[seat], seat), ask_of(view(self.state, seat))
            if ask_of(own) != ask:
                self.breach(Law.PATHS, f"the ask of seat {seat} differs from the one that its view gives")
            if ask and not ask.options:
                self.breach(Law.LEGAL, f"seat {seat} is asked and has no answer")
            for option in (*ask.options, *ask.standing) if ask else ():
                self._check_option(own, option)
        if ask_of(view(self.state, None)):
            self.breach(Law.LEAK, "the public is asked")

    def _check_option(self, own: View, option: Option) -> None:
        """The first and the last of what an option covers are legal: what is in between differs in its seats only."""
        found = list(option.actions("words"))
        if not found:
            self.breach(Law.LEGAL, f"nothing is covered by {option}")
        for action in found[:: max(1, len(found) - 1)]:
            if reason := check(own, action):
                self.breach(Law.LEGAL, f"{action} is offered and refused: {reason}")

    def _check_hidden_choices(self, replies: list[a.Reply]) -> None:
        """While others are still asked, a secret choice changes nothing for those who do not confer."""
        answers = [reply for reply in replies if isinstance(reply, a.Answer)]
        if len(asks(self.state)) < 2 or not answers:
            return
        answer = chance.pick(answers, self.proof.seed, self.stage, "hidden")
        ask = ask_of(view(self.state, answer.seat))
        secret = [option for option in ask.options if option.verb in ("use", "judge", "pass")] if ask else []
        if ask is None or len(secret) < 2:
            return
        told = []
        for option in secret[0], secret[-1]:
            action = next(option.actions())
            told.append(apply(self.state, [a.Answer(answer.seat, ask.id, (action,))]))
        mates = {seat for seat, _ in self.state.of(answer.seat).team} | {answer.seat}
        for seat in (None, *self.state.public.seats):
            if seat not in mates and visible(told[0], seat) != visible(told[1], seat):
                self.breach(Law.LEAK, f"seat {seat} learns what seat {answer.seat} chooses")

    # Laws of the whole log --------------------------------------------------------------------------------------------

    def _check_cuts(self) -> None:
        """The log folded again from its first event, plain and through JSON, gives the same state and views."""
        places = {round(part * (len(self.kept) - 1) / (CUTS - 1)) for part in range(CUTS)}
        for length, state in (self.kept[place] for place in sorted(places)):
            log = self.log[:length]
            if fold_all(EMPTY, log) != state:
                self.breach(Law.PATHS, f"the first {length} events folded anew give another state")
            again = [from_json(json.loads(json.dumps(to_json(event)))) for event in log]
            if again != log or fold_all(EMPTY, again) != state:
                self.breach(Law.PATHS, f"the first {length} events read from JSON give another state")
            for seat in (None, *state.public.seats):
                if view(fold_all(EMPTY, visible(again, seat)), seat) != view(state, seat):
                    self.breach(Law.PATHS, f"the view of seat {seat} folded anew from {length} events differs")


# Random players -------------------------------------------------------------------------------------------------------


def _replies(state: State, seed: str) -> Iterator[a.Reply]:
    """What everybody who is asked does: answer, leave, or sleep until time is up."""
    late = False
    for ask in asks(state):
        luck = chance.draw(seed, ask.id, "mood")
        if luck < LEAVING and ask.seat in state.public.living:
            yield a.Answer(ask.seat, None, (a.Leave(),))
        elif luck < LEAVING + SLEEPING:
            late = True
        else:
            yield a.Answer(ask.seat, ask.id, _deeds(state, ask, seed), cost=int(luck * 50))
    if late:
        yield a.Elapsed(state.public.stage)


def _deeds(state: State, ask: Ask, seed: str) -> tuple[a.Action, ...]:
    """An answer by chance, and at times something that is allowed along with it."""
    main = _any_of(ask.options, seed, ask.id)
    if ask.kind is AskKind.VOTE and chance.draw(seed, ask.id, "follow") < HERD:
        herd = chance.pick(sorted(state.public.living), seed, state.public.day, "herd")
        if any(herd in slot for slot in ask.options[0].slots):
            main = a.Vote(herd)
    if ask.standing and chance.draw(seed, ask.id, "rider") < 0.5:
        return main, _any_of(ask.standing, seed, ask.id, "rider")
    return (main,)


def _any_of(options: tuple[Option, ...], seed: str, *key: str) -> a.Action:
    """Any action of any option, all options equally likely."""
    option = chance.pick([one for one in options if any(True for _ in one.actions("x"))], seed, *key, "option")
    return chance.pick(list(option.actions(f"words {key[0]}")), seed, *key, "action")


# Who may hear what ----------------------------------------------------------------------------------------------------

_FOR_ALL = frozenset(
    {
        "match_opened", "phase_opened", "stage_opened", "floor_given", "voted", "trial_opened", "trial_closed", "died",
        "departed", "announced", "whispered", "match_ended",
    }
)  # fmt: skip
_FOR_NOBODY = frozenset({"seeded", "mark_set", "happened", "forced"})
_FOR_ONE = frozenset(
    {
        "fact_set", "uses_set", "decided", "refused", "will_written", "note_written", "jotted", "summarised", "bade",
        "balloted", "goal_met",
    }
)  # fmt: skip
_FOR_SOME = frozenset({"role_dealt", "team_met", "told", "chose", "said", "whisper_heard", "will_read"})


def flaw_of(event: e.Event, state: State) -> str | None:
    """What is wrong with an event's audience, given the state that it is part of; None when it is right."""
    kind, to = event.kind, event.to
    if kind in _FOR_ALL or (isinstance(event, e.Said) and event.channel is Channel.PUBLIC):
        return None if to == PUBLIC else "not for all"
    if kind in _FOR_NOBODY:
        return None if to == HOST else "not hidden"
    if to in (PUBLIC, HOST):
        return "for all or for nobody"
    if kind in _FOR_ONE:
        return None if to == only(event.seat) else "for others too"  # type: ignore[attr-defined]
    assert kind in _FOR_SOME, kind
    return _flaw_of_some(event, state)


def _flaw_of_some(event: e.Event, state: State) -> str | None:
    """The rules for events that a part of the table hears."""
    hearers = {seat for seat in state.public.seats if hears(event.to, seat)}
    if isinstance(event, e.TeamMet):
        return None if hearers == {seat for seat, _ in event.members} else "not for the team"
    if isinstance(event, e.RoleDealt | e.Chose):
        team = {seat for seat, _ in state.of(event.seat).team} | {event.seat}
        return None if event.seat in hearers and hearers <= team else "for strangers"
    if isinstance(event, e.Told | e.WillRead):
        shared = isinstance(event, e.Told) and event.message == "book_received"
        return None if len(hearers) == 1 or shared else "for several"
    if isinstance(event, e.WhisperHeard):
        readers = {seat for seat in hearers if state.role(seat) == "Blackmailer"}
        return None if hearers - readers <= {event.seat, event.target} else "read by others"
    assert isinstance(event, e.Said)
    if event.alias and event.seat and hearers != {event.seat}:
        return "names whoever is hidden"
    if event.channel in (Channel.JAIL, Channel.SEANCE):
        return (
            None if len(hearers & state.public.living) <= 2 - (event.channel is Channel.SEANCE) else "heard by a third"
        )
    return "the living hear the dead" if _overheard(event, hearers, state) else None


def _overheard(event: e.Said, hearers: set[Seat], state: State) -> bool:
    """Whether the living, Mediums at night apart, hear what the dead say."""
    night = state.public.phase is Phase.NIGHT
    alive = {seat for seat in hearers & state.public.living if not (night and state.role(seat) == "Medium")}
    return event.channel is Channel.DEAD and bool(alive - {event.seat})
