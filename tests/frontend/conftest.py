"""A real web server for the tests of this folder, and no memory of who wrote how often."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from tests.daphne import live_server_daphne

__all__ = ["live_server_daphne"]


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    """No test is told to wait because of the requests of another."""
    cache.clear()
