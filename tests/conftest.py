"""What several test modules share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rift_sim.scenario import Scenario

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
