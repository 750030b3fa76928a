"""Where the stack lives, and which stores it brings itself: the settings, as this package sees them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one installation. Two with different `var` share nothing."""

    base: Path
    var: Path
    run: Path
    own_postgres: bool
    own_valkey: bool

    @property
    def data(self) -> Path:
        return self.var / "pg"

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def lock(self) -> Path:
        return self.var / "up.pid"


def places() -> Places:
    """The folders that the settings name."""
    return Places(
        base=settings.BASE_DIR,
        var=settings.VAR,
        run=settings.RUN,
        own_postgres=settings.EMBEDDED_POSTGRES,
        own_valkey=settings.EMBEDDED_VALKEY,
    )
