"""Armed groups on hand-made maps, where the right answer is obvious."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lists import everywhere, listed, prospects_of, rows, scratch
from numpy.typing import NDArray

from rift_sim.physics.footholds import enter, highest_chance, withdraw
from rift_sim.physics.groups import move, recruit, rent, utility
from rift_sim.physics.reach import footholds_of, list_footholds
from rift_sim.physics.streams import Process, group_place, stream, uniform

Floats = NDArray[np.float64]
NUMBERS = np.array([7], dtype=np.int64)


def line(places: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Places in a row, each next to the one before and after."""
    rows = [[j for j in (i - 1, i + 1) if 0 <= j < places] for i in range(places)]
    indptr = np.cumsum([0, *map(len, rows)]).astype(np.uint32)
    return indptr, np.array([j for row in rows for j in row], dtype=np.uint32)


def assert_listed(present: NDArray[np.uint8], was: NDArray[np.uint8], *lists: Any) -> None:
    """The lists that were kept up to date are those that one would make anew."""
    held, lodgers = lists
    fresh, fresh_lodgers = footholds_of(present)
    np.testing.assert_array_equal(was, present)
    assert rows(held) == rows(fresh)
    np.testing.assert_array_equal(lodgers.number, fresh_lodgers.number)
    for number, one, other in zip(lodgers.number, lodgers.group, fresh_lodgers.group, strict=True):
        np.testing.assert_array_equal(one[:number], other[:number])


def moved(members: Floats, utilities: Floats, present: Floats, share: float = 0.5) -> Floats:
    out, helpers = members.copy(), 3.0 * members
    indptr, indices = line(members.shape[1])
    space = scratch(members.shape[1])
    held, _ = footholds_of(present.astype(np.uint8))
    move(out, helpers, utilities, held, indptr, indices, share, space)
    np.testing.assert_allclose(helpers, 3.0 * out, rtol=1e-12)
    assert not space.any()
    return out


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 1.0))
def test_movement_conserves_members_and_keeps_them_positive(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    present = (rng.random((3, 12)) < 0.6).astype(float)
    members = rng.gamma(1.0, 40.0, (3, 12)) * present
    out = moved(members, rng.normal(0.0, 2.0, (3, 12)), present, share)
    np.testing.assert_allclose(out.sum(axis=1), members.sum(axis=1), rtol=1e-12)
    assert (out >= 0.0).all()


def test_members_go_where_it_is_better() -> None:
    out = moved(np.full((1, 3), 100.0), np.array([[0.0, 0.0, 3.0]]), np.ones((1, 3)))
    assert out[0, 2] > 100.0 > out[0, 1]


def test_equal_places_share_equally_in_the_long_run() -> None:
    members = np.array([[90.0, 0.0, 0.0]])
    for _ in range(500):
        members = moved(members, np.zeros((1, 3)), np.ones((1, 3)))
    # Choice sets differ (ends have two places, the middle three): a chain in balance.
    np.testing.assert_allclose(members[0], [90 * 2 / 7, 90 * 3 / 7, 90 * 2 / 7], rtol=1e-6)


def test_nobody_moves_to_a_place_without_a_foothold() -> None:
    out = moved(np.array([[50.0, 0.0]]), np.array([[0.0, 9.0]]), np.array([[1.0, 0.0]]))
    np.testing.assert_array_equal(out, [[50.0, 0.0]])


def test_movement_matches_the_plain_loop() -> None:
    """The factorised kernel against quantal response written out place by place."""
    rng = np.random.default_rng(4)
    members, utilities = rng.gamma(1.0, 40.0, (2, 8)), rng.normal(size=(2, 8))
    present = (rng.random((2, 8)) < 0.7).astype(float)
    members *= present
    indptr, indices = line(8)
    expected = members * 0.7
    for g in range(2):
        for i in np.flatnonzero(present[g]):
            reach = [i, *[j for j in indices[indptr[i] : indptr[i + 1]] if present[g, j]]]
            weight = np.exp(utilities[g, reach])
            for j, w in zip(reach, weight / weight.sum(), strict=True):
                expected[g, j] += 0.3 * members[g, i] * w
    np.testing.assert_allclose(moved(members, utilities, present, 0.3), expected, rtol=1e-12)


def weights(
    rent_: float = 3.0, state: float = 2.0, operations: float = 0.3, rivals: float = 1.0
) -> Floats:
    return np.array([rent_, state, operations, rivals])


def appeal(**change: object) -> Floats:
    """Utility of two equal places for one group, but for what `change` says."""
    given: dict[str, Floats] = {
        "rents": np.full((2, 2), 0.3), "armed": np.full((2, 2), 20.0), "hostile": np.zeros((2, 2)),
        "state": np.full(2, 0.5), "operations": np.ones(2), "access": np.full(2, 0.5),
        "exposure": np.ones(2), "guards": np.zeros(2), "weights": weights(),
    }  # fmt: skip
    given.update(change)  # type: ignore[arg-type]
    out = np.empty((2, 2))
    utility(out, *everywhere(2, 2), *given.values())
    return out[0]


@pytest.mark.parametrize(
    ("change", "better"),
    [
        ({"rents": np.array([[0.1, 0.9], [0.1, 0.9]])}, 1),
        ({"state": np.array([0.9, 0.1])}, 1),
        ({"operations": np.array([0.2, 3.0])}, 0),
        ({"access": np.array([0.9, 0.1])}, 1),
        (
            {
                "armed": np.array([[20.0, 20.0], [200.0, 0.0]]),
                "hostile": np.array([[0.0, 1.0], [1.0, 0.0]]),
            },
            1,
        ),
    ],
    ids=[
        "rent draws (C07)",
        "state repels",
        "operations repel (C14)",
        "remote is safe (C14)",
        "rivals repel",
    ],
)
def test_what_makes_a_place_attractive(change: dict[str, object], better: int) -> None:
    value = appeal(**change)
    assert value[better] > value[1 - better]


def test_a_rival_without_war_does_not_matter() -> None:
    value = appeal(armed=np.array([[20.0, 20.0], [200.0, 0.0]]))
    assert value[0] == value[1]


def test_a_ceasefire_takes_the_sting_out_of_operations() -> None:
    hunted, spared = appeal(), appeal(exposure=np.array([0.2, 1.0]))
    assert spared[0] > hunted[0]


def test_rent_is_the_mix_of_what_is_there() -> None:
    out = np.empty((2, 2))
    mix = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]])
    resources = np.array([[0.2, 0.8], [0.0, 0.0], [0.0, 0.0]])
    rent(out, everywhere(2, 2)[0], mix, resources, np.array([400.0, 0.0]), 400.0)
    np.testing.assert_allclose(out, [[0.5, 0.0], [0.2, 0.8]])


def recruited(rents: Floats, capacity: float = 1e6, elasticity: float = 0.5) -> Floats:
    armed, support = np.full((1, 2), 50.0), np.full((1, 2), 50.0)
    total = np.zeros(1)
    space = scratch(2)
    recruit(
        armed,
        support,
        everywhere(1, 2)[0],
        rents,
        np.array([0.3]),
        np.full(2, capacity),
        np.array([0.3]),
        np.array([0.5]),
        elasticity,
        total,
        space,
    )
    assert not space.any()
    gained = (armed + support)[0] - 100.0
    assert gained.sum() == pytest.approx(total[0])
    return gained


def test_recruitment_follows_rent_and_stops_when_a_place_is_full() -> None:
    poor, rich = recruited(np.array([[0.1, 0.9]]))
    assert 0.0 < poor < rich
    assert recruited(np.array([[0.1, 0.9]]), capacity=100.0).sum() == 0.0
    even = recruited(np.array([[0.1, 0.9]]), elasticity=0.0)
    assert even[0] == even[1] == pytest.approx(100.0 * 0.3 / 12.0, rel=1e-3)


def run_entry(
    utilities: Floats, rate: float, armed_next: float = 200.0
) -> tuple[int, Floats, Floats]:
    places = utilities.shape[1]
    armed, support = np.zeros((1, places)), np.zeros((1, places))
    present = np.zeros((1, places), dtype=np.uint8)
    armed[0, 0] = support[0, 0] = armed_next
    present[0, 0] = 1
    indptr, indices = line(places)
    key, space = stream(1, 1, 1, Process.ENTRY), scratch(places)
    highest = highest_chance(rate)
    prospects = prospects_of(present, indptr, indices, NUMBERS, key, highest)
    lists = listed(present)
    founded = enter(
        armed,
        support,
        present,
        *lists,
        prospects,
        utilities,
        np.zeros(1),
        indptr,
        indices,
        NUMBERS,
        key,
        rate,
        25.0,
        12.0,
        space,
    )
    assert not space.any()
    assert_listed(present, *lists)
    return founded, armed + support, present


def test_entry_reaches_the_neighbour_only_and_conserves_members() -> None:
    founded, members, present = run_entry(np.zeros((1, 4)), rate=1e6)
    assert founded == 1
    np.testing.assert_array_equal(present, [[1, 1, 0, 0]])
    assert members.sum() == pytest.approx(400.0)
    assert members[0, 1] == pytest.approx(12.0)


def test_a_party_is_at_most_a_fifth_of_the_neighbours() -> None:
    _, members, _ = run_entry(np.zeros((1, 2)), rate=1e6, armed_next=10.0)
    assert members[0, 1] == pytest.approx(4.0)


@pytest.mark.parametrize(("utility_", "factor"), [(-100.0, 0.02), (100.0, 5.0), (0.5, np.exp(0.5))])
def test_appeal_is_held_within_bounds(utility_: float, factor: float) -> None:
    """At rate * (1 - exp(-200 / 25)) * factor a year the draw just founds, or just does not."""
    u = uniform(stream(1, 1, 1, Process.ENTRY), group_place(NUMBERS[0], 1))
    rate = -12.0 * np.log(1.0 - u) / ((1.0 - np.exp(-200.0 / 25.0)) * factor)
    for share, founded in ((0.999, 0), (1.001, 1)):
        assert run_entry(np.array([[0.0, utility_]]), share * rate)[0] == founded


def test_better_places_are_entered_more_often() -> None:
    def share(value: float) -> float:
        hits = 0
        for month in range(400):
            armed = np.array([[200.0, 0.0]])
            present = np.array([[1, 0]], dtype=np.uint8)
            indptr, indices = line(2)
            key = stream(1, 1, month, Process.ENTRY)
            prospects = prospects_of(present, indptr, indices, NUMBERS, key, highest_chance(1.0))
            hits += enter(
                armed,
                armed.copy(),
                present,
                *listed(present),
                prospects,
                np.array([[0.0, value]]),
                np.zeros(1),
                indptr,
                indices,
                NUMBERS,
                key,
                1.0,
                25.0,
                12.0,
                scratch(2),
            )
        return hits / 400

    assert share(-2.0) < share(0.0) < share(1.5)
    assert share(0.0) == pytest.approx(1.0 / 12.0, abs=0.04)


def run_exit(members: list[float], utilities: list[float], rate: float) -> tuple[Floats, Floats]:
    armed = np.array([members]) / 2.0
    support = armed.copy()
    present = (armed > 0).astype(np.uint8)
    gone = np.zeros(1)
    indptr, indices = line(len(members))
    lists = listed(present)
    withdraw(
        armed,
        support,
        present,
        *lists,
        np.array([utilities]),
        np.zeros(1),
        indptr,
        indices,
        NUMBERS,
        stream(1, 1, 1, Process.EXIT),
        rate,
        3.0,
        gone,
    )
    assert_listed(present, *lists)
    return armed + support, gone


def test_who_gives_up_a_place_joins_the_next_one_or_goes_home() -> None:
    members, gone = run_exit([5.0, 0.0, 40.0], [0.0, 0.0, 0.0], rate=1e7)
    assert members.sum() + gone[0] == pytest.approx(45.0)
    assert gone[0] > 0.0
    members, gone = run_exit([5.0, 40.0], [0.0, 0.0], rate=2.0)
    assert members.sum() + gone[0] == pytest.approx(45.0)


def test_nobody_leaves_at_rate_zero() -> None:
    members, gone = run_exit([5.0, 40.0], [0.0, 0.0], rate=0.0)
    np.testing.assert_array_equal(members, [[5.0, 40.0]])
    assert gone[0] == 0.0


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 100_000), st.sampled_from([1, 5, 16, 33]), st.sampled_from([0.0, 0.2, 1.0]))
def test_lists_follow_whatever_happens_to_the_map(seed: int, places: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    present = np.zeros((3, places), dtype=np.uint8)
    was, held, lodgers = listed(present)
    for _ in range(4):
        changed = rng.random(3) < 0.6
        present[changed] = rng.random((int(changed.sum()), places)) < share
        list_footholds(present, was, held, lodgers)
        assert_listed(present, was, held, lodgers)
        assert rows(held) == [np.flatnonzero(row).tolist() for row in present]
        for i in range(places):
            here = lodgers.group[i, : lodgers.number[i]].tolist()
            assert here == np.flatnonzero(present[:, i]).tolist()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.floats(0.0, 1.0))
def test_scouts_find_the_lucky_places_next_door(seed: int, highest: float) -> None:
    rng = np.random.default_rng(seed)
    numbers = np.array([11, 12, 13], dtype=np.int64)
    present = (rng.random((3, 20)) < 0.2).astype(np.uint8)
    links = np.triu(rng.random((20, 20)) < 0.15, 1)
    links |= links.T
    indptr = np.append(0, np.cumsum(links.sum(axis=1))).astype(np.uint32)
    indices = np.nonzero(links)[1].astype(np.uint32)
    key = stream(1, seed, 1, Process.ENTRY)
    found = prospects_of(present, indptr, indices, numbers, key, highest)
    expected = [
        [
            i
            for i in range(20)
            if not present[g, i]
            and (links[i] & (present[g] == 1)).any()
            and uniform(key, group_place(numbers[g], i)) <= highest
        ]
        for g in range(3)
    ]
    assert rows(found) == expected
