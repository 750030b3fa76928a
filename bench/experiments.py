"""Experiments of scripted matches on one, two and four workers: matches a second, efficiency, storage.

    ./tossim bench experiments [--blocks 100] [--workers 1,2,4] [--json]

A site of its own is started, with a broker and workers of the queue `batch` as `./tossim up` starts them. For each
number of workers a plan of two arms is launched, the same but for its seed, and played to its end; the clock runs from
the launch to the last outcome. The baseline, in the same run, is one worker.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import TYPE_CHECKING, Any

import psutil

from bench.site import running_site

if TYPE_CHECKING:
    from tests.stack import Process, Stack

PLAN = """
name: bench
question: How fast are experiments played?
lobby:
  game: {{mode: Custom}}
  slots: [Sheriff, Doctor, Escort, Town Support, Random Town, Godfather, Mafioso, Jester]
models: {{A: scripted, M: scripted}}
design: {{only: [AA, EM]}}
blocks: {blocks}
seed: bench {workers}
"""
LARGE = 100_000
"""Matches that the figures are projected to."""
PATIENCE = 7200.0
Figures = dict[str, Any]


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(prog="bench experiments", description=__doc__.partition("\n")[0])
    words.add_argument("--blocks", type=int, default=100, help="of two matches each, for every number of workers")
    words.add_argument("--workers", default="1,2,4", help="numbers of workers, with commas")
    words.add_argument("--json", action="store_true")
    chosen = words.parse_args()
    with running_site() as stack:
        stack.beat()
        runs = [measured(stack, int(workers), chosen.blocks) for workers in chosen.workers.split(",")]
        found = {
            "runs": with_efficiency(runs),
            **stored(),
            "cores": psutil.cpu_count(),
            "load_average": round(psutil.getloadavg()[0], 1),
        }
    print(json.dumps(found) if chosen.json else in_words(found))


def measured(stack: Stack, workers: int, blocks: int) -> Figures:
    """One experiment on so many workers that have nothing else to do."""
    from eval import experimenting
    from eval.models import Experiment
    from tests.stack import broker_of, until

    experimenting.current_app = broker_of(stack)
    processes = [stack.worker("batch", threads=2) for _ in range(workers)]
    until(lambda: all("trials_play" in one.said for one in processes), "the workers are there")
    draft = experimenting.experiment_create(plan=PLAN.format(blocks=blocks, workers=workers))
    began = cores_spent(processes)
    launched_at = time.perf_counter()
    experiment = experimenting.experiment_launch(experiment=draft)
    until(lambda: Experiment.objects.get(pk=experiment.pk).state == "finished", "it is played", PATIENCE)
    seconds = time.perf_counter() - launched_at
    spent = cores_spent(processes) - began
    for process in processes:
        process.stop()
    matches = experiment.trials.filter(state="done").count()
    return {
        "workers": workers, "matches": matches, "seconds": round(seconds, 1),
        "matches_per_second": round(matches / seconds, 2), "core_ms_per_match": round(1000 * spent / matches),
    }  # fmt: skip


def cores_spent(processes: list[Process]) -> float:
    """Seconds of a core that processes have taken so far."""
    times = [psutil.Process(process.pid).cpu_times() for process in processes]
    return sum(one.user + one.system for one in times)


def with_efficiency(runs: list[Figures]) -> list[Figures]:
    """Each run with its share of what as many single workers would do."""
    single = runs[0]["matches_per_second"] / runs[0]["workers"]
    return [{**run, "efficiency": round(run["matches_per_second"] / single / run["workers"], 2)} for run in runs]


def stored() -> Figures:
    """Bytes of a match: its compressed log and its outcome, and all that the table and its indexes take."""
    from django.db import connection

    from eval.models import Experiment, Trial
    from eval.progress import storage_of

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('eval_trial')")
        size = cursor.fetchone()[0]
    kept = storage_of(Experiment.objects.earliest("pk"))
    return {
        "log_bytes": round(kept["log"]), "outcome_bytes": round(kept["outcome"]),
        "table_bytes_per_match": round(size / Trial.objects.count()),
    }  # fmt: skip


def in_words(found: Figures) -> str:
    """The figures as text."""
    head = "workers  matches  seconds  matches/s  efficiency  core ms/match"
    rows = [
        f"{run['workers']:7}  {run['matches']:7}  {run['seconds']:7}  {run['matches_per_second']:9}"
        f"  {run['efficiency']:10.0%}  {run['core_ms_per_match']:13}"
        for run in found["runs"]
    ]
    fastest = max(run["matches_per_second"] for run in found["runs"])
    bytes_each = found["table_bytes_per_match"]
    kept = f"log {found['log_bytes']} bytes, outcome {found['outcome_bytes']}, with indexes and all {bytes_each}"
    hours, gib = LARGE / fastest / 3600, LARGE * bytes_each / 2**30
    ahead = f"10,000 matches in {6 * hours:.0f} minutes, {LARGE:,} in {hours:.1f} hours and {gib:.1f} GiB"
    load = f"{found['cores']} cores, load {found['load_average']}"
    return "\n".join([head, *rows, f"kept of a match: {kept}", f"projected: {ahead}", load])


if __name__ == "__main__":
    main()
