"""``rift data check`` and ``rift data targets``."""

from __future__ import annotations

from pathlib import Path

import pytest

from rift_sim.cli import main


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "220")
    monkeypatch.delenv("RIFT_DATA", raising=False)


def test_check_says_what_is_there_and_what_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["mpio_code,year,coca_ha", "05001,2025,4", "05999,2025,1", "05002,2009,3"]
    (tmp_path / "coca_mpio_2009_2025.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert main(["data", "check", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    found, missing = out.split("Not there")
    row = next(line for line in found.splitlines() if "coca_mpio_2009_2025.csv" in line)
    assert [cell.strip() for cell in row.split("│")[1:-1]] == [
        "coca", "coca_mpio_2009_2025.csv", "2025", "2009", "3", "2",
    ]  # fmt: skip
    assert "not in the territory and left out (lines): 05999 (1)" in err
    assert "2009 left out, its sum is 100.0% short of the national total (COCA_HA)" in err
    assert "https://www.colombiaarmedactors.org/" in missing
    assert "coca_mpio" not in missing


def test_check_takes_the_folder_of_the_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIFT_DATA", str(tmp_path / "nowhere"))
    assert main(["data", "check"]) == 2
    assert "there is no such folder" in capsys.readouterr().err


def test_check_without_a_folder_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check"]) == 0
    out, err = capsys.readouterr()
    assert "set RIFT_DATA to their folder" in err
    assert "homicides_mpio*.csv" in out


def test_a_malformed_file_is_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "coca_mpio.csv").write_text("mpio_code,year\n05001,2010\n", encoding="utf-8")
    assert main(["data", "check", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "coca_mpio.csv:1: coca_ha: the column 'coca_ha' is missing" in err


def test_targets_are_listed_with_their_years(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "targets"]) == 0
    out = capsys.readouterr().out
    row = next(line for line in out.splitlines() if "displaced_idmc" in line)
    assert [cell.strip() for cell in row.split("│")[1:-1]] == [
        "displaced_idmc", "IDP_NEW_IDMC", "2010, 2012-2019", "2010, 2012-2020, 2022-2024",
        "2020, 2022-2024", "0.25 log",
    ]  # fmt: skip
    row = next(line for line in out.splitlines() if "kidnappings" in line)
    assert "not modelled" in row


def test_data_alone_shows_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data"]) == 0
    out = capsys.readouterr().out
    assert "check" in out
    assert "targets" in out
