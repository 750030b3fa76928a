"""Prints a link that logs the admin in once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from tossim_site.admin_login import first_admin, login_link
from tossim_site.embedded.command import StackCommand
from tossim_site.embedded.errors import StackError
from tossim_site.embedded.places import places
from tossim_site.embedded.preflight import holder_of


class Command(StackCommand):
    help = "Print a link that logs the admin in once, within a day. The site must be running."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", help="address of the site, where it is not the one that ./tossim up runs here")

    def handle(self, *, url: str | None, **_: Any) -> None:
        holder = holder_of(places().lock)
        address = url or (holder.url if holder else "")
        if not address:
            raise StackError("No ./tossim up runs here. Start it, or name the address of the site with --url.")
        admin = first_admin()
        if admin is None:
            raise StackError("There is no admin yet. ./tossim up makes one, and so does manage.py createsuperuser.")
        self.stdout.write(login_link(admin, address.rstrip("/")))
