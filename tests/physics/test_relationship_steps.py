"""Pillars, crises and phases of the relationship, one month at a time."""

import numpy as np
import pytest

from rift_sim.physics.relationship import (
    PHASES,
    crisis_rate,
    echo_of,
    echo_step,
    phase_of,
    pillar_step,
)


def test_a_pillar_goes_its_part_of_the_way_to_its_target() -> None:
    assert pillar_step(0.2, 0.8, 1.0, 0.0) == pytest.approx(0.2 + 0.6 / 12.0)
    assert pillar_step(0.2, 0.8, 2.0, 0.1) == pytest.approx(0.2 + 0.6 / 24.0 - 0.1)
    # Faster than in a month is not possible.
    for years in (0.0, 0.05, 1.0 / 12.0):
        assert pillar_step(0.2, 0.8, years, 0.0) == pytest.approx(0.8)
    assert pillar_step(0.2, 0.8, 1.5 / 12.0, 0.0) == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("level", "hit", "kept"),
    [(0.1, 0.4, 0.0), (0.1, 5.0, 0.0), (0.9, -0.3, 1.0), (0.9, -5.0, 1.0), (0.5, 0.0, 0.5)],
)
def test_a_pillar_stays_within_its_bounds(level: float, hit: float, kept: float) -> None:
    assert pillar_step(level, level, 1.0, hit) == kept


def test_crises_grow_with_the_square_of_hostility() -> None:
    assert crisis_rate(2.4, 0.5, 0.0, 0.0) == pytest.approx(0.2 * 0.25)
    assert crisis_rate(2.4, 0.0, 0.3, 0.0) == pytest.approx(0.3)
    assert crisis_rate(2.4, 0.5, 0.3, 0.25) == pytest.approx(0.35 * 0.75)


@pytest.mark.parametrize("months", [1.5, 6.0])
def test_a_crisis_brings_as_many_as_its_branching_in_all(months: float) -> None:
    echo, expected = echo_step(0.0, 2.0, 0.4, months), 0.0
    assert echo == pytest.approx(0.8 * (1.0 - np.exp(-1.0 / months)))
    assert echo == pytest.approx(echo_of(2.0, 0.4, months))
    for _ in range(200):
        expected += echo
        after = echo_step(echo, 0.0, 0.4, months)
        assert after == pytest.approx(echo * np.exp(-1.0 / months))
        echo = after
    assert expected == pytest.approx(0.8)


def phases(*index: float) -> list[str]:
    return [PHASES[phase] for phase in phase_of(np.array(index))]


def test_phases_follow_the_index_and_its_rise_within_half_a_year() -> None:
    assert PHASES == ("cooperation", "strain", "rupture", "reset")
    assert phases(0.65, 0.64, 0.4, 0.39) == ["cooperation", "strain", "strain", "rupture"]
    # Seven months: the first counts as half a year before the last, and no longer after that.
    rise = phases(0.3, *[0.34] * 5, 0.36, 0.36)
    assert rise == ["rupture"] * 6 + ["reset", "rupture"]
    assert phases(0.5, 0.54, 0.56) == ["strain", "strain", "reset"]
    assert phases(0.6, 0.66)[1] == "cooperation"
    three = phase_of(np.array([[0.3, 0.36], [0.7, 0.5], [0.3, 0.3]]))
    assert three.tolist() == [[2, 3], [0, 1], [2, 2]]
