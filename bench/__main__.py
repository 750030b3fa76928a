"""`python -m bench [NAME ...] [--json]`: the benchmarks, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys

BENCHES = {"engine": [], "scripted": ["--matches", "100"]}


def main(words: list[str]) -> int:
    """Run the named benchmarks, or all; the first exit status that is not 0."""
    named = [word for word in words if not word.startswith("-")]
    options = [word for word in words if word.startswith("-")]
    if unknown := [name for name in named if name not in BENCHES]:
        print(f"There is no benchmark {unknown[0]}; there are {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    for name in named or BENCHES:
        if "--json" not in options:
            print(f"\n{name}\n{'-' * len(name)}", flush=True)
        status = subprocess.run(
            [sys.executable, "-m", f"bench.{name}", *BENCHES[name], *options], check=False
        ).returncode
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
