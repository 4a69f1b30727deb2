"""Quantiles of normal and Poisson numbers: what turns a uniform draw into another."""

from __future__ import annotations

import numpy as np

from rift_sim.physics.arrays import Floats
from rift_sim.physics.elementary import exp, log
from rift_sim.physics.kernel import inlined, kernel

__all__ = ["fill_normal", "fill_poisson", "normal", "poisson"]

_MANY = 6.0
"""Mean from which a Poisson count is drawn by an approximation."""

_TOGETHER = 6
"""Poisson counts that `fill_poisson` reaches for all places at once."""


@inlined
def normal(u: float) -> float:
    """Return the standard normal quantile of `u` (Acklam's rational approximation).

    The relative error is below 1.2e-9 on (0, 1).
    """
    return _far(u) if _is_far(u) else _central(u)


@inlined
def _is_far(u: float) -> bool:
    return (u < 0.02425) | (u > 0.97575)


@inlined
def _far(u: float) -> float:
    tail = u if u < 0.5 else 1.0 - u
    q = np.sqrt(-2.0 * log(tail))
    top = (
        (
            ((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q
            - 2.549732539343734
        )
        * q
        + 4.374664141464968
    ) * q + 2.938163982698783
    bottom = (
        ((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q
        + 3.754408661907416
    ) * q + 1.0
    x = float(top / bottom)
    return x if u < 0.5 else -x


@inlined
def _central(u: float) -> float:
    q = u - 0.5
    r = q * q
    top = (
        (
            ((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r
            + 1.383577518672690e02
        )
        * r
        - 3.066479806614716e01
    ) * r + 2.506628277459239
    bottom = (
        (
            ((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r
            + 6.680131188771972e01
        )
        * r
        - 1.328068155288572e01
    ) * r + 1.0
    return top * q / bottom


@kernel
def fill_normal(out: Floats, luck: Floats) -> None:
    """Write the normal quantiles of `luck`, shapes (n,): `normal`, but first all as if central.

    Those one in twenty that lie far out cost most, and only they are done again.
    """
    far, number = np.empty(luck.size, dtype=np.uint32), np.uint64(0)
    for i in range(luck.size):
        out[i] = _central(luck[i])
    for i in range(luck.size):
        far[number] = i
        number += np.uint64(_is_far(luck[i]))
    for n in range(number):
        out[far[n]] = _far(luck[far[n]])


@inlined
def poisson(mean: float, u: float) -> float:
    """Return the Poisson quantile of `u`: exact below a mean of 6, Cornish-Fisher above.

    Above 6 the fourth-order expansion is rounded to a whole number; the mean is right to
    0.01 %, the standard deviation at most 0.7 % too large.
    """
    if mean <= 0.0:
        return 0.0
    if mean < _MANY:
        term = exp(-mean)
        return _count_on(0.0, term, term, mean, u)
    return _many(mean, normal(u))


@inlined
def _count_on(count: float, term: float, total: float, mean: float, u: float) -> float:
    """Add up chances from a count on, until they reach `u`."""
    while total < u and count < 200.0:
        count += 1.0
        term *= mean / count
        total += term
    return count


@inlined
def _many(mean: float, z: float) -> float:
    """Return the count of a high mean at a standard normal quantile."""
    root = np.sqrt(mean)
    skew = (z * z - 1.0) / 6.0 + (z - z * z * z) / (72.0 * root)
    return max(0.0, float(np.floor(mean + root * z + skew + 0.5)))


@kernel
def fill_poisson(out: Floats, mean: Floats, luck: Floats, term: Floats, total: Floats) -> None:
    """Draw Poisson counts for all places: `poisson`, but the low counts all together.

    Which count it will be cannot be foreseen, and a processor that guesses wrong loses the
    time of many additions. So the first terms are added up for all places at once, and
    only places with more than that, put on a list, go on alone. Those with a high mean are
    drawn together.

    Parameters
    ----------
    out
        Counts, shape (place,); written.
    mean, luck
        Mean and quantile, shape (place,).
    term, total
        Working space, shape (place,); overwritten.
    """
    places = out.size
    for i in range(places):
        chance = exp(-mean[i])
        reached, count = chance, 0.0
        for k in range(1, _TOGETHER + 1):
            chance *= mean[i] * (1.0 / k)
            short = reached < luck[i]
            count += 1.0 if short else 0.0
            reached += chance if short else 0.0
        out[i], term[i], total[i] = count, chance, reached
    listed, number = np.empty(places, dtype=np.uint32), np.uint64(0)
    for i in range(places):
        listed[number] = i
        number += np.uint64((total[i] < luck[i]) & (mean[i] < _MANY))
    for n in range(number):
        i = listed[n]
        out[i] = _count_on(out[i], term[i], total[i], mean[i], luck[i])
    number = np.uint64(0)
    for i in range(places):
        listed[number] = i
        number += np.uint64(mean[i] >= _MANY)
    for n in range(number):
        term[n] = luck[listed[n]]
    fill_normal(total[:number], term[:number])
    for n in range(number):
        term[n] = mean[listed[n]]
    for n in range(number):
        total[n] = _many(term[n], total[n])
    for n in range(number):
        out[listed[n]] = total[n]
