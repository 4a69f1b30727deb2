"""Shocks that the whole country shares."""

import numpy as np
import pytest

from rift_sim.physics.shocks import (
    DISPLACEMENT,
    VIOLENCE,
    coca_shock,
    country_shock_step,
    region_shock_step,
)
from rift_sim.physics.streams import Process, stream


def wander(replicate: int, months: int, **changes: float) -> np.ndarray:
    given = {"persistence": 1.0, "violence": 0.1, "displacement": 0.05} | changes
    shock, path = np.zeros(2), np.zeros((months, 2))
    for month in range(months):
        key = stream(1, replicate, month, Process.COUNTRY_SHOCK)
        country_shock_step(shock, *given.values(), key)
        path[month] = shock
    return path


@pytest.mark.many
def test_violence_and_displacement_wander_off_as_the_root_of_time() -> None:
    paths = np.array([wander(replicate, 48) for replicate in range(3000)])
    for row, step in ((VIOLENCE, 0.1), (DISPLACEMENT, 0.05)):
        for month in (12, 48):
            ends = paths[:, month - 1, row]
            assert ends.std() == pytest.approx(step * np.sqrt(month), rel=0.05)
            assert abs(np.median(ends)) < 0.1 * ends.std()
    assert abs(np.corrcoef(paths[:, -1].T)[0, 1]) < 0.06


@pytest.mark.many
def test_a_shock_that_hardly_lasts_goes_back() -> None:
    paths = np.array([wander(replicate, 48, persistence=0.5) for replicate in range(3000)])
    assert paths[:, -1, VIOLENCE].std() == pytest.approx(0.1 / np.sqrt(0.75), rel=0.05)


def test_departments_share_what_the_country_has() -> None:
    out, factor, shock = np.zeros(4), np.zeros(3), np.zeros(2)
    region_shock_step(
        out, factor, shock, np.array([0, 0, 1, -1]), 0.9, 0.0, np.log(3.0), np.uint64(7)
    )
    np.testing.assert_allclose(out, 3.0, rtol=1e-12)
    np.testing.assert_allclose(factor, 3.0, rtol=1e-12)
    region_shock_step(
        out, factor, shock, np.array([0, 0, 1, -1]), 0.9, 0.5, np.log(3.0), np.uint64(7)
    )
    assert out[0] == out[1] != out[2]
    assert out[3] == pytest.approx(3.0)


def coca_shocks(*hectares: float, own: float = 0.1, exponent: float = 0.5) -> np.ndarray:
    """Shocks of departments of these areas, all with the luck of the first."""
    found = []
    for area in hectares:
        out, factor = np.zeros(2), np.zeros(2)
        department = np.array([0, -1], dtype=np.int32)
        coca_shock(
            out, factor, np.array([area, 5.0]), department, 0.0, own, exponent, np.uint64(1),
            np.uint64(2),
        )  # fmt: skip
        assert out[1] == factor[1] == 0.0
        assert out[0] == factor[0]
        found.append(out[0])
    return np.array(found)


def test_small_departments_have_the_larger_shocks_down_to_a_hundred_hectares() -> None:
    tiny, small, hundred, more, usual, large = coca_shocks(0.0, 99.5, 100.0, 101.0, 5000.0, 2e4)
    assert tiny == small == hundred != more
    # Their mean is 1 once exponentiated: luck times the spread, less half its square.
    luck = (usual + 0.5 * 0.1**2) / 0.1
    for area, shock in ((100.0, hundred), (101.0, more), (2e4, large)):
        spread = 0.1 * (area / 5000.0) ** -0.5
        assert shock == pytest.approx(spread * luck - 0.5 * spread**2)
