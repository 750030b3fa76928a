"""Model matches on one server: many at once against one at a time, and against the server's own ceiling.

    ./tossim bench lanes

starts a server of its own with the small model of `./tossim llm --install-only`; `--url` and `--served` name another,
which must let its cache be emptied (VLLM_SERVER_DEV_MODE=1). The ceiling is the recorded requests of the same matches
sent straight at the server, as many at a time as were on their way on average, in the order in which they were made,
its cache emptied first.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

from agents.lanes.command import ServerSpec, command
from agents.lanes.process import free_port
from agents.lanes.processor import this_one
from agents.llm.agent import LanguageAgent
from agents.llm.client import Client, Message, Request
from agents.llm.clients import OpenAIClient
from agents.llm.presets import preset
from agents.llm.record import ModelRecord, Notation
from agents.llm.recording import Exchange, Recording
from game.engine.config import Rounds
from game.engine.setup import start, table_for
from game.names import NAMES
from game.play.drivers import run_async

ROOT = Path(__file__).resolve().parents[1]
SMALL = Path(os.environ.get("TOSSIM_VAR", str(ROOT / "var"))) / "models" / "SmolLM2-135M-Instruct"
LOG = Path(tempfile.gettempdir()) / "tossim-bench-lanes.log"
START = 300.0
"""Seconds that the server has to come up."""


def main() -> int:
    """Measure and print."""
    words = argparse.ArgumentParser(prog="bench lanes", description=__doc__)
    words.add_argument("--url", help="a server's address with /v1, instead of one started here")
    words.add_argument("--served", default=str(SMALL), help="the model's name at the server")
    words.add_argument("--preset", default="smollm2")
    words.add_argument("--tokenizer", default=str(SMALL), help="folder with a tokenizer.json")
    words.add_argument("--window", type=int, default=8192)
    words.add_argument("--matches", type=int, default=8)
    words.add_argument("--players", type=int, default=7)
    words.add_argument("--think", type=int, default=0, help="tokens of thought before an action")
    words.add_argument("--json", action="store_true")
    chosen = words.parse_args()
    try:
        with contextlib.nullcontext(chosen.url) if chosen.url else serving() as url:
            found = asyncio.run(measure(chosen, url))
    except (URLError, OSError) as error:
        print(f"There is no model server: {error}. Install one: ./tossim llm --install-only", file=sys.stderr)
        return 2
    print(json.dumps(found) if chosen.json else in_words(found))
    return 0


@contextlib.contextmanager
def serving(model: Path = SMALL) -> Iterator[str]:
    """The address of a server of our own for a model, ended with the block. Raises OSError where it does not start."""
    python = os.environ.get("TOSSIM_LLM_PYTHON", str(ROOT / ".venv-llm" / "bin" / "python"))
    spec = ServerSpec("bench", str(model), free_port(), kv_cache_gib=8, max_loras=0)
    made = command(spec, python, this_one(), os.environ)
    environment = {**os.environ, **made.environment, "VLLM_SERVER_DEV_MODE": "1"}
    with LOG.open("w") as log:
        server = subprocess.Popen(
            made.words, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
        )
    try:
        until = time.monotonic() + START
        while not answers(spec.url):
            if server.poll() is not None or time.monotonic() > until:
                raise OSError(f"the server did not start; see {LOG}")
            time.sleep(1.0)
        yield spec.url
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def answers(url: str) -> bool:
    """Whether a server is ready."""
    try:
        urlopen(f"{url.removesuffix('/v1')}/health", timeout=5).close()  # noqa: S310
    except (URLError, OSError):
        return False
    return True


async def measure(chosen: argparse.Namespace, url: str) -> dict[str, float]:
    """All the figures."""
    record = ModelRecord(
        "bench", chosen.served, preset(chosen.preset), window=chosen.window, notation=Notation.COMPACT,
        think_tokens=chosen.think, act_tokens=48, tokenizer=chosen.tokenizer,
    )  # fmt: skip
    client = OpenAIClient(url)
    await client.complete(Request(chosen.served, (Message("user", "Hello."),), 4))  # the first one takes long
    seeds = [f"bench-{number}" for number in range(chosen.matches)]
    reset(url)
    alone = Recording(client)
    began = time.monotonic()
    for seed in seeds[:1]:
        await play(seed, chosen.players, record, alone)
    alone_s = time.monotonic() - began
    reset(url)
    together = Recording(client)
    began = time.monotonic()
    decisions = sum(await asyncio.gather(*(play(seed, chosen.players, record, together) for seed in seeds)))
    together_s = time.monotonic() - began
    flying = sum(done.ended - done.began for done in together.exchanges) / together_s
    reset(url)
    ceiling_s = await straight(client, together.exchanges, math.ceil(flying))
    await client.close()
    first = len(alone.exchanges) / alone_s
    many, most = len(together.exchanges) / together_s, len(together.exchanges) / ceiling_s
    return {
        "matches": chosen.matches, "players": chosen.players, "decisions": decisions,
        "requests": len(together.exchanges), "seconds": together_s, "requests_per_second_one_match": first,
        "requests_per_second_together": many, "together_over_one": many / first, "mean_in_flight": flying,
        "requests_per_second_ceiling": most, "share_of_ceiling": many / most,
    }  # fmt: skip


async def play(seed: str, players: int, record: ModelRecord, client: Client) -> int:
    """One match to its end; its decisions."""
    decisions = 0

    class Counting(LanguageAgent):
        async def decide(self, view, ask):  # type: ignore[no-untyped-def]
            nonlocal decisions
            decisions += 1
            return await super().decide(view, ask)

    table = replace(table_for("Classic", NAMES[:players]), rounds=Rounds(1, 1, 1, 0))
    await run_async(start(table, seed), {seat: Counting(seat, record, client) for seat in range(1, players + 1)})
    return decisions


async def straight(client: Client, exchanges: list[Exchange], at_once: int) -> float:
    """Seconds that the same requests take, sent as fast as the server takes them."""
    waiting = iter(sorted(exchanges, key=lambda exchange: exchange.began))

    async def worker() -> None:
        for exchange in waiting:
            await client.complete(exchange.request)

    began = time.monotonic()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    return time.monotonic() - began


def reset(url: str) -> None:
    """Empty the server's prefix cache. Raises OSError."""
    root = url.removesuffix("/").removesuffix("/v1")
    urlopen(HttpRequest(f"{root}/reset_prefix_cache", method="POST"), timeout=30).close()  # noqa: S310


def in_words(found: dict[str, float]) -> str:
    """The figures as a text."""
    return (
        f"{found['matches']} matches of {found['players']} seats: {found['decisions']} decisions, "
        f"{found['requests']} requests in {found['seconds']:.0f} s\n"
        f"one match at a time {found['requests_per_second_one_match']:.2f} requests a second, all at once "
        f"{found['requests_per_second_together']:.2f} ({found['together_over_one']:.2f} times)\n"
        f"the server's ceiling with {math.ceil(found['mean_in_flight'])} on their way: "
        f"{found['requests_per_second_ceiling']:.2f}; reached {found['share_of_ceiling']:.0%}"
    )


if __name__ == "__main__":
    sys.exit(main())
