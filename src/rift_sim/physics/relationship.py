"""The relationship: pillars that relax toward what two governments make of them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["PHASES", "crisis_rate", "echo_of", "echo_step", "phase_of", "pillar_step"]


def pillar_step(level: float, target: float, years: float, hit: float) -> float:
    """Advance one pillar by a month; the result stays within [0, 1].

    Parameters
    ----------
    level, target
        Where the pillar is and what the two governments make of it, in [0, 1].
    years
        Time constant.
    hit
        What the crises of the month take.
    """
    months = 12.0 * years
    moved = level + (target - level) / (months if months > 1.0 else 1.0) - hit
    return 0.0 if moved < 0.0 else 1.0 if moved > 1.0 else moved


def crisis_rate(base: float, hostility: float, echo: float, damping: float) -> float:
    """Return the expected number of crises in a month.

    Parameters
    ----------
    base
        Crises a year between fully hostile governments.
    hostility
        Of the pair of governments, in [0, 1]; the rate grows with its square, because
        each side's provocation meets the other's.
    echo
        Expected further crises still due to past ones, a month.
    damping
        Share that stakeholders talk away, in [0, 1).
    """
    return (base / 12.0 * hostility * hostility + echo) * (1.0 - damping)


def echo_of(acts: float, branching: float, months: float) -> float:
    """Return what crises and hostile acts add to the echo.

    Each adds `branching` expected crises (below 1), spread over an exponential kernel with
    mean `months`.
    """
    return branching * acts * (1.0 - math.exp(-1.0 / months))


def echo_step(echo: float, crises: float, branching: float, months: float) -> float:
    """Advance the echo of past crises by a month; see `echo_of`."""
    return echo * math.exp(-1.0 / months) + echo_of(crises, branching, months)


PHASES = ("cooperation", "strain", "rupture", "reset")
"""Phases of the relationship, in the order of `phase_of`."""

_RUPTURE, _COOPERATION, _RISE, _MONTHS = 0.4, 0.65, 0.05, 6
"""Index below which the relationship is ruptured, above which it works; rise within so many
months that makes a reset (judgement)."""


def phase_of(index: NDArray[np.float64]) -> NDArray[np.int64]:
    """Say in which phase the relationship is.

    Cooperation above an index of 0.65. Below it reset where the index has risen by 0.05 or
    more within half a year, else rupture below 0.4 and strain between.

    Parameters
    ----------
    index
        Mean of the pillars, shape (..., month).

    Returns
    -------
    ndarray
        Position in `PHASES`, same shape.
    """
    before = index[..., np.maximum(np.arange(index.shape[-1]) - _MONTHS, 0)]
    phase = np.where(index < _RUPTURE, 2, 1)
    phase = np.where(index - before >= _RISE, 3, phase)
    return np.where(index >= _COOPERATION, 0, phase)
