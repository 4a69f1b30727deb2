"""The record: panels, waves, overlaps, coverage, what absence means, and the ledger."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from rift_sim.analysis.municipal.patterns import (
    contested_ratio,
    log_correlation,
    refill_ratio,
    variance_power,
)
from rift_sim.errors import InputError
from rift_sim.observed import Record, data_directory, load_record, load_targets
from rift_sim.observed.formats import FORMATS
from rift_sim.observed.panels import SEEN
from rift_sim.territory import load_territory

COCA = "mpio_code,year,coca_ha"
EVENTS = "mpio_code,year,actor_main,actor_sub,events"
REGISTER = "mpio_code,year,displaced_ruv,scale_ambiguous"
PRESENCE = "mpio_code,year,group"


def write(folder: Path, name: str, *lines: str) -> None:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def at(record: Record, measure: str, year: int, code: str) -> float:
    panel = record.panel(measure, "municipality")
    assert panel is not None
    values = panel.year(year)
    assert values is not None
    return float(values[record.places.index(code)])


def test_without_files_the_ledger_stands_alone() -> None:
    record = load_record(None)
    assert set(record.panels) == {("coca_ha", "department")}
    assert record.presence(2022) is None
    assert record.panel("homicides", "municipality") is None
    assert record.warnings == (
        "no data files: set RIFT_DATA to their folder; the ledger stands alone",
    )


def test_the_folder_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RIFT_DATA", raising=False)
    assert data_directory() is None
    monkeypatch.setenv("RIFT_DATA", "some/folder")
    assert data_directory() == Path("some/folder")


def test_national_series_go_by_measure_or_fact() -> None:
    record = load_record(None)
    assert record.national("newly_displaced_ruv")[2013] == 317_518
    assert record.national("newly_displaced_ruv") == record.national("IDP_NEW_RUV")
    assert 2021 not in record.national("newly_displaced_idmc")
    # December counts as the year; July does not.
    assert record.national("members") == {2022: 15120, 2023: 16770, 2024: 21958, 2025: 27121}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("HOMICIDES_2000_2002", "the fact 'HOMICIDES_2000_2002' is not verified"),
        ("population", "no source gives a national series of 'population'"),
        ("homicide", "there is no national series 'homicide'; .*did you mean 'homicides'"),
        ("D_COCA", "the fact 'D_COCA' is not a series"),
    ],
)
def test_national_series_that_are_none_are_refused(name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_record(None).national(name)


def test_coca_by_department_is_the_table_of_the_ledger() -> None:
    record = load_record(None)
    panel = record.panel("coca_ha", "department")
    assert panel is not None
    values = panel.year(2024)
    assert values is not None
    assert values[record.departments.index("52")] == 74547.8
    assert values[record.departments.index("11")] == 0.0
    assert values.sum() == pytest.approx(261_386, rel=0.001)
    assert panel.year(2009) is None


def test_absent_is_zero_where_the_source_lists_only_what_there_is(tmp_path: Path) -> None:
    # 2025 has no national total to compare with.
    write(tmp_path, "coca_mpio.csv", COCA, "05001,2025,4.5")
    write(
        tmp_path,
        "vipaa_mpio_year_actor.csv",
        EVENTS,
        "05001,2010,Insurgents,ELN,2",
        "05001,2010,Government,Army,3",
    )
    record = load_record(tmp_path)
    assert at(record, "coca_ha", 2025, "05001") == 4.5
    assert at(record, "coca_ha", 2025, "05002") == 0.0
    assert at(record, "conflict_events", 2010, "05001") == 5.0
    assert at(record, "conflict_events_groups", 2010, "05001") == 2.0
    assert at(record, "conflict_events", 2010, "99001") == 0.0


def test_absent_is_missing_where_zeros_are_written_out(tmp_path: Path) -> None:
    write(
        tmp_path,
        "ruv_displacement_mpio.csv",
        REGISTER,
        "05001,2025,8,0",
        "05002,2025,0,0",
        "05004,2025,9,1",
    )
    record = load_record(tmp_path)
    assert at(record, "newly_displaced_ruv", 2025, "05001") == 8.0
    assert at(record, "newly_displaced_ruv", 2025, "05002") == 0.0
    # Doubtful scale, and not listed.
    assert np.isnan(at(record, "newly_displaced_ruv", 2025, "05004"))
    assert np.isnan(at(record, "newly_displaced_ruv", 2025, "05021"))
    assert (
        "ruv_displacement_mpio.csv: 1 lines with scale_ambiguous = 1 set to missing"
        in record.warnings
    )


def test_a_department_counts_when_nearly_all_its_people_are_seen(tmp_path: Path) -> None:
    territory = load_territory()
    people = dict(zip(territory.code, territory.population.tolist(), strict=True))
    arauca = [code for code in people if code.startswith("81")]
    smallest = min(arauca, key=people.__getitem__)
    largest = max(arauca, key=people.__getitem__)
    everyone = sum(people[code] for code in arauca)
    assert people[smallest] < (1 - SEEN) * everyone < people[largest]
    for missing, expected in ((smallest, len(arauca) - 1.0), (largest, np.nan)):
        lines = [f"{code},2025,1,0" for code in arauca if code != missing]
        write(tmp_path, "ruv_displacement_mpio.csv", REGISTER, *lines)
        record = load_record(tmp_path)
        panel = record.panel("newly_displaced_ruv", "department")
        assert panel is not None
        found = panel.values[0, record.departments.index("81")]
        np.testing.assert_equal(found, expected)


def test_files_of_one_measure_may_overlap_where_they_agree(tmp_path: Path) -> None:
    write(tmp_path, "coca_mpio_a.csv", COCA, "05001,2025,4", "05002,2025,0")
    write(tmp_path, "coca_mpio_b.csv", COCA, "05001,2025,4.0", "05001,2026,6")
    record = load_record(tmp_path)
    assert at(record, "coca_ha", 2025, "05001") == 4.0
    assert at(record, "coca_ha", 2026, "05001") == 6.0


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ("05001,2025,5", r"b.csv:2: coca_ha: 05001 in 2025 is 5 here and 4 in coca_mpio_a.csv:2"),
        ("05002,2025,3", r"b.csv:1: coca_ha: 05001 in 2025 is 0 here and 4 in coca_mpio_a.csv:2"),
    ],
)
def test_files_that_disagree_are_both_named(tmp_path: Path, second: str, message: str) -> None:
    write(tmp_path, "coca_mpio_a.csv", COCA, "05001,2025,4", "05002,2025,3")
    write(tmp_path, "coca_mpio_b.csv", COCA, second)
    with pytest.raises(InputError, match=message):
        load_record(tmp_path)


def test_waves_that_disagree_are_both_named(tmp_path: Path) -> None:
    write(tmp_path, "pares_presence_a.csv", PRESENCE, "05001,2022,ELN")
    write(tmp_path, "pares_presence_b.csv", PRESENCE, "05001,2022,EGC")
    with pytest.raises(InputError, match=r"05001 in 2022 \(EGC\) is 1 here and 0 in pares_pres"):
        load_record(tmp_path)


def test_a_doubtful_number_gives_way_to_one_that_is_not(tmp_path: Path) -> None:
    write(tmp_path, "ruv_displacement_mpio_a.csv", REGISTER, "05001,2025,4,1")
    write(tmp_path, "ruv_displacement_mpio_b.csv", REGISTER, "05001,2025,4000,0")
    assert at(load_record(tmp_path), "newly_displaced_ruv", 2025, "05001") == 4000.0


def test_a_year_that_misses_the_national_total_is_left_out(tmp_path: Path) -> None:
    write(
        tmp_path, "homicides_mpio.csv", "mpio_code,year,homicides",
        "05001,2018,12573", "05001,2019,12000", "05001,2017,12500",
    )  # fmt: skip
    record = load_record(tmp_path)
    panel = record.panel("homicides", "municipality")
    assert panel is not None
    assert panel.years.tolist() == [2018]
    assert record.warnings == (
        "homicides_mpio.csv: 2017 left out, its sum is 4.5% above the national total (HOMICIDES)",
        "homicides_mpio.csv: 2019 left out, its sum is 4.4% short of the national total "
        "(HOMICIDES)",
    )


def test_a_year_with_few_places_is_named_and_kept(tmp_path: Path) -> None:
    full = [f"{code},2022,ELN" for code in ("05001", "05002", "05004", "05021", "05030")]
    write(tmp_path, "pares_presence.csv", PRESENCE, *full, "05001,2019,ELN", "05002,2019,EGC")
    record = load_record(tmp_path)
    assert record.warnings == (
        "pares_presence.csv: few places listed in 2019 (2); 5 in the fullest year: coverage may be "
        "partial",
    )
    wave, whole = record.presence(2019), record.presence(2022)
    assert wave is not None
    assert whole is not None
    assert (wave.partial, whole.partial) == (True, False)
    assert wave.groups == ("EGC", "ELN")
    assert wave.any.sum() == 2
    assert wave.flags[:, record.places.index("05001")].tolist() == [False, True]


def test_the_same_folder_gives_places_outside_no_column(tmp_path: Path) -> None:
    write(tmp_path, "coca_mpio.csv", COCA, "05001,2025,4", "05999,2025,7")
    record = load_record(tmp_path)
    panel = record.panel("coca_ha", "municipality")
    assert panel is not None
    assert panel.values.sum() == 4.0
    assert "coca_mpio.csv: not in the territory and left out (lines): 05999 (1)" in record.warnings


DATA = os.environ.get("RIFT_DATA")
needs_data = pytest.mark.skipif(
    not DATA, reason="RIFT_DATA does not name the folder of third-party data"
)


@pytest.fixture(scope="module")
def real() -> Record:
    return load_record(data_directory())


@needs_data
def test_real_files_are_all_known(real: Record) -> None:
    assert set(real.holdings) == set(FORMATS)
    assert real.holdings["coca"].skipped.keys() == {2001, 2009}


@needs_data
def test_real_coca_sums_by_department_meet_the_table(real: Record) -> None:
    table = load_record(None).panel("coca_ha", "department")
    municipal = real.panel("coca_ha", "municipality")
    assert table is not None
    assert municipal is not None
    territory = load_territory()
    index = territory.department_index[: len(real.places)]
    shared = sorted(set(table.years.tolist()) & set(municipal.years.tolist()))
    assert shared == list(range(2010, 2020))
    for year in shared:
        values, rows = municipal.year(year), table.year(year)
        assert values is not None
        assert rows is not None
        sums = np.bincount(index, values, minlength=len(real.departments))
        # In the first years the table lacks places with traces of coca.
        assert np.abs(sums - rows).sum() < (0.006 if year < 2014 else 0.001) * rows.sum()


@needs_data
def test_real_homicides_sum_to_the_nation_so_absent_is_zero(real: Record) -> None:
    panel = real.panel("homicides", "department")
    assert panel is not None
    nation = real.national("homicides")
    for year, values in zip(panel.years.tolist(), panel.values, strict=True):
        assert values.sum() == nation[year]


@needs_data
def test_patterns_of_the_targets_come_out_of_the_files(real: Record) -> None:
    targets = load_targets().targets
    register = real.panel("newly_displaced_ruv", "municipality")
    people = real.panel("population", "municipality")
    survey = real.holdings["vipaa"].cells
    assert register is not None
    assert people is not None
    column = {code: k for k, code in enumerate(real.places)}
    residents = people.year(2011)
    assert residents is not None

    def kinds(year: int) -> np.ndarray:
        named = {(key.code, key.label.split("/")[0]) for key in survey if key.year == year}
        counts = np.zeros(len(column), dtype=np.int64)
        for code, kind in named:
            if kind != "Government" and code in column:
                counts[column[code]] += 1
        return counts

    contested = targets["contested_places"].values
    assert contested is not None
    for year, value in contested.items():
        displaced = register.year(int(year))
        assert displaced is not None
        found = contested_ratio(displaced, residents, kinds(int(year)))
        assert found == pytest.approx(value, abs=0.005)

    farc = np.zeros(len(column), dtype=bool)
    for key in survey:
        if key.label.endswith("/FARC") and 2011 <= key.year <= 2014:
            farc[column[key.code]] = True
    refill = targets["farc_refill"].values
    assert refill is not None
    for year, value in refill.items():
        wave = real.presence(int(year))
        assert wave is not None
        assert refill_ratio(farc, wave.any) == pytest.approx(value, abs=0.01)

    power = targets["displacement_overdispersion"].values
    assert power is not None
    assert variance_power(register.values) == pytest.approx(power["2013"], abs=0.005)
    persistence = targets["displacement_persistence"].values
    assert persistence is not None
    found = log_correlation(register.values[1], register.values[2])
    assert found == pytest.approx(persistence["2013"], abs=0.005)
