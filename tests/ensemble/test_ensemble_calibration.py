"""A calibration on a real Dask cluster gives the draws that it gives here."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from dask_cluster import DaskCluster

from rift_sim.cli import main

SCENARIO = """\
name: small
extends: reference
start: 2018-01
end: 2018-12
observe: [newly_displaced, coca_ha]
territory: {{municipalities: {municipalities}, neighbours: {neighbours}}}
"""
CONFIG = """\
scenario: small.yaml
window: to-2019
parameters: {ids: [displacement_level, coca_growth]}
summaries: {displaced_register: 1, coca_national: 1}
population: 10
generations: 1
seed: 4
batch: 8
predictive: 20
"""


@pytest.mark.long
def test_the_same_draws_as_here(tmp_path: Path, small_map: Mapping[str, Path]) -> None:
    beside = {key: shutil.copy(path, tmp_path) for key, path in small_map.items()}
    (tmp_path / "small.yaml").write_text(SCENARIO.format(**beside), encoding="utf-8")
    (tmp_path / "calibrate.yaml").write_text(CONFIG, encoding="utf-8")
    config = str(tmp_path / "calibrate.yaml")
    with DaskCluster(tmp_path) as cluster:
        cluster.add_worker()
        there = ["-o", str(tmp_path / "there"), "--scheduler", cluster.address]
        assert main(["calibrate", config, *there]) == 0
    assert main(["calibrate", config, "-o", str(tmp_path / "here"), "-j", "1"]) == 0
    for name in ("prior", "generation-01", "predictive-01"):
        files = [tmp_path / where / "simulations" / f"{name}.bin" for where in ("there", "here")]
        assert len({frozenset(records(file)) for file in files}) == 1


def records(file: Path) -> list[bytes]:
    """The records of a file; workers finish in any order, so the order may differ."""
    content, size = file.read_bytes(), 8 * 3
    return [content[at : at + size] for at in range(0, len(content), size)]
