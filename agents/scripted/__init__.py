"""Scripted players: real opponents that need no model.

They know the engine and the agent protocol alone.
"""

from agents.scripted.agent import ScriptedAgent

__all__ = ["ScriptedAgent"]
