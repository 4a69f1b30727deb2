"""Random numbers that are a pure function of (seed, replicate, month, process, place).

A counter-based generator: the five coordinates are mixed to 64 bits with the finaliser
of SplitMix64 (Steele, Lea and Flood 2014) and turned into the wanted distribution by
its inverse. Nothing has a state, so no worker count, order or resumption can change a
number, and two scenarios draw the same numbers wherever they do the same thing.
"""

from __future__ import annotations

import zlib
from enum import IntEnum, unique

import numpy as np
from numpy.typing import NDArray

from rift_sim.physics.arrays import Floats
from rift_sim.physics.elementary import exp, log
from rift_sim.physics.kernel import inlined, kernel

__all__ = [
    "Process",
    "fill_at",
    "fill_poisson",
    "group_number",
    "group_place",
    "normal",
    "pair_place",
    "poisson",
    "stream",
    "stream_key",
    "uniform",
    "uniform_at",
]


_MANY = 6.0
"""Mean from which a Poisson count is drawn by an approximation."""

_TOGETHER = 6
"""Poisson counts that `fill_poisson` reaches for all places at once."""


@unique
class Process(IntEnum):
    """Who draws. Numbers are never used again for something else: they fix the draws."""

    PARAMETER = 1
    INITIAL_PRESENCE = 2
    INITIAL_MEMBERS = 3
    INITIAL_COCA = 4
    INITIAL_STOCK = 5
    FRAILTY = 6
    DETECTION = 7
    INITIAL_COCA_SHOCK = 9
    ELECTION = 20
    CRISIS = 21
    TALKS = 22
    PAIR = 23
    PAIR_SHOCK = 24
    TABLES = 25
    CERTIFICATION = 26
    CONCESSION = 27
    ENTRY = 30
    EXIT = 31
    DEATHS = 32
    DISPLACEMENT = 33
    DISPLACEMENT_NOISE = 34
    DEPARTMENT_SHOCK = 35
    MASS_EVENT = 36
    MASS_SIZE = 37
    CONFINEMENT = 38
    COCA_NATIONAL = 40
    COCA_DEPARTMENT = 41
    COCA_LOCAL = 42
    COCA_ENTRY = 43
    SELF_DEFENCE = 44
    TURNING = 45
    OBSERVATION = 50
    HOMICIDES = 51
    PROPOSAL = 70


@inlined
def _mix(x: np.uint64) -> np.uint64:
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@inlined
def stream_key(seed: int, replicate: int, month: int, process: int) -> np.uint64:
    """Return the key of one process in one month, inside a kernel; see `stream`."""
    golden = np.uint64(0x9E3779B97F4A7C15)
    key = _mix(np.uint64(seed) + golden)
    key = _mix((key ^ _mix(np.uint64(replicate) + golden)) + golden)
    key = _mix((key ^ _mix(np.uint64(month) + golden)) + golden)
    return _mix((key ^ _mix(np.uint64(process) + golden)) + golden)


def stream(seed: int, replicate: int, month: int, process: Process) -> np.uint64:
    """Return the key of one process in one month of one replicate.

    Parameters
    ----------
    seed
        Seed of the scenario, 0 to 2**63 - 1.
    replicate
        Number of the replicate, from 0.
    month
        Absolute month (`rift_sim.calendar.Month.index`), so that scenarios with
        different starts share their draws; 0 for what is drawn once.
    process
        Who draws.
    """
    # A compiled function hands 64 unsigned bits over as a Python integer.
    return np.uint64(stream_key(seed, replicate, month, int(process)))


@inlined
def uniform(key: np.uint64, place: int | np.uint64) -> float:
    """Draw the uniform number of `place` on the open interval (0, 1)."""
    golden = np.uint64(0x9E3779B97F4A7C15)
    x = _mix(key + (np.uint64(place) + np.uint64(1)) * golden)
    return (float(x >> np.uint64(11)) + 0.5) * (1.0 / 9007199254740992.0)


@kernel
def fill_at(out: Floats, key: np.uint64, places: NDArray[np.uint64]) -> None:
    """Draw the uniform numbers of the given coordinates; shapes alike, `out` is written."""
    for k in range(out.size):
        out[k] = uniform(key, places[k])


@inlined
def group_place(number: int, place: int) -> np.uint64:
    """Return the coordinate of a group in a place; up to 65,536 places."""
    return np.uint64(number) * np.uint64(65536) + np.uint64(place)


@inlined
def pair_place(first: int, second: int) -> int:
    """Return the coordinate of a pair of groups, whichever comes first."""
    return min(first, second) * 268435456 + max(first, second)


@inlined
def normal(u: float) -> float:
    """Return the standard normal quantile of `u` (Acklam's rational approximation).

    The relative error is below 1.2e-9 on (0, 1).
    """
    if u < 0.02425 or u > 0.97575:
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
    return _many(mean, u)


@inlined
def _count_on(count: float, term: float, total: float, mean: float, u: float) -> float:
    """Add up chances from a count on, until they reach `u`."""
    while total < u and count < 200.0:
        count += 1.0
        term *= mean / count
        total += term
    return count


@inlined
def _many(mean: float, u: float) -> float:
    z = normal(u)
    root = np.sqrt(mean)
    skew = (z * z - 1.0) / 6.0 + (z - z * z * z) / (72.0 * root)
    return max(0.0, float(np.floor(mean + root * z + skew + 0.5)))


@kernel
def fill_poisson(out: Floats, mean: Floats, luck: Floats, term: Floats, total: Floats) -> None:
    """Draw Poisson counts for all places: `poisson`, but the low counts all together.

    Which count it will be cannot be foreseen, and a processor that guesses wrong loses the
    time of many additions. So the first terms are added up for all places at once, and
    only places with more than that go on alone.

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
    for i in range(places):
        if total[i] < luck[i] and mean[i] < _MANY:
            out[i] = _count_on(out[i], term[i], total[i], mean[i], luck[i])
    many = 0
    for i in range(places):
        many += mean[i] >= _MANY
    if many > 0:
        for i in range(places):
            drawn = _many(mean[i], luck[i])
            out[i] = drawn if mean[i] >= _MANY else out[i]


def group_number(name: str) -> int:
    """Return the lasting number of a group, below 2**28.

    It depends on the id alone: a scenario that brings in one more group leaves the draws
    of all others where they were.
    """
    return zlib.crc32(name.encode()) >> 4


def uniform_at(seed: int, replicate: int, month: int, process: Process, place: int = 0) -> float:
    """Draw one uniform number outside a kernel: what agents use."""
    return uniform(stream(seed, replicate, month, process), place)
