"""Frozen values that are made at the cost of open ones.

A frozen dataclass fills its fields by `object.__setattr__`, name by name, which is most of the price of an event.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

C = TypeVar("C", bound=type)


def quicken(cls: C) -> C:
    """Let a frozen dataclass with slots fill them by the slots' own setters; nothing else about it changes.

    Not for classes with default factories or a `__post_init__`.
    """
    slow: Any = vars(cls)["__init__"]
    names = [field.name for field in fields(cls)]
    scope: dict[str, Any] = {f"set_{name}": getattr(cls, name).__set__ for name in names}
    body = "; ".join(f"set_{name}(self, {name})" for name in names) or "pass"
    exec(f"def __init__({', '.join(['self', *names])}): {body}", scope)  # noqa: S102 (as `dataclasses` does)
    init: Callable[..., None] = scope["__init__"]
    for trait in ("__annotations__", "__defaults__", "__doc__", "__module__", "__qualname__"):
        setattr(init, trait, getattr(slow, trait))
    cls.__init__ = init  # type: ignore[misc]
    return cls
