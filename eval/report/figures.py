"""The figures of a report, as PNG and as SVG: safe for every kind of colour sight, the same bytes each time."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eval.ratings.rating import RIVALS, Ratings
from eval.report.findings import Estimate, Findings
from eval.report.words import counted, result, signed

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


def figures(found: Findings, ratings: Ratings) -> Iterator[Drawn]:
    """All that there is something to draw for."""
    estimates = [one for one in found.estimates if one.interval and one.is_share]
    if estimates:
        told = ". ".join(map(result, estimates))
        yield _drawn("forest", "Estimands with 95 % intervals, in points", told, 0.5 * len(estimates) + 0.9,
                     lambda axes: _forest(axes, estimates))  # fmt: skip
    if any(arm.evil for arm in found.arms):
        told = "; ".join(_told_rates(found))
        yield _drawn("wins", "Share of wins by arm, with 95 % intervals", told, 0.5 * len(found.arms) + 1.1,
                     lambda axes: _wins(axes, found))  # fmt: skip
    paired = [one for one in found.estimates if one.pairs]
    if paired:
        yield _drawn("pairs", "Blocks by how their two matches came out", "; ".join(map(_told_pairs, paired)),
                     0.55 * len(paired) + 1.0, lambda axes: _pairs(axes, paired))  # fmt: skip
    if any(one.evidence for one in found.estimates):
        yield _drawn("evidence", "Evidence by block", "; ".join(_told_evidence(found)), 2.8,
                     lambda axes: _evidence(axes, found))  # fmt: skip
    for side in sorted({one.side for one in found.survival}):
        told = f"Share of {side} seats alive at the end of each day, by arm"
        yield _drawn(f"survival-{side}", told, told, 2.8, lambda axes, side=side: _survival(axes, found, side))
    rated = [one for one in ratings.ratings if one.points]
    if rated:
        told = "; ".join(f"{one.model} as {one.side.value}: {one.points.value:.0f}" for one in rated if one.points)
        yield _drawn("ratings", "Ratings by side, with 95 % intervals", told, 0.42 * len(rated) + 1.0,
                     lambda axes: _ratings(axes, ratings))  # fmt: skip


def _drawn(name: str, title: str, told: str, height: float, draw: Callable[..., None]) -> Drawn:
    with mpl.rc_context({**STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        draw(figure.add_subplot())
        png, svg = io.BytesIO(), io.StringIO()
        figure.savefig(png, format="png", dpi=DPI, facecolor="white", metadata={"Software": None})
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    return Drawn(name, title, told, png.getvalue(), svg.getvalue())


def _rows(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=FAINT, alpha=0.35, linewidth=0.6)


def _span(axes: Axes, place: float, low: float, value: float, high: float, colour: str, marker: str) -> None:
    axes.plot([low, high], [place, place], color=colour, linewidth=2.2, solid_capstyle="round")
    axes.plot([value], [place], marker=marker, color=colour, markersize=7, markeredgecolor="white", markeredgewidth=0.8)


def _forest(axes: Axes, estimates: Sequence[Estimate]) -> None:
    axes.axvline(0, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
    for place, one in enumerate(estimates):
        assert one.interval
        low, value, high = (end * one.scale for end in (one.interval.low, one.interval.value, one.interval.high))
        found = bool(one.finding)
        _span(axes, place, low, value, high, COLOURS[1] if found else COLOURS[0], "D" if found else "o")
        axes.annotate(signed(value, one), (value, place), (0, 7), textcoords="offset points", ha="center", fontsize=9)
    _rows(axes, [f"{one.name}\n{one.arm or one.title}" for one in estimates])
    axes.set_xlabel("points (diamond: a finding after correction)")


def _wins(axes: Axes, found: Findings) -> None:
    for place, arm in enumerate(found.arms):
        for offset, rate, colour, marker in ((-0.14, arm.evil, COLOURS[1], "s"), (0.14, arm.town, COLOURS[0], "o")):
            if rate:
                low, value, high = (100 * end for end in (rate.low, rate.value, rate.high))
                _span(axes, place + offset, low, value, high, colour, marker)
    _rows(axes, [f"{arm.name}\nn = {arm.ended}" for arm in found.arms])
    axes.plot([], [], color=COLOURS[1], marker="s", label="evil won")
    axes.plot([], [], color=COLOURS[0], marker="o", label="town won")
    axes.legend(ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    axes.set_xlabel("% of matches")


def _pairs(axes: Axes, paired: Sequence[Estimate]) -> None:
    parts = (("only", "first arm only", COLOURS[1]), ("other", "second arm only", COLOURS[0]),
             ("both", "both", "#b8b8b8"), ("neither", "neither", "#e3e3e3"))  # fmt: skip
    for place, one in enumerate(paired):
        left = 0
        for part, _, colour in parts:
            n = getattr(one.pairs, part)
            axes.barh(place, n, left=left, color=colour, height=0.6, edgecolor="white", linewidth=0.8)
            if n:
                white = part in ("only", "other")
                axes.annotate(str(n), (left + n / 2, place), ha="center", va="center", fontsize=9,
                              color="white" if white else "#111111")  # fmt: skip
            left += n
    for _, label, colour in parts:
        axes.barh([0], [0], color=colour, label=label)
    _rows(axes, [f"{one.name}\n{one.arm} / {one.against}" for one in paired])
    axes.legend(ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=9)
    axes.set_xlabel("blocks")


def _evidence(axes: Axes, found: Findings) -> None:
    if found.stop:
        axes.axhline(found.stop, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.annotate(f"stops at {found.stop:g}", (0, found.stop), (4, 4), textcoords="offset points", fontsize=9)
    for place, one in enumerate(one for one in found.estimates if one.evidence):
        blocks, values = zip(*one.evidence, strict=True)
        axes.plot(blocks, values, color=COLOURS[place % 6], linestyle=STROKES[place % 6], label=one.name)
    axes.set_yscale("log")
    axes.set_xlabel("blocks")
    axes.set_ylabel("e-value")
    axes.legend(ncols=4, loc="lower center", bbox_to_anchor=(0.5, 1.0))


def _survival(axes: Axes, found: Findings, side: str) -> None:
    for place, one in enumerate(one for one in found.survival if one.side == side):
        days, shares = zip(*one.points, strict=True)
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
        _span(axes, place, one.points.low, one.points.value, one.points.high, colour, marker)
    _rows(axes, [f"{one.model} as {one.side.value}\n{counted(one.matches, 'match', 'matches')}" for one in rated])
    axes.set_xlabel("points (1500: mean of the side)")


# In words -------------------------------------------------------------------------------------------------------------


def _told_rates(found: Findings) -> Iterator[str]:
    for arm in found.arms:
        if arm.evil and arm.town:
            yield f"{arm.name}: evil won {arm.evil.value:.0%}, town {arm.town.value:.0%} of {arm.ended}"


def _told_pairs(one: Estimate) -> str:
    assert one.pairs
    return f"{one.name}: {one.pairs.only} in {one.arm} only, {one.pairs.other} in {one.against} only of {one.pairs.n}"


def _told_evidence(found: Findings) -> Iterator[str]:
    for one in found.estimates:
        if one.evidence:
            yield f"{one.name}: {one.evidence[-1][1]:.2g} after {counted(one.evidence[-1][0], 'block')}"
