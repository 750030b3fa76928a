"""A judge on a lane that says what a test tells it to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from agents.llm.client import Heard, Request
from eval.labels.codes import Code
from tests.agents.llm.faults import FaultyClient

Says = Callable[[Request], Any]


class ToldClient:
    """What lanes connect to in these tests: every one of them asks `says`, and all requests are kept."""

    says: Says = staticmethod(lambda request: "")
    requests: list[Request] = []

    def __init__(self, base_url: str, api_key: str = "") -> None:
        self._inner = FaultyClient(lambda request: type(self).says(request))

    async def complete(self, request: Request, heard: Heard | None = None) -> Any:
        """What it was told to say."""
        self.requests.append(request)
        return await self._inner.complete(request, heard)

    async def close(self) -> None:
        """There is nothing to let go of."""


def unit_of(request: Request) -> dict[str, int]:
    """The unit that a request is about."""
    found: dict[str, int] = json.loads(request.messages[1].content.splitlines()[0].removeprefix("unit: "))
    return found


def speaks_up(request: Request) -> str:
    """A judge that calls whoever says anything a liar about roles, and nobody anything else."""
    unit = unit_of(request)
    said = re.search(rf'^\[(\d+)\] P{unit["seat"]:02d} says: "(.+)"$', request.messages[1].content, re.MULTILINE)
    marks = [
        {"code": code.value, "present": bool(said) and code is Code.FALSE_ROLE_CLAIM,
         "event_ids": [int(said[1])] if said and code is Code.FALSE_ROLE_CLAIM else [],
         "quote": said[2] if said and code is Code.FALSE_ROLE_CLAIM else "", "confidence": 3}
        for code in Code
    ]  # fmt: skip
    return json.dumps({"schema": "behaviour/1", "unit": unit, "labels": marks, "summary": "-"})
