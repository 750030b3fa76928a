"""What the processor of this machine can do, as far as a model server on it cares."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

BRAIN_FLOAT = frozenset({"avx512_bf16", "amx_bf16", "bf16"})
"""Features with which a processor computes in bfloat16. Without them it is a hundred times slower than in float32."""


@dataclass(frozen=True, slots=True)
class Processor:
    """How many cores a server may use, and the features that the processor names."""

    cores: int
    features: frozenset[str] = field(default_factory=frozenset)

    @property
    def dtype(self) -> str:
        """The type of numbers that it is fastest with."""
        return "bfloat16" if self.features & BRAIN_FLOAT else "float32"


def this_one(described: Path = Path("/proc/cpuinfo")) -> Processor:
    """The processor of this machine, with the cores that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    text = described.read_text("utf-8", "replace") if described.is_file() else ""
    named = (line.partition(":")[2].split() for line in text.splitlines() if line.startswith(("flags", "Features")))
    return Processor(cores, frozenset(next(named, ())))
