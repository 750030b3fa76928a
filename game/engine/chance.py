"""Chance without a generator: every draw is a function of the seed and of what is drawn.

Because the key names the purpose and never the number of an event, two forks of one match meet
the same luck until their deeds differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")
_SCALE = 1 << 64


def draw(seed: str, *key: object) -> float:
    """A number in [0, 1) that depends on the seed and the key alone."""
    return _bits(seed, key) / _SCALE


def pick(options: Sequence[T], seed: str, *key: object) -> T:
    """One of the options, all equally likely. Raises IndexError when there is none."""
    return options[_bits(seed, key) * len(options) >> 64]


def shuffled(options: Sequence[T], seed: str, *key: object) -> list[T]:
    """The options in a random order."""
    order = sorted(range(len(options)), key=lambda place: _bits(seed, (*key, place)))
    return [options[place] for place in order]


def commitment(seed: str) -> str:
    """A hash that can be shown before the match and checked after it."""
    return blake2b(seed.encode(), digest_size=16, person=b"tossim-seed").hexdigest()


def lots(seed: str, *key: object) -> Callable[[int], bytes]:
    """Sort keys for a random order: `lots(seed, *key)(last)` sorts as `draw(seed, *key, last)` does."""
    stem = blake2b("\x1f".join((seed, *map(str, key), "")).encode(), digest_size=8)

    def lot(last: int) -> bytes:
        state = stem.copy()
        state.update(b"%d" % last)
        return state.digest()

    return lot


def _bits(seed: str, key: tuple[object, ...]) -> int:
    text = "\x1f".join((seed, *map(str, key)))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
