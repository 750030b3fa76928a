"""The front end as a Django app."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class FrontendConfig(AppConfig):
    """Pages, sockets and the HTTP API. It has no tables of its own."""

    name = "frontend"
    verbose_name = "Front end"

    def ready(self) -> None:
        """Give the seats that somebody took as a guest to their account, once they sign up or in."""
        user_logged_in.connect(_logged_in, dispatch_uid="frontend.seats")


def _logged_in(*, request: Any, user: Any, **_: Any) -> None:
    from frontend.cookies import seat_keys
    from game.people import seats_claim

    if keys := seat_keys(request.COOKIES):
        seats_claim(user=user, keys=keys)
