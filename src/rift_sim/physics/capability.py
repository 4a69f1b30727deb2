"""Capability of the security forces: what partners and experience add up to."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["ces", "leadership_step", "relax", "substitution_step", "with_partner"]


def ces(
    inputs: Sequence[float], weights: Sequence[float], elasticity: float, floor: float
) -> float:
    """Combine inputs with constant elasticity of substitution, above a floor.

    Parameters
    ----------
    inputs
        Mobility, intelligence, leadership and force, each relative to full strength (1).
    weights
        Their shares; they are scaled to sum to 1.
    elasticity
        Elasticity of substitution, above 0. At 1 the limit is Cobb-Douglas.
    floor
        Capability that remains when every input is gone, in [0, 1).

    Returns
    -------
    float
        Capability; 1 when every input is 1.
    """
    total = sum(weights)
    rho = 1.0 - 1.0 / elasticity
    if abs(rho) < 1e-9:
        core = 1.0
        for value, weight in zip(inputs, weights, strict=True):
            core *= max(value, 1e-6) ** (weight / total)
    else:
        mean = 0.0
        for value, weight in zip(inputs, weights, strict=True):
            mean += weight / total * (value if value > 1e-6 else 1e-6) ** rho
        core = mean ** (1.0 / rho)
    return floor + (1.0 - floor) * core


def with_partner(own: float, share: float, partner: float, substitute: float) -> float:
    """Return an input of capability that a partner provides in part; 1 at full strength.

    Parameters
    ----------
    own, partner
        Levels of the state's and the partner's contribution, relative to full strength.
    share
        The partner's share of the input, in [0, 1].
    substitute
        What the state has built up in place of the partner's share.
    """
    return (1.0 - share) * own + share * partner + substitute


def substitution_step(substitute: float, lost: float, ceiling: float, years: float) -> float:
    """Advance domestic substitution by a month toward `ceiling` times what was lost.

    Parameters
    ----------
    substitute
        What has been built up, in units of the input.
    lost
        The partner's contribution that is missing.
    ceiling
        Share of it that can be replaced in the end, in [0, 1].
    years
        Time constant.
    """
    return relax(substitute, ceiling * lost if lost > 0.0 else 0.0, years * 12.0)


def leadership_step(experience: float, rebuild: float, training: float) -> float:
    """Advance leadership experience by a month toward full strength (1).

    Parameters
    ----------
    experience
        In [0, 1].
    rebuild, training
        Rates a year at which the missing part returns; training comes from partners (C28).
    """
    level = experience + (rebuild + training) / 12.0 * (1.0 - experience)
    return min(1.0, max(0.0, level))


def relax(value: float, target: float, months: float) -> float:
    """Move `value` toward `target` by one month.

    Parameters
    ----------
    value, target
        In the same unit.
    months
        Time constant; below one month the target is reached at once.
    """
    return value + (target - value) * (1.0 / months if months > 1.0 else 1.0)
