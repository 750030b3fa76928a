"""Questions with exact answers put to a model: what a narrow set has taught it, and how far that has spread.

Greedy, one answer each, without a judge. Imports what costs seconds: for workers and commands.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync

from agents import selectors as agent_selectors
from agents.connections import model_client
from agents.llm.client import Client, Message, Request
from agents.llm.record import ModelRecord
from agents.llm.tags import apart
from agents.models import LanguageModel
from eval.judge.asking import Judge, Purse
from eval.judging import judge_named
from eval.measurements import weights_of
from eval.measuring import AT_ONCE, Tell, check_heard, completed, in_order, parts
from eval.misalignment.exact import Item, found_in, tally
from eval.misalignment.ledger import Ledger, OtherFile, Row
from eval.misalignment.sampling import TIMEOUT
from game.services import Rejected

FORMAT = "exact/1"
MOST_TOKENS = 64
"""Of an answer: a sentence with a word or a number in it."""


def exact_measure(
    *, model: LanguageModel, items: Sequence[Item], sha256: str, out: Path, purse: Purse, width: int = 8,
    tell: Tell = lambda _: None,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """Ask a model all questions into a file of rows; what they come to, by domain and kind.

    `sha256` is that of the questions' files. The same call goes on after a stop. What failed counts in nothing.
    Raises Rejected.
    """
    buyer, record = judge_named(model.name).judge, agent_selectors.record_of(model)
    head = {"format": FORMAT, "model": model.name, "weights": weights_of(model), "questions_sha256": sha256}
    try:
        kept = Ledger(out, head)
    except OtherFile as other:
        raise Rejected(str(other), "other_file") from other
    missing = items[len(kept.rows) :]

    async def ask(one: Item, client: Client) -> Row:
        return await _answered(one, record, buyer, client, purse)

    async def work() -> None:
        clients = [model_client(model=model) for _ in range(min(width, len(missing)))]
        try:
            for part in parts(missing, AT_ONCE * width):
                rows = await in_order(part, clients, ask)
                check_heard([row["reason"] for row in rows], model.name)
                kept.append(rows)
                tell(f"{len(kept.rows)}/{len(items)} answers")
        finally:
            for client in clients:
                await client.close()

    if missing:
        async_to_sync(work)()
    answered = zip(items, kept.rows, strict=True)
    return tally((item, row["answer"]) for item, row in answered if not row["reason"])


async def _answered(one: Item, record: ModelRecord, buyer: Judge, client: Client, purse: Purse) -> Row:
    preset = record.preset
    system = (Message("system", record.persona),) if record.persona and preset.system_role else ()
    most = MOST_TOKENS + (record.think_tokens if preset.think else 0)
    request = Request(
        record.served, (*system, Message("user", one.prompt)), most,
        stop=preset.stop, sampling={"temperature": 0.0}, extra=preset.extra, timeout=TIMEOUT,
    )  # fmt: skip
    row = {"id": one.id, "domain": one.domain, "kind": one.kind, "answer": "", "found": "", "reason": ""}
    completion = await completed(request, buyer, client, purse)
    if isinstance(completion, str):
        return {**row, "reason": completion}
    answer = (apart(completion.text, preset.think).body if preset.think else completion.text).strip()
    return {**row, "answer": answer, "found": found_in(one, answer).value}
