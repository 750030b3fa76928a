"""Requests and their answers kept, and played back: for replays without a server, for tests and for benchmarks."""

from __future__ import annotations

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from agents.llm.client import BadRequest, Client, ClientError, Completion, Heard, Request


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with what came back: a completion, or the error in words. Times are seconds of a monotonic clock."""

    request: Request
    completion: Completion | None
    error: str
    began: float
    ended: float


class Recording:
    """Passes requests on and keeps them with their answers."""

    def __init__(self, inner: Client) -> None:
        self.inner = inner
        self.exchanges: list[Exchange] = []

    async def complete(self, request: Request, heard: Heard | None = None) -> Completion:
        """The inner client's completion."""
        began, completion, error = time.monotonic(), None, ""
        try:
            completion = await self.inner.complete(request, heard)
        except ClientError as failed:
            error = f"{type(failed).__name__}: {failed}"
            raise
        finally:
            self.exchanges.append(Exchange(request, completion, error, began, time.monotonic()))
        return completion

    async def close(self) -> None:
        """Close the inner client."""
        await self.inner.close()


class Replay:
    """Answers as recorded: equal requests get their recorded completions, in the order in which they were recorded."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self._known: dict[str, list[Completion]] = defaultdict(list)
        for exchange in exchanges:
            if exchange.completion:
                self._known[fingerprint(exchange.request)].append(exchange.completion)

    async def complete(self, request: Request, heard: Heard | None = None) -> Completion:
        """The recorded completion. Raises BadRequest for a request that was not recorded, or not so often."""
        known = self._known.get(fingerprint(request))
        if not known:
            raise BadRequest("This request is not in the recording.")
        completion = known.pop(0)
        if heard:
            heard(completion.text)
        return completion

    async def close(self) -> None:
        """There is nothing to let go of."""


def fingerprint(request: Request) -> str:
    """What makes two requests the same: all of them but the time that they may take."""
    plain = {name: value for name, value in asdict(request).items() if name != "timeout"}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()
