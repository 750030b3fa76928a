"""What a scripted player's own statements come to, without any reading of words.

A scripted player that is run without text says its statements in a terse form, which is read here. For one that talks,
this is the known intent against which the reading by rules is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from agents.scripted.speech import read
from agents.scripted.statements import Act, Reason
from agents.scripted.statements import Statement as Spoken
from eval.statements import facts
from eval.statements.facts import Fact
from eval.statements.found import Found
from eval.statements.statement import StatementKind as Kind

OPEN = frozenset({Act.DOUBT, Act.VERDICT, Act.VOTE})
"""Acts that may be taken for an accusation or defence, or left: they are votes and verdicts in words."""
SOFT = "soft"
"""The topic of a retort that denies nothing."""


def is_terse(text: str) -> bool:
    """Whether a line may be in the terse form."""
    return text.startswith("[") and text.endswith("]")


def read_terse(text: str, names: tuple[str, ...], day: int) -> tuple[Found, ...]:
    """The statements of a line in the terse form; none for other lines."""
    spoken = read(text, names, day) if is_terse(text) else None
    return intent(spoken) if spoken else ()


def intent(spoken: Spoken) -> tuple[Found, ...]:
    """What a scripted statement states."""
    means = _MEANS.get(spoken.act)
    return tuple(means(spoken)) if means else ()


def _report(spoken: Spoken) -> Iterable[Found]:
    tells = _RESULTS.get(spoken.topic)
    told = tells(spoken) if tells else ()
    return (Found(Kind.RESULT_REPORT, fact.subject, fact.value, spoken.night) for fact in told)


def _accuse(spoken: Spoken) -> Iterable[Found]:
    return [Found(Kind.ACCUSATION, spoken.who, "suspect")]


def _pass_on(spoken: Spoken) -> Iterable[Found]:
    """Follow somebody else against `also`."""
    return [Found(Kind.ACCUSATION, spoken.also, "suspect")]


def _deny(spoken: Spoken) -> Iterable[Found]:
    return [] if spoken.topic == SOFT else [Found(Kind.DENIAL, None, "evil")]


_MEANS: dict[Act, Callable[[Spoken], Iterable[Found]]] = {
    Act.CLAIM: lambda spoken: [Found(Kind.ROLE_CLAIM, None, spoken.role)],
    Act.REPORT: _report,
    Act.ACCUSE: _accuse,
    Act.POINT: _accuse,
    Act.AGREE: _pass_on,
    Act.CITE: _pass_on,
    Act.RELAY: _pass_on,
    Act.CONFIDE: _pass_on,
    Act.DEFEND: lambda spoken: [Found(Kind.DEFENCE, spoken.who, "good" if spoken.topic == Reason.CLEARED else "spare")],
    Act.DENY: _deny,
}
_RESULTS: dict[str, Callable[[Spoken], Iterable[Fact]]] = {
    "suspicious": lambda said: [Fact(said.who, "suspicious")],
    "innocent": lambda said: [Fact(said.who, "innocent")],
    "group": lambda said: [Fact(said.who, facts.GROUP + said.role)],
    "visitors": lambda said: [Fact(seat, facts.visited(said.who)) for seat in said.seats],
    "nobody": lambda said: [Fact(said.who, "nobody")],
    "tracked": lambda said: [Fact(said.who, facts.visited(house)) for house in said.seats],
    "stayed": lambda said: [Fact(said.who, "stayed")],
    "evil_among": lambda said: [Fact(0, facts.among("evil", said.seats))],
    "good_among": lambda said: [Fact(0, facts.among("good", said.seats))],
    "mafia_at": lambda said: [Fact(said.who, "Mafia came")],
    "coven_at": lambda said: [Fact(said.who, "Coven came")],
    "staked": lambda said: [Fact(said.who, "vampire")],
    "no_vampire": lambda said: [Fact(said.who, "no vampire")],
    "lurking": lambda said: [Fact(said.who, f"{facts.ROLE}Ambusher")],
    "exact": lambda said: [Fact(said.who, facts.ROLE + said.role)],
}
