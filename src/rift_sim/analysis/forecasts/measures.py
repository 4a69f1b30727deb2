"""What each public source would have reported, had the world been that of a run.

The model counts one world; sources count it each in their own way. Every function here is
pure: it takes monthly series of a run's dataset and the numbers of one source, and returns
what the source would have printed, by year. Parameters are those of the section
``observation`` of the ledger, one draw for each replicate; `noise` holds standard normal
numbers (`rift_sim.analysis.forecasts.observing`), or 0 for what the source reports without its
error.

Years that a run holds only in part are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import xarray as xr

    Number = float | xr.DataArray

__all__ = [
    "annual",
    "coca",
    "conflict_deaths",
    "december",
    "displaced_idmc",
    "displaced_register",
    "homicide_base",
    "homicides",
    "members",
    "presence",
]

Floats = NDArray[np.float64]


def annual(flow: xr.DataArray) -> xr.DataArray:
    """Sum a monthly flow by calendar year: F_y = sum of f_m over the 12 months of y.

    Parameters
    ----------
    flow
        With a dimension ``time`` of consecutive months.

    Returns
    -------
    xarray.DataArray
        With a dimension ``year`` in place of ``time``.
    """
    months = flow["time"].dt.month.to_numpy()
    january = np.flatnonzero(months == 1)
    first = int(january[0]) if january.size else months.size
    whole = (months.size - first) // 12
    kept = flow.isel(time=slice(first, first + 12 * whole)).astype(np.float64)
    years = kept["time"].dt.year.to_numpy()[::12]
    if not whole:
        return kept.rename(time="year").assign_coords(year=years)
    return kept.coarsen(time=12).sum().rename(time="year").assign_coords(year=years)


def december(stock: xr.DataArray) -> xr.DataArray:
    """Read a monthly stock at the end of each year: S_y = s of December of y."""
    kept = stock.isel(time=np.flatnonzero(stock["time"].dt.month.to_numpy() == 12))
    years = kept["time"].dt.year.to_numpy()
    return kept.astype(np.float64).rename(time="year").assign_coords(year=years)


def _with_error(value: xr.DataArray, error: Number, noise: Number) -> xr.DataArray:
    """Multiply by a log-normal error with median 1: x exp(s z)."""
    reported: xr.DataArray = value * np.exp(error * noise)
    return reported


def displaced_register(
    newly: xr.DataArray, ratio: Number, error: Number, noise: Number = 0.0
) -> xr.DataArray:
    """Report new displacement as the victims' register does, by year of event.

    R_y = r_v D_y exp(s_v z_y), with D_y the people newly displaced in the year.

    Unit: people a year. Source: Unidad para las Víctimas (IDP_NEW_RUV).

    Parameters
    ----------
    newly
        Monthly ``newly_displaced``, which counts as IDMC does.
    ratio, error
        ``ruv_ratio`` and ``ruv_error``.
    noise
        z, standard normal.
    """
    return _with_error(ratio * annual(newly), error, noise)


def displaced_idmc(newly: xr.DataArray, error: Number, noise: Number = 0.0) -> xr.DataArray:
    """Report new displacement as IDMC does, whose measure the model's own is.

    I_y = D_y exp(s_i z_y).

    Unit: people a year. Source: IDMC (IDP_NEW_IDMC). Parameters as in
    `displaced_register`; `error` is ``idmc_error``.
    """
    return _with_error(annual(newly), error, noise)


def coca(area: xr.DataArray, error: Number, noise: Number = 0.0) -> xr.DataArray:
    """Report coca under cultivation on 31 December.

    C_y = A_y exp(s z_y), with A_y the area at the end of December.

    Unit: ha. Source: UNODC and SIMCI (COCA_HA, D_COCA).

    Parameters
    ----------
    area
        Monthly ``coca_ha``, national or by department.
    error
        ``coca_error``, by department ``coca_department_error``.
    noise
        z, standard normal.
    """
    return _with_error(december(area), error, noise)


def conflict_deaths(deaths: xr.DataArray, error: Number, noise: Number = 0.0) -> xr.DataArray:
    """Report deaths in armed conflict as UCDP does, from media.

    U_y = K_y exp(s_u z_y), with K_y the deaths of the year. The levels of the model are set
    by the same source, so there is no ratio.

    Unit: deaths a year. Source: UCDP (UCDP_ALL). `error` is ``ucdp_error``.
    """
    return _with_error(annual(deaths), error, noise)


def members(people: xr.DataArray, error: Number, noise: Number = 0.0) -> xr.DataArray:
    """Report members of armed groups as intelligence counts them in December.

    M_y = N_y exp(s_m z_y), with N_y all members, the armed ones, or the others.

    Unit: people. Source: military and police intelligence (MEMBERS_TOTAL, GROUP_MEMBERS,
    GROUP_ARMED). `error` is ``members_error``.
    """
    return _with_error(december(people), error, noise)


def presence(share: xr.DataArray, municipalities: int, coverage: Number = 1.0) -> xr.DataArray:
    """Report municipalities with presence as one wave of an observer finds them.

    P_y = c_w n p_y, with p_y the share of municipalities that the model's observer names in
    December, n their number and c_w the coverage of the wave relative to that observer.

    Unit: municipalities. Sources: Pares (PRESENCE_PARES), the Ombudsman's alerts
    (PRESENCE_DEFENSORIA, ALERT_MUNICIPALITIES).

    Parameters
    ----------
    share
        Monthly ``presence_survey`` or ``presence_alert``, of any group or of one.
    municipalities
        n.
    coverage
        c_w: a number, or one for each year and replicate.
    """
    reported: xr.DataArray = coverage * municipalities * december(share)
    return reported


def homicide_base(homicides: xr.DataArray, deaths: float, share: Number) -> xr.DataArray:
    """Take the conflict out of the homicides of the last year before a run.

    base_d = H_d max(0, 1 - k U / H): every department gives up the same share of its
    homicides, because conflict deaths are known for the nation only.

    Parameters
    ----------
    homicides
        H_d, victims in the year before the run, dimension ``department``.
    deaths
        U, conflict deaths of that year (UCDP_ALL).
    share
        k, ``homicide_conflict_share``.
    """
    left = 1.0 - share * deaths / float(homicides.sum())
    base: xr.DataArray = homicides * np.maximum(left, 0.0)
    return base


def homicides(
    deaths: xr.DataArray,
    base: xr.DataArray,
    share: Number,
    persistence: Number,
    spread: Number = 0.0,
    noise: Number = 0.0,
) -> xr.DataArray:
    """Report homicides as the police do: a baseline that goes on, and a part of the conflict.

    H_dy = base_d exp(x_dy) + k K_dy, x_dy = rho x_d,y-1 + s z_dy, x = 0 in the year of the
    base. What the model does not know about other homicides, it does not pretend to know:
    the baseline is carried forward, and its band opens.

    Unit: victims a year. Source: Policía Nacional, SIEDCO (HOMICIDES).

    Parameters
    ----------
    deaths
        Monthly ``conflict_deaths_department``.
    base
        Victims in the year before the first of the run (`homicide_base`).
    share, persistence
        ``homicide_conflict_share`` and ``homicide_persistence``.
    spread, noise
        Standard deviation and numbers of the yearly innovation, by year and department;
        `noise` may hold the sum of a local and a national part, with `spread` 1.
    """
    import xarray as xr

    conflict = share * annual(deaths)
    years = conflict["year"]
    step = spread * noise * xr.ones_like(years, dtype=np.float64)
    x = xr.zeros_like(step.isel(year=0, drop=True)) if years.size else step
    path = []
    for year in years.to_numpy():
        x = persistence * x + step.sel(year=year, drop=True)
        path.append(x)
    carried = np.exp(xr.concat(path, years)) if path else step
    reported: xr.DataArray = base * carried + conflict
    return reported
