"""Departments of another country, and groups of another ledger."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rift_sim.calendar import Month
from rift_sim.errors import InputError
from rift_sim.initial.as_of import most_coca
from rift_sim.resources import SEEDS_VARIABLE, shipped
from rift_sim.seeds import load_ledger
from rift_sim.territory import load_territory

DEPARTMENTS = "code,name\n01,Highlands\n02,Coast\n"
PLACES = """\
code,name,longitude,latitude,population
01001,Alta,150.0,-45.0,400000
01002,Brisa,150.3,-45.0,60000
02001,Darsena,150.3,-45.3,120000
"""


def files(folder: Path, departments: str = DEPARTMENTS, places: str = PLACES) -> dict[str, Path]:
    made = {"departments": departments, "municipalities": places,
            "neighbours": "a,b\n01001,01002\n01002,02001\n"}  # fmt: skip
    for name, text in made.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.csv" for name in made}


def test_nothing_of_colombia_is_filled_in(tmp_path: Path) -> None:
    territory = load_territory(**files(tmp_path), strict=True)
    assert territory.departments == ("01", "02")
    assert territory.department_names == ("Highlands", "Coast")
    assert territory.department_index.tolist() == [0, 0, 1]
    assert not territory.is_zone.any()
    assert not territory.border_venezuela.any()
    assert not territory.warnings


def test_a_code_of_colombia_is_warned_of_and_brings_no_borders(tmp_path: Path) -> None:
    """54001 is Cúcuta, at the border and next to a border zone."""
    places = PLACES.replace("02001", "54001")
    made = files(tmp_path, "code,name\n01,Highlands\n54,Coast\n", places)
    made["neighbours"].write_text("a,b\n01001,01002\n01002,54001\n", encoding="utf-8")
    territory = load_territory(**made)
    assert not territory.is_zone.any()
    assert not territory.border_venezuela.any()
    assert any("Colombia has departments 54, too" in warning for warning in territory.warnings)


@pytest.mark.parametrize(
    ("departments", "line", "problem"),
    [
        ("code,name\n1,Highlands\n02,Coast\n", 2, "'1' is not a department's code"),
        ("code,name\n01,Highlands\n01,Coast\n", 3, "'01' stands twice"),
        ("cod,name\n01,Highlands\n", 1, "column 'code' is missing"),
    ],
)
def test_refused_departments(tmp_path: Path, departments: str, line: int, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        load_territory(**files(tmp_path, departments))
    assert problem in str(caught.value)
    assert caught.value.line == line


def test_departments_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="need municipalities"):
        load_territory(departments=files(tmp_path)["departments"])


def test_a_place_of_no_department_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="begins with no department's code"):
        load_territory(**files(tmp_path, "code,name\n01,Highlands\n"))


def test_coca_of_departments_that_no_survey_knows_is_nothing() -> None:
    most = most_coca(load_ledger(), ("01", "02"), Month(2026, 1))
    assert np.array_equal(most, [0.0, 0.0])


def rift(*arguments: str, seeds: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rift_sim.cli", *arguments],
        env={**os.environ, SEEDS_VARIABLE: str(seeds)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_another_ledger_is_read_and_one_that_is_not_there_refused(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    shutil.copytree(shipped("seeds"), seeds)
    file = seeds / "groups.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("Gaitanista Army of Colombia", "Red Column"), encoding="utf-8")
    assert "Red Column" in rift("seeds", "groups", "EGC", seeds=seeds).stdout
    missing = rift("seeds", "groups", seeds=tmp_path / "none")
    assert missing.returncode == 2
    assert missing.stderr.startswith("error: ")
    assert missing.stderr.count("\n") == 1
    assert "sources.yaml" in missing.stderr
