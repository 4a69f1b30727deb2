"""Onset between two waves: what runs and naive models are given, and who is scored how."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from rift_sim.analysis.onset import trial as onset_trial
from rift_sim.analysis.onset.features import earlier_transition
from rift_sim.analysis.onset.start import check_waves, write_initial
from rift_sim.analysis.onset.transitions import Features
from rift_sim.analysis.onset.trial import OnsetRow, curves, onset_rows
from rift_sim.calendar import Month
from rift_sim.errors import InputError
from rift_sim.initial.map_file import read_presence
from rift_sim.initial.place_file import read_figures
from rift_sim.observed import Panel, PresenceYear, Record, data_directory, load_record
from rift_sim.seeds import load_ledger
from rift_sim.territory import load_territory

TERRITORY, LEDGER = load_territory(), load_ledger()
INSIDE = int((~TERRITORY.is_zone).sum())
PLACES = TERRITORY.code[:INSIDE]
RNG = np.random.default_rng(8)
BEFORE = RNG.random((2, INSIDE)) < 0.1
AFTER = np.where(RNG.random((2, INSIDE)) < 0.2, ~BEFORE, BEFORE)
GROUPS = ("EGC", "ELN")


def wave(year: int, flags: np.ndarray, groups: Sequence[str] = GROUPS) -> PresenceYear:
    return PresenceYear(year, tuple(groups), flags, False, "made up")


def panel(measure: str, years: Sequence[int], values: np.ndarray) -> Panel:
    return Panel(measure, np.array(years), values, "municipality", "made up")


def recorded(*waves: PresenceYear, panels: Sequence[Panel] = ()) -> Record:
    known = {(one.measure, one.level): one for one in panels}
    by_year = {one.year: one for one in waves}
    return Record(PLACES, TERRITORY.departments, known, by_year, {}, (), LEDGER)


RECORD = recorded(wave(2019, BEFORE), wave(2022, AFTER))


def ran(chance: np.ndarray, year: int = 2022) -> Any:
    coords = {"year": [year], "municipality": list(PLACES)}
    data = {"presence_probability": (("year", "municipality"), chance[None])}
    return SimpleNamespace(dataset=xr.Dataset(data, coords))


def by_name(rows: Sequence[OnsetRow], event: str) -> dict[str, OnsetRow]:
    return {row.forecaster: row for row in rows if row.event == event}


@pytest.fixture(scope="module")
def rows() -> list[OnsetRow]:
    knows = AFTER.any(axis=0).astype(float)
    runs = {"model": ran(knows), "model, later events known": ran(1.0 - knows)}
    return onset_rows(RECORD, TERRITORY, runs, 2019, 2022)


@pytest.mark.parametrize("event", ["onset", "exit"])
def test_who_knows_the_outcome_is_perfect(rows: list[OnsetRow], event: str) -> None:
    found = by_name(rows, event)
    perfect, wrong = found["model"], found["model, later events known"]
    assert perfect.auc == perfect.within == (1.0, 1.0, 1.0)
    assert perfect.brier == 0.0
    assert perfect.ahead == perfect.ahead_within == (0.0, 0.0, 0.0)
    assert (wrong.auc.value, wrong.within.value, wrong.brier) == (0.0, 0.0, 1.0)
    assert wrong.ahead.value == 1.0


def test_places_at_risk_and_events(rows: list[OnsetRow]) -> None:
    was, now = BEFORE.any(axis=0), AFTER.any(axis=0)
    onset, leave = by_name(rows, "onset")["model"], by_name(rows, "exit")["model"]
    assert (onset.places, onset.events) == ((~was).sum(), (~was & now).sum())
    assert (leave.places, leave.events) == (was.sum(), (was & ~now).sum())
    assert {(row.first, row.last) for row in rows} == {(2019, 2022)}
    assert {row.event for row in rows} == {"onset", "exit"}


def test_naive_models_stand_beside_the_runs(rows: list[OnsetRow]) -> None:
    found = by_name(rows, "onset")
    # Without events on record there is no earlier transition.
    assert list(found) == [
        "model", "model, later events known", "department share", "neighbour share",
        "logistic, other departments", "boosted, other departments",
    ]  # fmt: skip
    assert np.isnan(found["neighbour share"].brier)
    assert 0.0 < found["logistic, other departments"].brier < 1.0
    # Drawn without regard to neighbours, the waves say nothing of each other.
    assert 0.35 < found["neighbour share"].within.value < 0.65


def test_a_share_of_neighbours_speaks_against_exit() -> None:
    """Groups that left where they stood alone: many neighbours, little chance of exit."""
    before = np.zeros((1, INSIDE), bool)
    north = np.array([code.startswith("05") for code in PLACES])
    before[0, north] = True
    alone = np.array([int(i) for i in np.flatnonzero(~north)[::60]])
    before[0, alone] = True
    after = before.copy()
    after[0, alone] = False
    record = recorded(wave(2019, before, ["ELN"]), wave(2022, after, ["ELN"]))
    runs = {"model": ran(np.full(INSIDE, 0.5))}
    found = by_name(onset_rows(record, TERRITORY, runs, 2019, 2022), "exit")
    assert found["neighbour share"].auc.value > 0.95
    assert found["model"].auc.value == 0.5
    assert found["neighbour share"].ahead.value < -0.4


def test_a_new_name_is_no_onset() -> None:
    """A group that splits between the waves, or is called otherwise, appears nowhere new."""
    record = recorded(wave(2019, BEFORE), wave(2022, BEFORE, ["EMC", "SM"]))
    runs = {"model": ran(np.full(INSIDE, 0.5))}
    found = by_name(onset_rows(record, TERRITORY, runs, 2019, 2022), "onset")["model"]
    assert (found.events, found.places) == (0, (~BEFORE.any(axis=0)).sum())
    assert np.isnan(found.auc.value)


def test_chances_beside_what_happened() -> None:
    knows = np.where(AFTER.any(axis=0), 0.75, 0.25)
    curve = curves(RECORD, {"model": ran(knows)}, 2019, 2022)["model"]
    np.testing.assert_array_equal(curve.predicted, [0.25, 0.75])
    np.testing.assert_array_equal(curve.observed, [0.0, 1.0])
    assert curve.places.sum() == (~BEFORE.any(axis=0)).sum()


def test_runs_that_cannot_be_scored() -> None:
    with pytest.raises(InputError, match="no survey of presence of 2021; allowed: 2019, 2022"):
        onset_rows(RECORD, TERRITORY, {}, 2019, 2021)
    with pytest.raises(InputError, match="does not reach 2022"):
        onset_rows(RECORD, TERRITORY, {"model": ran(np.zeros(INSIDE), 2021)}, 2019, 2022)
    none: Any = SimpleNamespace(dataset=xr.Dataset())
    with pytest.raises(InputError, match="--municipal"):
        onset_rows(RECORD, TERRITORY, {"model": none}, 2019, 2022)


def test_waves_are_checked_before_anything_runs() -> None:
    check_waves(RECORD, 2019, 2022)
    with pytest.raises(InputError, match="no survey of presence of 2018; allowed: 2019, 2022"):
        check_waves(RECORD, 2018, 2022)
    young = recorded(wave(2018, BEFORE, ["ELN", "EMBF"]), wave(2022, AFTER))
    with pytest.raises(InputError, match="names EMBF, which does not exist in 2019-01"):
        check_waves(young, 2018, 2022)


EVENT_YEARS = list(range(2010, 2024))


def events() -> Panel:
    values = np.random.default_rng(2).poisson(0.1, (len(EVENT_YEARS), INSIDE)).astype(float)
    return panel("conflict_events_groups", EVENT_YEARS, values)


@pytest.mark.parametrize("event", ["onset", "exit"])
def test_the_earlier_transition_is_over_at_the_origin(event: str) -> None:
    plain, later = events(), events()
    later.values[[year > 2019 for year in EVENT_YEARS]] = 9.0
    found = earlier_transition(recorded(panels=[plain]), TERRITORY, 2019, event)
    other = earlier_transition(recorded(panels=[later]), TERRITORY, 2019, event)
    assert found is not None
    assert other is not None
    np.testing.assert_array_equal(found[0].values, other[0].values)
    np.testing.assert_array_equal(found[1], other[1])
    seen = [plain.values[a:b].sum(axis=0) > 0.0 for a, b in ((4, 7), (7, 10))]  # 2014-16, 2017-19
    expected = np.where(seen[0], np.nan, seen[1]) if event == "onset" else np.where(
        seen[0], ~seen[1], np.nan
    )  # fmt: skip
    np.testing.assert_array_equal(found[1], expected)
    np.testing.assert_array_equal(found[0].values[:, 0], seen[0])
    # Features end where the transition begins.
    later.values[[year > 2016 for year in EVENT_YEARS]] = 9.0
    changed = earlier_transition(recorded(panels=[later]), TERRITORY, 2019, event)
    assert changed is not None
    np.testing.assert_array_equal(found[0].values, changed[0].values)


def test_too_few_years_of_events() -> None:
    for years in (range(2015, 2024), range(2010, 2019)):
        values = np.zeros((len(years), INSIDE))
        few = recorded(panels=[panel("conflict_events_groups", list(years), values)])
        assert earlier_transition(few, TERRITORY, 2019, "onset") is None
    assert earlier_transition(recorded(), TERRITORY, 2019, "onset") is None


def test_features_know_nothing_later(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[np.ndarray] = []

    def listen(known: Features, *given: Any) -> dict[str, Any]:
        told.append(known.values)
        return {}

    monkeypatch.setattr(onset_trial, "naive_chances", listen)
    for early, late in ((2.0, 1.0), (2.0, 1e6), (3.0, 1.0)):
        coca = panel("coca_ha", [2018, 2019, 2020], np.ones((3, INSIDE)) * [[1], [early], [late]])
        record = recorded(wave(2019, BEFORE), wave(2022, AFTER), panels=[coca])
        onset_rows(record, TERRITORY, {"model": ran(np.full(INSIDE, 0.5))}, 2019, 2022)
    np.testing.assert_array_equal(told[0], told[2])
    assert not np.array_equal(told[0], told[4])


def test_what_was_known_is_written_for_the_start(tmp_path: Path) -> None:
    coca = np.zeros((3, INSIDE))
    coca[:, 7], coca[:, 9] = (1.0, 123.456789, 5.0), np.nan
    fled = np.zeros((2, INSIDE))
    fled[0, 3], fled[1, 4] = 250.0, 9.0
    record = recorded(
        wave(2018, AFTER[:1], ["ELN"]), wave(2019, BEFORE), wave(2022, AFTER),
        panels=[
            panel("coca_ha", [2018, 2019, 2020], coca),
            panel("newly_displaced_ruv", [2013, 2020], fled),
        ],
    )  # fmt: skip
    initial: Any = write_initial(record, 2020, 0.6, tmp_path / "inputs")
    assert initial["presence"]["coverage"] == 0.6
    files = [initial["presence"]["file"], initial["coca"], initial["displaced"]]
    assert [Path(file).name for file in files] == [
        "presence-2019.csv", "coca-2019.csv", "displaced-2013.csv",
    ]  # fmt: skip
    assert all(Path(file).is_absolute() for file in files)
    start = Month(2020, 1)
    found = read_presence(Path(files[0]), None, LEDGER, TERRITORY, start)
    expected = {
        (g, int(i)) for g, row in zip(GROUPS, BEFORE, strict=True) for i in np.flatnonzero(row)
    }
    assert set(found.footholds) == expected
    read = [
        read_figures(Path(file), None, "", ("value",), TERRITORY, start).municipalities
        for file in files[1:]
    ]
    assert read == [{7: 123.456789}, {3: 250.0}]


def test_the_start_has_only_what_is_on_record(tmp_path: Path) -> None:
    assert set(write_initial(RECORD, 2020, 1.0, tmp_path)) == {"presence"}
    with pytest.raises(InputError, match="no survey of presence lies before 2019"):
        write_initial(RECORD, 2019, 1.0, tmp_path)


@pytest.mark.skipif(data_directory() is None, reason="needs the data files (RIFT_DATA)")
def test_the_survey_of_2019_can_be_the_start_of_a_run(tmp_path: Path) -> None:
    record = load_record(data_directory())
    check_waves(record, 2019, 2022)
    initial: Any = write_initial(record, 2020, 0.67, tmp_path)
    start = Month(2020, 1)
    found = read_presence(Path(initial["presence"]["file"]), None, LEDGER, TERRITORY, start)
    assert len({place for _, place in found.footholds}) == record.waves[2019].any.sum()
    assert not found.warnings
    with Path(initial["displaced"]).open() as handle:
        assert {len(row) for row in csv.reader(handle)} == {2}
    earlier = earlier_transition(record, TERRITORY, 2019, "onset")
    assert earlier is not None
    assert np.isfinite(earlier[1]).sum() > 500
