"""Where everything stands in an observation: named fields of a flat vector, in four parts.

The parts differ in where they come from: `world` from what all know, `talk` from public speech, `own` from the
seat's own knowledge, `told` from what it alone has heard. The lengths follow from `ROLES` and the rules' other lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from math import prod

import numpy as np
from numpy.typing import NDArray

from game.engine.asks import AskKind
from game.engine.roles import ROLES
from game.engine.roles.groups import CLASSIC
from game.engine.setup import ANY, RANDOM
from game.engine.text import render
from game.engine.types import Alignment, Cause, Phase
from game.envs.moves import ABILITIES, BLOCKS, VERDICTS, S

Vector = NDArray[np.float32]
Fields = dict[str, Vector]

ROLE = {role: place for place, role in enumerate(ROLES)}
SLOT = {slot: place for place, slot in enumerate((*ROLES, *Alignment, *RANDOM, ANY))}
PHASE = {phase: place for place, phase in enumerate(Phase)}
CAUSE = {cause: place for place, cause in enumerate(Cause)}
ALIGNMENT = {alignment: place for place, alignment in enumerate(Alignment)}
ASK = {kind: place for place, kind in enumerate(AskKind)}
VERDICT = {verdict: place for place, verdict in enumerate(VERDICTS)}
ABILITY = {ability: place for place, ability in enumerate(ABILITIES)}
GROUP = {letter: place for place, letter in enumerate(CLASSIC)}
KIND = {kind: place for place, kind in enumerate((*render.lines()["told"], "lookout_result", "tracker_result"))}
"""Kinds of private reports (M180), as far as the game has a line for them; some stand once for each result."""

NOTICE = {kind: place for place, kind in enumerate(render.lines()["announced"])}
"""Kinds of public notices (M180)."""

FLAGS = ("book", "guilt", "kills", "plunders", "stood_in", "traitor", "trap_ready")
"""Facts about oneself that hold or count; a number is shown by its quarter, at most 1."""
DATED = ("blackmailed_on", "converted_on", "duel_on", "duelled_on", "fed_on", "jailed_on", "jailor_on", "seance_on")
"""Facts about oneself that are the number of a day."""
SEATED = ("last_rival", "lover", "prisoner", "seance_with", "target", "trap_on", "ward")
"""Facts about oneself that are a seat."""
LISTED = ("carriers",)
"""Facts about oneself that are a set of seats."""


@dataclass(frozen=True, slots=True)
class Field:
    """A named piece of the vector: `part[start : start + size]`, read with `shape` in C order."""

    part: str
    name: str
    letters: str
    """The shape in the letters of `LENGTHS`."""
    shape: tuple[int, ...]
    start: int
    meaning: str

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)


LENGTHS = {
    "1": 1, "2": 2, "S": S, "S+1": S + 1, "R": len(ROLE), "A": len(ABILITY), "L": len(SLOT), "P": len(PHASE),
    "Q": len(ASK), "T": len(ALIGNMENT), "C": len(CAUSE), "V": len(VERDICT), "G": len(GROUP), "M": len(KIND),
    "U": len(NOTICE),
    "F": len(FLAGS), "D": len(DATED), "N": len(SEATED), "B": len(LISTED),
}  # fmt: skip
"""What the letters in the shapes below stand for: seats, roles, abilities and so on."""

_FIELDS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "world": (
        ("phase", "P", "one-hot, in the order of `Phase`"),
        ("day", "1", "number of the day or night / 30"),
        ("round", "1", "how often this phase has asked / 8"),
        ("full_moon", "1", "whether the number is even"),
        ("coven", "1", "whether the Coven ruleset is played"),
        ("players", "1", "seats at the table / 15"),
        ("majority", "1", "vote weight that puts somebody on trial / 15"),
        ("trials_today", "1", "trials of this day / 3"),
        ("role_list", "L", "slots of each kind in the role list / 15: roles, alignments, random slots, Any"),
        ("seated", "S", "the seat exists"),
        ("living", "S", "lives"),
        ("departed", "S", "left the match"),
        ("revealed", "S R", "living, and this role is known to all"),
        ("grave_role", "S R", "role that the graveyard shows"),
        ("grave_hidden", "S", "dead, and the graveyard shows no role"),
        ("grave_day", "S", "day of the death / 30"),
        ("grave_night", "S", "died at night"),
        ("grave_cause", "S C", "causes of the death, in the order of `Cause`"),
        ("accused", "S", "stands on trial"),
        ("guarded", "S", "cannot be voted on today"),
        ("tried", "S", "trials so far / 3"),
        ("vip", "S", "is the VIP"),
        ("vote", "S S", "row votes against column"),
        ("vote_weight", "S", "weight of the votes against the seat / 15"),
        ("last_ballot", "S V", "voice in the latest finished trial, in the order of `Verdict`"),
    ),
    "talk": (
        ("claim", "S R", "latest role that the seat claimed in public"),
        ("accuses", "S S", "row's latest public word on column was an accusation"),
        ("trusts", "S S", "row's latest public word on column was trust"),
        ("notice", "U", "kinds of public notices since the night began (M180), in the order of `layout.NOTICE`"),
        ("noticed", "S", "named by one of those notices"),
    ),
    "own": (
        ("ask", "Q", "what is asked of the seat now, in the order of `AskKind`; zeros when nothing is"),
        ("refused", "1", "refused answers to this ask / 3"),
        ("seat", "S", "the own seat"),
        ("alive", "1", "lives"),
        ("role", "R", "own role"),
        ("alignment", "T", "own alignment, in the order of `Alignment`"),
        ("uses", "A", "of the own abilities: uses left / 8, 1 where there is no limit"),
        ("last_use", "A", "1 / (1 + days since the noted use)"),
        ("switch", "A", "abilities that stay as set: 0 unset, else the place of what was set"),
        ("goal_met", "1", "the personal goal is reached"),
        ("flag", "F", ", ".join(FLAGS)),
        ("dated", "D", f"1 / (1 + days since): {', '.join(DATED)}"),
        ("person", "N S", f"the seat that is the own {', '.join(SEATED)}"),
        ("listed", "B S", f"the seats in the own {', '.join(LISTED)}"),
        ("team_role", "S R", "roles of the own team, oneself included"),
        ("choice", "A", "the own choice standing for this day or night"),
        ("choice_target", "2 S", "its first and second target"),
        ("team_target", "S S", "row, of the own team, has chosen column first for this night"),
        ("ballot", "V", "own hidden voice in this stage"),
    ),
    "told": (
        ("suspicious", "S", "the latest Sheriff's result was suspicious"),
        ("innocent", "S", "the latest Sheriff's result was innocent"),
        ("group", "S G", "the latest Investigator's result, groups A to K"),
        ("exact", "S R", "role that the latest report on exactly this seat named"),
        ("vision", "2 S", "the latest Psychic's visions: one of these is evil; one of these is good"),
        ("trapped", "R", "roles that the latest report of one's trap named"),
        ("spied", "S", "a Spy saw a team at the seat's house since the night began"),
        ("book", "S", "holds the Necronomicon, as the seat was told last"),
        ("visit", "S S", "row was seen to visit column, at any time"),
        ("report", "M", "kinds of reports since the night began (M180), in the order of `layout.KIND`"),
        ("relayed", "M", "kinds of reports to others that a bug or a corpse passed on, likewise"),
        ("named", "S", "named by one of those reports"),
        ("private_claim", "S+1 R", "as `claim`, in private channels; row 0 for whoever spoke unnamed"),
        ("private_accuses", "S+1 S", "as `accuses`, in private channels"),
        ("private_trusts", "S+1 S", "as `trusts`, in private channels"),
    ),
}


def _placed() -> tuple[Field, ...]:
    placed, start = [], 0
    for part, fields in _FIELDS.items():
        for name, letters, meaning in fields:
            placed.append(
                Field(part, name, letters, tuple(LENGTHS[letter] for letter in letters.split()), start, meaning)
            )
            start += placed[-1].size
    return tuple(placed)


FIELDS: tuple[Field, ...] = _placed()
"""All fields in the order of the vector; `start` counts from its beginning."""
SIZE = FIELDS[-1].start + FIELDS[-1].size
"""Length of an observation."""
_OF_PART: Mapping[str, tuple[Field, ...]] = {
    part: tuple(field for field in FIELDS if field.part == part) for part in _FIELDS
}
SPAN: Mapping[str, slice] = {
    part: slice(fields[0].start, fields[-1].start + fields[-1].size) for part, fields in _OF_PART.items()
}
"""Where each part lies in the vector."""


_Cut = tuple[str, slice, tuple[int, ...]]


def _cuts(fields: tuple[Field, ...]) -> tuple[_Cut, ...]:
    first = fields[0].start
    return tuple((f.name, slice(f.start - first, f.start - first + f.size), f.shape) for f in fields)


_ALL = _cuts(FIELDS)
_PARTS = {part: _cuts(fields) for part, fields in _OF_PART.items()}


def blank(part: str) -> tuple[Vector, Fields]:
    """A part of zeros, and its fields as views into it."""
    span = SPAN[part]
    vector = np.zeros(span.stop - span.start, np.float32)
    return vector, fields_of(part, vector)


def fields_of(part: str, vector: Vector) -> Fields:
    """The fields of one part by name, as views into it."""
    return _views(vector, _PARTS[part])


def read(observation: Vector) -> Fields:
    """The fields of a whole observation by name, as views into it."""
    return _views(observation, _ALL)


def _views(vector: Vector, cuts: tuple[_Cut, ...]) -> Fields:
    return {name: vector[cut] if len(shape) == 1 else vector[cut].reshape(shape) for name, cut, shape in cuts}


def signature() -> str:
    """A short hash of both encodings. Keep it beside a policy: under another one it does not fit."""
    text = repr((FIELDS, BLOCKS, SLOT, ABILITIES, KIND, NOTICE))
    return blake2b(text.encode(), digest_size=6).hexdigest()
