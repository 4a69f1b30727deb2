"""The ground: the kernels of the month, over the arrays of one replicate.

Agents decide; `Ground` carries out what they decide on the map, process by process, and
keeps the accounts of the month.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rift_sim.accounts import Accounts
from rift_sim.initial.draws import normals
from rift_sim.initial.levels import MASS_LARGEST, MASS_LIMIT, MASS_SMALLEST, shock_spread
from rift_sim.physics.coca import coca_step
from rift_sim.physics.contest import deaths, fight, violence
from rift_sim.physics.displacement import confine, displace, hazard, resettle
from rift_sim.physics.footholds import enter, withdraw
from rift_sim.physics.groups import move, recruit, rent, utility
from rift_sim.physics.observation import influence, observe
from rift_sim.physics.operations import allocate_operations, state_presence_step, strike
from rift_sim.physics.pairs import pair_intensity, pair_shock_step, pair_state_step
from rift_sim.physics.streams import Process

__all__ = ["Ground"]

Switch = Callable[[str], bool]

FIRST_FIELD = 20.0
"""Hectares with which cultivation starts in a new place (judgement)."""


class Ground(Accounts):
    """The processes of the month on the map of one replicate, in the order of the model."""

    def deploy(self, ratio: float, venezuela: float, ecuador: float) -> None:
        """Move state presence and operations; zones follow their neighbour's permissiveness."""
        draw, state = self.draw, self.state
        state_presence_step(
            state.state_presence,
            state.state_reference,
            ratio,
            draw.presence_response,
            draw.presence_months,
        )
        for rows, permissive in zip(self.zone_rows, (venezuela, ecuador), strict=True):
            state.state_presence[rows] = 1.0 - permissive
        allocate_operations(
            state.operations,
            state.armed,
            self.exposure,
            state.memory,
            self.access,
            draw.operations_focus,
        )

    def weigh(self, pressure: float, on: Switch) -> None:
        """Compute rents and utilities (C07, C14)."""
        draw, state = self.draw, self.state
        self._pair_intensity()
        rent(self.rents, self.world.mix, self.world.resources, state.coca, draw.coca_scale)
        self._utilities(self.utilities, state.state_presence, pressure, on)

    def _utilities(
        self, out: NDArray[np.float64], presence: NDArray[np.float64], pressure: float, on: Switch
    ) -> None:
        draw, state = self.draw, self.state
        weights = np.array(
            [
                draw.utility_rent if on("C07") else 0.0,
                draw.utility_state,
                draw.utility_operations * pressure if on("C14") else 0.0,
                draw.utility_rivals,
            ]
        )
        utility(
            out,
            self.rents,
            state.armed,
            self.hostile,
            presence,
            state.operations,
            self.access,
            self.exposure,
            weights,
        )

    def _pair_intensity(self) -> None:
        draw = self.draw
        pair_intensity(
            self.intensity,
            self.hostile,
            self.state.pair_state,
            self.state.pair_shock,
            draw.war_intensity,
            draw.war_intensity * draw.coexistence_intensity,
            draw.pair_shock_sd,
        )

    def recruit(self, on: Switch) -> None:
        """Recruit; without C07 rents do not matter."""
        state, levels = self.state, self.state.levels
        shares = self.world.members[:, 1] / np.maximum(self.world.members[:, 0], 1e-9)
        recruit(
            state.armed,
            state.support,
            self.rents,
            levels.mean_rent,
            self.capacity,
            self.recruitment,
            np.where(shares > 0.0, shares, 0.5),
            self.draw.recruitment_rent if on("C07") else 0.0,
            self.recruits,
        )

    def move(self, on: Switch) -> None:
        """Let members move, enter new places and give up old ones (C05)."""
        draw, state, levels = self.draw, self.state, self.state.levels
        move(
            state.armed,
            state.support,
            self.utilities,
            state.present,
            self.indptr,
            self.indices,
            draw.movement_share,
            self.scratch,
        )
        appeal = self.utilities
        if not on("C05"):
            appeal = np.empty_like(self.utilities)
            pressure = 1.0
            self._utilities(appeal, state.state_reference, pressure, on)
        self.founded = enter(
            state.armed,
            state.support,
            state.present,
            appeal,
            levels.mean_utility,
            self.indptr,
            self.indices,
            self.world.numbers,
            self.key(Process.ENTRY),
            draw.entry_rate,
            draw.entry_reach,
            draw.entry_party,
            self.scratch,
        )
        self.given_up = withdraw(
            state.armed,
            state.support,
            state.present,
            appeal,
            levels.mean_utility,
            self.indptr,
            self.indices,
            self.world.numbers,
            self.key(Process.EXIT),
            draw.exit_rate,
            draw.exit_size,
            self.gone,
        )
        self.dispersed += self.gone

    def strike(self, rate: float) -> None:
        """Let the state take members out."""
        state = self.state
        strike(
            state.armed,
            state.support,
            state.operations,
            self.exposure,
            rate,
            self.lost_state,
            self.clashes,
        )

    def contest(self, on: Switch) -> None:
        """Let groups fight where they meet (C09, C10), and count the dead."""
        draw, state = self.draw, self.state
        pair_state_step(
            state.pair_state,
            self.overlap,
            self.world.numbers,
            draw.war_onset,
            draw.war_end,
            draw.pact_onset,
            draw.pact_end,
            self.key(Process.PAIR),
        )
        pair_shock_step(
            state.pair_shock,
            self.world.numbers,
            draw.pair_shock_persistence,
            draw.pair_shock_sd,
            self.key(Process.PAIR_SHOCK),
        )
        self._pair_intensity()
        fight(
            state.armed,
            self.intensity if on("C09") else np.zeros_like(self.intensity),
            self.hostile,
            state.state_presence,
            draw.deterrence if on("C10") else 0.0,
            draw.battle_loss / 12.0,
            self.fighting,
            self.contested,
            self.overlap,
            self.lost_rivals,
        )
        influence(
            self.strength,
            self.reach,
            state.armed,
            state.support,
            self.indptr,
            self.indices,
            draw.spill,
            draw.support_weight,
        )
        violence(
            state.violence,
            state.memory,
            self.fighting,
            self.clashes,
            self.reach,
            state.levels.violence,
            draw.violence_months,
        )
        deaths(self.dead, state.violence, draw.deaths_spread, self.key(Process.DEATHS))

    def people(self, on: Switch) -> None:
        """Displace, confine, return and settle people (C11)."""
        draw, state, levels = self.draw, self.state, self.state.levels
        self._shared_shock()
        hazard(
            self.expected,
            state.violence,
            state.memory,
            state.resident,
            self.world.territory.rural_share,
            state.frailty,
            draw.displacement_violence_now,
            draw.displacement_violence_memory,
            draw.displacement_people,
        )
        if not on("C11"):
            self.expected[:] = 0.0
        displace(
            self.newly,
            self.expected,
            state.noise,
            self.shock,
            state.resident,
            np.array(
                [
                    levels.displaced,
                    levels.mass_events,
                    MASS_SMALLEST,
                    MASS_LARGEST,
                    draw.mass_tail,
                    MASS_LIMIT,
                ]
            ),
            draw.noise_persistence,
            draw.noise_sd,
            self.key(Process.DISPLACEMENT_NOISE),
            self.key(Process.DISPLACEMENT),
            self.key(Process.MASS_EVENT),
            self.key(Process.MASS_SIZE),
        )
        confine(
            self.confined,
            self.expected,
            self.shock,
            state.noise,
            draw.noise_sd,
            self.world.territory.remoteness,
            state.resident,
            levels.confined,
            MASS_LIMIT,
            self.key(Process.CONFINEMENT),
        )
        resettle(
            self.newly,
            state.violence,
            state.resident,
            state.away,
            state.protracted,
            self.world.destination_index,
            state.destination_weights,
            self.abroad_share,
            np.array(
                [
                    draw.return_share / 12.0,
                    1.0 / draw.protracted_months,
                    draw.solutions_rate / 12.0,
                    draw.natural_increase / 12.0,
                    draw.return_violence,
                ]
            ),
            self.flows,
        )
        state.abroad += self.flows[1]

    def _shared_shock(self) -> None:
        """Advance the log-shocks of departments and of the country (the last entry)."""
        draw, state = self.draw, self.state
        spread = shock_spread(draw, state.region_shock.size)
        rho = np.full(spread.size, draw.region_shock_persistence)
        rho[-1] = draw.national_shock_persistence
        fresh = normals(self.key(Process.DEPARTMENT_SHOCK), spread.size)
        state.region_shock = rho * state.region_shock + np.sqrt(1.0 - rho**2) * spread * fresh
        department = self.world.territory.department_index
        log_shock = state.region_shock - 0.5 * spread**2
        regional = np.where(department >= 0, log_shock[department], 0.0)
        self.shock = np.exp(regional + log_shock[-1])

    def grow_coca(self, removal: float) -> None:
        """Let coca grow, spread and be eradicated; `removal` in hectares a month (C13)."""
        draw, state = self.draw, self.state
        department = self.world.territory.department_index
        national = normals(self.key(Process.COCA_NATIONAL), 1)[0]
        regional = normals(self.key(Process.COCA_DEPARTMENT), len(self.world.territory.departments))
        month = np.sqrt(1.0 / 12.0)
        shared, own = draw.coca_national_sd * month, draw.coca_department_sd * month
        shock = shared * national + own * np.where(department >= 0, regional[department], 0.0)
        shock -= 0.5 * (shared**2 + own**2)
        coca_step(
            state.coca,
            state.coca_capacity,
            self.reach,
            self.access,
            draw.coca_growth / 12.0,
            shock,
            self.indptr,
            self.indices,
            draw.coca_local_sd * month,
            removal,
            draw.coca_entry,
            FIRST_FIELD,
            self.key(Process.COCA_LOCAL),
            self.key(Process.COCA_ENTRY),
            self.coca_flows,
        )

    def observe(self, on: Switch) -> None:
        """Let the observers report; without C06 control looks at the state of the start."""
        draw, state = self.draw, self.state
        observe(
            self.strength,
            state.present,
            state.armed,
            state.support,
            state.state_presence if on("C06") else state.state_reference,
            self.rural_people,
            state.detection,
            state.attention,
            draw.control_margin,
            draw.control_demand,
            self.survey,
            self.alert,
            self.control,
        )
