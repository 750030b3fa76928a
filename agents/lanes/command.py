"""The command line and the environment of a lane's vLLM server, on the CPU, on one GPU, on a part of one, on several.

Pure. The interpreter is one of an environment of its own: nothing here imports vLLM or torch.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agents.lanes.processor import Processor

HOST = "127.0.0.1"
MODULE = "vllm.entrypoints.openai.api_server"
"""Not the `vllm` command: the CPU build has another distribution name, which that command does not find."""
GRAMMARS = '{"backend": "xgrammar", "disable_any_whitespace": true}'
"""Structured answers without blanks between their parts: a small model otherwise writes nothing else."""
CPU_BLOCK = 32
"""Tokens in a block of the KV cache: the smallest that the CPU takes, so that the most of a prompt is found again."""
CPU_BATCH = 8192
CPU_APART = 3.0
"""GiB of free memory that a cache on the CPU leaves to the server itself (2.3 with a small model) and to others."""
MPS_PIPES = "/tmp/nvidia-mps"  # noqa: S108 (where NVIDIA's control daemon listens unless told otherwise)


class Impossible(ValueError):
    """A lane, or lanes together, that cannot be started as configured: a sentence."""


@dataclass(frozen=True, slots=True)
class ServerSpec:
    """What a server is started with. Empty `devices`: the CPU."""

    name: str
    base: str
    port: int
    revision: str = ""
    quantization: str = ""
    devices: str = ""
    memory_fraction: float = 0.9
    mps: bool = False
    tensor_parallel: int = 1
    max_model_len: int = 8192
    kv_cache_gib: int = 2
    max_loras: int = 0
    max_lora_rank: int = 16
    chat_template: str = ""
    sleeps: bool = False
    """Whether it must be able to give its memory away and take it back."""
    extra_args: tuple[str, ...] = ()

    @property
    def on_cpu(self) -> bool:
        """Whether it runs without a GPU."""
        return not self.devices

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.port}/v1"


@dataclass(frozen=True, slots=True)
class Command:
    """Words and further environment of a program; `notes` say in what it differs from what was wished for."""

    words: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def command(spec: ServerSpec, python: str, processor: Processor, environment: Mapping[str, str]) -> Command:
    """How the server is started on this processor. `environment` is this process's. Raises Impossible."""
    check(spec)
    words = [python, "-m", MODULE, "--model", spec.base, "--served-model-name", spec.base]
    words += ["--host", HOST, "--port", str(spec.port), "--max-model-len", str(spec.max_model_len)]
    words += ["--enable-prompt-tokens-details", "--structured-outputs-config", GRAMMARS]
    words += _cpu_words(spec, processor.dtype) if spec.on_cpu else _gpu_words(spec)
    for flag, value in (
        ("--revision", spec.revision),
        ("--quantization", spec.quantization),
        ("--chat-template", spec.chat_template),
    ):
        words += [flag, value] if value else []
    if spec.max_loras:
        words += ["--enable-lora", "--max-loras", str(spec.max_loras), "--max-lora-rank", str(spec.max_lora_rank)]
    cache = cache_gib(spec, processor)
    notes = (f"a cache of {cache} GiB instead of {spec.kv_cache_gib}: there is no more memory",)
    smaller = spec.on_cpu and cache < spec.kv_cache_gib
    return Command((*words, *spec.extra_args), _environment(spec, processor, environment), notes if smaller else ())


def cache_gib(spec: ServerSpec, processor: Processor) -> int:
    """The cache of a server on the CPU: what it is to have, or as much as there is room for, and 1 at least."""
    room = math.inf if processor.free_gib is None else processor.free_gib - CPU_APART
    return max(1, int(min(spec.kv_cache_gib, room)))


def _cpu_words(spec: ServerSpec, dtype: str) -> list[str]:
    """A prompt is computed in one step: split over several, a request with a seed kills the CPU's engine."""
    batch = max(CPU_BATCH, spec.max_model_len)
    return [
        "--dtype", dtype, "--enforce-eager", "--block-size", str(CPU_BLOCK),
        "--no-enable-chunked-prefill", "--max-num-batched-tokens", str(batch),
    ]  # fmt: skip


def _gpu_words(spec: ServerSpec) -> list[str]:
    words = ["--gpu-memory-utilization", f"{spec.memory_fraction:g}"]
    if spec.tensor_parallel > 1:
        words += ["--tensor-parallel-size", str(spec.tensor_parallel)]
    return [*words, "--enable-sleep-mode"] if spec.sleeps else words


def _environment(spec: ServerSpec, processor: Processor, environment: Mapping[str, str]) -> dict[str, str]:
    found = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
    if Path(spec.base).is_dir():
        found["HF_HUB_OFFLINE"] = "1"
    if spec.max_loras:
        found["VLLM_ALLOW_RUNTIME_LORA_UPDATING"] = "True"
    if spec.on_cpu:
        found["CUDA_VISIBLE_DEVICES"] = ""
        found["VLLM_CPU_KVCACHE_SPACE"] = str(cache_gib(spec, processor))
        threads = f"0-{processor.cores - 1}"
        found["VLLM_CPU_OMP_THREADS_BIND"] = environment.get("VLLM_CPU_OMP_THREADS_BIND", threads)
        return found
    found["CUDA_VISIBLE_DEVICES"] = ",".join(device_names(spec.devices))
    found["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"
    if spec.sleeps:
        found["VLLM_SERVER_DEV_MODE"] = "1"
    if spec.mps:
        pipes = environment.get("CUDA_MPS_PIPE_DIRECTORY", MPS_PIPES)
        found["CUDA_MPS_PIPE_DIRECTORY"] = pipes
        found["CUDA_MPS_LOG_DIRECTORY"] = environment.get("CUDA_MPS_LOG_DIRECTORY", f"{pipes}-log")
    return found


def device_names(devices: str) -> tuple[str, ...]:
    """The names in a lane's `devices`."""
    return tuple(name.strip() for name in devices.split(",") if name.strip())


def check(spec: ServerSpec) -> None:
    """Whether a lane makes sense by itself. Raises Impossible."""
    names = device_names(spec.devices)
    has_mig = any(name.startswith("MIG-") for name in names)
    if not spec.base:
        raise Impossible(f"{spec.name}: a lane of our own needs a base model.")
    if len(set(names)) < len(names):
        raise Impossible(f"{spec.name}: a device is named twice in {spec.devices!r}.")
    if has_mig and len(names) > 1:
        raise Impossible(f"{spec.name}: a server can use one MIG part alone, not {len(names)}.")
    if has_mig and spec.mps:
        raise Impossible(f"{spec.name}: MIG and MPS are not used together; a MIG part is a device of its own.")
    if names and spec.tensor_parallel != len(names):
        raise Impossible(
            f"{spec.name}: tensor_parallel is {spec.tensor_parallel} on {len(names)} devices; they must be as many."
        )
    if not names and (spec.mps or spec.tensor_parallel > 1):
        raise Impossible(f"{spec.name}: MPS and tensor_parallel need devices.")


@dataclass(frozen=True, slots=True)
class Part:
    """How much of its devices a lane takes. Lanes of one `swap_group` take turns."""

    name: str
    devices: str
    memory_fraction: float
    mps: bool = False
    swap_group: str = ""


def check_together(parts: Iterable[Part]) -> None:
    """Whether lanes fit onto their devices side by side. Raises Impossible."""
    by_device: dict[str, list[Part]] = {}
    for part in parts:
        for device in device_names(part.devices):
            by_device.setdefault(device, []).append(part)
    for device, sharing in by_device.items():
        total = _memory(sharing)
        if total > 1.0 + 1e-9:
            names = ", ".join(f"{part.name} ({part.memory_fraction:g})" for part in sharing)
            raise Impossible(
                f"device {device}: the memory of {names} is {total:g} together, and more than 1. "
                "Lower memory_fraction, or give them a swap_group, so that they take turns."
            )
        if len({part.mps for part in sharing}) > 1:
            raise Impossible(f"device {device}: either all of its lanes use MPS or none.")


def _memory(sharing: Sequence[Part]) -> float:
    groups: dict[str, float] = {}
    for part in sharing:
        key = f"group {part.swap_group}" if part.swap_group else f"lane {part.name}"
        groups[key] = max(groups.get(key, 0.0), part.memory_fraction)
    return round(sum(groups.values()), 9)
