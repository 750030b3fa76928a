#!/usr/bin/env python
"""Django's command line. Uses the project's own environment when it is called from outside of it."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

PYTHON = Path(__file__).resolve().parent / ".venv" / "bin" / "python"


def main() -> None:
    """Run a management command."""
    if find_spec("django") is None:
        if not PYTHON.exists() or Path(sys.prefix) == PYTHON.parent.parent:
            sys.exit("ToSSim is not installed yet: run ./tossim up (or ./tossim test) once; it makes the environment.")
        os.execv(PYTHON, [str(PYTHON), *sys.argv])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tossim_site.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
