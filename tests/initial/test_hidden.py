"""Footholds that a survey did not see: how many, where, and when none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rift_sim.errors import InputError
from rift_sim.initial.hidden import add_hidden, conflict_score, neighbourhood
from rift_sim.model import RiftModel, World
from rift_sim.scenario import Scenario, digest, load_scenario, resolved_yaml

# Five places in a row: 0 - 1 - 2 - 3 - 4, and one without neighbours.
INDPTR = np.array([0, 1, 3, 5, 7, 8, 8], np.uint32)
INDICES = np.array([1, 0, 2, 1, 3, 2, 4, 3], np.uint32)
ALL = np.ones(6, bool)


def test_the_neighbourhood_on_a_path() -> None:
    # Of the two ends, the neighbour has the middle as one of its two neighbours; of the middle,
    # both neighbours have it as one of two.
    found = neighbourhood(np.array([0, 0, 1, 0, 0, 0]), INDPTR, INDICES)
    np.testing.assert_allclose(found, [0.5, 0, 0.5, 0, 0.5, 0])
    # Next to the end stands 1, whose neighbours' neighbours are itself and 3.
    found = neighbourhood(np.array([0, 1, 0, 0, 0, 0]), INDPTR, INDICES)
    np.testing.assert_allclose(found, [0, 0.75, 0, 0.25, 0, 0])
    everywhere = neighbourhood(np.ones(6), INDPTR, INDICES)
    np.testing.assert_allclose(everywhere, [1, 1, 1, 1, 1, 0])


def test_groups_have_neighbourhoods_of_their_own() -> None:
    present = np.array([[0, 0, 1, 0, 0, 0], [0, 1, 0, 0, 0, 0]], np.uint8)
    both = neighbourhood(present, INDPTR, INDICES)
    for row, alone in zip(both, present, strict=True):
        np.testing.assert_array_equal(row, neighbourhood(alone, INDPTR, INDICES))


def test_what_speaks_for_a_place() -> None:
    seen = np.array([[0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0]], np.uint8)
    flat = np.zeros((2, 6))
    score = conflict_score(seen, flat, None, ALL, INDPTR, INDICES)
    # Near the group, and half as much near another; without anything else all else is alike.
    near = neighbourhood(seen[0], INDPTR, INDICES)
    standard = (near - near.mean()) / near.std()
    np.testing.assert_allclose(score, [standard, 0.5 * standard])
    worth = flat.copy()
    worth[0, 5] = 3.0
    more = conflict_score(seen, worth, None, ALL, INDPTR, INDICES) - score
    assert more[0].argmax() == 5
    np.testing.assert_allclose(more[1], 0.0)
    fled = np.array([0.0, 0, 0, 0, 0, 1000])
    more = conflict_score(seen, flat, fled, ALL, INDPTR, INDICES) - score
    assert more.argmax(axis=1).tolist() == [5, 5]
    np.testing.assert_allclose(more[0], more[1])
    np.testing.assert_allclose(
        conflict_score(seen, flat, np.full(6, 7.0), ALL, INDPTR, INDICES), score
    )


def test_places_abroad_are_not_what_others_are_measured_by() -> None:
    seen = np.array([[0, 0, 1, 0, 0, 0]], np.uint8)
    inside = np.array([True] * 5 + [False])
    plain = conflict_score(seen, np.zeros((1, 6)), None, inside, INDPTR, INDICES)
    worth = np.array([[0.0, 0, 0, 0, 0, 1e6]])
    np.testing.assert_array_equal(
        conflict_score(seen, worth, None, inside, INDPTR, INDICES)[:, :5], plain[:, :5]
    )


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), coverage=st.floats(0.4, 1.0))
def test_as_many_as_were_missed_where_nobody_was_named(seed: int, coverage: float) -> None:
    rng = np.random.default_rng(seed)
    inside = rng.random(60) < 0.9
    present = ((rng.random((3, 60)) < 0.08) & inside).astype(np.uint8)
    present[1] = 0
    score = rng.normal(size=(3, 60))
    found = add_hidden(present, coverage, score, inside)
    assert found.dtype == np.uint8
    # What was seen stays.
    assert (found >= present).all()
    new = found > present
    silent = inside & ~present.any(axis=0)
    assert not new[:, ~silent].any()
    for row in range(3):
        n = int(present[row].sum())
        missed = round(n * (1.0 / coverage - 1.0))
        assert new[row].sum() == min(missed, silent.sum())
        if 0 < new[row].sum() < silent.sum():
            assert score[row, new[row]].min() > score[row, silent & ~new[row]].max()


def test_full_coverage_adds_nothing() -> None:
    present = np.array([[0, 1, 0, 0, 1, 0]], np.uint8)
    np.testing.assert_array_equal(add_hidden(present, 1.0, np.ones((1, 6)), ALL), present)


def test_no_more_than_there_are_places() -> None:
    present = np.array([[1, 1, 1, 1, 0, 0]], np.uint8)
    inside = np.array([True] * 5 + [False])
    found = add_hidden(present, 0.1, np.zeros((1, 6)), inside)
    np.testing.assert_array_equal(found, [[1, 1, 1, 1, 1, 0]])


@pytest.fixture
def footholds(tmp_path: Path) -> Path:
    """Ten places of the EGC and four of the ELN, one shared."""
    file = tmp_path / "presence.csv"
    egc = ("05030", "05031", "05034", "05036", "05038", "05040", "05042", "05044", "05045", "05051")
    eln = ("54003", "54051", "54099", "05045")
    lines = [*(f"{code},EGC" for code in egc), *(f"{code},ELN" for code in eln)]
    file.write_text("code,group\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def world_with(make_scenario: Callable[..., Scenario], footholds: Path) -> Callable[..., World]:
    def make(**more: Any) -> World:
        initial = {"presence": {"file": str(footholds), **more}}
        return World(make_scenario(start="2020-01", end="2020-12", initial=initial))

    return make


def present(world: World, replicate: int = 0) -> np.ndarray:
    rows = [world.groups.index(name) for name in ("EGC", "ELN")]
    return RiftModel(world=world, replicate=replicate).state.present[rows] > 0


def test_coverage_of_one_changes_no_bit(world_with: Callable[..., World]) -> None:
    plain, full = world_with(), world_with(coverage=1)
    for replicate in range(2):
        one, other = (RiftModel(world=w, replicate=replicate).state for w in (plain, full))
        for name in ("armed", "support", "present", "violence", "frailty", "coca", "detection"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name), name)
    assert present(plain).sum(axis=1).tolist() == [10, 4]


def test_hidden_footholds_of_a_run(world_with: Callable[..., World]) -> None:
    world, seen = world_with(coverage=0.5), present(world_with())
    drawn = [present(world, replicate) for replicate in range(3)]
    silent = world.inside & ~seen.any(axis=0)
    for found in drawn:
        # Twice as many, the new ones where the survey names nobody.
        assert found.sum(axis=1).tolist() == [20, 8]
        assert found[seen].all()
        assert not (found & ~seen)[:, ~silent].any()
    # Each replicate hides others, and the same replicate the same.
    assert not np.array_equal(drawn[0], drawn[1])
    np.testing.assert_array_equal(drawn[0], present(world_with(coverage=0.5), 0))


def test_members_stay_those_of_the_ledger(world_with: Callable[..., World]) -> None:
    totals = []
    for coverage in (1.0, 0.5):
        state = RiftModel(world=world_with(coverage=coverage), replicate=0).state
        totals.append((state.armed + state.support).sum(axis=1))
    np.testing.assert_allclose(totals[0], totals[1])


def test_coverage_makes_another_run_and_is_written_out(
    world_with: Callable[..., World], tmp_path: Path
) -> None:
    plain, full, half = (
        world_with(**more).scenario for more in ({}, {"coverage": 1}, {"coverage": 0.5})
    )
    assert digest(plain) == digest(full) != digest(half)
    path = tmp_path / "resolved.yaml"
    path.write_text(resolved_yaml(half), encoding="utf-8")
    presence = load_scenario(path).initial.presence
    assert presence is not None
    assert presence.coverage == 0.5


@pytest.mark.parametrize("coverage", ["0", "1.2", "-1", "much"])
def test_coverage_that_is_none(coverage: str, footholds: Path) -> None:
    text = (
        "name: own\nextends: reference\n"
        f"initial: {{presence: {{file: {footholds.name}, coverage: {coverage}}}}}\n"
    )
    scenario = footholds.parent / "own.yaml"
    scenario.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"initial\.presence\.coverage") as caught:
        load_scenario(scenario)
    assert f"{scenario}:3" in str(caught.value)
