"""Scripted players by name, with words or without: what the benches and the trials of sense play with."""

from __future__ import annotations

from collections.abc import Callable

from agents.scripted import ScriptedAgent
from agents.scripted.trivial import PassiveAgent, RandomAgent
from game.engine.types import Seat
from game.play.seats import Agent

POLICIES: dict[str, Callable[[Seat, str, bool], Agent]] = {
    "scripted": lambda seat, seed, text: ScriptedAgent(seat, seed, text=text),
    "passive": lambda seat, seed, text: PassiveAgent(seat, seed),
    "random": lambda seat, seed, text: RandomAgent(seat, seed),
}
"""Players by name, made from seat, seed and whether to speak in words."""
