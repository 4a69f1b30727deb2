"""Cases of validation: what is compared with what, and that nothing later is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import xarray as xr

from rift_sim.analysis.forecasts.cases import HURDLE, MODEL, NATION, Cases, collect, history, join
from rift_sim.observed import Panel, Record, Target, load_record, load_targets
from rift_sim.seeds import load_ledger

TARGETS = load_targets().targets
COCA, DEATHS = TARGETS["coca_department"], TARGETS["conflict_deaths"]
DEPARTMENTS = ("05", "08", "11", "13")
YEARS = np.arange(2005, 2023)
MEMBERS = 200


def recorded(values: np.ndarray, years: np.ndarray = YEARS, target: Target = COCA) -> Record:
    """A record of four departments."""
    panel = Panel(target.measure, years, values, "department", "made up")
    key = (target.measure, "department")
    return Record((), DEPARTMENTS, {key: panel}, {}, {}, (), load_ledger())  # type: ignore[dict-item]


def grown() -> np.ndarray:
    """Wandering hectares of four departments, shape (year, department)."""
    steps = np.random.default_rng(4).normal(0.0, 0.3, (YEARS.size, 4)).cumsum(axis=0)
    return 1000.0 * np.exp(steps)


def said(values: Sequence[np.ndarray], years: Sequence[int]) -> xr.DataArray:
    """A forecast by department of which all members say the same."""
    same = np.repeat(np.array(values)[None], MEMBERS, axis=0)
    coords = {"replicate": range(MEMBERS), "year": list(years), "department": list(DEPARTMENTS)}
    return xr.DataArray(same, coords, ("replicate", "year", "department"))


def test_history_has_a_row_for_every_year() -> None:
    record = recorded(np.array([[1.0, 2, 3, 4], [5.0, 6, 7, 8]]), np.array([2010, 2012]))
    years, values = history(COCA, record)
    assert years.tolist() == [2010, 2011, 2012]
    np.testing.assert_array_equal(values, [[1, 2, 3, 4], [np.nan] * 4, [5, 6, 7, 8]])
    years, values = history(DEATHS, load_record(None))
    assert values.shape == (years.size, 1)
    assert values[years == 2013, 0] == 140.0


def test_history_of_what_nobody_observed() -> None:
    years, values = history(TARGETS["homicides_department"], load_record(None))
    assert (years.shape, values.shape) == ((0,), (0, 0))


def test_cases_are_what_was_scored_forecast_and_observed() -> None:
    values = grown()
    values[YEARS == 2021, 2] = np.nan
    record = recorded(values)
    # The record ends in 2022, the forecast in 2024; 2019 is fitted, so it is not scored.
    cases = collect(COCA, record, 2019, said(values[-4:-2].tolist() * 3, range(2019, 2025)))
    assert [(int(y), str(u)) for y, u in zip(cases.year, cases.unit, strict=True)] == [
        *((2020, code) for code in DEPARTMENTS),
        *((2021, code) for code in DEPARTMENTS if code != "11"),
        *((2022, code) for code in DEPARTMENTS),
    ]
    assert set(cases.origin) == {2019}
    np.testing.assert_array_equal(cases.observed[:4], values[YEARS == 2020][0])
    assert {e.shape for e in cases.ensembles.values()} == {(11, MEMBERS)}
    few = collect(COCA, record, 2019, said(values[-2:], [2020, 2021]), years=[2021])
    assert set(few.year) == {2021}


def test_members_stand_beside_their_own_department_and_year() -> None:
    values = grown()
    record = recorded(values)
    shuffled = said(values[-3:], [2020, 2021, 2022]).transpose("department", "year", "replicate")
    cases = collect(COCA, record, 2020, shuffled)
    np.testing.assert_array_equal(
        cases.ensembles[MODEL], np.repeat(cases.observed[:, None], MEMBERS, axis=1)
    )


@pytest.mark.parametrize("origin", [2012, 2018, 2020])
def test_nothing_later_changes_a_naive_forecast(origin: int) -> None:
    values, years = grown(), list(range(origin, 2023))
    told = said([values[0]] * len(years), years)
    plain = collect(COCA, recorded(values), origin, told, years)
    later = values.copy()
    later[origin <= YEARS] *= 7.0
    leaked = collect(COCA, recorded(later), origin, told, years)
    assert set(plain.ensembles) == {MODEL, "persistence", "trend", "climatology", HURDLE}
    for name, members in plain.ensembles.items():
        np.testing.assert_array_equal(members, leaked.ensembles[name], name)
    np.testing.assert_allclose(leaked.observed, 7.0 * plain.observed)
    # The year before the origin does.
    known = values.copy()
    known[origin - 1 == YEARS] *= 7.0
    other = collect(COCA, recorded(known), origin, told, years)
    for name in ("persistence", "trend", "climatology", HURDLE):
        assert not np.array_equal(other.ensembles[name], plain.ensembles[name]), name


def test_persistence_lies_around_the_year_before_the_origin() -> None:
    values = grown()
    cases = collect(COCA, recorded(values), 2020, said(values[-3:-2], [2020]))
    middle = np.median(cases.ensembles["persistence"], axis=1)
    np.testing.assert_allclose(middle, values[YEARS == 2019][0], rtol=0.25)


def test_horizons_count_from_the_year_before_the_origin() -> None:
    values = grown()
    cases = collect(COCA, recorded(values), 2020, said(values[-3:], [2020, 2021, 2022]))
    spread = np.log(cases.ensembles["persistence"]).std(axis=1)
    near, far = (spread[cases.year == year].mean() for year in (2020, 2022))
    assert far / near == pytest.approx(np.sqrt(3.0), rel=0.2)


def test_without_a_past_there_is_no_case() -> None:
    values = grown()
    values[YEARS < 2020, 1] = np.nan
    record = recorded(values)
    assert len(collect(COCA, record, 2005, said(values[:1], [2005]), [2005])) == 0
    cases = collect(COCA, record, 2020, said(values[-3:-2], [2020]))
    assert cases.unit.tolist() == ["05", "11", "13"]


def test_a_walk_needs_a_change() -> None:
    """With gaps of years no change from year to year is known: no spread, no forecast."""
    years = np.array([2002, 2008, 2013, 2020])
    values = np.arange(1.0, 17.0).reshape(4, 4)
    cases = collect(COCA, recorded(values, years), 2020, said(values[-1:], [2020]))
    assert len(cases) == 4
    for name in ("persistence", "trend", HURDLE):
        assert np.isnan(cases.ensembles[name]).all(), name
    assert np.isfinite(cases.ensembles["climatology"]).all()
    assert set(np.unique(cases.ensembles["climatology"][0])) == {1.0, 5.0, 9.0}


def test_the_regression_starts_from_the_last_year_observed() -> None:
    values = grown()
    values[YEARS == 2019] = np.nan
    cases = collect(COCA, recorded(values), 2020, said(values[-3:-2], [2020]))
    # As a forecast of the same year from the year before, two years ahead.
    early = collect(COCA, recorded(values), 2019, said(values[-3:-2], [2020]))
    middle = [np.median(np.log(part.ensembles[HURDLE]), axis=1) for part in (cases, early)]
    np.testing.assert_allclose(middle[0], middle[1], atol=0.15)


def test_a_short_past_is_no_past_for_a_regression() -> None:
    values = grown()
    record = recorded(values[-5:], YEARS[-5:])
    cases = collect(COCA, record, 2021, said(values[-2:], [2021, 2022]))
    # Three years are known: two pairs a year apart, one two years apart.
    assert np.isnan(cases.ensembles[HURDLE]).all()
    longer = recorded(values[-6:], YEARS[-6:])
    cases = collect(COCA, longer, 2021, said(values[-2:], [2021, 2022]))
    assert np.isfinite(cases.ensembles[HURDLE][cases.year == 2021]).all()
    assert np.isnan(cases.ensembles[HURDLE][cases.year == 2022]).all()


def test_the_country_is_a_single_unit() -> None:
    coords = {"replicate": range(5), "year": [2023, 2024]}
    told = xr.DataArray(np.arange(10.0).reshape(5, 2), coords, ("replicate", "year"))
    cases = collect(DEATHS, load_record(None), 2023, told)
    assert cases.unit.tolist() == [NATION, NATION]
    assert cases.observed.tolist() == [534.0, 664.0]
    np.testing.assert_array_equal(cases.ensembles[MODEL], told.to_numpy().T)
    assert HURDLE not in cases.ensembles


def test_joined_and_chosen() -> None:
    values = grown()
    record = recorded(values)
    parts = [collect(COCA, record, y, said(values[-3:-2], [2020])) for y in (2019, 2020)]
    nothing = collect(COCA, record, 2023, said(values[-1:], [2023]))
    assert len(nothing) == 0
    whole = join(COCA, [*parts, nothing])
    assert whole.origin.tolist() == [2019] * 4 + [2020] * 4
    second = whole.where(whole.origin == 2020)
    np.testing.assert_array_equal(second.ensembles[HURDLE], parts[1].ensembles[HURDLE])
    empty = join(COCA, [nothing])
    assert isinstance(empty, Cases)
    assert (len(empty), dict(empty.ensembles)) == (0, {})
