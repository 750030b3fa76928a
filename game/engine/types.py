"""The vocabulary of the rules: levels, factions, phases, channels, causes, audiences.

Knows the words of the contract (M50, M80, M180) and nothing that happens with them.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, IntEnum, StrEnum
from functools import cache

Seat = int
"""A player's place at the table, 1..n in order of joining (M2)."""

Audience = int
"""Who may know an event, as a bit set: bit s for seat s, PUBLIC for all, HOST for nobody at the table."""

PUBLIC: Audience = -1
HOST: Audience = 0


@cache
def seats_of(audience: Audience) -> tuple[Seat, ...]:
    """The seats of an audience that is not PUBLIC, lowest first; none for HOST."""
    return tuple(seat for seat in range(audience.bit_length()) if audience >> seat & 1)


def only(seat: Seat, *more: Seat) -> Audience:
    """The audience made of these seats and nobody else."""
    return 1 << seat | group(more) if more else 1 << seat


def group(seats: Iterable[Seat]) -> Audience:
    """The audience made of the seats of an iterable; empty means host-only."""
    audience = HOST
    for seat in seats:
        audience |= 1 << seat
    return audience


def hears(audience: Audience, seat: Seat) -> bool:
    """Whether a seat belongs to an audience."""
    return bool(audience >> seat & 1)


class Attack(IntEnum):
    """Strength of an attack (M50)."""

    NONE = 0
    BASIC = 1
    POWERFUL = 2
    UNSTOPPABLE = 3


class Defense(IntEnum):
    """Strength of a defence (M50)."""

    NONE = 0
    BASIC = 1
    POWERFUL = 2
    INVINCIBLE = 3


class Faction(StrEnum):
    """What a role's card names as its faction."""

    TOWN = "Town"
    MAFIA = "Mafia"
    COVEN = "Coven"
    NEUTRAL = "Neutral"


class Alignment(StrEnum):
    """A role's alignment, which is also a kind of slot in a role list (M3)."""

    TOWN_INVESTIGATIVE = "Town Investigative"
    TOWN_PROTECTIVE = "Town Protective"
    TOWN_KILLING = "Town Killing"
    TOWN_SUPPORT = "Town Support"
    MAFIA_DECEPTION = "Mafia Deception"
    MAFIA_SUPPORT = "Mafia Support"
    MAFIA_KILLING = "Mafia Killing"
    COVEN_EVIL = "Coven Evil"
    NEUTRAL_BENIGN = "Neutral Benign"
    NEUTRAL_EVIL = "Neutral Evil"
    NEUTRAL_KILLING = "Neutral Killing"
    NEUTRAL_CHAOS = "Neutral Chaos"

    @property
    def faction(self) -> Faction:
        """The faction that the alignment belongs to."""
        return Faction(self.value.split()[0])


class Immunity(Enum):
    """What a role cannot be subjected to (M88, M95, M125)."""

    DETECTION = "detection"
    BLOCK = "role_block"
    CONTROL = "control"


class Phase(StrEnum):
    """Where the match stands (M10 to M15)."""

    SETUP = "setup"
    DAY_ONE = "day_one"
    DISCUSSION = "discussion"
    VOTING = "voting"
    DEFENSE = "defense"
    JUDGEMENT = "judgement"
    LAST_WORDS = "last_words"
    NIGHT = "night"
    OVER = "over"

    @property
    def is_day(self) -> bool:
        """Whether the phase is part of a day."""
        return self not in _NOT_DAY


_NOT_DAY = frozenset({Phase.SETUP, Phase.NIGHT, Phase.OVER})


class Channel(StrEnum):
    """Where something is said (M30 to M37)."""

    PUBLIC = "public"
    WHISPER = "whisper"
    MAFIA = "mafia"
    COVEN = "coven"
    VAMPIRE = "vampire"
    JAIL = "jail"
    DEAD = "dead"
    SEANCE = "seance"


class Verdict(StrEnum):
    """A voice in Judgement (M14)."""

    GUILTY = "guilty"
    INNOCENT = "innocent"
    ABSTAIN = "abstain"


class Cause(StrEnum):
    """Why somebody died (M62), in the order in which the kill step meets them (M58)."""

    JAILOR = "jailor"
    VETERAN = "veteran"
    STONED = "stoned"
    TRAP = "trap"
    CRUSADER = "crusader"
    AMBUSHER = "ambusher"
    VAMPIRE_HUNTER = "vampire_hunter"
    MAFIA = "mafia"
    SERIAL_KILLER = "serial_killer"
    VIGILANTE = "vigilante"
    JUGGERNAUT = "juggernaut"
    WEREWOLF = "werewolf"
    PESTILENCE = "pestilence"
    PIRATE = "pirate"
    COVEN_LEADER = "coven_leader"
    POTION_MASTER = "potion_master"
    HEX_MASTER = "hex_master"
    NECROMANCER = "necromancer"
    VAMPIRE = "vampire"
    ARSONIST = "arsonist"
    POISON = "poison"
    GUILT = "guilt"
    JESTER = "jester"
    BODYGUARD = "bodyguard"
    GUARDING = "guarding"
    HEARTBREAK = "heartbreak"
    LYNCH = "lynch"
    LEFT_GAME = "left_game"


KILL_ORDER: dict[Cause, int] = {cause: place for place, cause in enumerate(Cause)}
"""Rank of a cause inside the kill step (M58)."""


class Reach(Enum):
    """How an attack comes to its victim (M56)."""

    DIRECT = "direct"
    AREA = "area"
    REMOTE = "remote"


class Visit(Enum):
    """Whether an ability goes to its target's house (M70 to M72)."""

    NORMAL = "normal"
    ASTRAL = "astral"
    NONE = "none"


class When(StrEnum):
    """When an ability is chosen."""

    DAY = "day"
    NIGHT = "night"
    PASSIVE = "passive"


CLEANED = "Cleaned"
STONED = "Stoned"
"""What a grave shows in place of a role that cannot be read (M66)."""


class ShownWill(StrEnum):
    """What the graveyard shows of a will (M39, M41, M66)."""

    SHOWN = "shown"
    HIDDEN = "hidden"
    FORGED = "forged"
    BLOODIED = "bloodied"
