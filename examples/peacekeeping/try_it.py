"""Run the scenario of the example with and without its mission, without installing anything."""

from __future__ import annotations

import sys
from pathlib import Path

import rift_sim

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "src"))

import rift_peacekeeping  # noqa: E402 - found from here on

rift_sim.register(rift_peacekeeping.extension)
scenario = HERE / "scenarios" / "mission.yaml"
sent = rift_sim.run(scenario, replicates=20)
kept = rift_sim.run(scenario, replicates=20, settings=["timeline.mandate.mandate.troops=0"])
for name in ("conflict_deaths", "newly_displaced", "peacekeeping_usd"):
    apart = (sent.dataset[name] - kept.dataset[name]).sum("time")
    low, middle, high = apart.quantile([0.05, 0.5, 0.95], "replicate").to_numpy()
    print(f"{name:18} with the mission less without: {middle:14,.0f}  ({low:,.0f} to {high:,.0f})")
