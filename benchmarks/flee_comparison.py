"""The time Flee and rift_sim take for the same number of displaced person-days.

The two models answer different questions, and the comparison says only what a person-day of
displacement costs in each. In Flee an agent is one person, who chooses a road every day. Here
the displaced are counts by municipality, moved once a month by return and gravity; their
number costs nothing, and the time goes into groups, control and all the rest. So we also give
the strictest count: only the newly displaced, and only their first thirty days.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.measure import NotMeasured, Options, Row, Section, interleave, ratios, spread
from rift_sim.initial.world import World
from rift_sim.replicate import simulate
from rift_sim.scenario import load_scenario
from rift_sim.territory import load_territory

__all__ = ["graph", "measure", "minutes"]

_DAYS_A_MONTH = 365.25 / 12
_FIRST_DAYS = 30
_EVERY = 28
_MILLION = 1e6
_WORKER = Path(__file__).with_name("flee_worker.py")


def minutes(options: Options) -> float:
    """Estimate how long it takes."""
    return 0.2 if options.quick else options.repeat * 0.8


def graph() -> dict[str, Any]:
    """Return Flee's map: our municipalities and neighbours, roads between their centres.

    The largest municipality of each department is a camp, where people rest. Every 28th other
    one that has neighbours is a conflict zone, which all leave. The rest are towns.
    """
    territory = load_territory()
    inside = np.flatnonzero(~territory.is_zone)
    camps = set()
    for department in range(len(territory.departments)):
        here = inside[territory.department_index[inside] == department]
        if here.size:
            camps.add(int(here[np.argmax(territory.population[here])]))
    linked = [int(k) for k in inside if k not in camps and territory.neighbours_of(int(k)).size]
    zones = set(linked[::_EVERY])
    kinds = {k: "camp" if k in camps else "conflict_zone" if k in zones else "town" for k in inside}
    places = [[territory.code[k], kinds[k], int(territory.population[k])] for k in inside]
    links = []
    for k in inside:
        for j in territory.neighbours_of(int(k)):
            if k < j and not territory.is_zone[j]:
                distance = _kilometres(
                    (float(territory.longitude[k]), float(territory.latitude[k])),
                    (float(territory.longitude[j]), float(territory.latitude[j])),
                )
                links.append([territory.code[k], territory.code[j], distance])
    return {"places": places, "links": links, "seed": 1}


def measure(options: Options) -> Section:
    """Time whole replicates here and days in Flee, in turn.

    Raises
    ------
    NotMeasured
        Where no interpreter has Flee.
    """
    python = _interpreter(options)
    agents, days, replicates = (200, 5, 1) if options.quick else (20_000, 30, 10)
    world = World(load_scenario("reference", settings=[f"end={options.end}"]))
    simulate(world, 0)
    map_of_flee = graph()
    seen: dict[str, Any] = {}
    person_days: list[tuple[float, float]] = []

    def ours() -> float:
        begun = perf_counter()
        runs = [simulate(world, number) for number in range(replicates)]
        seconds = perf_counter() - begun
        displaced = sum(float(one["displaced_stock"].sum(dtype=np.float64)) for one in runs)
        newly = sum(float(one["newly_displaced"].sum(dtype=np.float64)) for one in runs)
        person_days.append((displaced * _DAYS_A_MONTH, newly * _FIRST_DAYS))
        return seconds

    def flee(people: int) -> float:
        found = _run_flee(python, {**map_of_flee, "agents": people, "days": days})
        seen.update(found)
        return float(found["seconds"]) / (people * days) * _MILLION

    arms: dict[str, Callable[[], float]] = {
        "ours": ours,
        "flee": lambda: flee(agents),
        "half": lambda: flee(agents // 2),
    }
    found = interleave(arms, options.repeat)
    pairs = list(zip(found["ours"], person_days, strict=True))
    stock = [seconds / lived[0] * _MILLION for seconds, lived in pairs]
    first = [seconds / lived[1] * _MILLION for seconds, lived in pairs]
    unit = "s per million person-days"
    return Section(
        "Flee",
        f"Flee {seen['version']}: {agents:,} agents (one is one person), {days} days, default "
        f"rules, {len(map_of_flee['places']):,} municipalities and {len(map_of_flee['links']):,} "
        f"roads, serial, without building the map; {100 * seen['moved']:.0f} % of the "
        f"agents moved. rift_sim, one core: whole replicates (in each round "
        f"{replicates}) of the scenario reference to {options.end}, "
        f"{person_days[-1][0] / replicates:,.0f} displaced person-days each.",
        [
            Row(f"Flee, {agents:,} agents", spread(found["flee"]), unit),
            Row(f"Flee, {agents // 2:,} agents", spread(found["half"]), unit),
            Row("rift_sim, all displaced people", spread(stock), unit),
            Row(f"rift_sim, newly displaced for {_FIRST_DAYS} days only", spread(first), unit),
            Row("Flee : rift_sim, all displaced people", spread(ratios(found["flee"], stock)), "x"),
            Row(
                f"Flee : rift_sim, newly displaced for {_FIRST_DAYS} days only",
                spread(ratios(found["flee"], first)),
                "x",
            ),
        ],
        [
            "Different things: Flee moves persons along roads day by day; rift_sim moves counts "
            "between municipalities month by month, and its time, which holds all other "
            "processes of the model too, does not grow with their number.",
        ],
    )  # fmt: skip


def _interpreter(options: Options) -> str:
    if options.flee_python is not None:
        return options.flee_python
    if importlib.util.find_spec("flee") is None:
        raise NotMeasured("Flee is not installed; pip install 'rift-sim[bench]' or --flee-python")
    return sys.executable


def _run_flee(python: str, work: dict[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "work.json"
        file.write_text(json.dumps(work), encoding="utf-8")
        try:
            done = subprocess.run(
                [python, str(_WORKER), str(file)],
                capture_output=True, text=True, check=False, cwd=folder,
            )  # fmt: skip
        except OSError as error:
            raise NotMeasured(f"{python}: {error.strerror}") from error
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise NotMeasured(f"Flee does not run with {python}: {reason}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance of two points (longitude, latitude)."""
    (a, b), (c, d) = ((radians(x), radians(y)) for x, y in (one, other))
    half = sin((d - b) / 2) ** 2 + cos(b) * cos(d) * sin((c - a) / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(half))
