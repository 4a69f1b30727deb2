"""The smallest value of a lever that does it: a search with the same draws at every value.

A value does it if a condition holds in at least a given share of the replicates. All values are
tried with the same replicates, so that the share moves with the lever and not with chance. A grid
comes first: where the share does not go one way along it there is no single threshold, and none is
given. Else the interval in which the share passes the goal is halved until it is narrow enough.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.resample import Estimate, draw_again
from rift_sim.physics.arrays import Floats

__all__ = ["Search", "crossing", "one_way", "rounds", "search"]

Booleans = NDArray[np.bool_]
_CHANCE = 1.96
"""Standard errors of a step in the wrong direction that chance does not explain (5 %)."""


class Search(NamedTuple):
    """What a search found.

    Attributes
    ----------
    outcome
        ``found``; ``none`` or ``all`` where no value of the grid does it, or every one;
        ``not one way`` where the share goes up and down along the grid.
    rising
        Whether the share rises with the lever.
    threshold
        Smallest value that does it where the share rises, largest where it falls, to the
        tolerance; with the 95 % interval of where the share passes the goal, from drawing
        replicates again. An end beyond the range is infinite. None unless found.
    values
        Values that were tried, in rising order.
    holds
        Whether the condition held, shape (value, replicate).
    """

    outcome: str
    rising: bool
    threshold: Estimate | None
    values: Floats
    holds: Booleans

    @property
    def shares(self) -> Floats:
        """Share of the replicates in which the condition held, by value."""
        return np.asarray(self.holds.mean(axis=1))


def search(
    holds: Callable[[Sequence[float]], Booleans],
    low: float,
    high: float,
    goal: float,
    *,
    grid: int = 5,
    tolerance: float,
    seed: int = 0,
    draws: int = 1000,
) -> Search:
    """Look for the value from which on (or up to which) a condition holds often enough.

    Parameters
    ----------
    holds
        Given values of the lever, says for each value and replicate whether the condition
        holds, shape (value, replicate), replicates the same in every call.
    low, high
        Range.
    goal
        Share of the replicates in which it has to hold, above 0, up to 1.
    grid
        Values tried first, ends included, 2 or more.
    tolerance
        Width to which the interval of the threshold is halved.
    seed, draws
        Of the bootstrap.
    """
    values = np.linspace(low, high, grid)
    known = holds(values.tolist())
    shares = known.mean(axis=1)
    rising, way = bool(shares[-1] >= shares[0]), one_way(known)
    enough = _enough(shares, goal)
    if not way or enough.all() or not enough.any():
        word = "not one way" if not way else "all" if enough.all() else "none"
        return Search(word, rising, None, values, known)
    while True:
        inside, outside = _bracket(values, _enough(known.mean(axis=1), goal), rising)
        if abs(inside - outside) <= tolerance:
            break
        middle = 0.5 * (inside + outside)
        place = int(np.searchsorted(values, middle))
        values = np.insert(values, place, middle)
        known = np.insert(known, place, holds([middle])[0], axis=0)
    weights = draw_again(known.shape[1], seed=seed, draws=draws) / known.shape[1]
    samples = [crossing(values, row, goal, rising) for row in weights @ known.T]
    # Ends may lie beyond the range, where nothing can be averaged.
    ends = np.quantile(samples, [0.025, 0.975], method="inverted_cdf")
    found = Estimate(inside, min(float(ends[0]), inside), max(float(ends[1]), inside))
    return Search("found", rising, found, values, known)


def rounds(low: float, high: float, grid: int, tolerance: float) -> int:
    """Return how many values a search tries at most."""
    return grid + max(0, math.ceil(math.log2((high - low) / (grid - 1) / tolerance)))


def one_way(holds: Booleans) -> bool:
    """Say whether a share goes one way along the rows, as far as chance can tell.

    Each step against the direction from the first row to the last is tested by the replicates
    that change sides in it (McNemar).

    Parameters
    ----------
    holds
        Shape (value, replicate).
    """
    signed = holds if holds[-1].sum() >= holds[0].sum() else ~holds
    for here, there in pairwise(signed):
        lost, won = int((here & ~there).sum()), int((~here & there).sum())
        if lost - won > _CHANCE * math.sqrt(lost + won):
            return False
    return True


def crossing(values: Floats, shares: Floats, goal: float, rising: bool) -> float:
    """Return where a share first reaches the goal, taken as straight between values.

    Parameters
    ----------
    values, shares
        In rising order of the values, shape (value,).
    goal
        What is to be reached.
    rising
        True: the smallest such value; False: the largest, looked for from the upper end.

    Returns
    -------
    float
        The value; infinite, to the side looked for, where the goal is never reached or is so
        already at the end begun with.
    """
    if not rising:
        return -crossing(-values[::-1], shares[::-1], goal, True)
    enough = _enough(shares, goal)
    if not enough.any():
        return math.inf
    place = int(np.argmax(enough))
    if place == 0:
        return -math.inf
    before, after = shares[place - 1], shares[place]
    part = (goal - before) / (after - before)
    return float(values[place - 1] + part * (values[place] - values[place - 1]))


def _enough(shares: Floats, goal: float) -> Booleans:
    """Say where a share reaches the goal; rounding does not decide."""
    return np.asarray(shares >= goal - 1e-12)


def _bracket(values: Floats, enough: Booleans, rising: bool) -> tuple[float, float]:
    """Return the value nearest to the threshold that does it, and its neighbour that does not."""
    place = int(np.argmax(enough)) if rising else values.size - 1 - int(np.argmax(enough[::-1]))
    return float(values[place]), float(values[place - 1 if rising else place + 1])
