"""Tags in a text: where they open and close, with what attributes. Linear in the text's length.

Knows no verbs and no tools: which names count is said by whoever asks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

THINK = ("<think>", "</think>")
"""What stands around a thought in the protocol `tags`."""
OBSERVATION = ("<observation>", "</observation>")
"""What stands around a tool's result."""
LONGEST = 50_000
"""Characters of an answer that are read."""

_TAG = re.compile(r"<\s{0,3}(/?)\s{0,3}([A-Za-z_][\w-]{0,40})([^<>]*)>")
_ATTRIBUTE = re.compile(r"""([A-Za-z_][\w-]{0,40})\s{0,3}=\s{0,3}(?:"([^"]*)"|'([^']*)'|([^\s"'/>]+))""")
_EXACT = re.compile(r'</?[a-z_]+(?: [a-z_]+="[^"]*")* ?/?>')
_TORN = re.compile(r"<[\s/]{0,4}[\w-]{0,40}$")
_FENCE = re.compile(r"```[a-z]{0,8}\s{0,3}$|^```[a-z]{0,8}\n")


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag; `start` and `end` are its place in the text."""

    start: int
    end: int
    name: str
    closing: bool
    alone: bool
    attributes: Mapping[str, str]
    exact: bool
    """Whether it is written as documented: lower case, quoted attributes, no odd spaces."""


@dataclass(frozen=True, slots=True)
class Element:
    """A tag with its content. `whole`: it was closed by its own name; `exact`: and written as documented."""

    name: str
    attributes: Mapping[str, str]
    content: str
    start: int
    end: int
    whole: bool
    exact: bool


def tags(text: str) -> list[Tag]:
    """All tags of a text, in order."""
    return [_tag(found) for found in _TAG.finditer(text)]


def _tag(found: re.Match[str]) -> Tag:
    rest = found[3].strip()
    attributes = {
        match[1].casefold(): next(filter(None, match.groups()[1:]), "") for match in _ATTRIBUTE.finditer(rest[:500])
    }
    name = found[2].casefold().replace("-", "_")
    exact = bool(_EXACT.fullmatch(found[0]))
    return Tag(found.start(), found.end(), name, bool(found[1]), rest.endswith("/"), attributes, exact)


def elements(text: str, known: Collection[str], wordy: Collection[str]) -> Iterator[Element]:
    """The elements of known names. The content of wordy ones is taken as it is up to their own end.

    An element that is never closed ends where the next known one begins. Unknown tags are passed over.
    """
    found = tags(text)
    place = 0
    while place < len(found):
        tag = found[place]
        if tag.closing or tag.name not in known:
            place += 1
        elif tag.alone:
            yield Element(tag.name, tag.attributes, "", tag.start, tag.end, True, tag.exact)
            place += 1
        else:
            last = _end(found, place, known, wordy)
            if _only_wraps(text, found, place, last, known):
                place += 1
                continue
            yield _element(text, found, place, last)
            place = last + (last < len(found) and found[last].closing)


def _end(found: Sequence[Tag], place: int, known: Collection[str], wordy: Collection[str]) -> int:
    """The place of the tag that ends an element: its own closing, or the known tag before which it has to end."""
    name, first = found[place].name, len(found)
    for later in range(place + 1, len(found)):
        tag = found[later]
        if tag.name == name:
            return later if tag.closing else min(first, later)
        if name not in wordy and (tag.closing or tag.name in known):
            return later
        if tag.name in known:
            first = min(first, later)
    return first


def _element(text: str, found: Sequence[Tag], place: int, last: int) -> Element:
    tag = found[place]
    end = found[last] if last < len(found) else None
    content = text[tag.end : end.start if end else len(text)]
    own = end is not None and end.closing and end.name == tag.name
    if not own:
        content = _FENCE.sub("", _TORN.sub("", content))
    stop = end.end if end and end.closing else end.start if end else len(text)
    exact = own and tag.exact and end is not None and end.exact and (last == place + 1)
    return Element(tag.name, tag.attributes, content, tag.start, stop, own, exact)


def _only_wraps(text: str, found: Sequence[Tag], place: int, last: int, known: Collection[str]) -> bool:
    """Whether all that stands in an element is another one: `<say><vote>3</vote></say>`."""
    if place + 1 >= len(found) or found[place].attributes:
        return False
    inner = found[place + 1]
    if inner.closing or inner.name not in known or text[found[place].end : inner.start].strip():
        return False
    if last < len(found) and found[last].closing:
        return not text[found[last - 1].end : found[last].start].strip()
    return last == place + 1


def bare(content: str) -> str:
    """A content without the tags in it."""
    return _TAG.sub("", content)


_LABEL = re.compile(r"(?:^|\n)[\s>*\-]{0,8}\**([^\n:<>*]{1,40}?)\**\s?:\s*$")


def label(text: str, place: int) -> str:
    """What stands as a speaker's name, with a colon, before a place in its line; empty where nothing does."""
    found = _LABEL.search(text[max(0, place - 80) : place])
    return found[1].strip() if found else ""


# Thoughts -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parts:
    """A text with its thoughts taken out: what was thought, and what is left, blanks standing for what is gone.

    `open`: the last thought never ends.
    """

    thought: str
    body: str
    open: bool
    inside: str
    """The thoughts alone, blanks standing for the rest: places are those of the text."""


def apart(text: str, think: tuple[str, str] | None = None, thinking: bool = False) -> Parts:
    """Thought and answer apart. `think`: a family's own marks beside `<think>`; `thinking`: it begins in a thought."""
    opens, closes = _marks(think)
    body: list[str] = []
    inside: list[str] = []
    place, open_now = 0, thinking
    if not thinking and (first := closes.search(text)) and not opens.search(text, 0, first.start()):
        open_now = True  # its beginning stood in the prompt
    while place <= len(text):
        found = (closes if open_now else opens).search(text, place)
        end = found.start() if found else len(text)
        (inside if open_now else body).append(text[place:end])
        (body if open_now else inside).append(" " * (end - place))
        if not found:
            break
        for part in (body, inside):
            part.append(" " * (found.end() - found.start()))
        place, open_now = found.end(), not open_now
    thoughts = "".join(inside)
    return Parts(_squeezed(thoughts), "".join(body), open_now, thoughts)


def _marks(think: tuple[str, str] | None) -> tuple[re.Pattern[str], re.Pattern[str]]:
    opens, closes = [r"<\s{0,3}think(?:ing)?\s{0,3}>"], [r"<\s{0,3}/\s{0,3}think(?:ing)?\s{0,3}>"]
    if think:
        opens.append(re.escape(think[0]))
        closes.append(re.escape(think[1]))
    return re.compile("|".join(opens), re.IGNORECASE), re.compile("|".join(closes), re.IGNORECASE)


def _squeezed(thought: str) -> str:
    """A thought to be read: what tools answered in brackets."""
    return re.sub(r"[ \t]{3,}", "\n", _OBSERVED.sub(lambda found: f"[{found[1].strip()}]", thought)).strip()


_OBSERVED = re.compile(r"<\s{0,3}observation\s{0,3}>(.*?)(?:<\s{0,3}/\s{0,3}observation\s{0,3}>|\Z)", re.I | re.S)


def unobserved(text: str) -> str:
    """The text with what tools answered, or what pretends to be that, blanked out."""
    return _OBSERVED.sub(lambda found: " " * len(found[0]), text)
