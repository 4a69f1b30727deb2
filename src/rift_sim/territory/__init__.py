"""The map: municipalities, border zones, who neighbours whom, and outlines to draw.

The shipped table is read by default; a scenario may name its own CSV files instead.
"""

from __future__ import annotations

from rift_sim.territory.load import load_territory
from rift_sim.territory.outlines import Outlines, load_outlines
from rift_sim.territory.territory import Territory

__all__ = ["Outlines", "Territory", "load_outlines", "load_territory"]
