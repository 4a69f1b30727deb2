"""Factors that extensions set on the map: neutral until written, held within bounds."""

import numpy as np
import pytest
from lists import listed

from rift_sim.physics.outside import add_pull, new_outside, raise_to, scale_by, wrong

BOUNDS = {
    "presence": (0.0, 1.0), "effort": (0.0, 20.0), "violence": (0.0, 20.0),
    "flight": (0.0, 20.0), "returns": (0.0, 20.0), "pull": (-20.0, 20.0),
}  # fmt: skip


def test_factors_begin_neutral() -> None:
    fresh = new_outside(groups=2, places=3)
    assert fresh._fields == tuple(BOUNDS)
    for name, values in zip(fresh._fields, fresh, strict=True):
        assert values.shape == ((2, 3) if name == "pull" else (3,))
        assert set(values.flat) == ({0.0} if name in ("presence", "pull") else {1.0})
    # Each is an array of its own.
    fresh.effort[0] = 2.0
    assert (fresh.violence == 1.0).all()


@pytest.mark.parametrize("name", BOUNDS)
def test_every_factor_has_its_bounds(name: str) -> None:
    low, high = BOUNDS[name]
    said = f"{name} must lie within [{low:g}, {high:g}]"
    for value in (low, high):
        outside = new_outside(2, 3)
        getattr(outside, name).flat[-1] = value
        assert wrong(outside) is None
    for value in (np.nextafter(low, -np.inf), np.nextafter(high, np.inf), np.nan):
        outside = new_outside(2, 3)
        getattr(outside, name).flat[-1] = value
        assert wrong(outside) == said


def test_presence_is_raised_and_never_lowered() -> None:
    presence = np.array([0.2, 0.5, 0.8])
    raise_to(presence, np.array([0.0, 0.9, 0.8]))
    assert presence.tolist() == [0.2, 0.9, 0.8]


def test_values_are_scaled_into_another_array_or_in_place() -> None:
    values, factor, out = np.array([3.0, 0.5, 2.0]), np.array([2.0, 0.0, 1.0]), np.zeros(3)
    scale_by(out, values, factor)
    assert out.tolist() == [6.0, 0.0, 2.0]
    assert values.tolist() == [3.0, 0.5, 2.0]
    scale_by(values, values, factor)
    assert values.tolist() == [6.0, 0.0, 2.0]


def test_pull_counts_where_a_group_has_a_foothold_and_nowhere_else() -> None:
    present = np.array([[1, 0, 1], [0, 1, 0]], dtype=np.uint8)
    _, cells, _ = listed(present)
    utilities, pull = np.full((2, 3), 10.0), np.arange(1.0, 7.0).reshape(2, 3)
    add_pull(utilities, cells, pull)
    assert utilities.tolist() == [[11.0, 10.0, 13.0], [10.0, 15.0, 10.0]]
