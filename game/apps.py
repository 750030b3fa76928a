"""The `game` app."""

from django.apps import AppConfig


class GameConfig(AppConfig):
    """Names the app."""

    name = "game"
