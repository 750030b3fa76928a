"""Short names, and whom a word means."""

from __future__ import annotations

import pytest

from agents.llm.notation import Unclear, codes, role_codes, role_of, seat_of, shown
from agents.llm.record import Notation
from game.engine.roles import ROLES
from game.engine.types import Verdict
from game.names import NAMES

TABLE = ("Ada", "Bram", "Cleo", "Dov", "Esme", "Old Tom", "Adam")


def test_every_seat_has_a_code_of_its_own() -> None:
    every = codes(15)
    assert len(set(every)) == len({code[0] for code in every}) == 15
    assert all(len(code) == 2 and code.isalpha() and code.islower() for code in every)
    assert codes(7) == every[:7]
    with pytest.raises(ValueError, match="codes for 15 seats, not for 16"):
        codes(16)


def test_every_role_has_a_code_that_is_no_seat() -> None:
    found = role_codes()
    assert list(found) == list(ROLES)
    assert len(set(found.values())) == len(ROLES)
    assert all(len(code) == 2 and code.isupper() for code in found.values())
    assert found["Serial Killer"] == "SK"
    assert [role_of(code) for code in found.values()] == list(ROLES)


def test_no_code_is_the_beginning_of_a_name_or_another_word_of_the_answers() -> None:
    taken = {*(verdict.value for verdict in Verdict), "none", "say", "vote", "pass", "no", "yes", "me", "all"}
    assert not taken & set(codes(15))
    assert shown(NAMES[:3], Notation.COMPACT) == codes(3)
    assert shown(NAMES[:3], Notation.PLAIN) == NAMES[:3]


@pytest.mark.parametrize(
    ("word", "seat"),
    [
        ("Ada", 1), ("ada", 1), (" Bram. ", 2), ("b", 2), ("Old Tom", 6), ("old", 6), ("3", 3), ("#3", 3),
        ("seat 3", 3), ("Player Bram", 2), ("player 2", 2), ("3. Cleo", 3), ("3: cleo", 3), ("Cleo (3)", 3),
        ("(Cleo)", 3), ("'Cleo'", 3), ("**Cleo**", 3), ("@Cleo", 3), ("Adam", 7), ("ESME", 5),
    ],
)  # fmt: skip
def test_a_word_means_a_seat(word: str, seat: int) -> None:
    assert seat_of(word, TABLE) == seat
    assert seat_of(word, TABLE, Notation.COMPACT) == seat


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("", "Nobody is called ''. The players are Ada, Bram,"),
        ("Zoe", "Nobody is called 'Zoe'."),
        ("Brem", "Nobody is called 'Brem'. Did you mean Bram?"),
        ("0", "There is no seat 0: the table has 7."),
        ("8", "There is no seat 8: the table has 7."),
        ("Ad", "'Ad' may be Ada and Adam. Use the seat's number."),
        ("3: Bram", "Nobody is called '3: Bram'."),
        ("Bram (3)", "Nobody is called 'Bram (3'."),
        ("x" * 5000, "Nobody is called 'xxx"),
    ],
)
def test_a_word_that_means_nobody_is_answered_with_the_nearest(word: str, sentence: str) -> None:
    with pytest.raises(Unclear) as refused:
        seat_of(word, TABLE)
    assert str(refused.value).startswith(sentence)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(("word", "seat"), [("ba", 1), ("CE", 2), ("du.", 3), ("seat du", 3), ("ta", 15)])
def test_codes_mean_seats_in_compact_notation_alone(word: str, seat: int) -> None:
    names = tuple(f"Somebody{number}" for number in range(15))
    assert seat_of(word, names, Notation.COMPACT) == seat
    with pytest.raises(Unclear):
        seat_of(word, names)


@pytest.mark.parametrize(
    ("word", "role"),
    [("doctor", "Doctor"), ("serial_killer", "Serial Killer"), ("god", "Godfather"), ("gf", ""), ("med", ""), ("", "")],
)
def test_a_word_means_a_role(word: str, role: str) -> None:
    if role:
        assert role_of(word) == role
    else:
        with pytest.raises(Unclear, match="There is no role"):
            role_of(word)
