"""A replicate that keeps its own record, so that a page can show how it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rift_sim.calendar import Month
from rift_sim.initial.world import World
from rift_sim.model import RiftModel
from rift_sim.recorder import Recorder
from rift_sim.scenario.headline import Headline, assume

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.scenario import Scenario

__all__ = ["Moment", "Watched"]


@dataclass(frozen=True, eq=False)
class Moment:
    """What a page shows of a run at one moment; it does not hold the model.

    Attributes
    ----------
    run
        The same for all moments of a run, and of no other run.
    base, scenario
        The scenario, without and with the assumptions.
    assumed
        The assumptions.
    replicate
        Number of the replicate.
    lived
        Months simulated so far.
    over
        Whether the scenario has ended.
    data
        What was recorded, as the dataset of a run with one replicate.
    """

    run: object
    base: Scenario
    scenario: Scenario
    assumed: Headline
    replicate: int
    lived: int
    over: bool
    data: xr.Dataset

    @property
    def month(self) -> Month:
        """The month that was simulated last."""
        return self.scenario.start.shift(self.lived - 1)


class Watched(RiftModel):
    """One replicate of a scenario under headline assumptions, recorded month by month.

    Mesa's page makes a new one at each reset, from the arguments it was given. It lives its first
    month at once, so that there is something to be seen.

    Parameters
    ----------
    base
        The scenario.
    choose
        Called once; returns the assumptions at that moment.
    replicate
        Number of the replicate, from 0.

    """

    def __init__(
        self, base: Scenario, choose: Callable[[], Headline] = Headline, *, replicate: int = 0
    ) -> None:
        self._base, self._assumed, self._run = base, choose(), object()
        super().__init__(world=World(assume(base, self._assumed)), replicate=replicate)
        self._recorder = Recorder(self.world)
        self.step()

    def step(self) -> None:
        """Simulate and record one month; nothing happens once the scenario is over."""
        if not self.running:
            # Mesa has counted this step already; its page may ask for several at once.
            self.steps -= 1
            return
        super().step()
        self._recorder.record(self)

    def moment(self) -> Moment:
        """Return the run as it stands."""
        return Moment(
            self._run,
            self._base,
            self.scenario,
            self._assumed,
            self.replicate,
            self._recorder.step,
            not self.running,
            self._data(),
        )

    def _data(self) -> xr.Dataset:
        import xarray as xr

        lived, arrays = self._recorder.step, self._recorder.arrays
        data: dict[str, Any] = {
            name: (("replicate", *variable.dims), arrays[name][None, :lived].copy(), variable.attrs)
            for name, variable in self.world.variables.items()
        }
        used = {dim for dims, _, _ in data.values() for dim in dims}
        coords = {name: values for name, values in self.world.coords.items() if name in used}
        coords["time"] = coords["time"][:lived]
        return xr.Dataset(data, {"replicate": np.array([self.replicate]), **coords})
