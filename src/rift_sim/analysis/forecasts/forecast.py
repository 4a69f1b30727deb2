"""Forecasts from an origin: the model started from what was known, with or without later events."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from rift_sim.errors import InputError

if TYPE_CHECKING:
    from rift_sim.observed import Record
    from rift_sim.scenario import Scenario

__all__ = ["BASE", "FIRST", "MODES", "Mode", "forecast_scenario", "level_assumptions"]

Mode = Literal["conditional", "forecast"]
MODES: tuple[Mode, ...] = ("conditional", "forecast")
"""Given the dated events of history also after the origin, or none of them."""

BASE = "hindcast-2010-2025"
"""The scenario that carries the events of history."""

FIRST = 2010
"""Year in which it begins, the first origin there can be."""

_FEWEST_DEATHS = {"groups": 40.0, "state": 10.0, "civilians": 5.0}
"""UCDP counts a pair from 25 deaths a year on, so that 0 means few, in several pairs of groups
(judgement)."""
_CONFINED = 0.2
"""Confined for one newly displaced person where no count is known (judgement). As in 2022: a
forecast of confinement from before the first count knows that much of what came after it."""
_DEATHS = {"state": "UCDP_STATE", "groups": "UCDP_NON_STATE", "civilians": "UCDP_ONE_SIDED"}
_STOCKS = ("IDP_STOCK_IDMC", "IDP_STOCK_UNHCR")
_LEAST_STOCK_ERROR = 300_000.0
"""People; in some years both sources print the same number, which is no proof of either
(judgement)."""


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
        When a series does not begin before the origin, the forecast ends before it begins, or a
        file of `parameters` or `initial` is not right.
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


def level_assumptions(record: Record, origin: int) -> dict[str, dict[str, Any]]:
    """Return what the record says about the levels of the year before an origin.

    The rule by which the shipped hindcasts state theirs: the newest figure before the origin,
    with a spread of about half the standard deviation of its change from year to year.

    - newly displaced: the geometric mean of IDMC and the register, with more spread where only one
      of them has the year;
    - deaths by kind: UCDP, the mean of three years where the last has less than 25, and not less
      than the few that its threshold may hide;
    - confined: the count of the year, or what is known of a part of it as if it had gone on, or a
      fifth of the newly displaced before there is one;
    - extortion: reports to the police;
    - displaced people: the mean of IDMC and UNHCR, give or take half of what they are apart.

    Coca needs no rule: a start in January has the survey of the month before.

    Raises
    ------
    InputError
        When a series does not begin before the origin.
    """
    displaced, sigma = _displaced(record, origin)
    stock, apart = _stock(record, origin)
    levels = {
        "displacement_level": _lognormal(displaced, sigma),
        "confinement_level": _confined(record, origin, displaced),
        "extortion_level": _lognormal(_latest(record, "extortion", origin)[1], 0.12),
        "displaced_stock_start": {"distribution": "normal", "mean": stock, "sd": apart},
    }
    for kind, fact in _DEATHS.items():
        deaths = _latest(record, fact, origin)[1]
        few = deaths < 25.0
        if few:
            deaths = sum(_latest(record, fact, origin - k)[1] for k in range(3)) / 3.0
        deaths = max(deaths, _FEWEST_DEATHS[kind])
        levels[f"deaths_{kind}"] = _lognormal(deaths, 0.7 if few else 0.4)
    return levels


def _displaced(record: Record, origin: int) -> tuple[float, float]:
    """Return the newly displaced of the newest year of either measure, and the log-spread."""
    known = _newest(record, ("newly_displaced_idmc", "newly_displaced_ruv"), origin)
    if known is None:
        raise InputError(f"no newly displaced are on record before {origin}")
    newest, values = known
    sigma = 0.2 if len(values) == 2 else 0.3
    # Errors of a forecast grow as the root of time.
    return math.prod(values) ** (1.0 / len(values)), sigma * (origin - newest) ** 0.5


def _stock(record: Record, origin: int) -> tuple[float, float]:
    """Return the displaced people of the newest year of either source, and their error."""
    known = _newest(record, _STOCKS, origin)
    if known is None:
        raise InputError(f"no displaced people are on record before {origin}")
    values = known[1]
    apart = (max(values) - min(values)) / 2.0
    return sum(values) / len(values), max(apart, _LEAST_STOCK_ERROR)


def _confined(record: Record, origin: int, displaced: float) -> dict[str, Any]:
    counts = {year: value for year, value in record.national("confined").items() if year < origin}
    if counts:
        return _lognormal(counts[max(counts)], 0.3)
    parts = record.ledger.series("CONFINED_PARTIAL")
    months = [key for key in parts if key.startswith(f"{origin - 1}-")]
    if months:
        newest = max(months)
        return _lognormal(parts[newest] * 12.0 / int(newest[5:7]), 0.2)
    return _lognormal(_CONFINED * displaced, 0.7)


def _newest(record: Record, measures: Sequence[str], origin: int) -> tuple[int, list[float]] | None:
    """Return the newest year before the origin that any series has, and what they say of it."""
    series = [record.national(measure) for measure in measures]
    years = [year for one in series for year in one if year < origin]
    if not years:
        return None
    newest = max(years)
    return newest, [one[newest] for one in series if newest in one]


def _latest(record: Record, measure: str, origin: int) -> tuple[int, float]:
    known = {year: value for year, value in record.national(measure).items() if year < origin}
    if not known:
        raise InputError(f"no figure of '{measure}' is on record before {origin}")
    newest = max(known)
    return newest, known[newest]


def _lognormal(median: float, sigma: float) -> dict[str, Any]:
    return {"distribution": "lognormal", "median": float(median), "sigma": round(sigma, 3)}
