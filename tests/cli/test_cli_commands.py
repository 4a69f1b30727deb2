"""The ``rift`` command from end to end, on the real model, with small runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import rift_sim
from rift_sim.cli import main

SMALL = """\
name: small
title: A small scenario
question: Does it run?
extends: reference
end: 2027-06
replicates: 3
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "small.yaml").write_text(SMALL)
    return tmp_path


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    (folder / "small.yaml").write_text(SMALL)
    rift_sim.run(folder / "small.yaml", out=folder / "small", workers=1, municipal=True)
    return folder / "small"


def rift(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rift_sim.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must be refused in one line, and return the line."""
    before = sorted(Path.cwd().rglob("*"))
    assert main(list(arguments)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    assert sorted(Path.cwd().rglob("*")) == before
    return captured.err


def test_run_from_file_to_table(here: Path) -> None:
    done = rift("run", "small.yaml", "--workers", "2")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    for words in ("De facto control", "% of municipalities", "Newly displaced", "2026", "2027"):
        assert words in done.stdout
    assert "not for operational use" in " ".join(done.stdout.split())
    assert max(len(line) for line in done.stdout.splitlines()) <= 100
    made = {path.name for path in (here / "runs" / "small").iterdir()}
    assert made == {
        "trajectories.zarr",
        "scenario.resolved.yaml",
        "manifest.json",
        "summary.csv",
        "figures",
    }
    pictures = {path.name for path in (here / "runs" / "small" / "figures").iterdir()}
    assert {"overview.png", "control.png", "map-control-2027-06.png"} <= pictures
    again = rift("run", "small.yaml")
    assert again.returncode == 0
    assert "Nothing to compute" in again.stderr


def test_same_seed_same_arrays_and_extension(here: Path) -> None:
    for out, n in (("a", "2"), ("b", "2"), ("c", "4")):
        assert main(["run", "small.yaml", "-n", n, "--out", out, "--no-figures"]) == 0
    a, b, c = (rift_sim.load(here / name).dataset for name in "abc")
    assert set(a.data_vars) >= {"control", "control_department", "relationship_index_pillar"}
    for name in a.data_vars:
        np.testing.assert_array_equal(a[name].values, b[name].values)
        np.testing.assert_array_equal(a[name].values, c[name].values[:2])
    assert main(["run", "small.yaml", "-n", "4", "--out", "a", "--no-figures"]) == 0
    grown = rift_sim.load(here / "a").dataset
    for name in grown.data_vars:
        np.testing.assert_array_equal(grown[name].values, c[name].values)
    main(["run", "small.yaml", "-n", "2", "--seed", "7", "--out", "d", "--no-figures"])
    other = rift_sim.load(here / "d").dataset
    assert not np.array_equal(a["newly_displaced"].values, other["newly_displaced"].values)


def test_a_finished_run_loads_with_units_names_and_scenario(finished: Path) -> None:
    run = rift_sim.load(finished)
    assert run.scenario.name == "small"
    data = run.dataset
    assert data["newly_displaced"].attrs["units"] == "people"
    assert data["control"].dims == ("replicate", "time")
    assert data["time"].values[0] == np.datetime64("2026-01-01")
    assert "Norte de Santander" in data["department_name"].values
    assert data["presence_probability"].dims == ("year", "municipality")
    assert float(data["control_probability"].max()) <= 1.0
    assert run.manifest["ledger_entries"]["parameters"]


def test_the_python_way_without_a_folder(here: Path) -> None:
    run = rift_sim.run("small.yaml", replicates=1, settings=["end=2026-02"])
    assert run.dataset["control"].shape == (1, 2)
    assert here not in run.directory.parents
    again = rift_sim.run(run.scenario, replicates=1, seed=5)
    assert again.manifest["seed"] == 5


def test_a_sweep_runs_and_is_tabled(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "sweep.yaml").write_text(
        SMALL.replace("small", "sweep", 1)
        + "sweep:\n  aid:\n    kept: {}\n    gone: {timeline: [{date: 2026-02, aid: {all: 0}}]}\n"
    )
    assert main(["run", "sweep.yaml", "-n", "2"]) == 0
    assert "gone" in capsys.readouterr().out
    data = rift_sim.load(here / "runs" / "sweep").dataset
    assert data["aid"].values.tolist() == ["kept", "gone"]
    assert float(data["aid_usd"][1, :, -1].max()) < float(data["aid_usd"][0, :, -1].min())
    (here / "design.csv").write_text("aid\ngone\n")
    assert main(["run", "sweep.yaml", "-n", "1", "--design", "design.csv", "--out", "one"]) == 0
    assert rift_sim.load(here / "one").dataset.sizes["scenario"] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "refrence"], ["refrence", "did you mean 'reference'?"]),
        (["run", "nowhere.yaml"], ["nowhere.yaml", "no such file"]),
        (["run", "small.yaml", "-n", "-4"], ["-n/--replicates", "-4", "1 to 1,000,000"]),
        (["run", "small.yaml", "-n", "many"], ["-n", "integer"]),
        (["run", "small.yaml", "--seed", "-1"], ["--seed"]),
        (["run", "small.yaml", "--workers", "0"], ["workers"]),
        (["run", "small.yaml", "--set", "ende=2027-01"], ["--set", "ende", "'end'"]),
        (["run", "small.yaml", "--set", "end=2025-01"], ["end", "2025-01"]),
        (["run", "small.yaml", "--design", "d.csv"], ["d.csv"]),
        (["run", "small.yaml", "--colour"], ["--colour"]),
        (["run"], ["scenario"]),
        (["rnu"], ["rnu"]),
        (["check", "bad.yaml"], ["bad.yaml:3", "replicats", "'replicates'"]),
        (["run", "bad.yaml"], ["bad.yaml:3", "replicats"]),
        (["check", "map.yaml"], ["places.csv", "population"]),
        (["run", "map.yaml"], ["places.csv", "population"]),
        (["seeds", "fact"], ["'facts'"]),
        (["seeds", "claims", "C99"], ["C99"]),
        (["plot", "nowhere"], ["no such folder"]),
        (["map", "."], ["holds no run"]),
        (["new", "Not A Name"], ["Not A Name"]),
        (["new", "small"], ["exists already"]),
        (["new", "mine", "--extends", "refrence"], ["'reference'"]),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: list[str]
) -> None:
    (here / "bad.yaml").write_text("name: bad\nextends: reference\nreplicats: 3\n")
    (here / "places.csv").write_text("code,name,longitude,latitude\n05001,Medellín,-75.6,6.2\n")
    (here / "map.yaml").write_text(
        "name: map\nextends: reference\nterritory: {municipalities: places.csv}\n"
    )
    message = refused(capsys, *arguments)
    for word in words:
        assert word in message


def test_bad_input_in_a_process_of_its_own(here: Path) -> None:
    (here / "bad.yaml").write_text("name: bad\nname: worse\n")
    done = rift("run", "bad.yaml")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "bad.yaml:2: name: duplicate key" in done.stderr
    assert not (here / "runs").exists()


def test_a_different_run_in_the_folder(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start = ["run", "small.yaml", "-n", "1", "--out", "x", "--no-figures"]
    assert main(start) == 0
    capsys.readouterr()
    message = refused(capsys, *start, "--set", "end=2026-03")
    assert "different run (another scenario)" in message
    assert "--force" in message
    assert main([*start, "--set", "end=2026-03", "--force"]) == 0
    assert rift_sim.load(here / "x").dataset.sizes["time"] == 3


def test_failed_replicates_give_exit_code_1(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import rift_sim.replicate

    simulate = rift_sim.replicate.simulate

    def sometimes(world: rift_sim.replicate.World, replicate: int) -> dict[str, np.ndarray]:
        if replicate == 1:
            raise FloatingPointError("told to fail")
        return simulate(world, replicate)

    monkeypatch.setattr(rift_sim.replicate, "simulate", sometimes)
    code = main(["run", "small.yaml", "-n", "3", "--workers", "1", "--no-figures"])
    assert code == 1
    captured = capsys.readouterr()
    assert "1 replicate failed" in captured.err
    assert "told to fail" in captured.err
    assert "De facto control" in captured.out
    assert json.loads(Path("runs/small/manifest.json").read_text())["failed"] == 1


def test_an_interrupt_says_how_to_go_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import rift_sim.replicate

    simulate = rift_sim.replicate.simulate

    def interrupted(world: rift_sim.replicate.World, replicate: int) -> dict[str, np.ndarray]:
        if replicate == 27:
            raise KeyboardInterrupt
        return simulate(world, replicate)

    monkeypatch.setattr(rift_sim.replicate, "simulate", interrupted)
    arguments = ["run", "small.yaml", "-n", "30", "--workers", "1", "--no-figures"]
    assert main([*arguments, "--set", "end=2026-03"]) == 130
    assert "25 of 30 replicates are stored" in " ".join(capsys.readouterr().err.split())
    assert rift_sim.load("runs/small").replicates == 25


def test_check_list_schema_new_and_seeds(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    assert main(["check", "small.yaml"]) == 0
    assert "valid" in capsys.readouterr().out
    assert main(["list"]) == 0
    listed = capsys.readouterr().out
    assert listed.index("reference") < listed.index("full-cutoff")
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["properties"]["timeline"]
    assert main(["new", "mine", "--extends", "small.yaml"]) == 0
    assert main(["check", "mine.yaml"]) == 0
    capsys.readouterr()
    assert main(["seeds"]) == 0
    assert "rift seeds parameters" in capsys.readouterr().out
    for kind in ("facts", "effects", "events", "claims", "parameters", "sources", "groups"):
        assert main(["seeds", kind]) == 0
    assert main(["seeds", "claims", "C05"]) == 0
    assert "C05" in capsys.readouterr().out


def test_check_notes_what_is_on_for_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "small.yaml", "--set", "mechanisms.C09=off"]) == 0
    told = capsys.readouterr()
    assert told.err == ("note: C10 is on by default and has nothing to work with (off: C09)\n")
    assert "valid" in told.out
    assert main(["check", "small.yaml", "--set", "mechanisms.all=off"]) == 0
    assert capsys.readouterr().err == ""
    sets = ["--set", "mechanisms.C09=off", "--set", "mechanisms.C10=on"]
    assert "--set: mechanisms.C10: C10 is on" in refused(capsys, "check", "small.yaml", *sets)


def test_own_territory_warns_and_strict_refuses(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from rift_sim.territory import load_territory

    shipped = load_territory()
    keep = [k for k, code in enumerate(shipped.code) if code[:2] in ("05", "88")]
    rows = [
        f"{shipped.code[k]},{shipped.population[k]:.0f},{shipped.longitude[k]},{shipped.latitude[k]}"
        for k in keep
    ]
    links = [
        f"{shipped.code[k]},{shipped.code[n]}"
        for k in keep
        if shipped.code[k].startswith("05")
        for n in shipped.neighbours_of(k)
        if shipped.code[n].startswith("05") and n > k
    ]
    (here / "p.csv").write_text("\n".join(["code,population,longitude,latitude", *rows]))
    (here / "n.csv").write_text("\n".join(["a,b", *links]))
    (here / "own.yaml").write_text(
        "name: own\nextends: reference\nterritory: {municipalities: p.csv, neighbours: n.csv}\n"
    )
    assert main(["check", "own.yaml"]) == 0
    assert "warning: " in capsys.readouterr().err
    refused(capsys, "check", "own.yaml", "--strict")
    refused(capsys, "run", "own.yaml", "--strict")


def test_pictures(finished: Path, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(here / "pictures")
    assert main(["plot", str(finished), "--variable", "control", "--out", out]) == 0
    assert main(["map", str(finished), "--date", "2027-03", "--out", f"{out}/map.png"]) == 0
    assert {path.name for path in Path(out).iterdir()} == {"control.png", "map.png"}
    capsys.readouterr()
    assert "'control'" in refused(capsys, "plot", str(finished), "--variable", "contrl")
    assert "2026-01 to 2027-06" in refused(capsys, "map", str(finished), "--date", "2031-01")
    assert "'control'" in refused(capsys, "map", str(finished), "--variable", "contrl")


def test_a_named_group_by_municipality_needs_an_explicit_option(
    finished: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["map", str(finished), "--municipal", "--group", "ELN", "--out", "m.png"]
    assert "--named-group-in-municipalities" in refused(capsys, *arguments)
    assert main([*arguments, "--named-group-in-municipalities"]) == 0
    assert "warning" in capsys.readouterr().err
    assert (here / "m.png").exists()


@pytest.mark.parametrize(
    "command", ["run", "check", "schema", "list", "new", "seeds", "plot", "map"]
)
def test_every_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f"Example: rift {command}" in capsys.readouterr().out


def test_version_and_bare_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"rift_sim {rift_sim.__version__}\n"
    assert main([]) == 0
    assert "Example: rift run reference" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (["--help"], {"numpy", "mesa", "xarray", "zarr", "matplotlib", "pydantic"}),
        (["check", "small.yaml"], {"mesa", "numba", "xarray", "zarr", "matplotlib", "scipy"}),
    ],
)
def test_quick_commands_import_nothing_heavy(arguments: list[str], unwanted: set[str]) -> None:
    code = (
        "import sys; from rift_sim.cli import main; main(sys.argv[1:]); "
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    assert not unwanted & set(done.stderr.split())
