"""What a lever moves in what agents hand to the map, month by month, without the map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rift_sim.model import RiftModel, World
from rift_sim.parameters import Draw
from rift_sim.seeds import load_ledger

TINY = 1e-9
MEDIANS = {name: parameter.value for name, parameter in load_ledger().parameters.items()}


def handed(world: World, given: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return what agents hand to the map, and the pillars, shape (month, number)."""
    model = RiftModel(world=world, replicate=0, given={**MEDIANS, **given})
    map_, pillars = [], []
    for _ in range(world.scenario.months):
        model.month_index += 1
        model._politics()
        model._relations()
        model.government.step()
        model._groups()
        hectares, gone = model.government.clearing
        map_.append(
            [
                model.government.ratio,
                model.government.pressure,
                model.government.loss_rate,
                hectares * gone,
                *(neighbour.permissiveness for neighbour in model.neighbours.values()),
                *model.ground.exposure,
                *model.ground.recruitment,
            ]
        )
        pillars.append(list(model.relationship.pillars.values()))
    return np.maximum(map_, TINY), np.maximum(pillars, 1e-3)


def grip(low: World, high: World, given: Mapping[str, float], part: int) -> np.ndarray:
    """Return the relative difference that a step makes, shape (month, number)."""
    return np.log(handed(high, given)[part]) - np.log(handed(low, given)[part])


def away(names: Any, rng: np.random.Generator | None = None) -> dict[str, float]:
    """Move parameters to the upper end of their priors, or somewhere within them."""
    found = {}
    for name in names:
        prior = load_ledger().parameters[name].prior
        found[name] = prior.quantile(0.95 if rng is None else float(rng.uniform(0.05, 0.95)))
    return found


def moved(first: np.ndarray, second: np.ndarray) -> float:
    """Return how much a grip changes, relative to its size, where it is not tiny."""
    size = np.abs(first).max(axis=0)
    kept = size > 0.05 * size.max()
    return float((np.abs(second - first).max(axis=0)[kept] / size[kept]).max())


__all__ = ["Draw", "away", "grip", "handed", "moved"]
