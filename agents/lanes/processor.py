"""What the processor of this machine can do, as far as a model server on it cares."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

BRAIN_FLOAT = frozenset({"avx512_bf16", "amx_bf16", "bf16"})
"""Features with which a processor computes in bfloat16. Without them it is a hundred times slower than in float32."""


GIB = 2**30
FREE = ("MemFree", "Active(file)", "Inactive(file)", "SReclaimable")
"""What counts as free memory: what nobody has, and what only mirrors files."""


@dataclass(frozen=True, slots=True)
class Processor:
    """How many cores a server may use, the features that the processor names, and the memory that is free beside it."""

    cores: int
    features: frozenset[str] = field(default_factory=frozenset)
    free_gib: float | None = None
    """None where it is not known."""

    @property
    def dtype(self) -> str:
        """The type of numbers that it is fastest with."""
        return "bfloat16" if self.features & BRAIN_FLOAT else "float32"


def this_one(
    described: Path = Path("/proc/cpuinfo"), memory: Path = Path("/sys/devices/system/node/node0/meminfo")
) -> Processor:
    """The processor of this machine, with the cores that this process may use.

    The memory is that of its first node, which may be less than the machine's: vLLM takes a cache from there alone.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    text = described.read_text("utf-8", "replace") if described.is_file() else ""
    named = (line.partition(":")[2].split() for line in text.splitlines() if line.startswith(("flags", "Features")))
    return Processor(cores, frozenset(next(named, ())), _free_gib(memory))


def _free_gib(memory: Path) -> float | None:
    if not memory.is_file():
        return None
    parts = (line.replace(":", " ").split() for line in memory.read_text("utf-8").splitlines())
    kib = {words[2]: int(words[3]) for words in parts if len(words) > 3}
    return sum(kib.get(name, 0) for name in FREE) * 1024 / GIB
