"""A log that outgrows its window loses old talk first, by rule, and says so."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agents.llm.lines import Line
from agents.llm.window import KEEP, Window


def log(days: int, talk: int = 10, facts: int = 2, tokens: int = 10) -> list[Line]:
    """Days of talk and facts, ten tokens a line."""
    lines = []
    for day in range(1, days + 1):
        for number in range(talk + facts):
            name = "talk" if number < talk else "fact"
            lines.append(Line(f"{name} {day}.{number}", day, name == "talk", len(lines) + 1, tokens))
    return lines


def filled(room: int, lines: list[Line]) -> Window:
    """A window that has taken in all lines."""
    window = Window(room)
    window.add(lines)
    return window


def test_what_fits_stays_as_it_was():
    lines = log(3)
    window = filled(1000, lines)
    assert list(window.texts()) == [line.text for line in lines]
    assert not window.cuts


def test_the_talk_of_the_oldest_day_goes_first_and_facts_stay():
    texts = list(filled(300, log(3)).texts())
    assert "talk 1.0" not in texts
    assert {"fact 1.10", "fact 2.11", "talk 3.0"} <= set(texts)


def test_each_omission_is_said_where_it_is_with_its_number_of_lines():
    texts = list(filled(300, log(3)).texts())
    assert texts[0] == "[10 lines of day 1 are left out here: they do not fit. chat_history has them.]"
    assert texts[1] == "fact 1.10"


def test_a_cut_is_deep_so_that_the_next_one_is_far():
    window = Window(300)
    for line in log(3):
        before = window.tokens
        window.add([line])
        if window.cuts:
            break
    assert before + 10 > 300
    assert window.tokens <= 300 * KEEP + 12


def test_one_line_that_is_too_long_is_shortened():
    window = filled(100, [Line("x" * 4000, 1, True, 1, 1000)])
    (text,) = window.texts()
    assert text.endswith(" ...")
    assert window.tokens <= 100


@given(st.integers(1, 8), st.integers(1, 30), st.integers(60, 900), st.lists(st.integers(1, 40), max_size=30))
def test_pieces_do_not_matter_and_the_room_is_never_exceeded(days, talk, room, sizes):
    lines = log(days, talk)
    whole, piecewise = filled(room, lines), Window(room)
    rest = list(lines)
    for size in [*sizes, len(rest)]:
        piecewise.add(rest[:size])
        rest = rest[size:]
        assert piecewise.tokens <= room
    assert list(whole.texts()) == list(piecewise.texts())
    assert whole.cuts == piecewise.cuts


def test_every_line_is_in_the_prompt_or_among_the_cuts():
    lines = log(6, talk=17)
    window = filled(400, lines)
    assert len(window.lines) + sum(cut.lines for cut in window.cuts) == len(lines)
