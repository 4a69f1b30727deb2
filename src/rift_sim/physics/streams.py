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

from rift_sim.physics.kernel import kernel

__all__ = [
    "Process",
    "group_number",
    "group_place",
    "normal",
    "pair_place",
    "poisson",
    "stream",
    "uniform",
    "uniform_at",
]


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


@kernel
def _mix(x: np.uint64) -> np.uint64:
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@kernel
def _key(seed: int, replicate: int, month: int, process: int) -> np.uint64:
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
    return np.uint64(_key(seed, replicate, month, int(process)))


@kernel
def uniform(key: np.uint64, place: int) -> float:
    """Draw the uniform number of `place` on the open interval (0, 1)."""
    golden = np.uint64(0x9E3779B97F4A7C15)
    x = _mix(key + (np.uint64(place) + np.uint64(1)) * golden)
    return (float(x >> np.uint64(11)) + 0.5) * (1.0 / 9007199254740992.0)


@kernel
def group_place(number: int, place: int) -> int:
    """Return the coordinate of a group in a place; up to 65,536 places."""
    return number * 65536 + place


@kernel
def pair_place(first: int, second: int) -> int:
    """Return the coordinate of a pair of groups, whichever comes first."""
    return min(first, second) * 268435456 + max(first, second)


@kernel
def normal(u: float) -> float:
    """Return the standard normal quantile of `u` (Acklam's rational approximation).

    The relative error is below 1.2e-9 on (0, 1).
    """
    if u < 0.02425 or u > 0.97575:
        tail = u if u < 0.5 else 1.0 - u
        q = np.sqrt(-2.0 * np.log(tail))
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


@kernel
def poisson(mean: float, u: float) -> float:
    """Return the Poisson quantile of `u`: exact below a mean of 30, Cornish-Fisher above.

    Above 30 the third-order expansion is rounded to a whole number; the error in the
    mean is below 0.1 %.
    """
    if mean <= 0.0:
        return 0.0
    if mean < 30.0:
        count = 0.0
        term = np.exp(-mean)
        total = term
        while total < u and count < 200.0:
            count += 1.0
            term *= mean / count
            total += term
        return count
    z = normal(u)
    return max(0.0, float(np.floor(mean + np.sqrt(mean) * z + (z * z - 1.0) / 6.0 + 0.5)))


def group_number(name: str) -> int:
    """Return the lasting number of a group, below 2**28.

    It depends on the id alone: a scenario that brings in one more group leaves the draws
    of all others where they were.
    """
    return zlib.crc32(name.encode()) >> 4


def uniform_at(seed: int, replicate: int, month: int, process: Process, place: int = 0) -> float:
    """Draw one uniform number outside a kernel: what agents use."""
    return uniform(stream(seed, replicate, month, process), place)
