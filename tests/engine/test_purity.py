"""The rules depend on the standard library alone, and on nothing in it that could make two runs differ."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import game.engine

FOLDER = Path(game.engine.__file__).parent
WORLDLY = {
    "asyncio",
    "datetime",
    "io",
    "logging",
    "os",
    "random",
    "secrets",
    "socket",
    "subprocess",
    "threading",
    "time",
}


def imported() -> Iterator[tuple[str, str]]:
    """Each file of the engine with each package it imports."""
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            yield from ((path.name, name) for name in names)


def test_the_engine_imports_itself_and_the_standard_library() -> None:
    foreign = [(file, name) for file, name in imported()
               if not name.startswith("game.engine") and name.split(".")[0] not in sys.stdlib_module_names]  # fmt: skip
    assert foreign == []


def test_the_engine_knows_no_clock_no_files_and_no_dice() -> None:
    assert [(file, name) for file, name in imported() if name.split(".")[0] in WORLDLY] == []
