"""The month on the map: the processes in order, each a kernel or a few.

Everything here runs without Python, in one call a month. The bundles are those of
`rift_sim.physics.books`: land `a`, living `s`, books `b`, rates `p`, orders `o`.
"""

from __future__ import annotations

from rift_sim.physics.arrays import Flags, Floats, Indices
from rift_sim.physics.books import Books, Land, Living, Orders, Rates, Realm
from rift_sim.physics.coca import coca_step
from rift_sim.physics.contest import deaths, fight, violence
from rift_sim.physics.displacement import confine, displace, hazard, resettle
from rift_sim.physics.elementary import exp
from rift_sim.physics.extortion import extort
from rift_sim.physics.footholds import enter, highest_chance, withdraw
from rift_sim.physics.groups import move, recruit, rent, utility
from rift_sim.physics.kernel import kernel, part
from rift_sim.physics.observation import influence, observe
from rift_sim.physics.operations import allocate_operations, state_presence_step, strike
from rift_sim.physics.outside import add_pull, raise_to, scale_by
from rift_sim.physics.pairs import pair_intensity, pair_shock_step, pair_state_step
from rift_sim.physics.reach import list_footholds, scout
from rift_sim.physics.self_defence import stand_guard
from rift_sim.physics.shocks import (
    DISPLACEMENT,
    VIOLENCE,
    coca_shock,
    country_shock_step,
    region_shock_step,
)
from rift_sim.physics.streams import Process, stream_key
from rift_sim.physics.tally import Tallies, tally_month

__all__ = ["live_month", "record_month"]


@kernel
def live_month(realm: Realm, o: Orders) -> None:
    """Live through one month on the map."""
    a, s, b, p = realm.land, realm.living, realm.books, realm.rates
    _stand_guard(a, s, b, p, o)
    list_footholds(s.present, b.listed, b.held, b.lodgers)
    _deploy(a, s, b, p, o)
    _weigh(a, s, b, p, o)
    _recruit(a, s, b, p)
    _move(a, s, b, p, o)
    strike(
        s.armed, s.support, b.held, s.operations, b.exposure, o.loss_rate, b.lost_state, b.clashes
    )
    _contest(a, s, b, p, o)
    _suffer(a, s, b, p, o)
    _flee(a, s, b, p, o)
    _grow_coca(a, s, b, p, o)
    _observe(a, s, b, p)
    b.abroad[0] = _count_members(s, a.venezuela)
    b.abroad[1] = _count_members(s, a.ecuador)


@kernel
def record_month(realm: Realm, row: int, tallies: Tallies, people: Floats, named: Flags) -> None:
    """Add up the month that was lived; see `rift_sim.physics.tally.tally_month`."""
    s, b = realm.living, realm.books
    tally_month(
        row, tallies, realm.land.department, realm.land.remoteness, b.held, s.armed, s.support,
        s.resident, s.coca, b.alert, b.survey, b.control, b.contested, b.newly, b.confined,
        b.dead, b.hosted, b.extorted, s.guards, b.lost_state, people, named,
    )  # fmt: skip


@part
def _stand_guard(a: Land, s: Living, b: Books, p: Rates, o: Orders) -> None:
    """Let self-defence units form, grow and turn (C15); they see the groups of last month."""
    b.turned[:] = 0.0
    if p.guard_row >= 0:
        b.guard_rates[0], b.guard_rates[1] = o.formation, o.turning
        b.turned[p.guard_row] = stand_guard(
            s.guards, s.armed, s.support, s.present, p.guard_row, p.guard_share, a.trade,
            s.state_presence, b.reach, b.guard_rates,
            stream_key(o.seed, o.replicate, o.month, Process.SELF_DEFENCE),
            stream_key(o.seed, o.replicate, o.month, Process.TURNING),
        )  # fmt: skip


@part
def _count_members(s: Living, places: Indices) -> float:
    """Add up the members of all groups in some places."""
    total = 0.0
    for i in places:
        for g in range(s.armed.shape[0]):
            total += s.armed[g, i] + s.support[g, i]
    return total


@part
def _deploy(a: Land, s: Living, b: Books, p: Rates, o: Orders) -> None:
    """Move state presence and operations; zones follow their neighbour's permissiveness."""
    state_presence_step(
        s.state_presence, a.state_reference, o.ratio, p.presence_response, p.presence_months
    )
    for zone in a.venezuela:
        s.state_presence[zone] = 1.0 - o.venezuela
    for zone in a.ecuador:
        s.state_presence[zone] = 1.0 - o.ecuador
    allocate_operations(
        s.operations, s.armed, b.held, b.exposure, s.memory, a.access, p.operations_focus
    )
    if p.others_act:
        raise_to(s.state_presence, b.outside.presence)
        scale_by(s.operations, s.operations, b.outside.effort)


@part
def _weigh(a: Land, s: Living, b: Books, p: Rates, o: Orders) -> None:
    """Weigh footholds, and the places that groups may enter this month (C05, C07, C14)."""
    pair_intensity(
        b.intensity, b.hostile, s.pair_state, s.pair_shock,
        p.war_intensity, p.calm_intensity, p.pair_spread,
    )  # fmt: skip
    key = stream_key(o.seed, o.replicate, o.month, Process.ENTRY)
    highest = highest_chance(p.entry_rate)
    scout(
        b.held, s.present, a.indptr, a.indices, a.numbers, key, highest, b.prospects, b.mark
    )  # fmt: skip
    rent(b.rents, b.held, a.mix, a.resources, s.coca, p.coca_scale)
    rent(b.rents, b.prospects, a.mix, a.resources, s.coca, p.coca_scale)
    b.weights[0] = p.utility_rent
    b.weights[1] = p.utility_state
    b.weights[2] = p.utility_operations * o.pressure
    b.weights[3] = p.utility_rivals
    # Without C05 groups look at the state, and at its capability, as they were at the start.
    presence = s.state_presence if p.groups_follow_the_state else a.state_reference
    b.weights[2] *= o.ratio if p.groups_follow_the_state else 1.0
    utility(
        b.utilities, b.held, b.lodgers, b.rents, s.armed, b.hostile,
        presence, s.operations, a.access, b.exposure, s.guards, b.weights,
    )  # fmt: skip
    utility(
        b.utilities, b.prospects, b.lodgers, b.rents, s.armed, b.hostile,
        presence, s.operations, a.access, b.exposure, s.guards, b.weights,
    )  # fmt: skip
    if p.others_act:
        add_pull(b.utilities, b.held, b.outside.pull)
        add_pull(b.utilities, b.prospects, b.outside.pull)


@part
def _recruit(a: Land, s: Living, b: Books, p: Rates) -> None:
    """Recruit, more where rents are high, less where all are taken."""
    recruit(
        s.armed, s.support, b.held, b.rents, a.mean_rent, a.capacity,
        b.recruitment, a.armed_share, p.recruitment_rent, b.recruits, b.scratch,
    )  # fmt: skip


@part
def _move(a: Land, s: Living, b: Books, p: Rates, o: Orders) -> None:
    """Let members move, enter new places and give up old ones."""
    move(
        s.armed, s.support, b.utilities, b.held, a.indptr, a.indices,
        p.movement_share, b.scratch,
    )  # fmt: skip
    key = stream_key(o.seed, o.replicate, o.month, Process.ENTRY)
    b.turnover[0] = enter(
        s.armed, s.support, s.present, b.listed, b.held, b.lodgers, b.prospects, b.utilities,
        a.mean_utility, a.indptr, a.indices, a.numbers, key,
        p.entry_rate, p.entry_reach, p.entry_party, b.scratch,
    )  # fmt: skip
    key = stream_key(o.seed, o.replicate, o.month, Process.EXIT)
    b.turnover[1] = withdraw(
        s.armed, s.support, s.present, b.listed, b.held, b.lodgers, b.utilities, a.mean_utility,
        a.indptr, a.indices, a.numbers, key, p.exit_rate, p.exit_size, b.gone,
    )  # fmt: skip
    for g in range(b.gone.size):
        b.dispersed[g] += b.gone[g]


@part
def _contest(a: Land, s: Living, b: Books, p: Rates, o: Orders) -> None:
    """Let pairs of groups make war and peace, and fight where they meet (C09, C10)."""
    pair_state_step(
        s.pair_state, b.overlap, a.numbers, p.war_onset, p.war_end, p.pact_onset, p.pact_end,
        stream_key(o.seed, o.replicate, o.month, Process.PAIR),
    )  # fmt: skip
    pair_shock_step(
        s.pair_shock, a.numbers, p.pair_persistence, p.pair_spread,
        stream_key(o.seed, o.replicate, o.month, Process.PAIR_SHOCK),
    )  # fmt: skip
    pair_intensity(
        b.intensity, b.hostile, s.pair_state, s.pair_shock,
        p.war_intensity, p.calm_intensity, p.pair_spread,
    )  # fmt: skip
    if not p.wars_burn:
        b.intensity[:] = 0.0
    fight(
        s.armed, b.lodgers, b.intensity, b.hostile, s.state_presence, p.deterrence,
        b.outside.violence, p.battle_loss, b.fighting, b.contested, b.overlap, b.lost_rivals,
    )  # fmt: skip


@part
def _suffer(a: Land, s: Living, b: Books, p: Rates, o: Orders) -> None:
    """Add up the violence of groups and state, what they extort, and count the dead."""
    influence(
        b.strength, b.reach, s.armed, s.support, b.held, a.indptr, a.indices,
        p.spill, p.support_weight,
    )  # fmt: skip
    country_shock_step(
        s.country_shock, p.country_persistence, p.violence_fresh, p.displacement_fresh,
        stream_key(o.seed, o.replicate, o.month, Process.COUNTRY_SHOCK),
    )  # fmt: skip
    coercion = b.reach
    if p.others_act:
        # Written anew by `displace` before anybody reads it.
        coercion = b.flight
        scale_by(coercion, b.reach, b.outside.violence)
    violence(
        s.violence, s.memory, b.fighting, b.clashes, coercion, a.violence_levels,
        exp(s.country_shock[VIOLENCE]), p.violence_months,
    )  # fmt: skip
    key = stream_key(o.seed, o.replicate, o.month, Process.DEATHS)
    deaths(b.dead, s.violence, p.deaths_spread, key, b.space)
    # Without C08 as much is taken as at the start.
    takers = b.reach if p.extortion_follows_groups else a.reach_start
    extort(b.extorted, a.trade, takers, p.extortion_scale, p.extortion_level)


@part
def _flee(a: Land, s: Living, b: Books, p: Rates, o: Orders) -> None:
    """Displace, confine, return and settle people (C11)."""
    region_shock_step(
        b.shock, b.regional, s.region_shock, a.department, p.region_persistence, p.region_spread,
        s.country_shock[DISPLACEMENT],
        stream_key(o.seed, o.replicate, o.month, Process.DEPARTMENT_SHOCK),
    )  # fmt: skip
    hazard(
        b.expected, s.violence, s.memory, s.resident, a.rural_share, a.frailty,
        p.violence_now, p.violence_memory, p.people_exponent,
    )  # fmt: skip
    if not p.people_flee:
        b.expected[:] = 0.0
    if p.others_act:
        scale_by(b.expected, b.expected, b.outside.flight)
    displace(
        b.newly, b.flight, b.expected, s.noise, b.shock, s.resident, a.flight_rates,
        p.noise_persistence, p.noise_spread,
        stream_key(o.seed, o.replicate, o.month, Process.DISPLACEMENT_NOISE),
        stream_key(o.seed, o.replicate, o.month, Process.DISPLACEMENT),
        stream_key(o.seed, o.replicate, o.month, Process.MASS_EVENT),
        stream_key(o.seed, o.replicate, o.month, Process.MASS_SIZE),
        b.space,
    )  # fmt: skip
    confine(
        b.confined, b.flight, a.remoteness, s.resident, p.confined, p.confined_limit,
        stream_key(o.seed, o.replicate, o.month, Process.CONFINEMENT), b.space,
    )  # fmt: skip
    resettle(
        b.newly, s.violence, s.resident, s.away, s.protracted, a.destinations,
        a.destination_weights, a.abroad_share, b.outside.returns, a.settlement_rates, b.flows,
        b.hosted, b.space,
    )  # fmt: skip


@part
def _grow_coca(a: Land, s: Living, b: Books, p: Rates, o: Orders) -> None:
    """Let coca grow, spread and be eradicated (C13)."""
    coca_shock(
        b.coca_shock, b.regional, s.coca, a.department, p.coca_national, p.coca_department,
        p.coca_size,
        stream_key(o.seed, o.replicate, o.month, Process.COCA_NATIONAL),
        stream_key(o.seed, o.replicate, o.month, Process.COCA_DEPARTMENT),
    )  # fmt: skip
    coca_step(
        s.coca, a.coca_capacity, a.coca_ceiling, a.department, b.reach, a.access, p.coca_trend,
        b.coca_shock,
        a.indptr, a.indices, p.coca_local, o.eradication, o.gone, p.coca_entry, p.coca_first,
        stream_key(o.seed, o.replicate, o.month, Process.COCA_LOCAL),
        stream_key(o.seed, o.replicate, o.month, Process.COCA_ENTRY),
        b.coca_flows,
    )  # fmt: skip


@part
def _observe(a: Land, s: Living, b: Books, p: Rates) -> None:
    """Let the observers report; without C06 control looks at the state of the start."""
    presence = s.state_presence if p.control_follows_the_state else a.state_reference
    observe(
        b.strength, b.reach, b.held, s.armed, s.support, presence, a.rural_people,
        a.detection, a.attention, p.control_margin, p.control_demand,
        b.survey, b.alert, b.control,
    )  # fmt: skip
