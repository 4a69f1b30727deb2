"""Extensions: what third parties add to the model without touching the package."""

from __future__ import annotations

from rift_sim.extension.parts import EventKind, Extension, Mechanism, Recorded
from rift_sim.extension.registry import register

__all__ = ["EventKind", "Extension", "Mechanism", "Recorded", "register"]
