"""The municipal part of a validation: what is run with which data."""

from __future__ import annotations

from pathlib import Path

import pytest

from rift_sim.analysis.validate import Plan
from rift_sim.cli import municipal
from rift_sim.cli.console import Progress
from rift_sim.observed import load_record


def test_without_data_files_there_is_the_ablation_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(municipal, "_FIRST", 2019)
    monkeypatch.setattr(municipal, "_HORIZON", 1)
    (tmp_path / "figures").mkdir()
    with Progress() as progress:
        texts = municipal.municipal_texts(
            load_record(None), Plan([2020], 2020, 1, 20), (2019, 2022), 0.65, tmp_path, 1, progress
        )
    assert list(texts) == ["ablation.csv", "ablation.md"]
    assert "no register by municipality" in capsys.readouterr().err
    lines = texts["ablation.csv"].splitlines()
    # Coca and the nation are in the ledger; homicides by department are not.
    assert any(line.startswith("coca_department,department,forecast,1,hurdle") for line in lines)
    assert not any(line.startswith("homicides_department") for line in lines)
    assert (tmp_path / "figures" / "ablation.png").exists()
