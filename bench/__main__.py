"""`python -m bench [NAME ...] [--json] [OPTION ...]`: the benchmarks, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from itertools import takewhile

BENCHES = {"engine": [], "peers": [], "scripted": ["--matches", "100"], "metrics": []}
ON_REQUEST: dict[str, list[str]] = {
    "grpo": [],
    "lanes": [],
    "spectators": [],
    "page": [],
    "logs": [],
    "samples": [],
    "experiments": [],
    "tuning": [],
    "learned": [],
}
"""Those that start servers or need a model; only by name."""


def main(words: list[str]) -> int:
    """Run the named benchmarks, or all; the first exit status that is not 0.

    With `--json` one object is printed: a single benchmark's own, else one with the benchmarks' names as keys. Further
    options go to the benchmark that is named.
    """
    rest = [word for word in words if word != "--json"]
    named = list(takewhile(lambda word: not word.startswith("-"), rest))
    options = rest[len(named) :]
    if unknown := [name for name in named if name not in BENCHES | ON_REQUEST]:
        return refuse(f"There is no benchmark {unknown[0]}; there are {', '.join(BENCHES | ON_REQUEST)}.")
    if options and len(named) != 1:
        return refuse(f"{options[0]} needs one benchmark named before it: {', '.join(BENCHES)}.")
    return (as_json if "--json" in words else in_words)(named or list(BENCHES), options)


def refuse(sentence: str) -> int:
    """Say on standard error why nothing is measured."""
    print(sentence, file=sys.stderr)
    return 2


def in_words(names: Sequence[str], options: Sequence[str]) -> int:
    """Each benchmark's own words, below its name."""
    for name in names:
        print(f"\n{name}\n{'-' * len(name)}", flush=True)
        if status := subprocess.run(command(name, options), check=False).returncode:
            return status
    return 0


def as_json(names: Sequence[str], options: Sequence[str]) -> int:
    """One object on one line."""
    found = {}
    for name in names:
        done = subprocess.run(command(name, [*options, "--json"]), stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            return done.returncode
        found[name] = json.loads(done.stdout)
    print(json.dumps(found[names[0]] if len(names) == 1 else found))
    return 0


def command(name: str, options: Sequence[str]) -> list[str]:
    """How a benchmark is started."""
    return [sys.executable, "-m", f"bench.{name}", *(BENCHES | ON_REQUEST)[name], *options]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
