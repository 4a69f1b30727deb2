"""One replicate from start to end, as a function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from rift_sim.initial.world import World
from rift_sim.model import RiftModel
from rift_sim.recorder import Recorder

__all__ = ["simulate"]


def simulate(
    world: World,
    replicate: int,
    given: Mapping[str, float] | None = None,
    *,
    initial: int | None = None,
    chance: int | None = None,
) -> dict[str, NDArray[Any]]:
    """Run one replicate from start to end.

    A pure function of the scenario of `world`, its seed, the numbers and `given`.

    Parameters
    ----------
    world
        What replicates share.
    replicate
        Number of the replicate, from 0.
    given
        Values by parameter id that take the place of what would be drawn.
    initial, chance
        As in `RiftModel`.

    Returns
    -------
    dict
        One array for each entry of ``world.variables``.
    """
    model = RiftModel(replicate=replicate, initial=initial, chance=chance, world=world, given=given)
    recorder = Recorder(world)
    for _ in range(world.scenario.months):
        model.step()
        recorder.record(model)
    return recorder.arrays
