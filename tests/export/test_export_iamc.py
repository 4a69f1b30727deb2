"""The IAMC table: against its definition here, and read by pyam in an environment of its own."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
import sysconfig
import textwrap
import venv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rift_sim
from rift_sim.errors import InputError
from rift_sim.export.source import Choice
from rift_sim.export.write import export

INDEX = ["Model", "Scenario", "Region", "Variable", "Unit"]
PYAM = ("pyam-iamc==3.3.0", "sqlalchemy<2.1")
"""pyam wants a pandas before 3, and what it keeps data in an SQLAlchemy before 2.1."""


def table(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    return head, rows


def test_columns_and_names_are_those_of_the_format(
    short_runs: dict[str, Path], tmp_path: Path
) -> None:
    written = export([short_runs["gone"], short_runs["kept"]], "iamc", tmp_path / "i.csv")
    head, rows = table(tmp_path / "i.csv")
    assert head == [*INDEX, "2026"]
    assert len(rows) == written.written
    keys = [tuple(row[:5]) for row in rows]
    assert len(set(keys)) == len(keys), "a series stands once"
    assert all(all(word == word.strip() and word for word in key) for key in keys)
    for row in rows:
        float(row[5])
    regions = {key[2] for key in keys}
    assert {"Colombia", "Colombia|Norte de Santander"} <= regions
    assert all(region.split("|")[0] == "Colombia" for region in regions)
    variables = {key[3]: key[4] for key in keys}
    assert variables["Newly Displaced|50th Percentile"] == "people/yr"
    assert variables["Control|5th Percentile"] == "dimensionless"
    assert variables["Aid USD|Air Mobility|95th Percentile"] == "USD/yr"
    assert variables["Members|ELN|50th Percentile"] == "people"


def test_values_are_the_quantiles_of_whole_years(
    short_runs: dict[str, Path], tmp_path: Path
) -> None:
    export([short_runs["kept"]], "iamc", tmp_path / "i.csv", levels=(0.01, 0.025, 0.112, 0.5))
    _, rows = table(tmp_path / "i.csv")
    found = {(row[2], row[3]): float(row[5]) for row in rows}
    data = rift_sim.load(short_runs["kept"]).dataset
    sums = data["newly_displaced_department"].sel(department="27").values[:, :12].sum(axis=1)
    for level, word in ((0.01, "1st"), (0.025, "2.5th"), (0.112, "11.2th"), (0.5, "50th")):
        value = found["Colombia|Chocó", f"Newly Displaced|{word} Percentile"]
        assert value == pytest.approx(np.quantile(sums, level))


def test_samples_have_a_column_for_the_replicate(
    short_runs: dict[str, Path], tmp_path: Path
) -> None:
    choice = Choice(variables=("control",), national=True)
    export([short_runs["gone"]], "iamc", tmp_path / "i.csv", samples=True, period="month",
           choice=choice)  # fmt: skip
    head, rows = table(tmp_path / "i.csv")
    own = rift_sim.load(short_runs["gone"]).dataset["control"]
    days = own["time"].values.astype("datetime64[D]").astype(str).tolist()
    assert head == [*INDEX, "Replicate", *days]
    assert [row[5] for row in rows] == [str(r) for r in range(6)]
    np.testing.assert_array_equal(np.array([row[6:] for row in rows], float), own.values)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"samples": True, "levels": (0.5,)}, "samples and quantiles"),
        ({"choice": Choice(until="2026-06")}, "no whole year"),
    ],
)
def test_what_does_not_fit_is_refused(
    short_runs: dict[str, Path], tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        export([short_runs["gone"]], "iamc", tmp_path / "i.csv", **options)
    assert not list(tmp_path.iterdir())


def test_municipalities_and_other_months_are_refused(
    short_runs: dict[str, Path], places_run: Path, tmp_path: Path
) -> None:
    only = Choice(variables=("presence_probability",))
    with pytest.raises(InputError, match="no place for municipalities"):
        export([places_run], "iamc", tmp_path / "i.csv", choice=only)
    with pytest.raises(InputError, match="differ in their months"):
        export([short_runs["gone"], places_run], "iamc", tmp_path / "i.csv", period="month",
               choice=Choice(national=True))  # fmt: skip


READER = """
import json, sys
import pyam
found = []
for file in sys.argv[1:]:
    frame = pyam.IamDataFrame(file)
    rows = frame.data.rename(columns={frame.time_col: "when"}).astype({"when": str})
    found.append(rows.to_dict("records"))
print(json.dumps(found))
"""
KEYS = ("model", "scenario", "region", "variable", "unit")


@pytest.fixture(scope="session")
def python_with_pyam(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of an environment that has pyam, kept between test runs.

    What it needs beyond its own it finds in this environment, which is not changed.
    """
    kept: pytest.Cache | None = getattr(pytestconfig, "cache", None)
    name = "pyam-" + hashlib.sha256(" ".join(PYAM).encode()).hexdigest()[:12]
    folder = Path(kept.mkdir(name)) if kept else tmp_path_factory.mktemp(name)
    python = folder / "bin" / "python"
    has_it = [str(python), "-c", "import pyam"]
    if python.exists() and subprocess.run(has_it, capture_output=True, check=False).returncode == 0:
        return python
    venv.create(folder, clear=True, symlinks=True)
    own = sysconfig.get_path("purelib", "venv", vars={"base": str(folder)})
    here = sysconfig.get_path("purelib")
    Path(own, "beside.pth").write_text(f"{here}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "--python", str(python), "install"]
    options = ["--quiet", "--no-compile", *PYAM]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        pytest.skip(f"pyam cannot be installed here: {reason}")
    return python


@pytest.mark.long
def test_pyam_reads_both_forms(
    short_runs: dict[str, Path], tmp_path: Path, python_with_pyam: Path
) -> None:
    years, months = tmp_path / "years.csv", tmp_path / "months.csv"
    export([short_runs["gone"], short_runs["kept"]], "iamc", years)
    choice = Choice(variables=("control", "members"))
    export([short_runs["gone"]], "iamc", months, samples=True, period="month", choice=choice)
    done = subprocess.run(
        [str(python_with_pyam), "-W", "ignore", "-c", textwrap.dedent(READER), years, months],
        # Its units are cached by a path that another environment may have had.
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    by_year, by_month = json.loads(done.stdout)
    for read, file in ((by_year, years), (by_month, months)):
        head, rows = table(file)
        first = head.index("Replicate") + 1 if "Replicate" in head else len(INDEX)
        wanted = {
            (*row[:first], when): float(text)
            for row in rows
            for when, text in zip(head[first:], row[first:], strict=True)
        }
        own = KEYS if first == len(INDEX) else (*KEYS, "replicate")
        found = {(*(str(row[key]) for key in own), row["when"][:10]): row["value"] for row in read}
        assert set(read[0]) == {*own, "when", "value"}
        assert len(read) == len(found)
        assert found == pytest.approx(wanted, rel=1e-12)
