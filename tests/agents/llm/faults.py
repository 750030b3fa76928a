"""Clients that answer what they are told, or fail as they are told; and models to speak through them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from itertools import chain, repeat

from agents.llm.client import Completion, Heard, Request
from agents.llm.presets import preset
from agents.llm.record import ModelRecord, Notation

Said = str | Exception | Completion | Callable[[Request], "str | Completion"]


class FaultyClient:
    """Answers one request after the other; the last answer again for ever. An exception is raised, a text is said.

    A text ends where one of the request's stop strings stands in it, as at a server.
    """

    def __init__(self, *answers: Said) -> None:
        self.requests: list[Request] = []
        self._answers: Iterable[Said] = chain(answers, repeat(answers[-1]))
        self._next = iter(self._answers)

    async def complete(self, request: Request, heard: Heard | None = None) -> Completion:
        """The next answer."""
        self.requests.append(request)
        answer = next(self._next)
        if callable(answer) and not isinstance(answer, Exception):
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        done = answer if isinstance(answer, Completion) else stopped(answer, request)
        if heard and done.text:
            heard(done.text)
        return done

    async def close(self) -> None:
        """There is nothing to let go of."""


def stopped(text: str, request: Request) -> Completion:
    """A text as a server gives it: up to the first stop string, counted as one token for four characters."""
    places = {text.find(stop): stop for stop in request.stop if stop in text}
    stop = places[min(places)] if places else ""
    said = text[: min(places)] if places else text
    prompt = sum(len(message.content) for message in request.messages) // 4
    return Completion(said, "stop", stop, prompt_tokens=prompt, completion_tokens=max(1, len(said) // 4), latency_ms=7)


def model(**more: object) -> ModelRecord:
    """A model without grammar, for tests of tags; see `ModelRecord` for what can be said."""
    given = {"structured": False, "notation": Notation.PLAIN, "window": 32768, **more}
    return ModelRecord("tester", "tester", preset("chatml"), **given)  # type: ignore[arg-type]


def fits(request: Request) -> str:
    """The first thing that the schema of a request allows."""
    assert request.schema
    shape = request.schema.get("anyOf", [request.schema])[0]
    words = {name: part["enum"][0] if "enum" in part else "words" for name, part in shape["properties"].items()}
    return json.dumps({name: words[name] for name in shape["required"]})


class FittingClient(FaultyClient):
    """A client of a server that answers whatever its schema allows first."""

    def __init__(self, base_url: str, api_key: str = "") -> None:
        super().__init__(lambda request: fits(request))
