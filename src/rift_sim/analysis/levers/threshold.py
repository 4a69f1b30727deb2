"""How far a lever has to go: the search of `rift_sim.analysis.levers.search` on a scenario."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rift_sim.analysis.conditions.quantity import Quantity
from rift_sim.analysis.levers.effects import find_outcomes
from rift_sim.analysis.levers.informed import Knowledge, knowledge_of
from rift_sim.analysis.levers.lever import Footing, Lever, footing
from rift_sim.analysis.levers.listing import LEVERS, choose_levers
from rift_sim.analysis.levers.pull import later_events, pull_month, with_events
from rift_sim.analysis.levers.search import Search, rounds, search
from rift_sim.analysis.paired import run_series
from rift_sim.calendar import Month
from rift_sim.errors import InputError
from rift_sim.outputs import csv_text
from rift_sim.physics.arrays import Floats

if TYPE_CHECKING:
    from rift_sim.ensemble.engine import Engine
    from rift_sim.ensemble.reporter import Reporter
    from rift_sim.scenario import Scenario

__all__ = [
    "FEW",
    "Goal",
    "Threshold",
    "choose_dial",
    "find_threshold",
    "threshold_csv",
    "threshold_figures",
]

FEW = 50
"""Replicates below which a threshold is called rough."""


@dataclass(frozen=True)
class Goal:
    """What has to be reached.

    Attributes
    ----------
    outcome
        What is read.
    below
        Whether it has to lie below the value, or above it.
    value
        In the unit of the outcome.
    share
        Of the replicates, above 0 and up to 1.
    """

    outcome: Quantity
    below: bool
    value: float
    share: float

    def __str__(self) -> str:
        return f"{self.outcome} {'<' if self.below else '>'} {self.value:g}"


@dataclass(frozen=True)
class Threshold:
    """What came out.

    Attributes
    ----------
    scenario, lever, goal, since, low, high, replicates
        What was asked.
    knowledge, footing
        What history knows, and what the lever rests on.
    search
        What was found; None where the lever rests on priors alone and no number was asked for.
    outcomes
        Outcome at each value that was tried, shape (value, replicate).
    notes
        What the reader must know about the lever in this scenario.
    """

    scenario: Scenario
    lever: Lever
    goal: Goal
    since: Month
    low: float
    high: float
    replicates: int
    knowledge: Knowledge
    footing: Footing
    search: Search | None
    outcomes: Floats
    notes: tuple[str, ...]


def threshold_figures(found: Threshold) -> tuple[str, str, str]:
    """Write a threshold and the ends of its interval with no more figures than they can bear.

    Two figures of the interval's width, or of the step between the values tried where that is
    wider, and three of the threshold at most.

    Parameters
    ----------
    found
        With a threshold.
    """
    assert found.search is not None
    assert found.search.threshold is not None
    value, low, high = found.search.threshold
    inside = min(max(high, found.low), found.high) - min(max(low, found.low), found.high)
    width = max(inside, float(np.diff(found.search.values).min()))
    places = 1 - math.floor(math.log10(width))
    if value:
        places = min(places, 2 - math.floor(math.log10(abs(value))))
    places = max(places, 0)

    def end(number: float) -> str:
        if math.isinf(number):
            return f"beyond {found.low if number < 0 else found.high:g}"
        return f"{number + 0.0:.{places}f}"

    return end(value), end(low), end(high)


def choose_dial(name: str) -> Lever:
    """Return a lever whose values are numbers.

    Raises
    ------
    InputError
        When there is no such lever, or its values are names.
    """
    (lever,) = choose_levers([name])
    if lever.span is None:
        allowed = [n for n, known in LEVERS.items() if known.span is not None]
        raise InputError(f"'{name}' has no values in between", key="--lever", allowed=allowed)
    return lever


def find_threshold(
    scenario: Scenario,
    lever: Lever,
    goal: Goal,
    *,
    low: float | None = None,
    high: float | None = None,
    tolerance: float | None = None,
    grid: int = 5,
    replicates: int = 100,
    since: str | None = None,
    from_priors: bool = False,
    workers: int = 1,
    progress: Reporter | None = None,
    engine: Engine | None = None,
) -> Threshold:
    """Look for the smallest value of a lever that does it.

    Parameters
    ----------
    scenario
        Not a sweep.
    lever
        With numbers for values.
    goal
        What it has to do.
    low, high
        Range; that of the lever if not given.
    tolerance
        Width to which the threshold is narrowed; a hundredth of the range if not given.
    grid
        Values tried first.
    replicates
        The same ones at every value.
    since, from_priors
        As in `rift_sim.analysis.levers.effects.pull_levers`.
    workers, progress, engine
        As in `rift_sim.analysis.paired.run_series`.

    Raises
    ------
    InputError
        When the range is empty or beyond what a scenario may set, a number makes no sense,
        the outcome is not in the run, or a replicate fails.
    """
    from rift_sim.seeds import load_ledger

    assert lever.span is not None
    first = lever.span[0] if low is None else low
    last = lever.span[1] if high is None else high
    width = 0.01 * (last - first) if tolerance is None else tolerance
    _check(lever, goal, first, last, width)
    (where,) = find_outcomes(scenario, [goal.outcome])
    knowledge, month = knowledge_of(scenario), pull_month(scenario, [lever], since)
    known = footing(lever, goal.outcome.series, knowledge, load_ledger())
    tried: dict[float, Floats] = {}

    def holds(values: Sequence[float]) -> np.ndarray:
        arms = [
            with_events(scenario, month, [lever.act(value)], [goal.outcome.series])
            for value in values
        ]
        series = run_series(arms, [[where.array]] * len(arms), replicates, workers, whole, engine)
        for place, value in enumerate(values):
            tried[value] = where.read({where.array: series[place, where.array]})
        rows = np.stack([tried[value] for value in values])
        return rows < goal.value if goal.below else rows > goal.value

    found = None
    if known.kind in ("history", "part") or (from_priors and known.kind == "priors"):
        whole = _Whole(progress, rounds(first, last, grid, width) * replicates)
        found = search(
            holds, first, last, goal.share, grid=grid, tolerance=width, seed=scenario.seed
        )
    values = found.values.tolist() if found is not None else []
    outcomes = np.stack([tried[v] for v in values]) if values else np.empty((0, replicates))
    return Threshold(
        scenario, lever, goal, month, first, last, replicates, knowledge, known, found, outcomes,
        later_events(lever, scenario, month),
    )  # fmt: skip


def _check(lever: Lever, goal: Goal, low: float, high: float, tolerance: float) -> None:
    least, most = lever.bounds
    for key, value in (("--from", low), ("--to", high)):
        if not least <= value <= most:
            raise InputError(
                f"{value:g} is no value of {lever.name}", key=key, allowed=f"{least:g} to {most:g}"
            )
    if not low < high:
        raise InputError(
            f"the range from {low:g} to {high:g} is empty", key="--from",
            allowed="a value below that of --to",
        )  # fmt: skip
    if not 0.0 < tolerance < high - low:
        raise InputError(
            f"{tolerance:g} is no width within the range", key="--tolerance",
            allowed=f"above 0 and below {high - low:g}",
        )  # fmt: skip
    if not 0.0 < goal.share <= 1.0:
        raise InputError(
            f"{goal.share:g} is no share of the replicates", key="--with",
            allowed="above 0, up to 1",
        )  # fmt: skip


class _Whole:
    """Shows all calls of a search as one piece of work."""

    def __init__(self, progress: Reporter | None, total: int) -> None:
        self._progress = progress
        if progress is not None:
            progress.begin(total)

    def say(self, text: str) -> None:
        """Pass news on."""
        if self._progress is not None:
            self._progress.say(text)

    def begin(self, total: int) -> None:
        """Take no notice: the whole has begun already."""

    def advance(self, replicates: int) -> None:
        """Pass on that so many more are done."""
        if self._progress is not None:
            self._progress.advance(replicates)


def threshold_csv(found: Threshold) -> str:
    """Write a row for each value that was tried: share, and quantiles of the outcome."""
    head = ["lever", "value", "condition", "share", "replicates", "p10", "median", "p90"]
    if found.search is None:
        return csv_text(head, [])
    tried = zip(found.search.values, found.search.shares, found.outcomes, strict=True)
    return csv_text(
        head,
        (
            [
                found.lever.name, value, str(found.goal), share, found.replicates,
                *np.quantile(outcome, [0.1, 0.5, 0.9]).tolist(),
            ]
            for value, share, outcome in tried
        ),
    )  # fmt: skip
