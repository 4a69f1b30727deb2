"""Call every kernel on small maps and keep what it was given, left behind and returned.

As a program: ``every_kernel.py SCENARIO.json OUT.pickle``, with the root of the checkout on the
path.
"""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import test_reference_kernels as by_hand
from random_ground import RandomGround

from rift_sim import month, recorder
from rift_sim.ensemble.session import is_uncompiled
from rift_sim.initial import start
from rift_sim.initial.world import World
from rift_sim.model import RiftModel
from rift_sim.physics.books import Books, Living
from rift_sim.physics.kernel import COMPILED
from rift_sim.physics.reach import list_footholds, new_cells, new_lodgers
from rift_sim.recorder import Recorder
from rift_sim.scenario import Scenario

_LEFT = ("held", "prospects", "lodgers", "rents", "utilities", "space")
"""Books that are written in part: the rest holds anything."""

Call = tuple[str, list[Any]]
"""Name of a kernel; its arguments as it left them, and its result."""


def record(world: World) -> dict[str, Any]:
    """Call every kernel by hand, then live the months of the world's scenario."""
    calls: list[Call] = []
    with _watched(calls):
        for name in sorted(set(by_hand.CHECKS) - {"live_month", "make_realm", "record_month"}):
            by_hand.CHECKS[name](RandomGround(world, 0))
        present = RandomGround(world, 0).state.present
        empty = new_cells(*present.shape), new_lodgers(*present.shape)
        _watch(list_footholds, calls)(present, np.zeros_like(present), *empty)
        model, months = RiftModel(world=world), Recorder(world)
        begun = _flat([vars(model.state)])
        for _ in range(world.scenario.months):
            model.step()
            months.record(model)
    after = [getattr(model.state, name) for name in Living._fields]
    after += [getattr(model.ground, name) for name in Books._fields if name not in _LEFT]
    return {
        "compiled": COMPILED,
        "uncompiled": is_uncompiled(),
        "calls": calls,
        "begun": begun,
        "after": _flat(after),
        "series": _flat(months.arrays),
    }


@contextmanager
def _watched(calls: list[Call]) -> Iterator[None]:
    """Put a watch on each kernel where Python calls it; compiled code sees the kernels alone."""
    before = [(module, dict(vars(module))) for module in (by_hand, month, recorder, start)]
    try:
        for module, names in before:
            for name, value in names.items():
                if hasattr(value, "py_func"):
                    setattr(module, name, _watch(value, calls))
                elif isinstance(value, ModuleType) and value.__name__.startswith("rift_sim.phy"):
                    setattr(module, name, _Window(value, calls))
        yield
    finally:
        for module, names in before:
            vars(module).update(names)


class _Window:
    """A module of kernels, seen from a caller."""

    def __init__(self, module: ModuleType, calls: list[Call]) -> None:
        self._module, self._calls = module, calls

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._module, name)
        return _watch(value, self._calls) if hasattr(value, "py_func") else value


def _watch(function: Any, calls: list[Call]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        result = function(*arguments)
        calls.append((function.py_func.__name__, _flat([*arguments, result])))
        return result

    return call


def _flat(values: Any) -> list[Any]:
    """Copy arrays and numbers; a handle, and books before their month, are left out."""
    found: list[Any] = []
    for value in values.values() if isinstance(values, dict) else values:
        if isinstance(value, np.ndarray):
            found.append(value.copy())
        elif isinstance(value, bool | int | float | np.generic):
            found.append(np.asarray(value))
        elif type(value).__name__ == "Realm" or isinstance(value, Books | str | None):
            continue
        elif isinstance(value, dict | list | tuple):
            found += _flat(value)
        else:
            found += _flat(vars(value))
    return found


def world_of(fields: dict[str, Any]) -> World:
    return World(Scenario.model_validate(fields))


if __name__ == "__main__":
    scenario = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Path(sys.argv[2]).write_bytes(pickle.dumps(record(world_of(scenario))))
