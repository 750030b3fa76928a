"""Who plays a seat, and what it was sent: the one place that knows what stands behind the name of an agent."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from agents import selectors
from agents.connections import seat_client
from agents.llm.agent import LanguageAgent
from agents.llm.hygiene import special_of
from agents.llm.prompt import Prompt, Transcript
from agents.llm.record import ModelRecord
from agents.models import LanguageModel
from game.dials import agent_of, dials_of
from game.engine.fold import visible
from game.models import Decision, Match, Seat
from game.play.seats import Agent, AnyAgent, Listener
from game.selectors import log_of
from game.services import Rejected


def agent_for_seat(*, seat: Seat, match: Match, listen: Listener) -> AnyAgent:
    """The agent of a seat; `listen` is told what it writes while it thinks. Raises KeyError for an unknown name."""
    if is_scripted(seat.agent):
        return scripted_agent(seat.agent, seat.number, seat.agent_options.get("luck") or match.seed)
    model = selectors.model_named(seat.agent)
    if model is None:
        raise KeyError(f"There is no agent or model {seat.agent!r}.")
    record = record_for(model, seat)
    client = seat_client(match_id=match.pk, seat=seat.number, model=model)
    luck = seat.agent_options.get("luck", "")
    return LanguageAgent(seat.number, record, client, listen=listen, special=_special(record), luck=luck)


def is_scripted(name: str) -> bool:
    """Whether the name stands for an agent that needs no model: it answers at once, and decides by its luck alone."""
    return agent_of(name) in settings.TOSSIM_AGENTS


def scripted_agent(name: str, seat: int, luck: str) -> Agent:
    """A scripted agent for a seat; its own chance hangs on `luck`. Raises KeyError for an unknown name, and BadDial."""
    factory = import_string(settings.TOSSIM_AGENTS[agent_of(name)])
    return cast("Agent", factory(seat, f"{luck}:{seat}", **dials_of(name, settings.TOSSIM_AGENT_DIALS)))


def prompt_of(*, match: Match, seq: int) -> Prompt:
    """What a model was sent before the decision that stands at `seq` of the log, built again from that log.

    Raises Rejected where no model decided there, or where the model or the templates are not what they were.
    """
    row = Decision.objects.filter(match=match, decided_seq=seq).exclude(model="").first()
    if row is None:
        raise Rejected("No model decided at this moment.", "no_model")
    seat, model = match.seats.get(number=row.seat), selectors.model_named(row.model)
    if model is None:
        raise Rejected(f"The model {row.model!r} is not known any more.", "unknown_model")
    record = record_for(model, seat)
    transcript = Transcript(record, seat.number, _special(record))
    transcript.observe(visible(log_of(match.pk), seat.number))
    try:
        return transcript.again(row.recipe)
    except (KeyError, ValueError) as error:
        raise Rejected(
            f"The prompt cannot be shown: {row.model} or the templates have changed since.", "changed"
        ) from error


def record_for(model: LanguageModel, seat: Seat) -> ModelRecord:
    """The model as it plays this seat, with the personality that the lobby gave."""
    record = selectors.record_of(model)
    if personality := seat.agent_options.get("personality"):
        record = replace(record, persona=f"{record.persona}\n{personality}".strip())
    return record


def _special(record: ModelRecord) -> tuple[str, ...]:
    return special_of(record.tokenizer) if record.tokenizer else ()
