"""The figures of a report, as PNG and as SVG: safe for every kind of colour sight, the same bytes each time."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eval.ratings.rating import RIVALS, Ratings
from eval.report.words import arms_of, counted, result, scale, signed, title
from eval.statistics.result import Analysis, Result
from eval.statistics.result import Figure as Found

INK, FAINT = "#202124", "#9aa0a6"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito's set."""
MARKERS, STROKES = ("o", "s", "D", "^", "v", "P"), ("-", "--", ":", "-.", (0, (5, 1)), (0, (1, 1)))
WIDTH = 4.8
"""Inches: letters stay readable where a phone shrinks the figure."""
STYLE: Any = {
    "font.size": 10, "font.family": "sans-serif", "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": INK,
    "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False, "axes.spines.right": False,
    "svg.fonttype": "none", "figure.facecolor": "none", "axes.facecolor": "none", "legend.frameon": False,
}  # fmt: skip
DPI = 200


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure: what it is called, what it shows in words, and its files."""

    name: str
    title: str
    told: str
    png: bytes
    svg: str

    @property
    def inline(self) -> str:
        """The SVG as a part of a page: its ink follows the page's, its names are its own."""
        svg = self.svg[self.svg.index("<svg") :]
        svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{self.name}-", svg)
        svg = svg.replace(INK, "var(--ink)").replace(FAINT, "var(--faint)")
        svg = re.sub(r' (?:width|height)="[\d.]+pt"', "", svg, count=2)
        return svg.replace("<svg", f'<svg role="img" aria-label="{escape(self.told)}"', 1)


def figures(found: Analysis, ratings: Ratings) -> Iterator[Drawn]:
    """All that there is something to draw for."""
    shares = [one for one in found.results if one.difference and one.share]
    if shares:
        told = ". ".join(map(result, shares))
        yield drawn("forest", "Estimands with 95 % intervals, in points", told, 0.5 * len(shares) + 0.9,
                     lambda axes: _forest(axes, shares))  # fmt: skip
    if any(arm.evil for arm in found.arms):
        told = "; ".join(_told_rates(found))
        yield drawn("wins", "Share of wins by arm, with 95 % intervals", told, 0.5 * len(found.arms) + 1.1,
                     lambda axes: _wins(axes, found))  # fmt: skip
    paired = [one for one in found.results if one.pairs]
    if paired:
        yield drawn("pairs", "Blocks by how their two matches came out", "; ".join(map(_told_pairs, paired)),
                     0.55 * len(paired) + 1.0, lambda axes: _pairs(axes, paired))  # fmt: skip
    grown = [one for one in found.results if one.evidence and one.evidence.path]
    if grown:
        yield drawn("evidence", "Evidence by block", "; ".join(map(_told_evidence, grown)), 2.8,
                     lambda axes: _evidence(axes, grown))  # fmt: skip
    for side in sorted({one.side for one in found.survival}):
        told = f"Share of {side} seats alive at the end of each day, by arm"
        yield drawn(f"survival-{side}", told, told, 2.8, partial(_survival, found=found, side=side))
    rated = [one for one in ratings.ratings if one.points]
    if rated:
        told = "; ".join(f"{one.model} as {one.side.value}: {one.points.value:.0f}" for one in rated if one.points)
        yield drawn("ratings", "Ratings by side, with 95 % intervals", told, 0.42 * len(rated) + 1.0,
                     lambda axes: _ratings(axes, ratings))  # fmt: skip


def drawn(name: str, title: str, told: str, height: float, draw: Callable[..., None]) -> Drawn:
    """A figure of this height in inches; `draw` gets its axes, `told` says in words what it shows."""
    with mpl.rc_context({**STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        draw(figure.add_subplot())
        png, svg = io.BytesIO(), io.StringIO()
        figure.savefig(png, format="png", dpi=DPI, facecolor="white", metadata={"Software": None})
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    return Drawn(name, title, told, png.getvalue(), svg.getvalue())


def rows(axes: Axes, names: Sequence[str]) -> None:
    """Name the rows of a figure, the first one on top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=FAINT, alpha=0.35, linewidth=0.6)


def span(axes: Axes, place: float, found: Found, times: float, colour: str, marker: str) -> None:
    """Mark a value in a row, with its interval where it has one; both `times` as large."""
    value = found.value * times
    if found.low is not None and found.high is not None:
        ends = [found.low * times, found.high * times]
        axes.plot(ends, [place, place], color=colour, linewidth=2.2, solid_capstyle="round")
    axes.plot([value], [place], marker=marker, color=colour, markersize=7, markeredgecolor="white", markeredgewidth=0.8)


def _forest(axes: Axes, results: Sequence[Result]) -> None:
    axes.axvline(0, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
    for place, one in enumerate(results):
        assert one.difference
        colour, marker = (COLOURS[1], "D") if one.finding else (COLOURS[0], "o")
        span(axes, place, one.difference, scale(one), colour, marker)
        value = one.difference.value * scale(one)
        axes.annotate(signed(value, one), (value, place), (0, 7), textcoords="offset points", ha="center", fontsize=9)
    rows(axes, [f"{one.estimand.name}\n{one.estimand.arm or title(one)}" for one in results])
    axes.set_xlabel("points (diamond: a finding after correction)")


def _wins(axes: Axes, found: Analysis) -> None:
    for place, arm in enumerate(found.arms):
        for offset, share, colour, marker in ((-0.14, arm.evil, COLOURS[1], "s"), (0.14, arm.town, COLOURS[0], "o")):
            if share:
                span(axes, place + offset, share, 100, colour, marker)
    rows(axes, [f"{arm.arm}\nn = {arm.matches}" for arm in found.arms])
    axes.plot([], [], color=COLOURS[1], marker="s", label="evil won")
    axes.plot([], [], color=COLOURS[0], marker="o", label="town won")
    axes.legend(ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    axes.set_xlabel("% of matches")


def _pairs(axes: Axes, paired: Sequence[Result]) -> None:
    parts = (("only", "first arm only", COLOURS[1]), ("other", "second arm only", COLOURS[0]),
             ("both", "both", "#b8b8b8"), ("neither", "neither", "#e3e3e3"))  # fmt: skip
    for place, one in enumerate(paired):
        left = 0
        for part, _, colour in parts:
            n = getattr(one.pairs, part)
            axes.barh(place, n, left=left, color=colour, height=0.6, edgecolor="white", linewidth=0.8)
            if n:
                ink = "white" if colour in COLOURS else "#111111"
                axes.annotate(str(n), (left + n / 2, place), ha="center", va="center", fontsize=9, color=ink)
            left += n
    for _, label, colour in parts:
        axes.barh([0], [0], color=colour, label=label)
    rows(axes, [f"{one.estimand.name}\n{' / '.join(arms_of(one))}" for one in paired])
    axes.legend(ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=9)
    axes.set_xlabel("blocks")


def _evidence(axes: Axes, grown: Sequence[Result]) -> None:
    for place, one in enumerate(grown):
        assert one.evidence
        blocks, values = zip(*one.evidence.path, strict=True)
        axes.plot(blocks, values, color=COLOURS[place % 6], linestyle=STROKES[place % 6], label=one.estimand.name)
    for stop in {one.evidence.threshold for one in grown if one.evidence}:
        axes.axhline(stop, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.annotate(f"{stop:g}", (0, stop), (2, 3), textcoords="offset points", fontsize=9)
    axes.set_yscale("log")
    axes.set_xlabel("blocks")
    axes.set_ylabel("e-value")
    axes.legend(ncols=4, loc="lower center", bbox_to_anchor=(0.5, 1.0))


def _survival(axes: Axes, found: Analysis, side: str) -> None:
    for place, one in enumerate(one for one in found.survival if one.side == side):
        days, shares, *_ = zip(*one.points, strict=True)
        axes.step(days, [100 * share for share in shares], where="post", color=COLOURS[place % 6],
                  linestyle=STROKES[place % 6], label=f"{one.arm} (n = {one.seats:,})")  # fmt: skip
    axes.set_ylim(0, 103)
    axes.set_xlabel("day")
    axes.set_ylabel("% alive")
    axes.legend(ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=9)


def _ratings(axes: Axes, ratings: Ratings) -> None:
    rated = [one for one in ratings.ratings if one.points]
    axes.axvline(1500, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
    for place, one in enumerate(rated):
        assert one.points
        kind = RIVALS.index(one.side)
        colour, marker = (COLOURS[1], "s") if not kind else (COLOURS[0], "o")
        points = Found(one.points.value, one.points.low, one.points.high, one.matches)
        span(axes, place, points, 1, colour, marker)
    rows(axes, [f"{one.model} as {one.side.value}\n{counted(one.matches, 'match', 'matches')}" for one in rated])
    axes.set_xlabel("points (1500: mean of the side)")


# In words -------------------------------------------------------------------------------------------------------------


def _told_rates(found: Analysis) -> Iterator[str]:
    for arm in found.arms:
        if arm.evil and arm.town:
            yield f"{arm.arm}: evil won {arm.evil.value:.0%}, town {arm.town.value:.0%} of {arm.matches}"


def _told_pairs(one: Result) -> str:
    assert one.pairs
    first, second = arms_of(one)
    told = f"{one.pairs.only} in {first} only, {one.pairs.other} in {second} only"
    return f"{one.estimand.name}: {told}, of {counted(one.pairs.n, 'block')}"


def _told_evidence(one: Result) -> str:
    assert one.evidence
    return f"{one.estimand.name}: {one.evidence.e:.2g} after {counted(one.evidence.path[-1][0], 'block')}"
