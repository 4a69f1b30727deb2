"""A peacekeeping mission: an extension of rift_sim, small and complete."""

from __future__ import annotations

from rift_peacekeeping.attacks import attack
from rift_peacekeeping.lie_low import LieLow
from rift_peacekeeping.mandate import Mandate, begin, in_words
from rift_peacekeeping.mission import Mission, mission_of
from rift_sim import EventKind, Extension, Mechanism, Recorded

__all__ = ["extension"]

extension = Extension(
    name="peacekeeping",
    version="0.1.0",
    module=__name__,
    summary="A peacekeeping mission deploys to some departments, for a time and at a cost",
    partners={"mission": Mission},
    strategies={"lie_low": LieLow},
    mechanisms={
        "attacks": Mechanism(
            attack, "month", "Violence around the mission brings attacks, after which it stays less"
        )
    },
    events={"mandate": EventKind(Mandate, begin, in_words)},
    series={
        "peacekeepers": Recorded(
            "Peacekeepers deployed",
            "people",
            "stock",
            lambda model: mission_of(model).deployed,
            by={"department": lambda model: mission_of(model).by_department()},
        ),
        "peacekeeping_usd": Recorded(
            "Cost of the peacekeeping mission", "USD", "flow", lambda model: mission_of(model).cost
        ),
        "peacekeeping_attacks": Recorded(
            "Attacks on peacekeepers", "count", "flow", lambda model: mission_of(model).attacks
        ),
    },
    parameters="parameters.yaml",
)
