"""A seat's observation: the numbers of `layout`, from its view and from what it has heard. Never from the state.

`Table` keeps them for all seats of a match under way; `observation_from` makes one out of a log.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from game.engine import events as e
from game.engine.asks import wanted
from game.engine.fold import fold_view, visible
from game.engine.roles import ROLES
from game.engine.state import Private, Public, View
from game.engine.types import HOST, PUBLIC, Phase, Seat, Verdict, hears, seats_of
from game.envs.layout import (
    ABILITY,
    ALIGNMENT,
    ASK,
    CAUSE,
    DATED,
    FLAGS,
    LISTED,
    PHASE,
    ROLE,
    SEATED,
    SIZE,
    SLOT,
    SPAN,
    VERDICT,
    Fields,
    Vector,
    blank,
)  # fmt: skip
from game.envs.memory import Ear, Talk
from game.envs.moves import S

_HEARD = (e.Told, e.Said)
_NO_PUBLIC = Public()


class Table:
    """What the seats of a match have heard, and their observations. Takes in all events of a match in order."""

    def __init__(self, seats: Iterable[Seat]) -> None:
        self.talk = Talk()
        self.ears = {seat: Ear() for seat in seats}
        self._public = _NO_PUBLIC
        self._world, _ = blank("world")

    def hear(self, events: Iterable[e.Event]) -> None:
        """Let everybody hear what they may."""
        for event in events:
            if event.to == PUBLIC:
                self.talk.hear(event)
                if isinstance(event, e.PhaseOpened | e.MatchOpened):
                    for ear in self.ears.values():
                        ear.hear(event)
            elif event.to != HOST and isinstance(event, _HEARD):
                for seat in seats_of(event.to):
                    if seat in self.ears:
                        self.ears[seat].hear(event)

    def observation(self, view: View) -> Vector:
        """What a seat observes at this moment, as a vector of its own."""
        if view.public is not self._public:
            self._public, self._world = view.public, world_of(view.public)
        vector = np.empty(SIZE, np.float32)
        vector[SPAN["world"]] = self._world
        vector[SPAN["talk"]] = self.talk.vector
        vector[SPAN["own"]] = own_of(view)
        vector[SPAN["told"]] = self.ears[view.me.seat].vector
        return vector


def observation_from(log: Sequence[e.Event], seat: Seat) -> Vector:
    """A seat's observation, built from nothing but the events that it may see."""
    table = Table([seat])
    table.hear(visible(log, seat))
    return table.observation(fold_view(log, seat))


# The public part ------------------------------------------------------------------------------------------------------


def world_of(public: Public) -> Vector:
    """The numbers that are the same for everybody."""
    vector, f = blank("world")
    seats = len(public.table.names)
    f["phase"][PHASE[public.phase]] = 1
    f["day"][0] = _part(public.day, 30)
    f["round"][0] = _part(public.round, 8)
    f["full_moon"][0] = public.full_moon
    f["coven"][0] = public.table.ruleset == "coven"
    f["players"][0] = seats / S
    f["majority"][0] = _part(public.majority, S)
    f["trials_today"][0] = _part(public.trials_today, 3)
    for slot in public.table.slots:
        f["role_list"][SLOT[slot]] += 1 / S
    f["seated"][:seats] = 1
    for field, members in (("living", public.living), ("departed", public.departed)):
        for seat in members:
            f[field][seat - 1] = 1
    for seat, role in public.revealed:
        f["revealed"][seat - 1, ROLE[role]] = 1
    if public.vip:
        f["vip"][public.vip - 1] = 1
    _graves(public, f)
    _court(public, f)
    return vector


def _graves(public: Public, f: Fields) -> None:
    for grave in public.graves:
        place = grave.seat - 1
        if grave.role in ROLE:
            f["grave_role"][place, ROLE[grave.role]] = 1
        else:
            f["grave_hidden"][place] = 1
        f["grave_day"][place] = _part(grave.day, 30)
        f["grave_night"][place] = grave.night
        for cause in grave.causes:
            f["grave_cause"][place, CAUSE[cause]] = 1


def _court(public: Public, f: Fields) -> None:
    if public.accused:
        f["accused"][public.accused - 1] = 1
    for seat, day in public.guarded:
        f["guarded"][seat - 1] = day == public.day
    for voter, target in public.votes:
        f["vote"][voter - 1, target - 1] = 1
        f["vote_weight"][target - 1] = min(1, public.weight_against(target) / S)
    for trial in public.trials:
        place = trial.accused - 1
        f["tried"][place] = min(1, f["tried"][place] + 1 / 3)
    for seat, verdict, _ in public.trials[-1].ballots if public.trials else ():
        f["last_ballot"][seat - 1, VERDICT[verdict]] = 1


# The private part -----------------------------------------------------------------------------------------------------


def own_of(view: View) -> Vector:
    """The numbers that only the seat itself knows, what it is asked among them."""
    vector, f = blank("own")
    public, me = view.public, view.me
    if kind := wanted(view):
        f["ask"][ASK[kind]] = 1
        f["refused"][0] = _part(me.refused[1] if me.refused[0] == public.stage else 0, 3)
    f["seat"][me.seat - 1] = 1
    f["alive"][0] = me.seat in public.living
    f["goal_met"][0] = me.goal_met
    if me.role:
        f["role"][ROLE[me.role]] = 1
        f["alignment"][ALIGNMENT[ROLES[me.role].alignment]] = 1
        _card(me, f)
    for seat, role in me.team:
        f["team_role"][seat - 1, ROLE[role]] = 1
    _facts(me, public.day, f)
    _choices(view, f)
    stage, verdict = me.ballot
    if verdict and stage == public.stage:
        f["ballot"][VERDICT[Verdict(verdict)]] = 1
    return vector


def _card(me: Private, f: Fields) -> None:
    """The abilities on the card, with what is left of them and how the switches stand."""
    for ability in ROLES[me.role].by_id.values():
        left = me.left(ability.id)
        if ability.id not in ABILITY:
            continue  # it works by itself
        place = ABILITY[ability.id]
        f["uses"][place] = 1 if left is None else _part(left, 8)
        if ability.lasting and (value := me.fact(ability.id)):
            known = ability.params.index(value) + 1 if value in ability.params else 1
            f["switch"][place] = known / max(1, len(ability.params))


def _facts(me: Private, day: int, f: Fields) -> None:
    for key, value in (me.facts or {}).items():
        if key in FLAGS:
            f["flag"][FLAGS.index(key)] = _part(int(value), 4) if isinstance(value, int) else bool(value)
        elif key in SEATED:
            if isinstance(value, int) and value:
                f["person"][SEATED.index(key), value - 1] = 1
        elif key in LISTED:
            for seat in range(1, S + 1):
                f["listed"][LISTED.index(key), seat - 1] = hears(int(value or 0), seat)
        elif key.endswith("_on") and isinstance(value, int):
            recency = 1 / (1 + abs(day - value))
            if key in DATED:
                f["dated"][DATED.index(key)] = recency
            elif (ability := key.removesuffix("_on")) in ABILITY:
                f["last_use"][ABILITY[ability]] = recency


def _choices(view: View, f: Fields) -> None:
    public, me = view.public, view.me
    night = public.phase is Phase.NIGHT
    if choice := me.choice(public.day, night=night):
        f["choice"][ABILITY[choice.ability]] = 1
        for slot, target in enumerate(choice.targets):
            f["choice_target"][slot, target - 1] = 1
    for seat in me.plans or () if night else ():
        chosen = me.choice(public.day, night=True, of=seat)
        if seat != me.seat and chosen and chosen.targets:
            f["team_target"][seat - 1, chosen.targets[0] - 1] = 1


def _part(number: int, whole: int) -> float:
    return min(1.0, number / whole)
