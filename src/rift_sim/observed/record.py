"""Everything observed: from the ledger, and from data files where there are any."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rift_sim.errors import InputError
from rift_sim.observed.files import DataFile, find_files
from rift_sim.observed.formats import FORMATS
from rift_sim.observed.merge import Holding, hold
from rift_sim.observed.names import MEASURES, Level
from rift_sim.observed.panels import Panel, PresenceYear, by_department, by_municipality, waves
from rift_sim.resources import DATA_VARIABLE
from rift_sim.seeds.validate import unknown

if TYPE_CHECKING:
    from rift_sim.seeds.ledger import Ledger
    from rift_sim.territory import Territory

__all__ = ["Panel", "PresenceYear", "Record", "data_directory", "load_record", "yearly"]

"""Environment variable with the folder of data files."""

_COCA_TABLE = "D_COCA"
_GOVERNMENT = "Government/"
_APART = 0.02


@dataclass(frozen=True, eq=False)
class Record:
    """What is known of the years gone by.

    Attributes
    ----------
    places, departments
        Codes in the order of the panels' columns: five digits, two digits.
    panels
        By measure and level. Department panels are sums of municipal ones; that of coca is
        the ledger's table in the years it has.
    waves
        Survey waves of presence, by year.
    holdings
        What was read of each format, by id.
    warnings
        What was left out or is suspicious, one sentence each.
    ledger
        Where national series are.
    """

    places: tuple[str, ...] = field(repr=False)
    departments: tuple[str, ...] = field(repr=False)
    panels: Mapping[tuple[str, Level], Panel]
    waves: Mapping[int, PresenceYear]
    holdings: Mapping[str, Holding] = field(repr=False)
    warnings: tuple[str, ...]
    ledger: Ledger = field(repr=False)

    def panel(self, measure: str, level: Level) -> Panel | None:
        """Return a panel, or None where nothing is observed."""
        return self.panels.get((measure, level))

    def presence(self, year: int) -> PresenceYear | None:
        """Return the survey wave of a year, or None where there is none."""
        return self.waves.get(year)

    def national(self, measure: str) -> Mapping[int, float]:
        """Return a national series by year.

        Parameters
        ----------
        measure
            A measure of `names.MEASURES` that has a national series, or the id of a fact
            that is one.

        Raises
        ------
        InputError
            When there is none, or it is not verified.
        """
        known = MEASURES.get(measure)
        fact = measure if known is None else known.fact
        if fact is None:
            raise InputError(f"no source gives a national series of '{measure}'")
        if fact not in self.ledger.facts:
            names = [name for name, entry in MEASURES.items() if entry.fact]
            raise unknown(f"there is no national series '{measure}'", names, measure)
        if not self.ledger.facts[fact].verified:
            raise InputError(f"the fact '{fact}' is not verified", allowed="verified facts")
        return yearly(self.ledger.series(fact))


def yearly(series: Mapping[str, float]) -> dict[int, float]:
    """Keep the figures of whole years and of ends of years (``2024``, ``2024-12``)."""
    return {
        int(key[:4]): value
        for key, value in series.items()
        if re.fullmatch(r"\d{4}(-12)?(-31)?", key)
    }


def data_directory() -> Path | None:
    """Return the folder that ``RIFT_DATA`` names, or None when it names none."""
    named = os.environ.get(DATA_VARIABLE)
    return Path(named) if named else None


def load_record(
    directory: Path | None, *, ledger: Ledger | None = None, territory: Territory | None = None
) -> Record:
    """Load the record.

    Parameters
    ----------
    directory
        Folder of data files (`data_directory` gives the default); None for the ledger
        alone.
    ledger, territory
        Those that ship with the package if not given.

    Raises
    ------
    InputError
        When the folder is missing, a file of a known format is malformed, or two files
        disagree.
    """
    from rift_sim.seeds import load_ledger
    from rift_sim.territory import load_territory

    ledger = ledger or load_ledger()
    territory = territory or load_territory()
    if directory is None:
        files: tuple[DataFile, ...] = ()
        warnings = [f"no data files: set {DATA_VARIABLE} to their folder; the ledger stands alone"]
    else:
        files, unread = find_files(Path(directory), ledger, territory)
        warnings = list(unread)
    holdings = _holdings(files, ledger)
    for holding in holdings.values():
        warnings += holding.warnings()
    panels = {(p.measure, p.level): p for p in _panels(holdings, territory)}
    surveyed = panels.get(("coca_ha", "department"))
    panels["coca_ha", "department"] = _coca(ledger, territory, surveyed)
    warnings += _apart(panels["coca_ha", "department"], surveyed)
    found = waves(holdings["presence"], territory, ledger) if "presence" in holdings else {}
    inside = int((~territory.is_zone).sum())
    return Record(
        territory.code[:inside],
        territory.departments,
        panels,
        found,
        holdings,
        tuple(warnings),
        ledger,
    )


def _holdings(files: tuple[DataFile, ...], ledger: Ledger) -> dict[str, Holding]:
    found: dict[str, Holding] = {}
    for key, format in FORMATS.items():
        mine = [file for file in files if file.format is format]
        if mine:
            totals = {} if format.fact is None else yearly(ledger.series(format.fact))
            found[key] = hold(mine, totals)
    return found


def _panels(holdings: Mapping[str, Holding], territory: Territory) -> Iterator[Panel]:
    """Lay every format with numbers by place out, by municipality and by department."""
    for key, holding in holdings.items():
        if holding.format.shape not in ("panel", "wide"):
            continue
        municipal = [by_municipality(holding, territory)]
        if key == "vipaa":
            municipal.append(
                by_municipality(
                    holding,
                    territory,
                    measure="conflict_events_groups",
                    counts=lambda label: not label.startswith(_GOVERNMENT),
                )
            )
        for panel in municipal:
            yield panel
            yield by_department(panel, territory)


def _coca(ledger: Ledger, territory: Territory, surveyed: Panel | None) -> Panel:
    """Take coca by department from the ledger, and other years from municipal sums.

    Departments that the table does not list have little or none and count as 0; the note
    of the fact says how far its sums fall short.
    """
    table = ledger.table(_COCA_TABLE)
    years = {int(year) for row in table.values() for year in row}
    rows = {
        year: np.array(
            [
                table[code].get(str(year), 0.0) if code in table else 0.0
                for code in territory.departments
            ]
        )
        for year in years
    }
    if surveyed is not None:
        for year, values in zip(surveyed.years.tolist(), surveyed.values, strict=True):
            rows.setdefault(year, values)
    order = sorted(rows)
    return Panel(
        "coca_ha",
        np.array(order, dtype=np.int64),
        np.array([rows[year] for year in order]),
        "department",
        ledger.facts[_COCA_TABLE].source,
    )


def _apart(chosen: Panel, surveyed: Panel | None) -> Iterator[str]:
    """Say where sums of the municipal file and the ledger's table differ."""
    if surveyed is None:
        return
    for year, values in zip(surveyed.years.tolist(), surveyed.values, strict=True):
        table = chosen.year(year)
        assert table is not None
        total = float(table.sum())
        apart = float(np.nansum(np.abs(values - table)))
        if apart > _APART * total:
            yield (
                f"coca by department in {year}: municipal sums and {_COCA_TABLE} are "
                f"{apart:,.0f} ha apart; the ledger's table is used"
            )
