"""Time Flee; run by `benchmarks.flee_comparison` with an interpreter that has Flee.

Knows nothing of rift_sim, because Flee may live in an environment of its own. Reads a JSON
file (places, links, agents, days) and prints a line of JSON at the end.
"""

from __future__ import annotations

import contextlib
import json
import random
import sys
import tempfile
import time
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any


def build(work: dict[str, Any]) -> Any:
    """Build Flee's graph: conflict zones, camps, towns, and roads between them."""
    # By name, because type checkers run where there is no Flee.
    flee: Any = import_module("flee.flee")
    settings_of_flee: Any = import_module("flee.SimulationSettings").SimulationSettings
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "simsetting.yml"
        settings.write_text("log_levels: {agent: 0, link: 0, camp: 0, conflict: 0, init: 0}\n")
        settings_of_flee.ReadFromYML(str(settings))
    ecosystem = flee.Ecosystem()
    for name, kind, population in work["places"]:
        ecosystem.addLocation(name=name, location_type=kind, pop=population)
    for first, second, kilometres in work["links"]:
        ecosystem.linkUp(first, second, kilometres)
    return ecosystem


def main(file: str) -> None:
    """Build, let the people start in the conflict zones, and time each day."""
    work = json.loads(Path(file).read_text(encoding="utf-8"))
    random.seed(work["seed"])
    with contextlib.redirect_stderr(None), contextlib.redirect_stdout(None):
        ecosystem = build(work)
        sources = [place for place in ecosystem.locations if place.conflict > 0.0]
        for number in range(work["agents"]):
            ecosystem.addAgent(sources[number % len(sources)], {})
        begun = time.perf_counter()
        for _ in range(work["days"]):
            ecosystem.evolve()
        seconds = time.perf_counter() - begun
        away = sum(agent.places_travelled > 1 for agent in ecosystem.agents)
        moved = away / len(ecosystem.agents)
    print(json.dumps({"version": version("flee"), "seconds": seconds, "moved": moved}))


if __name__ == "__main__":
    main(sys.argv[1])
