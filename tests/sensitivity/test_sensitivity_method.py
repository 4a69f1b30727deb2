"""Morris and Sobol on models with known answers, through the engine."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from toys import NOISE, chaotic, ishigami, linear, noisy_ishigami, toy_experiment, toy_inputs

from rift_sim.analysis.extras import need
from rift_sim.analysis.sensitivity.factors import Factors, Runs, evaluate
from rift_sim.analysis.sensitivity.morris import Effect, elementary_effects, morris_points
from rift_sim.analysis.sensitivity.running import FailedCaseError
from rift_sim.analysis.sensitivity.sobol import Indices, sobol_block, sobol_points, variance_shares
from rift_sim.errors import InputError

# Ishigami and Homma: partial variances with a = 7, b = 0.1.
A, B = 7.0, 0.1
V1 = 0.5 * (1.0 + B * math.pi**4 / 5.0) ** 2
V2 = A**2 / 8.0
V13 = B**2 * math.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
TOTAL = V1 + V2 + V13
FIRST = {"x1": V1 / TOTAL, "x2": V2 / TOTAL, "x3": 0.0}
WHOLE = {"x1": (V1 + V13) / TOTAL, "x2": V2 / TOTAL, "x3": V13 / TOTAL}
SOBOL = toy_inputs(-math.pi, math.pi, "x1", "x2", "x3")


def sobol(
    function: object, factors: Factors, rows: int, replicates: int = 2, **knobs: bool
) -> Indices:
    cube = sobol_points(factors, rows, 11)
    experiment = toy_experiment(function, **knobs)
    runs = evaluate(experiment, factors.inputs, cube, sobol_block(factors), replicates)
    return variance_shares(factors, runs, 0, draws=300)


def morris(function: object, factors: Factors, trajectories: int = 8) -> dict[str, Effect]:
    cube = morris_points(factors, trajectories, 5)
    block = len(factors.names) + 1
    runs = evaluate(toy_experiment(function), factors.inputs, cube, block, 2)
    return {effect.factor: effect for effect in elementary_effects(factors, runs, 0)}


@pytest.mark.parametrize("function", [ishigami, noisy_ishigami])
def test_the_ishigami_function_with_and_without_chance(function: object) -> None:
    found = sobol(function, Factors.single(SOBOL), 1024 if function is ishigami else 2048)
    loose = 0.03 if function is ishigami else 0.06
    for share in found.shares:
        assert share.first.value == pytest.approx(FIRST[share.factor], abs=loose)
        assert share.total.value == pytest.approx(WHOLE[share.factor], abs=loose)
        for name, exact in (("first", FIRST), ("total", WHOLE)):
            low, high = getattr(share, name)[1:]
            assert low - 0.01 <= exact[share.factor] <= high + 0.01
    chance = NOISE**2 if function is noisy_ishigami else 0.0
    assert found.chance.value == pytest.approx(chance / (TOTAL + chance), abs=0.03)
    assert found.deviation == pytest.approx((TOTAL + chance) ** 0.5, rel=0.03)
    assert found.mean == pytest.approx(A / 2.0, abs=0.15)
    assert found.others.low - 0.01 <= 0.0
    assert found.others.value < 0.06


def test_without_chance_the_indices_are_those_of_salib() -> None:
    factors = Factors.single(SOBOL)
    cube = sobol_points(factors, 128, 3)
    runs = evaluate(toy_experiment(ishigami), SOBOL, cube, 5, 2)
    found = {share.factor: share for share in variance_shares(factors, runs, 0).shares}
    salib = need("SALib.analyze.sobol").analyze(
        factors.problem(0.0, 1.0), runs.values[0, 0], calc_second_order=False, seed=1
    )
    for k, name in enumerate(SOBOL.names):
        assert found[name].first.value == pytest.approx(salib["S1"][k], abs=0.15)
        assert found[name].total.value == pytest.approx(salib["ST"][k], abs=1e-9)


def test_what_only_changes_luck_is_no_part_of_the_variance() -> None:
    inputs = toy_inputs(0.0, 1.0, "large", "small", "luck")
    found = sobol(chaotic, Factors.single(inputs), 512, 4)
    parts = {share.factor: share for share in found.shares}
    # Variances of 4/12, 1/12 and 1 of chance.
    assert found.chance.value == pytest.approx(1.0 / (1.0 + 5.0 / 12.0), abs=0.06)
    assert parts["large"].total.value == pytest.approx(0.8, abs=0.15)
    assert parts["luck"].total.low <= 0.0 <= parts["luck"].total.value < 0.2
    effects = morris(chaotic, Factors.single(inputs), 30)
    assert effects["luck"].hidden
    assert not effects["luck"].inert
    assert not effects["large"].hidden


def test_morris_finds_what_does_nothing_and_which_way_others_push() -> None:
    inputs = toy_inputs(10.0, 20.0, "up", "down", "inert")
    found = morris(linear, Factors.single(inputs))
    assert list(found) == ["up", "down", "inert"]
    # Each step is half of the range of 10; chance is common and cancels.
    for name, effect in (("up", 20.0), ("down", -10.0), ("inert", 0.0)):
        assert found[name].mean == pytest.approx(effect)
        assert found[name].size == pytest.approx((abs(effect),) * 3)
        assert found[name].spread == pytest.approx(0.0, abs=1e-9)
        assert found[name].noise == pytest.approx(0.0, abs=1e-9)
    assert [effect.inert for effect in found.values()] == [False, False, True]


def test_a_bend_shows_as_spread() -> None:
    inputs = toy_inputs(-math.pi, math.pi, "x1", "x2", "x3")
    effect = morris(ishigami, Factors.single(inputs), 40)["x2"]
    assert abs(effect.mean) < 0.5 * effect.size.value < effect.spread


def test_sections_move_together() -> None:
    factors = Factors.sections(toy_inputs(-math.pi, math.pi, "x1", "x3", "x2"))
    assert factors.members() == {"section 0": ("x1", "x3"), "section 1": ("x2",)}

    found = sobol(_swapped, factors, 1024)
    parts = {share.factor: share for share in found.shares}
    assert parts["section 0"].first.value == pytest.approx((V1 + V13) / TOTAL, abs=0.04)
    assert parts["section 0"].total.value == pytest.approx((V1 + V13) / TOTAL, abs=0.04)
    assert parts["section 1"].total.value == pytest.approx(V2 / TOTAL, abs=0.04)
    effects = morris(_swapped, factors, 20)
    assert math.isnan(effects["section 0"].mean)
    assert math.isfinite(effects["section 1"].mean)
    assert effects["section 0"].size.value > 0.0


def _one_unseen(x: np.ndarray, luck: np.random.Generator) -> float:
    return float(2.0 * x[0] + 3.0 * x[1] + luck.standard_normal())


def test_parameters_that_are_not_varied_are_no_chance() -> None:
    found = sobol(_one_unseen, Factors.single(toy_inputs(0.0, 1.0, "seen")), 1024, drawn=True)
    known, unseen = 4.0 / 12.0, 9.0 / 12.0
    assert found.chance.value == pytest.approx(1.0 / (1.0 + known + unseen), abs=0.05)
    assert found.others.value == pytest.approx(unseen / (known + unseen), abs=0.06)
    assert found.shares[0].total.value == pytest.approx(known / (known + unseen), abs=0.06)


def _swapped(x: np.ndarray, luck: np.random.Generator) -> float:
    return ishigami(x[[0, 2, 1]], luck)


def _constant(x: np.ndarray, luck: np.random.Generator) -> float:
    return 0.1 + 0.2


def _lottery(x: np.ndarray, luck: np.random.Generator) -> float:
    return float(luck.standard_normal())


def test_nothing_varies_or_only_chance() -> None:
    factors = Factors.single(toy_inputs(0.0, 1.0, "a", "b"))
    still = sobol(_constant, factors, 8)
    assert still.deviation == 0.0
    assert all(math.isnan(share.total.value) for share in still.shares)
    lottery = sobol(_lottery, factors, 64)
    assert lottery.chance.value > 0.8
    assert all(not share.total.value > 0.0 for share in lottery.shares)


def test_workers_and_further_replicates_change_no_number(tmp_path: Path) -> None:
    inputs, experiment = toy_inputs(0.0, 1.0, "a", "b"), toy_experiment(chaotic)
    cube = sobol_points(Factors.single(inputs), 8, 2)
    two = evaluate(experiment, inputs, cube, 4, 2)
    three = evaluate(experiment, inputs, cube, 4, 3, workers=2)
    np.testing.assert_array_equal(two.values, three.values[:, :2])
    assert two.values.shape == (1, 2, 32)
    # The points of a row share their luck, rows do not.
    flat = evaluate(toy_experiment(_lottery), inputs, cube, 4, 1).values.reshape(8, 4)
    assert np.ptp(flat, axis=1).max() == 0.0
    assert np.unique(flat).size == 8


def test_a_failing_simulation_is_named() -> None:
    inputs = toy_inputs(0.0, 1.0, "a", "b")
    cube = sobol_points(Factors.single(inputs), 2, 2)
    with pytest.raises(FailedCaseError, match="simulation 5 failed: RuntimeError: told to fail"):
        evaluate(toy_experiment(linear, failing=5), inputs, cube, 4, 2)


@pytest.mark.parametrize("rows", [0, 1, 3, 100])
def test_rows_are_a_power_of_two(rows: int) -> None:
    with pytest.raises(InputError, match="is no power of two; allowed: such as"):
        sobol_points(Factors.single(SOBOL), rows, 1)


def test_designs_stay_inside_and_repeat() -> None:
    factors = Factors.single(SOBOL)
    for points in (sobol_points(factors, 16, 3), morris_points(factors, 6, 3)):
        assert points.min() > 0.0
        assert points.max() < 1.0
    np.testing.assert_array_equal(sobol_points(factors, 16, 3), sobol_points(factors, 16, 3))
    assert not np.array_equal(morris_points(factors, 6, 3), morris_points(factors, 6, 4))
    assert set(np.unique(morris_points(factors, 6, 3))) <= {0.125, 0.375, 0.625, 0.875}
    runs = Runs(np.empty((0, 3)), np.empty((1, 2, 0)))
    assert runs.cube.shape == (0, 3)
