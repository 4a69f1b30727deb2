"""Where a condition holds: cases from the runs of a scenario, and boxes of their parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.conditions.expression import Expression
from rift_sim.analysis.sensitivity.boxes import Box, Table
from rift_sim.analysis.sensitivity.experiment import Case, Experiment, make_experiment
from rift_sim.analysis.sensitivity.history import history_said
from rift_sim.analysis.sensitivity.inputs import Input, inputs_of
from rift_sim.analysis.sensitivity.prim import FEWEST, find_boxes
from rift_sim.analysis.sensitivity.running import run_cases
from rift_sim.errors import InputError
from rift_sim.extension.registry import ledger_with
from rift_sim.physics.arrays import Floats
from rift_sim.seeds.posterior import load_posterior

if TYPE_CHECKING:
    from pathlib import Path

    from rift_sim.ensemble.reporter import Reporter
    from rift_sim.scenario import Scenario

__all__ = ["Discovery", "Point", "discover", "points_of"]

Point = tuple[Mapping[str, str], Any]
"""Levels of a point of a sweep by axis, and its scenario; no levels without a sweep."""
_PARTS = 3
"""Every third round of cases is kept from the search."""
_FEWEST_CASES = 60


@dataclass(frozen=True)
class Discovery:
    """What came out.

    Attributes
    ----------
    name
        Of the scenario.
    expression
        The condition.
    table
        All cases.
    values
        The quantities of the condition, by how they are written, shape (case,).
    boxes
        Where it holds more often.
    inputs
        Parameters among the columns, by id; the other columns are axes of the sweep.
    history
        What history said of each parameter.
    """

    name: str
    expression: Expression
    table: Table
    values: Mapping[str, Floats]
    boxes: list[Box]
    inputs: Mapping[str, Input]
    history: Mapping[str, str]


def points_of(scenario: Scenario) -> list[Point]:
    """Return the points of a sweep, or the scenario as the only one."""
    from rift_sim.scenario import expand

    return list(expand(scenario))


def discover(
    name: str,
    points: Sequence[Point],
    expression: Expression,
    cases: int,
    *,
    wanted: Sequence[str] = (),
    most: int = 2,
    most_limits: int = 4,
    folder: Path | None = None,
    workers: int = 1,
    progress: Reporter | None = None,
    searching: Reporter | None = None,
) -> Discovery:
    """Run cases and look for boxes of parameters where the condition holds more often.

    Case n is replicate n of `rift run`, with parameters, starting map and chance of its own; in a
    sweep the points take turns.

    Parameters
    ----------
    name
        Of the scenario.
    points
        From `points_of`.
    expression
        The condition.
    cases
        How many simulations.
    wanted
        Ids of the parameters among which to look; all that are open if empty.
    most, most_limits
        As in `find_boxes`.
    folder, workers, progress
        As in `run_cases`.
    searching
        As `progress` of `find_boxes`.

    Raises
    ------
    InputError
        When something asked for does not exist, or the condition holds nearly never or always.
    FailedCaseError
        When a simulation fails.
    """
    for key, count, least in (
        ("-n/--cases", cases, _FEWEST_CASES),
        ("--boxes", most, 1),
        ("--limits", most_limits, 1),
    ):
        if count < least:
            raise InputError(f"{count} is too few", key=key, allowed=f"{least} or more")
    inputs: dict[str, Input] = {}
    for _, scenario in points:
        inputs |= {parameter.name: parameter for parameter in inputs_of(scenario).parameters}
    for key in wanted:
        if key not in inputs:
            inputs_of(points[0][1], [key])  # Says what is wrong with it.
    inputs = {key: inputs[key] for key in inputs if not wanted or key in wanted}
    experiment = make_experiment([s for _, s in points], expression.quantities)
    plan = [
        Case(number, beliefs=number, luck=number, scenario=number % len(points))
        for number in range(cases)
    ]
    found = run_cases(experiment, plan, folder=folder, workers=workers, progress=progress)
    values = dict(zip(expression.quantities, found.T, strict=True))
    holds = expression.holds(values)
    _check_both(expression, holds, values)
    columns = _columns(experiment, plan, points, list(inputs))
    rounds = np.arange(cases) // len(points)
    table = Table(columns, holds, rounds % _PARTS != _PARTS - 1)
    first = points[0][1]
    ledger = ledger_with(first.extensions)
    assumed = {key for _, scenario in points for key in scenario.assumptions}
    return Discovery(
        name,
        expression,
        table,
        {str(quantity): numbers for quantity, numbers in values.items()},
        find_boxes(table, most, most_limits, searching),
        {key: parameter for key, parameter in inputs.items() if key in columns},
        history_said(load_posterior(first.parameters, ledger), ledger, assumed),
    )


def _columns(
    experiment: Experiment, cases: Sequence[Case], points: Sequence[Point], names: Sequence[str]
) -> dict[str, NDArray[Any]]:
    """Return what cases differ in: levels of the axes, then values of the parameters."""
    draws = [
        experiment.worlds[case.scenario].model.beliefs.draw(experiment.seed, case.beliefs)  # type: ignore[attr-defined]
        for case in cases
    ]
    found: dict[str, NDArray[Any]] = {
        name: np.array([draw[name] for draw in draws]) for name in names
    }
    axes = {
        axis: np.array([points[case.scenario][0][axis] for case in cases]) for axis in points[0][0]
    }
    # An axis that sets a parameter goes by the parameter's name, and says more than its values.
    columns = axes | {name: values for name, values in found.items() if name not in axes}
    return {name: values for name, values in columns.items() if np.unique(values).size > 1}


def _check_both(
    expression: Expression, holds: NDArray[np.bool_], values: Mapping[Any, Floats]
) -> None:
    """Refuse a condition that nearly never or nearly always holds."""
    hits = int(holds.sum())
    if min(hits, holds.size - hits) >= _PARTS * FEWEST:
        return
    bands = []
    for quantity, numbers in values.items():
        low, high = np.quantile(numbers, [0.05, 0.95])
        bands.append(f"{quantity} from {low:.4g} to {high:.4g}")
    raise InputError(
        f"'{expression.text}' holds in {hits:,} of {holds.size:,} cases",
        key="--when",
        allowed=f"what holds in {_PARTS * FEWEST} or more, and fails in as many; "
        f"5 to 95 % of the cases have {', '.join(bands)}",
    )
