"""What stands on the map beside state and groups: factors that extensions set, place by place.

They are neutral unless an extension writes them, and every one of them acts inside a process
that keeps its books: whoever is not hit, not displaced or returns is counted as everybody else.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rift_sim.physics.arrays import Floats
from rift_sim.physics.kernel import kernel
from rift_sim.physics.reach import Cells

__all__ = ["LARGEST", "Outside", "add_pull", "new_outside", "raise_to", "scale_by", "wrong"]

LARGEST = 20.0
"""Largest factor, and largest pull either way, that an extension may set."""


class Outside(NamedTuple):
    """Arrays an extension may write; they stay as written until somebody writes them again.

    Attributes
    ----------
    presence
        State presence that others bring, in [0, 1], shape (place,): presence is no lower. Once
        it goes, presence returns to what the state itself holds, as fast as forces deploy. It
        deters fighting (C10), counts against control (C06) and makes groups shun the place.
        0 is neutral.
    effort
        Factor of the operations against groups, shape (place,). 1 is neutral.
    violence
        Factor of fighting between groups, of the members it costs, and of the deaths that
        come of coercion, shape (place,). 1 is neutral.
    flight
        Factor of the hazard of displacement and confinement, shape (place,). 1 is neutral.
    returns
        Factor of the share of the displaced who return to a place, shape (place,). 1 is neutral.
    pull
        What draws each group to a place or keeps it away, in units of utility, shape
        (group, place). It moves members and decides on new places and on those given up.
        0 is neutral.
    """

    presence: Floats
    effort: Floats
    violence: Floats
    flight: Floats
    returns: Floats
    pull: Floats


def new_outside(groups: int, places: int) -> Outside:
    """Make factors that are all neutral."""
    effort, violence, flight, returns = (np.ones(places) for _ in range(4))
    return Outside(np.zeros(places), effort, violence, flight, returns, np.zeros((groups, places)))


def wrong(outside: Outside) -> str | None:
    """Say which array holds what makes no sense, and how; None if all do."""
    for name, values in zip(Outside._fields, outside, strict=True):
        low = -LARGEST if name == "pull" else 0.0
        high = 1.0 if name == "presence" else LARGEST
        if not (values.min() >= low and values.max() <= high):
            return f"{name} must lie within [{low:g}, {high:g}]"
    return None


@kernel
def raise_to(out: Floats, least: Floats) -> None:
    """Raise values to at least those given; shapes alike, `out` is changed."""
    for i in range(out.size):
        out[i] = max(out[i], least[i])


@kernel
def scale_by(out: Floats, values: Floats, factor: Floats) -> None:
    """Write values times a factor; shapes alike, `out` may be `values`."""
    for i in range(out.size):
        out[i] = values[i] * factor[i]


@kernel
def add_pull(utilities: Floats, cells: Cells, pull: Floats) -> None:
    """Add what draws groups to places to their utility there.

    Parameters
    ----------
    utilities
        Shape (group, place); changed in place at `cells`.
    cells
        Which places of each group.
    pull
        Shape (group, place).
    """
    for g in range(utilities.shape[0]):
        for c in range(cells.number[g]):
            i = cells.place[g, c]
            utilities[g, i] += pull[g, i]
