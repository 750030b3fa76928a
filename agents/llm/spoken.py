"""How a model is told to answer: in tags, in JSON under a grammar, or by calls."""

from __future__ import annotations

from agents.llm import tools
from agents.llm.record import ModelRecord
from agents.llm.templating import template
from agents.llm.verbs import VERBS, lines
from game.engine.config import Table, Talk

ACT_NOW = "Now give your answer: the JSON object alone."
"""What a model is told between thought and action where its server cannot go on with its turn."""
OBJECTS = {
    "say": '{"say": "WORDS"}',
    "vote": '{"vote": "PLAYER"}',
    "verdict": '{"verdict": "guilty"}',
    "use": '{"use": "ABILITY", "target": "PLAYER"}',
    "whisper": '{"whisper": "PLAYER", "text": "WORDS"}',
    "pass": '{"pass": true}',
}
"""How a structured answer is written, by verb; what may ride along stands in the same object."""
RIDERS = {"will": '"will": "WORDS"', "note": '"note": "WORDS"', "jot": '"jot": "WORDS"', "bid": '"bid": 2'}


def instructions(record: ModelRecord, table: Table) -> str:
    """The part of a prompt that says how one answers; the same for all seats with the same kind of model."""
    bids = table.talk is Talk.BIDS
    written = OBJECTS | {name: f"{{..., {form}}}" for name, form in RIDERS.items() if bids or name != "bid"}
    return template(
        "answers",
        protocol=record.protocol.value,
        structured=record.structured,
        think=record.think_tokens,
        tool_calls=record.tool_calls,
        lookups=tools.lines(),
        actions=[line for name, line in zip(VERBS, lines(), strict=True) if bids or name != "bid"],
        objects=[(name, form, VERBS[name].line.split(" Its own")[0]) for name, form in written.items()],
        mains=[name for name, verb in VERBS.items() if verb.main],
    )
