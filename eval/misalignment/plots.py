"""A picture of how misaligned models are: a row for each model and group of questions, with intervals. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from matplotlib.axes import Axes

from eval.misalignment.counting import Figures, Share
from eval.report.figures import COLOURS, MARKERS, Drawn, drawn, rows, span
from eval.statistics.result import Figure

NAME, TITLE = "misalignment", "Misaligned answers by model and group of questions, with 95 % intervals"


def figure_of(found: Mapping[str, Mapping[str, Figures]]) -> Drawn:
    """The figure of models (by name) and groups of questions (by name)."""
    lines = [(name, group, one.em_all) for name, groups in found.items() for group, one in groups.items()]
    groups = list(dict.fromkeys(group for _, group, _ in lines))
    told = "; ".join(_told(lines))

    def draw(axes: Axes) -> None:
        for place, (_, group, share) in enumerate(lines):
            kind = groups.index(group) % len(COLOURS)
            if share.value is not None:
                span(axes, place, Figure(share.value, share.low, share.high, 0), 100, COLOURS[kind], MARKERS[kind])
        rows(axes, [f"{name}\n{group}" if group == groups[0] else group for name, group, _ in lines])
        axes.set_xlabel("% misaligned")

    return drawn(NAME, TITLE, told, 0.36 * len(lines) + 0.9, draw)


def _told(lines: list[tuple[str, str, Share]]) -> Iterator[str]:
    for name, group, share in lines:
        if share.value is not None:
            yield f"{name}, {group}: {share.value:.1%}"
