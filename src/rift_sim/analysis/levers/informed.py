"""Which parameters history has informed: a table of posterior draws beside the priors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from rift_sim.analysis.calibrate.results import ks_distance, least_distance
from rift_sim.physics.arrays import Floats

if TYPE_CHECKING:
    from rift_sim.scenario import Scenario
    from rift_sim.seeds.ledger import Ledger
    from rift_sim.seeds.posterior import Posterior
    from rift_sim.seeds.records import Parameter

__all__ = ["Knowledge", "compare_table", "knowledge_of"]

_GRID = 2000


@dataclass(frozen=True)
class Knowledge:
    """What a table of posterior draws knows that the priors do not.

    Attributes
    ----------
    table
        What the table is, in a few words; ``the priors`` without one.
    threshold
        Distance from the prior up to which a posterior is taken for its prior.
    distances
        Largest difference between the distribution functions of posterior and prior, by
        parameter; those that the table does not name are not among them.
    """

    table: str
    threshold: float
    distances: Mapping[str, float]

    def informed(self, parameter: str) -> bool:
        """Say whether history has moved a parameter away from its prior."""
        return self.distances.get(parameter, 0.0) > self.threshold


def knowledge_of(scenario: Scenario) -> Knowledge:
    """Say what the parameters of a scenario owe to history.

    What a scenario assumes owes nothing to the table, whatever the table says.

    Raises
    ------
    InputError
        When the table cannot be read.
    """
    from rift_sim.seeds import load_ledger
    from rift_sim.seeds.posterior import load_posterior

    ledger = load_ledger()
    table = load_posterior(scenario.parameters, ledger)
    if table is None:
        return Knowledge("the priors", 0.0, {})
    found = compare_table(table, ledger)
    kept = {name: d for name, d in found.distances.items() if name not in scenario.assumptions}
    return Knowledge(found.table, found.threshold, kept)


def compare_table(table: Posterior, ledger: Ledger) -> Knowledge:
    """Compare every column of a table with the prior of its parameter.

    By the rule of `rift_sim.analysis.calibrate.results.parameter_rows`; a table without an
    effective sample size counts as many draws as it has different rows.
    """
    rows = table.rows
    size = table.provenance.get("effective_sample_size")
    effective = float(size) if size is not None else float(len(np.unique(rows, axis=0)))
    distances = {
        name: _distance(rows[:, place], ledger.parameters[name])
        for place, name in enumerate(table.names)
    }
    return Knowledge(table.describe(), least_distance(effective), distances)


def _distance(draws: Floats, parameter: Parameter) -> float:
    """Return the Kolmogorov-Smirnov distance of draws from the prior of their parameter."""
    shares = np.arange(1, _GRID) / _GRID
    values = np.array([parameter.prior.quantile(float(u)) for u in shares])
    values = np.clip(values, *parameter.bounds)
    below = np.interp(draws, values, shares, left=0.25 / _GRID, right=1.0 - 0.25 / _GRID)
    return ks_distance(ndtri(below), np.full(draws.size, 1.0 / draws.size))
