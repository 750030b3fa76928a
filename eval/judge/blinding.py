"""Words made blind: who is called what, and what betrays a model, is taken out. Pure: text in, text out."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from agents.llm.hygiene import neutral
from game.engine import chance
from game.engine.types import Seat
from game.privacy import renaming

HIDDEN = "(hidden)"
"""What stands where a name stood that would betray who plays."""
OUTSIDE = "(speaks of itself outside the game)"
"""What stands where somebody says that it is a model: that it steps out of the game stays to be seen."""
_TAG = re.compile(r"</?[A-Za-z_][^<>]*>")
_ITSELF = r"(?:an?|the)? ?(?:ai|artificial intelligence|(?:large )?language model|llm|chat ?bot)"
_SELF = re.compile(
    rf"\b(?:as|(?:i am|i'm|im)(?: just| only)?) {_ITSELF}(?: (?:language )?(?:model|assistant))?\b"
    r"|\b(?:chatgpt|gpt|claude|llama|qwen|gemma|gemini|mistral|smollm|deepseek|nemotron)[-\w.]*",
    re.IGNORECASE,
)


def aliases(names: Sequence[str], seed: str, *judging: object) -> dict[Seat, str]:
    """What each seat is called in one judging: P01 and so on, in an order of its own."""
    numbers = chance.shuffled(range(1, len(names) + 1), seed, "aliases", *judging)
    return {seat: f"P{number:02d}" for seat, number in enumerate(numbers, 1)}


class Blind:
    """Takes out of texts what tells who speaks. `secrets` are names of models, adapters and the like."""

    def __init__(self, names: Sequence[str], called: Mapping[Seat, str], secrets: Collection[str] = ()) -> None:
        self.names = tuple(called[seat] for seat in range(1, len(names) + 1))
        self._rename = renaming(dict(zip(names, self.names, strict=True)))
        self._hide = renaming(dict.fromkeys(secrets, HIDDEN))

    def words(self, text: str) -> str:
        """A text in one line, as a judge may read it."""
        plain = self._hide(_SELF.sub(OUTSIDE, _TAG.sub(" ", text)))
        return self._rename(neutral(" ".join(plain.split())))
