"""What calibration compares: the same numbers on both sides, and none that were not observed."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from test_calibrate_config import scenario, write

from rift_sim.analysis.calibrate.history import HistorySummaries, history_summaries
from rift_sim.analysis.calibrate.statistics import of_departments, of_series
from rift_sim.analysis.forecasts.modelled import OBSERVATION
from rift_sim.observed import Panel, Record, load_record
from rift_sim.seeds import load_ledger
from rift_sim.vocabulary import SERIES

LEDGER = load_ledger()


def found_in(folder: Path, summaries: str, record: Record, start: int = 2010) -> HistorySummaries:
    scenario(folder, "observe: [newly_displaced, coca_ha, conflict_deaths]\n")
    mine = folder / "mine.yaml"
    mine.write_text(mine.read_text().replace("2017-01", f"{start}-01"), encoding="utf-8")
    return history_summaries(write(folder, summaries=summaries), record)


def register(values: np.ndarray, years: list[int]) -> Record:
    """A record of the register in some departments."""
    record = load_record(None)
    measure = "newly_displaced_ruv"
    wide = np.zeros((len(years), len(record.departments)))
    wide[:, : values.shape[1]] = values
    panel = Panel(measure, np.array(years), wide, "department", "made up")
    panels = {**record.panels, (measure, "department"): panel}
    return Record(record.places, record.departments, panels, {}, {}, (), LEDGER)


def test_long_series_are_compared_as_a_whole(tmp_path: Path) -> None:
    found = found_in(tmp_path, "{coca_national: 1}", load_record(None))
    assert list(found.known) == [f"coca_national:{s}" for s in ("level", "growth", "jumps")]
    years = range(2010, 2020)
    coca = np.array([LEDGER.series("COCA_HA")[str(year)] for year in years])
    for statistic, value in of_series(coca, years).items():
        assert found.known[f"coca_national:{statistic}"].observed == value
    level, growth = found.known["coca_national:level"], found.known["coca_national:growth"]
    assert level.label == "mean of coca on 31 December (SIMCI)"
    assert (level.units, growth.units) == ("ha", "1/year")
    # Ten years of an error of 0.07.
    assert level.spread == pytest.approx(0.07 / np.sqrt(10))
    assert (level.offset is None, growth.offset is None) == (False, True)
    assert found.spans["coca_national"].departments == ()


def test_short_series_are_compared_year_by_year(tmp_path: Path) -> None:
    found = found_in(tmp_path, "{coca_national: 1}", load_record(None), start=2017)
    assert list(found.known) == [f"coca_national:{year}" for year in (2017, 2018, 2019)]
    assert found.known == found.yearly.known
    assert dict(found.spans) == {}


def test_departments_are_compared_by_how_they_move(tmp_path: Path) -> None:
    record = load_record(None)
    found = found_in(tmp_path, "{coca_department: 1}", record, start=2017)
    assert list(found.known) == ["coca_department:spread", "coca_department:order"]
    panel = record.panel("coca_ha", "department")
    assert panel is not None
    values = panel.values[np.isin(panel.years, (2017, 2018, 2019))]
    expected = of_departments(values)
    assert {k.split(":")[1]: s.observed for k, s in found.known.items()} == expected


def test_one_year_of_departments_is_compared_place_by_place(tmp_path: Path) -> None:
    values = np.array([[5000.0, np.nan, 300.0], [9.0, 9.0, 9.0]])
    record = register(values, [2013, 2014])
    found = found_in(tmp_path, "{displaced_register_department: 1}", record)
    assert "displaced_register_department:2013:05" in found.known
    # Not observed in one department, and 2014 is not fitted.
    assert len(found.known) == len(record.departments) - 1
    assert dict(found.spans) == {}


def test_a_department_with_a_gap_is_on_neither_side(tmp_path: Path) -> None:
    """Unobserved is not zero: places that were not seen must not seem to change."""
    record = load_record(None)
    panel = record.panel("coca_ha", "department")
    assert panel is not None
    values = panel.values.copy()
    lost = record.departments.index("52")
    values[panel.years == 2018, lost] = np.nan
    gap = Panel("coca_ha", panel.years, values, "department", "made up")
    panels = {**record.panels, ("coca_ha", "department"): gap}
    record = Record(record.places, record.departments, panels, {}, {}, (), LEDGER)
    found = found_in(tmp_path, "{coca_department: 1}", record, start=2017)
    span = found.spans["coca_department"]
    assert span.years == (2017, 2018, 2019)
    assert "52" not in span.departments
    assert len(span.departments) == len(record.departments) - 1
    seen = np.delete(values[np.isin(panel.years, span.years)], lost, axis=1)
    assert found.known["coca_department:spread"].observed == of_departments(seen)["spread"]
    # A run in which only that department differs is told to be the same.
    told = [said(found, values[np.isin(panel.years, span.years)], change) for change in (0.0, 9e4)]
    assert told[0] == told[1]


def said(found: HistorySummaries, coca: np.ndarray, change: float) -> dict[str, float]:
    """Summarise a run whose coca is what was observed, but in Nariño."""
    record = load_record(None)
    coca = np.where(np.isnan(coca), 0.0, coca)
    coca[:, record.departments.index("52")] += change * np.arange(3)
    time = np.arange("2017-01", "2020-01", dtype="datetime64[M]").astype("datetime64[ns]")
    data = xr.Dataset(
        {
            "coca_ha": (("replicate", "time"), np.repeat(coca.sum(axis=1), 12)[None]),
            "coca_ha_department": (
                ("replicate", "time", "department"), np.repeat(coca, 12, axis=0)[None],
            ),
        },
        {"replicate": [0], "time": time, "department": list(record.departments), "group": ["ELN"]},
    )  # fmt: skip
    assert set(data) <= {*SERIES, "coca_ha_department"}
    return found.summarise(data, dict.fromkeys(OBSERVATION, 0.5))


def test_a_run_that_goes_as_history_did_has_its_numbers(tmp_path: Path) -> None:
    record = load_record(None)
    chosen = "{coca_department: 1, coca_national: 1}"
    found = found_in(tmp_path, chosen, record, start=2017)
    panel = record.panel("coca_ha", "department")
    assert panel is not None
    told = said(found, panel.values[np.isin(panel.years, (2017, 2018, 2019))], 0.0)
    assert list(told) == list(found.known)
    for key, summary in found.known.items():
        # National figures are a little more than the sum of departments.
        assert told[key] == pytest.approx(summary.observed, rel=0.02), key


def test_summaries_travel_and_their_digest_follows_them(tmp_path: Path) -> None:
    found = found_in(tmp_path, "{coca_national: 1}", load_record(None))
    again = pickle.loads(pickle.dumps(found))
    assert again.digest == found.digest
    other = HistorySummaries({}, found.yearly, found.spans)
    assert other.digest != found.digest
