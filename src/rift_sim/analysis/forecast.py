"""Forecasts from an origin: the model started from what was known, with or without later events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from rift_sim.errors import InputError

if TYPE_CHECKING:
    from rift_sim.observed import Record
    from rift_sim.scenario import Scenario

__all__ = ["BASE", "MODES", "Mode", "forecast_scenario", "level_assumptions"]

Mode = Literal["conditional", "forecast"]
MODES: tuple[Mode, ...] = ("conditional", "forecast")
"""Given the dated events of history also after the origin, or none of them."""

BASE = "hindcast-2010-2025"
"""The scenario that carries the events of history."""

_FEWEST_DEATHS = {"groups": 40.0, "state": 10.0, "civilians": 5.0}
"""UCDP counts a pair from 25 deaths a year on, so that 0 means few, in several pairs of groups
(judgement)."""
_CONFINED = 0.2
"""Confined for one newly displaced person, as in 2022, where no count is known (judgement)."""
_DEATHS = {"state": "UCDP_STATE", "groups": "UCDP_NON_STATE", "civilians": "UCDP_ONE_SIDED"}
_SURVEYED = 0.05


def forecast_scenario(
    record: Record,
    origin: int,
    end: int,
    mode: Mode,
    *,
    parameters: str = "prior",
    initial: Mapping[str, Any] | None = None,
    observe: Iterable[str] = (),
    mechanisms: Mapping[str, str] | None = None,
) -> Scenario:
    """Build the scenario that starts in January of `origin` from what was known before.

    Parameters
    ----------
    record
        The record of history; nothing later than the year before `origin` is read.
    origin, end
        First and last year of the forecast.
    mode
        ``conditional``: the dated events of history go on after the origin. ``forecast``:
        nothing happens after it.
    parameters
        ``prior``, the name of a shipped table of posterior draws, or the file of one.
    initial
        Files for the state of the start, as in a scenario.
    observe
        National series to record; all if not given.
    mechanisms
        Switches on top of those of history, as in a scenario.

    Raises
    ------
    InputError
        When a series does not begin before the origin, or a year is out of range.
    """
    from rift_sim.scenario import overlay

    fragment: dict[str, Any] = {
        "title": f"{'With' if mode == 'conditional' else 'Without'} the events after {origin - 1}",
        "start": f"{origin}-01",
        "end": f"{end}-12",
        "parameters": parameters,
        "assumptions": level_assumptions(record, origin),
    }
    if initial:
        fragment["initial"] = dict(initial)
    if mechanisms:
        fragment["mechanisms"] = dict(mechanisms)
    if chosen := list(observe):
        fragment["observe"] = chosen
    fragments = [fragment]
    if mode == "forecast":
        fragments.append({"timeline": [{"drop": "all"}]})
    return overlay(BASE, fragments, name=f"{mode}-{origin}")


def level_assumptions(record: Record, origin: int) -> dict[str, dict[str, Any] | float]:
    """Return what the record says about the levels of the year before an origin.

    The rule by which the shipped hindcasts state theirs: the newest figure before the origin,
    with a spread of about half the standard deviation of its change from year to year.

    - newly displaced: IDMC and the register in the mean, where both have the year;
    - deaths by kind: UCDP, the mean of three years where the last has less than 25, and not less
      than the few that its threshold may hide;
    - confined: the count, or a fifth of the newly displaced before there is one;
    - extortion: reports to the police;
    - displaced people: the stock of IDMC;
    - coca: where the survey is of the last December, little is carried forward.

    Raises
    ------
    InputError
        When a series does not begin before the origin.
    """
    displaced, age = _displaced(record, origin)
    confined = {y: v for y, v in record.national("confined").items() if y < origin}
    levels: dict[str, dict[str, Any] | float] = {
        "displacement_level": _lognormal(displaced, 0.2 * (1 + age) ** 0.5),
        "confinement_level": _lognormal(
            confined[max(confined)] if confined else _CONFINED * displaced, 0.3 if confined else 0.7
        ),
        "extortion_level": _lognormal(_latest(record, "extortion", origin)[1], 0.12),
        "displaced_stock_start": {
            "distribution": "normal",
            "mean": _latest(record, "IDP_STOCK_IDMC", origin)[1],
            "sd": 300_000.0,
        },
    }
    for kind, fact in _DEATHS.items():
        deaths = _latest(record, fact, origin)[1]
        few = deaths < 25.0
        if few:
            deaths = sum(_latest(record, fact, origin - k)[1] for k in range(3)) / 3.0
        deaths = max(deaths, _FEWEST_DEATHS[kind])
        levels[f"deaths_{kind}"] = _lognormal(deaths, 0.7 if few else 0.4)
    if _latest(record, "coca_ha", origin)[0] == origin - 1:
        levels["coca_start_spread"] = _SURVEYED
        levels["coca_department_spread"] = _SURVEYED
    return levels


def _displaced(record: Record, origin: int) -> tuple[float, int]:
    """Return the mean of both measures in the newest year of either, and its age in years."""
    measures = [record.national(f"newly_displaced_{source}") for source in ("idmc", "ruv")]
    years = [year for series in measures for year in series if year < origin]
    if not years:
        raise InputError(f"no newly displaced are on record before {origin}", allowed="2001 and up")
    newest = max(years)
    known = [series[newest] for series in measures if newest in series]
    return sum(known) / len(known), origin - 1 - newest


def _latest(record: Record, measure: str, origin: int) -> tuple[int, float]:
    known = {year: value for year, value in record.national(measure).items() if year < origin}
    if not known:
        raise InputError(f"no figure of '{measure}' is on record before {origin}")
    newest = max(known)
    return newest, known[newest]


def _lognormal(median: float, sigma: float) -> dict[str, Any]:
    return {"distribution": "lognormal", "median": float(median), "sigma": round(sigma, 3)}
