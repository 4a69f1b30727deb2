"""Random walks of many units in the logarithm, with zeros: fitted to a past, lived on from it.

A unit is at zero or above it. At zero it leaves with a chance of its own, to a size drawn from all
entries. Above zero it falls to zero with a chance that depends on how large it is, or is multiplied
by ``exp(f s(v) e)``: s(v) is how much all units of its size v move (a handful of people doubles
and halves far more often than ten thousand), f says how much more or less than that the unit
itself moves, and e is drawn from the changes of all units in these terms.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rift_sim.initial.draws import uniforms_by_group
from rift_sim.physics.arrays import Floats
from rift_sim.physics.streams import Process, stream

__all__ = ["Walk", "fit_walk", "luck", "walk_on"]

_PSEUDO_YEARS = 4.0
"""How many years of its own a unit needs until they weigh as much as those of all units."""

_BIN, _BINS = 50, 10
"""Fewest changes in a class of sizes, and most classes."""


class Walk(NamedTuple):
    """How units moved up to the origin, year to year.

    Attributes
    ----------
    last
        Last observed value, shape (unit,); NaN where there was none.
    age
        Years from that value to the origin, shape (unit,).
    slope
        Yearly change of the logarithm apart from the spread, shape (unit,).
    factor
        The unit's spread relative to that of its size, shape (unit,).
    entry
        Chance that a unit at zero leaves it within a year, shape (unit,).
    falls, years_above
        How often the unit fell to zero, of how many years above, shape (unit,).
    sizes
        Logarithms of the sizes at which spread and falls of all units were measured, rising,
        shape (class,).
    spread, fall
        At these sizes, shape (class,).
    shocks
        Changes of all units in standard deviations, both signs.
    entries
        Logarithms of the values with which units left zero.
    """

    last: Floats
    age: Floats
    slope: Floats
    factor: Floats
    entry: Floats
    falls: Floats
    years_above: Floats
    sizes: Floats
    spread: Floats
    fall: Floats
    shocks: Floats
    entries: Floats


def fit_walk(history: Floats, slope: Floats) -> Walk:
    """Measure how units moved between years that follow each other.

    A unit's factor and its chances at zero are drawn toward those of all units, which count as
    four years of its own: ``(4 all + own sum) / (4 + own years)``. Spread and falls of all units
    are measured in up to ten classes of size with at least fifty changes each, and read between
    them along the logarithm.

    Parameters
    ----------
    history
        Values of zero or more, the origin last, shape (year, unit); NaN where not observed.
    slope
        Yearly change of the logarithm to take out, shape (unit,).
    """
    before, after = history[:-1], history[1:]
    known = ~(np.isnan(before) | np.isnan(after))
    at_zero, above = known & (before == 0.0), known & (before > 0.0)
    stayed = above & (after > 0.0)
    entered, fell = at_zero & (after > 0.0), above & (after == 0.0)
    size = np.log(before, out=np.zeros(before.shape), where=above)
    change = np.log(after, out=np.zeros(before.shape), where=stayed) - size - slope
    sizes, spread, fall = _by_size(size[above], (change[above]) ** 2, stayed[above])
    usual = np.interp(size, sizes, spread)
    scaled = np.divide(change, usual, out=np.zeros(change.shape), where=stayed & (usual > 0.0))
    own_years = stayed.sum(axis=0)
    factor = np.sqrt((_PSEUDO_YEARS + (scaled**2).sum(axis=0)) / (_PSEUDO_YEARS + own_years))
    shocks = (scaled / factor)[stayed]
    order = np.arange(len(history))[:, None]
    seen = np.where(np.isnan(history), -1, order).max(axis=0)
    return Walk(
        last=np.where(seen >= 0, history[seen, np.arange(seen.size)], np.nan),
        age=(len(history) - 1 - seen).astype(np.float64),
        slope=slope,
        factor=factor,
        entry=_entry(entered.sum(axis=0), at_zero.sum(axis=0)),
        falls=fell.sum(axis=0).astype(np.float64),
        years_above=above.sum(axis=0).astype(np.float64),
        sizes=sizes,
        spread=spread,
        fall=fall,
        # Both signs, so that a past of growth does not make a walk without drift grow.
        shocks=np.concatenate([shocks, -shocks]) if shocks.size else np.zeros(1),
        entries=np.log(_entries(history, after[entered])),
    )


def _by_size(size: Floats, squares: Floats, stayed: NDArray[np.bool_]) -> tuple[Floats, ...]:
    """Return the middles of classes of size, and in each the spread and the share that fell."""
    if not size.size:
        return np.zeros(1), np.zeros(1), np.zeros(1)
    order = np.argsort(size, kind="stable")
    classes = np.array_split(order, min(_BINS, max(1, size.size // _BIN)))
    rows = []
    for part in classes:
        left = squares[part][stayed[part]]
        spread = float(np.sqrt(left.mean())) if left.size else 0.0
        rows.append((float(size[part].mean()), spread, float(1.0 - stayed[part].mean())))
    middles, spreads, falls = np.array(rows).T
    return middles, spreads, falls


def _entry(entered: NDArray[np.int_], years: NDArray[np.int_]) -> Floats:
    shared = entered.sum() / max(years.sum(), 1)
    return np.asarray((_PSEUDO_YEARS * shared + entered) / (_PSEUDO_YEARS + years))


def _entries(history: Floats, entered: Floats) -> Floats:
    """Return the values with which units left zero; any values above where none did."""
    values = entered if entered.size else history[history > 0.0]
    return values if values.size else np.ones(1)


def walk_on(
    walk: Walk, horizon: int, members: int, *, damping: float = 0.0, seed: int, case: int
) -> Floats:
    """Let members walk from the last observed value, past the origin, to the horizon.

    Parameters
    ----------
    walk
        From `fit_walk`.
    horizon
        Years from the origin, 1 or more.
    members
        Size of the ensemble.
    damping
        In year k after the last observed value the drift is ``damping ** k`` times the slope.
    seed, case
        Coordinates of the draws.

    Returns
    -------
    ndarray
        Shape (unit, member); NaN for a unit that was never observed.
    """
    units = walk.last.size
    steps = walk.age + horizon
    value = np.repeat(walk.last[:, None], members, axis=1)
    longest = int(np.max(steps, where=~np.isnan(walk.last), initial=0.0))
    for step in range(1, longest + 1):
        turn = luck(Process.NAIVE_WALK, seed, case, 2 * step, units, members)
        move = luck(Process.NAIVE_WALK, seed, case, 2 * step + 1, units, members)
        drift = (damping**step * walk.slope)[:, None]
        moved = _step(walk, value, turn, move, drift)
        value = np.where((step <= steps)[:, None], moved, value)
    return value


def _step(walk: Walk, value: Floats, turn: Floats, move: Floats, drift: Floats) -> Floats:
    above = value > 0.0
    size = np.log(value, out=np.zeros(value.shape), where=above)
    spread = walk.factor[:, None] * np.interp(size, walk.sizes, walk.spread)
    fall = _PSEUDO_YEARS * np.interp(size, walk.sizes, walk.fall) + walk.falls[:, None]
    fall /= _PSEUDO_YEARS + walk.years_above[:, None]
    moved = np.where(turn < fall, 0.0, value * np.exp(drift + spread * _pick(walk.shocks, move)))
    entered = np.where(turn < walk.entry[:, None], np.exp(_pick(walk.entries, move)), 0.0)
    return np.where(above, moved, np.where(np.isnan(value), np.nan, entered))


def _pick(values: Floats, u: Floats) -> Floats:
    return np.asarray(values[np.minimum((u * values.size).astype(np.intp), values.size - 1)])


def luck(process: Process, seed: int, case: int, step: int, units: int, members: int) -> Floats:
    """Return uniform draws, shape (unit, member); more units or members change no other draw."""
    key = stream(seed, case, step, process)
    return uniforms_by_group(key, np.arange(units, dtype=np.int64), members)
