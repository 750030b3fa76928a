"""Two dials of a scripted player: how well it lies where it is evil, how well it reads where it is Town.

Both go from 0 to 1 and stand at 0.5 for the player as it is without dials. Experiments inject effects of known size
with them.
"""

from __future__ import annotations

from typing import NamedTuple

USUAL = 0.5


class Dials(NamedTuple):
    """Where both stand."""

    lie: float = USUAL
    read: float = USUAL

    @property
    def slips(self) -> float:
        """How likely a liar has no cover at all, and tells its true role when it is pressed."""
        return max(0.0, 1.0 - 2.0 * self.lie)

    @property
    def blurts(self) -> float:
        """How likely one without a cover tells its role unasked, whenever it may speak."""
        return 0.3 * self.slips

    @property
    def careless(self) -> float:
        """How much chance, and not what fits the table, chooses a cover: 1 as usual, 0 for the best liar."""
        return min(1.0, 2.0 * (1.0 - self.lie))

    @property
    def blur(self) -> float:
        """How strong hunches are beside evidence: 1 as usual, 0 for the best reader, 5 for the worst."""
        return 2.0 * (1.0 - self.read) if self.read >= USUAL else 1.0 + 8.0 * (USUAL - self.read)


PLAIN = Dials()
"""The player as it is."""
