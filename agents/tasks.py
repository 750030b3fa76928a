"""What workers do for lanes: they ask endpoints for signs of life. Lanes of our own have a watcher each."""

from __future__ import annotations

from celery import shared_task

from agents import services
from agents.lanes.facts import Kind, Wanted
from agents.models import Lane


@shared_task
def endpoints_probe() -> int:
    """Ask every endpoint that is wanted; how many there are."""
    wanted = list(Lane.objects.filter(kind=Kind.ENDPOINT).exclude(wanted=Wanted.OFF))
    for lane in wanted:
        services.lane_probe(lane=lane)
    return len(wanted)
