"""What `python -m vllm.entrypoints.openai.api_server` starts in tests: a double on the wished port, until SIGTERM.

FAKE_VLLM says how it fares: `die` (ends at once with a complaint), `deaf` (never becomes healthy).
"""

from __future__ import annotations

import json
import os
import signal
import sys
from argparse import ArgumentParser

from tests.llm.servers import Double


def main() -> int:
    """Serve."""
    words = ArgumentParser()
    words.add_argument("--served-model-name")
    words.add_argument("--port", type=int)
    given, _ = words.parse_known_args()
    if os.environ.get("FAKE_VLLM") == "die":
        print("torch.OutOfMemoryError: no memory for this model", file=sys.stderr)
        return 1
    double = Double(base=given.served_model_name, healthy=os.environ.get("FAKE_VLLM") != "deaf")
    double.faults.extend(json.loads(os.environ.get("FAKE_VLLM_FAULTS", "[]")))
    double.open(given.port)
    print(f"serving {given.served_model_name} at {double.url}", flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    return 0


if __name__ == "__main__":
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signum})
    sys.exit(main())
