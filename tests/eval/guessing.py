"""A model server that is recorded and played back, and that answers private questions."""

from __future__ import annotations

import json
from typing import ClassVar

from agents.llm.client import Client, Completion, Heard, Request
from agents.llm.recording import Exchange, Recording, Replay
from tests.agents.llm.faults import FittingClient


class Server:
    """What all clients of a test share."""

    exchanges: ClassVar[list[Exchange]] = []
    """All that was asked and answered in the match, in order."""
    probes: ClassVar[list[Request]] = []
    answers: ClassVar[Client | None] = None
    """What answers the match; None: whatever fits, and it is recorded."""

    @classmethod
    def replay(cls) -> None:
        """From now on answer as recorded, and refuse what was not."""
        cls.answers = Replay(cls.exchanges)


class GuessingClient:
    """Takes every first player asked about for evil, and gives no word about the others' alignment."""

    def __init__(self, base_url: str, api_key: str = "") -> None:
        self._recording = Recording(FittingClient(base_url))

    async def complete(self, request: Request, heard: Heard | None = None) -> Completion:
        """An answer of the match, or a guess."""
        properties = (request.schema or {}).get("properties", {})
        if (
            all(isinstance(part, dict) and "evil" in part.get("properties", {}) for part in properties.values())
            and properties
        ):
            Server.probes.append(request)
            guess = {name: {"evil": 80 if place == 0 else 20, "alignment": "Mafia Killing" if place == 0 else "?"}
                     for place, name in enumerate(properties)}  # fmt: skip
            return Completion(f"Well: {json.dumps(guess)}", "stop", prompt_tokens=9, completion_tokens=3)
        if Server.answers:
            return await Server.answers.complete(request, heard)
        try:
            return await self._recording.complete(request, heard)
        finally:
            Server.exchanges.append(self._recording.exchanges[-1])

    async def close(self) -> None:
        """There is nothing to let go of."""
