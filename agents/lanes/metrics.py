"""What a vLLM server says of itself at /metrics, and what two readings say of the time between them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

SAMPLE = re.compile(r"^(?P<name>[A-Za-z_:][A-Za-z0-9_:]*)(?:\{[^}]*\})?\s+(?P<value>\S+)")

CACHE = re.compile(r"^vllm:cache_config_info\{([^}]*)\}", re.MULTILINE)
LABEL = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Reading:
    """Counters and gauges at one moment; `at` in seconds."""

    at: float
    prompt_tokens: float = 0.0
    generated_tokens: float = 0.0
    running: int = 0
    waiting: int = 0
    cache_queries: float = 0.0
    cache_hits: float = 0.0
    kv_usage: float = 0.0
    cache_tokens: int = 0
    """Tokens for which the KV cache has room."""


def read(text: str, at: float) -> Reading:
    """The reading of a /metrics page. Series of one name (one an engine) are summed; the fullest KV cache counts."""
    sums, most = _samples(text)

    def total(name: str) -> float:
        return sums.get(f"vllm:{name}_total", sums.get(f"vllm:{name}", 0.0))

    return Reading(
        at=at,
        prompt_tokens=total("prompt_tokens"),
        generated_tokens=total("generation_tokens"),
        running=int(total("num_requests_running")),
        waiting=int(total("num_requests_waiting")),
        cache_queries=total("prefix_cache_queries"),
        cache_hits=total("prefix_cache_hits"),
        kv_usage=most.get("vllm:kv_cache_usage_perc", 0.0),
        cache_tokens=sum(_room(dict(LABEL.findall(labels))) for labels in CACHE.findall(text)),
    )


def _room(cache: Mapping[str, str]) -> int:
    blocks, size = cache.get("num_gpu_blocks", ""), cache.get("block_size", "")
    return int(blocks) * int(size) if blocks.isdecimal() and size.isdecimal() else 0


def _samples(text: str) -> tuple[Mapping[str, float], Mapping[str, float]]:
    sums: dict[str, float] = {}
    most: dict[str, float] = {}
    for line in text.splitlines():
        found = SAMPLE.match(line)
        if not found:
            continue
        try:
            value = float(found["value"])
        except ValueError:
            continue
        if value == value:  # not NaN
            sums[found["name"]] = sums.get(found["name"], 0.0) + value
            most[found["name"]] = max(most.get(found["name"], 0.0), value)
    return sums, most


def figures(now: Reading, before: Reading | None) -> dict[str, float | None]:
    """What a page shows: tokens a second and cache hits since the reading before, and how it stands now.

    The cache's share is that of the time between, or of all time where nothing was asked between. A server that began
    anew in between counts from zero.
    """
    if before is None or before.at >= now.at or before.generated_tokens > now.generated_tokens:
        before = None
    made = None if before is None else (now.generated_tokens - before.generated_tokens) / (now.at - before.at)
    read_in = None if before is None else (now.prompt_tokens - before.prompt_tokens) / (now.at - before.at)
    return {
        "tokens_per_second": None if made is None else round(made, 1),
        "prompt_tokens_per_second": None if read_in is None else round(read_in, 1),
        "running": now.running,
        "waiting": now.waiting,
        "cache_hit_share": _share(now, before),
        "kv_usage": round(now.kv_usage, 4),
        "prompt_tokens": now.prompt_tokens,
        "generated_tokens": now.generated_tokens,
    }


def _share(now: Reading, before: Reading | None) -> float | None:
    queries, hits = now.cache_queries, now.cache_hits
    if before is not None and now.cache_queries > before.cache_queries:
        queries, hits = queries - before.cache_queries, hits - before.cache_hits
    return round(hits / queries, 4) if queries else None
