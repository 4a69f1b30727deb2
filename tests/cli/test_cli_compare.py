"""``rift compare`` from folders to tables, CSV and figures."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from rift_sim.cli import main
from rift_sim.ensemble.lock import writer_lock


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "80")
    return folder


def test_tables_csv_and_figures(
    short_runs: dict[str, Path], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["compare", str(short_runs["gone"]), str(short_runs["kept"])]
    arguments += ["--variable", "control", "--by", "group", "--department", "cauca"]
    arguments += ["--out", "difference.csv", "--figures", "drawn"]
    assert main(arguments) == 0
    captured = capsys.readouterr()
    text = captured.out
    assert max(map(len, text.splitlines())) <= 80
    joined = " ".join(text.split())
    assert "A full-cutoff: All aid ends" in joined
    assert "A minus B (full-cutoff minus no-cutoff), 2027-03" in joined
    assert "6 pairs of replicates" in joined
    assert "the 6 that are in all of them are compared" in joined
    assert "by group, % of municipalities" in joined
    assert "Gaitanista" in joined
    assert "Cauca" in joined
    assert "Antioquia" not in joined
    drawn = {file.name for file in (here / "drawn").iterdir()}
    assert drawn == {
        "control.png",
        "control-by-department-2027-03.png",
        "control-by-group-2027-03.png",
        "control-map-2027-03.png",
    }
    lines = (here / "difference.csv").read_text(encoding="utf-8").splitlines()
    # Two year's ends, of the country, 13 groups and a department.
    assert len(lines) == 1 + 2 * (1 + 13 + 1)
    assert "difference.csv written." in captured.err


def test_main_series_when_none_is_named(
    short_runs: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [str(short_runs[name]) for name in ("gone", "kept")]
    assert main(["compare", *folders, "--date", "2026-06", "--date", "2026-12"]) == 0
    text = capsys.readouterr().out
    assert text.count("Presence, alerts") == 2
    assert text.count("U.S. aid") == 2
    assert "2026-06" in text
    assert "not paired" not in text.lower()


@pytest.mark.parametrize(
    ("columns", "gone"),
    [(100, []), (80, []), (60, ["A > B", "apart"]), (50, ["5 to 95 %", "A > B", "apart"])],
)
def test_tables_fit_the_terminal(
    short_runs: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    columns: int,
    gone: list[str],
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert main(["compare", *(str(short_runs[name]) for name in ("gone", "kept"))]) == 0
    text = capsys.readouterr().out
    lines = text.splitlines()
    assert max(map(len, lines)) <= columns
    # Months and the last header are whole, or their column is left out and named.
    row = next(line for line in lines if line.startswith("Conflict deaths"))
    assert bool(re.search(r"(no|20\d\d-\d\d)$", row.rstrip())) == ("apart" not in gone)
    assert (f"No room for: {', '.join(gone)}." in text) == bool(gone)
    assert "means over replicates (rift run prints medians)" in " ".join(text.split())
    assert "up to 2027-03, that interval" in " ".join(text.split())


def test_three_arms_that_are_not_paired_say_so_everywhere(
    short_runs: dict[str, Path], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [str(short_runs[name]) for name in ("gone", "kept", "seed")]
    arguments = ["compare", *folders, "--unpaired", "--variable", "control", "--out", "x.csv"]
    assert main(arguments) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "NOT PAIRED: A minus B (full-cutoff (gone) minus no-cutoff (kept))" in text
    assert "NOT PAIRED: A minus C (full-cutoff (gone) minus no-cutoff (seed))" in text
    rows = (here / "x.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert all(row.endswith(",not paired,the same") for row in rows)


def test_scenarios_of_one_sweep(
    short_runs: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    labels = ["--scenario", "aid=gone, luck=7", "--scenario", "aid=kept, luck=7"]
    assert main(["compare", str(short_runs["two"]), *labels, "--variable", "aid_usd"]) == 0
    assert "aid=gone, luck=7 minus aid=kept, luck=7" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("names", "options", "says"),
    [
        (["gone"], [], "nothing to compare with"),
        (["gone", "nowhere"], [], "no such folder"),
        (["gone", "seed"], [], "--unpaired"),
        (["gone", "kept"], ["--variable", "contrl"], "did you mean 'control'"),
        (["gone", "kept"], ["--variable", "coca_ha", "--by", "group"], "not observed by group"),
        (["gone", "kept"], ["--by", "deparment"], "did you mean 'department'"),
        (["gone", "kept"], ["--date", "2030-01"], "2026-01 to 2027-03"),
        (["gone", "kept"], ["--department", "Antioqia"], "did you mean 'Antioquia'"),
        (["gone", "kept"], ["--group", "FARQ"], "there is no group 'FARQ'"),
        (["gone", "kept"], ["--scenario", "x"], "none of the runs is a sweep"),
        (["gone", "kept"], ["-n", "1"], "error: -n/--replicates: 1 replicates cannot"),
        (["gone", "kept"], ["-n", "7"], "replicates cannot be compared; allowed: 2 to 6"),
        (["two"], ["--scenario", "x"], "allowed: 'aid=kept, luck=2026', 'aid=kept, luck=7', "),
        (["gone", "kept"], ["--out", "no/such/x.csv"], "there is no folder 'no/such'"),
        (["two"], ["--scenario", "aid=gone, luck=7"], "nothing to compare with"),
    ],
)
def test_refusals(
    short_runs: dict[str, Path],
    here: Path,
    capsys: pytest.CaptureFixture[str],
    names: list[str],
    options: list[str],
    says: str,
) -> None:
    folders = [str(short_runs.get(name, here / name)) for name in names]
    outputs = [] if "--out" in options else ["--out", "x.csv"]
    assert main(["compare", *folders, *options, *outputs, "--figures", "drawn"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    assert says in captured.err
    assert list(here.iterdir()) == []


def test_what_is_there_stays_without_force(
    short_runs: dict[str, Path], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [str(short_runs[name]) for name in ("gone", "kept")]
    arguments = ["compare", *folders, "--variable", "control"]
    (here / "mine").write_text("mine")
    for options, says in (
        (["-o", "mine"], "mine: --out: the file exists already; allowed: another name, or --force"),
        (["-o", "."], "--out: is a folder"),
        (["--figures", "mine"], "mine: --figures: is a file; allowed: a folder"),
        (["--figures", "mine/deeper"], "mine: --figures: is a file; allowed: a folder"),
    ):
        assert main([*arguments, *options]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.count("\n") == 1
        assert says in captured.err
    assert (here / "mine").read_text() == "mine"
    assert main([*arguments, "-o", "mine", "--force"]) == 0
    assert (here / "mine").read_text().startswith("first,second,")


def test_mixed_versions_and_a_run_being_written(
    short_runs: dict[str, Path], copy: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    other = copy("kept", identity={"code": "0"})
    arguments = ["compare", str(short_runs["gone"]), str(other), "--variable", "control"]
    assert main(arguments) == 2
    assert "--allow-mixed" in capsys.readouterr().err
    assert main([*arguments, "--allow-mixed"]) == 0
    assert "MIXED VERSIONS: A minus B" in capsys.readouterr().out
    with writer_lock(other):
        assert main([*arguments, "--allow-mixed"]) == 2
    assert "still being written" in capsys.readouterr().err


def test_no_command_reads_a_run_being_written(
    copy: Callable[..., Path], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copy("kept")
    (here / "figures").mkdir()
    series = ["--variable", "control"]
    commands = [["plot", *series, "--out", "figures"], ["map", *series, "-o", "figures/map.png"]]
    with writer_lock(folder):
        for name, *options in commands:
            assert main([name, str(folder), *options]) == 2
            assert f"{folder}: the run is still being written (process " in capsys.readouterr().err
    assert not list((here / "figures").iterdir())
    for name, *options in commands:
        assert main([name, str(folder), *options]) == 0
    assert {file.name for file in (here / "figures").iterdir()} == {"control.png", "map.png"}
