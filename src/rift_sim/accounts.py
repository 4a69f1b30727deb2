"""The accounts of the month: what agents ask of the map, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rift_sim.physics.outside import new_outside
from rift_sim.physics.reach import new_cells, new_lodgers
from rift_sim.vocabulary import COUNTRIES

if TYPE_CHECKING:
    from rift_sim.initial.state import State
    from rift_sim.initial.world import World
    from rift_sim.parameters import Draw

__all__ = ["Accounts"]


class Accounts:
    """Arrays of one month on the map of one replicate, made once and written each month.

    Parameters
    ----------
    world, draw, state
        Shared world, parameters, and the arrays that change.
    seed, replicate
        Coordinates of the draws.

    Attributes
    ----------
    exposure, recruitment
        Set by the agents: effort each group faces, and its recruits a member and year.
    recruits, lost_state, lost_rivals, dispersed
        Members gained and lost in the month, shape (group,).
    turnover
        Footholds founded and given up in the month.
    newly, confined, dead
        People in the month, shape (place,).
    flows
        Returned, crossed the border, solved, natural increase (people).
    coca_flows
        Hectares planted (net) and removed.
    survey, alert, control
        What observers report, 0 or 1, shape (group, place).
    contested
        1 where groups at war meet, shape (place,).
    hosted
        Displaced people who live in each place, shape (place,).
    turned
        Members who came from self-defence units that turned, shape (group,).
    abroad
        Members in the border zones of Venezuela and of Ecuador at the month's end.
    extorted
        Expected cases of extortion, shape (place,).
    held, prospects, lodgers
        Footholds by group and by place, and places that groups may enter this month.
    outside
        What extensions put on the map (`rift_sim.physics.outside`).
    """

    def __init__(self, world: World, draw: Draw, state: State, seed: int, replicate: int) -> None:
        self.world, self.draw, self.state = world, draw, state
        self.seed, self.replicate, self.month = seed, replicate, 0
        groups, places = world.shape
        territory = world.territory
        self.indptr, self.indices = territory.indptr, territory.indices
        self.access = 1.0 - territory.remoteness
        self.exposure, self.recruitment = np.ones(groups), np.zeros(groups)
        self.recruits, self.lost_state = np.zeros(groups), np.zeros(groups)
        self.lost_rivals, self.dispersed = np.zeros(groups), np.zeros(groups)
        self.gone, self.turned, self.abroad = np.zeros(groups), np.zeros(groups), np.zeros(2)
        self.extorted = np.zeros(places)
        self.guard_rates = np.array(
            [
                0.0,
                0.0,
                draw.self_defence_founders,
                draw.self_defence_growth / 12.0,
                draw.self_defence_limit,
                draw.self_defence_prey,
                draw.threat_scale,
            ]
        )
        self.turnover = np.zeros(2, dtype=np.int64)
        self.weights = np.zeros(4)
        self.rents, self.utilities = np.zeros((groups, places)), np.zeros((groups, places))
        self.strength = np.zeros((groups, places))
        # Kernels leave scratch and mark all zero, and space as it happens to be.
        self.scratch, self.mark = np.zeros((4, places)), np.zeros(places, dtype=np.uint8)
        self.space = np.empty((4, places))
        self.held, self.prospects = new_cells(groups, places), new_cells(groups, places)
        self.lodgers = new_lodgers(groups, places)
        self.outside = new_outside(groups, places)
        self.listed = np.zeros((groups, places), dtype=np.uint8)
        self.overlap = np.zeros((groups, groups))
        self.intensity, self.hostile = np.zeros((groups, groups)), np.zeros((groups, groups))
        self.fighting, self.clashes, self.reach = (np.zeros(places) for _ in range(3))
        self.newly, self.confined, self.dead = (np.zeros(places) for _ in range(3))
        self.expected, self.flight, self.hosted = (np.zeros(places) for _ in range(3))
        self.shock, self.coca_shock = np.ones(places), np.zeros(places)
        self.regional = np.zeros(state.region_shock.size + 1)
        self.contested = np.zeros(places, dtype=np.uint8)
        self.survey, self.alert, self.control = (
            np.zeros((groups, places), dtype=np.uint8) for _ in range(3)
        )
        self.flows, self.coca_flows = np.zeros(4), np.zeros(2)
        self.capacity = draw.recruitment_ceiling * world.rural_people + 20.0
        border = territory.border_venezuela | territory.border_ecuador
        self.abroad_share = np.where(border, draw.cross_border_share, 0.0)
        self.members_start = np.zeros(groups)
        self.refresh_start()

    def refresh_start(self) -> None:
        """Take the present members as those of the start, and give every place room."""
        members = self.state.members
        members.sum(axis=1, out=self.members_start)
        np.maximum(self.capacity, 1.5 * members.sum(axis=0), out=self.capacity)
        for k, country in enumerate(COUNTRIES):
            self.abroad[k] = members[:, self.world.zone_rows[country]].sum()

    def expect(self, pressure: float) -> None:
        """Let the deaths on record at the start be those under the pressure of the start.

        Levels were found under the pressure of 2023-2025, which is 1.
        """
        self.state.levels.violence[1] /= max(pressure, 1e-6)

    def begin(self, month: int) -> None:
        """Open the accounts of a month."""
        self.month = month
        self.dispersed[:] = 0.0

    @property
    def founded(self) -> int:
        """Footholds founded in the month."""
        return int(self.turnover[0])

    @property
    def given_up(self) -> int:
        """Footholds given up in the month."""
        return int(self.turnover[1])
