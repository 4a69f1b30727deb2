"""Boxes in the space of parameters: what they limit, and how they do on cases."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from rift_sim.analysis.resample import Estimate
from rift_sim.physics.arrays import Floats

__all__ = ["Booleans", "Box", "Fit", "Limit", "Step", "Table", "fit_box", "inside_box", "quasi_p"]

Booleans = NDArray[np.bool_]
_Z = 1.959964


@dataclass(frozen=True)
class Table:
    """Cases, and what is known of each.

    Attributes
    ----------
    columns
        By name: numbers, or labels of a sweep's levels, shape (case,).
    holds
        Whether the condition holds, shape (case,).
    seen
        Whether the search may look at the case; the others are for the test.
    """

    columns: Mapping[str, NDArray[Any]]
    holds: Booleans
    seen: Booleans

    def part(self, cases: Booleans) -> Table:
        """Return some of the cases."""
        columns = {name: values[cases] for name, values in self.columns.items()}
        return Table(columns, self.holds[cases], self.seen[cases])


class Limit(NamedTuple):
    """One side of a box.

    Attributes
    ----------
    name
        Parameter, or axis of a sweep.
    low, high
        Bounds; None where there is none.
    levels
        Levels inside, of an axis.
    quasi_p
        How likely chance alone would give the box as many cases of interest without this limit
        (Bryant and Lempert 2010), on the cases that the search saw and on the others.
    """

    name: str
    low: float | None = None
    high: float | None = None
    levels: tuple[str, ...] = ()
    quasi_p: tuple[float, float] = (np.nan, np.nan)

    def holds(self, columns: Mapping[str, NDArray[Any]]) -> Booleans:
        """Say which cases lie within."""
        values = columns[self.name]
        if self.levels:
            return np.isin(values, self.levels)
        low = -np.inf if self.low is None else self.low
        high = np.inf if self.high is None else self.high
        return np.asarray((values >= low) & (values <= high))


class Fit(NamedTuple):
    """How a box does on some cases.

    Attributes
    ----------
    cases, base
        How many there are, and the share of them in which the condition holds.
    inside
        How many of them lie in the box.
    coverage
        Share of the cases of interest that lie in the box.
    density
        Share of the cases in the box in which the condition holds, with its 95 % interval
        (Wilson).
    """

    cases: int
    base: float
    inside: int
    coverage: float
    density: Estimate

    @property
    def strength(self) -> float:
        """How far chance is from giving such a box: gain in density times root of its share.

        This is the test statistic of a binomial share but for a constant of the cases.
        """
        if not self.inside:
            return 0.0
        return math.sqrt(self.inside / self.cases) * (self.density.value - self.base)


class Step(NamedTuple):
    """A box on the way of the search: coverage, density, and how many columns it limits."""

    coverage: float
    density: float
    limits: int


@dataclass(frozen=True)
class Box:
    """A box, and how it does.

    Attributes
    ----------
    limits
        Its sides.
    seen, unseen
        On the cases that the search saw and on the others; from the second box on without those
        that lie in an earlier one.
    steps
        The way of the search, on the cases that it saw.
    """

    limits: tuple[Limit, ...]
    seen: Fit
    unseen: Fit
    steps: tuple[Step, ...]

    @property
    def stands(self) -> bool:
        """Whether the condition holds more often there in cases that the search did not see."""
        return bool(self.unseen.density.low > self.unseen.base)


def inside_box(limits: Sequence[Limit], columns: Mapping[str, NDArray[Any]], size: int) -> Booleans:
    """Say which cases lie within all limits, shape (case,)."""
    found = np.ones(size, dtype=np.bool_)
    for limit in limits:
        found &= limit.holds(columns)
    return found


def fit_box(limits: Sequence[Limit], table: Table) -> Fit:
    """Return how a box does on all cases of a table."""
    inside = inside_box(limits, table.columns, table.holds.size)
    hits, cases, wanted = int((inside & table.holds).sum()), int(inside.sum()), table.holds.sum()
    return Fit(
        table.holds.size,
        float(table.holds.mean()) if table.holds.size else np.nan,
        cases,
        hits / int(wanted) if wanted else np.nan,
        _wilson(hits, cases),
    )


def quasi_p(limits: Sequence[Limit], table: Table) -> Floats:
    """Return how likely the hits in a box are with the density of the box without one limit.

    Returns
    -------
    ndarray
        Of each limit, shape (limit,).
    """
    outside = ~np.array([limit.holds(table.columns) for limit in limits])
    count = outside.sum(axis=0)
    inside = count == 0
    # Without a limit the box has those cases, too, which are outside of nothing else.
    wider = outside & (count == 1)
    cases, hits = int(inside.sum()), int((inside & table.holds).sum())
    density = (hits + (wider & table.holds).sum(axis=1)) / np.maximum(cases + wider.sum(axis=1), 1)
    return np.asarray(binom.sf(hits - 1, cases, density), dtype=np.float64)


def _wilson(hits: int, cases: int) -> Estimate:
    """Return a share with its 95 % interval."""
    if not cases:
        return Estimate(np.nan, np.nan, np.nan)
    share, square = hits / cases, _Z**2
    centre = (hits + square / 2.0) / (cases + square)
    half = _Z * (cases * share * (1.0 - share) + square / 4.0) ** 0.5 / (cases + square)
    return Estimate(share, max(centre - half, 0.0), min(centre + half, 1.0))
