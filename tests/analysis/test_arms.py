"""Runs opened to be set side by side, and what is refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rift_sim
from rift_sim.analysis.compare.arms import common_replicates, open_arms, open_run, unpairable
from rift_sim.analysis.compare.selection import pick_departments, pick_groups, pick_variable, select
from rift_sim.ensemble.lock import writer_lock
from rift_sim.ensemble.storage.layout import read_json, seal, write_json
from rift_sim.errors import InputError

Copy = Callable[..., Path]
KEPT_2026, GONE_2026 = "aid=kept, luck=2026", "aid=gone, luck=2026"


def test_two_runs_that_pair(short_runs: dict[str, Path]) -> None:
    found = open_arms([short_runs["gone"], rift_sim.load(short_runs["kept"])])
    assert [arm.label for arm in found.arms] == ["full-cutoff", "no-cutoff"]
    assert found.mixed == ()
    assert found.notes == ()
    assert unpairable(found.arms) == []
    assert common_replicates(found.arms).tolist() == list(range(6))
    assert [str(month) for month in found.arms[0].months] == ["2026-01", "2027-03"]


def test_what_does_not_pair_is_said(short_runs: dict[str, Path]) -> None:
    arms = open_arms([short_runs[name] for name in ("kept", "seed", "gone")]).arms
    assert [arm.label for arm in arms] == [
        "no-cutoff (kept)",
        "no-cutoff (seed)",
        "full-cutoff (gone)",
    ]
    (reason,) = unpairable(arms)
    assert reason.endswith("differ in seed (2026 and 7)")


def test_months_and_parameters_must_be_the_same(short_runs: dict[str, Path], copy: Copy) -> None:
    prior = copy("kept", parameters="prior")
    (reason,) = unpairable(open_arms([short_runs["gone"], prior]).arms)
    assert "differ in parameters (posterior-2025 and prior)" in reason
    sweep = open_arms([short_runs["gone"], short_runs["two"]], [KEPT_2026]).arms
    assert "months (2026-01 to 2027-03 and 2026-01 to 2026-03)" in unpairable(sweep)[0]


def test_scenarios_of_a_sweep_are_arms(short_runs: dict[str, Path]) -> None:
    arms = open_arms([short_runs["two"]], [GONE_2026, KEPT_2026, "aid=kept, luck=7"]).arms
    assert [arm.label for arm in arms] == [GONE_2026, KEPT_2026, "aid=kept, luck=7"]
    assert "scenario" not in arms[0].data.dims
    aid = [float(arm.data["aid_usd"][:, -1].mean()) for arm in arms]
    assert aid[0] < aid[1]
    assert unpairable(arms[:2]) == []
    assert "seed (2026 and 7)" in unpairable(arms)[0]


def test_an_interrupted_run_is_taken_as_far_as_it_got(copy: Copy) -> None:
    folder = copy("kept", finished=False)
    (note,) = open_arms([folder]).notes
    assert note == f"{folder} was interrupted; it has 8 replicates."


def test_a_run_still_being_written_is_refused(copy: Copy) -> None:
    folder = copy("kept")
    run = rift_sim.load(folder)
    with writer_lock(folder):
        for source in (folder, run):
            with pytest.raises(InputError, match=r"still being written \(process \d+ on"):
                open_run(source)
    assert open_run(folder).replicates == 8


@pytest.mark.parametrize(
    ("identity", "version", "says"),
    [
        ({"code": "0"}, "9.9.9", r"the code \(rift_sim 0\.1\.0 and 9\.9\.9\)"),
        ({"seeds": "0"}, "0.1.0", "the figures in seeds/"),
    ],
)
def test_mixed_versions_are_refused_or_marked(
    short_runs: dict[str, Path], copy: Copy, identity: dict[str, str], version: str, says: str
) -> None:
    old = rift_sim.load(short_runs["kept"]).manifest["versions"]
    other = copy("kept", identity=identity, versions=old | {"rift_sim": version})
    with pytest.raises(InputError, match=says) as error:
        open_arms([short_runs["gone"], other])
    assert "--allow-mixed" in str(error.value)
    found = open_arms([short_runs["gone"], other], allow_mixed=True)
    assert len(found.mixed) == 1


def test_other_libraries_are_noted(short_runs: dict[str, Path], copy: Copy) -> None:
    old = rift_sim.load(short_runs["kept"]).manifest["versions"]
    found = open_arms([short_runs["gone"], copy("kept", versions=old | {"numpy": "9.0"})])
    assert found.mixed == ()
    assert "and 9.0); their last bits may differ." in found.notes[0]


def _no_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def _no_replicate(folder: Path) -> None:
    shutil.rmtree(folder / "trajectories.zarr" / "status" / "c")
    file = folder / "manifest.json"
    write_json(file, seal(read_json(file) | {"replicates": 0}))


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (shutil.rmtree, "no such folder"),
        (
            lambda folder: shutil.rmtree(folder / "trajectories.zarr"),
            r"trajectories\.zarr: is missing",
        ),
        (_no_manifest, "manifest.json is missing or damaged"),
        (_no_replicate, "no replicate of the run is finished and sound"),
    ],
)
def test_folders_that_cannot_be_read(copy: Copy, harm: Callable[[Path], None], says: str) -> None:
    folder = copy("kept")
    harm(folder)
    with pytest.raises(InputError, match=says):
        open_run(folder)


def test_the_name_of_a_scenario_is_not_a_folder(
    short_runs: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(short_runs["kept"], Path("runs") / "no-cutoff")
    with pytest.raises(InputError, match="runs/no-cutoff"):
        open_run("no-cutoff")


@pytest.mark.parametrize(
    ("names", "scenarios", "says"),
    [
        ([], [], "nothing to open"),
        (["gone", "gone"], [], "the run stands twice"),
        (["gone"], ["x"], "the run is no sweep"),
        (["gone", "kept"], ["x"], "none of the runs is a sweep"),
        (["gone", "two"], ["x", "y"], "several runs and several scenarios"),
        (["two"], [], "the run is a sweep"),
        (["two"], ["aid=gone, luck=2025"], "did you mean 'aid=gone, luck=2026'"),
        (["two"], [GONE_2026, GONE_2026], "stands twice"),
    ],
)
def test_arms_that_cannot_be_opened(
    short_runs: dict[str, Path], names: list[str], scenarios: list[str], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        open_arms([short_runs[name] for name in names], scenarios)


def test_parts_of_a_run(short_runs: dict[str, Path]) -> None:
    data = rift_sim.load(short_runs["kept"]).dataset
    part = select(
        data,
        variables=["control", "relationship_phase"],
        since="2026-12",
        until="2027-02",
        departments=["Bogota, D.C.", "05"],
        groups=["eln"],
        replicates=3,
    )
    assert set(part.data_vars) == {
        "control", "control_department", "control_group", "relationship_phase",
    }  # fmt: skip
    assert dict(part.sizes) == {"replicate": 3, "time": 3, "department": 2, "group": 1, "phase": 4}
    assert part["department"].values.tolist() == ["11", "05"]
    np.testing.assert_array_equal(
        part["control_group"].values[..., 0],
        data["control_group"].sel(group="ELN").values[:3, 11:14],
    )
    assert set(select(data).data_vars) == set(data.data_vars)


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        ({"variables": ["contrl"]}, "did you mean 'control'"),
        ({"variables": []}, "no series is chosen"),
        (
            {"since": "2028-01"},
            "--since: 2028-01 lies outside the run; allowed: 2026-01 to 2027-03",
        ),
        ({"until": "soon"}, "'soon' is not a date"),
        ({"since": "2027-01", "until": "2026-12"}, "no month lies between"),
        ({"departments": ["Antioqia"]}, "did you mean 'Antioquia'"),
        ({"departments": []}, "no department is chosen"),
        ({"groups": ["FARQ"]}, "there is no group 'FARQ'"),
        ({"groups": []}, "no group is chosen"),
        ({"replicates": 0}, "allowed: 1 to 8"),
        ({"replicates": 9}, "allowed: 1 to 8"),
    ],
)
def test_empty_and_unknown_choices(
    short_runs: dict[str, Path], choice: dict[str, Any], says: str
) -> None:
    with pytest.raises(InputError) as error:
        select(rift_sim.load(short_runs["kept"]).dataset, **choice)
    assert says in str(error.value)


def test_series_by_dimension(short_runs: dict[str, Path]) -> None:
    data = rift_sim.load(short_runs["kept"]).dataset
    assert pick_variable(data, "aid_usd", "line").dims == ("replicate", "time", "line")
    with pytest.raises(InputError, match="'coca_ha' is not observed by group"):
        pick_variable(data, "coca_ha", "group")
    assert pick_departments(data, ["antioquia", "05"]) == ["05"]
    national = select(data, variables=["capability"])
    with pytest.raises(InputError, match="nothing by department"):
        pick_departments(national, ["05"])
    with pytest.raises(InputError, match="nothing by group"):
        pick_groups(national, ["ELN"])
