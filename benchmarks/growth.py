"""Whether a replicate costs the same after 8,000 others as after 500."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import numpy as np

from benchmarks.measure import Options, Row, Section, Spread, say, spread
from benchmarks.processes import cpu_seconds, has_proc
from rift_sim.ensemble.inputs import resolve_request
from rift_sim.ensemble.run import run_request

__all__ = ["GOAL", "Trace", "departures", "marginal", "measure", "minutes"]

GOAL = 0.03
_EDGES = (500, 2000, 4000, 6000, 8000)
_QUICK_EDGES = (25, 50, 75, 100)
_TAIL = 100
"""Replicates after the last edge, because a worker may be idle while the other ends."""


def minutes(options: Options) -> float:
    """Estimate how long it takes."""
    if options.quick:
        return 0.5
    return options.repeat * (8.0 if options.full else 2.5)


class Trace:
    """Notes when how many replicates were stored; what `rift_sim.run` calls progress.

    Parameters
    ----------
    edges
        Numbers of replicates at which processor time is noted too.
    """

    def __init__(self, edges: Sequence[int]) -> None:
        self._edges = list(edges)
        self.counts: list[int] = []
        self.seconds: list[float] = []
        self.cpu_counts: list[int] = []
        self.cpu: list[float] = []

    def say(self, text: str) -> None:
        """Take a line of news, which nobody needs here."""

    def begin(self, total: int) -> None:
        """Learn how many replicates are to be computed."""

    def advance(self, replicates: int) -> None:
        """Note a block that is stored."""
        count = (self.counts[-1] if self.counts else 0) + replicates
        self.counts.append(count)
        self.seconds.append(perf_counter())
        if self._edges and count >= self._edges[0]:
            self._edges.pop(0)
            if has_proc():
                self.cpu_counts.append(count)
                self.cpu.append(cpu_seconds(os.getpid()))


def marginal(
    counts: Sequence[int], clock: Sequence[float], edges: Sequence[int]
) -> tuple[list[float], float]:
    """Return seconds for each further replicate: between edges, and over all of them.

    Parameters
    ----------
    counts, clock
        Replicates stored so far, and when; between two blocks time runs evenly.
    edges
        Numbers of replicates between which to measure.
    """
    at = np.interp(edges, counts, clock)
    each = np.diff(at) / np.diff(edges)
    return each.tolist(), float((at[-1] - at[0]) / (edges[-1] - edges[0]))


def departures(rounds: Sequence[tuple[list[float], float]]) -> list[list[float]]:
    """Return, by segment, its marginal time relative to that of the whole run, by round."""
    relative = [[one / whole for one in each] for each, whole in rounds]
    return [list(segment) for segment in zip(*relative, strict=True)]


def measure(options: Options) -> Section:
    """Follow whole runs with two workers, and compare the pace of their parts.

    Each round is one call of what `rift_sim.run` calls, so the workers, the store and the
    parent grow as they do in use. Clock time holds whatever else the machine does at the
    moment; processor time, of parent and workers, holds less of it.
    """
    edges = _QUICK_EDGES if options.quick else _EDGES
    end = options.end if options.quick or options.full else "2026-12"
    request = resolve_request(
        "reference", replicates=edges[-1] + _TAIL, seed=None, settings=[f"end={end}"], design=None
    )
    clock: list[tuple[list[float], float]] = []
    cpu: list[tuple[list[float], float]] = []
    finish: list[float] = []
    for number in range(options.repeat):
        trace = Trace(edges)
        begun = perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            run_request(request, Path(folder), workers=2, progress=trace)
            finish.append(perf_counter() - trace.seconds[-1])
        clock.append(marginal(trace.counts, trace.seconds, edges))
        if trace.cpu:
            cpu.append(marginal(trace.cpu_counts, trace.cpu, trace.cpu_counts))
        say(f"  growth, round {number + 1}: {perf_counter() - begun:.0f} s")
    months = request.scenarios[0].months
    rows = [
        Row("marginal time", spread([1000 * whole for _, whole in clock]), "ms/replicate"),
        *_rows("clock", clock, edges, options),
    ]
    if cpu:
        rows.extend(_rows("processor", cpu, edges, options))
    rows.append(Row("after the last block (summary, manifest)", spread(finish), "s"))
    return Section(
        "Growth",
        f"Scenario reference, {months} months, {edges[-1] + _TAIL:,} replicates, two workers, with "
        "store; time for each further replicate in parts of the run, relative to "
        f"{edges[0]:,}-{edges[-1]:,}.",
        rows,
    )


def _rows(
    name: str, rounds: Sequence[tuple[list[float], float]], edges: Sequence[int], options: Options
) -> list[Row]:
    parts = departures(rounds)
    spreads = [spread(part) for part in parts]
    rows = [
        Row(f"{name} time, {a:,}-{b:,}", one, "x")
        for (a, b), one in zip(pairwise(edges), spreads, strict=True)
    ]
    worst = max(abs(one.median - 1.0) for one in spreads)
    return [
        *rows,
        Row(
            f"{name} time, largest departure of a median",
            Spread(100 * worst, 100 * worst, 100 * worst),
            "%",
            f"<= {100 * GOAL:g}",
            None if options.quick else worst <= GOAL,
        ),
    ]
