"""A command that refuses its input leaves every file as it was."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import rift_sim
from rift_sim.cli import main
from rift_sim.scenario import Scenario

Tree = dict[str, bytes | None]


def tree(folder: Path) -> Tree:
    """Return every file with its content, and every folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, make_scenario: object) -> Path:
    """A folder with a small run, bad files of several kinds, and a file that is in the way."""
    folder = tmp_path_factory.mktemp("place")
    scenario = make_scenario(small=True, end="2026-02")  # type: ignore[operator]
    assert isinstance(scenario, Scenario)
    rift_sim.run(scenario, replicates=2, out=folder / "run", workers=1)
    shutil.copytree(folder / "run", folder / "again")
    (folder / "bad.yaml").write_text("name: bad\nextends: reference\nseed: many\n")
    (folder / "late.yaml").write_text(
        "name: late\nextends: reference\ninitial: {presence: presence.csv}\n"
    )
    (folder / "presence.csv").write_text("code,group\n05001,Nobody\n")
    (folder / "calibration.yaml").write_text("scenario: reference\nwindow: to-2019\n")
    (folder / "data").mkdir()
    (folder / "data" / "coca_mpio_2019.csv").write_text("mpio_code,year,coca_ha\n05001,2019,-1\n")
    (folder / "file").write_text("in the way")
    (folder / "mine").mkdir()
    (folder / "mine" / "notes.txt").write_text("mine")
    return folder


LONG = 300 * "n"
COMMANDS = (
    "run bad.yaml --out new",
    "run bad.yaml --out run",
    "run bad.yaml --out run --force",
    "run late.yaml --out new -n 2",
    "run late.yaml --out run --force -n 2",
    "run reference --out run -n 2",
    "run reference --out mine -n 2",
    "run reference --out mine --force -n 2",
    "run reference --out file -n 2",
    "run reference --out file/new -n 2",
    "run reference --out new -n 0",
    "run reference --out new --seed -1",
    "run reference --out new --set end=2020-01",
    "run reference --out new --design presence.csv",
    "run reference --out new --workers 0",
    "check bad.yaml",
    "check late.yaml",
    "new bad",
    "new Bad_Name",
    "new fresh --extends nowhere",
    "export run --to csv -o new --variable controll",
    "export run --to parquet -o mine",
    "export run --to netcdf -o run --force",
    "export nowhere --to csv -o new",
    "export run --to csv -o run/manifest.json --force",
    "export run --to csv -o run/trajectories.zarr/zarr.json --force",
    "export run --to csv -o run/figures --force",
    f"export run --to csv -o {LONG}",
    "compare run again -o run/summary.csv --force",
    "compare run again -o new.csv --figures run",
    f"compare run {LONG}",
    "uncertainty run --figure new.xyz",
    f"verify {LONG}",
    f"run reference --out {LONG}",
    "plot run -o file",
    "plot run -o run",
    f"plot {LONG}",
    "map run -o new.xyz",
    "map run -o new",
    "map run -o run/new.png",
    f"map run -o {LONG}.png",
    "plot run --variable controll",
    "map run --variable control --date 2031-01",
    "compare run nowhere",
    "report run nowhere -o new.html",
    "report nowhere -o file",
    "report run -o run/new.html",
    f"report run -o {LONG}.html",
    "validate --parameters nowhere.csv --out new",
    "calibrate calibration.yaml --out new",
    "discover reference --when control>>1 -o new",
    "discover reference --when control>0.4 -o file/new",
    "sensitivity reference -o file/new",
    "sensitivity bad.yaml -o new",
    "explain reference bad.yaml -o new",
    "explain reference full-cutoff --figure new.xyz",
    "explain reference full-cutoff --figure run/new.png",
    "data check data",
    "data check nowhere",
    "seeds parameters loss_rat",
)


@pytest.mark.parametrize("line", COMMANDS)
def test_what_is_refused_leaves_no_trace(
    line: str, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    before = tree(place)
    assert main(line.split()) == 2
    told = capsys.readouterr().err.strip().splitlines()
    assert [text for text in told if text.startswith("error: ")] == told[-1:]
    assert tree(place) == before


@contextmanager
def no_file_over(size: int) -> Iterator[None]:
    """Let writes fail from `size` bytes of a file on, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


# Each with the file that is refused; what is there has to stay.
WRITING = {
    "compare run again -o old.csv --force --variable control": "old.csv",
    "compare run again --figures old --variable control": "old/control.png",
    "plot run -o old --variable control": "old/control.png",
    "export run --to csv -o old.csv --force": "old.csv",
    "export run --to netcdf -o old.csv --force": "old.csv",
    "new fresh": "fresh.yaml",
}


@pytest.mark.parametrize(("line", "file"), WRITING.items(), ids=list(WRITING))
def test_what_cannot_be_written_leaves_no_half(
    line: str,
    file: str,
    place: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("run", "again"):
        (tmp_path / name).symlink_to(place / name)
    (tmp_path / "old").mkdir()
    for name in ("old.csv", "old/control.png"):
        (tmp_path / name).write_text("old")
    before = tree(tmp_path)
    with no_file_over(100):
        assert main(line.split()) == 1
    told = capsys.readouterr().err.strip().splitlines()
    wanted = f"error: {file}: cannot be written: File too large; nothing was written"
    assert [text for text in told if text.startswith("error: ")] == [wanted]
    assert "Traceback" not in "".join(told)
    assert tree(tmp_path) == before


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that takes no file")
@pytest.mark.parametrize(
    "line",
    [
        "compare run again -o /proc/new.csv --variable control",
        "plot run -o /proc/new",
        "export run --to csv -o /proc/new.csv",
    ],
)
def test_a_place_that_takes_no_file(
    line: str, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    before = tree(place)
    assert main(line.split()) == 1
    told = capsys.readouterr().err.strip().splitlines()
    assert told[-1].startswith("error: /proc/new")
    assert "cannot be written" in told[-1]
    assert tree(place) == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_results_that_cannot_be_printed() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "rift_sim.cli", "list"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "error: the output cannot be written: No space left on device\n"
