"""What the readers share, each made once: ledger, record, a small map and a small run."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from . import samples

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.observed import Record
    from rift_sim.seeds import Ledger

__all__ = ["dataset", "lay_out_run", "record", "run_folder", "shipped_ledger", "small_world_files"]


@lru_cache(maxsize=1)
def shipped_ledger() -> Ledger:
    from rift_sim.seeds import load_ledger

    return load_ledger()


@lru_cache(maxsize=1)
def record() -> Record:
    from rift_sim.observed import load_record

    return load_record(None, ledger=shipped_ledger())


@lru_cache(maxsize=1)
def small_world_files() -> dict[str, str]:
    folder = Path(_kept().name)
    for file, text in samples.SMALL_MAP.items():
        (folder / file).write_text(text, encoding="utf-8")
    return {"municipalities": str(folder / "places.csv"), "neighbours": str(folder / "links.csv")}


@lru_cache(maxsize=1)
def _kept() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="fuzz-")


@lru_cache(maxsize=1)
def run_folder() -> Mapping[str, bytes]:
    """Return the files of a small run, by path."""
    import rift_sim
    from rift_sim.ensemble.lock import LOCK_FILE
    from rift_sim.scenario import overlay

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "run"
        scenario = overlay("reference", [{"end": "2026-03"}], name="run")
        rift_sim.run(scenario, replicates=2, out=folder, workers=1)
        files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != LOCK_FILE)
        return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@lru_cache(maxsize=1)
def dataset() -> xr.Dataset:
    from rift_sim.ensemble.run import load

    with tempfile.TemporaryDirectory() as name:
        lay_out_run(Path(name))
        return load(Path(name)).dataset.load()


def lay_out_run(folder: Path) -> None:
    for file, content in run_folder().items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
