"""Scenario files: read one, play it on the engine, say where the engine differs.

Knows the schema that stands at the head of a scenario file, and drives the engine through `apply` alone;
set-up enters the log as events. It touches neither database nor clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from game.engine import actions as a
from game.engine import events as e
from game.engine.apply import apply
from game.engine.config import Options, Rounds, Table
from game.engine.day import nightfall, open_phase
from game.engine.fold import fold_all
from game.engine.match import Match
from game.engine.night.resolve import open_night
from game.engine.roles import ROLES
from game.engine.setup import sit_down
from game.engine.state import EMPTY, State
from game.engine.types import HOST, PUBLIC, Cause, Channel, Phase, Seat, ShownWill, Verdict, hears, only

Json = dict[str, Any]
SECRET_MARKS = frozenset({"framed", "doused", "hexed", "infected", "poisoned", "shield", "disguised_as"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a scenario: failures in words, or the roles for which it was skipped."""

    id: str
    title: str
    failures: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """passed, failed or skipped."""
        return "skipped" if self.missing else "failed" if self.failures else "passed"


def check(scenario: Json) -> Outcome:
    """Play one scenario. Raises KeyError or ValueError for a scenario that does not follow the schema."""
    missing = tuple(sorted({role for role in scenario["seats"].values() if role not in ROLES}))
    if missing:
        return Outcome(scenario["id"], scenario["title"], missing=missing)
    return Outcome(scenario["id"], scenario["title"], tuple(Run(scenario).failures()))


@dataclass
class Run:
    """One scenario on its way."""

    scenario: Json
    log: list[e.Event] = field(default_factory=list)
    verdicts: list[tuple[Seat, str]] = field(default_factory=list)
    spoken: dict[tuple[Seat, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.seats = {name: seat for seat, name in enumerate(self.scenario["seats"], 1)}

    def failures(self) -> Iterator[str]:
        """Every expectation that does not hold."""
        self._open()
        for step in self.scenario["steps"]:
            self.verdicts, self.spoken = [], {}
            self._reach(step["phase"], step["number"])
            for purpose, seat in (step.get("rng") or {}).items():
                self.log.append(e.Forced(HOST, purpose, self.seats[seat]))
            self._act(step)
            end = self._end_of(step)
            for failure in _failures(self, step, end):
                yield f"{step['phase']} {step['number']}: {failure}"

    @property
    def state(self) -> State:
        """The state after all that was written."""
        return fold_all(EMPTY, self.log)

    # Setting up -------------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        scenario = self.scenario
        options = Options(check_wins=scenario["check_wins"], **(scenario.get("options") or {}))
        roles = list(scenario["seats"].values())
        table = Table(
            tuple(self.seats), tuple(roles), ruleset=scenario["ruleset"], options=options,
            rounds=Rounds(1, 1, 4, 0),
        )  # fmt: skip
        match, start = Match(EMPTY), scenario["start"]
        sit_down(match, table, f"conformance {scenario['id']}", roles)
        match.add(e.PhaseOpened(PUBLIC, Phase.NIGHT, start["number"] - 1))
        for op in scenario["setup"]:
            match.extend(_SETUP[op["op"]](match, self.seats[op["seat"]], op, self.seats))
        if start["phase"] == "night":
            match.add(e.PhaseOpened(PUBLIC, Phase.DISCUSSION, start["number"]))
            nightfall(match)
        else:
            open_phase(match, Phase.DAY_ONE if start["number"] == 1 else Phase.DISCUSSION, start["number"])
        self.log = match.log

    # Driving ----------------------------------------------------------------------------------------------------------

    def _send(self, reply: a.Reply) -> None:
        self.log += apply(self.state, [reply])

    def _elapse(self) -> None:
        self._send(a.Elapsed(self.state.public.stage))

    def _reach(self, phase: str, number: int) -> None:
        """Let the phases before a step pass with nobody doing anything."""
        while not self._stands(phase, number):
            self._elapse()

    def _stands(self, phase: str, number: int) -> bool:
        public = self.state.public
        same = public.phase.is_day if phase == "day" else public.phase is Phase.NIGHT
        return public.phase is Phase.OVER or (same and public.day == number)

    def _act(self, step: Json) -> None:
        for count, action in enumerate(sorted(step["actions"], key=_place)):
            seat = self.seats[action["seat"]]
            if deed := self._deed(seat, action, f"line {step['phase']} {step['number']} {count}"):
                self._send(a.Answer(seat, None, (deed,)))
        if step["phase"] == "day":
            for trial in step.get("trials") or ():
                self._try(trial)
        while self._stands(step["phase"], step["number"]) and self.state.public.phase is not Phase.OVER:
            self._elapse()

    def _deed(self, seat: Seat, action: Json, text: str) -> a.Action | None:
        ability, targets = action["ability"], tuple(self.seats[target] for target in action["targets"])
        if ability == "idle":
            return None
        if ability == "leave":
            return a.Leave()
        if ability == "say":
            channel = Channel(action.get("param") or "public")
            self.spoken[seat, channel.value] = text
            return a.Say(text, channel)
        if ability == "whisper":
            self.spoken[seat, "whisper"] = text
            return a.Whisper(targets[0], text)
        return a.Use(ability, targets, str(action.get("param") or ""))

    def _try(self, trial: Json) -> None:
        accused = self.seats[trial["accused"]]
        while self.state.public.phase in (Phase.DAY_ONE, Phase.DISCUSSION):
            self._elapse()
        for voter in trial["nominators"]:
            if self.state.public.phase is Phase.VOTING:
                self._send(a.Answer(self.seats[voter], None, (a.Vote(accused),)))
        if self.state.public.phase is not Phase.DEFENSE:
            self.verdicts.append((accused, "not_started"))
            return
        self._elapse()
        for verdict in Verdict:
            for voter in trial[verdict.value]:
                self._send(a.Answer(self.seats[voter], None, (a.Judge(verdict),)))
        self._elapse()
        lynched = self.state.public.trials[-1].lynched
        self.verdicts.append((accused, "lynched" if lynched else "acquitted"))
        if lynched:
            self._elapse()

    def _end_of(self, step: Json) -> slice:
        """The part of the log that belongs to a step: from its phase to the next dawn or dusk."""
        opened = [
            (place, "night" if event.phase is Phase.NIGHT else "day", event.day)
            for place, event in enumerate(self.log)
            if isinstance(event, e.PhaseOpened)
        ]
        begin = next(place for place, phase, day in opened if (phase, day) == (step["phase"], step["number"]))
        here = (step["phase"], step["number"])
        later = (place for place, phase, day in opened if place > begin and (phase, day) != here)
        return slice(begin, next(later, len(self.log)))


def _place(action: Json) -> int:
    """Reveals come first and talk last; otherwise the order of actions has no meaning."""
    return {"reveal": 0, "whisper": 2, "say": 2}.get(action["ability"], 1)


def _dead(match: Match, seat: Seat, op: Json, seats: dict[str, Seat]) -> Iterator[e.Event]:
    flags = op.get("flags") or []
    role, will = match.of(seat).role, ShownWill.SHOWN
    for flag in ("cleaned", "stoned"):
        if flag in flags:
            role, will = flag.capitalize(), ShownWill.HIDDEN
    if "left" in flags:
        yield e.Departed(PUBLIC, seat)
    yield e.Died(PUBLIC, seat, (Cause(op["cause"]),), role, will, "")


def _set(match: Match, seat: Seat, op: Json, seats: dict[str, Seat]) -> Iterator[e.Event]:
    key, value = op["key"], op["value"]
    value = seats.get(value, value) if isinstance(value, str) else int(value) if isinstance(value, bool) else value
    if key == "revealed":
        yield e.Announced(PUBLIC, "mayor_revealed", seat, match.of(seat).role)
    elif key.startswith("uses."):
        yield e.UsesSet(only(seat), seat, key.removeprefix("uses."), value)
    elif key in SECRET_MARKS:
        yield e.MarkSet(HOST, seat, key, value)
    else:
        yield e.FactSet(only(seat), seat, key, value)


_SETUP: dict[str, Callable[..., Iterator[e.Event]]] = {"dead": _dead, "set": _set}


# Expectations ---------------------------------------------------------------------------------------------------------


def _failures(run: Run, step: Json, part: slice) -> Iterator[str]:
    expect, events = step["expect"], run.log[part]
    state = fold_all(EMPTY, run.log[: part.stop])
    for name, tester in _TESTS.items():
        if name in expect:
            yield from tester(run, expect[name], events, state)
    if run.scenario["check_wins"] and "game_over" not in expect and state.public.ending:
        yield f"expected the game to go on, got {state.public.ending.outcome}"


def _deaths(run: Run, wanted: list[Json], events: list[e.Event], state: State) -> Iterator[str]:
    found: dict[Seat, set[str]] = {}
    for event in events:
        if isinstance(event, e.Departed):
            found.setdefault(event.seat, set()).add("left_game")
        elif isinstance(event, e.Died) and event.causes != (Cause.LEFT_GAME,):
            found.setdefault(event.seat, set()).update(cause.value for cause in event.causes)
    expected = {run.seats[death["seat"]]: set(death["by"]) for death in wanted}
    for seat in sorted(found.keys() | expected.keys()):
        if seat not in found or seat not in expected or not expected[seat] <= found[seat]:
            wanted_by, found_by = sorted(expected.get(seat, ())), sorted(found.get(seat, ()))
            yield f"P{seat}: expected death by {wanted_by or 'nothing'}, got {found_by or 'none'}"


def _trials(run: Run, wanted: list[Json], events: list[e.Event], state: State) -> Iterator[str]:
    expected = [(run.seats[trial["accused"]], trial["verdict"]) for trial in wanted]
    if expected != run.verdicts:
        yield f"expected trials {expected}, got {run.verdicts}"


def _told(events: list[e.Event], seat: Seat) -> list[str]:
    return [
        event.message
        for event in events
        if isinstance(event, (e.Told, e.Refused)) and event.to != PUBLIC and hears(event.to, seat)
    ]


def _messages(run: Run, wanted: list[Json], events: list[e.Event], state: State) -> Iterator[str]:
    for message in wanted:
        told = _told(events, run.seats[message["seat"]])
        if message["kind"] not in told:
            yield f"{message['seat']}: expected the message {message['kind']}, got {told}"


def _no_messages(run: Run, wanted: list[Json], events: list[e.Event], state: State) -> Iterator[str]:
    for message in wanted:
        if message["kind"] in _told(events, run.seats[message["seat"]]):
            yield f"{message['seat']}: did not expect the message {message['kind']}"


_RESULTS: dict[str, tuple[str, Callable[[e.Told], Any]]] = {
    "sheriff": ("sheriff_result", lambda told: told.value),
    "investigator": ("investigator_result", lambda told: told.value),
    "role": ("role_result", lambda told: told.value),
    "janitor": ("janitor_result", lambda told: told.value),
    "lookout": ("lookout_result", lambda told: sorted(told.seats[1:])),
    "tracker": ("tracker_result", lambda told: sorted(told.seats[1:])),
}


_LISTS: dict[str, tuple[str, Callable[[e.Told], Any]]] = {
    "spy_visits": ("spy_visit", lambda told: told.seats[0]),
    "spy_bug": ("spy_bug", lambda told: told.value),
    "trap_roles": ("trap_triggered", lambda told: told.value.split(", ")),
}


def _listed(run: Run, result: Json, events: list[e.Event]) -> Iterator[str]:
    """Results that come as one report for each thing, or whose order has no meaning."""
    message, read = _LISTS[result["kind"]]
    told = [x for x in events if isinstance(x, e.Told) and x.message == message]
    found = [read(x) for x in told if hears(x.to, run.seats[result["seat"]])]
    expected = [run.seats.get(name, name) for name in result["value"]]
    if result["kind"] == "trap_roles":
        found = [role for roles in found for role in roles]
    enough = set(expected) <= set(found) if result["kind"] == "spy_bug" else sorted(found) == sorted(expected)
    if not enough:
        yield f"{result['seat']}: expected the {result['kind']} {expected}, got {found}"


def _vision(run: Run, result: Json, events: list[e.Event]) -> Iterator[str]:
    seat, wanted = run.seats[result["seat"]], result["value"]
    found = [x for x in events if isinstance(x, e.Told) and x.message == "psychic_result" and hears(x.to, seat)]
    sought = {run.seats[name] for name in wanted["must_include_one_of"]}
    if not any(len(x.seats) == wanted["size"] and sought & set(x.seats) and x.value == wanted["claim"] for x in found):
        yield f"{result['seat']}: expected a vision {wanted}, got {[(x.seats, x.value) for x in found]}"


def _results(run: Run, wanted: list[Json], events: list[e.Event], state: State) -> Iterator[str]:
    for result in wanted:
        if result["kind"] in _LISTS:
            yield from _listed(run, result, events)
            continue
        if result["kind"] == "psychic":
            yield from _vision(run, result, events)
            continue
        message, read = _RESULTS[result["kind"]]
        seat, value = run.seats[result["seat"]], result["value"]
        expected = sorted(run.seats[name] for name in value) if isinstance(value, list) else value
        found = [read(x) for x in events if isinstance(x, e.Told) and x.message == message and hears(x.to, seat)]
        if expected not in found:
            yield f"{result['seat']}: expected the {result['kind']} result {expected}, got {found}"


def _state(run: Run, wanted: list[Json], events: list[e.Event], state: State) -> Iterator[str]:
    for entry in wanted:
        seat, value = run.seats[entry["seat"]], entry["value"]
        expected = run.seats.get(value, value) if isinstance(value, str) else value
        found = _value(state, seat, entry["key"])
        if isinstance(expected, bool):
            found = bool(found)
        if found != expected:
            yield f"{entry['seat']}.{entry['key']}: expected {expected!r}, got {found!r}"


def _value(state: State, seat: Seat, key: str) -> Any:
    public, me = state.public, state.of(seat)
    if key.startswith("uses."):
        return me.left(key.removeprefix("uses."))
    if key in SECRET_MARKS:
        mark = state.secret.mark(seat, key)
        return mark is None and ROLES[me.role].fragile if key == "shield" else mark
    grave = next((grave for grave in public.graves if grave.seat == seat), None)
    coming = public.day + (not public.phase.is_day)  # a night's state is read after the dawn that follows
    readers: dict[str, Callable[[], Any]] = {
        "alive": lambda: seat in public.living,
        "role": lambda: me.role,
        "defense": lambda: open_night(state).own_defense(seat).name.capitalize(),
        "attack": lambda: ROLES[me.role].attack.name.capitalize(),
        "vote_weight": lambda: public.weight(seat),
        "can_be_voted": lambda: (seat, coming) not in public.guarded,
        "kills": lambda: me.fact("kills") or 0,
        "plunders": lambda: me.fact("plunders") or 0,
        "revealed": lambda: public.weight(seat) > 1,
        "personal_win": lambda: me.goal_met,
        "shown_role": lambda: grave and grave.role,
        "shown_will": lambda: grave and (grave.will_shown is ShownWill.SHOWN or grave.will_shown.value),
        "blackmailed": lambda: me.fact("blackmailed_on") == coming,
    }
    return readers[key]() if key in readers else me.fact(key)


def _public(run: Run, wanted: list[Json], events: list[e.Event], state: State) -> Iterator[str]:
    found = [(x.message, x.seat, x.value) for x in events if isinstance(x, e.Announced)]
    found += [("death", x.seat, "") for x in events if isinstance(x, e.Died)]
    for entry in wanted:
        seat, value = run.seats.get(entry.get("seat") or "", 0), entry.get("value")
        if not any((kind, who) == (entry["kind"], seat) and value in (None, what) for kind, who, what in found):
            yield f"expected the announcement {entry['kind']} of {entry.get('seat')}, got {found}"


def _chat(run: Run, wanted: list[Json], events: list[e.Event], state: State) -> Iterator[str]:
    for entry in wanted:
        by = run.seats[entry["by"]]
        text = run.spoken.get((by, entry["channel"]))
        heard = [x for x in events if isinstance(x, (e.Said, e.WhisperHeard)) and x.text == text]
        for name in entry["readers"]:
            if not any(hears(x.to, run.seats[name]) for x in heard):
                yield f"{name} should read {entry['by']} in {entry['channel']}"
        for name in entry["not_readers"]:
            if any(hears(x.to, run.seats[name]) for x in heard):
                yield f"{name} should not read {entry['by']} in {entry['channel']}"
        others = {x.alias if isinstance(x, e.Said) and x.alias else f"P{x.seat}" for x in heard if x.to != only(by)}
        if others and entry["shown_as"] not in others:
            yield f"{entry['by']} should be shown as {entry['shown_as']}, got {sorted(others)}"


def _game_over(run: Run, wanted: Json, events: list[e.Event], state: State) -> Iterator[str]:
    ending = state.public.ending
    expected = (wanted["outcome"], sorted(run.seats[name] for name in wanted["winners"]))
    found = (ending.outcome, sorted(ending.winners)) if ending else None
    if found != expected:
        yield f"expected the end {expected}, got {found}"


_TESTS: dict[str, Callable[[Run, Any, list[e.Event], State], Iterator[str]]] = {
    "deaths": _deaths,
    "trials": _trials,
    "messages": _messages,
    "no_messages": _no_messages,
    "results": _results,
    "state": _state,
    "public": _public,
    "chat": _chat,
    "game_over": _game_over,
}
