"""Department counts become maps: exact counts, clusters, and nothing outside."""

from collections.abc import Callable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rift_sim.initial.presence import assign_presence, smooth_noise
from rift_sim.initial.resources import great_circle
from rift_sim.initial.world import World
from rift_sim.scenario import Scenario
from rift_sim.territory import load_territory


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 100_000))
def test_counts_are_met_exactly(seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups, departments, size = 4, 3, 12
    department = np.repeat(np.arange(departments), size).astype(np.int32)
    department = np.append(department, [-1, -1]).astype(np.int32)
    counts = rng.integers(0, size, (departments, groups))
    # Feasible totals: at least the largest group, at most all of them side by side.
    any_group = np.minimum(size, counts.max(axis=1) + rng.integers(0, 3, departments))
    any_group = np.minimum(any_group, counts.sum(axis=1))
    present = assign_presence(
        counts, any_group, department, rng.normal(size=department.size),
        rng.normal(size=(groups, department.size)),
    )  # fmt: skip
    for d in range(departments):
        here = present[:, department == d]
        np.testing.assert_array_equal(here.sum(axis=1), counts[d])
        assert here.any(axis=0).sum() == any_group[d]
    assert not present[:, department < 0].any()


def test_scores_decide_where() -> None:
    present = assign_presence(
        np.array([[2]]), np.array([2]), np.zeros(4, dtype=np.int32),
        np.array([0.0, 3.0, 1.0, 2.0]), np.zeros((1, 4)),
    )  # fmt: skip
    np.testing.assert_array_equal(present, [[0, 1, 0, 1]])


def test_smooth_noise_clusters_and_keeps_its_spread() -> None:
    territory = load_territory()
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(20, len(territory.code)))
    smooth = smooth_noise(noise, territory.indptr, territory.indices)

    def neighbours_agree(field: np.ndarray) -> float:
        a = np.repeat(np.arange(len(territory.code)), np.diff(territory.indptr))
        return float(np.corrcoef(field[:, a].ravel(), field[:, territory.indices].ravel())[0, 1])

    assert abs(neighbours_agree(noise)) < 0.05
    assert neighbours_agree(smooth) > 0.3
    assert 0.8 < smooth.std() < 1.2


def test_distances_are_those_of_the_map() -> None:
    territory = load_territory()
    km = great_circle(territory)
    bogota, medellin = territory.index_of("11001"), territory.index_of("05001")
    assert 220 < km[bogota, medellin] < 270
    assert np.allclose(km, km.T)


def test_worlds_upon_one_map_share_where_people_flee_to(
    make_scenario: Callable[..., Scenario],
) -> None:
    one, other = World(make_scenario()), World(make_scenario(seed=2))
    small = World(make_scenario(small=True))
    assert one.destination_index is other.destination_index
    assert one.log_distance is other.log_distance
    assert small.destination_index.shape == (5, 5)
    assert one.destination_index.shape == (len(one.territory.code), 24)
