"""What can be said at the table, apart from its wording: the acts of speech and what fills them.

Knows no text. Two agents understand each other because every line they say is one `Statement` in some
wording, and a wording read back gives the same statement (see `speech`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from game.engine.types import Seat


class Act(StrEnum):
    """What a speaker does by saying something."""

    CLAIM = "claim"
    """I have this role."""
    REPORT = "report"
    """This is what I did or learnt in a night; the topic says what."""
    ACCUSE = "accuse"
    """Somebody is an enemy; the topic says why."""
    DEFEND = "defend"
    """Somebody is not an enemy; the topic says why."""
    DENY = "deny"
    """I am no enemy."""
    ASK = "ask"
    """What is your role, or why are you so quiet?"""
    AGREE = "agree"
    """`who` is right about `also`."""
    DOUBT = "doubt"
    """I do not believe what `who` claims."""
    MOURN = "mourn"
    """One of ours is dead."""
    CHEER = "cheer"
    """One of theirs is dead."""
    REGRET = "regret"
    """We lynched one of ours."""
    CITE = "cite"
    """The will of `who` speaks against `also`."""
    TALLY = "tally"
    """So many enemies are left by the role list."""
    RELIEF = "relief"
    """Nobody died."""
    GREET = "greet"
    PLAN = "plan"
    """A proposal for the night; the topic says which."""
    VOTE = "vote"
    """I vote against somebody."""
    VERDICT = "verdict"
    """How I judge the accused; the topic is the verdict."""
    POINT = "point"
    """If I die, look at this one."""
    FAREWELL = "farewell"
    JEST = "jest"
    """Something that an honest player would not say."""
    WAIT = "wait"
    """I do not know enough yet."""
    PROPOSE = "propose"
    """To the team: let us kill this one."""
    ORDER = "order"
    """To the team: we kill this one."""
    FOLLOW = "follow"
    """To the team: I do what I am told."""
    FRAME = "frame"
    """To the team: I frame this one."""
    PRETEND = "pretend"
    """To the team: by day I pose as this role."""
    SUMMON = "summon"
    """To the prisoner: say who you are."""
    THREAT = "threat"
    """To the prisoner: I do not believe you."""
    CALM = "calm"
    """To the prisoner: you have nothing to fear."""
    SUSPECT = "suspect"
    """Among the dead: I think it was this one."""
    LISTEN = "listen"
    """To the dead: tell me what you know."""
    RELAY = "relay"
    """The dead `who` suspects `also`."""
    OFFER = "offer"
    """In private: I look after you tonight."""
    CONFIDE = "confide"
    """In private: I suspect `also`; do you?"""
    NOTE = "note"
    """A line to leave beside a body."""


class Reason(StrEnum):
    """Why somebody is accused or defended: the topics of ACCUSE and DEFEND."""

    CHECK = "check"
    """My own result speaks against them."""
    TRUSTED_CHECK = "trusted_check"
    """The result of `also` speaks against them."""
    MISFIT = "misfit"
    """Their claim does not fit what was found out about them."""
    SEEN = "seen"
    """They were seen at the house of `also`, who died."""
    COUNTERCLAIM = "counterclaim"
    """They claim the role that `also` claims."""
    MY_ROLE = "my_role"
    """They claim the role that I have."""
    ROLE_DEAD = "role_dead"
    """The role they claim lies in the graveyard with `also`."""
    CHANGED = "changed"
    """They changed their claim."""
    EVIL_CLAIM = "evil_claim"
    """They claim to be no friend of the town."""
    PUSHED_TOWN = "pushed_town"
    """They voted `also` guilty, who was one of ours."""
    BLAMED_TOWN = "blamed_town"
    """They spoke against `also`, who was one of ours."""
    SPARED_EVIL = "spared_evil"
    """They stood by `also`, who was one of theirs."""
    LIED = "lied"
    """They called `also` what `also` was not."""
    NAMED_BY_DEAD = "named_by_dead"
    """The dead `also` named them."""
    FALSE_ON_ME = "false_on_me"
    """They say something about me that I know to be false."""
    QUIET = "quiet"
    """They say nothing."""
    HUNCH = "hunch"
    """No more than a feeling."""
    CLEARED = "cleared"
    """My own result speaks for them."""
    TRUSTED_CLEAR = "trusted_clear"
    """The result of `also` speaks for them."""
    HIT_EVIL = "hit_evil"
    """They worked against `also`, who was one of theirs."""
    PROVEN = "proven"
    """What they said about `also` turned out to be true."""
    SOUND = "sound"
    """Their claim fits and nobody disputes it."""


class Statement(NamedTuple):
    """One thing said. `who` and `also` are seats, 0 where none is meant; `night` is a night or a number."""

    act: Act
    who: Seat = 0
    also: Seat = 0
    role: str = ""
    night: int = 0
    topic: str = ""
    seats: tuple[Seat, ...] = ()

    @property
    def key(self) -> str:
        """The name under which its wordings stand."""
        return f"{self.act}.{self.topic}" if self.topic else str(self.act)
