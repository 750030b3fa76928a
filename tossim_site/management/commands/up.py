"""Brings the whole site up: stores, workers, clock and web server, until it is asked to stop."""

from __future__ import annotations

import ipaddress
import os
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connections
from django.utils.module_loading import import_string

from tossim_site.admin_login import admin_ensure, first_admin, login_link
from tossim_site.embedded import postgres
from tossim_site.embedded.command import StackCommand
from tossim_site.embedded.places import Places, places
from tossim_site.embedded.preflight import Holder, check_room, listen, locked, names_of
from tossim_site.embedded.stack import Steps, run_stack, url_of


class Command(StackCommand):
    help = "Bring the site up: database, broker, workers and web server. Ctrl-C stops all of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine alone)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on; 0 takes any free one")
        parser.add_argument("--no-match", action="store_true", help="open no match to watch")
        parser.add_argument("--login-link", action="store_true", help="print a new one-time login link for the admin")

    def handle(self, *, host: str, port: int, no_match: bool, login_link: bool, **_: Any) -> None:
        def steps(here: Places, url: str) -> Steps:
            ready = partial(self.ready, here, url, match=not no_match, link=login_link)
            return Steps(partial(prepare, here), ready, lanes_wanted, training_wanted)

        self.bring_up(host, port, steps)

    def bring_up(self, host: str, port: int, steps: Callable[[Places, str], Steps]) -> None:
        """Brings everything up and keeps it up; `steps` are given the places and the site's address."""
        here = places()
        here.logs.mkdir(parents=True, exist_ok=True)
        with locked(here.lock, Holder(os.getpid(), "up")) as lock, listen(host, port) as listener:
            check_room(here.var)
            url = url_of(listener)
            lock.write(Holder(os.getpid(), "up", url))
            if not _is_loopback(host):
                self.open_up(host)
            run_stack(here, listener, steps(here, url), self.say)
        self.say("everything is stopped")

    def open_up(self, host: str) -> None:
        """Lets the web server answer to the names of `host`, and says what that means."""
        names = [*filter(None, os.environ.get("TOSSIM_HOSTS", "").split(",")), *names_of(host)]
        os.environ["TOSSIM_HOSTS"] = ",".join(names)
        self.say(f"warning: with --host {host} everybody who can reach this machine can watch and play")
        self.say(f"the site answers to {', '.join(names)}; name others in TOSSIM_HOSTS")

    def ready(self, here: Places, url: str, *, match: bool, link: bool) -> None:
        """Opens the match to watch, and says where everything is."""
        shown = [("match", url + showcase_address())] if match else []
        shown += [("home", f"{url}/"), ("admin", admin_address(url, link)), ("logs", str(here.logs))]
        self.announce(shown)
        connections.close_all()

    def announce(self, shown: Sequence[tuple[str, str]]) -> None:
        """Says where everything is."""
        lines = "".join(f"    {name:<6}{where}\n" for name, where in shown)
        self.say(f"ready in {time.monotonic() - self.began:.1f} s\n\n{lines}\n    Ctrl-C stops everything.\n")


def prepare(here: Places) -> None:
    """Brings the database up to date, and makes the admin at the first start."""
    from agents.services import lanes_renew

    try:
        if here.own_postgres:
            postgres.database_ensure(here.run, settings.DATABASES["default"]["NAME"])
        call_command("migrate", verbosity=0, interactive=False)
        admin_ensure()
        lanes_renew()
    finally:
        connections.close_all()


def lanes_wanted() -> list[str]:
    """The model servers that somebody wants to run here and that nobody watches."""
    from agents.watching import lanes_unwatched

    try:
        return lanes_unwatched()
    except (OperationalError, InterfaceError):  # the database is being started again
        return []
    finally:
        connections.close_all()


def training_wanted() -> bool:
    """Whether a training run waits for a worker."""
    waiting = import_string("training.selectors.runs_unattended")  # by name: apps below training use this command too
    try:
        return bool(waiting().exists())
    except (OperationalError, InterfaceError):  # the database is being started again
        return False
    finally:
        connections.close_all()


def showcase_address() -> str:
    """The path of the match that shows what ToSSim does, opened if none is."""
    from game.showcase import archive_ensure, showcase_match_ensure

    archive_ensure()
    return f"/m/{showcase_match_ensure().pk}"


def admin_address(url: str, link: bool) -> str:
    """Where the admin is; with a link that logs in once where none was used yet, or one is wanted."""
    admin = first_admin()
    if admin is None or (admin.last_login and not link):
        return f"{url}/admin/"
    return f"{login_link(admin, url)} (logs you in once, within a day)"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
