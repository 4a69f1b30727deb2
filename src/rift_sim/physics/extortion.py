"""Extortion of legal farming and trade (C08)."""

from __future__ import annotations

from rift_sim.physics.arrays import Floats
from rift_sim.physics.kernel import kernel

__all__ = ["extort"]


@kernel
def extort(out: Floats, trade: Floats, reach: Floats, scale: float, level: float) -> None:
    """Count the cases of extortion: what there is to take, times the part that groups reach.

    Parameters
    ----------
    out
        Cases a month, expected, shape (place,); written.
    trade
        Index of legal trade in [0, 1], 0 in border zones; shape (place,).
    reach
        Influence of all groups, in armed members, shape (place,).
    scale
        Influence at which half of the trade pays.
    level
        Cases a month where all of an index of 1 pays.
    """
    for i in range(out.size):
        out[i] = level * trade[i] * (reach[i] / (reach[i] + scale))
