"""Files of a scenario about the start: groups, coca, and where people are displaced."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rift_sim.errors import InputError
from rift_sim.initial.map_file import PresenceMap, read_presence
from rift_sim.initial.place_file import PlaceFigures, read_figures

if TYPE_CHECKING:
    from rift_sim.calendar import Month
    from rift_sim.scenario import Initial
    from rift_sim.seeds.ledger import Ledger
    from rift_sim.territory import Territory

__all__ = ["LEAST_SHARE", "Displaced", "Maps", "displaced_of", "follow_given", "read_maps"]

Floats = NDArray[np.float64]

LEAST_SHARE = 0.05
"""Least displacement of a place or department, relative to what the model expects there
(judgement): none in one year is not none for ever. About the lowest thousandth of the frailty
that is drawn where nothing is given."""


@dataclass(frozen=True)
class Maps:
    """What files of a scenario say about the start; None where no file does."""

    presence: PresenceMap | None = None
    coca: PlaceFigures | None = None
    displaced: PlaceFigures | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was left out of them."""
        given = (self.presence, self.coca, self.displaced)
        return tuple(warning for one in given if one is not None for warning in one.warnings)


class Displaced(NamedTuple):
    """Where people are newly displaced: shares of units, each a municipality or a department.

    Attributes
    ----------
    unit
        Unit of each place, -1 outside the country, shape (place,).
    share
        Of all newly displaced, shape (unit,); they sum to 1.
    department
        Department of each unit, shape (unit,).
    """

    unit: NDArray[np.int64]
    share: Floats
    department: NDArray[np.int64]


def read_maps(
    initial: Initial, ledger: Ledger, territory: Territory, start: Month, *, strict: bool = False
) -> Maps:
    """Read every file of the initial state that a scenario names.

    Parameters
    ----------
    initial
        The scenario's own initial state.
    ledger, territory
        Known groups and places.
    start
        First month of the run.
    strict
        Refuse places that the territory lacks.

    Raises
    ------
    InputError
        As `read_presence` and `read_figures` do, and when nobody is displaced anywhere.
    """
    presence, coca, displaced = initial.presence, initial.coca, initial.displaced
    found = Maps()
    if presence is not None:
        file, year = presence.file, presence.year
        map_file = read_presence(file, year, ledger, territory, start, strict=strict)
        found = replace(found, presence=map_file)
    if coca is not None:
        names = ("value", "coca_ha")
        figures = read_figures(
            coca.file, coca.year, "initial.coca", names, territory, start, strict=strict
        )
        found = replace(found, coca=figures)
    if displaced is not None:
        key, names = "initial.displaced", ("value", "displaced_ruv")
        figures = read_figures(
            displaced.file, displaced.year, key, names, territory, start, strict=strict
        )
        if not any((*figures.municipalities.values(), *figures.departments.values())):
            raise InputError("nobody is displaced", file=displaced.file, key=key)
        found = replace(found, displaced=figures)
    return found


def displaced_of(figures: PlaceFigures, territory: Territory) -> Displaced:
    """Turn figures into shares.

    A department whose municipalities are given has a unit for each of its municipalities,
    any other is one unit. What the file does not name counts as zero.
    """
    department = territory.department_index.astype(np.int64)
    split = np.zeros(len(territory.departments), dtype=bool)
    split[[department[place] for place in figures.municipalities]] = True
    unit = np.full(department.size, -1, dtype=np.int64)
    people: list[float] = []
    owner: list[int] = []
    for d in range(split.size):
        here = np.flatnonzero(department == d)
        if not here.size:
            continue  # Another map may leave departments out.
        for places in [[place] for place in here] if split[d] else [here]:
            unit[places] = len(people)
            given = figures.departments.get(d, 0.0)
            people.append(figures.municipalities.get(int(places[0]), 0.0) if split[d] else given)
            owner.append(d)
    return Displaced(unit, np.array(people) / sum(people), np.array(owner, dtype=np.int64))


def follow_given(given: Displaced, expected: Floats, frailty: Floats) -> None:
    """Change frailty so that expected displacement has the given shares.

    A unit gets its share, but not less than `LEAST_SHARE` of what the model expects there; all
    are then brought back to a sum of 1. Where nothing can be displaced at the start (no
    violence, nobody in the countryside), the share goes to the other units of the department,
    or where there is none to all others. Within a department that is given as a whole, places
    keep their proportions.

    Parameters
    ----------
    given
        Shares.
    expected
        Expected displacement under the present frailty, shape (place,); changed in place, the
        sum is kept.
    frailty
        Shape (place,); changed in place.
    """
    inside = given.unit >= 0
    total = expected[inside].sum()
    if total <= 0.0:
        return
    base = np.bincount(given.unit[inside], expected[inside], minlength=given.share.size) / total
    share = np.where(base > 0.0, given.share, 0.0)
    departments = int(given.department.max()) + 1
    asked = np.bincount(given.department, given.share, minlength=departments)
    placed = np.bincount(given.department, share, minlength=departments)
    # Of a department whose only units with figures cannot have any, the others take what the
    # model expects of them.
    weight = np.where(placed[given.department] > 0.0, share, base)
    weighed = np.bincount(given.department, weight, minlength=departments)
    share = weight * (asked / np.where(weighed > 0.0, weighed, 1.0))[given.department]
    share = np.maximum(share, LEAST_SHARE * base)
    factor = np.where(base > 0.0, share / share.sum() / np.where(base > 0.0, base, 1.0), 1.0)
    frailty[inside] *= factor[given.unit[inside]]
    expected[inside] *= factor[given.unit[inside]]
