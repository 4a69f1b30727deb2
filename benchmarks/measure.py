"""What all benchmarks share: options, interleaved rounds, medians, ratios, tables of results."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "NotMeasured",
    "Options",
    "Row",
    "Section",
    "Spread",
    "bootstrap",
    "interleave",
    "ratios",
    "say",
    "spread",
    "stopwatch",
]


class NotMeasured(Exception):
    """A benchmark cannot run here; the message says what is missing."""


@dataclass(frozen=True)
class Options:
    """What the caller asked for.

    Attributes
    ----------
    quick
        Tiny sizes that show that everything runs; the figures mean little.
    full
        The sizes of the promises, also where they take long.
    repeat
        Rounds, of which the median is shown.
    flee_python
        Interpreter that has Flee; None looks in this one.
    """

    quick: bool = False
    full: bool = False
    repeat: int = 5
    flee_python: str | None = None

    @property
    def end(self) -> str:
        """Last month of the scenarios: five years, or three months when quick."""
        return "2026-03" if self.quick else "2030-12"

    @property
    def size(self) -> str:
        """Name of the sizes used."""
        return "quick" if self.quick else "full" if self.full else "usual"


class Spread(NamedTuple):
    """Median of some values, and the smallest and largest of them."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Attributes
    ----------
    measure
        What is measured.
    value
        Median with the range over rounds, or an estimate with its interval.
    unit
        Of the value; ``x`` marks a ratio.
    goal
        What it should be, as text; empty where nothing was promised.
    met
        Whether it is; None where nothing was promised, or sizes were not those promised.
    """

    measure: str
    value: Spread
    unit: str
    goal: str = ""
    met: bool | None = None


@dataclass(frozen=True)
class Section:
    """The results of one benchmark.

    Attributes
    ----------
    title
        Heading.
    workload
        What was run, in a sentence or two.
    rows
        Results.
    notes
        What a reader should bear in mind.
    """

    title: str
    workload: str
    rows: Sequence[Row] = field(default_factory=tuple)
    notes: Sequence[str] = field(default_factory=tuple)


def spread(values: Sequence[float]) -> Spread:
    """Return the median and the range of values.

    Raises
    ------
    ValueError
        When there are none.
    """
    if not values:
        raise ValueError("no values")
    return Spread(statistics.median(values), min(values), max(values))


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Divide round by round, so that a machine that slows down between rounds cancels."""
    return [a / b for a, b in zip(above, below, strict=True)]


def interleave(arms: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Measure each arm in turn, `rounds` times over: A B C A B C, never A A B B.

    Parameters
    ----------
    arms
        Functions that do some work and return what they measured.
    rounds
        How often.
    """
    found: dict[str, list[float]] = {name: [] for name in arms}
    for _ in range(rounds):
        for name, arm in arms.items():
            found[name].append(arm())
    return found


def bootstrap(
    statistic: Callable[[NDArray[np.float64]], float],
    units: NDArray[np.float64],
    *,
    draws: int = 2000,
    level: float = 0.95,
    seed: int = 1,
) -> Spread:
    """Estimate a statistic and its percentile interval by drawing whole units again.

    Parameters
    ----------
    statistic
        Of an array shaped like `units`.
    units
        Independent units along the first axis.
    draws
        Bootstrap samples.
    level
        Of the interval.
    seed
        Of the draws.
    """
    generator = np.random.default_rng(seed)
    count = len(units)
    again = [statistic(units[generator.integers(0, count, count)]) for _ in range(draws)]
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(again, [tail, 1.0 - tail])
    return Spread(float(statistic(units)), float(low), float(high))


def stopwatch(work: Callable[[], object]) -> float:
    """Return the seconds that `work` takes."""
    begun = perf_counter()
    work()
    return perf_counter() - begun


def say(text: str) -> None:
    """Tell how the benchmarks go on, on stderr: the tables go to stdout."""
    print(text, file=sys.stderr, flush=True)
