"""CSV files about places: their rows, years and codes, and figures by place."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rift_sim.errors import InputError, nearest, nearest_code
from rift_sim.plaintext import read_text

if TYPE_CHECKING:
    from rift_sim.calendar import Month
    from rift_sim.territory import Territory

__all__ = ["CODE", "PlaceFigures", "Row", "of_year", "read_figures", "read_rows", "unknown_place"]

CODE = ("code", "mpio_code")
"""Names of the column of codes."""

Row = tuple[int, dict[str, str]]
"""Line of the file, and what stands in it by column."""

_FORM = re.compile(r"[0-9]{5}|[0-9]{2}")
_MOST = 1e9
"""Largest figure of a place: more than there are people, or hectares, in the country."""
_YEAR = re.compile(r"[0-9]{4}")


@dataclass(frozen=True)
class PlaceFigures:
    """Figures of one year, by municipality and by department.

    Attributes
    ----------
    municipalities
        By index of the place.
    departments
        By index of the department; none of them has a municipality above.
    warnings
        What was left out.
    """

    municipalities: Mapping[int, float]
    departments: Mapping[int, float]
    warnings: tuple[str, ...]


def read_rows(file: Path, key: str, columns: Mapping[str, tuple[str, ...]]) -> list[Row]:
    """Read the named columns of a CSV, and `year` where there is one.

    Parameters
    ----------
    file
        The CSV, in UTF-8.
    key
        Key of the scenario that names it, for errors.
    columns
        Names that each column may have; rows come back under the first key.

    Raises
    ------
    InputError
        When there is no such file, it is not a CSV, or a column is missing.
    """
    text = read_text(Path(file), key=key)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""))
        header = [name.strip() for name in reader.fieldnames or []]
        reader.fieldnames = header
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise InputError(f"not a CSV file in UTF-8: {error}", file=file) from None
    found: dict[str, str] = {}
    for name, names in columns.items():
        column = next((other for other in names if other in header), None)
        if column is None:
            listed = ", ".join(" or ".join(others) for others in columns.values())
            raise InputError(
                f"the column '{name}' is missing",
                file=file,
                line=1,
                allowed=f"{listed}, and optionally year",
            )
        found[name] = column
    if "year" in header:
        found["year"] = "year"
    return [
        (line, {name: (row[column] or "").strip() for name, column in found.items()})
        for line, row in rows
    ]


def of_year(rows: list[Row], year: int | None, file: Path, key: str) -> list[Row]:
    """Keep the rows of a year; without one there must be a single year in the file.

    Raises
    ------
    InputError
        When the year is not there, or several are and none is asked for.
    """
    if year is not None and rows and "year" not in rows[0][1]:
        raise InputError(
            "a year is asked for, but there is no column 'year'",
            file=file,
            line=1,
            allowed="a column year, or no year in the scenario",
        )
    if not rows or "year" not in rows[0][1]:
        return rows
    years = sorted({row["year"] for _, row in rows})
    if year is None:
        if len(years) > 1:
            raise InputError(
                "several years in one map",
                file=file,
                key=f"{key}.year",
                allowed=f"one of {', '.join(years)}",
            )
        return rows
    kept = [(line, row) for line, row in rows if row["year"] == str(year)]
    if not kept:
        raise InputError(
            f"no row of the year {year}", file=file, key=f"{key}.year", allowed=", ".join(years)
        )
    return kept


def unknown_place(code: str, territory: Territory, file: Path, line: int) -> InputError:
    """Build the error for a code that is no municipality of the territory."""
    error = InputError(
        f"unknown municipality '{code}'",
        file=file,
        line=line,
        key="code",
        allowed="five digits of a municipality of the territory",
    )
    error.nearest = nearest_code(code, territory.code)
    return error


def read_figures(
    file: Path,
    year: int | None,
    key: str,
    names: tuple[str, ...],
    territory: Territory,
    start: Month,
    *,
    strict: bool = False,
) -> PlaceFigures:
    """Read figures by municipality (five digits) or department (two digits).

    Parameters
    ----------
    file
        CSV with the columns ``code`` (or ``mpio_code``), one of `names`, and where it has
        several years ``year``.
    year
        Year to take; the newest one before the start if not given.
    key
        Key of the scenario that names the file, for errors.
    names
        Names that the column of figures may have.
    territory
        Known municipalities and departments.
    start
        First month of the run.
    strict
        Refuse well-formed codes that the territory lacks; otherwise they are left out with a
        warning.

    Raises
    ------
    InputError
        When a column is missing, a code or figure is not valid, a code stands twice, a
        department and one of its municipalities have figures, or no row is left.
    """
    rows = read_rows(file, key, {"code": CODE, names[0]: names})
    if year is None:
        year = _newest_before(rows, start, file, key)
    found: dict[str, float] = {}
    unknown: dict[str, None] = {}
    inside = [
        code for code, zone in zip(territory.code, territory.is_zone, strict=True) if not zone
    ]
    with_places = set(territory.department_index.tolist()) - {-1}
    known = {*inside, *(territory.departments[d] for d in with_places)}
    for line, row in of_year(rows, year, file, key):
        code = row["code"]
        figure = _figure(row[names[0]], file, line, names[0])
        if code in found:
            raise InputError(f"'{code}' stands twice", file=file, line=line, key="code")
        if code in known:
            found[code] = figure
        elif strict or not _FORM.fullmatch(code):
            raise _unknown(code, territory, file, line)
        else:
            unknown[code] = None
    if not found:
        raise InputError("no row is left", file=file, allowed="at least one place")
    _refuse_both(found, file)
    department = {code: n for n, code in enumerate(territory.departments)}
    place = {code: n for n, code in enumerate(territory.code)}
    warning = f"{file}: not in the territory and left out: {', '.join(unknown)}"
    return PlaceFigures(
        {place[code]: figure for code, figure in found.items() if code in place},
        {department[code]: figure for code, figure in found.items() if code in department},
        (warning,) if unknown else (),
    )


def _newest_before(rows: list[Row], start: Month, file: Path, key: str) -> int | None:
    """Return the newest year that ended before the start; None for a file without years."""
    if not rows or "year" not in rows[0][1]:
        return None
    years = {row["year"] for _, row in rows}
    past = [int(year) for year in years if _YEAR.fullmatch(year) and int(year) < start.year]
    if not past:
        raise InputError(
            f"no year before the start ({start})",
            file=file,
            key=key,
            allowed=f"a year before {start.year}, or {{file, year}} with one of "
            + ", ".join(sorted(years)),
        )
    return max(past)


def _figure(text: str, file: Path, line: int, column: str) -> float:
    try:
        figure = float(text)
    except ValueError:
        figure = math.nan
    if not 0.0 <= figure <= _MOST:
        allowed = f"0 to {_MOST:,.0f}"
        raise InputError(
            f"'{text}' is not a figure", file=file, line=line, key=column, allowed=allowed
        )
    return figure


def _unknown(code: str, territory: Territory, file: Path, line: int) -> InputError:
    if len(code) != 2:
        return unknown_place(code, territory, file, line)
    error = InputError(
        f"unknown department '{code}'",
        file=file,
        line=line,
        key="code",
        allowed="two digits of a department of the territory",
    )
    error.nearest = nearest(code, territory.departments)
    return error


def _refuse_both(found: Mapping[str, float], file: Path) -> None:
    """Refuse a department that has a figure beside figures of its municipalities."""
    for code in found:
        if len(code) == 5 and code[:2] in found:
            raise InputError(
                f"the department {code[:2]} and its municipality {code} have figures",
                file=file,
                key="code",
                allowed="one of them",
            )
