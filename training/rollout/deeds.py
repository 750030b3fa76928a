"""What an answer comes to: read as the lanes read it, tried on a fork of the state.

A fork is the state after the answer, beside the state before it: answers of one group never meet.
"""

from __future__ import annotations

from dataclasses import dataclass

from agents.llm.parse import Parsed, parse_tags
from agents.llm.writing import written
from game.engine import actions as a
from game.engine.apply import move
from game.engine.events import Decided, Event, Refused
from game.engine.state import State
from game.play.drivers import run_sync
from training.reward.terms import Marks
from training.rollout.points import Point, agents_of
from training.rollout.sense import is_active, is_sensible, may_act

CUT_OFF = "cut_off"
"""Why an answer that was still going on when its tokens were spent is not well formed."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One answer to a point. `reason` says why it was not taken; empty: it was."""

    marks: Marks
    reason: str
    what: str
    """The ability or the verb; empty where none was read."""
    actions: tuple[a.Action, ...]
    after: State
    """The fork; the point's own state where nothing was read."""
    events: tuple[Event, ...]


def deed(point: Point, text: str, *, tokens: int = 0, ended: bool = True) -> Deed:
    """What a text comes to at a point. `ended`: the model itself ended it."""
    parsed = parse_tags(text, point.view, point.record.notation, point.record.preset.think)
    waits = may_act(point.view, point.ask)
    if not parsed.actions:
        reason = parsed.problem.code if parsed.problem else "only_lookups"
        marks = Marks(lookups=len(parsed.tools), tokens=tokens, may_act=waits)
        return Deed(marks, reason, "", (), point.state, ())
    events, after = move(point.state, [a.Answer(point.seat, point.ask.id, parsed.actions)])
    taken = any(isinstance(one, Decided) and one.seat == point.seat and one.outcome == "accepted" for one in events)
    main = parsed.actions[0]
    marks = Marks(
        form=is_well_formed(parsed) and ended,
        legal=taken,
        sensible=is_sensible(point.view, point.ask, main),
        active=is_active(main),
        may_act=waits,
        lookups=len(parsed.tools),
        tokens=tokens,
    )
    reason = "" if taken else next(one.reason for one in events if isinstance(one, Refused) and one.seat == point.seat)
    reason = reason if ended else reason or CUT_OFF
    return Deed(marks, reason, what(main), parsed.actions, after, tuple(events))


def is_well_formed(parsed: Parsed) -> bool:
    """Whether a text is exactly one tag as documented, with nothing behind it."""
    return parsed.strict and len(parsed.actions) == 1 and parsed.bid is None


def what(action: a.Action) -> str:
    """An action by its ability or its verb."""
    return action.ability if isinstance(action, a.Use) else type(action).__name__.casefold()


def text_of(point: Point, actions: tuple[a.Action, ...]) -> str:
    """What a player without a model does, as the one tag in which a model would do it."""
    return written(actions[:1], point.view, point.record.notation).text


def won(point: Point, fork: Deed) -> bool:
    """Whether the seat wins in the match that follows from a fork, scripts playing all seats from there on."""
    log = (*point.log, *fork.events)
    agents = agents_of(point.id, len(point.state.public.table.names))
    ending = run_sync(log, agents).state.public.ending
    return ending is not None and point.seat in ending.winners
