"""A report as a folder: the page, figures, tables, data, and a manifest with the hash of each file; and read again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.clusters.grouping import Clusters, clusters_from_json
from eval.experiments.outcome import Outcome, from_json, to_json
from eval.experiments.plan import PlanSpec
from eval.experiments.writing import plan_from_yaml, plan_to_yaml
from eval.report.figures import figures
from eval.report.page import Study, page
from eval.report.run import Run, run_from_json
from eval.report.tables import blocks_table, csv_bytes, in_order, latex_tables, matches_table, seats_table
from eval.statistics import result

OUTCOMES, PLAN, RUN, CLUSTERS, ANALYSIS = "outcomes.jsonl", "plan.yaml", "run.json", "clusters.json", "analysis.json"
PAGE, MANIFEST = "report.html", "manifest.json"


class NoExport(ValueError):
    """A folder that holds no exported experiment."""


def contents(study: Study, outcomes: Iterable[Outcome]) -> Iterator[tuple[str, bytes]]:
    """Every file of a report by name; the manifest last."""
    ordered = in_order(outcomes)
    made = dict(_data(study, ordered))
    drawn = list(figures(study.found, study.ratings))
    for one in drawn:
        made |= {f"{one.name}.png": one.png, f"{one.name}.svg": one.svg.encode()}
    made |= {f"{name}.tex": text.encode() for name, text in latex_tables(study.found, study.ratings)}
    made[PAGE] = page(study, drawn, _hashes(made)).encode()
    yield from made.items()
    files = {name: {"sha256": sha256, "bytes": len(made[name])} for name, sha256 in _hashes(made).items()}
    yield MANIFEST, json_bytes({"plan_sha256": study.run.sha256, "files": files})


def _data(study: Study, outcomes: Sequence[Outcome]) -> Iterator[tuple[str, bytes]]:
    yield PLAN, plan_to_yaml(study.plan).encode()
    yield RUN, json_bytes(study.run.to_json())
    yield OUTCOMES, b"".join(_line(one) for one in outcomes)
    yield ANALYSIS, json_bytes(result.to_json(study.found))
    yield "ratings.json", json_bytes(study.ratings.to_json())
    yield CLUSTERS, json_bytes([one.to_json() for one in study.clusters])
    for name, frame in (
        ("outcomes", matches_table(outcomes)), ("seats", seats_table(outcomes)), ("blocks", blocks_table(outcomes)),
    ):  # fmt: skip
        yield f"{name}.csv", csv_bytes(frame)
        yield f"{name}.parquet", frame.to_parquet(index=False)


def _line(outcome: Outcome) -> bytes:
    return json.dumps(to_json(outcome), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def json_bytes(value: Any) -> bytes:
    """A value as JSON, the same bytes each time."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n"


def _hashes(made: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(made[name]).hexdigest() for name in sorted(made)}


def write(folder: Path, files: Iterable[tuple[str, bytes]]) -> list[Path]:
    """Write files into a folder; what is there under the same name is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in files:
        path = folder / name
        path.write_bytes(content)
        written.append(path)
    return written


def read(folder: Path) -> tuple[PlanSpec, Run, list[Outcome], list[Clusters]]:
    """What a folder was made from. Raises NoExport, and PlanError."""
    try:
        plan = plan_from_yaml((folder / PLAN).read_text("utf-8"))
        run = run_from_json(json.loads((folder / RUN).read_text("utf-8")))
        with (folder / OUTCOMES).open("rb") as lines:
            outcomes = [from_json(json.loads(line)) for line in lines]
        clusters = [clusters_from_json(one) for one in json.loads((folder / CLUSTERS).read_text("utf-8"))]
    except FileNotFoundError as error:
        raise NoExport(f"{folder} is no exported experiment: {error.filename} is missing.") from error
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise NoExport(f"{folder} is no exported experiment of this release: {error}.") from error
    return plan, run, outcomes, clusters
