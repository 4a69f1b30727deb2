"""The real model on five places for a year, and a few numbers of it to compare."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import xarray as xr

from rift_sim.analysis.calibrate.config import Calibration, read_calibration
from rift_sim.analysis.calibrate.trials import Summary

SCENARIO = """\
name: small
extends: reference
end: 2026-12
observe: [newly_displaced, coca_ha, members]
assumptions:
  displacement_level: {{distribution: lognormal, median: 350000, sigma: 0.7}}
territory: {{municipalities: {municipalities}, neighbours: {neighbours}}}
"""
CONFIG = """\
scenario: small.yaml
window: to-2019
parameters:
  ids: [displacement_level, coca_growth]
  without: []
summaries: {displaced: 1, coca: 0.5}
population: 12
generations: 2
seed: 3
predictive: 20
draws: 40
"""


@dataclass(frozen=True)
class SmallSummaries:
    """People displaced in the year, and coca at its end."""

    displaced: float = 150_000.0
    municipal: bool = False
    digest: str = "small"
    known: Mapping[str, Summary] = field(init=False)

    def __post_init__(self) -> None:
        known = {
            "displaced:2026": Summary(
                "displaced", "People displaced", "people", self.displaced, 0.1, 100.0
            ),
            "coca:2026": Summary("coca", "Coca", "ha", 20_000.0, 0.1, 20.0),
        }
        object.__setattr__(self, "known", known)

    def summarise(self, data: xr.Dataset, draw: Mapping[str, float]) -> dict[str, float]:
        assert data.sizes["replicate"] == 1
        assert draw["displacement_level"] > 0.0
        return {
            "displaced:2026": float(data["newly_displaced"].sum()),
            "coca:2026": float(data["coca_ha"].isel(time=-1).sum()),
        }


@dataclass(frozen=True)
class BrokenSummaries(SmallSummaries):
    """A number that is none."""

    def summarise(self, data: xr.Dataset, draw: Mapping[str, float]) -> dict[str, float]:
        return {**super().summarise(data, draw), "coca:2026": np.nan}


def write_config(folder: Path, small_map: Mapping[str, Path], config: str = CONFIG) -> Path:
    beside = {key: shutil.copy(path, folder) for key, path in small_map.items()}
    (folder / "small.yaml").write_text(SCENARIO.format(**beside), encoding="utf-8")
    (folder / "calibrate.yaml").write_text(config, encoding="utf-8")
    return folder / "calibrate.yaml"


def small_calibration(
    folder: Path, small_map: Mapping[str, Path], config: str = CONFIG
) -> Calibration:
    return read_calibration(write_config(folder, small_map, config))
