"""Adding up: what the observers and the arrays say, by department, group and nation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rift_sim.physics.arrays import Flags, Floats, Ints
from rift_sim.physics.kernel import kernel
from rift_sim.physics.reach import Cells

__all__ = ["REPORTS", "Tallies", "tally_members", "tally_month", "tally_places", "tally_reports"]

REPORTS = ("presence_alert", "presence_survey", "control")
"""What observers report, in the order of `Tallies`."""


class Tallies(NamedTuple):
    """Sums of every month of a run: T months, D departments, G groups.

    Attributes
    ----------
    named_department, named_group
        Municipalities that a report names, for any group and for each, shapes
        (T, 3, D) and (T, 3, G).
    living
        People living in municipalities that a report names, and all people, shape (T, 4).
    surveyed
        Municipalities of each group by department in the survey, shape (T, D, G).
    members_department, members_group
        Members and armed members, border zones left out by department and counted in by
        group, shapes (T, 2, D) and (T, 2, G).
    places
        Sums by department of the rows that `tally_places` was given, shape (T, rows, D).
    elsewhere
        Members across the border; remoteness summed over the members inside, and how many
        they are; members lost to the state. Shape (T, 4).
    """

    named_department: Floats
    named_group: Floats
    living: Floats
    surveyed: NDArray[np.uint16]
    members_department: Floats
    members_group: Floats
    places: Floats
    elsewhere: Floats


@kernel
def tally_reports(
    alert: Flags,
    survey: Flags,
    control: Flags,
    held: Cells,
    department: Ints,
    people: Floats,
    named_department: Floats,
    named_group: Floats,
    living: Floats,
    surveyed: NDArray[np.uint16],
    named: Flags,
) -> None:
    """Count the municipalities that reports name.

    Parameters
    ----------
    alert, survey, control
        0 or 1, shape (group, place); the last two name footholds only.
    held
        Footholds.
    department
        Index of the department, -1 for border zones, which do not count; shape (place,).
    people
        Who lives there, shape (place,).
    named_department, named_group, living, surveyed
        As in `Tallies`, of one month; written.
    named
        Reports that name any group, as bits 1, 2 and 4, shape (place,); written.
    """
    groups, places = alert.shape
    named_department[:] = 0.0
    surveyed[:] = 0
    for i in range(places):
        named[i] = 0
    for g in range(groups):
        heard = np.int64(0)
        for i in range(places):
            here = alert[g, i] & (department[i] >= 0)
            named[i] |= here
            heard += here
        seen = holds = np.int64(0)
        for c in range(held.number[g]):
            i = held.place[g, c]
            if department[i] >= 0:
                named[i] |= 2 * survey[g, i] | 4 * control[g, i]
                seen += survey[g, i]
                holds += control[g, i]
                surveyed[department[i], g] += survey[g, i]
        named_group[0, g], named_group[1, g], named_group[2, g] = heard, seen, holds
    alerted = surveyed_people = controlled = everyone = 0.0
    at, end = np.uint64(0), np.uint64(places)
    while at < end:
        d = department[at]
        if d < 0:
            at += np.uint64(1)
            continue
        # Sums stay in registers as long as the department is the same.
        alerts = surveys = controls = np.int64(0)
        while at < end and department[at] == d:
            alerts += named[at] & 1
            surveys += (named[at] >> 1) & 1
            controls += named[at] >> 2
            everyone += people[at]
            alerted += people[at] if named[at] & 1 else 0.0
            surveyed_people += people[at] if named[at] & 2 else 0.0
            controlled += people[at] if named[at] & 4 else 0.0
            at += np.uint64(1)
        named_department[0, d] += alerts
        named_department[1, d] += surveys
        named_department[2, d] += controls
    living[0], living[1], living[2], living[3] = alerted, surveyed_people, controlled, everyone


@kernel
def tally_members(
    armed: Floats,
    support: Floats,
    held: Cells,
    department: Ints,
    remoteness: Floats,
    by_department: Floats,
    by_group: Floats,
    elsewhere: Floats,
) -> None:
    """Add up members and armed members; the last three as in `Tallies`, of one month, written.

    Shapes: armed and support (group, place), department and remoteness (place,). Whoever is
    in a border zone counts, even where closed borders keep the zone off the lists (C16); of
    `elsewhere` the last entry stays as it is.
    """
    by_department[:] = 0.0
    abroad = far = inside = 0.0
    for g in range(armed.shape[0]):
        total = fighters = 0.0
        c, number = np.uint64(0), np.uint64(held.number[g])
        while c < number:
            d = department[held.place[g, c]]
            if d < 0:
                c += np.uint64(1)
                continue
            # Sums stay in registers as long as the department is the same.
            members, bearing_arms = by_department[0, d], by_department[1, d]
            while c < number and department[held.place[g, c]] == d:
                i = held.place[g, c]
                here = armed[g, i] + support[g, i]
                total += here
                fighters += armed[g, i]
                far += remoteness[i] * here
                members += here
                bearing_arms += armed[g, i]
                c += np.uint64(1)
            by_department[0, d], by_department[1, d] = members, bearing_arms
        inside += total
        by_group[0, g], by_group[1, g] = total, fighters

    for i in range(department.size):
        if department[i] < 0:
            for g in range(armed.shape[0]):
                here = armed[g, i] + support[g, i]
                abroad += here
                by_group[0, g] += here
                by_group[1, g] += armed[g, i]
    elsewhere[0], elsewhere[1], elsewhere[2] = abroad, far, inside


@kernel
def tally_places(
    contested: Flags,
    newly: Floats,
    confined: Floats,
    dead: Floats,
    coca: Floats,
    hosted: Floats,
    extorted: Floats,
    guards: Floats,
    department: Ints,
    by_department: Floats,
) -> None:
    """Add up values of places by department, border zones left out.

    Shapes: values and department (place,); by_department (8, department), in the order of
    the values, is written.
    """
    by_department[:] = 0.0
    i, places = np.uint64(0), np.uint64(department.size)
    while i < places:
        d = department[i]
        if d < 0:
            i += np.uint64(1)
            continue
        # Sums stay in registers as long as the department is the same.
        s0, s1, s2 = by_department[0, d], by_department[1, d], by_department[2, d]
        s3, s4, s5 = by_department[3, d], by_department[4, d], by_department[5, d]
        s6, s7 = by_department[6, d], by_department[7, d]
        while i < places and department[i] == d:
            s0 += contested[i]
            s1 += newly[i]
            s2 += confined[i]
            s3 += dead[i]
            s4 += coca[i]
            s5 += hosted[i]
            s6 += extorted[i]
            s7 += guards[i]
            i += np.uint64(1)
        by_department[0, d], by_department[1, d], by_department[2, d] = s0, s1, s2
        by_department[3, d], by_department[4, d], by_department[5, d] = s3, s4, s5
        by_department[6, d], by_department[7, d] = s6, s7


@kernel
def tally_month(
    row: int,
    tallies: Tallies,
    department: Ints,
    remoteness: Floats,
    held: Cells,
    armed: Floats,
    support: Floats,
    resident: Floats,
    coca: Floats,
    alert: Flags,
    survey: Flags,
    control: Flags,
    contested: Flags,
    newly: Floats,
    confined: Floats,
    dead: Floats,
    hosted: Floats,
    extorted: Floats,
    guards: Floats,
    lost: Floats,
    people: Floats,
    named: Flags,
) -> None:
    """Write the sums of a month into one row of the tallies.

    Parameters
    ----------
    row
        Number of the month in the run.
    tallies
        Changed in place.
    people, named
        Working space, shape (place,); overwritten.

    The others as in the functions above and in `rift_sim.physics.books`.
    """
    for i in range(people.size):
        people[i] = resident[i] + hosted[i]
    tally_reports(
        alert,
        survey,
        control,
        held,
        department,
        people,
        tallies.named_department[row],
        tallies.named_group[row],
        tallies.living[row],
        tallies.surveyed[row],
        named,
    )
    tally_members(
        armed,
        support,
        held,
        department,
        remoteness,
        tallies.members_department[row],
        tallies.members_group[row],
        tallies.elsewhere[row],
    )
    tallies.elsewhere[row, 3] = lost.sum()
    tally_places(
        contested,
        newly,
        confined,
        dead,
        coca,
        hosted,
        extorted,
        guards,
        department,
        tallies.places[row],
    )
