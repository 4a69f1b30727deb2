"""The municipal part of a validation: what is run with which data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rift_sim.analysis.validation.origins import Plan
from rift_sim.cli import municipal
from rift_sim.cli.console import Progress
from rift_sim.observed import Panel, load_record
from rift_sim.territory import load_territory


def test_without_data_files_there_is_the_ablation_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(municipal, "_FIRST", 2019)
    monkeypatch.setattr(municipal, "_HORIZON", 1)
    (tmp_path / "figures").mkdir()
    with Progress() as progress:
        texts, runs = municipal.municipal_part(
            load_record(None), Plan([2020], 2020, 1, 20), None, 0.67, tmp_path, 1, progress
        )
    assert list(texts) == ["ablation.csv", "ablation.md"]
    assert "no register by municipality" in capsys.readouterr().err
    lines = texts["ablation.csv"].splitlines()
    # Coca and the nation are in the ledger; homicides by department are not.
    assert any(line.startswith("coca_department,department,forecast,1,hurdle") for line in lines)
    assert not any(line.startswith("homicides_department") for line in lines)
    assert (tmp_path / "figures" / "ablation.png").exists()
    assert {run.directory.relative_to(tmp_path).as_posix() for run in runs} == {
        f"runs/ablation/{part}/{mode}-2019"
        for part in ("on", "off-0", "off-1")
        for mode in ("conditional", "forecast")
    }


def test_a_register_without_the_years_is_told_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    base = load_record(None)
    years = np.array([2008, 2013])
    register = Panel(
        "newly_displaced_ruv", years, np.ones((2, len(base.places))), "municipality", "made"
    )
    record = replace(base, panels={**base.panels, (register.measure, register.level): register})

    def never(*given: object, **more: object) -> None:
        raise AssertionError("something ran")

    monkeypatch.setattr("rift_sim.analysis.municipal.runs.run_municipal", never)
    plan = Plan([2020], 2020, 1, 20)
    with Progress() as progress:
        trial = municipal._Trial(record, load_territory(), plan, tmp_path, 1, progress)
        assert municipal._history(trial) == ([], [])
    assert "no register by municipality of 2002, 2008 and 2013" in " ".join(
        capsys.readouterr().err.split()
    )
