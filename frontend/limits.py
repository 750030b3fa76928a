"""How fast one connection may talk, and how often one browser may write."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest
from ninja.throttling import SimpleRateThrottle


class Bucket:
    """A token bucket: `rate` a second in the long run, `burst` at once."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left, self._at = float(burst), clock()

    def take(self) -> bool:
        """Whether one more is allowed now; if so, it counts."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Often(SimpleRateThrottle):
    """So many requests of one kind from one address, or from one account wherever it is: `Often("20/m", "start")`."""

    def __init__(self, rate: str, deed: str) -> None:
        super().__init__(rate)
        self.scope = deed

    def get_cache_key(self, request: HttpRequest) -> str | None:
        """Staff are not counted."""
        if request.user.is_staff:
            return None
        who = f"user-{request.user.pk}" if request.user.is_authenticated else self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": who}
