"""The `eval` app."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import pre_delete


class EvalConfig(AppConfig):
    """Names the app; what it keeps of a match goes with the words that somebody takes out of it, and with the match."""

    name = "eval"

    def ready(self) -> None:
        """Listen for matches out of which words are taken, for people who agree no more, and for deleted matches."""
        from game.models import Match
        from game.people import match_rewritten, research_withdrawn

        match_rewritten.connect(_match_rewritten, dispatch_uid="eval.match")
        research_withdrawn.connect(_research_withdrawn, dispatch_uid="eval.seat")
        pre_delete.connect(_match_deleted, Match, dispatch_uid="eval.index")


def _match_rewritten(*, match: Any, **_: Any) -> None:
    from eval.index import match_unindex
    from eval.services import match_forget

    match_forget(match=match)
    match_unindex(match=match)


def _research_withdrawn(*, seat: Any, **_: Any) -> None:
    from eval.services import seat_forget

    seat_forget(match=seat.match, seat=seat.number)


def _match_deleted(sender: object, instance: Any, **_: object) -> None:
    from eval.index import match_unindex

    match_unindex(match=instance)
