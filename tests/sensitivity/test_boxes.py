"""PRIM finds what was planted, and nothing where there is nothing."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest

from rift_sim.analysis.extras import need
from rift_sim.analysis.sensitivity.boxes import Box, Limit, Table, fit_box, inside_box, quasi_p
from rift_sim.analysis.sensitivity.prim import find_boxes


def table(holds: object, size: int = 900, columns: int = 4, seed: int = 1, **more: object) -> Table:
    random = np.random.default_rng(seed)
    own = {f"p{k}": random.random(size) for k in range(columns)}
    own["aid"] = random.choice(["all", "half", "none"], size)
    wanted = holds(own) if callable(holds) else holds
    noise = random.random(size) < 0.04
    return Table(own, np.asarray(wanted) ^ noise, np.arange(size) % 3 != 2)


def planted(columns: dict[str, np.ndarray]) -> np.ndarray:
    return (columns["p3"] > 0.6) & (columns["p1"] < 0.5) & (columns["aid"] != "none")


@pytest.fixture(scope="module")
def found() -> list[Box]:
    return find_boxes(table(planted))


def test_a_planted_box_is_found_and_stands(found: list[Box]) -> None:
    (box,) = found
    limits = {limit.name: limit for limit in box.limits}
    assert set(limits) == {"p3", "p1", "aid"}
    assert limits["p3"].low == pytest.approx(0.6, abs=0.05)
    assert limits["p3"].high is None
    assert limits["p1"].high == pytest.approx(0.5, abs=0.05)
    assert limits["aid"].levels == ("all", "half")
    for limit in box.limits:
        assert max(limit.quasi_p) < 1e-6
    assert box.stands
    for fit in (box.seen, box.unseen):
        assert fit.density.value > 0.85
        assert fit.coverage > 0.65
        assert fit.density.low < fit.density.value <= fit.density.high
        assert fit.base == pytest.approx(0.133 * 0.92 + 0.04, abs=0.03)
    assert box.steps[0].coverage == 1.0
    assert box.steps[-1].density > 0.8 > box.steps[0].density


def test_a_planted_box_is_found_among_many_columns() -> None:
    """The screening keeps what matters, numbers and labels alike."""
    (box, *_) = find_boxes(table(planted, 600, 150), most=1, most_limits=3)
    assert {limit.name for limit in box.limits} == {"p3", "p1", "aid"}
    assert box.stands


def test_two_boxes_one_after_the_other() -> None:
    def two(columns: dict[str, np.ndarray]) -> np.ndarray:
        return (columns["p1"] > 0.8) | (columns["p2"] < 0.2)

    first, second = find_boxes(table(two), most_limits=2)
    assert {limit.name for box in (first, second) for limit in box.limits} == {"p1", "p2"}
    assert [len(box.limits) for box in (first, second)] == [1, 1]
    # Cases of the first box are not counted again.
    assert second.seen.cases == first.seen.cases - first.seen.inside


def test_nothing_is_found_in_noise_that_stands() -> None:
    random = np.random.default_rng(4)
    stood = 0
    for seed in range(2):
        cases = table(random.random(500) < 0.3, 500, 6, seed)
        stood += sum(box.stands for box in find_boxes(cases, most=1))
    assert stood <= 1


def test_limits_are_few() -> None:
    def many(columns: dict[str, np.ndarray]) -> np.ndarray:
        return np.all([columns[f"p{k}"] > 0.3 for k in range(5)], axis=0)

    (box, *_) = find_boxes(table(many, 900, 5), most=1, most_limits=2)
    assert 1 <= len(box.limits) <= 2


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_too_few_cases_of_either_kind_are_not_searched(share: float) -> None:
    cases = table(planted, 300)
    assert find_boxes(Table(cases.columns, np.full(300, bool(share)), cases.seen)) == []


def test_how_a_box_does() -> None:
    columns = {"a": np.array([0.1, 0.2, 0.3, 0.4]), "aid": np.array(["x", "y", "x", "y"])}
    cases = Table(columns, np.array([True, False, True, True]), np.ones(4, bool))
    limits = (Limit("a", 0.15, 0.35), Limit("aid", levels=("x", "z")))
    assert inside_box(limits, columns, 4).tolist() == [False, False, True, False]
    fit = fit_box(limits, cases)
    assert (fit.cases, fit.base, fit.inside) == (4, 0.75, 1)
    assert fit.coverage == pytest.approx(1 / 3)
    # Wilson's interval for one of one.
    assert fit.density == pytest.approx((1.0, 0.2065, 1.0), abs=1e-4)
    assert fit.strength == pytest.approx(0.25**0.5 * 0.25)
    empty = fit_box((Limit("a", 0.9),), cases)
    assert empty.inside == 0
    assert np.isnan(empty.density.value)
    assert empty.strength == 0.0


def test_quasi_p_values_are_those_of_the_workbench() -> None:
    cases = table(planted, 600, 4)
    prim = need("ema_workbench.analysis.prim")
    frame = need("pandas").DataFrame(
        {name: values for name, values in cases.columns.items() if name != "aid"}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = prim.Prim(frame, cases.holds, threshold=1e-9).find_box()
    step = 12
    sides, expected = [], []
    for name, (below, above) in found.qp[step].items():
        low, high = found.box_lims[step][name]
        if below >= 0:
            sides.append(Limit(name, low=float(low)))
            expected.append(below)
        if above >= 0:
            sides.append(Limit(name, high=float(high)))
            expected.append(above)
    assert len(sides) >= 2
    np.testing.assert_allclose(quasi_p(sides, cases), expected, rtol=1e-6, atol=1e-12)


def test_a_box_stands_by_cases_that_the_search_did_not_see(found: list[Box]) -> None:
    (box,) = found
    assert box.stands
    assert not replace(box, unseen=box.unseen._replace(base=0.95)).stands
