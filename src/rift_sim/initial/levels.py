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
from rift_sim.physics.reach import Cells, Lodgers, footholds_of

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
    groups, _ = world.shape
    held, lodgers = footholds_of(state.present)
    armed, support = state.armed.copy(), state.support.copy()
    access = 1.0 - world.territory.remoteness
    exposure = np.ones(groups)
    allocate_operations(state.operations, armed, held, exposure, state.memory, access, 0.0)
    hostile = (state.pair_state == WAR).astype(float)
    reach = _reach(world, draw, armed, support, held)
    mean_rent, mean_utility = _worth(
        world, draw, state, (rents, armed, hostile, lodgers, access, exposure)
    )
    fighting = _fights(draw, state, armed, lodgers, hostile)
    clashes, scratch = np.zeros_like(fighting), np.zeros(groups)
    strike(armed, support, held, state.operations, exposure, draw.loss_rate, scratch, clashes)
    scale = _violence(world, draw, state, (fighting, clashes, reach))
    expected = _hazard(world, draw, state)
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


def _reach(world: World, draw: Draw, armed: Floats, support: Floats, held: Cells) -> Floats:
    """Return the reach of armed groups in each place, shape (place,)."""
    strength, reach = np.empty(world.shape), np.zeros(world.shape[1])
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
    return reach


def _worth(
    world: World,
    draw: Draw,
    state: State,
    seen: tuple[Floats, Floats, Floats, Lodgers, Floats, Floats],
) -> tuple[Floats, Floats]:
    """Return the mean rent and utility of the places of each group, shape (group,) each."""
    rents, armed, hostile, lodgers, access, exposure = seen
    # Groups that will arise in the run weigh the places of the group they come from.
    elders = np.where(world.stand_in >= 0, world.stand_in, np.arange(world.shape[0]))
    utilities = np.zeros(world.shape)
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
    return _means(rents, state.members, elders), _means(utilities, state.members, elders)


def _fights(draw: Draw, state: State, armed: Floats, lodgers: Lodgers, hostile: Floats) -> Floats:
    """Return the violence between groups in each place, shape (place,), before scaling."""
    groups, places = armed.shape
    fighting, scratch = np.zeros(places), np.zeros(groups)
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
    return fighting


def _violence(world: World, draw: Draw, state: State, raw: tuple[Floats, Floats, Floats]) -> Floats:
    """Set violence and memory of the state; return the scale of its three kinds, shape (kind,)."""
    yearly = (draw.deaths_groups, draw.deaths_state, draw.deaths_civilians)
    scale = np.array(
        [
            _ratio(level / 12.0, kind[world.inside].sum())
            for level, kind in zip(yearly, raw, strict=True)
        ]
    )
    violence(state.violence, state.memory, *raw, scale, 1.0, 1.0)
    return scale


def _hazard(world: World, draw: Draw, state: State) -> Floats:
    """Return the displacement to be expected in each place, shape (place,), before scaling."""
    expected = np.empty(world.shape[1])
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
    return expected


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
