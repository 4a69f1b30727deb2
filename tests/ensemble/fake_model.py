"""A model small enough to know by heart, for tests of the ensemble."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.calendar import Month, month_axis
from rift_sim.ensemble.engine import Engine
from rift_sim.ensemble.inputs import Request

DEPARTMENTS = ["05", "19", "54"]
GROUPS = ["eln", "egc"]


@dataclass(frozen=True)
class FakeVariable:
    dims: tuple[str, ...]
    dtype: str
    attrs: dict[str, Any]


@dataclass(frozen=True)
class FakeScenario:
    """Knobs of the fake: which replicates fail, kill their worker, or dawdle."""

    seed: int = 1
    level: float = 0.0
    months: int = 24
    failing: tuple[int, ...] = ()
    killing: tuple[int, ...] = ()
    marker: str = ""
    pause: float = 0.0


class FakeWorld:
    def __init__(self, scenario: FakeScenario, municipal: bool) -> None:
        self.scenario = scenario
        self.coords: dict[str, Any] = {
            "time": month_axis(Month(2026, 1), scenario.months),
            "department": DEPARTMENTS,
            "group": np.array(GROUPS),
        }

        def share(name: str) -> dict[str, Any]:
            return {"long_name": name, "units": "1", "kind": "stock"}

        people = {"long_name": "People newly displaced", "units": "people", "kind": "flow"}
        self.variables = {
            "control": FakeVariable(("time",), "float64", share("Control")),
            "newly_displaced": FakeVariable(("time",), "float64", people),
            "control_department": FakeVariable(
                ("time", "department"), "float32", share("Control by department")
            ),
            "presence_survey_department_group": FakeVariable(
                ("time", "department", "group"), "int16", share("Presence")
            ),
        }
        if municipal:
            self.coords |= {"year": np.array([2026, 2027]), "municipality": ["05001", "54001"]}
            yearly = ("year", "municipality")
            self.variables |= {
                "presence_municipality": FakeVariable(yearly, "int8", share("Presence")),
                "presence_municipality_group": FakeVariable(
                    (*yearly, "group"), "int8", share("Presence")
                ),
                "newly_displaced_municipality": FakeVariable(yearly, "float32", people),
            }


def fake_world(scenario: FakeScenario, municipal: bool) -> FakeWorld:
    return FakeWorld(scenario, municipal)


def fake_simulate(world: FakeWorld, replicate: int) -> dict[str, NDArray[Any]]:
    knobs = world.scenario
    if replicate in knobs.failing:
        raise RuntimeError(f"replicate {replicate} was told to fail")
    if replicate in knobs.killing:
        marker = Path(knobs.marker)
        if not knobs.marker or not marker.exists():
            if knobs.marker:
                marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(knobs.pause)
    rng = np.random.default_rng([knobs.seed, replicate])
    found: dict[str, NDArray[Any]] = {}
    for name, variable in world.variables.items():
        shape = tuple(len(world.coords[dim]) for dim in variable.dims)
        if variable.dtype.startswith("int"):
            found[name] = rng.integers(0, 2, shape).astype(variable.dtype)
        else:
            found[name] = (rng.random(shape) + knobs.level).astype(variable.dtype)
    return found


ENGINE = Engine(fake_world, fake_simulate)


def fake_request(replicates: int = 30, *, sweep: int = 0, **knobs: Any) -> Request:
    """Ask for a run of the fake, or of a sweep with `sweep` levels."""
    base = FakeScenario(**knobs)
    levels = [replace(base, level=float(k)) for k in range(sweep)] if sweep else [base]
    numbers = replace(base, failing=(), killing=(), marker="", pause=0.0)
    return Request(
        name="fake",
        title="A fake scenario",
        scenarios=tuple(levels),
        labels=tuple(f"level-{k}" for k in range(sweep)) if sweep else None,
        axes={"level": tuple(str(k) for k in range(sweep))} if sweep else {},
        replicates=replicates,
        seed=base.seed,
        settings=(),
        resolved="name: fake\n",
        digest=hashlib.sha256(repr((numbers, sweep)).encode()).hexdigest(),
        ledger_digest="0" * 64,
    )
