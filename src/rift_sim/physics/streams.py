"""Random numbers that are a pure function of (seed, replicate, month, process, place).

A counter-based generator: the five coordinates are mixed to 64 bits with the finaliser
of SplitMix64 (Steele, Lea and Flood 2014) and turned into the wanted distribution by
its inverse. Nothing has a state, so no worker count, order or resumption can change a
number, and two scenarios draw the same numbers wherever they do the same thing.
"""

from __future__ import annotations

import hashlib
import zlib
from enum import IntEnum, unique
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rift_sim.physics.arrays import Floats
from rift_sim.physics.kernel import inlined, kernel

__all__ = [
    "Process",
    "added_process",
    "fill_at",
    "group_number",
    "group_place",
    "pair_place",
    "stream",
    "stream_key",
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
    COUNTRY_SHOCK = 39
    COCA_NATIONAL = 40
    COCA_DEPARTMENT = 41
    COCA_LOCAL = 42
    COCA_ENTRY = 43
    SELF_DEFENCE = 44
    TURNING = 45
    OBSERVATION = 50
    HOMICIDES = 51
    BOOTSTRAP = 60
    RANK = 61
    NAIVE_WALK = 62
    NAIVE_CLIMATE = 63
    NAIVE_HURDLE = 64
    ONSET = 65
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


@lru_cache(maxsize=256)
def added_process(extension: str, process: str) -> int:
    """Return the lasting number of a process of an extension, from 2**62 on.

    It depends on the two names alone. Numbers of `Process` stay below, so that none can be
    that of an extension; two extensions would have to meet in 62 bits of a hash.
    """
    digest = hashlib.sha256(f"{extension}/{process}".encode()).digest()
    return (1 << 62) | (int.from_bytes(digest[:8], "big") >> 2)


def stream(seed: int, replicate: int, month: int, process: Process | int) -> np.uint64:
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
        Who draws: one of `Process`, or what `added_process` returns.
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


def group_number(name: str) -> int:
    """Return the lasting number of a group, below 2**28.

    It depends on the id alone: a scenario that brings in one more group leaves the draws
    of all others where they were.
    """
    return zlib.crc32(name.encode()) >> 4


def uniform_at(
    seed: int, replicate: int, month: int, process: Process | int, place: int = 0
) -> float:
    """Draw one uniform number outside a kernel: what agents use."""
    return _uniform_at(seed, replicate, month, int(process), place)


@kernel
def _uniform_at(seed: int, replicate: int, month: int, process: int, place: int) -> float:
    return uniform(stream_key(seed, replicate, month, process), place)
