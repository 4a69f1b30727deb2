"""Many simulations, each with parameters of its own, of which a few numbers are kept.

A simulation is a `Case`: values of some parameters, and the numbers of the replicates from which
all else is drawn - the other parameters, and luck (the starting map and chance). A difference
between cases with the same numbers is due to the values alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.conditions.layout import world_layout
from rift_sim.analysis.conditions.quantity import Found, Quantity
from rift_sim.ensemble.engine import Engine
from rift_sim.ensemble.execution.executor import Plan, Worlds
from rift_sim.ensemble.identity import code_digest
from rift_sim.seeds import load_ledger

if TYPE_CHECKING:
    from rift_sim.initial.world import World
    from rift_sim.scenario import Scenario

__all__ = ["QUANTITY", "Case", "Experiment", "make_experiment"]

QUANTITY = "quantity"
"""Name of the one array that a case returns, and of its dimension."""


class Case(int):
    """The number of a simulation within its experiment, and what is particular to it.

    It is the number: whoever computes replicates computes cases too.

    Attributes
    ----------
    beliefs, luck
        Numbers of the replicates from which the parameters are drawn that `values` do not give,
        and the starting map and chance.
    values
        Values of the varied parameters.
    scenario
        Position of its scenario in the plan.
    """

    beliefs: int
    luck: int
    values: tuple[float, ...]
    scenario: int

    def __new__(
        cls,
        number: int,
        *,
        beliefs: int,
        luck: int,
        values: tuple[float, ...] = (),
        scenario: int = 0,
    ) -> Case:
        """Give a number what is particular to it."""
        case = super().__new__(cls, number)
        case.beliefs, case.luck, case.values, case.scenario = beliefs, luck, values, scenario
        return case

    def __reduce__(self) -> tuple[Any, ...]:
        own = {key: getattr(self, key) for key in ("beliefs", "luck", "values", "scenario")}
        return partial(Case, int(self), **own), ()


@dataclass(frozen=True)
class Experiment:
    """A model, and what is read of it.

    Attributes
    ----------
    plan
        Scenarios, and a model whose replicates are cases.
    quantities
        What is read of each case.
    seed
        Of designs and resampling.
    names
        Ids of the parameters that cases give values to.
    """

    plan: Plan
    quantities: tuple[Quantity, ...]
    seed: int
    names: tuple[str, ...] = ()

    @cached_property
    def worlds(self) -> Worlds:
        """Worlds of this process."""
        return Worlds(self.plan)

    @cached_property
    def digest(self) -> str:
        """Hash of all that decides what a case returns, but the case itself."""
        from rift_sim.scenario import digest

        parts = [code_digest(), load_ledger().digest, *map(digest, self.plan.scenarios)]
        parts += [one.text for one in self.plan.extensions]
        parts += [*map(str, self.quantities), "", *self.names]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class _Numbers(NamedTuple):
    dims: tuple[str, ...]
    dtype: str
    attrs: Mapping[str, Any]


@dataclass(frozen=True)
class CaseWorld:
    """A world of the model whose replicates return a few numbers.

    Attributes
    ----------
    model
        The world.
    names
        Ids of the parameters that cases give values to.
    found
        Where the quantities stand, by how they are written.
    """

    model: World
    names: tuple[str, ...]
    found: Mapping[str, Found]

    @property
    def coords(self) -> Mapping[str, Any]:
        """The quantities, as they are written."""
        return {QUANTITY: list(self.found)}

    @property
    def variables(self) -> Mapping[str, _Numbers]:
        """The one array of a case."""
        return {QUANTITY: _Numbers((QUANTITY,), "float64", {})}


def case_world(
    names: tuple[str, ...], quantities: tuple[Quantity, ...], scenario: Scenario, municipal: bool
) -> CaseWorld:
    """Build what cases share, as `rift_sim.ensemble.engine.Engine` asks for."""
    from rift_sim.model import World

    world = World(scenario, municipal=municipal)
    layout = world_layout(world)
    return CaseWorld(world, names, {str(q): q.find(layout) for q in quantities})


def case_simulate(world: CaseWorld, case: int) -> dict[str, NDArray[Any]]:
    """Simulate one case and read its quantities, shape (quantity,)."""
    from rift_sim.replicate import simulate

    assert isinstance(case, Case)
    given = dict(zip(world.names, case.values, strict=True))
    arrays = simulate(world.model, case.beliefs, given, initial=case.luck, chance=case.luck)
    return {QUANTITY: np.array([float(found.read(arrays)) for found in world.found.values()])}


def make_experiment(
    scenarios: Sequence[Scenario], quantities: Sequence[Quantity], names: Sequence[str] = ()
) -> Experiment:
    """Make an experiment of scenarios, which observe what is read and nothing else.

    Parameters
    ----------
    scenarios
        Points of a sweep, or one scenario.
    quantities
        What is read.
    names
        Ids of the parameters that cases give values to; the others are drawn.

    Raises
    ------
    InputError
        When a scenario, a file it names or a quantity is not right.
    """
    from rift_sim.scenario import Scenario

    series = list(dict.fromkeys(quantity.series for quantity in quantities))
    observed = [Scenario.model_validate({**s.plain(), "observe": series}) for s in scenarios]
    read = tuple(dict.fromkeys(quantities))
    engine = Engine(partial(case_world, tuple(names), read), case_simulate)
    made = Experiment(Plan(engine, tuple(observed), False), read, observed[0].seed, tuple(names))
    for place in range(len(observed)):
        _ = made.worlds[place]  # In `compute` its errors would be noted, not raised.
    return made
