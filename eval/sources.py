"""What records are made from, read from the rows of a match and of those that it was forked from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from django.contrib.auth.models import AnonymousUser

from agents.models import LanguageModel
from agents.seating import record_for
from agents.selectors import model_named
from eval.decision import DecisionRecord
from eval.records.facts import PERSON, Logged, Made, MatchFacts, ModelFacts
from eval.records.redaction import Redaction
from game.log import engine_event
from game.models import Decision, Match
from game.profiles import consents_of, pseudonyms_of
from game.selectors import events_after, viewpoint_for
from game.services import Rejected

ENDED = frozenset({Match.Status.FINISHED, Match.Status.ABORTED})
"""Where a match stands that will never go on."""


@dataclass(frozen=True, slots=True)
class Part:
    """Whose decisions stand behind a part of a match's log: those up to `until` are this match's own."""

    match: Match
    until: int | None


def lineage(match: Match) -> list[Part]:
    """A match and those that it was forked from, the oldest last, each with where the younger one left it."""
    parts, until = [Part(match, None)], match.fork_seq
    while match.parent is not None and until is not None:
        match = match.parent
        parts.append(Part(match, until))
        until = min(until, match.fork_seq) if match.fork_seq is not None else None
    return parts


def match_check(match: Match) -> None:
    """Refuse a match of which nobody may see everything yet, or that has not begun. Raises Rejected."""
    if match.started_at is None:
        raise Rejected(f"Match {match.pk} has not begun.", "not_begun")
    views = viewpoint_for(AnonymousUser(), match)
    if "god" not in views.allowed:
        raise Rejected(f"Match {match.pk}: {views.reason}", "people_playing")


def run_id(match: Match) -> str:
    """The name of a match's folder."""
    assert match.started_at is not None
    return f"{match.started_at:%Y%m%dT%H%M%SZ}-match{match.pk}"


class Source:
    """One match as records see it: read once, or again and again while it is played. Raises Rejected."""

    def __init__(self, match: Match) -> None:
        match_check(match)
        self.match, self._parts = match, lineage(match)
        persons = _persons(self._parts)
        self._redaction = Redaction(persons.names, persons.withheld)
        self.facts = _facts(match, self._parts, persons)

    def news(self, after: int) -> list[tuple[Logged, Made | None]]:
        """The events behind a number, each with the decision that stands there."""
        rows = events_after(self.match.pk, after)
        made = self._made(after, rows[-1].seq) if rows else {}
        told = []
        for row in rows:
            logged = Logged(row.seq, row.at, self._redaction.event(engine_event(row)))
            told.append((logged, self._redacted(made[row.seq]) if row.seq in made else None))
        return told

    def _made(self, after: int, until: int) -> dict[int, Made]:
        found: dict[int, Made] = {}
        for part in self._parts:
            last = until if part.until is None else min(until, part.until)
            rows = Decision.objects.filter(match=part.match, decided_seq__gt=after, decided_seq__lte=last)
            for row in rows:
                found.setdefault(row.decided_seq or 0, _made(row))
        return found

    def unplaced(self) -> Iterator[Made]:
        """Agents' decisions that were never applied, in the order in which they were made."""
        rows = Decision.objects.filter(match=self.match, decided_seq=None).exclude(source=Decision.Source.PERSON)
        return (self._redacted(_made(row)) for row in rows.order_by("pk"))

    def _redacted(self, made: Made) -> Made:
        return Made(made.at, self._redaction.decision(made.decision))


def _made(row: Decision) -> Made:
    return Made(row.created_at, decision_record(row))


def decision_record(row: Decision) -> DecisionRecord:
    """A row as a value."""
    return DecisionRecord(
        seat=row.seat, ask_id=row.ask_id, stage=row.stage, decided_seq=row.decided_seq, actions=tuple(row.actions),
        thought=row.thought, cost=row.cost, source=row.source, error=row.error, model=row.model, lane=row.lane,
        prompt_tokens=row.prompt_tokens, cached_tokens=row.cached_tokens, thought_tokens=row.thought_tokens,
        spoken_tokens=row.spoken_tokens, latency_ms=row.latency_ms, finish=row.finish, attempts=tuple(row.attempts),
        fallback=row.fallback, recipe=row.recipe, retries=tuple(row.retries),
    )  # fmt: skip


# People ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Persons:
    """The people of a match: new names, whose words stay here, and whether models may be trained on it."""

    names: dict[int, str]
    withheld: frozenset[int]
    train: bool


def _persons(parts: Sequence[Part]) -> Persons:
    """The people of a match and of those whose past it shares, as each of them agreed where they sat."""
    names: dict[int, str] = {}
    withheld: set[int] = set()
    train = True
    for part in parts:
        consents, known = consents_of(part.match), pseudonyms_of(part.match)
        names |= {seat: known[seat] for seat in consents}
        withheld |= {seat for seat, consent in consents.items() if not consent.research}
        train = train and all(consent.research and consent.training for consent in consents.values())
    return Persons(names, frozenset(withheld), train)


# Facts ----------------------------------------------------------------------------------------------------------------


def _facts(match: Match, parts: Sequence[Part], persons: Persons) -> MatchFacts:
    seats = list(match.seats.order_by("number"))
    played = Decision.objects.filter(match__in=[part.match for part in parts]).exclude(model="")
    names = {*played.values_list("model", flat=True), *(seat.agent for seat in seats)}
    models = {name: model for name in sorted(names) if (model := model_named(name))}
    return MatchFacts(
        game_id=f"match-{match.pk}",
        agents={seat.number: PERSON if seat.number in persons.names else seat.agent for seat in seats},
        models={name: _model_facts(model) for name, model in models.items()},
        records={(name, seat.number): record_for(model, seat) for name, model in models.items() for seat in seats},
        title=match.title,
        family=match.commitment[:16],
        started_at=match.started_at,
        status=match.status,
        trains=persons.train and not match.practice,
        rewritten=bool(persons.names),
    )


def _model_facts(model: LanguageModel) -> ModelFacts:
    return ModelFacts(PurePath(model.adapter).name, model.alignment)
