"""Shocks that the whole country shares."""

import numpy as np
import pytest

from rift_sim.physics.shocks import (
    COCA,
    DISPLACEMENT,
    VIOLENCE,
    country_shock_step,
    growth_memory,
    region_shock_step,
)
from rift_sim.physics.streams import Process, stream


def wander(replicate: int, months: int, **changes: float) -> np.ndarray:
    given = {
        "persistence": 1.0,
        "violence": 0.1,
        "displacement": 0.05,
        "growth_persistence": 0.8,
        "growth": 0.02,
    } | changes
    shock, path = np.zeros(3), np.zeros((months, 3))
    for month in range(months):
        key = stream(1, replicate, month, Process.COUNTRY_SHOCK)
        country_shock_step(shock, *given.values(), key)
        path[month] = shock
    return path


def test_violence_and_displacement_wander_off_as_the_root_of_time() -> None:
    paths = np.array([wander(replicate, 48) for replicate in range(3000)])
    for row, step in ((VIOLENCE, 0.1), (DISPLACEMENT, 0.05)):
        for month in (12, 48):
            ends = paths[:, month - 1, row]
            assert ends.std() == pytest.approx(step * np.sqrt(month), rel=0.05)
            assert abs(np.median(ends)) < 0.1 * ends.std()
    assert paths[:, -1, COCA].std() == pytest.approx(0.02 / 0.6, rel=0.05)
    assert abs(np.corrcoef(paths[:, -1].T)[np.triu_indices(3, 1)]).max() < 0.06


def test_a_shock_that_is_not_kept_up_fades() -> None:
    path = wander(0, 30, persistence=0.5, violence=0.0, displacement=0.0)
    assert not path[:, :2].any()


@pytest.mark.parametrize(("persistence", "months"), [(0.4, 0.0), (0.7, 12.0), (0.0, 0.0)])
def test_memory_of_growth_is_that_of_a_long_record(persistence: float, months: float) -> None:
    """A record of two million months, cut into years, has the coefficients that are computed."""
    weight, spread = growth_memory(persistence, months)
    monthly, rng = persistence ** (1 / 12), np.random.default_rng(5)
    record = np.zeros(2_000_000)
    for i, fresh in enumerate(rng.normal(size=record.size) * np.sqrt(1 - monthly**2)):
        record[i] = monthly * record[i - 1] + fresh
    ends = np.arange(11, record.size - 24, 60)
    years = np.array([record[end - 11 : end + 1].sum() for end in ends])
    later = record[ends + int(months)]
    assert (years * later).mean() / years.var() == pytest.approx(weight, abs=0.004)
    assert 1.0 / years.std() == pytest.approx(spread, rel=0.02)


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
