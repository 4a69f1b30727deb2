"""Charts of a report: axes as long as what is drawn, and no chart where nothing is to be seen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("bokeh", reason="no bokeh (extra 'report')")

import xarray as xr

from rift_sim.calendar import Month
from rift_sim.plots.style import Scale
from rift_sim.report.blocks import difference_blocks
from rift_sim.report.charts import Fan, fan_chart

TIME = np.arange("2026-01", "2031-01", dtype="datetime64[M]").astype("datetime64[ns]")
BANDS = np.outer([0.0, 40.0, 60.0, 100.0, 500.0], np.ones(len(TIME)))


@pytest.mark.parametrize(("count", "top"), [(1, 500.0), (2, 100.0), (3, 100.0), (4, 60.0)], ids=str)
def test_the_axis_is_that_of_the_bands_drawn(count: int, top: float) -> None:
    fans = [Fan(str(k), BANDS) for k in range(count)]
    chart = fan_chart(TIME, fans, Scale(1.0, "people"))
    assert chart.y_range.end == pytest.approx(1.08 * top)
    drawn = {
        row
        for glyph in (renderer.glyph for renderer in chart.renderers)
        for row in ((glyph.y1, glyph.y2) if hasattr(glyph, "y1") else (glyph.y,))
    }
    columns = chart.renderers[0].data_source.data
    assert max(float(np.max(columns[name])) for name in drawn) == top


def test_the_axis_ends_before_the_next_year() -> None:
    chart = fan_chart(TIME, [Fan("one", BANDS)], Scale(1.0, "people"))
    assert chart.x_range.start == TIME[0].astype("datetime64[ms]").astype(int)
    assert TIME[-1] <= np.datetime64(chart.x_range.end, "ms") < np.datetime64("2031-01-01")


@pytest.mark.parametrize(("months", "named"), [(1, 1), (60, 5)])
def test_months_named_are_drawn_and_lie_on_the_axis(months: int, named: int) -> None:
    chart = fan_chart(TIME[:months], [Fan("one", BANDS[:, :months])], Scale(1.0, "people"))
    start, end = chart.x_range.start, chart.x_range.end
    assert len(chart.xaxis[0].ticker.ticks) == named
    assert all(start <= tick < end for tick in chart.xaxis[0].ticker.ticks)
    columns = chart.renderers[0].data_source.data
    assert len(columns["time"]) >= 2
    assert {len(column) for column in columns.values()} == {len(columns["time"])}
    assert set(columns["month"]) == {str(month)[:7] for month in TIME[:months]}


@pytest.mark.parametrize(
    ("level", "largest", "seen"), [(4.28e5, 1.2, False), (1000.0, 1.2, True), (0.0, 0.0, False)]
)
def test_differences_too_small_to_be_seen_have_no_chart(
    level: float, largest: float, seen: bool
) -> None:
    attrs = {"long_name": "coca", "units": "ha", "kind": "stock"}
    data = xr.Dataset(
        {"coca_ha": (("replicate", "time"), np.full((2, len(TIME)), level))}, {"time": TIME}
    )
    spread = np.zeros((1, 5, len(TIME)))
    spread[0, 0, -1] = -largest
    found = xr.Dataset({"quantiles": (("difference", "quantile", "time"), spread)}, attrs=attrs)
    comparison: Any = SimpleNamespace(
        data=(data, data),
        differences=("a minus b",),
        months=(Month(2026, 1), Month(2030, 12)),
        variables=lambda: ["coca_ha"],
        over_time=lambda _: found,
    )
    (block,) = difference_blocks(comparison)
    assert (block.item is not None) == seen
