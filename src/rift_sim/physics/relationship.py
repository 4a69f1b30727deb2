"""The relationship: pillars that relax toward what two governments make of them."""

from __future__ import annotations

import math

__all__ = ["crisis_rate", "echo_step", "pillar_step"]


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


def echo_step(echo: float, crises: int, branching: float, months: float) -> float:
    """Advance the echo of past crises by a month.

    Each crisis adds `branching` expected crises (below 1), spread over an exponential
    kernel with mean `months`.
    """
    decay = math.exp(-1.0 / months)
    return echo * decay + branching * crises * (1.0 - decay)
