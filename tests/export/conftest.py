"""A run by municipality, which the short runs of other tests are not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import rift_sim
from rift_sim.scenario import Scenario


@pytest.fixture(scope="session")
def places_run(
    make_scenario: Callable[..., Scenario], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A run on five places, by municipality, that ends in the middle of its second year."""
    folder = tmp_path_factory.mktemp("places") / "places"
    scenario = make_scenario(small=True, end="2027-02", name="places", replicates=3)
    rift_sim.run(scenario, out=folder, workers=1, municipal=True)
    return folder
