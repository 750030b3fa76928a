"""ToSSim beside the peers that install from PyPI: matches and decisions a second, answered at random, on one core.

Every system is played in a process of its own (`bench/players/`), the peers in a virtual environment of their own with
pinned versions, made on the first run below `var/bench/`. How each row comes about: docs/benchmarks.md.

    python -m bench.peers [--json]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PLAYERS = ROOT / "bench" / "players"
PATIENCE = 900
"""Seconds after which an installation or a player is given up."""


@dataclass(frozen=True)
class Peer:
    """A system to compare with: what its row and its ratio column are called, and what plays it.

    `player` names the program and the pinned requirements in `bench/players`; `matches` are played in each run.
    """

    name: str
    column: str
    package: str
    player: str
    matches: int
    words: tuple[str, ...] = ()


OURS = "ToSSim, Classic"
OUR_MATCHES = 20
PEERS = (
    Peer("Kaggle werewolf", "x Kaggle", "kaggle-environments", "kaggle_werewolf", 2),
    Peer("TextArena SecretMafia-v0", "x TextArena", "textarena", "textarena_mafia", 20, ("SecretMafia-v0",)),
    Peer("TextArena SecretMafia-v0-raw", "x raw", "textarena", "textarena_mafia", 100, ("SecretMafia-v0-raw",)),
)


@dataclass(frozen=True)
class Row:
    """What was measured of a system, or the reason why nothing was."""

    name: str
    found: Mapping[str, Any] | None
    reason: str = ""


class NotMeasured(Exception):
    """Why a system could not be measured, as a sentence."""


# Measuring ------------------------------------------------------------------------------------------------------------


def measured() -> list[Row]:
    """A row for each system, ours first, one after the other."""
    ours = [sys.executable, "-m", "bench.players.tossim_engine", str(OUR_MATCHES)]
    return [_row(OURS, lambda: played(ours)), *(_row(peer.name, lambda peer=peer: _play(peer)) for peer in PEERS)]


def _row(name: str, play: Callable[[], dict[str, Any]]) -> Row:
    progress(f"measuring {name} ...")
    try:
        return Row(name, play())
    except NotMeasured as why:
        return Row(name, None, str(why))


def _play(peer: Peer) -> dict[str, Any]:
    python, version = environment(peer)
    command = [str(python), str(PLAYERS / f"{peer.player}.py"), str(peer.matches), *peer.words]
    return {**played(command), "version": version}


def played(command: Sequence[str]) -> dict[str, Any]:
    """The JSON line of a player's process: one thread, no help from our own environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = _run(command, {**kept, "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"})
    if done.returncode:
        raise NotMeasured(f"its player failed: {_last_line(done.stderr)}")
    return json.loads(done.stdout)


# Environments ---------------------------------------------------------------------------------------------------------


def environment(peer: Peer) -> tuple[Path, str]:
    """The peer's own interpreter and version; installed on the first call, and again when its pins change."""
    pins = PLAYERS / f"{peer.player}.txt"
    version = version_in(pins.read_text(), peer.package)
    folder = Path(os.environ.get("TOSSIM_VAR") or ROOT / "var") / "bench" / f"{peer.package}-{version}"
    python, stamp = folder / "bin" / "python", folder / ".installed"
    key = hashlib.sha256(pins.read_bytes() + platform.python_version().encode()).hexdigest()
    if not (python.exists() and stamp.exists() and stamp.read_text() == key):
        progress(f"installing {peer.package} {version} into {folder} ...")
        install(folder, pins)
        stamp.write_text(key)
    return python, version


def version_in(pins: str, package: str) -> str:
    """The version that pinned requirements name for a package."""
    found = re.search(rf"^{re.escape(package)}==(\S+)", pins, re.MULTILINE)
    assert found, f"{package} is not pinned"
    return found[1]


def install(folder: Path, pins: Path) -> None:
    """Make the environment with uv, else with pip; the pins are complete, so nothing else is fetched."""
    reason = ""
    for commands in _ways(folder, pins):
        for command in commands:
            done = _run(command)
            if done.returncode:
                reason = _last_line(done.stderr)
                break
        else:
            return
    raise NotMeasured(f"it could not be installed: {reason}")


def _ways(folder: Path, pins: Path) -> Iterator[list[list[str]]]:
    python, what = str(folder / "bin" / "python"), ["--no-deps", "-r", str(pins)]
    beside = Path(sys.executable).parent / "uv"
    if uv := str(beside) if beside.exists() else shutil.which("uv"):
        yield [
            [uv, "venv", "-q", "--clear", "--python", sys.executable, str(folder)],
            [uv, "pip", "install", "-q", "--python", python, *what],
        ]
    yield [
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *what],
    ]


def _run(command: Sequence[str], surroundings: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, "", str(error))


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it said nothing"


def progress(sentence: str) -> None:
    """A line of progress, out of the way of what is printed as the result."""
    print(f"bench: {sentence}", file=sys.stderr, flush=True)


# Showing --------------------------------------------------------------------------------------------------------------


def ratios(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Decisions a second of each measured row over those of each measured peer."""
    rates = {row.name: row.found["decisions_per_second"] for row in rows if row.found}
    return {
        name: {peer.name: round(rate / rates[peer.name], 5) for peer in PEERS if peer.name in rates}
        for name, rate in rates.items()
    }


def table(rows: Sequence[Row]) -> str:
    """The rows as text; a peer that was not measured says why, and leaves its ratios open."""
    over = ratios(rows)
    head = ["system", "roles", "seats", "matches/s", "decisions/s", "talk", *(p.column for p in PEERS), "log bytes"]
    cells = [head] + [_cells(row, over[row.name]) for row in rows if row.found]
    widths = [max(len(line[place]) for line in cells) for place in range(len(head))]
    widths[0] = max(len(row.name) for row in rows)
    lines = iter(_line(line, widths) for line in cells)
    shown = [next(lines)]
    for row in rows:
        shown.append(next(lines) if row.found else f"{row.name:<{widths[0]}}  not measured: {row.reason}")
    return "\n".join(shown)


def _cells(row: Row, over: Mapping[str, float]) -> list[str]:
    found = row.found or {}
    return [
        row.name,
        str(found["roles"]),
        str(found["seats"]),
        f"{found['matches_per_second']:,.1f}",
        f"{found['decisions_per_second']:,.0f}",
        f"{found['talk_share']:.0%}",
        *(_ratio(over.get(peer.name)) for peer in PEERS),
        f"{found['log_bytes_per_match']:,}",
    ]


def _ratio(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    figures = (f"{cell:>{width}}" for cell, width in zip(cells[1:], widths[1:], strict=True))
    return "  ".join([f"{cells[0]:<{widths[0]}}", *figures])


def circumstances() -> dict[str, Any]:
    """What the figures depend on."""
    return {"python": platform.python_version(), "cores": os.cpu_count(), "load_before": round(os.getloadavg()[0], 2)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    around = circumstances()
    rows = measured()
    around["load_after"] = round(os.getloadavg()[0], 2)
    if given.json:
        over = ratios(rows)
        systems = {
            row.name: {**row.found, "ratios": over[row.name]} if row.found else {"not_measured": row.reason}
            for row in rows
        }
        print(json.dumps({"systems": systems, **around}))
        return
    print(table(rows))
    print("\nPer CPU second of one core, median of seven runs; ratios are of decisions. docs/benchmarks.md says how.")
    print(f"Python {around['python']}, {around['cores']} cores, load average {around['load_before']:.2f} before and "
          f"{around['load_after']:.2f} after.")  # fmt: skip


if __name__ == "__main__":
    main()
