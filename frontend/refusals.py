"""Refusals of services as answers over HTTP."""

from __future__ import annotations

from ninja.errors import HttpError

from frontend import starting
from game import services


class Refusals:
    """Turns a refusal into an answer with its sentence."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, services.Rejected):
            raise HttpError(409, error.reason) from error
        if isinstance(error, starting.Full):
            raise HttpError(429, str(error)) from error
        if isinstance(error, starting.Unplayable):
            raise HttpError(422, str(error)) from error
