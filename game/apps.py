"""The `game` app."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_save


class GameConfig(AppConfig):
    """Names the app; every account has a profile."""

    name = "game"

    def ready(self) -> None:
        """Make a profile with each account."""
        post_save.connect(_account_saved, settings.AUTH_USER_MODEL, dispatch_uid="game.profile")


def _account_saved(*, instance: Any, created: bool, raw: bool, **_: Any) -> None:
    from game.people import profile_make

    if created and not raw:
        profile_make(user=instance)
