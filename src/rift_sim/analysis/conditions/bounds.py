"""What a quantity can be: shares lie between 0 and 1."""

from __future__ import annotations

from rift_sim.analysis.conditions.quantity import Quantity
from rift_sim.vocabulary import SERIES

__all__ = ["beyond_share"]

_NO_PART = ("force", "capability", "mobility", "intelligence")
"""Series measured against a year or a full strength, above which they may rise."""


def beyond_share(quantity: Quantity, value: float) -> str | None:
    """Say what to write instead where a share is held against what no share can be.

    Parameters
    ----------
    quantity, value
        What is read, and what it is compared with.

    Returns
    -------
    str or None
        What is allowed; None where the value may be, or the quantity is no share: a sum over
        months, what may rise above its full strength, or no series at all.
    """
    array, label = quantity.name, quantity.label is not None
    name = next((n for n in (array, array.rpartition("_")[0]) if n in SERIES), None)
    if name is None or name in _NO_PART or SERIES[name].units != "1":
        return None
    if quantity.when == "sum" or 0.0 <= value <= 1.0 or (name != array and not label):
        return None
    hint = f", such as {value / 100.0:g} for {value:g} %" if 1.0 < value <= 100.0 else ""
    return f"0 to 1{hint}"
