"""rift_sim: a scenario model of the U.S.-Colombia security relationship.

Conditional projections, not predictions, and not for operational use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rift_sim.agents.armed_group import ArmedGroup
    from rift_sim.agents.partners import Partner
    from rift_sim.analysis.compare.comparison import Comparison
    from rift_sim.analysis.compare.side_by_side import compare
    from rift_sim.ensemble.run import Run, load, run
    from rift_sim.ensemble.storage.damage import DamagedError, DamageWarning
    from rift_sim.errors import InputError, RiftError
    from rift_sim.extension import EventKind, Extension, Mechanism, Recorded, register
    from rift_sim.model import RiftModel
    from rift_sim.scenario import Scenario, load_scenario
    from rift_sim.scenario.values import Refusal, Strict

__version__ = "0.1.0"
__all__ = [
    "ArmedGroup",
    "Comparison",
    "DamageWarning",
    "DamagedError",
    "EventKind",
    "Extension",
    "InputError",
    "Mechanism",
    "Partner",
    "Recorded",
    "Refusal",
    "RiftError",
    "RiftModel",
    "Run",
    "Scenario",
    "Strict",
    "__version__",
    "compare",
    "load",
    "load_scenario",
    "register",
    "run",
]

_HOME = {
    "ArmedGroup": "rift_sim.agents.armed_group",
    "EventKind": "rift_sim.extension",
    "Extension": "rift_sim.extension",
    "Mechanism": "rift_sim.extension",
    "Partner": "rift_sim.agents.partners",
    "Recorded": "rift_sim.extension",
    "Refusal": "rift_sim.scenario.values",
    "Strict": "rift_sim.scenario.values",
    "register": "rift_sim.extension",
    "Comparison": "rift_sim.analysis.compare.comparison",
    "compare": "rift_sim.analysis.compare.side_by_side",
    "DamageWarning": "rift_sim.ensemble.storage.damage",
    "DamagedError": "rift_sim.ensemble.storage.damage",
    "InputError": "rift_sim.errors",
    "RiftError": "rift_sim.errors",
    "RiftModel": "rift_sim.model",
    "Run": "rift_sim.ensemble.run",
    "load": "rift_sim.ensemble.run",
    "run": "rift_sim.ensemble.run",
    "Scenario": "rift_sim.scenario",
    "load_scenario": "rift_sim.scenario",
}


def __getattr__(name: str) -> Any:
    """Import public names where they are first used, so that ``rift --help`` stays quick."""
    if name not in _HOME:
        raise AttributeError(f"module 'rift_sim' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
