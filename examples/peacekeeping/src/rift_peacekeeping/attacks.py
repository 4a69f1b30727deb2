"""The mechanism: violence where the mission stands brings attacks on it, and it stays less long."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rift_peacekeeping.mission import mission_of

if TYPE_CHECKING:
    from rift_sim import RiftModel

__all__ = ["attack"]

WEARY = 3
"""Months that a mission gives up after an attack (judgement)."""


def attack(model: RiftModel) -> None:
    """Draw whether the mission is attacked this month."""
    mission = mission_of(model)
    deaths = float(model.state.violence[mission.places].sum())
    rate = model.draw.peacekeeping_attacks * mission.strength * deaths
    if model.uniform("peacekeeping", "attack") < 1.0 - math.exp(-rate):
        mission.attacks = 1
        mission.until -= WEARY
