"""What is known of lanes and models where seats are placed and requests are sent: plain values, no store."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """Who runs the server: we do, or somebody else at an address."""

    OWN = "own"
    ENDPOINT = "endpoint"


class Wanted(StrEnum):
    """What somebody wants a lane to be."""

    ON = "on"
    OFF = "off"
    DRAINING = "draining"
    ASLEEP = "asleep"


class State(StrEnum):
    """What a lane is. `down` will be tried again, `broken` will not."""

    OFF = "off"
    STARTING = "starting"
    READY = "ready"
    DRAINING = "draining"
    ASLEEP = "asleep"
    DOWN = "down"
    BROKEN = "broken"


SERVING = frozenset({State.READY, State.DRAINING})
COMING = frozenset({State.STARTING, State.DOWN, State.ASLEEP})
"""States out of which a lane that is wanted comes back by itself."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA adapter: its name at a server, where its files are, and which edition of them."""

    name: str
    path: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A model as far as a lane cares."""

    name: str
    base: str
    served: str
    """Its name at the server: the base's, or the adapter's."""
    revision: str = ""
    quantization: str = ""
    lane_class: str = ""
    adapter: Adapter | None = None


@dataclass(frozen=True, slots=True)
class LaneFacts:
    """A lane as it stands. `seats` are those of matches being played that have their place on it."""

    name: str
    url: str
    kind: Kind = Kind.OWN
    state: State = State.READY
    wanted: Wanted = Wanted.ON
    base: str = ""
    revision: str = ""
    quantization: str = ""
    lane_class: str = ""
    key_env: str = ""
    concurrency: int = 16
    seats: int = 0
    max_loras: int = 0
    adapters: frozenset[str] = field(default_factory=frozenset)
    """Names of the loaded adapters."""
    swap_group: str = ""
    watched: bool = True
    """Whether its watcher has given a sign of life lately; an endpoint needs none."""
    since: str = ""
    """When this run of its server began: another value is another server."""

    @property
    def serving(self) -> bool:
        """Whether it takes requests now."""
        return self.state in SERVING and self.wanted in (Wanted.ON, Wanted.DRAINING)

    @property
    def coming(self) -> bool:
        """Whether it is expected to take requests later by itself."""
        is_wanted = self.wanted is Wanted.ON or (self.wanted is Wanted.ASLEEP and bool(self.swap_group))
        return is_wanted and self.watched and self.state in COMING

    @property
    def takes_seats(self) -> bool:
        """Whether new seats may be placed on it."""
        return self.wanted is not Wanted.DRAINING and (self.serving or self.coming)

    def serves(self, model: ModelFacts) -> bool:
        """Whether it has the model, or can load its adapter."""
        if model.lane_class and model.lane_class != self.lane_class:
            return False
        if not self.base:
            return self.kind is Kind.ENDPOINT and bool(model.lane_class)
        if self.base != model.base or not _fits(self.revision, model.revision):
            return False
        if not _fits(self.quantization, model.quantization):
            return False
        return model.adapter is None or self.max_loras > 0 or self.kind is Kind.ENDPOINT


def _fits(offered: str, wished: str) -> bool:
    return not wished or wished == offered
