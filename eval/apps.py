"""The `eval` app."""

from django.apps import AppConfig


class EvalConfig(AppConfig):
    """Names the app."""

    name = "eval"
