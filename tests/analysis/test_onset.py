"""Onset and exit: hand-made maps with obvious answers, and nothing from after the origin."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from rift_sim.analysis.onset.chances import (
    boosted,
    cross_chances,
    later_chances,
    logistic,
    naive_chances,
)
from rift_sim.analysis.onset.discrimination import (
    auc,
    auc_difference,
    auc_interval,
    brier,
    calibration_curve,
    within_auc,
)
from rift_sim.analysis.onset.transitions import Features, features, transition
from rift_sim.errors import InputError

# Five places in a row: 0 - 1 - 2 - 3 - 4.
INDPTR = np.array([0, 1, 3, 5, 7, 8], np.uint32)
INDICES = np.array([1, 0, 2, 1, 3, 2, 4, 3], np.uint32)
DEPARTMENT = np.array([0, 0, 0, 1, 1])


def row(present: list[int], **change) -> Features:
    given = {
        "origin": 2019,
        "indptr": INDPTR,
        "indices": INDICES,
        "department": DEPARTMENT,
        "population": np.full(5, 1000.0),
        "area": np.array([1.0, 10, 100, 1000, np.nan]),
        "past": {},
    }
    return features(present, **{**given, **change})


def test_onset_exit_and_churn() -> None:
    before = [[1, 0, 0, 1, 0], [0, 1, 0, 0, 0]]
    after = [[0, 0, 1, 1, 0], [1, 0, 0, 0, 1]]
    found = transition(before, after, [1, 1, 1, 1, 0])
    nan = np.nan
    np.testing.assert_array_equal(found.onset, [nan, nan, 1, nan, nan])
    np.testing.assert_array_equal(found.exit, [0, 1, nan, 0, nan])
    # In the first place one group took over from the other.
    np.testing.assert_array_equal(found.churn, [1, 1, 1, 0, nan])
    np.testing.assert_array_equal(transition([0, 1], [1, 1]).onset, [1, nan])
    with pytest.raises(InputError, match="surveys"):
        transition([0, 1], [1, 1, 0])


def test_shares_of_neighbours_and_of_the_rest_of_the_department() -> None:
    found = row([1, 0, 0, 1, 0])
    column = dict(zip(found.names, found.values.T, strict=True))
    assert column["neighbours"].tolist() == [0.0, 0.5, 0.5, 0.0, 1.0]
    # A place does not count itself.
    assert column["department"].tolist() == [0.0, 0.5, 0.5, 0.0, 1.0]
    np.testing.assert_allclose(column["log area"][:4], np.log([1, 10, 100, 1000]))


def test_a_place_without_neighbours_has_none_with_a_group() -> None:
    lone = np.array([0, 0, 1, 2], np.uint32), np.array([2, 1], np.uint32)
    found = row(
        [1, 1, 0], indptr=lone[0], indices=lone[1], department=[7, 8, 8],
        population=np.ones(3), area=np.ones(3),
    )  # fmt: skip
    assert found.values[:, 1].tolist() == [0.0, 0.0, 1.0]
    assert found.values[:, 2].tolist() == [0.0, 0.0, 1.0]


def test_features_hold_nothing_from_after_the_origin() -> None:
    years = np.arange(2016, 2024)
    values = np.arange(40.0).reshape(8, 5)
    values[3, :] = np.nan  # Nothing was observed in 2019.
    values[1, 2] = np.nan
    first = row([1, 0, 0, 1, 0], past={"coca": (years, values)})
    changed = np.where((years > 2019)[:, None], 1e6, values)
    np.testing.assert_array_equal(
        first.values, row([1, 0, 0, 1, 0], past={"coca": (years, changed)}).values
    )
    column = dict(zip(first.names, first.values.T, strict=True))
    np.testing.assert_allclose(column["coca, last year"], np.log1p(values[2]))
    np.testing.assert_allclose(column["coca, mean"][2], np.log1p((2.0 + 12.0) / 2))
    assert np.isnan(
        row([0] * 5, past={"coca": (years, np.full((8, 5), np.nan))}).values[:, -2:]
    ).all()


def test_area_under_the_curve() -> None:
    random = np.random.default_rng(1)
    outcome, chance = random.integers(0, 2, 300), random.integers(0, 8, 300) / 8
    assert auc(outcome, chance) == pytest.approx(roc_auc_score(outcome, chance))
    assert auc([0, 0, 1, np.nan], [1, 2, 3, 4]) == 1.0
    assert auc([0, 1], [0.3, 0.3]) == 0.5
    assert np.isnan(auc([1, 1], [0.1, 0.2]))
    with pytest.raises(InputError, match="different places"):
        auc([0, 1], [0.1])


def test_knowing_the_department_helps_nothing_within_it() -> None:
    department = np.repeat([0, 1, 2], [40, 40, 20])
    outcome = np.concatenate([np.tile([1, 1, 1, 0], 10), np.tile([0, 0, 0, 1], 10), np.ones(20)])
    by_department = np.array([0.9, 0.1, 1.0])[department]
    assert auc(outcome, by_department) > 0.8
    assert within_auc(outcome, by_department, department) == 0.5
    right_within = outcome - 2.0 * by_department
    assert within_auc(outcome, right_within, department) == 1.0
    assert auc(outcome, right_within) < 0.8


def test_groups_weigh_by_their_pairs() -> None:
    # Department 0: one pair, won. Department 1: two pairs, one of them won.
    outcome, chance = [1, 0, 1, 0, 0], [0.9, 0.1, 0.5, 0.2, 0.8]
    assert within_auc(outcome, chance, [0, 0, 1, 1, 1]) == pytest.approx(2 / 3)


def test_interval_of_the_area_holds_the_truth_as_often_as_said() -> None:
    """Two normal distributions one standard deviation apart have an area of 0.760."""
    random, held = np.random.default_rng(2), 0
    for _ in range(200):
        outcome = np.repeat([0.0, 1.0], [80, 40])
        _, low, high = auc_interval(outcome, outcome + random.normal(size=120), draws=300)
        held += low <= 0.7602 <= high
    assert held / 200 == pytest.approx(0.95, abs=0.05)


def test_difference_of_areas() -> None:
    random = np.random.default_rng(3)
    outcome = random.integers(0, 2, 400).astype(float)
    good, bad = outcome + random.normal(size=400), 0.3 * outcome + random.normal(size=400)
    department = np.arange(400) % 20
    assert auc_difference(outcome, good, good) == (0.0, 0.0, 0.0)
    for groups in (None, department):
        for clusters in (None, department):
            found = auc_difference(outcome, good, bad, groups=groups, clusters=clusters)
            assert found.low > 0.0
            back = auc_difference(outcome, bad, good, groups=groups, clusters=clusters)
            assert back == pytest.approx((-found.value, -found.high, -found.low))
    whole = auc_interval(outcome, good, groups=department)
    assert whole.value == within_auc(outcome, good, department)


def test_brier_and_calibration() -> None:
    random = np.random.default_rng(4)
    said = random.random(20_000)
    happened = (random.random(20_000) < said).astype(float)
    curve = calibration_curve(happened, said)
    assert curve.places.tolist() == pytest.approx([2000] * 10, abs=1)
    np.testing.assert_allclose(curve.predicted, curve.observed, atol=0.03)
    np.testing.assert_allclose(curve.predicted, np.arange(0.05, 1.0, 0.1), atol=0.01)
    assert brier(happened, said) == pytest.approx(1 / 6, abs=0.005)
    assert brier(happened, happened) == 0.0
    assert brier([1, np.nan], [0.5, 0.9]) == 0.25
    # Equal chances stay together.
    few = calibration_curve([1, 0, 0, 1, 1], [0.2, 0.2, 0.2, 0.7, 0.7])
    assert few.places.tolist() == [3, 2]
    np.testing.assert_allclose(few.observed, [1 / 3, 1.0])
    assert calibration_curve([np.nan], [0.2]).places.size == 0


def sample(places: int = 400, seed: int = 5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The second feature decides, the others say nothing."""
    random = np.random.default_rng(seed)
    rows = random.normal(size=(places, 3))
    outcome = (random.random(places) < 1 / (1 + np.exp(1 - 2 * rows[:, 1]))).astype(float)
    return rows, outcome, np.arange(places) % 10


@pytest.mark.parametrize("classifier", [logistic, boosted])
def test_classifiers_learn_and_take_gaps(classifier) -> None:
    rows, outcome, blocks = sample()
    rows[::9, 0], outcome[::8] = np.nan, np.nan
    found = cross_chances(rows, outcome, blocks, classifier)
    assert np.array_equal(np.isnan(found), np.isnan(outcome))
    assert auc(outcome, found) > 0.75
    np.testing.assert_array_equal(found, cross_chances(rows, outcome, blocks, classifier))
    later, happened, _ = sample(seed=6)
    # The second survey sees more of everything: only who stands out matters.
    forecast = later_chances(rows, outcome, later * 3.0 + 5.0, classifier)
    assert auc(happened, forecast) > 0.75
    assert set(classifier(rows[:9], np.ones(9, bool), rows[:2], 0)) == {1.0}


@pytest.mark.parametrize("classifier", [logistic, boosted])
def test_a_block_is_predicted_without_its_own_outcome(classifier) -> None:
    rows, outcome, blocks = sample()
    first = cross_chances(rows, outcome, blocks, classifier)
    turned = np.where(blocks == 3, 1.0 - outcome, outcome)
    second = cross_chances(rows, turned, blocks, classifier)
    np.testing.assert_array_equal(first[blocks == 3], second[blocks == 3])
    assert not np.array_equal(first[blocks == 4], second[blocks == 4])
    with pytest.raises(InputError, match="only one block"):
        cross_chances(rows, outcome, np.zeros(400), classifier)


def test_every_naive_model_says_what_it_knows() -> None:
    rows, outcome, blocks = sample()
    known = Features(("present", "neighbours", "department"), rows)
    outcome[::8] = np.nan
    earlier = (known, sample()[1])
    found = naive_chances(known, outcome, blocks, earlier)
    assert len(found) == 6
    for name, naive in found.items():
        assert np.array_equal(np.isnan(naive.chance), np.isnan(outcome)), name
        assert ("after it" in naive.knows) == name.endswith("other departments")
    assert auc(outcome, found["neighbour share"].chance) == auc(outcome, rows[:, 1])
    # What came after the origin changes no forecast.
    turned = naive_chances(known, 1.0 - outcome, blocks, earlier)
    for name in ("logistic, earlier transition", "boosted, earlier transition"):
        np.testing.assert_array_equal(found[name].chance, turned[name].chance)
    assert len(naive_chances(known, outcome, blocks)) == 4
    with pytest.raises(InputError, match="other features"):
        naive_chances(known, outcome, blocks, (Features(("a", "b", "c"), rows), outcome))
