"""A match in the console."""

from __future__ import annotations

import io

from game.engine.setup import start, table_for
from game.names import NAMES
from game.play.terminal import play_seat, show_match
from tests.doubles import RandomAgent

OPENING = start(table_for("Classic", NAMES[:7]), "terminal")


def agents() -> dict[int, RandomAgent]:
    """Seven players at random."""
    return {seat: RandomAgent(seat, "terminal") for seat in range(1, 8)}


def test_the_whole_match_is_shown_in_the_games_words() -> None:
    out = io.StringIO()
    played = show_match(OPENING, agents(), out)
    text = out.getvalue()
    assert "── Night 1 ─" in text
    assert f"{NAMES[0]} is the {played.state.role(1)}." in text
    assert text.rstrip().splitlines()[-1].startswith(("It is a draw", "Town has won", "Mafia has won"))


def test_a_report_names_whom_it_is_for() -> None:
    out = io.StringIO()
    show_match(OPENING, agents(), out)
    assert any(line.startswith("(") and "seems innocent" in line for line in out.getvalue().splitlines())


def test_a_person_sees_the_own_seat_is_asked_and_is_told_the_end() -> None:
    out = io.StringIO()
    keys = io.StringIO("/help\n/vote 2\nnonsense\n" + "\n" * 500)
    played = play_seat(OPENING, agents(), 2, out, keys)
    text = out.getvalue()
    assert f"You are the {played.state.role(2)}." in text
    assert f"{NAMES[0]} is the" not in text.split("The roles were:")[0]
    assert "This cannot be done now." in text
    assert "Alive: 1 Ada, 2 Bram" in text
    assert "The roles were:" in text


def test_the_rulebook_lies_on_the_table() -> None:
    out = io.StringIO()
    play_seat(OPENING, agents(), 2, out, io.StringIO("/rules jailor\n/rules v\n/rules voting\n" + "\n" * 500))
    text = " ".join(out.getvalue().split())
    assert "Jailor, Town Killing." in text
    assert "- Execute (at night, three times a match)." in text
    assert "The rulebook has Veteran, Vigilante," in text
    assert "Nobody can vote against themselves." in text


def test_the_end_of_input_passes_for_the_rest_of_the_match() -> None:
    played = play_seat(OPENING, agents(), 2, io.StringIO(), io.StringIO(""))
    assert played.state.public.ending is not None
