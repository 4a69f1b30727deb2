"""Many simulations, each with parameters of its own, of which a few numbers are kept.

A simulation is a `Case`: values of some parameters, and the numbers of the replicates from which
all else is drawn - the other parameters, and luck (the starting map and chance). A difference
between cases with the same numbers is due to the values alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.calibrate.kept import Kept
from rift_sim.analysis.layout import world_layout
from rift_sim.analysis.quantity import Found, Quantity
from rift_sim.ensemble.engine import Engine
from rift_sim.ensemble.executor import Job, Plan, Worlds, compute_blocks
from rift_sim.ensemble.identity import code_digest
from rift_sim.ensemble.lock import writer_lock
from rift_sim.errors import RiftError
from rift_sim.physics.arrays import Floats
from rift_sim.seeds import load_ledger

if TYPE_CHECKING:
    from rift_sim.ensemble.session import Reporter
    from rift_sim.initial.world import World
    from rift_sim.scenario import Scenario

__all__ = [
    "QUANTITY",
    "SIMULATIONS",
    "Case",
    "Experiment",
    "FailedCaseError",
    "make_experiment",
    "run_cases",
]

QUANTITY = "quantity"
"""Name of the one array that a case returns, and of its dimension."""
SIMULATIONS = "simulations"
"""Name of the folder in which finished simulations are kept."""
_BLOCK = 25


class FailedCaseError(RiftError):
    """A simulation failed; those that are finished are kept, where there is a folder."""

    exit_code = 1


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
    from rift_sim.model import simulate

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


@dataclass
class _Memory:
    """What `Kept` is to a folder, where there is none."""

    found: dict[int, Floats] = field(default_factory=dict)

    def __contains__(self, index: int) -> bool:
        return index in self.found

    def add(self, indices: Sequence[int], numbers: Floats) -> None:
        self.found.update(zip(indices, numbers, strict=True))

    def rows(self, indices: Sequence[int]) -> Floats:
        return np.array([self.found[index] for index in indices])


def run_cases(
    experiment: Experiment,
    cases: Sequence[Case],
    *,
    design: bytes = b"",
    folder: Path | None = None,
    workers: int = 1,
    progress: Reporter | None = None,
) -> Floats:
    """Return the quantities of cases, shape (case, quantity), in their order.

    Neither workers nor interruptions change a number.

    Parameters
    ----------
    experiment
        The model.
    cases
        With numbers of their own.
    design
        All that decides which case a number stands for.
    folder
        Where finished simulations are kept as they come; those that are there already are not
        computed again.
    workers
        Processes; 1 computes here.
    progress
        Told how many cases there are, and how many are done.

    Raises
    ------
    FailedCaseError
        When a simulation fails.
    """
    with _kept(experiment, design, folder) as kept:
        missing = [case for case in cases if int(case) not in kept]
        if progress is not None:
            progress.begin(len(cases))
            progress.advance(len(cases) - len(missing))
        worlds = experiment.worlds if workers <= 1 else None
        for block in compute_blocks(experiment.plan, _jobs(missing, workers), workers, worlds):
            if block.replicates:
                kept.add(list(map(int, block.replicates)), block.arrays[QUANTITY])
            for number, reason in block.failures.items():
                raise FailedCaseError(f"simulation {int(number)} failed: {reason}")
            if progress is not None:
                progress.advance(len(block.replicates))
        return kept.rows(list(map(int, cases)))


def _jobs(cases: Sequence[Case], workers: int) -> Iterator[Job]:
    """Put cases of one scenario together, so that a worker builds few worlds twice."""
    size = max(1, min(_BLOCK, len(cases) // (4 * workers)))
    for scenario in sorted({case.scenario for case in cases}):
        own = [case for case in cases if case.scenario == scenario]
        for place, first in enumerate(range(0, len(own), size)):
            yield Job(scenario, place, tuple(own[first : first + size]))


@contextmanager
def _kept(experiment: Experiment, design: bytes, folder: Path | None) -> Iterator[Kept | _Memory]:
    """Open what is kept of the experiment: a file named by everything that decides a number."""
    if folder is None:
        yield _Memory()
        return
    total = hashlib.sha256(experiment.digest.encode() + design)
    folder.mkdir(parents=True, exist_ok=True)
    with writer_lock(folder), ExitStack() as stack:
        path = folder / SIMULATIONS / f"{total.hexdigest()[:16]}.bin"
        kept = Kept(path, len(experiment.quantities))
        stack.callback(kept.close)
        yield kept
