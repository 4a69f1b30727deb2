"""Patterns and changes by municipality: hand-made maps with obvious answers."""

from __future__ import annotations

import csv
import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from rift_sim.analysis.forecasts.forecast import forecast_scenario
from rift_sim.analysis.forecasts.known_start import write_figures
from rift_sim.analysis.municipal.change import change_rows, correlation, naive_changes
from rift_sim.analysis.municipal.maps import (
    CONTESTED,
    LASTING,
    REFILL,
    SPREAD,
    observed_patterns,
    pattern_rows,
)
from rift_sim.analysis.municipal.runs import Municipal, run_municipal
from rift_sim.analysis.paired import run_series
from rift_sim.analysis.validation.municipal_tables import change_markdown, pattern_markdown
from rift_sim.analysis.validation.tables import to_csv
from rift_sim.errors import InputError
from rift_sim.model import World
from rift_sim.observed import Panel, PresenceYear, Record, data_directory, load_record, load_targets
from rift_sim.observed.files import Cell, Key
from rift_sim.replicate import simulate
from rift_sim.territory import Territory, load_territory

RANDOM = np.random.default_rng(11)
YEARS = np.array([2002, 2008, 2013])


@pytest.fixture(scope="module")
def territory() -> Territory:
    return load_territory()


@pytest.fixture(scope="module")
def ledger_alone() -> Record:
    return load_record(None)


def made_record(base: Record, register: np.ndarray, **events: list[int]) -> Record:
    """Put a register on the real map; `events` says where ViPAA names whom, by year and kind."""
    shape = (len(YEARS), len(base.places))
    assert register.shape == shape
    panel = Panel("newly_displaced_ruv", YEARS, register, "municipality", "made")
    cells = {}
    for name, places in events.items():
        kind, actor, year = name.split("_")
        for place in places:
            cells[Key(int(year), base.places[place], f"{kind}/{actor}")] = Cell(
                1.0, 2, ambiguous=False
            )
    return replace(
        base,
        panels={**base.panels, (panel.measure, panel.level): panel},
        holdings={"vipaa": SimpleNamespace(cells=cells)},
    )


def made_run(
    record: Record, years: tuple[int, ...], groups: tuple[str, ...], mode: str = "conditional"
) -> Municipal:
    shape = (3, len(years), len(record.places))
    return Municipal(
        mode, years[0], years, groups, np.zeros((*shape, len(groups)), bool), np.ones(shape)
    )


def test_displacement_where_groups_meet_is_compared_by_the_runs_own_groups(
    ledger_alone: Record, territory: Territory
) -> None:
    people = territory.population[~territory.is_zone]
    register = np.tile(people * 0.01, (3, 1))
    register[2, 0] = people[0] * 0.06
    register[2, 2] = np.nan
    record = made_record(
        ledger_alone, register, Insurgents_ELN_2013=[0, 1], Paramilitaries_AUC_2013=[0, 2],
        Government_Army_2013=[1],
    )  # fmt: skip
    # Two kinds in place 0, one in 1 (the state does not count) and in 2 (not in the register).
    assert observed_patterns(record, territory)[CONTESTED, "2013"] == pytest.approx(6.0)
    run = made_run(record, (2010, 2013), ("EGC", "ELN"))
    run.displaced[:] = people * 0.01
    run.displaced[:, 1, 5] = people[5] * 0.03
    run.displaced[:, 1, 2] = people[2] * 100.0
    run.present[:, 1, [2, 5, 6], 0] = True
    run.present[:, 1, 5, 1] = True
    (row,) = [
        r for r in pattern_rows(record, territory, [run], "nothing") if r.pattern == CONTESTED
    ]
    # Place 2 alone has one group beside 6, and the register does not see it.
    assert (row.low, row.median, row.high) == pytest.approx((3.0, 3.0, 3.0))
    assert not row.inside
    assert "| no |" in pattern_markdown([row])


def test_refill_needs_the_farc_to_have_left(ledger_alone: Record, territory: Territory) -> None:
    register = np.ones((3, len(ledger_alone.places)))
    record = made_record(ledger_alone, register, Insurgents_FARC_2012=[0, 1, 2, 3])
    flags = np.zeros((1, len(record.places)), bool)
    flags[0, [0, 1, 10]] = True
    wave = PresenceYear(2022, ("EGC",), flags, False, "made")
    record = replace(record, waves={2022: wave})
    elsewhere = len(record.places) - 4
    seen = 0.5 / (1 / elsewhere)
    assert observed_patterns(record, territory)[REFILL, "2022"] == pytest.approx(seen)

    years = (2010, 2011, 2012, 2013, 2014, 2022)
    early = made_run(record, years, ("EGC", "FARC"))
    early.present[:, 2, [20, 21], 1] = True
    early.present[:, -1, [20, 30], 0] = True
    late = made_run(record, (2020, 2022), ("EGC",), "forecast")
    late.present[:, -1, [0, 10], 0] = True
    blind = replace(early, mode="forecast")
    rows = [
        row
        for row in pattern_rows(record, territory, [early, late, blind], "nothing")
        if row.pattern == REFILL
    ]
    # By the FARC's own places in a run that had them, else by those on record; a run in which
    # they never leave has no answer.
    assert [row.origin for row in rows] == [2010, 2020]
    others = len(record.places) - 2
    assert rows[0].median == pytest.approx(0.5 * others)
    assert rows[1].median == pytest.approx(0.25 * elsewhere)


def test_spread_and_lasting_use_years_as_far_apart_as_the_register(
    ledger_alone: Record, territory: Territory
) -> None:
    count = len(ledger_alone.places)
    level = np.exp(RANDOM.normal(4.0, 1.5, count))
    register = level * np.exp(RANDOM.normal(0.0, 0.4, (3, count)))
    record = made_record(ledger_alone, register)
    seen = observed_patterns(record, territory)
    assert seen[SPREAD, "2002, 2008, 2013"] == pytest.approx(2.0, abs=0.1)
    assert seen[LASTING, "2008 to 2013"] > 0.9
    years = (2010, 2013, 2015, 2016, 2021)
    run = made_run(record, years, ("EGC",))
    run.displaced[:] = register[[1, 2, 0, 0, 2]]
    found = {row.years: row for row in pattern_rows(record, territory, [run], "nothing")}
    spread = found["2002, 2008, 2013; run: 2010, 2016, 2021"]
    # The same three columns in another order.
    assert spread.median == pytest.approx(seen[SPREAD, "2002, 2008, 2013"])
    assert found["2008 to 2013; run: register of 2008 to run of 2013"].inside
    short = replace(run, years=(2010, 2013, 2015, 2016, 2020))
    assert SPREAD not in {r.pattern for r in pattern_rows(record, territory, [short], "nothing")}


DATA = os.environ.get("RIFT_DATA")


@pytest.mark.skipif(not DATA, reason="RIFT_DATA does not name the folder of third-party data")
def test_observed_patterns_are_the_targets(territory: Territory) -> None:
    found = observed_patterns(load_record(data_directory()), territory)
    targets = load_targets().targets
    names = {
        CONTESTED: "contested_places",
        REFILL: "farc_refill",
        SPREAD: "displacement_overdispersion",
        LASTING: "displacement_persistence",
    }
    assert len(found) == 6
    for (pattern, years), value in found.items():
        assert value == pytest.approx(targets[names[pattern]].values[years[-4:]], abs=0.01)


def test_naive_changes_do_not_know_what_came_after() -> None:
    logs = np.array([[0.0, 1.0, 2.0, 3.0], [1.0, 1.0, 4.0, 3.5], [2.0, 0.0, 5.0, 3.0]])
    department = np.array([0, 0, 1, 1])
    found = naive_changes(logs, department, -0.2, 8)
    members = {name: ensemble for name, (ensemble, _) in found.items()}
    np.testing.assert_allclose(np.median(members["no change"], axis=1), 0.0, atol=1e-12)
    np.testing.assert_allclose(np.median(members["national change"], axis=1), -0.2)
    again = members["department change, 2002-2008 again"]
    np.testing.assert_allclose(again.mean(axis=1), [0.5, 0.5, 1.25, 1.25], atol=1e-12)
    # Of the other place of the department: its own change is not shown to a place.
    after = members["department change, known afterwards"].mean(axis=1)
    np.testing.assert_allclose(after, [-1.0, 1.0, -0.5, 1.0], atol=1e-12)
    logs[2] += 7.0
    later = naive_changes(logs, department, -0.2, 8)
    for name, ensemble in members.items():
        same = np.array_equal(later[name][0], ensemble)
        assert same != name.endswith("afterwards")
    # By department there is no department to look at.
    assert set(naive_changes(logs, np.arange(4), 0.0, 8)) == {"no change", "national change"}


def test_correlation_and_its_interval() -> None:
    x = RANDOM.normal(size=400)
    y = x + RANDOM.normal(size=400)
    found = correlation(x, y, np.arange(400))
    assert found.value == pytest.approx(np.corrcoef(x, y)[0, 1])
    fisher = np.tanh(np.arctanh(found.value) + np.array([-1.96, 1.96]) / np.sqrt(397))
    assert (found.low, found.high) == pytest.approx(fisher, abs=0.025)
    assert np.isnan(correlation(np.ones(400), y, np.arange(400)).value)


def test_a_run_that_knows_the_changes_wins(ledger_alone: Record, territory: Territory) -> None:
    count = len(ledger_alone.places)
    # The change from 2008 to 2013 has nothing to do with that from 2002 to 2008.
    logs = np.cumsum(np.stack([RANDOM.normal(5.0, 1.0, count), *RANDOM.normal(size=(2, count))]), 0)
    register = np.expm1(np.maximum(logs, 0.0))
    register[0, :5] = np.nan
    record = made_record(ledger_alone, register)
    run = made_run(record, (2010, 2013), ("EGC",), "forecast")
    knows = replace(
        run, displaced=run.displaced * register[2] * np.array([0.9, 1, 1.1])[:, None, None]
    )
    still = replace(
        run, displaced=run.displaced * register[1] * np.array([0.5, 1, 2])[:, None, None]
    )
    rows = {
        row.forecaster: row
        for row in change_rows(record, territory, {"knows": knows, "still": still}, "municipality")
    }
    assert rows["knows"].places == count
    assert rows["knows"].correlation.value > 0.99
    assert rows["knows"].ahead.value == 0.0
    for name, row in rows.items():
        if name != "knows":
            assert row.ahead.low > 0.5, name
    # A regression sees that changes were not told by anything it has.
    assert abs(rows["hurdle regression"].correlation.value) < 0.5
    table = change_markdown(list(rows.values()))
    assert table.count("\n") == len(rows) + 2
    assert to_csv(list(rows.values())).startswith("level,forecaster,knows,first,last,places")
    with pytest.raises(InputError, match="lacks a year"):
        change_rows(ledger_alone, territory, {"knows": knows}, "municipality")


def test_figures_of_a_start_are_the_newest_before_it(
    ledger_alone: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = np.full((3, len(ledger_alone.places)), np.nan)
    register[:, 0] = 2.0, 8.123456789, 13.0
    register[1, 1] = 0.0
    record = made_record(ledger_alone, register)
    monkeypatch.chdir(tmp_path)
    found = write_figures(record, 2010, Path("inputs"))
    assert list(found) == ["displaced"]
    assert found["displaced"] == str(tmp_path / "inputs" / "displaced-2008.csv")
    text = Path(str(found["displaced"])).read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines()))
    # Neither what came later, nor zeros, nor what was not observed.
    assert rows == [["code", "value"], [record.places[0], "8.123456789"]]
    assert write_figures(record, 2002, tmp_path) == {}


def test_replicates_by_municipality_are_those_of_the_model(ledger_alone: Record) -> None:
    scenario = forecast_scenario(ledger_alone, 2020, 2021, "forecast", observe=("newly_displaced",))
    world = World(scenario, municipal=True)
    one = simulate(world, 1)
    name = "newly_displaced_municipality"
    many = run_series([scenario], [[name, "newly_displaced"]], 2, municipal=True)
    np.testing.assert_array_equal(many[0, name][1], one[name])
    yearly = many[0, "newly_displaced"].reshape(2, 2, 12).sum(axis=2)
    np.testing.assert_allclose(many[0, name].sum(axis=2), yearly, rtol=1e-5)

    run = run_municipal(ledger_alone, 2020, 2021, "forecast", replicates=2)
    assert run.years == (2020, 2021)
    present = one["presence_municipality_group"] > 0
    np.testing.assert_array_equal(run.present[1], present)
    np.testing.assert_array_equal(run.count(2021)[1], present[1].sum(axis=-1))
    # A collective is all groups of its family that the run has.
    names = [k for k, group in enumerate(run.groups) if group in ("DISIDENCIAS", "EMC", "SM")]
    dissidents = run.group(2021, "DISIDENCIAS", ledger_alone.ledger)
    np.testing.assert_array_equal(dissidents[1], present[1][:, names].any(axis=-1))
    # The register's ratio and error are those of a department and a year.
    place = world.territory.department_index[world.inside]
    above = one[name][0] > 0.0
    factor = run.people(2020)[1][above] / one[name][0][above]
    for department in np.unique(place[above]):
        here = factor[place[above] == department]
        np.testing.assert_allclose(here, here[0], rtol=1e-5)
    assert np.ptp(factor) > 0.0
