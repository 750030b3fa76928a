"""What is read of agents: which there are. Writes nothing."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings


def agent_names() -> Collection[str]:
    """Every name that a lobby may give to a seat's agent."""
    return sorted(settings.TOSSIM_AGENTS)
