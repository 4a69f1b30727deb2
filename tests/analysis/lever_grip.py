"""What a lever moves in what agents hand to the map, month by month, without the map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from rift_sim.model import RiftModel, World
from rift_sim.seeds import load_ledger

LEDGER = load_ledger()
MEDIANS = {name: parameter.value for name, parameter in LEDGER.parameters.items()}
UNCERTAIN = [n for n, p in LEDGER.parameters.items() if p.prior.distribution != "fixed"]


def handed(world: World, given: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return what agents hand to the map, and the pillars, each of shape (month, number)."""
    model = RiftModel(world=world, replicate=0, given={**MEDIANS, **given})
    ground, pillars = [], []
    for _ in range(world.scenario.months):
        model.month_index += 1
        model._politics()
        model._relations()
        model.government.step()
        model._groups()
        hectares, gone = model.government.clearing
        neighbours = [neighbour.permissiveness for neighbour in model.neighbours.values()]
        government = model.government
        numbers = [government.ratio, government.pressure, government.loss_rate, hectares * gone]
        ground.append([*numbers, *neighbours, *model.ground.exposure, *model.ground.recruitment])
        pillars.append(list(model.relationship.pillars.values()))
    return np.maximum(ground, 1e-9), np.maximum(pillars, 1e-3)


def grip(low: World, high: World, given: Mapping[str, float], part: int) -> np.ndarray:
    """Return the relative difference that a step makes, shape (month, number)."""
    return np.log(handed(high, given)[part]) - np.log(handed(low, given)[part])


def away(names: Iterable[str], share: float | np.random.Generator = 0.95) -> dict[str, float]:
    """Move parameters to a quantile of their priors, or somewhere within them."""
    return {
        name: LEDGER.parameters[name].prior.quantile(
            share if isinstance(share, float) else float(share.uniform(0.05, 0.95))
        )
        for name in names
    }


def moved(first: np.ndarray, second: np.ndarray) -> float:
    """Return how much a grip changes, relative to its size, where it is not tiny."""
    size = np.abs(first).max(axis=0)
    kept = size > 0.03 * size.max()
    return float((np.abs(second - first).max(axis=0)[kept] / size[kept]).max())
