"""What several test modules share."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import rift_sim
from rift_sim.ensemble.storage.layout import seal, write_json
from rift_sim.scenario import Scenario

BEGIN = ("test_blocks.py", "test_calibrate_method.py")
"""Files that two workers begin with. The first is the longest and compiles the kernels; the second
needs none, so that nothing is compiled twice."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files with long tests and notebooks first: none is left for one worker at the end."""
    long = Counter(
        item.path
        for item in items
        if item.get_closest_marker("long") or item.path.suffix == ".ipynb"
    )

    def place(item: pytest.Item) -> tuple[int, int]:
        name = item.path.name
        return BEGIN.index(name) if name in BEGIN else len(BEGIN), -long[item.path]

    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give workers whole files in that order, so that what a file shares is made once."""
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False
    return LoadFileScheduling(config, log)


PLACES = (
    "code,name,longitude,latitude,population",
    "05001,A,-75.0,6.0,500000",
    "05002,B,-75.1,6.0,20000",
    "05004,C,-75.2,6.0,10000",
    "05021,D,-75.3,6.0,5000",
    "13001,E,-75.4,6.0,1000",
)
LINKS = ("a,b", "05001,05002", "05002,05004", "05004,05021", "05021,13001")


@pytest.fixture(scope="session")
def small_map(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Five places in a row: a city, and ever smaller and remoter ones."""
    folder = tmp_path_factory.mktemp("map")
    places, links = folder / "places.csv", folder / "links.csv"
    places.write_text("\n".join(PLACES) + "\n", encoding="utf-8")
    links.write_text("\n".join(LINKS) + "\n", encoding="utf-8")
    return {"municipalities": places, "neighbours": links}


@pytest.fixture(scope="session")
def make_scenario(small_map: dict[str, Path]) -> Callable[..., Scenario]:
    """Build a scenario from plain data; ``small=True`` puts it on the five places."""

    def make(small: bool = False, **fields: Any) -> Scenario:
        data: dict[str, Any] = {
            "name": "test", "title": "A test", "start": "2026-01", "end": "2026-12",
            "replicates": 2, "seed": 1,
        }  # fmt: skip
        if small:
            data["territory"] = {key: str(path) for key, path in small_map.items()}
        return Scenario.model_validate({**data, **fields})

    return make


_SWEEP = """\
name: two
title: Aid kept and gone
extends: reference
end: 2026-03
sweep:
  aid:
    kept: {}
    gone: {timeline: [{date: 2026-02, aid: {all: 0}}]}
  luck:
    set: seed
    values: [2026, 7]
"""


@pytest.fixture(scope="session")
def short_runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of small runs on the real map: two that pair, one of another seed, a sweep."""
    folder = tmp_path_factory.mktemp("short")
    (folder / "two.yaml").write_text(_SWEEP, encoding="utf-8")
    made: dict[str, tuple[str, int, int | None, str]] = {
        "gone": ("full-cutoff", 6, None, "2027-03"),
        "kept": ("no-cutoff", 8, None, "2027-03"),
        "seed": ("no-cutoff", 4, 7, "2027-03"),
        "two": (str(folder / "two.yaml"), 2, None, "2026-03"),
    }
    for name, (scenario, replicates, seed, end) in made.items():
        rift_sim.run(
            scenario, replicates=replicates, seed=seed, out=folder / name, workers=1, block=2,
            settings=[f"end={end}"],
        )  # fmt: skip
    return {name: folder / name for name in made}


@pytest.fixture
def copy(short_runs: dict[str, Path], tmp_path: Path) -> Callable[..., Path]:
    """Copy a run and change its manifest; ``identity`` changes parts of the identity."""

    def make(name: str, *, identity: dict[str, str] | None = None, **changes: Any) -> Path:
        folder = tmp_path / name
        shutil.copytree(short_runs[name], folder)
        file = folder / "manifest.json"
        manifest = json.loads(file.read_text(encoding="utf-8"))
        manifest |= changes
        manifest["identity"] |= identity or {}
        write_json(file, seal(manifest))
        return folder

    return make
