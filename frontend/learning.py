"""What the folder of a run tells of its learning: curves with what they stand beside, trials, samples, games."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from training import selectors
from training.grpo.table import Row, Share, held_out_rows, rows

POINTS = 300
"""Points of a curve at most: more than a screen has room for."""
NEWEST = 24
"""Samples that are shown at most; a checkpoint's are shown together, so those of the newest in any case."""
GAMES_SHOWN = 6
"""Sample games that are shown at most: the newest."""
LONGEST = 4000
"""Characters of a sample's text that are shown."""
BESIDE = {"format": "format", "legal": "legal", "target": "target", "active": "acts"}
"""Curves, and the columns of trials that count the same."""
SHARES = {*BESIDE, "understood"}
"""Curves that go from 0 to 1."""
WORTH = "reward_mean"
"""The curve of what an answer earns."""

Line = Mapping[str, Any]


# Curves ---------------------------------------------------------------------------------------------------------------


def curves_of(lines: Sequence[Line], trials: Sequence[Line] = ()) -> list[dict[str, Any]]:
    """The figures of a curve's lines, each by steps, in the order in which they first came.

    Beside those that trials count too stands what players without a model come to at points that are held out.
    """
    found: dict[str, list[dict[str, float]]] = {}
    for line in lines:
        for name, value in selectors.figures_in(dict(line)).items():
            found.setdefault(name, []).append({"x": line.get("step", 0), "y": value})
    players = [row for row in rows(trials) if row.how == "script"]
    return [
        {"name": name, "points": _thinned(points), "share": name in SHARES, "beside": _beside(name, players)}
        for name, points in found.items()
    ]


def _thinned(points: list[dict[str, float]]) -> list[dict[str, float]]:
    every = -(-len(points) // POINTS)
    return points if every == 1 else [*points[:-1:every], points[-1]]


def _beside(curve: str, players: Sequence[Row]) -> list[dict[str, Any]]:
    worth = {row.when: _counted(curve, row) for row in players}
    return [{"player": player, "value": value} for player, value in worth.items() if value is not None]


def _counted(curve: str, row: Row) -> float | None:
    if curve == WORTH:
        return row.reward
    share = row.shares[BESIDE[curve]] if curve in BESIDE else None
    return share.value if share else None


def phases_of(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The phases of a run, each with its first step; none where lines name none."""
    found = [(line["phase"], line.get("step", 0)) for line in lines if "phase" in line]
    return [{"name": name, "first": next(group)[1]} for name, group in groupby(found, key=lambda one: one[0])]


# Trials ---------------------------------------------------------------------------------------------------------------


def trials_of(lines: Sequence[Line]) -> dict[str, Any]:
    """Trials as two tables with intervals: at all points, and at those of the role that was held out."""
    tried = [line for line in lines if line["asks"]]
    return {
        "trials": [_row(one) for one in rows(tried)],
        "held_out_trials": [_row(one) for one in held_out_rows(tried) if one.asks],
    }


def _row(row: Row) -> dict[str, Any]:
    return {**row._asdict(), "shares": [_share(name, share) for name, share in row.shares.items()]}


def _share(column: str, share: Share | None) -> dict[str, Any]:
    counted = {"value": share.value, "low": share.low, "high": share.high, "n": share.n} if share else None
    return {"column": column, "share": counted}


# Samples --------------------------------------------------------------------------------------------------------------


def samples_of(lines: Sequence[Line]) -> dict[str, Any]:
    """Samples by checkpoint, the newest first, and how many older ones are left out."""
    kept: list[dict[str, Any]] = []
    shown = 0
    for step, group in groupby(reversed(lines), key=lambda line: line.get("step", 0)):
        made = [_sample(line) for line in group]
        if kept and shown + len(made) > NEWEST:
            break
        shown += len(made)
        kept.append({"step": step, "samples": made[::-1]})
    return {"checkpoints": kept, "older_samples": len(lines) - shown}


def _sample(line: Line) -> dict[str, Any]:
    """A state with what the model made of it: alike answers once, best first."""
    texts, rewards = line.get("completions", []), line.get("rewards", [])
    outcomes = line.get("outcomes") or [None] * len(texts)
    times = Counter(zip(map(str, texts), rewards, outcomes, strict=False))
    answers = [
        {"text": _cut(text), "reward": reward, "outcome": outcome, "times": n}
        for (text, reward, outcome), n in times.items()
    ]
    answers.sort(key=lambda one: (-one["reward"], -(one["outcome"] or 0)))
    return {
        "point": line.get("point", ""), "role": line.get("role", ""), "prompt": _cut(line.get("prompt", "")),
        "scripted": line.get("scripted", ""), "answers": answers,
    }  # fmt: skip


def first_sampled(config: Line) -> int | None:
    """The first step of which samples are kept; None of a run that keeps none."""
    every, warm = config.get("save_steps"), config.get("warm_start")
    if not (every and warm and config.get("samples")):
        return None
    return (int(warm["steps"]) // int(every) + 1) * int(every)


# Sample games ---------------------------------------------------------------------------------------------------------


def games_of(lines: Sequence[Line]) -> dict[str, Any]:
    """Sample games, the newest first, and how many older ones are left out."""
    shown = lines[-GAMES_SHOWN:]
    return {"games": [_game(line) for line in reversed(shown)], "older_games": len(lines) - len(shown)}


def _game(line: Line) -> dict[str, Any]:
    told = [{"problem": "", **one, "text": _cut(one["text"])} for one in line["lines"]]
    return {**line, "lines": told}


# Help -----------------------------------------------------------------------------------------------------------------


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
