"""The eight streams of a match, record by record, in one order: alike whether the log is complete or still growing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from eval.records import inference, talk
from eval.records.deeds import DEEDS, Deciding
from eval.records.facts import Logged, Made, MatchFacts
from eval.records.findings import Findings, findings_of
from eval.records.happenings import game_event
from eval.records.moments import Moment
from eval.records.sft import samples
from game.engine import events as e
from game.engine.fold import fold
from game.engine.roles import ROLES
from game.engine.state import EMPTY
from game.engine.types import Seat

STREAMS = (
    "game_events", "chat", "agent_actions", "agent_reasoning", "inference_trace", "research_metrics",
    "communication_text", "sft_dataset",
)  # fmt: skip
Line: TypeAlias = tuple[str, Mapping[str, Any]]
"""A stream and a record of it."""


class Recorder:
    """Takes a match's events in, each with the decision that stands there, and gives their records."""

    def __init__(self, facts: MatchFacts) -> None:
        self.facts = facts
        self.state = EMPTY
        self.log: list[Logged] = []
        self.made: list[Made] = []
        self.findings = Findings()
        self._moment: Moment | None = None
        self._deeds: list[e.Event] = []
        """Deeds since the last event that is none."""
        self._open: Deciding | None = None
        self._killers: dict[Seat, tuple[Seat, ...]] = {}

    @property
    def ended(self) -> bool:
        """Whether the final event has been taken in."""
        return self.state.public.ending is not None

    def take(self, logged: Logged, made: Made | None = None) -> Iterator[Line]:
        """The records of the next event."""
        event, before = logged.event, self.state
        if event.kind not in DEEDS:
            yield from self._close()
        self.state = fold(before, event)
        moment = self._moment = Moment(self.facts, logged, before, self.state, self._killers)
        self.log.append(logged)
        yield "game_events", game_event(moment)
        yield from (("chat", record) for record in talk.chat(moment))
        yield from (("communication_text", record) for record in talk.communication_text(moment))
        if isinstance(event, e.Decided):
            yield from self._decided(moment, event, made)
        elif event.kind in DEEDS:
            self._deed(event)
        else:
            self._deeds = []
        self._note_killers(event)

    def _decided(self, moment: Moment, event: e.Decided, made: Made | None) -> Iterator[Line]:
        before = () if event.ask else tuple(self._deeds)
        self._open = Deciding(moment, event, made.decision if made else None, before)
        self._deeds = []
        if made:
            self.made.append(made)
            yield from self._thought(moment, made)

    def _thought(self, moment: Moment, made: Made) -> Iterator[Line]:
        yield from (("agent_reasoning", record) for record in inference.reasoning(moment, made))
        yield from (("inference_trace", record) for record in inference.trace(moment, made))

    def _deed(self, event: e.Event) -> None:
        self._deeds.append(event)
        if self._open:
            self._open.after.append(event)

    def _close(self) -> Iterator[Line]:
        """The deeds of the last decision, now that all of them are known."""
        if self._open:
            yield from (("agent_actions", record) for record in self._open.records())
        self._open = None

    def _note_killers(self, event: e.Event) -> None:
        """Remember whose blows were deadly, until the next night."""
        if isinstance(event, e.PhaseOpened):
            self._killers = {}
        elif isinstance(event, e.Happened) and event.what == "killed":
            for victim in event.seats:
                known = self._killers.get(victim, ())
                self._killers[victim] = tuple(dict.fromkeys((*known, event.by))) if event.by else known

    # The end ----------------------------------------------------------------------------------------------------------

    def end(self, unplaced: Iterable[Made] = ()) -> Iterator[Line]:
        """The last records of a match that will not go on. `unplaced` are decisions that were never applied."""
        yield from self._close()
        if self._moment is None:
            return
        for made in unplaced:
            self.made.append(made)
            yield from self._thought(self._moment, made)
        if self.ended:
            yield from (("research_metrics", record) for record in self._metrics(self._moment))
            yield from (("sft_dataset", record) for record in samples(self.facts, self.log, self.made))

    def _metrics(self, moment: Moment) -> Iterator[dict[str, Any]]:
        log, decisions = [one.event for one in self.log], [made.decision for made in self.made]
        self.findings = findings_of(self.facts, log, decisions)
        models = {made.decision.seat: made.decision.model for made in self.made if made.decision.model}
        for seat, metrics in sorted(self.findings.seats.items()):
            model, role = models.get(seat, ""), self.state.role(seat)
            known = self.facts.models.get(model)
            yield {
                "schema": "research_metrics/1", **moment.head(), **moment.acting(seat), "role": role,
                "faction": ROLES[role].faction.value, "model": model, "alignment": known.alignment if known else "",
                "metrics": dict(metrics),
            }  # fmt: skip
