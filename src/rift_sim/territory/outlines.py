"""Simplified outlines of the departments and of the nation, to draw maps with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

__all__ = ["Outlines", "load_outlines"]

Ring = NDArray[np.float64]

_FILE = Path(__file__).resolve().parent / "data" / "outlines.json"


@dataclass(frozen=True, eq=False)
class Outlines:
    """Closed rings in degrees WGS 84, each of shape (points, 2): longitude, latitude.

    Attributes
    ----------
    departments
        Rings by 2-digit department code, largest first. Departments meet without gaps.
    nation
        Rings of the country, the mainland first, the archipelago last.
    """

    departments: Mapping[str, tuple[Ring, ...]] = field(repr=False)
    nation: tuple[Ring, ...] = field(repr=False)


@lru_cache(maxsize=1)
def load_outlines() -> Outlines:
    """Read the shipped outlines (simplified to about 0.9 km)."""
    content = json.loads(_FILE.read_text(encoding="utf-8"))
    return Outlines(
        MappingProxyType({code: _rings(flat) for code, flat in content["departments"].items()}),
        _rings(content["nation"]),
    )


def _rings(flat: list[list[float]]) -> tuple[Ring, ...]:
    rings = tuple(np.array(values, dtype=np.float64).reshape(-1, 2) for values in flat)
    for ring in rings:
        ring.flags.writeable = False
    return rings
