"""The model: a Mesa model that is one replicate, and its month, in order."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import mesa

from rift_sim.agents.added import armed_groups, check_outside, mechanisms_by_phase, partners_of
from rift_sim.agents.armed_group import MOST_GROWTH, ArmedGroup
from rift_sim.agents.base import release
from rift_sim.agents.government import Government
from rift_sim.agents.partners import China, Neighbour, UnitedStates
from rift_sim.agents.politics import apply_event
from rift_sim.agents.relationship import Relationship
from rift_sim.agents.self_defence import SelfDefence
from rift_sim.agents.stakeholders import Stakeholders
from rift_sim.calendar import Month
from rift_sim.errors import InputError
from rift_sim.initial.start import initial_state
from rift_sim.initial.world import World
from rift_sim.month import Ground
from rift_sim.parameters import Draw, check_key
from rift_sim.physics.outside import Outside
from rift_sim.physics.streams import added_process, uniform_at
from rift_sim.scenario.load import single_scenario

if TYPE_CHECKING:
    from rift_sim.scenario import Scenario

__all__ = ["RiftModel", "World"]


class RiftModel(mesa.Model):
    """One replicate of a scenario.

    Build it and step it by hand, or leave that to `rift_sim.run`:

    >>> model = RiftModel("reference", replicate=0)  # doctest: +SKIP
    >>> model.step()  # doctest: +SKIP
    >>> model.government.capability  # doctest: +SKIP

    Parameters
    ----------
    scenario
        A scenario, the path of one, or the name of a shipped one.
    replicate
        Number of the replicate, from 0.
    initial, chance
        Take the starting map, and everything that happens by chance after it, from the
        replicates with these numbers; parameters stay those of `replicate`. By default all
        three are the same.
    seed_number
        Seed; that of the scenario if not given.
    world
        What replicates share; built from the scenario if not given.
    given
        Values by parameter id that take the place of what would be drawn.

    Attributes
    ----------
    draw
        Parameters of this replicate.
    government, united_states, china, neighbours, groups, stakeholders
        The agents.
    partners
        The partners that extensions add, by name.
    relationship
        The six pillars and the crises.
    state
        The arrays of the map.
    month_index
        Absolute index of the month that was simulated last; before the first step, of the
        month before the start.

    Raises
    ------
    InputError
        When the scenario or a file it names is not valid.
    """

    def __init__(
        self,
        scenario: Scenario | str | Path = "reference",
        *,
        replicate: int = 0,
        initial: int | None = None,
        chance: int | None = None,
        seed_number: int | None = None,
        world: World | None = None,
        given: Mapping[str, float] | None = None,
    ) -> None:
        # Mesa's own generators are never used: every draw is keyed (physics.streams).
        super().__init__(rng=0)
        self.running: bool = True
        initial = replicate if initial is None else initial
        chance = replicate if chance is None else chance
        for number in (replicate, initial, chance):
            check_key(number, "the number of a replicate", "replicate")
        self.world = world if world is not None else World(single_scenario(scenario))
        self.scenario = self.world.scenario
        # Agents and the map draw by this number.
        self.replicate = chance
        self.seed_number = self.scenario.seed if seed_number is None else seed_number
        check_key(self.seed_number, "a seed", "seed_number")
        drawn = self.world.beliefs.draw(self.seed_number, replicate)
        self.draw = Draw({**drawn, **given}) if given else drawn
        self.off = frozenset(c for c, on in self.scenario.mechanisms.items() if not on)
        self.started = False
        self.elections = 0
        self._end = self.scenario.end.index
        self.month_index = self._first_month().index - 1
        self.united_states = UnitedStates(self)
        self.china = China(self)
        self.stakeholders = Stakeholders(self)
        self.government = Government(self)
        self.relationship = Relationship(self)
        self.neighbours = {
            "venezuela": Neighbour(self, "venezuela", self.draw.sanctuary_chavista),
            "ecuador": Neighbour(self, "ecuador", self.draw.sanctuary_ecuador),
        }
        self.partners = partners_of(self)
        self.groups = armed_groups(self)
        self.self_defence = next((g for g in self.groups if isinstance(g, SelfDefence)), None)
        self._rows = {group.name: group for group in self.groups}
        self.state = initial_state(self.world, self.draw, self.seed_number, initial)
        if not self.on("C16"):
            # Members across the border stay there, and no list of footholds has them.
            self.state.present[:, ~self.world.inside] = 0
        self.ground = self._make_ground()
        self._acts = mechanisms_by_phase(self)
        self._live_history()
        release(self)

    @property
    def month(self) -> Month:
        """The month that was simulated last; see `month_index`."""
        return Month.from_index(self.month_index)

    def on(self, claim: str) -> bool:
        """Say whether the mechanism of a claim (C01 to C28) or an extension is switched on."""
        return claim not in self.off

    @property
    def outside(self) -> Outside:
        """What extensions put on the map; its arrays may be written."""
        return self.ground.outside

    def uniform(self, extension: str, process: str, place: int = 0) -> float:
        """Draw one uniform number on (0, 1) for an extension.

        It depends on seed, replicate, month, the two names and the place, and on nothing that
        was drawn before.

        Parameters
        ----------
        extension, process
            Name of the extension, and a name of its own for who draws.
        place
            Row of a place, `number` of a group, or whatever tells draws of a month apart.
        """
        number = added_process(extension, process)
        return uniform_at(self.seed_number, self.replicate, self.month_index, number, place)

    def group(self, name: str) -> ArmedGroup:
        """Return the armed group with this id."""
        return self._rows[name]

    def lose(self, row: int, members: float) -> None:
        """Book members of a group who left other than by operations and fighting."""
        self.ground.dispersed[row] += members

    def coca_hectares(self) -> float:
        """Return the coca under cultivation in hectares."""
        return float(self.state.coca.sum())

    def growth_at_table(self, group: ArmedGroup) -> float:
        """Return how much larger a group is than at the start, within [0.5, 2]."""
        # Not `state.members`, which adds up all groups.
        row = group.order
        now = float((self.state.armed[row] + self.state.support[row]).sum())
        before = float(self.ground.members_start[row])
        return min(MOST_GROWTH, max(0.5, now / before)) if before > 0.0 else 1.0

    def step(self) -> None:
        """Simulate one month, in the order of the design.

        Raises
        ------
        InputError
            When the scenario is over.
        """
        if not self.running:
            raise InputError(
                f"the scenario ends in {self.scenario.end}",
                key="step",
                allowed="steps while model.running is true",
            )
        self.month_index += 1
        self.ground.begin(self.month_index)
        self._politics()
        self._act("events")
        self._relations()
        self._act("partners")
        self.government.step()
        self._groups()
        self._act("decisions")
        if self.world.extensions:
            check_outside(self)
        self._live_on_the_map()
        self._act("month")
        self.running = self.month_index < self._end

    def _make_ground(self) -> Ground:
        return Ground(self.world, self.draw, self.state, self.seed_number, self.replicate, self.on)

    def _politics(self) -> None:
        """Apply the dated events of the month."""
        for event in self.scenario.events_in(self.month_index):
            apply_event(self, event)

    def _act(self, phase: str) -> None:
        """Let the mechanisms of extensions act that belong here."""
        for act in self._acts[phase]:
            act(self)

    def _relations(self) -> None:
        """Partners act first, then the relationship answers, then China fills the gap."""
        self.united_states.step()
        for neighbour in self.neighbours.values():
            neighbour.step()
        for partner in self.partners.values():
            partner.step()
        self.relationship.step()
        self.china.step()

    def _groups(self) -> None:
        """Let groups decide; the effort they face this month was ordered before."""
        ground, groups = self.ground, self.groups
        ground.exposure[:] = [group.exposure for group in groups]
        for group in groups:
            group.step()
        ground.recruitment[:] = [group.recruitment for group in groups]

    def _live_on_the_map(self) -> None:
        """Carry out what was decided, place by place (`rift_sim.physics.month`)."""
        government = self.government
        self.ground.live(
            ratio=government.ratio,
            venezuela=self.neighbours["venezuela"].permissiveness,
            ecuador=self.neighbours["ecuador"].permissiveness,
            pressure=government.pressure,
            loss_rate=government.loss_rate,
            eradication=government.clearing[0],
            gone=government.clearing[1],
            formation=self.self_defence.formation if self.self_defence else 0.0,
            turning=self.self_defence.turning if self.self_defence else 0.0,
        )

    def _live_history(self) -> None:
        """Live through the months before the start: politics, partners and forces only.

        At least one such month is lived, so that every input of capability has a value.
        """
        for index in range(self.month_index + 1, self.scenario.start.index):
            self.month_index = index
            self._politics()
            self._relations()
            self.government.step()
        self.government.set_reference()
        self.ground.refresh_start()
        self.ground.expect(self.government.start_pressure)
        for neighbour in self.neighbours.values():
            neighbour.set_reference()
        for partner in self.partners.values():
            partner.set_reference()
        self.relationship.certification.coca = self.coca_hectares()
        self.started = True

    def _first_month(self) -> Month:
        dates = [event.date for event in self.scenario.history]
        return min([*dates, self.scenario.start.shift(-1)])
