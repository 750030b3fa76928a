"""Rows of models, lanes and matches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agents import connections, services
from agents.lanes.configuration import LaneSpec, ModelSpec
from agents.lanes.routing import Router
from agents.models import Lane, LanguageModel
from game import services as game_services
from game.lobby import LobbySpec
from game.models import Match


@pytest.fixture(autouse=True)
def nothing_learned(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    """Each test is a process of its own, with a folder of its own."""
    monkeypatch.setattr(connections, "router", Router())
    monkeypatch.setattr(connections, "_read_at", 0.0)
    monkeypatch.setattr(connections, "FRESH", 0.0)
    settings.VAR = tmp_path


@pytest.fixture
def smol() -> LanguageModel:
    """A model."""
    return services.model_register(spec=ModelSpec(name="smol", base="base", preset="smollm"))


@pytest.fixture
def bad() -> LanguageModel:
    """An adapter of the same base."""
    return services.model_register(spec=ModelSpec(name="bad", base="base", preset="smollm", adapter="/adapters/bad"))


@pytest.fixture
def new_lane() -> Callable[..., Lane]:
    """Make a lane; `up=URL` says that it is watched and ready there, as its watcher would."""

    def make(name: str = "a", up: str = "", **spec: Any) -> Lane:
        lane = services.lane_register(spec=LaneSpec(**{"name": name, "base": "base", **spec}))
        if up:
            now = timezone.now()
            Lane.objects.filter(pk=lane.pk).update(url=up, state="ready", wanted="on", started_at=now, heartbeat_at=now)
            lane.refresh_from_db()
        return lane

    return make


@pytest.fixture
def match() -> Match:
    """A match that is being played."""
    found = game_services.match_create(spec=LobbySpec(), seed="lanes")
    found.status = Match.Status.RUNNING
    found.save()
    return found


def silent_for(lane: Lane, seconds: float) -> None:
    """Nobody has heard of a lane's watcher for so long."""
    Lane.objects.filter(pk=lane.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=seconds))
