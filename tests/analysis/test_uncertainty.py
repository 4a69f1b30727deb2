"""Where the width of a band comes from: known variances, and the model taken apart."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rift_sim
from rift_sim.analysis.uncertainty import Design, break_down, origins, to_csv
from rift_sim.analysis.variance import components
from rift_sim.calendar import Month, month_axis
from rift_sim.cli import main
from rift_sim.ensemble.run import Run
from rift_sim.errors import InputError
from rift_sim.model import RiftModel, World
from rift_sim.plots.shares import shares_figure
from rift_sim.replicate import simulate
from rift_sim.scenario import Scenario, load_scenario

SHORT = ("end=2026-03",)


def nested(
    shape: tuple[int, int, int], spreads: tuple[float, float, float], seed: int = 1
) -> np.ndarray:
    random = np.random.default_rng(seed)
    outer, middle, inner = (
        spread * random.normal(size=(*shape[:k], *([1] * (3 - k))))
        for k, spread in enumerate(spreads, 1)
    )
    return 50.0 + outer + middle + inner


def test_known_components_are_found() -> None:
    found = components(nested((4000, 2, 2), (2.0, 1.0, 3.0)))
    assert found.total == pytest.approx(14.0, rel=0.05)
    values = [share.value for share in found.shares]
    np.testing.assert_allclose(values, [4 / 14, 1 / 14, 9 / 14], atol=0.03)
    assert sum(values) == pytest.approx(1.0)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_single_source_is_the_only_one(level: int) -> None:
    spreads = tuple(float(k == level) for k in range(3))
    shares = components(nested((60, 3, 3), spreads)).shares
    for k, share in enumerate(shares):
        if k == level:
            assert share.value > 0.8
            assert share.high == 1.0
        else:
            assert share.low < 1e-9
            # What is only below leaves nothing above but the noise of few.
            assert share.value < (0.2 if k < level else 1e-9)


def test_what_sources_do_only_together_counts_at_the_inner_one() -> None:
    random = np.random.default_rng(2)
    outer, inner = random.normal(size=(3000, 1, 1)), random.normal(size=(3000, 2, 2))
    shares = components(outer * inner).shares
    np.testing.assert_allclose([s.value for s in shares], [0.0, 0.0, 1.0], atol=0.06)


def test_nothing_varies() -> None:
    found = components(np.full((5, 2, 2), 0.1) * np.ones((5, 1, 1)))
    assert found.total == pytest.approx(0.0, abs=1e-20)
    assert all(np.isnan(share.value) for share in found.shares)


def test_intervals_hold_the_truth_as_often_as_said() -> None:
    held = np.zeros(3)
    truth = np.array([4.0, 2.0, 3.0]) / 9.0
    for seed in range(150):
        values = nested((60, 2, 2), (2.0, 2.0**0.5, 3.0**0.5), seed)
        shares = components(values, draws=300).shares
        held += [s.low <= t <= s.high for s, t in zip(shares, truth, strict=True)]
    np.testing.assert_allclose(held / 150, 0.94, atol=0.06)


@settings(max_examples=30, deadline=None)
@given(scale=st.floats(1e-3, 1e6), shift=st.floats(-1e3, 1e3), seed=st.integers(0, 99))
def test_shares_do_not_depend_on_the_unit(scale: float, shift: float, seed: int) -> None:
    values = nested((12, 2, 3), (1.0, 1.0, 1.0), seed)
    first, second = (components(v, draws=20).shares for v in (values, scale * (values + shift)))
    np.testing.assert_allclose(first, second, rtol=1e-5, atol=1e-6)


def test_too_small_an_experiment_is_refused() -> None:
    with pytest.raises(InputError, match="two or more"):
        components(np.zeros((5, 1, 2)))


def test_by_default_the_three_numbers_are_one() -> None:
    world = World(load_scenario("reference", settings=SHORT))
    plain, spelled = simulate(world, 3), simulate(world, 3, initial=3, chance=3)
    for name, values in plain.items():
        np.testing.assert_array_equal(values, spelled[name], err_msg=name)


def test_each_number_moves_what_is_its_own() -> None:
    world = World(load_scenario("reference", settings=SHORT))
    base = RiftModel(world=world, replicate=1)
    chance = RiftModel(world=world, replicate=1, chance=2)
    start = RiftModel(world=world, replicate=1, initial=2)
    beliefs = RiftModel(world=world, replicate=2, initial=1, chance=1)
    assert dict(base.draw) == dict(chance.draw) == dict(start.draw) != dict(beliefs.draw)
    for name in ("present", "coca", "armed", "frailty", "noise", "detection"):
        before = getattr(base.state, name)
        np.testing.assert_array_equal(before, getattr(chance.state, name), err_msg=name)
        assert not np.array_equal(before, getattr(start.state, name)), name
    # The same luck under other beliefs.
    np.testing.assert_allclose(
        base.state.noise / base.draw.noise_sd, beliefs.state.noise / beliefs.draw.noise_sd
    )
    for model in (base, chance, start):
        model.step()
    assert not np.array_equal(base.state.present, chance.state.present)
    with pytest.raises(InputError, match="-1 is not"):
        RiftModel(world=world, replicate=1, chance=-1)


def test_the_experiment_is_nested_and_uses_nothing_twice() -> None:
    world = World(load_scenario("reference", settings=SHORT))
    design = Design(2, 3, 2)
    assert design.size == 12
    for number, (parameters, start) in ((0, (0, 0)), (1, (0, 0)), (5, (0, 2)), (7, (1, 3))):
        expected = simulate(world, parameters, initial=start, chance=number)
        np.testing.assert_array_equal(design(world, number)["members"], expected["members"])


def test_the_model_taken_apart() -> None:
    scenario = load_scenario("reference", settings=SHORT)
    names = ["capability", "coca_ha"]
    found = break_down(scenario, names, Design(6, 2, 2))
    assert [(origin.variable, origin.year) for origin in found] == [(n, 2026) for n in names]
    capability, coca = found
    # Nothing but parameters decides the capability of the first months.
    assert capability.parameters.value > 0.99
    # The map of the start carries the error of the last survey.
    assert coca.initial.value > coca.parameters.value
    assert found == break_down(scenario, names, Design(6, 2, 2), workers=2)


def test_parameters_that_are_known_leave_no_share() -> None:
    ledger = rift_sim.seeds.load_ledger()
    known = {name: parameter.value for name, parameter in ledger.parameters.items()}
    scenario = load_scenario("reference", settings=SHORT)
    fixed = Scenario.model_validate({**scenario.plain(), "assumptions": known})
    (found,) = break_down(fixed, ["capability"], Design(3, 2, 2))
    assert np.isnan(found.parameters.value)
    (members,) = break_down(fixed, ["members"], Design(12, 2, 2))
    assert members.parameters.low == 0.0


def test_stocks_at_the_year_s_end_flows_summed() -> None:
    design, time = Design(2, 2, 2), month_axis(Month(2026, 11), 3)
    series = np.arange(24.0).reshape(8, 3)
    stock = origins("members", series, time, design)
    flow = origins("newly_displaced", series, time, design)
    assert [origin.year for origin in stock] == [2026, 2027]
    assert stock[0].median == np.median(series[:, 1])
    assert flow[0].median == np.median(series[:, 0] + series[:, 1])
    assert flow[0].unit == "people"


def test_the_table_as_csv() -> None:
    design, time = Design(3, 2, 2), month_axis(Month(2026, 1), 12)
    series = np.random.default_rng(3).random((12, 12))
    found = origins("control", series, time, design) + origins(
        "capability", np.ones((12, 12)), time, design
    )
    rows = list(csv.DictReader(io.StringIO(to_csv(found))))
    assert [row["variable"] for row in rows] == ["control", "capability"]
    assert float(rows[0]["chance_high"]) == pytest.approx(found[0].chance.high, rel=1e-5)
    assert rows[1]["parameters"] == ""


def test_wrong_series_and_designs_are_refused() -> None:
    scenario = load_scenario("reference", settings=SHORT)
    with pytest.raises(InputError, match="did you mean 'control'"):
        break_down(scenario, ["contol"], Design(2, 2, 2))
    with pytest.raises(InputError, match="maps"):
        break_down(scenario, ["control"], Design(2, 1, 2))


def test_stacks_reach_the_top() -> None:
    design, time = Design(4, 2, 2), month_axis(Month(2026, 1), 24)
    random = np.random.default_rng(4)
    found = origins("control", random.random((16, 24)), time, design)
    found += origins("capability", np.ones((16, 24)), time, design)
    figure = shares_figure(found, "a scenario", design.size)
    tops = [sum(bars[year].get_height() for bars in figure.axes[0].containers) for year in (0, 1)]
    assert tops == pytest.approx([100.0, 100.0])
    written = [text.get_text() for text in figure.axes[1].texts]
    assert written == ["nothing varies"] * 2


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("uncertainty") / "run"
    return rift_sim.run("reference", replicates=2, workers=1, out=folder, settings=SHORT)


def test_the_command(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = run.digest()
    table, chart = tmp_path / "shares.csv", tmp_path / "shares.svg"
    small = ["--parameters", "3", "--workers", "1", "--variable", "control"]
    arguments = ["uncertainty", str(run.directory), *small]
    assert main([*arguments, "--out", str(table), "--figure", str(chart)]) == 0
    shown = capsys.readouterr().out
    assert "De facto control" in shown
    assert "12 replicates" in shown
    assert table.read_text().count("\n") == 2
    assert chart.exists()
    assert run.digest() == before
    assert main([*arguments, "--variable", "contol"]) == 2
    assert "did you mean 'control'" in capsys.readouterr().err
    assert main([*arguments, "--out", str(tmp_path / "no" / "a.csv")]) == 2
    before = table.read_bytes()
    capsys.readouterr()
    assert main([*arguments, "--out", str(table)]) == 2
    assert "--force" in capsys.readouterr().err
    assert table.read_bytes() == before
    assert main(["uncertainty", str(tmp_path)]) == 2


def test_a_sweep_needs_one_of_its_scenarios(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sweep.yaml"
    file.write_text(
        "name: sweep\nextends: reference\nend: 2026-03\nreplicates: 1\n"
        "sweep:\n  loss:\n"
        "    low: {assumptions: {loss_rate: 0.1}}\n"
        "    high: {assumptions: {loss_rate: 0.9}}\n"
    )
    rift_sim.run(file, workers=1, out=tmp_path / "run")
    arguments = ["uncertainty", str(tmp_path / "run"), "--parameters", "2", "--workers", "1"]
    arguments += ["--variable", "members"]
    assert main(arguments) == 2
    assert "loss=low" in capsys.readouterr().err
    assert main([*arguments, "--scenario", "loss=high"]) == 0
