"""How a model is told to answer, and where a server has to stop for it."""

from __future__ import annotations

from agents.llm.record import ModelRecord
from game.engine.config import Table

ACT_NOW = "Now give your answer: the JSON object alone."
"""What a model is told between thought and action where its server cannot go on with its turn."""
