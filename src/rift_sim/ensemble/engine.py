"""What the ensemble needs from a model: a world that replicates share, and a replicate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from numpy.typing import NDArray

if TYPE_CHECKING:
    from rift_sim.scenario import Scenario

__all__ = ["Engine", "VariableLike", "WorldLike"]


class VariableLike(Protocol):
    """One observed variable: dimensions (without replicate), data type, CF attributes."""

    @property
    def dims(self) -> tuple[str, ...]:
        """Names of the dimensions after ``replicate``."""
        ...

    @property
    def dtype(self) -> str:
        """Numpy name of the data type."""
        ...

    @property
    def attrs(self) -> Mapping[str, Any]:
        """``long_name``, ``units``, ``kind`` (``stock`` or ``flow``)."""
        ...


class WorldLike(Protocol):
    """Everything that the replicates of one scenario share."""

    @property
    def coords(self) -> Mapping[str, Any]:
        """Labels along each dimension but ``replicate``."""
        ...

    @property
    def variables(self) -> Mapping[str, VariableLike]:
        """What a replicate returns, by name."""
        ...


def _model_world(scenario: Scenario, municipal: bool) -> WorldLike:
    from rift_sim.model import World

    return World(scenario, municipal=municipal)


def _model_simulate(world: Any, replicate: int) -> Mapping[str, NDArray[Any]]:
    from rift_sim.replicate import simulate

    return simulate(world, replicate)


@dataclass(frozen=True)
class Engine:
    """The two functions of a model; both must be importable by name in a worker.

    Attributes
    ----------
    world
        Called with (scenario, municipal); builds what replicates share.
    simulate
        Called with (world, replicate); returns one array per variable and is a pure
        function of the scenario, its seed and the replicate's number.
    """

    world: Callable[[Any, bool], WorldLike] = _model_world
    simulate: Callable[[Any, int], Mapping[str, NDArray[Any]]] = _model_simulate
