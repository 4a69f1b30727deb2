"""What a run has: the arrays, labels and months in which a quantity is looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rift_sim.calendar import Month

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.initial.world import World

__all__ = ["Layout", "dataset_layout", "world_layout"]


@dataclass(frozen=True)
class Layout:
    """What a run has: arrays, labels and months.

    Attributes
    ----------
    dims
        Dimensions of each array after ``replicate``, by name.
    kinds
        ``stock`` or ``flow``, by name of the array.
    labels
        Labels along each dimension but time.
    names
        Names in words of labels, in the order of `labels`, where a dimension has them.
    start, months
        First month, and how many there are.
    """

    dims: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, str]
    labels: Mapping[str, tuple[str, ...]]
    names: Mapping[str, tuple[str, ...]]
    start: Month
    months: int

    @property
    def last(self) -> Month:
        """The last month."""
        return self.start.shift(self.months - 1)


def world_layout(world: World) -> Layout:
    """Return what the replicates of a world return."""
    coords = {
        name: tuple(map(str, labels)) for name, labels in world.coords.items() if name != "time"
    }
    return Layout(
        dims={name: tuple(variable.dims) for name, variable in world.variables.items()},
        kinds={name: variable.attrs["kind"] for name, variable in world.variables.items()},
        labels=coords,
        names={"department": world.territory.department_names},
        start=world.scenario.start,
        months=world.scenario.months,
    )


def dataset_layout(data: xr.Dataset) -> Layout:
    """Return what a run has, as `rift_sim.ensemble.run.Run.dataset` gives it."""
    own = {str(name): array for name, array in data.data_vars.items() if "kind" in array.attrs}
    words = "department_name"
    return Layout(
        dims={
            name: tuple(str(d) for d in array.dims if d not in ("scenario", "replicate"))
            for name, array in own.items()
        },
        kinds={name: str(array.attrs["kind"]) for name, array in own.items()},
        labels={
            str(dim): tuple(map(str, data[dim].to_numpy())) for dim in data.dims if dim in data
        },
        names={"department": tuple(map(str, data[words].to_numpy()))} if words in data else {},
        start=Month.parse(str(data["time"].to_numpy()[0])[:7]),
        months=data.sizes["time"],
    )
