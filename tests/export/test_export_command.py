"""``rift export``: what it says, what it refuses, and that nothing is left half written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from rift_sim.analysis import extras
from rift_sim.cli import main
from rift_sim.drafts import OutputError, drafted
from rift_sim.ensemble.lock import LOCK_FILE
from rift_sim.ensemble.storage.layout import seal, write_json
from rift_sim.export import write
from rift_sim.export.write import export


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_says_what_it_wrote(
    short_runs: dict[str, Path], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [str(short_runs[name]) for name in ("gone", "seed")]
    line = ["export", *runs, "--to", "csv", "-o", "t.csv", "--variable", "control", "--national"]
    assert main(line) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "t.csv written: 150 rows.",
        "t.csv-metadata.json says what is in it.",
    ]
    assert "no pairs" in said.err
    assert {path.name for path in here.iterdir()} == {"t.csv", "t.csv-metadata.json"}


def test_it_warns_of_named_groups(places_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["export", str(places_run), "--to", "csv", "-o", "t.csv"]
    assert main([*line, "--named-group-in-municipalities"]) == 0
    assert "do not publish" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--to", "netdcf"], ["--to", "netdcf", "did you mean 'netcdf'?"]),
        (["--to", "csv", "--period", "week"], ["--period", "week", "month, year"]),
        (["--to", "hub", "--hub-files", "xlsx"], ["--hub-files", "xlsx"]),
        (["--to", "csv", "--quantiles", "5,50"], ["--quantiles", "0 to 1"]),
        (["--to", "csv", "--variable", "contrl"], ["--variable", "did you mean 'control'?"]),
        (["--to", "csv", "--since", "2020-01"], ["--since", "2026-01 to 2027-03"]),
        (["--to", "csv", "--since", "2026-05", "--until", "2026-04"], ["--until"]),
        (["--to", "csv", "--replicates", "7"], ["--replicates", "1 to 6"]),
        (["--to", "csv", "--department", "Choko"], ["--department", "did you mean 'Chocó'?"]),
        (["--to", "csv", "--scenario", "kept"], ["--scenario", "no sweep"]),
        (["--to", "csv", "--variable", "aid_usd_line", "--national"], ["nothing is left"]),
        (["--to", "csv", "--period", "year", "--until", "2026-11"], ["nothing is left"]),
    ],
)
def test_bad_options_are_refused_in_one_line(
    short_runs: dict[str, Path],
    here: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    words: list[str],
) -> None:
    assert main(["export", str(short_runs["gone"]), "-o", "out", *options]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1
    assert all(word in said.err for word in words), said.err
    assert not list(here.iterdir())


def test_runs_that_cannot_be_read(
    short_runs: dict[str, Path], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "empty").mkdir()
    mixed = here / "mixed"
    shutil.copytree(short_runs["kept"], mixed)
    manifest = json.loads((mixed / "manifest.json").read_text())
    manifest["identity"]["code"] = "another"
    write_json(mixed / "manifest.json", seal(manifest))
    (mixed / LOCK_FILE).unlink(missing_ok=True)
    both = [str(short_runs["gone"]), str(mixed)]
    for runs, words in (
        (["nowhere"], "no such folder"),
        (["empty"], "holds no run"),
        (both, "different versions"),
    ):
        assert main(["export", *runs, "--to", "csv", "-o", "out.csv"]) == 2
        assert words in capsys.readouterr().err
    assert not (here / "out.csv").exists()
    line = ["export", *both, "--to", "csv", "-o", "out.csv", "--national", "--allow-mixed"]
    assert main(line) == 0
    assert "Mixed versions" in capsys.readouterr().err
    described = json.loads((here / "out.csv-metadata.json").read_text())
    assert "the code" in described["notes"][0]["made_by"]["mixed_versions"][0]


def test_what_is_there_stays_without_force(
    short_runs: dict[str, Path], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = str(short_runs["gone"])
    few = ["--variable", "control", "--national"]
    (here / "out.csv").write_text("mine")
    (here / "folder").mkdir()
    (here / "folder" / "mine.txt").write_text("mine")
    for to, out, words in (
        ("csv", "out.csv", "exists already"),
        ("csv", "folder", "is a folder"),
        ("hub", "out.csv", "is a file"),
        ("hub", "folder", "left alone"),
        ("csv", "no/where.csv", "there is no folder 'no'"),
    ):
        assert main(["export", run, "--to", to, "-o", out, *few]) == 2
        assert words in capsys.readouterr().err
    assert main(["export", run, "--to", "hub", "-o", "folder", *few, "--force"]) == 2
    assert (here / "out.csv").read_text() == "mine"
    assert main(["export", run, "--to", "csv", "-o", "out.csv", *few, "--force"]) == 0
    assert (here / "out.csv").read_text().startswith("date,")
    assert main(["export", run, "--to", "hub", "-o", "hub", *few]) == 0
    (here / "hub" / "stale").touch()
    assert main(["export", run, "--to", "hub", "-o", "hub", *few]) == 2
    assert main(["export", run, "--to", "hub", "-o", "hub", *few, "--force"]) == 0
    assert not (here / "hub" / "stale").exists()
    assert {path.name for path in here.iterdir()} == {
        "out.csv", "out.csv-metadata.json", "folder", "hub"
    }  # fmt: skip


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "no space")])
def test_nothing_is_left_when_it_breaks(
    short_runs: dict[str, Path], here: Path, monkeypatch: pytest.MonkeyPatch, error: Any
) -> None:
    (here / "out.csv").write_text("old")

    def breaks(source: Any, layout: Any, out: Path, progress: Any) -> None:
        out.write_text("half")
        raise error

    monkeypatch.setattr(write, "write_csv", breaks)
    with pytest.raises((KeyboardInterrupt, OutputError)):
        export([short_runs["gone"]], "csv", here / "out.csv", force=True)
    assert [path.name for path in here.iterdir()] == ["out.csv"]
    assert (here / "out.csv").read_text() == "old"


def test_a_folder_is_replaced_whole(here: Path) -> None:
    (here / "out").mkdir()
    (here / "out" / "old").touch()
    with drafted(here / "out") as draft:
        draft.mkdir()
        (draft / "new").touch()
        assert (here / "out" / "old").exists()
    assert [path.name for path in here.rglob("*")] == ["out", "new"]


@pytest.mark.parametrize(("to", "package"), [("netcdf", "h5netcdf"), ("parquet", "pyarrow")])
def test_a_missing_package_is_named(
    short_runs: dict[str, Path],
    here: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    to: str,
    package: str,
) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(extras, "import_module", missing)
    assert main(["export", str(short_runs["gone"]), "--to", to, "-o", "out"]) == 2
    said = capsys.readouterr().err
    assert package in said
    assert "pip install 'rift-sim[export]'" in said
    assert not list(here.iterdir())
