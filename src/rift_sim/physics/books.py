"""What the kernels of a month work on: four bundles of arrays and numbers, and one handle on them.

N places, G groups, D departments; units as in `rift_sim.initial.state.State` and
`rift_sim.accounts.Accounts`, which own the arrays.
"""

from __future__ import annotations

from typing import NamedTuple

from numba import types
from numba.experimental import structref

from rift_sim.physics.arrays import Flags, Floats, Indices, Ints, Numbers
from rift_sim.physics.kernel import handle, kernel
from rift_sim.physics.outside import Outside
from rift_sim.physics.reach import Cells, Lodgers

__all__ = ["Books", "Land", "Living", "Orders", "Rates", "Realm", "make_realm"]


class Land(NamedTuple):
    """What a replicate keeps from start to end: the map, the groups, and who they are."""

    indptr: Indices
    indices: Indices
    department: Ints
    venezuela: Indices
    ecuador: Indices
    destinations: Indices
    destination_weights: Floats
    access: Floats
    remoteness: Floats
    rural_share: Floats
    rural_people: Floats
    abroad_share: Floats
    capacity: Floats
    resources: Floats
    mix: Floats
    numbers: Numbers
    armed_share: Floats
    mean_rent: Floats
    mean_utility: Floats
    violence_levels: Floats
    state_reference: Floats
    frailty: Floats
    detection: Floats
    attention: Floats
    coca_capacity: Floats
    coca_ceiling: Floats
    flight_rates: Floats
    settlement_rates: Floats
    trade: Floats
    reach_start: Floats


class Living(NamedTuple):
    """What changes from month to month: the arrays of the state."""

    armed: Floats
    support: Floats
    present: Flags
    state_presence: Floats
    operations: Floats
    violence: Floats
    memory: Floats
    coca: Floats
    resident: Floats
    away: Floats
    protracted: Floats
    noise: Floats
    guards: Floats
    region_shock: Floats
    country_shock: Floats
    pair_state: Numbers
    pair_shock: Floats


class Books(NamedTuple):
    """What is written anew each month: lists, accounts, reports and working space."""

    exposure: Floats
    recruitment: Floats
    recruits: Floats
    lost_state: Floats
    lost_rivals: Floats
    dispersed: Floats
    gone: Floats
    turnover: Numbers
    flows: Floats
    coca_flows: Floats
    turned: Floats
    abroad: Floats
    guard_rates: Floats
    extorted: Floats
    overlap: Floats
    intensity: Floats
    hostile: Floats
    weights: Floats
    rents: Floats
    utilities: Floats
    strength: Floats
    fighting: Floats
    clashes: Floats
    reach: Floats
    contested: Flags
    expected: Floats
    flight: Floats
    shock: Floats
    coca_shock: Floats
    regional: Floats
    newly: Floats
    confined: Floats
    dead: Floats
    hosted: Floats
    survey: Flags
    alert: Flags
    control: Flags
    listed: Flags
    mark: Flags
    scratch: Floats
    space: Floats
    held: Cells
    prospects: Cells
    lodgers: Lodgers
    outside: Outside


class Rates(NamedTuple):
    """Parameters of the processes: what mechanisms leave of the draw of the replicate."""

    presence_response: float
    presence_months: float
    operations_focus: float
    coca_scale: float
    utility_rent: float
    utility_state: float
    utility_operations: float
    utility_rivals: float
    recruitment_rent: float
    movement_share: float
    entry_rate: float
    entry_reach: float
    entry_party: float
    exit_rate: float
    exit_size: float
    war_onset: float
    war_end: float
    pact_onset: float
    pact_end: float
    war_intensity: float
    calm_intensity: float
    pair_persistence: float
    pair_spread: float
    deterrence: float
    battle_loss: float
    spill: float
    support_weight: float
    violence_months: float
    deaths_spread: float
    region_persistence: float
    region_spread: float
    country_persistence: float
    violence_fresh: float
    displacement_fresh: float
    violence_now: float
    violence_memory: float
    people_exponent: float
    noise_persistence: float
    noise_spread: float
    confined: float
    confined_limit: float
    coca_trend: float
    coca_national: float
    coca_department: float
    coca_size: float
    coca_local: float
    coca_entry: float
    coca_first: float
    control_margin: float
    control_demand: float
    extortion_scale: float
    extortion_level: float
    guard_row: int
    guard_share: float
    extortion_follows_groups: bool
    groups_follow_the_state: bool
    wars_burn: bool
    people_flee: bool
    control_follows_the_state: bool
    others_act: bool


class Orders(NamedTuple):
    """What the agents decided for one month.

    Attributes
    ----------
    seed, replicate, month
        Coordinates of the draws.
    ratio
        Capability of the forces relative to the start.
    venezuela, ecuador
        How freely groups rest across the border, in [0, 1].
    pressure
        Pressure on armed groups that the government wants, relative to the start.
    loss_rate
        Losses of armed groups a member and year at mean effort.
    eradication, gone
        Hectares of coca eradicated a year, and the share of them that is gone for good.
    formation, turning
        Hazards (1/month) with which self-defence units form at full trade, threat and want
        of the state, and turn where neither preying nor protecting yields more.
    """

    seed: int
    replicate: int
    month: int
    ratio: float
    venezuela: float
    ecuador: float
    pressure: float
    loss_rate: float
    eradication: float
    gone: float
    formation: float
    turning: float


@structref.register
class RealmType(types.StructRef):
    """Numba's type of a `Realm`."""


@handle(RealmType)
class Realm(NamedTuple):
    """The four bundles of a replicate behind one handle, made once by `make_realm`.

    Handing over a hundred arrays costs 25 microseconds a month, a handle less than one.
    Compiled code reads `land`, `living`, `books` and `rates`; Python keeps its own hold.
    """

    land: Land
    living: Living
    books: Books
    rates: Rates


@kernel
def make_realm(land: Land, living: Living, books: Books, rates: Rates) -> Realm:
    """Put the bundles behind one handle; their arrays are shared, not copied.

    A kernel, so that it is compiled once: the constructor of the handle would be compiled
    again in every process.
    """
    return Realm(land, living, books, rates)
