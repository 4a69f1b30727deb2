"""Scale the physics so that the first month meets the levels observed at the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rift_sim.initial.given import follow_given
from rift_sim.initial.state import Levels, State
from rift_sim.physics.contest import WAR, fight, violence
from rift_sim.physics.displacement import hazard, mean_mass_size
from rift_sim.physics.extortion import extort
from rift_sim.physics.groups import utility
from rift_sim.physics.observation import influence
from rift_sim.physics.operations import allocate_operations, strike
from rift_sim.physics.pairs import pair_intensity
from rift_sim.physics.reach import footholds_of

if TYPE_CHECKING:
    from rift_sim.initial.world import World
    from rift_sim.parameters import Draw

__all__ = ["MASS_LARGEST", "MASS_LIMIT", "MASS_SMALLEST", "find_levels"]

Floats = NDArray[np.float64]

MASS_SMALLEST, MASS_LARGEST, MASS_LIMIT = 50.0, 8000.0, 0.15
"""Mass events: the legal threshold of 50 people; the largest seen in a month and place,
rounded up; largest share of residents that flees or is confined in a month (judgement)."""


def find_levels(world: World, draw: Draw, state: State, rents: Floats) -> Levels:
    """Find the factors of `Levels` for a fresh state, and set its violence, memory and operations.

    Where the scenario says where people were displaced, frailty is set to follow it.

    All mechanisms count as on: a switch changes what happens, not where it starts.
    """
    groups, places = world.shape
    held, lodgers = footholds_of(state.present)
    armed, support = state.armed.copy(), state.support.copy()
    access = 1.0 - world.territory.remoteness
    exposure = np.ones(groups)
    allocate_operations(state.operations, armed, held, exposure, state.memory, access, 0.0)
    hostile = (state.pair_state == WAR).astype(float)
    fighting, clashes, reach = np.zeros(places), np.zeros(places), np.zeros(places)
    strength = np.empty((groups, places))
    influence(
        strength,
        reach,
        armed,
        support,
        held,
        world.territory.indptr,
        world.territory.indices,
        draw.spill,
        draw.support_weight,
    )
    # Groups that will arise in the run weigh the places of the group they come from.
    elders = np.where(world.stand_in >= 0, world.stand_in, np.arange(groups))
    utilities = np.zeros((groups, places))
    weights = np.array(
        [draw.utility_rent, draw.utility_state, draw.utility_operations, draw.utility_rivals]
    )
    utility(
        utilities,
        footholds_of(state.present[elders])[0],
        lodgers,
        rents,
        armed[elders],
        hostile,
        state.state_presence,
        state.operations,
        access,
        exposure,
        state.guards,
        weights,
    )
    mean_rent, mean_utility = (
        _means(values, state.members, elders) for values in (rents, utilities)
    )
    scratch = np.zeros(groups)
    intensity = np.empty((groups, groups))
    calm = draw.war_intensity * draw.coexistence_intensity
    # Wars of the start stand at their mean.
    pair_intensity(
        intensity,
        hostile,
        state.pair_state,
        np.zeros((groups, groups)),
        draw.war_intensity,
        calm,
        0.0,
    )
    fight(
        armed,
        lodgers,
        intensity,
        hostile,
        state.state_presence,
        draw.deterrence,
        np.ones(places),
        0.0,
        fighting,
        np.zeros(places, dtype=np.uint8),
        np.zeros((groups, groups)),
        scratch,
    )
    strike(armed, support, held, state.operations, exposure, draw.loss_rate, scratch, clashes)
    yearly = (draw.deaths_groups, draw.deaths_state, draw.deaths_civilians)
    inside = world.inside
    scale = np.array(
        [
            _ratio(level / 12.0, raw[inside].sum())
            for level, raw in zip(yearly, (fighting, clashes, reach), strict=True)
        ]
    )
    violence(state.violence, state.memory, fighting, clashes, reach, scale, 1.0, 1.0)
    expected = np.empty(places)
    hazard(
        expected,
        state.violence,
        state.memory,
        state.resident,
        world.territory.rural_share,
        state.frailty,
        draw.displacement_violence_now,
        draw.displacement_violence_memory,
        draw.displacement_people,
    )
    if world.displaced is not None:
        follow_given(world.displaced, expected, state.frailty)
    mean_size = mean_mass_size(MASS_SMALLEST, 0.5 * MASS_LARGEST, draw.mass_tail)
    level = _ratio(draw.displacement_level / 12.0, expected.sum())
    remote = (expected * world.territory.remoteness**2).sum()
    # The operations of the first month go where the violence of the start is.
    focus = draw.operations_focus
    allocate_operations(state.operations, state.armed, held, exposure, state.memory, access, focus)
    return Levels(
        violence=scale,
        displaced=(1.0 - draw.mass_share) * level,
        mass_events=draw.mass_share * level / mean_size,
        confined=_ratio(draw.confinement_level / 12.0, remote),
        mean_rent=mean_rent,
        mean_utility=mean_utility,
        reach=reach,
        extortion=_ratio(draw.extortion_level / 12.0, _extorted(world, draw, reach).sum()),
    )


def _means(values: Floats, members: Floats, elders: NDArray[np.int64]) -> Floats:
    """Average over the members of each group, or of the one it comes from; else over all."""
    sums, total = np.einsum("gi,gi->g", values, members), members.sum(axis=1)
    everyone = float(sums.sum() / max(total.sum(), 1e-9))
    sums, total = np.einsum("gi,gi->g", values, members[elders]), total[elders]
    return np.where(total > 0.0, sums / np.maximum(total, 1e-9), everyone)


def _extorted(world: World, draw: Draw, reach: Floats) -> Floats:
    cases = np.empty(reach.size)
    extort(cases, world.trade, reach, draw.extortion_scale, 1.0)
    return cases


def _ratio(level: float, raw: float) -> float:
    return float(level / raw) if raw > 0.0 else 0.0
