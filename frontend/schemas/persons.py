"""Persons over HTTP: what they played, what they agree to, what they report."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from frontend.schemas.base import Shape


class Consent(Shape):
    """What may be done with what a person does and writes: research, and training of models."""

    research_ok: bool
    training_ok: bool


class AccountOut(Consent):
    """An account: its name, the name under which exports know it, and what holds for matches to come."""

    name: str
    pseudonym: str
    staff: bool


class PlayedOut(Consent):
    """A match in which one had a seat. Role, faction and `won` are empty until it has been played to its end.

    `counts` says whether it is part of the record; times in ms, `minutes` from its start to its end.
    """

    match: int
    title: str
    mode: str
    status: str
    over: bool
    seat: int
    name: str
    role: str
    faction: str
    won: bool | None
    days: int
    minutes: int | None
    at: int
    practice: bool
    counts: bool


class RecordOut(Shape):
    """How often one played on a side, and won."""

    faction: str
    n: int
    won: int


class MeOut(Shape):
    """Who one is here. Without an account: the matches whose seats this browser holds."""

    account: AccountOut | None
    played: list[PlayedOut]
    records: list[RecordOut]


class Farewell(Shape):
    """Delete the account of this name; with `words`, also what it said and wrote."""

    name: Annotated[str, Field(max_length=150)]
    words: bool = False


class RemarkReport(Shape):
    """Report a remark of the gallery."""

    reason: Annotated[str, Field(min_length=1, max_length=300)]


class Report(RemarkReport):
    """Report the line that is item `n` of the viewpoint `as`."""

    as_: Annotated[str, Field(alias="as", max_length=8)] = "public"
    n: Annotated[int, Field(ge=1)]
