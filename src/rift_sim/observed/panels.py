"""Panels: one measure by year and place, from the lines of data files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rift_sim.observed.merge import Holding
from rift_sim.observed.names import Level

if TYPE_CHECKING:
    from rift_sim.seeds.ledger import Ledger
    from rift_sim.territory import Territory

__all__ = ["SEEN", "Panel", "PresenceYear", "by_department", "by_municipality", "waves"]

Floats = NDArray[np.float64]
Years = NDArray[np.int64]

SEEN = 0.95
"""Share of a department's people who must live in observed places for its sum to count."""


@dataclass(frozen=True, eq=False)
class Panel:
    """One measure by year and place.

    Attributes
    ----------
    measure
        Its name in `names.MEASURES`.
    years
        Ascending, shape (year,); only years that can be used.
    values
        Shape (year, place), NaN where not observed. Places are those of the record.
    level
        ``municipality`` or ``department``.
    source
        Id in ``seeds/sources.yaml``, or a public name.
    """

    measure: str
    years: Years
    values: Floats = field(repr=False)
    level: Level
    source: str

    def year(self, year: int) -> Floats | None:
        """Return the values of a year, shape (place,), or None where it is not there."""
        found = np.flatnonzero(self.years == year)
        return self.values[found[0]] if found.size else None


@dataclass(frozen=True, eq=False)
class PresenceYear:
    """One wave of a survey of presence.

    Attributes
    ----------
    year
        The wave.
    groups
        Ids of the groups that the wave names, in the order of the ledger.
    flags
        Whether a group was seen in a municipality, shape (group, place).
    partial
        Whether the wave lists suspiciously few places.
    source
        Id in ``seeds/sources.yaml``, or a public name.
    """

    year: int
    groups: tuple[str, ...]
    flags: NDArray[np.bool_] = field(repr=False)
    partial: bool
    source: str

    @property
    def any(self) -> NDArray[np.bool_]:
        """Places where any group was seen, shape (place,)."""
        return np.asarray(self.flags.any(axis=0))


def _all(_label: str) -> bool:
    return True


def by_municipality(
    holding: Holding,
    territory: Territory,
    *,
    measure: str | None = None,
    counts: Callable[[str], bool] = _all,
) -> Panel:
    """Lay the lines of a format out by year and municipality, labels summed.

    Parameters
    ----------
    holding
        All files of the format.
    territory
        Gives the places; lines of others are left out.
    measure
        Name of the panel; that of the format if not given.
    counts
        Which labels are summed; all if not given.
    """
    format, years = holding.format, holding.years
    place = _places(territory)
    row = {year: k for k, year in enumerate(years)}
    empty = 0.0 if format.absent == "zero" else np.nan
    values = np.full((len(years), len(place)), empty)
    begun = np.zeros(values.shape, dtype=bool)
    for (year, code, label), cell in holding.cells.items():
        if year not in row or code not in place or not counts(label):
            continue
        at = row[year], place[code]
        number = np.nan if cell.ambiguous else cell.value
        values[at] = values[at] + number if begun[at] else number
        begun[at] = True
    return Panel(
        measure or format.measure or format.id,
        np.array(years, dtype=np.int64),
        values,
        "municipality",
        format.source,
    )


def by_department(panel: Panel, territory: Territory) -> Panel:
    """Sum a municipal panel by department.

    A department is NaN in a year when its observed places hold less than `SEEN` of its
    people: places that are missing would pass for places without anything.
    """
    inside = ~territory.is_zone
    index, people = territory.department_index[inside], territory.population[inside]
    shape = (len(panel.years), len(territory.departments))
    sums, seen = np.zeros(shape), np.zeros(shape)
    for k, values in enumerate(panel.values):
        known = np.isfinite(values)
        np.add.at(sums[k], index[known], values[known])
        np.add.at(seen[k], index[known], people[known])
    everyone = np.bincount(index, people, minlength=shape[1])
    sums[seen < SEEN * everyone] = np.nan
    return Panel(panel.measure, panel.years, sums, "department", panel.source)


def waves(holding: Holding, territory: Territory, ledger: Ledger) -> dict[int, PresenceYear]:
    """Lay a survey of presence out by wave, group and municipality."""
    place = _places(territory)
    found: dict[int, PresenceYear] = {}
    for year in holding.years:
        keys = [key for key in holding.cells if key.year == year]
        named = {key.label for key in keys}
        groups = tuple(group for group in ledger.groups if group in named)
        flags = np.zeros((len(groups), len(place)), dtype=bool)
        for key in keys:
            if key.code in place:
                flags[groups.index(key.label), place[key.code]] = True
        partial = year in holding.partial
        found[year] = PresenceYear(year, groups, flags, partial, holding.format.source)
    return found


def _places(territory: Territory) -> dict[str, int]:
    """Return the position of every municipality; they stand before the zones."""
    inside = int((~territory.is_zone).sum())
    return {code: k for k, code in enumerate(territory.code[:inside])}
