"""Plain HTTP to a server: health, metrics, adapters, sleep. Standard library, in threads; no completions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit


class Unanswered(Exception):
    """The server did not answer, or refused; says what it said."""


class Silent(Unanswered):
    """Nothing came back at all."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer."""

    status: int
    text: str

    @property
    def good(self) -> bool:
        """Whether it is a yes."""
        return self.status == HTTPStatus.OK


@dataclass(frozen=True, slots=True)
class Control:
    """Asks one server. `url` is the lane's, with or without /v1; paths count from the server's root."""

    url: str
    key: str = ""
    timeout: float = 5.0
    """Seconds for one answer."""

    async def ask(self, path: str, body: Mapping[str, Any] | None = None, timeout: float | None = None) -> Reply:
        """GET, or POST where there is a body. Raises Silent when nothing comes back."""
        return await asyncio.to_thread(self.ask_now, path, body, timeout)

    async def must(self, path: str, body: Mapping[str, Any], timeout: float | None = None) -> None:
        """POST what the server has to do. Raises Unanswered with its words when it will not."""
        reply = await self.ask(path, body, timeout)
        if not reply.good:
            raise Unanswered(f"{path} answered {reply.status}: {reply.text[:300].strip()}")

    def ask_now(self, path: str, body: Mapping[str, Any] | None = None, timeout: float | None = None) -> Reply:
        """The same in this thread."""
        parts = urlsplit(self.url)
        prefix = parts.path.rstrip("/").removesuffix("/v1")
        connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        sent = None if body is None else json.dumps(body).encode()
        if sent is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection = connect(parts.hostname or "", parts.port, timeout=timeout or self.timeout)
            try:
                connection.request("GET" if sent is None else "POST", prefix + path, sent, headers)
                answer = connection.getresponse()
                return Reply(answer.status, answer.read().decode(errors="replace"))
            finally:
                connection.close()
        except (OSError, HTTPException, ValueError) as error:
            raise Silent(f"{self.url} does not answer: {error or type(error).__name__}") from error
