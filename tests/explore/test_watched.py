"""A watched replicate is the replicate that a run would have, and nothing of it stays behind."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from rift_sim.explore.watched import Watched
from rift_sim.initial.world import World
from rift_sim.plots.events import marks_among
from rift_sim.plots.live import layer_figure, line_figure
from rift_sim.plots.map_values import department_layer
from rift_sim.plots.overview import PANELS
from rift_sim.replicate import simulate
from rift_sim.scenario import load_scenario
from rift_sim.scenario.headline import Headline

SHORT = ("end=2026-06",)
RESETS = Path(__file__).parent / "resets.py"


def test_the_record_is_that_of_a_run() -> None:
    model = Watched(load_scenario("reference", settings=SHORT), replicate=3)
    for _ in range(3):
        model.step()
    world = World(load_scenario("reference", settings=SHORT))
    whole, moment = simulate(world, 3), model.moment()
    assert (str(moment.month), moment.lived, moment.over) == ("2026-04", 4, False)
    assert set(moment.data.data_vars) == set(whole)
    for name, values in whole.items():
        found = moment.data[name]
        assert found.dims[:2] == ("replicate", "time")
        np.testing.assert_array_equal(found[0].to_numpy(), values[:4])


def test_assumptions_make_the_shipped_scenario() -> None:
    base = load_scenario("reference", settings=SHORT)
    assumed = Watched(base, lambda: Headline(aid=0.0))
    shipped = Watched(load_scenario("full-cutoff", settings=SHORT))
    for _ in range(5):
        assumed.step()
        shipped.step()
    one, other = assumed.moment().data, shipped.moment().data
    np.testing.assert_array_equal(one["control_department"], other["control_department"])
    np.testing.assert_array_equal(one["aid_usd"], other["aid_usd"])
    assert float(one["aid_usd"][0, -1]) < float(one["aid_usd"][0, 0])


def test_the_end_is_the_end() -> None:
    model = Watched(load_scenario("reference", settings=["end=2026-02"]))
    for _ in range(5):
        model.step()
    assert model.steps == 2
    assert model.moment().over
    assert str(model.moment().month) == "2026-02"


def test_a_moment_does_not_hold_its_model() -> None:
    model = Watched(load_scenario("reference", settings=SHORT))
    moment, gone = model.moment(), weakref.ref(model)
    before = moment.data["control"].copy()
    model.step()
    np.testing.assert_array_equal(moment.data["control"], before)
    del model
    gc.collect()
    assert gone() is None


def test_pictures_of_one_replicate() -> None:
    scenario = load_scenario("reference", settings=SHORT)
    model = Watched(scenario)
    before = model.moment().data
    for _ in range(5):
        model.step()
    now, months = model.moment(), model.world.coords["time"]
    for name in PANELS:
        axes = line_figure(
            now.data[name], before[name], months, marks_among(scenario.timeline)
        ).axes[0]
        left, right = axes.get_xlim()
        for line in axes.lines:
            assert left <= min(line.get_xdata()) <= max(line.get_xdata()) <= right
        grey, blue = axes.lines[:2]
        assert (len(grey.get_xdata()), len(blue.get_xdata())) == (1, 6)
        bottom, top = axes.get_ylim()
        assert bottom <= min(blue.get_ydata()) <= max(blue.get_ydata()) <= top
    layer = department_layer(now.data, "control", now.month, None)
    assert layer.meaning.endswith("one replicate")
    figure = layer_figure(layer)
    assert len(figure.axes) == 3
    # Shown 350 pixels wide or more, letters have to be 12 pixels high.
    per_point = 350 / figure.get_size_inches()[0] / 72
    assert min(name.get_fontsize() for name in figure.axes[0].texts) * per_point >= 12


def test_large_numbers_on_a_small_axis_have_separators() -> None:
    months = np.arange("2026-01", "2026-07", dtype="datetime64[M]").astype("datetime64[ns]")
    attrs = {"units": "people", "kind": "stock"}
    values = np.linspace(0.0, 15_000.0, 6)[None]
    series = xr.DataArray(
        values, {"time": months}, ("replicate", "time"), name="members", attrs=attrs
    )
    figure = line_figure(series, None, months, [])
    figure.canvas.draw()
    assert "10,000" in [label.get_text() for label in figure.axes[0].get_yticklabels()]


@pytest.mark.long
def test_resets_of_the_page_leave_no_models() -> None:
    """In a process of its own: Solara's imports warn, and warnings are errors here."""
    pytest.importorskip("solara_assets", reason="no solara (extra 'explore')")
    found = subprocess.run(
        [sys.executable, str(RESETS)], capture_output=True, text=True, timeout=600, check=False
    )
    assert found.returncode == 0, found.stderr
    counts = [int(word) for word in found.stdout.splitlines()[-1].split()]
    # The page keeps its first one, Solara the last two; not one for each reset.
    assert len(counts) == 6
    assert max(counts) <= 3
