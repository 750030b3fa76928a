"""The site for a benchmark: a database, a broker and a web server of its own, in a folder that goes with it."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.core.management import call_command

from agents.scripted import ScriptedAgent
from game.engine.config import Rounds
from game.engine.events import Event
from game.engine.setup import start, table_for
from game.names import NAMES
from game.play.drivers import run_sync
from tossim_site.embedded.postgres import database_ensure, running_postgres

if TYPE_CHECKING:
    from game.models import Match
    from tests.stack import Stack

ROUNDS = Rounds(day_one=6, discussion=6, voting=6, night=0)
"""As much talk as makes a match long."""


@contextlib.contextmanager
def running_site() -> Iterator[Stack]:
    """The site with no match in it, and Django set up for its database in this process.

    Nothing that was set up for one's own runs reaches it.
    """
    with tempfile.TemporaryDirectory(prefix="tossim-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the database's own account has to pass
        for known in [known for known in os.environ if known.startswith("TOSSIM_") and known != "TOSSIM_CHROMIUM"]:
            del os.environ[known]
        os.environ.update(TOSSIM_TEST="1", TOSSIM_VAR=str(folder / "var"), TOSSIM_RUN=str(folder / "run"))
        os.environ["DJANGO_SETTINGS_MODULE"] = "tossim_site.settings"
        with running_postgres(folder / "pg", folder / "run") as run:
            database_ensure(run, "tossim")
            django.setup()
            logging.getLogger("kombu").setLevel(logging.ERROR)  # it misses a broker that nobody here needs
            call_command("migrate", verbosity=0, interactive=False)
            from tests.stack import running_stack

            with running_stack(say=lambda text: None) as stack:
                stack.web()
                yield stack


def long_log(least: int) -> tuple[str, Sequence[Event]]:
    """The seed and the log of a match of scripted agents that talk, with so many events at the least."""
    table = replace(table_for("Classic", NAMES[:15]), rounds=ROUNDS)
    for number in range(1000):
        seed = f"long {number}"
        agents = {seat: ScriptedAgent(seat, f"{seed}:{seat}") for seat in range(1, 16)}
        log = run_sync(start(table, seed), agents).log
        if len(log) >= least:
            return seed, log
    sys.exit(f"No match of scripted agents has {least} events.")


def long_match(least: int) -> Match:
    """A finished match of scripted agents with about so many events, played as a worker plays it."""
    from game import services
    from game.live import drive
    from game.lobby import LobbySpec, RoundsSpec
    from game.log import lease_take

    spec = LobbySpec(title="A long match", rounds=RoundsSpec(**asdict(ROUNDS)))
    match = services.match_start(match=services.match_create(spec=spec, seed=long_log(least)[0]))
    lease = lease_take(match_id=match.pk)
    assert lease is not None
    while drive(match.pk, lease):
        pass
    match.refresh_from_db()
    return match


def stored(log: Sequence[Event], *, title: str = "A match") -> Match:
    """A match that is played, with this log so far."""
    from game.engine import codec
    from game.engine.events import MatchOpened
    from game.log import events_append
    from game.models import Match, Seat

    opened = log[0]
    assert isinstance(opened, MatchOpened)
    match = Match.objects.create(
        title=title, table=codec.table_to_json(opened.table), seed="", commitment=opened.commitment,
        status=Match.Status.RUNNING,
    )  # fmt: skip
    Seat.objects.bulk_create(Seat(match=match, number=n, name=name) for n, name in enumerate(opened.table.names, 1))
    events_append(match_id=match.pk, lease=match.lease, events=log)
    return match
