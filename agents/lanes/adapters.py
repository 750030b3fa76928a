"""LoRA adapters of one server: loaded when first needed, exchanged, the least used unloaded beyond the limit.

One is exchanged by unloading and loading. What vLLM has loaded "in place" it reads from its files again at every step,
and it ends when they are gone. A request that comes in between finds no such model, and has it loaded itself.

What is loaded is known from the lane's row, as plain values; after a restart nothing is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

from agents.lanes.control import Control, Unanswered
from agents.lanes.facts import Adapter

LOADING = 120.0
"""Seconds that a server may take for an adapter."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """An adapter on a server: when it was last asked for (seconds since 1970), and how often."""

    adapter: Adapter
    used_at: float
    uses: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What must be done so that an adapter can be used."""

    unload: tuple[str, ...] = ()
    load: Adapter | None = None


def plan(wanted: Adapter, loaded: Mapping[str, Loaded], most: int, busy: Mapping[str, int] | None = None) -> Plan:
    """Nothing, a load, or a load in the room of the same adapter as it was, or of others.

    `busy` counts the seats that play each adapter: those with the fewest go first, then the longest unused.
    """
    known = loaded.get(wanted.name)
    if known is not None:
        same = known.adapter == wanted
        return Plan() if same else Plan(unload=(wanted.name,), load=wanted)
    seats = busy or {}
    others = sorted(loaded.values(), key=lambda each: (seats.get(each.adapter.name, 0), each.used_at))
    surplus = max(len(loaded) + 1 - most, 0)
    return Plan(unload=tuple(each.adapter.name for each in others[:surplus]), load=wanted)


async def carry_out(control: Control, step: Plan, loaded: Mapping[str, Loaded], now: float) -> dict[str, Loaded]:
    """Do it; what is loaded then. Raises Unanswered with the server's words when it does not load."""
    left = dict(loaded)
    for name in step.unload:
        await _unload(control, name)
        left.pop(name, None)
    if step.load is not None:
        await _load(control, step.load)
        left[step.load.name] = Loaded(step.load, now)
    return left


async def _unload(control: Control, name: str) -> None:
    reply = await control.ask("/v1/unload_lora_adapter", {"lora_name": name})
    if not reply.good and reply.status != HTTPStatus.NOT_FOUND:
        raise Unanswered(f"{name} cannot be unloaded: {reply.text[:300].strip()}")


async def _load(control: Control, adapter: Adapter) -> None:
    """A server that kept an adapter which its row had lost refuses to load it twice: then the old one goes first."""
    body = {"lora_name": adapter.name, "lora_path": adapter.path}
    reply = await control.ask("/v1/load_lora_adapter", body, LOADING)
    if "already" in reply.text and not reply.good:
        await _unload(control, adapter.name)
        reply = await control.ask("/v1/load_lora_adapter", body, LOADING)
    if not reply.good:
        raise Unanswered(f"{adapter.name} cannot be loaded: {reply.text[:300].strip()}")


def used(loaded: Mapping[str, Loaded], name: str, now: float) -> dict[str, Loaded]:
    """The same after an adapter was asked for."""
    if name not in loaded:
        return dict(loaded)
    return {**loaded, name: replace(loaded[name], used_at=now, uses=loaded[name].uses + 1)}


def to_json(loaded: Mapping[str, Loaded]) -> dict[str, dict[str, object]]:
    """As the lane's row keeps it."""
    return {
        name: {
            "path": each.adapter.path, "version": each.adapter.version, "used_at": each.used_at, "uses": each.uses,
        }
        for name, each in loaded.items()
    }  # fmt: skip


def from_json(kept: Mapping[str, Mapping[str, object]]) -> dict[str, Loaded]:
    """Out of the lane's row."""
    return {
        name: Loaded(
            Adapter(name, str(each["path"]), int(str(each["version"]))),
            float(str(each["used_at"])),
            int(str(each["uses"])),
        )
        for name, each in kept.items()
    }
