"""The errors of sources and the parameters of observation, one draw for each replicate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from rift_sim.calendar import Month
from rift_sim.physics.arrays import Floats
from rift_sim.physics.streams import Process, fill_at, group_number, group_place, stream

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.parameters import Beliefs

__all__ = ["observation_noise", "observation_parameters"]


def observation_noise(
    seed: int,
    replicates: Iterable[int],
    years: Sequence[int],
    source: str,
    departments: Sequence[str] | None = None,
    *,
    process: Process = Process.OBSERVATION,
) -> xr.DataArray:
    """Draw the errors of a source: a function of seed, replicate, year, source, department.

    Parameters
    ----------
    seed
        Seed of the scenario.
    replicates
        Their numbers in the run.
    years
        Which years.
    source
        Any name; two names have errors of their own.
    departments
        Two-digit codes; None for the nation.
    process
        Who draws.

    Returns
    -------
    xarray.DataArray
        Standard normal numbers, dimensions replicate, year and, if given, department.
    """
    import xarray as xr
    from scipy.special import ndtri

    chosen, codes = list(replicates), list(departments or ("00",))
    number = group_number(source)
    places = np.array([group_place(number, int(code)) for code in codes], dtype=np.uint64)
    luck: Floats = np.empty((len(chosen), len(years), len(codes)))
    for k, replicate in enumerate(chosen):
        for t, year in enumerate(years):
            fill_at(luck[k, t], stream(seed, replicate, Month(year, 12).index, process), places)
    coords = {"replicate": chosen, "year": list(years), "department": codes}
    drawn = xr.DataArray(ndtri(luck), coords, ("replicate", "year", "department"))
    return drawn if departments is not None else drawn.isel(department=0, drop=True)


def observation_parameters(
    beliefs: Beliefs, names: Iterable[str], seed: int, replicates: Iterable[int]
) -> xr.Dataset:
    """Draw parameters of observation, the same draw for a replicate as its run has.

    Parameters
    ----------
    beliefs
        Of the scenario of the run.
    names
        Ids of the parameters wanted.
    seed, replicates
        Coordinates of the draws.

    Returns
    -------
    xarray.Dataset
        One variable for each name, dimension replicate.
    """
    import xarray as xr

    wanted, chosen = list(names), list(replicates)
    draws = [beliefs.draw(seed, replicate) for replicate in chosen]
    columns = {name: ("replicate", [draw[name] for draw in draws]) for name in wanted}
    return xr.Dataset(columns, {"replicate": chosen})
