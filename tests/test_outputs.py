"""Tables as text, and files that are written whole or not at all."""

from __future__ import annotations

import csv
import io
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rift_sim.drafts import OutputError, drafted, make_folder, write_whole
from rift_sim.errors import InputError
from rift_sim.outputs import check_figure, check_folder, check_output, csv_text


def test_numbers_have_six_figures_and_missing_ones_are_empty() -> None:
    rows = [[1234567.89, float("nan"), 3, None, "a, b"], [np.float64(1) / 3, True, 0.0, "", "-"]]
    assert csv_text(["a", "b", "c", "d", "e"], rows) == (
        'a,b,c,d,e\n1.23457e+06,,3,,"a, b"\n0.333333,True,0,,-\n'
    )


# What is read from files has neither of the two.
@given(
    st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\r")), min_size=2))
)
def test_text_comes_back(rows: list[list[str]]) -> None:
    text = csv_text(["first"], rows)
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["first"], *rows]


def test_a_file_is_replaced_at_once(tmp_path: Path) -> None:
    file = tmp_path / ("n" * 255)
    write_whole(file, "old\r\n")
    with drafted(file) as draft, drafted(tmp_path / "other") as other:
        assert draft != other
        draft.write_text("new")
        other.touch()
        assert file.read_bytes() == b"old\r\n"
    assert file.read_text() == "new"
    assert {path.name for path in tmp_path.iterdir()} == {file.name, "other"}


@pytest.mark.parametrize("old", ["file", "folder"])
def test_what_cannot_be_moved_leaves_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str
) -> None:
    out, move = tmp_path / "out", os.replace
    if old == "folder":
        out.mkdir()
    kept = out / "kept" if old == "folder" else out
    kept.write_text("old")

    def fails(source: Path, target: Path) -> None:
        if target == out and not source.name.endswith(".old"):
            raise PermissionError(13, "Permission denied")
        move(source, target)

    monkeypatch.setattr(os, "replace", fails)
    with (
        pytest.raises(OutputError, match="cannot be written: Permission denied"),
        drafted(out) as d,
    ):
        d.mkdir() if old == "folder" else d.write_text("new")
    assert kept.read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]


def test_a_link_is_replaced_and_a_device_is_not(tmp_path: Path) -> None:
    (tmp_path / "far").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "far")
    write_whole(tmp_path / "link", "new")
    assert (tmp_path / "far").read_text() == "old"
    assert not (tmp_path / "link").is_symlink()
    write_whole(Path(os.devnull), "gone")
    assert not Path(os.devnull).is_file()


def test_an_output_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="Not a directory") as caught:
        write_whole(tmp_path / "file" / "out", "text")
    assert caught.value.exit_code == 1
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    with pytest.raises(OutputError, match="file/new: cannot be written"):
        make_folder(tmp_path / "file" / "new")


def test_of_a_run_only_the_figures_are_open(tmp_path: Path) -> None:
    run = tmp_path / "run"
    (run / "trajectories.zarr").mkdir(parents=True)
    (run / "figures" / "more").mkdir(parents=True)
    (tmp_path / "link").symlink_to(run)
    for closed in (run / "manifest.json", run / "figures", tmp_path / "link" / "new.png"):
        with pytest.raises(InputError, match="lies in the folder of a run"):
            check_output(closed, force=True)
    with pytest.raises(InputError, match="lies in the folder of a run"):
        check_folder(run, "--out")
    check_output(tmp_path / "beside.csv", force=False)
    check_figure(run / "figures" / "new.PNG", force=False, key="--out")
    check_figure(run / "figures" / "more" / "new.svg", force=False, key="--out")
    check_folder(run / "figures", "--out")
