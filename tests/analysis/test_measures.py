"""Observation models on hand-made series with obvious answers; patterns on small maps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from rift_sim.analysis.forecasts import measures, observing
from rift_sim.analysis.forecasts.modelled import OBSERVATION, groups_of, modelled
from rift_sim.analysis.municipal import patterns
from rift_sim.calendar import Month, month_axis
from rift_sim.errors import InputError
from rift_sim.observed import Record, load_record, load_targets
from rift_sim.parameters import Beliefs
from rift_sim.seeds import load_ledger

SEED = 7
REPLICATES = (0, 1, 5)


def monthly(values: np.ndarray, start: str = "2018-01", **coords: list[str]) -> xr.DataArray:
    """Make a series with dimensions replicate, time and what `coords` adds."""
    time = month_axis(Month.parse(start), values.shape[1])
    given = {"replicate": list(REPLICATES[: values.shape[0]]), "time": time, **coords}
    return xr.DataArray(values, given, tuple(given))


@pytest.fixture(scope="module")
def record() -> Record:
    return load_record(None)


@pytest.fixture(scope="module")
def parameters() -> xr.Dataset:
    return observing.observation_parameters(Beliefs(load_ledger()), OBSERVATION, SEED, REPLICATES)


@pytest.fixture(scope="module")
def data(record: Record) -> xr.Dataset:
    """Three replicates of 30 months from January 2018, on all departments and four groups."""
    rng = np.random.default_rng(3)
    groups, departments = ["EGC", "ELN", "EMC", "SM"], list(record.departments)
    made = {}
    for name in ("newly_displaced", "confined", "coca_ha", "conflict_deaths"):
        values = rng.integers(1, 50, (3, 30, len(departments))).astype(np.float64)
        made[f"{name}_department"] = monthly(values, department=departments)
        made[name] = made[f"{name}_department"].sum("department")
    for name, top in (("members", 9000), ("members_armed", 3000), ("presence_survey", 1)):
        values = rng.uniform(0, top, (3, 30, len(groups)))
        made[f"{name}_group"] = monthly(values, group=groups)
        made[name] = made[f"{name}_group"].sum("group")
    return xr.Dataset(made)


def test_flows_are_summed_over_whole_years_only() -> None:
    ones = monthly(np.ones((1, 30)), start="2018-07")
    found = measures.annual(ones)
    assert found["year"].to_numpy().tolist() == [2019, 2020]
    assert found.to_numpy().tolist() == [[12.0, 12.0]]


def test_a_run_without_a_whole_year_has_no_flow() -> None:
    assert measures.annual(monthly(np.ones((1, 11)))).sizes["year"] == 0


def test_stocks_are_those_of_december() -> None:
    found = measures.december(monthly(np.arange(30.0)[None]))
    assert found["year"].to_numpy().tolist() == [2018, 2019]
    assert found.to_numpy().tolist() == [[11.0, 23.0]]


def test_each_source_without_error() -> None:
    ten = monthly(np.full((1, 12), 10.0))
    assert float(measures.displaced_register(ten, 1.5, 0.2)[0, 0]) == 180.0
    assert float(measures.displaced_idmc(ten, 0.2)[0, 0]) == 120.0
    assert float(measures.conflict_deaths(ten, 0.2)[0, 0]) == 120.0
    assert float(measures.coca(ten, 0.2)[0, 0]) == 10.0
    assert float(measures.members(ten, 0.2)[0, 0]) == 10.0
    assert float(measures.presence(ten / 100, 1122, 0.5)[0, 0]) == pytest.approx(56.1)


def test_an_error_of_one_sd_multiplies_by_its_exponential() -> None:
    ten = monthly(np.full((1, 12), 10.0))
    assert float(measures.displaced_idmc(ten, 0.2, 1.0)[0, 0]) == pytest.approx(120 * np.exp(0.2))
    assert float(measures.coca(ten, 0.2, -2.0)[0, 0]) == pytest.approx(10 * np.exp(-0.4))


def test_homicides_are_the_base_and_a_share_of_conflict_deaths() -> None:
    deaths = monthly(np.ones((1, 24, 2)), department=["05", "08"])
    base = xr.DataArray([100.0, 50.0], {"department": ["05", "08"]}, ("department",))
    found = measures.homicides(deaths, base, 0.5, 0.9).transpose(..., "year", "department")
    np.testing.assert_allclose(found[0], [[106.0, 56.0], [106.0, 56.0]])


def test_a_shock_to_homicides_fades_by_its_persistence() -> None:
    deaths = monthly(np.zeros((1, 36, 1)), department=["05"])
    base = xr.DataArray([100.0], {"department": ["05"]}, ("department",))
    noise = xr.DataArray([1.0, 0.0, 0.0], {"year": [2018, 2019, 2020]}, ("year",))
    found = measures.homicides(deaths, base, 0.5, 0.5, 0.2, noise).squeeze()
    np.testing.assert_allclose(found, 100 * np.exp([0.2, 0.1, 0.05]))


def test_the_base_leaves_the_conflict_out_and_conserves_the_rest() -> None:
    homicides = xr.DataArray([300.0, 100.0], {"department": ["05", "08"]}, ("department",))
    base = measures.homicide_base(homicides, 40.0, 0.5)
    assert base.to_numpy().tolist() == [285.0, 95.0]
    assert float(measures.homicide_base(homicides, 4000.0, 0.5).sum()) == 0.0


def test_noise_depends_on_its_coordinates_alone() -> None:
    def drawn(replicates: tuple[int, ...], years: list[int], source: str = "a") -> xr.DataArray:
        return observing.observation_noise(SEED, replicates, years, source, ["05", "08"])

    whole = drawn((0, 1, 2), [2018, 2019, 2020])
    part = drawn((2, 1), [2020])
    np.testing.assert_array_equal(part, whole.sel(replicate=[2, 1], year=[2020]))
    assert len(np.unique(whole)) == whole.size
    assert not np.isin(drawn((0,), [2018], "b"), whole).any()
    other = observing.observation_noise(SEED + 1, (0,), [2018], "a", ["05", "08"])
    assert not np.isin(other, whole).any()


def test_noise_is_standard_normal() -> None:
    drawn = observing.observation_noise(SEED, range(200), list(range(2000, 2050)), "a").to_numpy()
    assert drawn.shape == (200, 50)
    assert abs(drawn.mean()) < 0.03
    assert drawn.std() == pytest.approx(1.0, abs=0.03)


def test_parameters_are_those_of_the_run(parameters: xr.Dataset) -> None:
    beliefs = Beliefs(load_ledger())
    for replicate in REPLICATES:
        draw = beliefs.draw(SEED, replicate)
        assert float(parameters["ruv_ratio"].sel(replicate=replicate)) == draw["ruv_ratio"]


def test_parameters_of_observation_leave_all_other_draws_where_they_were() -> None:
    ledger = load_ledger()
    fewer = {key: one for key, one in ledger.parameters.items() if key not in OBSERVATION}
    assert len(fewer) == len(ledger.parameters) - len(OBSERVATION)
    before = Beliefs(replace(ledger, parameters=fewer)).draw(SEED, 3)
    after = Beliefs(ledger).draw(SEED, 3)
    assert {key: after[key] for key in before} == dict(before)


def test_departments_sum_to_the_nation(
    data: xr.Dataset, parameters: xr.Dataset, record: Record
) -> None:
    targets = load_targets().targets
    for seed in (None, SEED):
        nation = modelled(targets["homicides"], data, parameters, record, seed=seed)
        parts = modelled(targets["homicides_department"], data, parameters, record, seed=seed)
        assert parts.dims == ("replicate", "year", "department")
        np.testing.assert_allclose(parts.sum("department"), nation)
    # Errors of the coca survey and the register are drawn by department; without them nothing is
    # lost.
    pairs = {
        "coca_national": "coca_department",
        "displaced_register": "displaced_register_department",
    }
    for whole, local in pairs.items():
        nation = modelled(targets[whole], data, parameters, record)
        parts = modelled(targets[local], data, parameters, record)
        np.testing.assert_allclose(parts.sum("department"), nation, rtol=1e-6)
        noisy = modelled(targets[local], data, parameters, record, seed=SEED)
        assert noisy.dims == ("replicate", "year", "department")
        assert not np.isclose(noisy, parts).any()


def test_without_a_seed_homicides_begin_at_the_last_year_on_record(
    data: xr.Dataset, parameters: xr.Dataset, record: Record
) -> None:
    quiet = data.assign(conflict_deaths_department=data["conflict_deaths_department"] * 0)
    found = modelled(load_targets().targets["homicides"], quiet, parameters, record)
    expected = 11_957 - parameters["homicide_conflict_share"] * 107
    np.testing.assert_allclose(found, expected.to_numpy()[:, None] * np.ones((1, 2)))


def test_armed_and_support_are_all_members(
    data: xr.Dataset, parameters: xr.Dataset, record: Record
) -> None:
    targets = load_targets().targets
    found = {
        part: modelled(targets[f"members{part}_EGC"], data, parameters, record)
        for part in ("", "_armed", "_support")
    }
    np.testing.assert_allclose(found["_armed"] + found["_support"], found[""])
    expected = data["members_group"].sel(group="EGC").isel(time=[11, 23])
    np.testing.assert_allclose(found[""], expected)


def test_a_wave_is_seen_through_its_own_coverage(
    data: xr.Dataset, parameters: xr.Dataset, record: Record
) -> None:
    found = modelled(load_targets().targets["survey_EGC"], data, parameters, record)
    whole = 1122 * data["presence_survey_group"].sel(group="EGC").isel(time=[11, 23]).to_numpy()
    np.testing.assert_allclose(found.sel(year=2018), whole[:, 0])
    coverage = parameters["survey_coverage_2019"].to_numpy()
    np.testing.assert_allclose(found.sel(year=2019), coverage * whole[:, 1])


def test_the_same_seed_gives_the_same_report(
    data: xr.Dataset, parameters: xr.Dataset, record: Record
) -> None:
    target = load_targets().targets["displaced_register"]

    def report(seed: int | None) -> xr.DataArray:
        return modelled(target, data, parameters, record, seed=seed)

    xr.testing.assert_identical(report(SEED), report(SEED))
    assert (report(SEED) != report(SEED + 1)).all()
    assert (report(SEED) != report(None)).all()


def test_collective_names_stand_for_their_family() -> None:
    ledger, present = load_ledger(), ["EGC", "ELN", "EMC", "SM"]
    assert groups_of("DISIDENCIAS", ledger, present) == ["EMC", "SM"]
    assert groups_of("ELN", ledger, present) == ["ELN"]
    assert groups_of("any", ledger, present) is None
    with pytest.raises(InputError, match="the run has no group 'CNEB'"):
        groups_of("CNEB", ledger, present)


def test_patterns_are_refused_where_there_are_no_maps(
    data: xr.Dataset, parameters: xr.Dataset, record: Record
) -> None:
    with pytest.raises(InputError, match="'farc_refill' needs municipal arrays"):
        modelled(load_targets().targets["farc_refill"], data, parameters, record)


def test_contested_places_against_places_of_one_group() -> None:
    displaced = np.array([90.0, 30.0, 10.0, 20.0, 1.0, np.nan])
    people = np.array([100.0, 100.0, 100.0, 100.0, 100.0, 100.0])
    groups = np.array([2, 3, 1, 1, 0, 2])
    assert patterns.contested_ratio(displaced, people, groups) == pytest.approx(0.6 / 0.15)


def test_refill_compares_with_elsewhere_for_every_replicate() -> None:
    before = np.array([True, True, False, False])
    after = np.array([[True, True, True, False], [True, False, True, True]])
    np.testing.assert_allclose(patterns.refill_ratio(before, after), [2.0, 0.5])


@pytest.mark.parametrize(("power", "scale"), [(2.0, lambda m: m), (1.0, np.sqrt)])
def test_the_power_of_the_variance(power: float, scale: Callable[..., np.ndarray]) -> None:
    mean = np.array([1.0, 4.0, 9.0, 50.0, np.nan])
    years = np.stack([mean - 0.5 * scale(mean), mean, mean + 0.5 * scale(mean)])
    assert patterns.variance_power(years) == pytest.approx(power)


def test_persistence_is_one_for_what_stays_and_minus_one_for_what_turns() -> None:
    first = np.expm1(np.array([0.0, 1.0, 2.0, 3.0]))
    assert patterns.log_correlation(first, first) == pytest.approx(1.0)
    assert patterns.log_correlation(first, first[::-1]) == pytest.approx(-1.0)
    gap = np.append(first, np.nan)
    assert patterns.log_correlation(gap, np.append(first, 5.0)) == pytest.approx(1.0)
