"""Statements by rules: what lines, whispers and wills say that can be held against the truth.

Questions, quotations, conditions and what others are said to have said are left out. Works on a scripted player's
wordings and on anybody's free text alike, and knows nothing of the truth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from eval.evidence.record import Line, Record
from eval.statements.found import Found
from eval.statements.intents import is_terse, read_terse
from eval.statements.lexicon import Names, plain
from eval.statements.results import night_of, results
from eval.statements.rules import pattern
from eval.statements.statement import Statement, StatementKind
from eval.statements.talk import charges, claims, denials
from game.engine.types import Channel, Seat

READ = frozenset({Channel.PUBLIC, Channel.WHISPER, Channel.JAIL})
"""Channels in which a seat speaks to others than its own team and the dead."""
WILL = "will"
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+|(?<=\.\.)\.\s*| but ")
_LONG_FORMS = {
    "isn't": "is not", "aren't": "are not", "wasn't": "was not", "don't": "do not", "doesn't": "does not",
    "didn't": "did not", "can't": "cannot", "cannot be": "is not", "can not be": "is not", "ain't": "is not",
    "shouldn't": "should not", "dont": "do not", "isnt": "is not",
}  # fmt: skip
_SHORT = re.compile("|".join(rf"\b{re.escape(form)}\b" for form in sorted(_LONG_FORMS, key=len, reverse=True)))


@lru_cache(maxsize=16384)
def read_text(text: str, names: Names, day: int = 0) -> tuple[Found, ...]:
    """What a text states, in order, each thing once. `day` is the day on which it was said."""
    if is_terse(text):
        return read_terse(text, names, day)
    line = pattern("results", "then_checked").sub(r" - \1", plain(text, names))
    found = (one for sentence in _SENTENCE.split(line) for one in _sentence(sentence.strip(), day))
    return tuple(dict.fromkeys(found))


def _sentence(sentence: str, day: int) -> Iterator[Found]:
    if sentence.rstrip(" .!\"')").endswith("?"):
        return
    whole = _SHORT.sub(lambda found: _LONG_FORMS[found.group()], sentence)
    own = pattern("leave_out", "reported").sub(" ", _unconditional(whole))
    yield from (Found(StatementKind.ROLE_CLAIM, None, role) for role in claims(own))
    yield from (Found(StatementKind.DENIAL, None, what) for what in denials(own))
    if "@" not in whole:
        return
    night, told = night_of(own, day), results(own)
    yield from (Found(StatementKind.RESULT_REPORT, fact.subject, fact.value, night) for fact in told)
    if not told:
        for charge in charges(whole if pattern("leave_out", "about_words").search(whole) else own):
            kind = StatementKind.ACCUSATION if charge.against else StatementKind.DEFENCE
            yield Found(kind, charge.who, charge.value)


def _unconditional(sentence: str) -> str:
    """A sentence without its conditions; nothing of it where all hangs on one."""
    found = pattern("leave_out", "condition").search(sentence)
    if found is None:
        return sentence
    return sentence[: found.start()] if found.group("clause") else ""


def statements_of(record: Record) -> list[Statement]:
    """What every seat stated, in the order of the log; of wills, the last version."""
    spoken = (one for line in record.lines if line.channel in READ for one in _of_line(line, record.table.names))
    written = (one for seat, (seq, text) in record.wills.items() for one in _of_will(record, seat, seq, text))
    return sorted((*spoken, *written), key=lambda one: one.event_id)


def _of_line(line: Line, names: Names) -> Iterator[Statement]:
    for one in read_text(line.text, names, line.day):
        if one.subject != line.seat:
            subject = line.seat if one.subject is None else one.subject
            yield Statement(line.seq, line.seat, one.kind, subject, one.value, one.night, channel=line.channel)


def _of_will(record: Record, seat: Seat, seq: int, text: str) -> Iterator[Statement]:
    for number, words in enumerate(text.splitlines()):
        for one in read_text(words, record.table.names):
            subject = seat if one.subject is None else one.subject
            yield Statement(seq, seat, one.kind, subject, one.value, one.night, channel=WILL, line=number)
