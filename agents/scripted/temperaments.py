"""Six ways of playing: how much somebody talks, how soon they act, and how they begin their sentences."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Temperament:
    """`talk` is how likely a line without need is said; `nerve` shifts what it takes to act, in log-odds."""

    name: str
    talk: float
    nerve: float
    second_line: float
    """How likely a second line follows the first."""
    follow: float
    """How much the votes of others pull."""
    openers: tuple[str, ...]
    closers: tuple[str, ...]


_ALL = (
    Temperament(
        "blunt", 0.40, -0.25, 0.15, 0.10,
        ("Listen.", "Enough.", "Simple."), ("That's it.", "End of story."),
    ),
    Temperament(
        "wary", 0.30, 0.20, 0.10, 0.12,
        ("Careful now.", "Hmm.", "One thing."), ("Let's not rush.", "Think about it."),
    ),
    Temperament(
        "chatty", 0.65, 0.00, 0.40, 0.18,
        ("Okay, so.", "Right, everyone.", "You know what?", "Funny thing."),
        ("Just putting it out there.", "Anyone else see it?", "Tell me I'm wrong."),
    ),
    Temperament(
        "dry", 0.35, 0.05, 0.10, 0.08,
        ("Well.", "For the record.", "Noted."), ("Make of it what you will.", "How odd."),
    ),
    Temperament(
        "nervous", 0.40, 0.10, 0.20, 0.25,
        ("Um.", "Okay, okay.", "Please hear me out.", "Oh dear."),
        ("Sorry.", "I hope I'm right.", "Don't hate me for it."),
    ),
    Temperament(
        "sunny", 0.50, 0.05, 0.25, 0.15,
        ("Friends!", "Chin up.", "All right, all right.", "Good people."),
        ("We can do this.", "Onwards!", "Nothing personal."),
    ),
)  # fmt: skip
TEMPERAMENTS: dict[str, Temperament] = {one.name: one for one in _ALL}
"""By name."""

OPENERS: tuple[str, ...] = tuple(o for one in TEMPERAMENTS.values() for o in one.openers)
CLOSERS: tuple[str, ...] = tuple(c for one in TEMPERAMENTS.values() for c in one.closers)
