"""One simulation of a calibration: a replicate that is given some of its parameters."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from rift_sim.ensemble.engine import Engine
from rift_sim.physics.arrays import Floats
from rift_sim.physics.streams import Process, fill_at, stream

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.initial.world import World
    from rift_sim.scenario import Scenario

__all__ = [
    "PREDICTIVE",
    "PRIOR",
    "SUMMARY",
    "Summaries",
    "Summary",
    "Trial",
    "method_digest",
    "trial_engine",
    "trial_number",
]

_MEASURING = ("measures", "modelled", "observing")
SUMMARY = "summary"
"""Name of the one array that a trial returns, and of its dimension."""
PRIOR, PREDICTIVE = -1, 1 << 20
"""Generations before the first (the prior), and added to their number for predictions."""


class Summary(NamedTuple):
    """One number by which a simulation is compared with history.

    Attributes
    ----------
    target
        Id of the target it belongs to; the weight of a target is shared by its numbers.
    label, units
        What it is, for tables and axes, and its unit.
    observed
        Its value in the record, in `units`.
    spread
        Error of observation, one standard deviation: of the logarithm where there is an
        `offset`, else in `units`.
    offset
        What is added before logarithms are compared, above 0; None compares values.
    """

    target: str
    label: str
    units: str
    observed: float
    spread: float
    offset: float | None = None

    def scaled(self, value: float) -> float:
        """Return a value as it is compared."""
        return float(value if self.offset is None else np.log(value + self.offset))

    def plain(self, scaled: Floats) -> Floats:
        """Return compared values in `units` again; what was a logarithm is not below 0."""
        return scaled if self.offset is None else np.maximum(np.exp(scaled) - self.offset, 0.0)


class Summaries(Protocol):
    """What is compared with history. It travels to workers, so it can be pickled."""

    @property
    def known(self) -> Mapping[str, Summary]:
        """Every number compared, by key; the order is that of the arrays."""
        ...

    @property
    def digest(self) -> str:
        """Hash of all that decides `known` and `summarise`."""
        ...

    @property
    def municipal(self) -> bool:
        """Whether municipal arrays must be observed."""
        ...

    def summarise(self, data: xr.Dataset, draw: Mapping[str, float]) -> Mapping[str, float]:
        """Return each number of `known` for one replicate, in its unit and without error.

        Parameters
        ----------
        data
            What the replicate returned, as a dataset of a run with one replicate.
        draw
            All parameters of the replicate.
        """
        ...


class Trial(int):
    """The number of a replicate, and the values of the calibrated parameters in it.

    It is the number: whoever computes replicates computes trials too, and nothing but the
    simulation itself looks at the values.
    """

    values: tuple[float, ...]

    def __new__(cls, number: int, values: tuple[float, ...]) -> Trial:
        """Give a number its values."""
        trial = super().__new__(cls, number)
        trial.values = values
        return trial

    def __reduce__(self) -> tuple[type[Trial], tuple[int, tuple[float, ...]]]:
        return Trial, (int(self), self.values)

    @property
    def index(self) -> int:
        """Position within its generation."""
        return int(self) & 0xFFFFFFFF


def trial_number(generation: int, index: int) -> int:
    """Return the replicate in which proposal `index` of a generation is simulated.

    No two proposals share a replicate, and none of them has one that a run would use.
    """
    return (generation + 2) << 32 | index


class _Numbers(NamedTuple):
    dims: tuple[str, ...]
    dtype: str
    attrs: Mapping[str, Any]


@dataclass(frozen=True)
class TrialWorld:
    """A world of the model whose replicates return what is compared, and nothing else.

    Attributes
    ----------
    model
        The world.
    names
        Ids of the parameters that a trial gives values to; the others are drawn as the
        scenario believes.
    summaries
        What is compared.
    """

    model: World
    names: tuple[str, ...]
    summaries: Summaries

    @property
    def coords(self) -> Mapping[str, Any]:
        """Keys of the numbers compared."""
        return {SUMMARY: list(self.summaries.known)}

    @property
    def variables(self) -> Mapping[str, _Numbers]:
        """The one array of a trial."""
        return {SUMMARY: _Numbers((SUMMARY,), "float64", {})}

    @cached_property
    def labels(self) -> xr.Coordinates:
        """Coordinates of what the model returns, but for the replicate; indexed once."""
        import xarray as xr

        return xr.Dataset(coords=self.model.coords).coords

    @cached_property
    def places(self) -> NDArray[np.uint64]:
        """Coordinate of each number's error of observation, shape (summary,)."""
        keys = self.summaries.known
        return np.array([zlib.crc32(key.encode()) for key in keys], dtype=np.uint64)

    @cached_property
    def spread(self) -> Floats:
        """Error of observation, shape (summary,)."""
        return np.array([known.spread for known in self.summaries.known.values()])


@lru_cache(maxsize=1)
def method_digest() -> str:
    """Return a hash of the code that proposes, simulates, measures and judges.

    Drawing and reporting change no number; the model has a hash of its own.
    """
    total = hashlib.sha256()
    package = Path(__file__).resolve().parent
    own = [file for file in package.glob("*.py") if file.stem not in ("results", "report")]
    measuring = [package.parent / "forecasts" / f"{name}.py" for name in _MEASURING]
    for file in sorted([*own, *measuring]):
        total.update(file.read_bytes())
    return total.hexdigest()


def trial_world(
    names: tuple[str, ...], summaries: Summaries, code: str, scenario: Scenario, municipal: bool
) -> TrialWorld:
    """Build what trials share, as `rift_sim.ensemble.engine.Engine` asks for.

    Raises
    ------
    ValueError
        When this process has other code than the one that sent `code`.
    """
    from rift_sim.model import World

    if code != method_digest():
        raise ValueError("this worker has another version of rift_sim.analysis")
    return TrialWorld(World(scenario, municipal=municipal), names, summaries)


def trial_simulate(world: TrialWorld, trial: int) -> dict[str, Floats]:
    """Simulate one trial and observe it the way history was observed, with an error.

    Returns
    -------
    dict
        Under `SUMMARY` the numbers as they are compared, shape (summary,).

    Raises
    ------
    ValueError
        When a number is not finite.
    """
    from rift_sim.replicate import simulate

    assert isinstance(trial, Trial)
    model, seed = world.model, world.model.scenario.seed
    given = dict(zip(world.names, trial.values, strict=True))
    arrays = simulate(model, int(trial), given)
    draw = {**model.beliefs.draw(seed, int(trial)), **given}
    found = world.summaries.summarise(_dataset(world, arrays, int(trial)), draw)
    numbers = np.array([s.scaled(found[key]) for key, s in world.summaries.known.items()])
    if not np.isfinite(numbers).all():
        key = list(world.summaries.known)[int(np.argmin(np.isfinite(numbers)))]
        raise ValueError(f"{key} is {found[key]}")
    luck = np.empty(numbers.size)
    fill_at(luck, stream(seed, int(trial), 0, Process.OBSERVATION), world.places)
    return {SUMMARY: numbers + world.spread * ndtri(luck)}


def _dataset(world: TrialWorld, arrays: Mapping[str, NDArray[Any]], number: int) -> xr.Dataset:
    """Lay the arrays of a replicate out as a run does."""
    import xarray as xr

    variables = {
        name: (("replicate", *variable.dims), arrays[name][None])
        for name, variable in world.model.variables.items()
    }
    own = xr.indexes.PandasIndex([number], "replicate")
    labels = xr.Coordinates(
        {**world.labels, **own.create_variables()}, {**world.labels.xindexes, "replicate": own}
    )
    return xr.Dataset(variables, labels)


def trial_engine(names: tuple[str, ...], summaries: Summaries) -> Engine:
    """Return the model whose replicates are trials; workers find it by name."""
    return Engine(partial(trial_world, names, summaries, method_digest()), trial_simulate)
