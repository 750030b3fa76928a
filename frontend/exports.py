"""A match to keep, from any viewpoint that the caller may have: as records, as text, as a page that opens alone.

Persons stand in it under their pseudonyms.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, wraps
from itertools import islice
from pathlib import Path
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from ninja.errors import HttpError

from frontend import api, facts
from frontend.present import Viewpoint
from game.engine.roles import ROLES
from game.models import Match
from game.profiles import aliases_of
from game.records import record_lines

PAGE = 500
"""Lines of a file that are made and sent at once."""
UNBUILT = (
    "The page that opens alone is not built yet. Run ./tossim up, which builds it, or `npm ci && npm run build` in "
    "frontend/; then save the match again. Its text and its event log can be saved all the same."
)
OPENINGS = re.compile(r"<(?=!--|/?script)", re.IGNORECASE)
"""What would begin a comment or end a script inside an HTML script; in JavaScript it stands in strings alone."""


Make = Callable[[HttpRequest, Match, Viewpoint], HttpResponseBase]


def saved_as(ending: str) -> Callable[[Make], Callable[..., HttpResponseBase]]:
    """Give what a view makes of a match and a viewpoint as a file, to whoever may look from there."""

    def decorate(make: Make) -> Callable[..., HttpResponseBase]:
        @require_safe
        @never_cache
        @wraps(make)
        def view(request: HttpRequest, match_id: int) -> HttpResponseBase:
            found = get_object_or_404(Match, pk=match_id)
            try:
                viewpoint = api.viewpoint_named(request, match_id, request.GET.get("as", "public")[:8])
            except HttpError as refused:
                return _sentence(str(refused), refused.status_code)
            response = make(request, found, viewpoint)
            if response.status_code == 200:
                name = _file_name(found, viewpoint, ending)
                response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
            return response

        return view

    return decorate


@saved_as("jsonl")
def save_records(request: HttpRequest, match: Match, viewpoint: Viewpoint) -> HttpResponseBase:
    """The event log, one JSON object a line, sent while it is read."""
    return StreamingHttpResponse(_pages(record_lines(match, viewpoint)), "application/jsonl; charset=utf-8")


@saved_as("txt")
def save_text(request: HttpRequest, match: Match, viewpoint: Viewpoint) -> HttpResponseBase:
    """What the page of the text shows, as a file."""
    lines = text_lines(api.stream(request, match.pk, str(viewpoint), aliases_of(match)))
    head = [f"{match.title} (match {match.pk}), {match.status}", f"Seen as: {viewpoint}"]
    return HttpResponse("\n".join([*head, *_plain(lines), ""]), "text/plain; charset=utf-8")


@saved_as("html")
def save_page(request: HttpRequest, match: Match, viewpoint: Viewpoint) -> HttpResponseBase:
    """The page of the match in one file that opens from a disk: script, style and all items are inside."""
    built = _built()
    if built is None:
        return _sentence(UNBUILT, 503)
    aliases, shown = aliases_of(match), facts.match_out(match, match.seats.order_by("number"))
    seats = [{**seat, "name": aliases.get(seat["seat"], seat["name"])} for seat in shown["seats"]]
    initial = {
        "page": "saved", "match": {**shown, "seats": seats}, "as": viewpoint,
        "items": api.stream(request, match.pk, str(viewpoint), aliases), "roles": list(ROLES), "user": None, "csrf": "",
        "now": facts.now(),
    }  # fmt: skip
    return render(request, "frontend/alone.html", {"title": match.title, "initial": initial, "built": built})


def _sentence(text: str, status: int) -> HttpResponse:
    return HttpResponse(f"{text}\n", "text/plain; charset=utf-8", status=status)


def _file_name(match: Match, viewpoint: Viewpoint, ending: str) -> str:
    """A name that says what the file is."""
    seen = {"public": "public", "god": "all"}.get(str(viewpoint), f"seat-{viewpoint}")
    return "-".join(filter(None, ("tossim", str(match.pk), slugify(match.title), seen))) + f".{ending}"


# Text -----------------------------------------------------------------------------------------------------------------


def text_lines(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items that are there to read, as lines of text."""
    return [line for item in items for op in item["ops"] if (line := _line(op, item["n"]))]


def _line(op: dict[str, Any], n: int) -> dict[str, Any] | None:
    """An operation as a line to read, if it is one."""
    if op["op"] == "phase" and op["round"] == 1:
        return {"heading": True, "n": n, "text": op["title"]}
    if op["op"] == "line":
        who = op.get("name") if op["kind"] in ("chat", "whisper") else ""
        text = op["text"] or "(whispers)"
        return {"n": n, "kind": op["kind"], "who": who, "channel": op.get("channel") or "", "text": text}
    if op["op"] in ("night", "thought"):
        return {"n": n, "kind": op["op"], "who": "", "channel": "", "text": op["text"]}
    return None


def _plain(lines: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Lines of a file. What somebody wrote on several is indented, so that none passes for a line of the log."""
    for line in lines:
        if line.get("heading"):
            yield f"\n{line['text']}\n{'=' * len(line['text'])}"
        else:
            channel = f"[{line['channel']}] " if line["channel"] not in ("", "public") else ""
            who = f"{line['who']}: " if line["who"] else ""
            yield f"{channel}{who}" + "\n    ".join(line["text"].splitlines())


# What is sent ---------------------------------------------------------------------------------------------------------


async def _pages(lines: Iterator[str]) -> AsyncIterator[str]:
    """Lines, some hundred at a time, each lot read where a request may ask the database."""
    while page := await sync_to_async(lambda: "".join(islice(lines, PAGE)))():
        yield page


@dataclass(frozen=True, slots=True)
class Built:
    """What the front end's second build gives, ready to stand inside a page, and the hashes that allow it to run."""

    script: str
    style: str

    @property
    def script_hash(self) -> str:
        """What the page's policy calls the script."""
        return _hash(self.script)

    @property
    def style_hash(self) -> str:
        """What the page's policy calls the style."""
        return _hash(self.style)


def _hash(text: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _built() -> Built | None:
    """Script and style of the page that opens alone; None before they are built."""
    folder = Path(settings.DIST) / "export"
    try:
        return _read_built(folder, (folder / "alone.js").stat().st_mtime_ns)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=2)
def _read_built(folder: Path, stamp: int) -> Built:
    """`stamp` makes newer files be read again."""
    script, style = ((folder / name).read_text("utf-8") for name in ("alone.js", "alone.css"))
    return Built(OPENINGS.sub(r"\\x3C", script), style)
