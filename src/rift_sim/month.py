"""The ground: what the agents decide, carried out on the map of one replicate."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from rift_sim.accounts import Accounts
from rift_sim.initial.levels import MASS_LARGEST, MASS_LIMIT, MASS_SMALLEST
from rift_sim.physics.arrays import Floats
from rift_sim.physics.books import Books, Land, Living, Orders, Rates, make_realm
from rift_sim.physics.month import live_month
from rift_sim.vocabulary import SELF_DEFENCE

if TYPE_CHECKING:
    from rift_sim.initial.state import Levels, State
    from rift_sim.initial.world import World
    from rift_sim.parameters import Draw

__all__ = ["Ground"]

Switch = Callable[[str], bool]

FIRST_FIELD = 20.0
"""Hectares with which cultivation starts in a new place (judgement)."""


class Ground(Accounts):
    """The map of one replicate, its accounts, and the month upon it.

    The processes of the month and their order are in `rift_sim.physics.month`.

    Parameters
    ----------
    world, draw, state, seed, replicate
        As in `rift_sim.accounts.Accounts`.
    on
        Says whether the mechanism of a claim is switched on.

    Attributes
    ----------
    realm
        All arrays and rates of the replicate, as compiled code takes them.
    """

    def __init__(
        self, world: World, draw: Draw, state: State, seed: int, replicate: int, on: Switch
    ) -> None:
        super().__init__(world, draw, state, seed, replicate)
        others = bool(world.extensions)
        living = Living(*(getattr(state, name) for name in Living._fields))
        books = Books(*(getattr(self, name) for name in Books._fields))
        self.realm = make_realm(
            self._survey_land(on),
            living,
            books,
            rates(draw, state.levels, self.guard_row(), world.armed_share, on, others),
        )

    def live(
        self,
        *,
        ratio: float,
        venezuela: float,
        ecuador: float,
        pressure: float,
        loss_rate: float,
        eradication: float,
        gone: float,
        formation: float,
        turning: float,
    ) -> None:
        """Live through the month on the map; see `rift_sim.physics.books.Orders`."""
        orders = Orders(
            self.seed,
            self.replicate,
            self.month,
            ratio,
            venezuela,
            ecuador,
            pressure,
            loss_rate,
            eradication,
            gone,
            formation,
            turning,
        )
        live_month(self.realm, orders)

    def guard_row(self) -> int:
        """Return the row of self-defence groups that turn; -1 if the scenario has none."""
        groups = self.world.groups
        return groups.index(SELF_DEFENCE) if SELF_DEFENCE in groups else -1

    def _survey_land(self, on: Switch) -> Land:
        world, draw, state, levels = self.world, self.draw, self.state, self.state.levels
        territory = world.territory
        borders = (territory.indptr, territory.indices) if on("C16") else world.closed_borders
        flight = (levels.displaced, levels.mass_events, MASS_SMALLEST, MASS_LARGEST)
        settlement = (
            draw.return_share / 12.0,
            1.0 / draw.protracted_months,
            draw.solutions_rate / 12.0,
            draw.natural_increase / 12.0,
            draw.return_violence,
        )
        return Land(
            indptr=borders[0],
            indices=borders[1],
            department=territory.department_index,
            venezuela=world.zone_rows["venezuela"],
            ecuador=world.zone_rows["ecuador"],
            destinations=world.destination_index,
            destination_weights=state.destination_weights,
            access=self.access,
            remoteness=territory.remoteness,
            rural_share=territory.rural_share,
            rural_people=world.rural_people,
            abroad_share=self.abroad_share,
            capacity=self.capacity,
            resources=world.resources,
            mix=world.mix,
            numbers=world.numbers,
            armed_share=world.armed_share,
            mean_rent=levels.mean_rent,
            mean_utility=levels.mean_utility,
            violence_levels=levels.violence,
            state_reference=state.state_reference,
            frailty=state.frailty,
            detection=state.detection,
            attention=state.attention,
            coca_capacity=state.coca_capacity,
            coca_ceiling=state.coca_ceiling,
            flight_rates=np.array([*flight, draw.mass_tail, MASS_LIMIT]),
            settlement_rates=np.array(settlement),
            trade=world.trade,
            reach_start=levels.reach,
        )


def rates(
    draw: Draw, levels: Levels, guard_row: int, armed_share: Floats, on: Switch, others: bool
) -> Rates:
    """Turn the parameters of a replicate into the rates of a month.

    Parameters
    ----------
    draw
        Parameters of the replicate.
    levels
        Factors of the start.
    guard_row, armed_share
        Row of the self-defence groups that turn, or -1, and armed part of the members of
        each group.
    on
        Says whether the mechanism of a claim is switched on. Without C07 rents do not
        matter, without C14 operations repel nobody, without C10 the state deters no
        fighting; C05, C06, C08, C09 and C11 are flags.
    others
        Whether extensions may act on the map.
    """
    month = np.sqrt(1.0 / 12.0)
    return Rates(
        presence_response=draw.presence_response,
        presence_months=draw.presence_months,
        operations_focus=draw.operations_focus,
        coca_scale=draw.coca_scale,
        utility_rent=draw.utility_rent if on("C07") else 0.0,
        utility_state=draw.utility_state,
        utility_operations=draw.utility_operations if on("C14") else 0.0,
        utility_rivals=draw.utility_rivals,
        recruitment_rent=draw.recruitment_rent if on("C07") else 0.0,
        movement_share=draw.movement_share,
        entry_rate=draw.entry_rate,
        entry_reach=draw.entry_reach,
        entry_party=draw.entry_party,
        exit_rate=draw.exit_rate,
        exit_size=draw.exit_size,
        war_onset=draw.war_onset,
        war_end=draw.war_end,
        pact_onset=draw.pact_onset,
        pact_end=draw.pact_end,
        war_intensity=draw.war_intensity,
        calm_intensity=draw.war_intensity * draw.coexistence_intensity,
        pair_persistence=draw.pair_shock_persistence,
        pair_spread=draw.pair_shock_sd,
        deterrence=draw.deterrence if on("C10") else 0.0,
        battle_loss=draw.battle_loss / 12.0,
        spill=draw.spill,
        support_weight=draw.support_weight,
        violence_months=draw.violence_months,
        deaths_spread=draw.deaths_spread,
        region_persistence=draw.region_shock_persistence,
        region_spread=draw.region_shock_sd,
        country_persistence=draw.national_shock_persistence,
        violence_fresh=draw.violence_shock_sd * month,
        displacement_fresh=draw.national_shock_sd * month,
        violence_now=draw.displacement_violence_now,
        violence_memory=draw.displacement_violence_memory,
        people_exponent=draw.displacement_people,
        noise_persistence=draw.noise_persistence,
        noise_spread=draw.noise_sd,
        confined=levels.confined,
        confined_limit=MASS_LIMIT,
        coca_trend=draw.coca_growth / 12.0,
        coca_national=draw.coca_national_sd * month,
        coca_department=draw.coca_department_sd * month,
        coca_size=draw.coca_size_exponent,
        coca_local=draw.coca_local_sd * month,
        coca_entry=draw.coca_entry,
        coca_first=FIRST_FIELD,
        control_margin=draw.control_margin,
        control_demand=draw.control_demand,
        extortion_scale=draw.extortion_scale,
        extortion_level=levels.extortion,
        guard_row=guard_row,
        guard_share=float(armed_share[guard_row]) if guard_row >= 0 else 0.0,
        extortion_follows_groups=on("C08"),
        groups_follow_the_state=on("C05"),
        wars_burn=on("C09"),
        people_flee=on("C11"),
        control_follows_the_state=on("C06"),
        others_act=others,
    )
