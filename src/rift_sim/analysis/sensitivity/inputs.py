"""Parameters that are varied one by one: each by a quantile function, on the unit cube.

A table of posterior draws is a joint distribution. Taken one by one its parameters keep what
history made of each (the quantiles of its column), and lose how they hang together; `Inputs.ties`
says how much that is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.stats import rankdata

from rift_sim.errors import InputError
from rift_sim.extension.registry import ledger_with
from rift_sim.physics.arrays import Floats
from rift_sim.seeds.distributions import Fixed
from rift_sim.seeds.posterior import load_posterior

if TYPE_CHECKING:
    from rift_sim.scenario import Scenario
    from rift_sim.seeds import Distribution
    from rift_sim.seeds.posterior import Posterior

__all__ = ["Input", "Inputs", "Tie", "inputs_of"]

_EDGE = 1e-6
"""Quantiles nearer to 0 or 1 than this are taken for this one."""


class Tie(NamedTuple):
    """A rank correlation of two parameters in a table of draws."""

    first: str
    second: str
    correlation: float


@dataclass(frozen=True)
class Input:
    """One parameter that is varied.

    Attributes
    ----------
    name, unit, meaning
        Id, unit and meaning, as the ledger has them.
    section, claims
        Part of the model, and the mechanisms that it serves.
    quantile
        Value below which a share of the probability lies.
    bounds
        Values are held within, as a run does.
    tabled
        Whether it follows the table of posterior draws.
    """

    name: str
    unit: str
    meaning: str
    section: str
    claims: tuple[str, ...]
    quantile: Callable[[float], float]
    bounds: tuple[float, float]
    tabled: bool = False


@dataclass(frozen=True)
class Inputs:
    """All parameters that are varied, and what they are drawn from.

    Attributes
    ----------
    parameters
        In the order of the ledger.
    table
        The table of posterior draws that some of them follow; None without.
    """

    parameters: tuple[Input, ...]
    table: Posterior | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Ids."""
        return tuple(parameter.name for parameter in self.parameters)

    @property
    def tabled(self) -> tuple[str, ...]:
        """Ids of those that follow the table."""
        return tuple(parameter.name for parameter in self.parameters if parameter.tabled)

    def values(self, cube: Floats) -> Floats:
        """Return the values at points of the unit cube; both of shape (point, parameter)."""
        held = np.clip(cube, _EDGE, 1.0 - _EDGE)
        found = np.empty(held.shape)
        for column, parameter in enumerate(self.parameters):
            # A design asks for few levels of each parameter, again and again.
            levels, where = np.unique(held[:, column], return_inverse=True)
            values = np.array([parameter.quantile(float(u)) for u in levels])
            found[:, column] = np.clip(values, *parameter.bounds)[where]
        return found

    def chosen(self, names: Sequence[str]) -> Inputs:
        """Return some of the parameters, in the order of the ledger."""
        kept = tuple(parameter for parameter in self.parameters if parameter.name in names)
        return Inputs(kept, self.table)

    def ties(self) -> list[Tie]:
        """Return rank correlations (Spearman) of the table, strongest first.

        Only of parameters that are varied: what taking them one by one loses.
        """
        if self.table is None or len(self.tabled) < 2:
            return []
        columns = [self.table.names.index(name) for name in self.tabled]
        ranks = rankdata(self.table.rows[:, columns], axis=0)
        matrix = np.atleast_2d(np.corrcoef(ranks, rowvar=False))
        pairs = zip(*np.triu_indices(len(columns), 1), strict=True)
        found = [Tie(self.tabled[i], self.tabled[j], float(matrix[i, j])) for i, j in pairs]
        return sorted(found, key=lambda tie: -abs(tie.correlation))


def inputs_of(scenario: Scenario, wanted: Sequence[str] = ()) -> Inputs:
    """Return the parameters that a scenario leaves open.

    A distribution among its assumptions takes the place of the prior, a number fixes its
    parameter, and the table of posterior draws comes before the priors, as in a run.

    Parameters
    ----------
    scenario
        Not a sweep.
    wanted
        Ids; all that are open if empty.

    Raises
    ------
    InputError
        When a wanted parameter does not exist, or has one value only.
    """
    ledger = ledger_with(scenario.extensions)
    table = load_posterior(scenario.parameters, ledger)
    found = {}
    for name, parameter in ledger.parameters.items():
        belief = scenario.assumptions.get(name)
        quantile = _quantile(parameter.prior if belief is None else belief)
        tabled = table is not None and belief is None and name in table.names
        if tabled and table is not None:
            quantile = partial(_empirical, np.sort(table.rows[:, table.names.index(name)]))
        if quantile is not None:
            found[name] = Input(
                name, str(parameter.unit), parameter.meaning, parameter.section, parameter.claims,
                quantile, parameter.bounds, tabled,
            )  # fmt: skip
    for name in wanted:
        if name not in ledger.parameters:
            raise _unknown(name, list(ledger.parameters))
        if name not in found:
            raise InputError(
                f"'{name}' has one value only in '{scenario.name}'",
                key="--parameter",
                allowed="a parameter with a prior, or with a distribution among the assumptions",
            )
    inputs = Inputs(tuple(found.values()), table)
    return inputs.chosen(wanted) if wanted else inputs


def _unknown(name: str, known: Sequence[str]) -> InputError:
    error = InputError(
        f"there is no parameter '{name}'", key="--parameter", allowed=known, given=name
    )
    error.allowed = "an id that `rift seeds parameters` lists"
    error.args = (str(error),)
    return error


def _quantile(belief: float | Distribution) -> Callable[[float], float] | None:
    """Return the quantile function of a belief; None where it is one number."""
    if isinstance(belief, int | float | Fixed):
        return None
    return belief.quantile


def _empirical(draws: Floats, share: float) -> float:
    """Return a quantile of sorted draws, linear between them."""
    return float(np.interp(share, (np.arange(draws.size) + 0.5) / draws.size, draws))
