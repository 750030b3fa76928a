"""What the commands of the stack share: what goes wrong ends in a sentence, never in a traceback."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from tossim_site.embedded.errors import StackError


class StackCommand(BaseCommand):
    """A command that may run before there is a database."""

    requires_system_checks: list[str] = []

    def execute(self, *args: Any, **options: Any) -> str | None:
        self.began = time.monotonic()
        with in_sentences():
            return super().execute(*args, **options)

    def say(self, line: str) -> None:
        """A line of progress. A terminal that is gone stops nobody from going on."""
        with contextlib.suppress(OSError):
            self.stdout.write(f"[{time.monotonic() - self.began:5.1f} s] {line}")
            self.stdout.flush()


@contextlib.contextmanager
def in_sentences() -> Iterator[None]:
    """Turns what can go wrong around the stack into a CommandError that says what to do."""
    try:
        yield
    except StackError as error:
        raise CommandError(str(error)) from None
    except (OperationalError, psycopg.OperationalError) as error:
        raise CommandError(f"PostgreSQL does not answer as it should: {str(error).strip()}") from error
    except PermissionError as error:
        raise CommandError(
            f"{error.filename or 'Something'} may not be used by this user (uid {os.geteuid()}). "
            "Start as its owner, or name another folder in TOSSIM_VAR."
        ) from error
    except OSError as error:
        raise CommandError(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}.") from error
    except KeyboardInterrupt:
        sys.exit(130)
