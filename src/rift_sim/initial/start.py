"""The first state of a replicate: a map drawn anew from department figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rift_sim.initial.as_of import has_table
from rift_sim.initial.draws import normals, normals_by_group, uniforms
from rift_sim.initial.hidden import add_hidden, conflict_score
from rift_sim.initial.levels import find_levels
from rift_sim.initial.presence import HOMELAND, assign_presence, best_of_country, smooth_noise
from rift_sim.initial.spread import move_abroad, share_members, spread_coca, survey_thresholds
from rift_sim.initial.state import Levels, State
from rift_sim.physics.displacement import destination_weights
from rift_sim.physics.groups import rent
from rift_sim.physics.streams import Process, stream

if TYPE_CHECKING:
    from rift_sim.initial.world import World
    from rift_sim.parameters import Draw

__all__ = ["FIRST_LAND", "initial_state"]

FIRST_LAND = 300.0
"""Hectares that a place without coca could hold next to one with it (judgement)."""

Floats = NDArray[np.float64]
Flags = NDArray[np.uint8]


def initial_state(world: World, draw: Draw, seed: int, replicate: int) -> State:
    """Draw the state before the first month.

    Coca and groups are spread from department figures to municipalities by suitability
    and keyed noise; a presence file of the scenario is taken as it is. Levels of
    violence and displacement are scaled to what was observed nationally.

    Parameters
    ----------
    world, draw
        The shared world and the parameters of the replicate.
    seed, replicate
        Coordinates of the draws.
    """

    def key(process: Process) -> np.uint64:
        return stream(seed, replicate, 0, process)

    groups, places = world.shape
    territory = world.territory
    reference = 0.95 - draw.presence_remote * territory.remoteness
    reference = np.where(territory.is_zone, 0.5, reference)
    coca, capacity = _coca(world, draw, key(Process.INITIAL_COCA), key(Process.INITIAL_COCA_SHOCK))
    rents = np.empty((groups, places))
    rent(rents, world.everywhere, world.mix, world.resources, coca, draw.coca_scale)
    present = _presence(world, draw, rents, reference, key(Process.INITIAL_PRESENCE))
    armed, support = _members(world, draw, rents, present, key(Process.INITIAL_MEMBERS))
    _send_abroad(world, draw, armed, support, present)
    detection = np.empty((groups, places))
    survey_thresholds(
        detection, armed, support, present, draw.survey_scale, world.numbers, key(Process.DETECTION)
    )
    attention = uniforms(key(Process.DETECTION), places)
    weights = np.empty(world.log_distance.shape)
    destination_weights(
        weights,
        world.log_population,
        world.log_distance,
        draw.stay_share,
        draw.gravity_population,
        draw.gravity_distance,
    )
    resident, away, protracted = _people(world, draw, weights)
    spread = draw.frailty_sd
    state = State(
        armed=armed,
        support=support,
        present=present,
        state_reference=reference,
        state_presence=reference.copy(),
        operations=np.ones(places),
        violence=np.zeros(places),
        memory=np.zeros(places),
        guards=np.zeros(places),
        coca=coca,
        coca_capacity=capacity,
        coca_ceiling=_coca_ceiling(world, draw, coca, capacity),
        resident=resident,
        away=away,
        protracted=protracted,
        frailty=np.exp(spread * normals(key(Process.FRAILTY), places) - 0.5 * spread**2),
        noise=draw.noise_sd * normals(key(Process.DISPLACEMENT_NOISE), places),
        region_shock=draw.region_shock_sd
        * normals(key(Process.DEPARTMENT_SHOCK), len(territory.departments)),
        country_shock=np.zeros(2),
        detection=detection,
        attention=-draw.alert_scale * np.log1p(-attention),
        destination_weights=weights,
        pair_state=world.pair_state.copy(),
        pair_shock=np.zeros((groups, groups)),
        levels=_NO_LEVELS,
    )
    state.levels = find_levels(world, draw, state, rents)
    return state


_NONE = np.zeros(0)
_NO_LEVELS = Levels(np.zeros(3), 0.0, 0.0, 0.0, _NONE, _NONE, _NONE, 0.0)


def _coca(world: World, draw: Draw, key: np.uint64, shock_key: np.uint64) -> tuple[Floats, Floats]:
    """Spread department coca over its most suitable places, and say what they could hold."""
    territory = world.territory
    noise = normals(key, 2, len(territory.code))
    shocks = normals(shock_key, len(territory.departments) + 1)
    mining, smuggling, _ = world.resources
    suitability = 1.5 * territory.remoteness + 0.8 * smuggling + 0.3 * mining
    score = suitability + smooth_noise(noise[0], territory.indptr, territory.indices)
    coca = np.empty(len(territory.code))
    spread = draw.coca_start_spread * shocks[-1] + draw.coca_department_spread * shocks[:-1]
    # Both are of a survey one year old; errors of a forecast grow as the root of time.
    spread = np.sqrt(world.coca.years) * spread
    spread_coca(
        coca,
        score,
        0.6 * suitability + 1.1 * noise[1],
        territory.department_index,
        world.coca.hectares * np.exp(spread),
        world.coca.counts,
    )
    coca = np.where(np.isnan(world.coca.known), coca, world.coca.known)
    near = smooth_noise(coca, territory.indptr, territory.indices, 1.0)
    open_land = (coca == 0.0) & (near > 0.0) & world.inside
    return coca, np.where(open_land | (coca > 0.0), FIRST_LAND, 0.0)


def _coca_ceiling(world: World, draw: Draw, coca: Floats, capacity: Floats) -> Floats:
    """Return what each department could hold, and last what all places abroad could.

    A multiple of what stands or, if that was more, has stood on record; and room for first
    fields where none has.
    """
    department, size = world.territory.department_index, len(world.territory.departments)
    slot = np.where(department >= 0, department, size)
    stands = np.bincount(slot, coca, minlength=size + 1)
    empty = np.bincount(slot, np.where(coca > 0.0, 0.0, capacity), minlength=size + 1)
    stood = np.append(world.coca.record, 0.0)
    return np.asarray(draw.coca_headroom * np.maximum(stands, stood) + empty)


def _presence(world: World, draw: Draw, rents: Floats, reference: Floats, key: np.uint64) -> Flags:
    groups, places = world.shape
    if world.seen is not None and world.coverage == 1.0:
        return world.seen.copy()
    territory = world.territory
    noise = np.vstack([normals_by_group(key, world.numbers, places), normals(key, 1, places)])
    smooth = smooth_noise(noise, territory.indptr, territory.indices)
    appeal = draw.utility_rent * rents - draw.utility_state * reference
    if world.seen is not None:
        fled = world.displaced_by_place
        likely = conflict_score(
            world.seen,
            appeal,
            None if fled is None else draw.displacement_level * fled,
            world.inside,
            territory.indptr,
            territory.indices,
        )
        return add_hidden(world.seen, world.coverage, likely + smooth[:groups], world.inside)
    if not has_table(world.scenario.start):
        score = appeal + HOMELAND * world.homeland + smooth[:groups]
        return best_of_country(world.municipalities, score, np.flatnonzero(world.inside))
    held = world.municipalities.astype(float)
    mean_appeal = (held / max(held.sum(), 1.0)) @ appeal
    return assign_presence(
        world.presence_counts,
        world.any_group,
        territory.department_index,
        mean_appeal + smooth[groups],
        appeal + smooth[:groups],
    )


def _members(
    world: World, draw: Draw, rents: Floats, present: Flags, key: np.uint64
) -> tuple[Floats, Floats]:
    armed, support = np.empty(world.shape), np.empty(world.shape)
    share_members(
        armed,
        support,
        present,
        rents,
        world.members,
        0.5 * draw.utility_rent,
        0.7,
        world.numbers,
        key,
    )
    return armed, support


def _send_abroad(world: World, draw: Draw, armed: Floats, support: Floats, present: Flags) -> None:
    """Move the share of members with rear areas across the border into the zones."""
    if world.map_file is not None:
        return
    territory = world.territory
    shares = (("venezuela", draw.share_abroad_venezuela), ("ecuador", draw.share_abroad_ecuador))
    for country, share in shares:
        move_abroad(
            armed,
            support,
            present,
            world.zone_rows[country],
            share,
            territory.is_zone,
            territory.indptr,
            territory.indices,
        )


def _people(world: World, draw: Draw, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Split the population into residents, freshly displaced (by origin) and protracted."""
    territory = world.territory
    stock = draw.displaced_stock_start
    population = np.where(world.inside, territory.population, 0.0)
    whole = population.sum()
    if whole <= 0.0:
        return population, population.copy(), population.copy()
    stock = min(stock, 0.3 * whole)
    fresh = min(0.5 * draw.displacement_level, 0.5 * stock)
    rural = population * territory.rural_share
    total_rural = rural.sum()
    away = fresh * (rural / total_rural if total_rural > 0.0 else population / whole)
    towns, fleeing = world.destination_index.ravel(), (rural[:, None] + 1.0) * weights
    hosts = np.bincount(towns, fleeing.ravel(), minlength=population.size)
    hosts = np.where(world.inside, 0.5 * hosts / hosts.sum() + 0.5 * population / whole, 0.0)
    protracted = (stock - fresh) * hosts / hosts.sum()
    protracted = np.minimum(protracted, 0.6 * population)
    if stock > fresh:
        protracted *= (stock - fresh) / protracted.sum()
    resident = np.maximum(population - protracted - away, 0.0)
    return resident, away, protracted
