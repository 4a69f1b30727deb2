"""A command that refuses its input leaves every file as it was."""

from __future__ import annotations

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
    "plot run --variable controll",
    "map run --variable control --date 2031-01",
    "compare run nowhere",
    "report run nowhere -o new.html",
    "report nowhere -o file",
    "validate --parameters nowhere.csv --out new",
    "calibrate calibration.yaml --out new",
    "discover reference --when control>>1 -o new",
    "sensitivity bad.yaml -o new",
    "explain reference bad.yaml -o new",
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
