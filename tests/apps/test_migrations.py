"""Models and migrations agree, and a database with matches in it can be migrated again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from game import selectors
from game.models import Match
from tests.apps.conftest import play_out

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_filled_database_is_up_to_date_and_migrates_without_loss(started: Callable[..., Match]) -> None:
    match = play_out(started())
    before = selectors.log_of(match.pk)
    call_command("migrate", verbosity=0)
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    assert selectors.log_of(match.pk) == before
