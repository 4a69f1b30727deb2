"""Tidy tables: every row is a value of the run, and reading them gives it back."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import rift_sim
from rift_sim.errors import InputError
from rift_sim.export import blocks, hub, tables
from rift_sim.export.blocks import parse_levels
from rift_sim.export.source import Choice
from rift_sim.export.write import export


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_samples_come_back_from_csv(short_runs: dict[str, Path], tmp_path: Path) -> None:
    written = export([short_runs["gone"]], "csv", tmp_path / "all.csv", samples=True)
    rows = read(tmp_path / "all.csv")
    data = rift_sim.load(short_runs["gone"]).dataset
    assert written.written == len(rows) == sum(array.size for array in data.data_vars.values())
    keys = ("variable", "place", "group", "category", "replicate", "date")
    found = {tuple(row[key] for key in keys): row["value"] for row in rows}
    assert len(found) == len(rows), "no two rows have the same keys"
    days = data["time"].values.astype("datetime64[D]").astype(str)
    control, codes = data["control_department"].values, data["department"].values
    for r, t, d in np.ndindex(control.shape):
        key = ("control", str(codes[d]), "", "", str(r), days[t])
        assert np.float32(found[key]) == control[r, t, d]
    for name, key_of in (
        ("members_group", lambda label: ("members", "CO", label, "")),
        ("aid_usd_line", lambda label: ("aid_usd", "CO", "", label)),
        ("relationship_phase", lambda label: ("relationship_phase", "CO", "", label)),
    ):
        array, labels = data[name].values, data[data[name].dims[-1]].values
        for r, t, k in np.ndindex(array.shape):
            key = (*key_of(str(labels[k])), str(r), days[t])
            assert float(found[key]) == array[r, t, k]


def test_words_beside_the_value(short_runs: dict[str, Path], tmp_path: Path) -> None:
    export([short_runs["gone"]], "csv", tmp_path / "all.csv", levels=(0.5,))
    rows = read(tmp_path / "all.csv")
    first = next(r for r in rows if r["variable"] == "newly_displaced" and r["place"] == "54")
    data = rift_sim.load(short_runs["gone"]).dataset
    medians = data["newly_displaced_department"].sel(department="54").median("replicate")
    assert first == {
        "date": "2026-01-01", "period": "month", "scenario": "full-cutoff", "replicate": "",
        "quantile": "0.5", "place": "54", "place_name": "Norte de Santander", "group": "",
        "category": "", "variable": "newly_displaced", "unit": "people",
        "value": f"{float(medians[0]):g}",
    }  # fmt: skip
    # Another unit than the series of the same name: it keeps its own.
    counted = {r["unit"] for r in rows if r["variable"] == "presence_survey_department_group"}
    assert counted == {"count"}
    assert {r["unit"] for r in rows if r["variable"] == "presence_survey"} == {"1"}


def test_parquet_holds_the_same_rows(short_runs: dict[str, Path], tmp_path: Path) -> None:
    choice = Choice(variables=("control", "aid_usd"))
    for to in ("csv", "parquet"):
        export(
            [short_runs["gone"]], to, tmp_path / to, samples=True, levels=(0.25, 0.5), choice=choice
        )
    table = pq.read_table(tmp_path / "parquet")
    one = pd.read_csv(tmp_path / "csv", dtype={"place": str}, parse_dates=["date"])
    other = table.to_pandas()
    assert list(one.columns) == list(other.columns) == [c.name for c in tables.COLUMNS]
    for name in ("scenario", "place", "place_name", "group", "category", "variable", "unit"):
        assert (one[name].fillna("") == other[name].astype(object).fillna("")).all()
    for name in ("replicate", "quantile"):
        np.testing.assert_array_equal(one[name], other[name])
    np.testing.assert_allclose(one["value"], other["value"], rtol=1e-7)
    assert (pd.to_datetime(other["date"]) == one["date"]).all()
    made_by = json.loads(table.schema.metadata[b"rift_sim"])
    assert made_by["scenarios"][0]["seed"] == 2026
    assert {note["variable"] for note in made_by["series"]} == {"control", "aid_usd"}


def test_years_agree_with_the_summary(short_runs: dict[str, Path], tmp_path: Path) -> None:
    levels = (0.05, 0.25, 0.5, 0.75, 0.95)
    written = export(
        [short_runs["kept"]], "csv", tmp_path / "y.csv", levels=levels, period="year",
        choice=Choice(national=True),
    )  # fmt: skip
    found = {
        (r["variable"], r["date"], float(r["quantile"])): float(r["value"])
        for r in read(tmp_path / "y.csv")
    }
    summary = [r for r in rift_sim.load(short_runs["kept"]).rows() if r.year == 2026]
    assert len(found) == 5 * len(summary)
    for row in summary:
        for level, name in zip(levels, ("p05", "p25", "median", "p75", "p95"), strict=True):
            value = found[row.variable, "2026-01-01", level]
            assert value == pytest.approx(getattr(row, name), rel=1e-12)
    assert written.notes == ("no-cutoff: 2027 left out by year, months are missing.",)


@pytest.mark.parametrize("to", ["csv", "iamc", "hub"])
def test_small_blocks_write_the_same(
    short_runs: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    """However little is held at once, numbers are the same (their order may differ)."""

    def lines(name: str) -> list[str]:
        out = tmp_path / name
        export(
            [short_runs["gone"]], to, out, levels=(0.5, 0.9), samples=to != "iamc",
            choice=Choice(variables=("control", "newly_displaced"), until="2026-12",
            departments=("27", "54")), hub_files="csv", period="year" if to == "iamc" else None,
        )  # fmt: skip
        file = next(out.rglob("*.csv")) if out.is_dir() else out
        return sorted(file.read_text(encoding="utf-8").splitlines())

    whole = lines("whole")
    monkeypatch.setattr(blocks, "_LARGEST", 100)
    monkeypatch.setattr(blocks, "_LARGEST_SORTED", 100)
    monkeypatch.setattr(tables, "_ROWS", 7)
    monkeypatch.setattr(hub, "_ROWS", 7)
    assert lines("parts") == whole


def test_a_sweep_is_written_whole_or_in_part(short_runs: dict[str, Path], tmp_path: Path) -> None:
    choice = Choice(variables=("aid_usd",), national=True)
    written = export([short_runs["two"]], "csv", tmp_path / "s.csv", choice=choice, samples=True)
    labels = {row["scenario"] for row in read(tmp_path / "s.csv")}
    data = rift_sim.load(short_runs["two"]).dataset
    assert labels == set(data["scenario"].values.tolist())
    assert any("no pairs" in note for note in written.notes)
    one = sorted(labels)[0]
    export([short_runs["two"]], "csv", tmp_path / "one.csv", choice=choice, scenarios=[one])
    assert {row["scenario"] for row in read(tmp_path / "one.csv")} == {one}


@pytest.mark.parametrize(
    ("labels", "place", "group"),
    [
        ({"departments": ("Chocó",)}, "27", ""),
        ({"groups": ("ELN",)}, "CO", "ELN"),
        ({"national": True}, "CO", ""),
    ],
)
def test_parts_are_cut(
    short_runs: dict[str, Path], tmp_path: Path, labels: dict[str, Any], place: str, group: str
) -> None:
    choice = Choice(
        variables=("control",), since="2026-03", until="2026-04", replicates=2, **labels
    )
    export([short_runs["gone"]], "csv", tmp_path / "cut.csv", choice=choice, samples=True)
    found = [
        (row["date"], row["replicate"], row["place"], row["group"])
        for row in read(tmp_path / "cut.csv")
    ]
    assert found == [
        (f"2026-{month}-01", replicate, place, group)
        for replicate in "01"
        for month in ("03", "04")
    ]


def test_municipalities_are_means_of_whole_years(places_run: Path, tmp_path: Path) -> None:
    export([places_run], "csv", tmp_path / "p.csv", levels=(0.5,))
    rows = [r for r in read(tmp_path / "p.csv") if r["variable"] == "presence_probability"]
    own = rift_sim.load(places_run).dataset["presence_probability"]
    assert [r["place"] for r in rows] == own["municipality"].values.tolist()
    assert [r["place_name"] for r in rows] == list("ABCDE")
    assert [float(r["value"]) for r in rows] == own.values[0].tolist()
    assert {(r["date"], r["period"], r["replicate"], r["quantile"]) for r in rows} == {
        ("2026-01-01", "year", "", "")
    }


def test_the_description_beside_a_csv_file(short_runs: dict[str, Path], tmp_path: Path) -> None:
    written = export([short_runs["gone"]], "csv", tmp_path / "a.csv", choice=Choice(national=True))
    assert written.files == (tmp_path / "a.csv", tmp_path / "a.csv-metadata.json")
    described: dict[str, Any] = json.loads(written.files[1].read_text(encoding="utf-8"))
    assert described["url"] == "a.csv"
    columns = [column["name"] for column in described["tableSchema"]["columns"]]
    rows = read(tmp_path / "a.csv")
    assert columns == list(rows[0])
    assert "not for operational use" in described["dc:description"]
    series = {note["variable"]: note for note in described["notes"][1]["series"]}
    assert set(series) == {row["variable"] for row in rows}
    assert series["control"]["kind"] == "stock"


@pytest.mark.parametrize("text", ["", "half", "0.5,1.5", "0.5,0.5", "-0.1", "nan"])
def test_levels_that_cannot_be_used(text: str) -> None:
    with pytest.raises(InputError, match="--quantiles"):
        parse_levels(text)


def test_levels_are_sorted() -> None:
    assert parse_levels("0.95, 0.05,0.5") == (0.05, 0.5, 0.95)
