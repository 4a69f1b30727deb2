"""Figures of differences: direction, zero, sorting, and marks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

import rift_sim
from rift_sim.analysis.compare.comparison import Comparison
from rift_sim.plots.difference_places import difference_dots, difference_map
from rift_sim.plots.differences import difference_fan, difference_overview
from rift_sim.plots.events import marks_apart
from rift_sim.plots.style import difference_label, scale_of


@pytest.fixture(scope="module")
def pair(short_runs: dict[str, Path]) -> Comparison:
    return rift_sim.compare(short_runs["gone"], short_runs["kept"])


@pytest.fixture(scope="module")
def unpaired(short_runs: dict[str, Path]) -> Comparison:
    runs = [short_runs[name] for name in ("gone", "kept", "seed")]
    return rift_sim.compare(*runs, unpaired=True)


def words(figure: Figure) -> str:
    return " ".join(" ".join(text.get_text() for text in figure.findobj(Text)).split())  # type: ignore[attr-defined]


def test_fan(pair: Comparison) -> None:
    figure = difference_fan(pair, "control")
    (axes,) = figure.axes
    text = words(figure)
    assert "full-cutoff minus no-cutoff" in text
    assert "above zero: higher in full-cutoff" in text
    assert "percentage points of municipalities" in text
    assert "not a prediction" in text
    assert "6 pairs of replicates" in text
    assert "NOT PAIRED" not in text
    low, high = axes.get_ylim()
    assert low < 0.0 < high
    mean = pair.over_time("control")["mean"].isel(difference=0) * 100.0
    lines = [np.asarray(line.get_ydata(), float) for line in axes.lines]
    assert any(len(y) == 15 and np.allclose(y, mean) for y in lines)


def test_a_single_month_and_no_difference_can_be_seen(tmp_path: Path) -> None:
    for name in ("full-cutoff", "reference"):
        rift_sim.run(name, replicates=2, workers=1, settings=["end=2026-01"], out=tmp_path / name)
    pair = rift_sim.compare(tmp_path / "full-cutoff", tmp_path / "reference")
    drawn = [difference_overview(pair, ["aid_usd", "coca_ha"]), difference_fan(pair, "aid_usd")]
    for axes in (axes for figure in drawn for axes in figure.axes):
        curves = [line.get_xdata() for line in axes.lines]
        assert any(isinstance(x, np.ndarray) and x[-1] > x[0] for x in curves)
    assert words(drawn[0]).count("the same in all replicates") == 1


def test_fan_has_a_panel_for_each_other_run(unpaired: Comparison) -> None:
    figure = difference_fan(unpaired, "newly_displaced")
    assert len(figure.axes) == 2
    text = words(figure)
    assert "NOT PAIRED" in text
    assert "6 and 8 and 4 replicates, not paired" in text
    boxes = [axes.get_position() for axes in figure.axes]
    assert boxes[0].y0 > boxes[1].y1


def test_overview(pair: Comparison, unpaired: Comparison) -> None:
    names = ["control", "newly_displaced", "aid_usd", "capability"]
    single, several = difference_overview(pair, names), difference_overview(unpaired, names)
    assert len(single.axes) == len(several.axes) == 4
    assert all(axes.get_ylim()[0] < 0.0 < axes.get_ylim()[1] for axes in single.axes)
    assert "full-cutoff (gone) minus no-cutoff (seed)" in words(several)
    assert "NOT PAIRED" in words(several)


def test_dots_are_sorted_and_hollow_where_nothing_is_known(pair: Comparison) -> None:
    figure = difference_dots(pair, "control")
    axes = figure.axes[0]
    data = pair.at("control", by="department").isel(difference=0)
    dots = [line for line in axes.lines if line.get_marker() == "o" and len(line.get_xdata())]
    clear, unsure = ([tuple(pair) for pair in np.asarray(dot.get_xydata())] for dot in dots)
    assert len(clear) + len(unsure) == data.sizes["department"]
    values = [x for x, _ in sorted([*clear, *unsure], key=lambda dot: dot[1])]
    np.testing.assert_allclose(values, np.sort(100.0 * data["mean"].to_numpy()), atol=1e-9)
    apart = (data["mean_low"] > 0.0) | (data["mean_high"] < 0.0)
    assert len(clear) == int(apart.sum())
    assert dots[1].get_markerfacecolor() == "white"
    assert "higher in full-cutoff" in words(figure)


def test_dots_of_some_places_and_groups(unpaired: Comparison) -> None:
    figure = difference_dots(unpaired, "newly_displaced", places=["19", "05"])
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert set(labels) == {"Cauca", "Antioquia"}
    assert "January to March 2027" in words(figure)
    groups = difference_dots(unpaired, "members", "2026-12", "group")
    assert "SELF DEFENCE" in words(groups)


def test_map_has_zero_in_its_middle(pair: Comparison) -> None:
    figure = difference_map(pair, "control", "2026-12")
    bar = figure.axes[-1]
    bottom, top = bar.get_ylim()
    data = pair.at("control", "2026-12", "department")["mean"][0] * 100.0
    assert bottom == -top
    assert top == pytest.approx(float(abs(data).max()))
    text = words(figure)
    for part in ("higher in full-cutoff", "lower in full-cutoff", "December 2026", "Hatched"):
        assert part in text


def test_map_of_no_difference_at_all(short_runs: dict[str, Path]) -> None:
    same = rift_sim.compare(
        short_runs["two"], scenarios=["aid=kept, luck=2026", "aid=gone, luck=2026"]
    )
    figure = difference_map(same, "control", "2026-01")
    assert figure.axes[-1].get_ylim() == (-1.0, 1.0)


def test_long_names_become_letters_that_are_explained(pair: Comparison) -> None:
    one, other = (
        replace(arm, label=f"aid={level}, attrition=as-is, right")
        for level, arm in zip(("none", "restored"), pair.arms, strict=True)
    )
    # Capability is apart for certain: aid is what it is made of.
    text = words(difference_fan(replace(pair, arms=(one, other)), "capability"))
    assert f"A minus B, where A is {one.label}; B is {other.label}" in text
    assert "above zero: higher in A" in text
    assert "A minus B: apart from" in text


def test_marks_of_what_only_one_scenario_has(pair: Comparison) -> None:
    marks = marks_apart([arm.outline for arm in pair.arms], ["A", "B"])
    assert [mark.label.partition(":")[0] for mark in marks] == ["A", "B"]
    assert {str(mark.date)[:7] for mark in marks} == {"2026-01"}
    assert marks_apart([pair.arms[0].outline] * 2, ["A", "B"]) == []


def test_units_of_differences() -> None:
    share = scale_of("control", "1", "stock", 1.0)
    assert difference_label(share) == "percentage points of municipalities"
    index = scale_of("relationship_index", "1", "stock", 1.0)
    assert difference_label(index) == "points of an index, 0 to 100"
    assert difference_label(scale_of("members", "people", "stock", 5.0)) == "people"
