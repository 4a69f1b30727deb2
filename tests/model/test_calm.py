"""Under unchanged conditions nothing jumps in the first year by more than history does."""

from __future__ import annotations

import numpy as np
import pytest

from rift_sim.model import World
from rift_sim.replicate import simulate
from rift_sim.scenario import load_scenario
from rift_sim.seeds import load_ledger

REPLICATES = 40


@pytest.fixture(scope="module")
def runs() -> list[dict[str, np.ndarray]]:
    world = World(load_scenario("status-quo", settings=["end=2026-12"]))
    return [simulate(world, r) for r in range(REPLICATES)]


def history(fact: str, since: int = 2009) -> tuple[float, float]:
    """Return the last value of a series and its usual yearly change (log points)."""
    series = load_ledger().series(fact)
    values = [v for year, v in sorted(series.items()) if len(year) == 4 and int(year) >= since]
    changes = np.diff(np.log(values))
    return values[-1], float(np.sqrt(np.mean(changes**2)))


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("newly_displaced", "IDP_NEW_IDMC"),
        ("confined", "CONFINED"),
        ("conflict_deaths", "UCDP_ALL"),
    ],
)
def test_flows_of_the_first_year(runs: list[dict[str, np.ndarray]], name: str, fact: str) -> None:
    last, usual = history(fact)
    median = np.median([run[name].sum() for run in runs])
    assert abs(np.log(median / last)) < usual


@pytest.mark.parametrize(
    ("name", "usual"),
    [
        ("coca_ha", history("COCA_HA")[1]),
        # The register has a break in 2021.
        ("displaced_stock", history("IDP_STOCK_UNHCR", since=2021)[1]),
        # Growth of 11 % was the slowest year of 2022-2025 (E025).
        ("members", 0.11),
        ("members_armed", 0.11),
        # The survey went from 410 municipalities in 2022 to 518 in 2025.
        ("presence_survey", np.log(518 / 410) / 3.0),
        # Alerts: 809 to 890 of 1,122 in counts of the same year.
        ("presence_alert", np.log(890 / 809)),
        ("control", np.log(890 / 809)),
        ("capability", 0.1),
    ],
)
def test_stocks_of_the_first_year(
    runs: list[dict[str, np.ndarray]], name: str, usual: float
) -> None:
    changes = [np.log(run[name][-1] / run[name][0]) for run in runs]
    assert abs(np.median(changes)) < usual
