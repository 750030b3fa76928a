"""How many tokens a text has: by the model's own tokenizer, or estimated, and then said to be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from tokenizers import Tokenizer

CHARACTERS_A_TOKEN = 3.0
"""On the safe side: English text has about four characters a token, names and codes fewer."""


class Counter(Protocol):
    """Counts tokens; `exact` says whether by the model's own tokenizer."""

    exact: bool

    def count(self, text: str) -> int:
        """Tokens of a text by itself, special tokens left out."""


class Estimate:
    """Tokens by the length of a text, for models whose tokenizer is not at hand."""

    exact = False

    def count(self, text: str) -> int:
        """Characters over three, rounded up."""
        return math.ceil(len(text) / CHARACTERS_A_TOKEN)


@dataclass(frozen=True)
class Exact:
    """Tokens by a model's own tokenizer."""

    tokenizer: Tokenizer
    exact = True

    def count(self, text: str) -> int:
        """Tokens of the text."""
        return _length(self.tokenizer, text)


@lru_cache(maxsize=64)
def _length(tokenizer: Tokenizer, text: str) -> int:
    """Texts come again and again: what all seats share, and a log that has not grown."""
    return len(tokenizer.encode(text, add_special_tokens=False).ids)


def counter(folder: str) -> Counter:
    """The counter of a model whose tokenizer lies in a folder; an estimate where there is none."""
    path = Path(folder) / "tokenizer.json"
    return _exact(str(path)) if folder and path.is_file() else Estimate()


@lru_cache(maxsize=8)
def _exact(path: str) -> Exact:
    return Exact(Tokenizer.from_file(path))
