"""What an extension should test of itself: it moves nothing unasked, and does what it says."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import rift_sim
from rift_sim.extension.registry import forget
from rift_sim.model import World
from rift_sim.replicate import simulate
from rift_sim.scenario import load_scenario

HERE = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    """Make the extension known, and leave the process as it was."""
    source = str(HERE / "src")
    sys.path.insert(0, source)
    import rift_peacekeeping

    rift_sim.register(rift_peacekeeping.extension)
    yield
    forget("peacekeeping")
    sys.path.remove(source)
    for name in [name for name in sys.modules if name.partition(".")[0] == "rift_peacekeeping"]:
        del sys.modules[name]


def run(*settings: str) -> dict[str, np.ndarray]:
    file = HERE / "scenarios" / "mission.yaml"
    scenario = load_scenario(file, settings=["end=2027-12", *settings])
    return simulate(World(scenario), 0)


def test_a_mandate_of_nobody_moves_nothing() -> None:
    idle = run("timeline.mandate.mandate.troops=0")
    plain = simulate(World(load_scenario("reference", settings=["end=2027-12"])), 0)
    assert all(np.array_equal(idle[name], plain[name]) for name in plain)


def test_the_mission_comes_and_saves_lives() -> None:
    sent, kept = (
        run("assumptions.peacekeeping_effect=0.9"),
        run("timeline.mandate.mandate.troops=0"),
    )
    assert sent["peacekeepers"][-1] > 5000.0
    assert sent["conflict_deaths"][12:].sum() < kept["conflict_deaths"][12:].sum()
    np.testing.assert_array_equal(sent["conflict_deaths"][:12], kept["conflict_deaths"][:12])
