"""A small real map, and the scenarios that the twin and the fast model both run on it."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rift_sim.initial.world import World
from rift_sim.scenario import Scenario
from rift_sim.territory import load_territory

# The benchmarks are not part of the package; tests run from a checkout.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

NORTH_EAST = ("20", "54", "81", "15223")
"""Cesar, Norte de Santander and Arauca, and the one place of Boyaca that links them: groups at
war, coca, a border."""


@pytest.fixture(scope="session")
def north_east(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Cut three departments out of the shipped map, as files of a user's own."""
    territory = load_territory()
    chosen = [k for k, code in enumerate(territory.code) if code.startswith(NORTH_EAST)]
    folder = tmp_path_factory.mktemp("north-east")
    places, links = folder / "places.csv", folder / "links.csv"
    columns = ("population", "longitude", "latitude", "area_km2", "rural_share", "remoteness")
    with places.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["code", "name", *columns])
        for k in chosen:
            values = [repr(float(getattr(territory, column)[k])) for column in columns]
            writer.writerow([territory.code[k], territory.name[k], *values])
    with links.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["a", "b"])
        for k in chosen:
            for j in territory.neighbours_of(k):
                if k < j and int(j) in chosen:
                    writer.writerow([territory.code[k], territory.code[j]])
    return {"municipalities": str(places), "neighbours": str(links)}


@pytest.fixture(scope="session")
def small_world(north_east: dict[str, str]) -> Callable[..., World]:
    """Build the world of a scenario on the small map."""

    def make(municipal: bool = False, **fields: Any) -> World:
        data: dict[str, Any] = {
            "name": "twin",
            "title": "A test of the twin",
            "start": "2026-01",
            "end": "2027-12",
            "seed": 11,
            "territory": north_east,
        }
        scenario = Scenario.model_validate({**data, **fields})
        return World(scenario, municipal=municipal)

    return make
