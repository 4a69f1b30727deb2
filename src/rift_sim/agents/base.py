"""The thin layer between rift_sim and Mesa: the one place that knows Mesa's habits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa

if TYPE_CHECKING:
    from rift_sim.model import RiftModel

__all__ = ["Actor", "release"]


class Actor(mesa.Agent):
    """A decider of the model. Actors hold plain numbers; the map lives in arrays.

    Attributes
    ----------
    rift
        The model.
    """

    def __init__(self, model: RiftModel) -> None:
        super().__init__(model)
        self.rift = model  # the model with its own type


def release(model: mesa.Model) -> None:
    """Let go of a model, so that a finished replicate does not stay in memory.

    Mesa 3 counts agents in a registry on the class, keyed by the model, and wraps
    ``step`` in a bound method that refers back to it.
    """
    registry: Any = getattr(mesa.Agent, "_ids", None)
    if registry is not None:
        registry.pop(model, None)
