"""Adding up: what the observers and the arrays say, by department, group and nation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rift_sim.physics.kernel import kernel

__all__ = ["tally_members", "tally_places", "tally_reports"]

Floats = NDArray[np.float64]
Flags = NDArray[np.uint8]
Ints = NDArray[np.int32]


@kernel
def tally_reports(
    report: Flags,
    department: Ints,
    people: Floats,
    any_department: Floats,
    by_group: Floats,
    pairs: NDArray[np.uint16],
    someone: Flags,
) -> float:
    """Count the municipalities that a report names.

    Parameters
    ----------
    report
        0 or 1, shape (group, place).
    department
        Index of the department, -1 for border zones, which do not count; shape (place,).
    people
        Who lives there, shape (place,).
    any_department
        Municipalities with at least one group, shape (department,); written.
    by_group
        Municipalities of each group, shape (group,); written.
    pairs
        Municipalities by (department, group); written.
    someone
        1 where any group is named, shape (place,); written.

    Returns
    -------
    float
        People living in municipalities with at least one group.
    """
    groups, places = report.shape
    any_department[:] = 0.0
    by_group[:] = 0.0
    pairs[:] = 0
    someone[:] = 0
    for g in range(groups):
        for i in range(places):
            if report[g, i] and department[i] >= 0:
                someone[i] = 1
                by_group[g] += 1.0
                pairs[department[i], g] += 1
    living = 0.0
    for i in range(places):
        if someone[i]:
            any_department[department[i]] += 1.0
            living += people[i]
    return living


@kernel
def tally_members(
    members: Floats, department: Ints, by_department: Floats, by_group: Floats
) -> None:
    """Add up members by department (border zones left out) and by group (all places).

    Shapes: members (group, place); department (place,); by_department (department,) and
    by_group (group,) are written.
    """
    groups, places = members.shape
    by_department[:] = 0.0
    by_group[:] = 0.0
    for g in range(groups):
        for i in range(places):
            if members[g, i] > 0.0:
                by_group[g] += members[g, i]
                if department[i] >= 0:
                    by_department[department[i]] += members[g, i]


@kernel
def tally_places(values: Floats, department: Ints, by_department: Floats) -> float:
    """Add up values of places by department (written) and return the national sum.

    Shapes: values and department (place,); by_department (department,).
    """
    by_department[:] = 0.0
    total = 0.0
    for i in range(values.size):
        d = department[i]
        if d >= 0:
            by_department[d] += values[i]
            total += values[i]
    return total
