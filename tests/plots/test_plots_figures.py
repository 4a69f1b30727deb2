"""Figures: labels that do not overlap, honest axes, limits on every picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rift_sim
from rift_sim.calendar import Month
from rift_sim.ensemble.run import Run
from rift_sim.errors import InputError
from rift_sim.plots.events import Mark, label_marks, marks_of, place_labels
from rift_sim.plots.fans import draw_fan, fan_figure, quantiles
from rift_sim.plots.map_values import department_layer, parse_date
from rift_sim.plots.maps import map_figure
from rift_sim.plots.overview import overview_figure
from rift_sim.plots.style import new_figure, scale_of
from rift_sim.plots.time_axis import date_axis, named_months


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("plots") / "run"
    return rift_sim.run(
        "reference", replicates=6, workers=1, out=folder, municipal=True, settings=["end=2027-12"]
    )


def texts(figure: object) -> str:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    assert isinstance(figure, Figure)
    return "\n".join(text.get_text() for text in figure.findobj(Text))  # type: ignore[attr-defined]


@given(labels=st.lists(st.tuples(st.floats(0, 500), st.floats(1, 300)), min_size=1, max_size=12))
def test_labels_never_cover_each_other_or_a_line(labels: list[tuple[float, float]]) -> None:
    labels = sorted(labels)
    starts = [start for start, _ in labels]
    widths = [width for _, width in labels]
    rows = place_labels(starts, widths, 2.0)
    for i in range(len(labels)):
        for j in range(i + 1, len(labels)):
            covers = starts[j] < starts[i] + widths[i]
            # The later line rises to its row; the earlier label must lie above it.
            assert not covers or rows[i] > rows[j]


def test_far_labels_share_a_row() -> None:
    assert place_labels([0, 100, 200], [50, 50, 50], 2) == [0, 0, 0]


def test_labels_of_crowded_events_do_not_overlap_on_the_canvas() -> None:
    figure = new_figure(8, 6)
    axes = figure.add_axes((0.1, 0.1, 0.85, 0.5))
    ends = [np.datetime64("2026-01-01"), np.datetime64("2030-12-01")]
    axes.plot(ends, [0, 1])
    axes.set_xlim(*ends)
    dates = ["2026-01", "2026-02", "2026-04", "2026-08", "2028-01", "2030-06", "2030-11"]
    marks = [Mark(np.datetime64(d, "ns"), f"Something of note in {d}; and more") for d in dates]
    label_marks(axes, marks, height=3.0)
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    boxes = [text.get_window_extent(renderer) for text in axes.texts]
    assert len(boxes) == len(dates)
    for i, one in enumerate(boxes):
        assert one.x1 <= figure.bbox.x1
        assert not any(one.overlaps(other) for other in boxes[i + 1 :])


def test_marks_merge_the_events_of_a_month(run: Run) -> None:
    marks = marks_of(run)
    dates = [mark.date for mark in marks]
    assert dates == sorted(set(dates))
    assert len(marks) == len({event.date for event in run.scenario.timeline})


def test_quantiles_of_known_values() -> None:
    values = np.arange(101.0)[:, None] * np.ones((1, 3))
    np.testing.assert_allclose(quantiles(values)[:, 0], [5, 25, 50, 75, 95])


@pytest.mark.parametrize("name", ["control", "newly_displaced", "displaced_stock"])
def test_fan_chart(run: Run, name: str, tmp_path: Path) -> None:
    figure = fan_figure(run, name)
    (axes,) = figure.axes
    written = texts(figure)
    assert "not a prediction" in written
    assert "6 replicates" in written
    assert rift_sim.__version__ in written
    assert str(run.dataset[name].attrs["long_name"]) in written
    median = np.median(run.dataset[name].values, axis=0)
    line = next(line for line in axes.lines if len(line.get_xdata()) == 24)
    factor = np.asarray(line.get_ydata()) / median
    assert factor.min() == pytest.approx(factor.max())
    bottom, top = axes.get_ylim()
    if name == "control":
        assert (bottom, top) == (0, 100)
        assert "%" in axes.get_ylabel()
    elif bottom != 0:
        assert "does not start at zero" in axes.get_ylabel()
    figure.savefig(tmp_path / "fan.png")
    assert (tmp_path / "fan.png").stat().st_size > 10_000


def test_overview_has_a_panel_for_each_series_and_a_key(run: Run) -> None:
    figure = overview_figure(run)
    assert len(figure.axes) == 12
    written = texts(figure)
    for mark in marks_of(run):
        assert mark.label[:20] in written


@pytest.mark.parametrize("months", [1, 2, 24])
def test_an_axis_shows_the_last_month_to_its_end(months: int) -> None:
    time = (np.datetime64("2026-01") + np.arange(months)).astype("datetime64[ns]")
    axes = new_figure(4.0, 3.0).add_subplot()
    axes.plot(time, np.arange(months))
    date_axis(axes, time)
    first, last = axes.get_xlim()
    assert first == time[0].astype("datetime64[D]").astype(int)
    assert last - first >= 28 * months


@pytest.mark.parametrize(
    ("first", "months", "named"),
    [
        ("2026-01", 1, "2026-01"),
        ("2025-12", 4, "2025-12 2026-01 2026-02 2026-03"),
        ("2026-02", 12, "2026-02 2026-05 2026-08 2026-11"),
        ("2026-02", 19, "2027"),
        ("2026-01", 60, "2026 2027 2028 2029 2030"),
        ("2026-01", 1200, "2026 2036 2046 2056 2066 2076 2086 2096 2106 2116"),
    ],
)
def test_an_axis_names_months_that_fit(first: str, months: int, named: str) -> None:
    time = (np.datetime64(first) + np.arange(months)).astype("datetime64[ns]")
    chosen, form = named_months(time)
    assert [day.item().strftime(form) for day in chosen.astype("datetime64[D]")] == named.split()
    axes = new_figure(4.0, 3.0).add_subplot()
    axes.plot(time, np.arange(months))
    date_axis(axes, time)
    left, right = axes.get_xlim()
    assert [label.get_text() for label in axes.get_xticklabels()] == named.split()
    assert all(left <= place < right for place in axes.get_xticks())


def test_a_single_month_can_be_seen() -> None:
    axes = new_figure(4.0, 3.0).add_subplot()
    draw_fan(axes, np.array(["2026-01"], "datetime64[ns]"), np.arange(5.0)[:, None])
    (line,) = axes.lines
    assert list(line.get_ydata()) == [2.0, 2.0]
    assert line.get_xdata()[1] > line.get_xdata()[0]


def test_units_in_words() -> None:
    assert scale_of("control", "1", "stock", 1).label == "% of municipalities"
    assert scale_of("control_population", "1", "stock", 1).label == "% of people"
    assert scale_of("newly_displaced", "people", "flow", 4e4).label == "thousand people per month"
    assert scale_of("aid_usd", "USD", "flow", 4e7).label == "million dollars per month"


def test_map_of_departments(run: Run) -> None:
    figure = map_figure(run, "control", Month(2027, 6))
    written = texts(figure)
    assert "June 2027" in written
    assert "% of" in written
    assert "San Andrés" in written
    layer = department_layer(run.dataset, "control", Month(2027, 6), None)
    series = run.dataset["control_department"].isel(time=17)
    np.testing.assert_allclose(
        list(layer.values.values()), 100 * np.median(series.values, axis=0), rtol=1e-6
    )
    highest = max(layer.values, key=lambda code: layer.values[code])
    assert f"{layer.values[highest]:,.0f} %" in written


def test_map_of_a_flow_sums_from_january(run: Run) -> None:
    layer = department_layer(run.dataset, "newly_displaced", Month(2027, 3), None)
    assert layer.when == "January to March 2027"
    months = run.dataset["newly_displaced_department"].isel(time=slice(12, 15)).sum("time")
    np.testing.assert_allclose(
        list(layer.values.values()),
        np.median(months.values.astype(float), axis=0) * layer.scale.factor,
        rtol=1e-5,
    )


def test_map_keeps_the_shape_of_the_country(run: Run) -> None:
    axes = map_figure(run, "control", Month(2026, 12)).axes[0]
    assert axes.get_aspect() == pytest.approx(1 / np.cos(np.radians(4.5)))


def test_map_of_municipalities(run: Run) -> None:
    figure = map_figure(run, "control", Month(2027, 12), municipal=True)
    points = figure.axes[0].collections[-1]
    assert len(points.get_offsets()) == 1122
    assert "seats of municipalities" in texts(figure)


@pytest.mark.parametrize(
    ("variable", "options", "words"),
    [
        ("contrl", {}, "did you mean 'control'"),
        ("control", {"group": "ELN"}, "presence_survey"),
        ("presence_survey", {"group": "FARQ"}, "no group 'FARQ'"),
        ("confined", {"municipal": True}, "newly_displaced"),
    ],
)
def test_map_refusals(run: Run, variable: str, options: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        map_figure(run, variable, Month(2027, 12), **options)  # type: ignore[arg-type]


def test_dates_outside_the_run(run: Run) -> None:
    assert parse_date(run, "2027-12-31") == Month(2027, 12)
    for text in ("2028-01", "2025-12", "soon"):
        with pytest.raises(InputError, match="2026-01 to 2027-12"):
            parse_date(run, text)
