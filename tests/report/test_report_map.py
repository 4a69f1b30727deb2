"""The map of a report: medians by department, and flows over a year at most."""

from __future__ import annotations

import numpy as np
import xarray as xr

from rift_sim.calendar import Month
from rift_sim.plots.style import Scale
from rift_sim.report.maps import Layer, department_layers, map_figures, period
from rift_sim.territory import load_territory


def test_flows_are_summed_over_twelve_months_and_stocks_are_not() -> None:
    time = np.arange("2026-01", "2027-03", dtype="datetime64[M]").astype("datetime64[ns]")
    ones = np.ones((3, 14, 2))
    ones[0, :, 1] = 5.0  # One replicate of three does not move the median.
    dims = ("replicate", "time", "department")
    about = {"units": "people", "long_name": "Of something, by department"}
    data = xr.Dataset(
        {
            "conflict_deaths_department": (dims, ones, about | {"kind": "flow"}),
            "members_department": (dims, ones, about | {"kind": "stock"}),
        },
        {"time": time, "department": ["05", "11"]},
    )
    members, deaths = department_layers([data])
    assert (members.name, deaths.name) == ("members", "conflict_deaths")
    assert members.values.shape == (1, 14, 2)
    assert (members.values == 1.0).all()
    np.testing.assert_array_equal(deaths.values[0, :, 0], [*range(1, 13), 12, 12])
    np.testing.assert_array_equal(deaths.values[0, :, 1], deaths.values[0, :, 0])
    assert deaths.top == 12.0


def test_what_a_month_covers() -> None:
    start = Month(2026, 1)
    assert period(start, 3, flow=False) == "April 2026"
    assert period(start, 3, flow=True) == "January to April 2026"
    assert period(start, 14, flow=True) == "April 2026 to March 2027"


def test_every_department_has_an_outline() -> None:
    territory = load_territory()
    values = np.arange(2 * 3 * 33, dtype=np.float64).reshape(2, 3, 33)
    layer = Layer("control", "Control", Scale(100.0, "%", True), False, values, 100.0)
    figures = map_figures(layer, territory.departments, territory.department_names)
    assert len(figures) == 2
    source = figures[0].select_one({"name": "places"})
    assert source is figures[1].select_one({"name": "places"})
    assert len(source.data["xs"]) == 33
    assert all(np.isfinite(outline).any() for outline in source.data["xs"])
    np.testing.assert_array_equal(source.data["v1"], layer.values[1, -1])
