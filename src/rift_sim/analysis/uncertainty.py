"""Where the width of a band comes from: parameters, the starting map, or chance.

A replicate draws all three from its number. Here each has a number of its own: every draw of
parameters starts on several maps, and every map is lived through several times. Maps and
chances are never used twice, so that the experiment is nested and balanced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.paired import run_series
from rift_sim.analysis.resample import Estimate
from rift_sim.analysis.variance import components
from rift_sim.calendar import month_axis
from rift_sim.errors import InputError
from rift_sim.outputs import csv_text
from rift_sim.physics.arrays import Floats
from rift_sim.vocabulary import SERIES

if TYPE_CHECKING:
    from rift_sim.ensemble.reporter import Reporter
    from rift_sim.scenario import Scenario

__all__ = ["SOURCES", "Design", "Origin", "break_down", "origins", "to_csv"]

SOURCES = ("parameters", "initial", "chance")
"""Fields of an `Origin`, from the outer level of the experiment to the inner one."""


@dataclass(frozen=True)
class Design:
    """How many of each; as a function, the replicate behind a number of the experiment.

    Attributes
    ----------
    parameters
        Draws of the parameters.
    maps
        Starting maps for each of them.
    chances
        Times that each map is lived through.
    """

    parameters: int = 100
    maps: int = 2
    chances: int = 2

    @property
    def size(self) -> int:
        """Replicates in all."""
        return self.parameters * self.maps * self.chances

    def __call__(self, world: Any, number: int) -> dict[str, NDArray[Any]]:
        """Run one replicate of the experiment."""
        from rift_sim.replicate import simulate

        start = number // self.chances
        return simulate(world, start // self.maps, initial=start, chance=number)


class Origin(NamedTuple):
    """Where the variance of one series in one year comes from.

    Attributes
    ----------
    variable, year, unit
        Stocks at the year's last month, flows summed over its months.
    p05, median, p95
        Quantiles over all replicates of the experiment.
    variance
        Sum of the three components.
    parameters, initial, chance
        Shares of the variance, with 95 % intervals; NaN where nothing varies.
    """

    variable: str
    year: int
    unit: str
    p05: float
    median: float
    p95: float
    variance: float
    parameters: Estimate
    initial: Estimate
    chance: Estimate


def break_down(
    scenario: Scenario,
    variables: Sequence[str],
    design: Design,
    *,
    workers: int = 1,
    progress: Reporter | None = None,
) -> list[Origin]:
    """Run the experiment on a scenario and say where its variances come from.

    Parameters
    ----------
    scenario
        Not a sweep.
    variables
        National series.
    design
        Two or more of each.
    workers, progress
        As in `rift_sim.analysis.paired.run_series`.

    Raises
    ------
    InputError
        When a series is not known, the design is too small, or a replicate fails.
    """
    from rift_sim.ensemble.engine import Engine
    from rift_sim.scenario import Scenario

    for name in variables:
        if name not in SERIES:
            raise InputError(
                f"'{name}' is not an observed series", allowed=list(SERIES), given=name
            )
    for name, count in vars(design).items():
        if count < 2:
            raise InputError(f"{count} is too few to vary", key=f"--{name}", allowed="2 or more")
    observed = Scenario.model_validate({**scenario.plain(), "observe": list(variables)})
    series = run_series(
        [observed], [variables], design.size, workers, progress, Engine(simulate=design)
    )
    time = month_axis(scenario.start, scenario.months)
    return [
        origin
        for name in variables
        for origin in origins(name, series[0, name], time, design, seed=scenario.seed)
    ]


def origins(
    variable: str, series: Floats, time: NDArray[np.datetime64], design: Design, *, seed: int = 0
) -> list[Origin]:
    """Break down the variance of a series at the end of each year.

    Parameters
    ----------
    variable
        Name of the series.
    series
        Shape (replicate, month), replicates in the order of the design.
    time
        First day of each month.
    design
        Of the experiment.
    seed
        Of the bootstrap.
    """
    from rift_sim.ensemble.summary import by_year

    found = []
    shape = (design.parameters, design.maps, design.chances)
    for year, values in by_year(series, time, SERIES[variable].kind):
        parts = components(values.reshape(shape), seed=seed)
        p05, median, p95 = (float(q) for q in np.quantile(values, [0.05, 0.5, 0.95]))
        unit = SERIES[variable].units
        found.append(Origin(variable, year, unit, p05, median, p95, parts.total, *parts.shares))
    return found


def to_csv(found: Sequence[Origin]) -> str:
    """Write a row for each series and year."""
    bounds = [f"{source}{end}" for source in SOURCES for end in ("", "_low", "_high")]
    head = ["variable", "year", "unit", "p05", "median", "p95", "variance", *bounds]
    rows = []
    for row in found:
        numbers = [row.p05, row.median, row.p95, row.variance]
        numbers += [number for source in SOURCES for number in getattr(row, source)]
        rows.append([row.variable, row.year, row.unit, *numbers])
    return csv_text(head, rows)
