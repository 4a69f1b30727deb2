"""Replicates of several scenarios, paired draw by draw, without a store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rift_sim.calendar import Month
from rift_sim.errors import InputError
from rift_sim.physics.arrays import Floats

if TYPE_CHECKING:
    from rift_sim.ensemble.engine import Engine
    from rift_sim.ensemble.reporter import Reporter
    from rift_sim.scenario import Scenario

__all__ = ["Z95", "Interval", "interval", "read_series", "run_series"]

Z95 = 1.96
"""Half the width of a 95 % interval, in standard errors."""
_BLOCK = 25


class Interval(NamedTuple):
    """A mean over replicates and its 95 % interval."""

    mean: float
    low: float
    high: float


def interval(values: Floats) -> Interval:
    """Return the mean of paired differences with its 95 % interval (normal)."""
    mean = float(values.mean())
    error = float(values.std(ddof=1) / np.sqrt(values.size)) if values.size > 1 else 0.0
    return Interval(mean, mean - Z95 * error, mean + Z95 * error)


def run_series(
    scenarios: Sequence[Scenario],
    wanted: Sequence[Collection[str]],
    replicates: int,
    workers: int = 1,
    progress: Reporter | None = None,
    engine: Engine | None = None,
    *,
    municipal: bool = False,
) -> dict[tuple[int, str], Floats]:
    """Run scenarios and keep some of their series.

    Parameters
    ----------
    scenarios
        Of equal dimensions.
    wanted
        Names of the series to keep, for each scenario; it must observe them.
    replicates
        Replicates of each scenario, from 0.
    workers
        Number of processes.
    progress
        Told how many replicates there are, and how many are done.
    engine
        Another way to run a replicate, instead of `rift_sim.replicate.simulate`.
    municipal
        Whether the yearly arrays of municipalities can be kept too.

    Returns
    -------
    dict
        By position of the scenario and name, shape (replicate, month); of arrays with more
        dimensions (replicate, ...), as `rift_sim.initial.world.World.variables` has them.

    Raises
    ------
    InputError
        When the scenarios differ in their dimensions, or a replicate fails.
    """
    from rift_sim.ensemble.engine import Engine
    from rift_sim.ensemble.execution.executor import Job, Plan, compute_blocks

    if progress is not None:
        progress.begin(len(scenarios) * replicates)
    found: dict[tuple[int, str], Floats] = {}
    # Scenario by scenario, so that a worker builds few worlds twice.
    jobs = [
        Job(place, first // _BLOCK, tuple(range(first, min(first + _BLOCK, replicates))))
        for place in range(len(scenarios))
        for first in range(0, replicates, _BLOCK)
    ]
    plan = Plan(engine or Engine(), tuple(scenarios), municipal)
    for block in compute_blocks(plan, jobs, workers):
        if block.failures:
            replicate, reason = next(iter(block.failures.items()))
            raise InputError(
                f"replicate {replicate} of '{scenarios[block.scenario].name}' failed: {reason}"
            )
        for name in wanted[block.scenario]:
            values = block.arrays[name]
            empty = np.empty((replicates, *values.shape[1:]), values.dtype)
            found.setdefault((block.scenario, name), empty)[list(block.replicates)] = values
        if progress is not None:
            progress.advance(len(block.replicates))
    return found


def read_series(series: Floats, when: str, start: Month) -> Floats:
    """Read one number from each replicate, shape (replicate,).

    Parameters
    ----------
    series
        Shape (replicate, month).
    when
        ``end``, ``sum``, or a month.
    start
        First month of the series.

    Raises
    ------
    InputError
        When the month lies outside the series.
    """
    if when == "end":
        return np.asarray(series[:, -1])
    if when == "sum":
        return np.asarray(series.sum(axis=1))
    try:
        place = Month.parse(when).index - start.index
    except ValueError as error:
        raise InputError(str(error), allowed="end, sum or a month (YYYY-MM)") from None
    if not 0 <= place < series.shape[1]:
        last = start.shift(series.shape[1] - 1)
        raise InputError(f"{when} is not in the run", allowed=f"{start} to {last}")
    return np.asarray(series[:, place])
