"""The `eval` app."""

from typing import Any

from django.apps import AppConfig


class EvalConfig(AppConfig):
    """Names the app; what it keeps of a match goes with the words that somebody takes out of it."""

    name = "eval"

    def ready(self) -> None:
        """Listen for matches out of which words are taken."""
        from game.people import match_rewritten

        match_rewritten.connect(_match_rewritten, dispatch_uid="eval.match")


def _match_rewritten(*, match: Any, **_: Any) -> None:
    from eval.services import match_forget

    match_forget(match=match)
