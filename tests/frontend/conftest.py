"""A real web server for the tests of this folder."""

from __future__ import annotations

from tests.daphne import live_server_daphne

__all__ = ["live_server_daphne"]
