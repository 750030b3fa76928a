"""Every line of a scripted player reads back as what it meant; other people's lines are understood by keyword."""

from __future__ import annotations

import re

import pytest

from agents.scripted.hearing import understand
from agents.scripted.speech import Wording, read, render, strip, terse, wordings
from agents.scripted.statements import Act, Reason, Statement
from agents.scripted.temperaments import CLOSERS, OPENERS, TEMPERAMENTS
from agents.scripted.voice import SPEECH_LENGTH
from game.names import NAMES

AWKWARD = ("Ada", "Doctor", "I", "Bo and Co", "C. (the) 3rd", "nobody")
LONG = tuple(f"{name}{'x' * 12}" for name in NAMES[:15])
ALL = [wording for group in wordings().values() for wording in group]


def slots(wording: Wording) -> frozenset[str]:
    return frozenset(re.findall(r"\{(\w+)\}", wording.text))


def sample(wording: Wording) -> Statement:
    """A statement that the wording can say."""
    used = slots(wording)
    act, _, topic = wording.key.partition(".")
    roles = {"role": "Doctor", "group": "C", "roles": "Doctor,Sheriff"}
    role = next((text for slot, text in roles.items() if slot in used), "")
    return Statement(
        Act(act), 2 * ("who" in used), 4 * ("also" in used), role, 2 * bool(used & {"night", "when"}), topic,
        (1, 4) if "seats" in used else (),
    )  # fmt: skip


@pytest.mark.parametrize("names", [NAMES[:6], AWKWARD], ids=["plain", "awkward"])
@pytest.mark.parametrize("day", [0, 3, 7])
@pytest.mark.parametrize("key", sorted(wordings()))
def test_every_wording_reads_back_as_what_it_says(key: str, day: int, names: tuple[str, ...]) -> None:
    for wording in wordings()[key]:
        statement = sample(wording)
        assert read(render(statement, wording, names, day), names, day) == statement


@pytest.mark.parametrize("key", sorted(wordings()))
def test_openers_and_closers_change_nothing(key: str) -> None:
    names = NAMES[:6]
    for place, wording in enumerate(wordings()[key]):
        text = render(sample(wording), wording, names)
        opened = f"{OPENERS[place % len(OPENERS)]} {text}"
        closed = f"{text} {CLOSERS[place % len(CLOSERS)]}"
        assert read(opened, names) == read(closed, names) == sample(wording)
        assert strip(opened) == strip(text)


@pytest.mark.parametrize("key", sorted(wordings()))
def test_the_terse_form_reads_back(key: str) -> None:
    statement = sample(wordings()[key][0])
    assert read(terse(statement), NAMES[:6], 3) == statement


@pytest.mark.parametrize("key", sorted(wordings()))
def test_all_wordings_of_a_kind_say_the_same_things(key: str) -> None:
    parts = {frozenset(slot.replace("when", "night") for slot in slots(wording)) for wording in wordings()[key]}
    assert len(parts) == 1


def test_every_act_and_every_reason_can_be_said() -> None:
    acts = {key.partition(".")[0] for key in wordings()}
    reasons = {key.partition(".")[2] for key in wordings() if key.startswith(("accuse.", "defend."))}
    assert acts == {act.value for act in Act}
    assert reasons == {reason.value for reason in Reason}


def test_wordings_are_tagged_by_temperament() -> None:
    assert {wording.tag for wording in ALL} <= {*TEMPERAMENTS, "any", "will"}


def test_no_line_is_longer_than_a_line_may_be() -> None:
    extra = max(map(len, OPENERS)) + 1
    assert max(len(render(sample(wording), wording, LONG)) for wording in ALL) + extra <= SPEECH_LENGTH


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Bram is mafia", [Statement(Act.ACCUSE, 2, topic="hunch")]),
        ("Bram is coven", [Statement(Act.ACCUSE, 2, topic="hunch")]),
        ("I am the vh", [Statement(Act.CLAIM, role="Vampire Hunter")]),
        ("bram sus", [Statement(Act.ACCUSE, 2, topic="hunch")]),
        ("I am the Doctor", [Statement(Act.CLAIM, role="Doctor")]),
        ("im doc lol", [Statement(Act.CLAIM, role="Doctor")]),
        ("vote 5", [Statement(Act.ACCUSE, 5, topic="hunch")]),
        ("lynch #3 please", [Statement(Act.ACCUSE, 3, topic="hunch")]),
        ("who are you, Dov?", [Statement(Act.ASK, 4)]),
        ("Cleo is not mafia", [Statement(Act.DEFEND, 3, topic="sound")]),
        ("Ada is the Godfather!", [Statement(Act.ACCUSE, 1, topic="hunch")]),
        ("I checked Ada and she is innocent", [Statement(Act.REPORT, 1, night=2, topic="innocent")]),
        (
            "I\u2019m the sheriff. Esme is evil",
            [Statement(Act.CLAIM, role="Sheriff"), Statement(Act.ACCUSE, 5, topic="hunch")],
        ),
        ("what a day", []),
        ("", []),
        ("[accuse.hunch|99|0||0|]", []),
        ("[vote", []),
    ],
)
def test_free_text_is_understood_by_keyword(text: str, meant: list[Statement]) -> None:
    assert list(understand(text, NAMES[:6], 3)) == meant
