"""The closed list of everything that a seat can do, as numbers: 0 .. COUNT - 1.

One number is one action of the engine: a pair of targets is one number, and so is a target with a param. The list
follows from `ROLES` alone, so it is the same at every table, in every mode and for every seat of a release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from game.engine import actions as a
from game.engine.asks import Ask, AskKind, Option
from game.engine.legal import writable
from game.engine.roles import ROLES
from game.engine.setup import SEATS
from game.engine.state import View
from game.engine.types import Channel, Verdict, When
from game.envs.sentences import ACCUSE, CLAIM, TRUST, Sentence, words

Mask = NDArray[np.int8]

S = SEATS[-1]
"""Seats that every encoding provides for; a smaller table leaves the last ones empty."""

VERDICTS = tuple(Verdict)
_ROLES = tuple(ROLES)
_CHANNELS = (
    Channel.PUBLIC, Channel.SEANCE, Channel.JAIL, Channel.MAFIA, Channel.COVEN, Channel.VAMPIRE, Channel.DEAD,
)  # fmt: skip
"""Where a sentence goes: into the first of these that is open, so the narrowest at night."""


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive numbers for one kind of action.

    A use of `name` with targets t and u and the param p stands at `start + ((t - 1) * S + (u - 1)) * params + p`;
    parts that the ability does not take fall away.
    """

    verb: str
    name: str
    start: int
    size: int
    slots: int = 0
    params: tuple[str, ...] = ("",)

    @property
    def stop(self) -> int:
        """The first number after the block."""
        return self.start + self.size


def _uses() -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """Every ability that can be chosen, with its slots and all params that any card knows for it."""
    found: dict[tuple[str, int], dict[str, None]] = {}
    for role in ROLES.values():
        for ability in role.by_id.values():
            if ability.when is not When.PASSIVE:
                found.setdefault((ability.id, ability.slots), {}).update(dict.fromkeys(ability.params or ("",)))
    for (name, slots), params in found.items():
        yield name, slots, tuple(params)


def _laid_out() -> Iterator[Block]:
    plain = [("pass", "", 1), ("vote", "", S), ("unvote", "", 1), ("judge", "", len(VERDICTS))]
    plain += [("say", CLAIM, len(_ROLES)), ("say", ACCUSE, S), ("say", TRUST, S)]
    start = 0
    for verb, name, size in plain:
        yield Block(verb, name, start, size)
        start += size
    for name, slots, params in _uses():
        size = S**slots * len(params)
        yield Block("use", name, start, size, slots, params)
        start += size


BLOCKS: tuple[Block, ...] = tuple(_laid_out())
"""All blocks in the order of their numbers."""
COUNT = BLOCKS[-1].stop
"""How many numbers there are."""
PASS = 0
"""Do nothing: the one number that may always be played."""

ABILITIES: tuple[str, ...] = tuple(dict.fromkeys(block.name for block in BLOCKS if block.verb == "use"))
"""Ability ids in their order, for observations."""
_BY_KEY = {(block.verb, block.name, block.slots): block for block in BLOCKS}
_SAY = tuple(block for block in BLOCKS if block.verb == "say")
_VOTE, _UNVOTE, _JUDGE = (_BY_KEY[verb, "", 0] for verb in ("vote", "unvote", "judge"))
_OF = tuple(block for block in BLOCKS for _ in range(block.size))


def block_of(number: int) -> Block:
    """The block in which a number lies. Raises IndexError for one that is not in the list."""
    if number < 0:
        raise IndexError(number)
    return _OF[number]


# Numbers to actions ---------------------------------------------------------------------------------------------------


def action(number: int, view: View) -> a.Action:
    """What a number stands for at a table. Where it names nobody there, the engine refuses what comes back."""
    block = block_of(number)
    place = number - block.start
    if block.verb == "say":
        return a.Say(words(_sentence(block, place), view.public.table.names), channel(view))
    if block.verb == "use":
        return _use(block, place)
    if block.verb == "vote":
        return a.Vote(place + 1)
    if block.verb == "judge":
        return a.Judge(VERDICTS[place])
    return a.Vote(None) if block.verb == "unvote" else a.Pass()


def channel(view: View) -> Channel:
    """Where a sentence goes now."""
    open_now = writable(view)
    return next((channel for channel in _CHANNELS if channel in open_now), Channel.PUBLIC)


def _sentence(block: Block, place: int) -> Sentence:
    if block.name == CLAIM:
        return Sentence(CLAIM, _ROLES[place])
    return Sentence(block.name, "", place + 1)


def number(action: a.Use) -> int:
    """The number of a use of an ability. Raises KeyError or ValueError for one that no card knows."""
    block = _BY_KEY["use", action.ability, len(action.targets)]
    place = 0
    for target in action.targets:
        place = place * S + target - 1
    return block.start + place * len(block.params) + block.params.index(action.param)


def _use(block: Block, place: int) -> a.Use:
    place, param = divmod(place, len(block.params))
    if block.slots == 2:
        first, second = divmod(place, S)
        return a.Use(block.name, (first + 1, second + 1), block.params[param])
    return a.Use(block.name, (place + 1,) if block.slots else (), block.params[param])


# Masks ----------------------------------------------------------------------------------------------------------------


IDLE: Mask = np.zeros(COUNT, np.int8)
"""The mask of a seat that is not asked: to pass, which means nothing then."""
IDLE[PASS] = 1


def mask_of(ask: Ask, view: View, ridden: Iterable[str] = ()) -> Mask:
    """Which numbers are legal for an open ask.

    `ridden` are the verbs ("say", "use") that have been done along with this ask already: at most one of each.
    """
    mask = IDLE.copy()
    done = tuple(ridden)
    for option in (*ask.options, *ask.standing):
        if option.verb == "use":
            _allow_use(mask, option)
        elif option.verb == "vote":
            _allow_vote(mask, option)
        elif option.verb == "judge":
            mask[_JUDGE.start + VERDICTS.index(Verdict(option.name))] = 1
        elif option.verb == "say" and "say" not in done:
            _allow_say(mask, len(view.public.table.names))
    if "use" in done:
        _strike_riders(mask, ask, view)
    return mask


def _allow_say(mask: Mask, seats: int) -> None:
    for block in _SAY:
        mask[block.start : block.stop if block.name == CLAIM else block.start + seats] = 1


def _allow_vote(mask: Mask, option: Option) -> None:
    for seat in option.slots[0]:
        mask[_VOTE.start + seat - 1 if seat else _UNVOTE.start] = 1


def _allow_use(mask: Mask, option: Option) -> None:
    block = _BY_KEY["use", option.name, len(option.slots)]
    part = mask[block.start : block.stop].reshape(*(S,) * block.slots, len(block.params))
    params = [block.params.index(param) for param in option.params or ("",)]
    targets = [[seat - 1 for seat in slot] for slot in option.slots]
    part[np.ix_(*targets, params)] = 1
    if block.slots == 2 and not option.twice:
        part[np.arange(S), np.arange(S)] = 0


def _strike_riders(mask: Mask, ask: Ask, view: View) -> None:
    """Take out the abilities that would ride along a second time."""
    for option in (*ask.options, *ask.standing):
        if option.verb == "use":
            block = _BY_KEY["use", option.name, len(option.slots)]
            if rides(ask, block, view):
                mask[block.start : block.stop] = 0


def rides(ask: Ask, block: Block, view: View) -> bool:
    """Whether an action goes along with the answer to an ask instead of being it.

    So does a sentence while voting, judging or acting at night, an ability while talking, voting or judging, and a
    switch that stays as set. The seat is asked again at once for what answers the question.
    """
    if block.verb == "say":
        return ask.kind in (AskKind.VOTE, AskKind.JUDGE, AskKind.ACT)
    if block.verb != "use":
        return False
    return ask.kind is not AskKind.ACT or is_switch(view, block.name)


def is_switch(view: View, name: str) -> bool:
    """Whether an ability of the seat stays as set rather than being the choice of a night."""
    me = view.private
    ability = ROLES[me.role].by_id.get(name) if me and me.role else None
    return ability is not None and ability.lasting
