"""The dated events of a scenario, marked on a time axis with labels that do not overlap."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rift_sim.plots.style import GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from rift_sim.ensemble.outline import Outline, Unread
    from rift_sim.ensemble.run import Run
    from rift_sim.scenario import Event

__all__ = [
    "Mark",
    "label_marks",
    "marks_among",
    "marks_apart",
    "marks_of",
    "place_labels",
    "rule_marks",
]

_LONGEST = 88
_ROW_POINTS = 9.5
_FONT_POINTS = 6.5


@dataclass(frozen=True)
class Mark:
    """Events of one month.

    Attributes
    ----------
    date
        First day of the month.
    label
        What happened, in a few words.
    """

    date: np.datetime64
    label: str

    @property
    def position(self) -> float:
        """Where it stands on a matplotlib axis of dates."""
        from matplotlib import dates

        make: Any = dates  # Its functions carry no types.
        return float(make.date2num(self.date))


def marks_of(run: Run) -> list[Mark]:
    """Return a mark for each month of the run in which something is said to happen.

    In a sweep only what happens in every one of its scenarios is marked.
    """
    first, *others = [point for _, point in run.outline.points()]
    return marks_among(
        event for event in first.timeline if all(event in other.timeline for other in others)
    )


def marks_among(events: Iterable[Event | Unread], name: str = "") -> list[Mark]:
    """Return a mark for each month in which one of the events happens, after a name if given."""
    by_month: dict[str, list[str]] = {}
    for event in events:
        by_month.setdefault(str(event.date), []).append(_describe(event))
    begin = f"{name}: " if name else ""
    return [
        Mark(np.datetime64(month, "ns"), _shorten(f"{begin}{'; '.join(dict.fromkeys(texts))}"))
        for month, texts in by_month.items()
    ]


def marks_apart(scenarios: Sequence[Outline], names: Sequence[str]) -> list[Mark]:
    """Return marks for months in which something happens in one of two scenarios only.

    Parameters
    ----------
    scenarios
        Outlines of two of them, without a sweep.
    names
        What to call each.
    """
    found = []
    for scenario, other, name in zip(scenarios, reversed(scenarios), names, strict=True):
        own = (event for event in scenario.timeline if event not in other.timeline)
        found += marks_among(own, name)
    return sorted(found, key=lambda mark: mark.date)


def _describe(event: Any) -> str:
    """Return the note of an event up to its first break, or the names of its actions."""
    if event.note:
        note = str(event.note)
        for stop in (";", ". ", " ("):
            note = note.partition(stop)[0]
        return note.rstrip(".")
    return ", ".join(kind.replace("_", " ") for kind, _ in event.actions)


def _shorten(text: str) -> str:
    return textwrap.shorten(text, _LONGEST, placeholder=" …")


def rule_marks(axes: Axes, marks: list[Mark]) -> None:
    """Draw a thin line at each mark."""
    for mark in marks:
        axes.axvline(mark.position, color="#B0B0B0", linewidth=0.7, linestyle=(0, (2, 2)), zorder=1)


def place_labels(starts: list[float], widths: list[float], gap: float) -> list[int]:
    """Choose a row for each label so that none covers another or another's line.

    Parameters
    ----------
    starts
        Left end of each label, which is where its line rises; in rising order.
    widths
        Width of each label, in the same unit.
    gap
        Least distance between two labels of a row.

    Returns
    -------
    list of int
        Row of each label from the bottom. An earlier label lies above every later one
        that begins within its length, so lines end below the labels they would cross.
    """
    rows = [0] * len(starts)
    for k in reversed(range(len(starts))):
        end = starts[k] + widths[k] + gap
        inside = [rows[j] for j in range(k + 1, len(starts)) if starts[j] < end]
        rows[k] = max(inside) + 1 if inside else 0
    return rows


def label_marks(axes: Axes, marks: list[Mark], *, height: float) -> float:
    """Write the labels above the axes and return the height they take, in inches.

    Parameters
    ----------
    axes
        Must have its final horizontal limits.
    marks
        In order of date.
    height
        Height of the axes in inches.
    """
    if not marks:
        return 0.0
    figure = axes.figure
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined,unused-ignore]
    dots = figure.dpi
    edge = axes.get_window_extent(renderer).x1 + 0.1 * dots
    texts, starts, widths = [], [], []
    for mark in marks:
        text = axes.text(
            mark.position,
            1.0,
            mark.label,
            fontsize=_FONT_POINTS,
            color=GREY,
            va="bottom",
            ha="left",
            parse_math=False,
        )
        start = axes.transData.transform((mark.position, 0))[0]
        while (width := text.get_window_extent(renderer).width) > edge - start and len(
            text.get_text()
        ) > 6:
            text.set_text(text.get_text().removesuffix("…").rstrip()[:-2].rstrip() + "…")
        texts.append(text)
        starts.append(float(start))
        widths.append(float(width))
    rows = place_labels(starts, widths, 0.05 * dots)
    step = _ROW_POINTS / 72 / height
    for text, mark, row in zip(texts, marks, rows, strict=True):
        level = 1.0 + (row + 0.35) * step
        text.set_transform(axes.get_xaxis_transform())
        text.set_position((mark.position, level))
        axes.plot(
            [mark.position, mark.position],
            [1.0, level + 0.5 * step],
            transform=axes.get_xaxis_transform(),
            color="#B0B0B0",
            linewidth=0.7,
            clip_on=False,
            zorder=1,
        )
        text.set_x(mark.position + _points_to_days(axes, 2.5))
    return (max(rows) + 1.4) * _ROW_POINTS / 72


def _points_to_days(axes: Axes, points: float) -> float:
    left, right = axes.get_xlim()
    inches = axes.get_window_extent().width / axes.figure.dpi
    return points / 72 * (right - left) / inches
