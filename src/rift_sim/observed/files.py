"""Read a data file strictly: every line, or one error that says which and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from math import isnan, nan
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rift_sim.errors import InputError, nearest
from rift_sim.observed.formats import CODE, Format, identify
from rift_sim.territory.table import Row, Table, check_code, read_table

if TYPE_CHECKING:
    from rift_sim.seeds.ledger import Ledger
    from rift_sim.territory import Territory

__all__ = ["Cell", "DataFile", "Key", "find_files", "read_file"]

FIRST_YEAR, LAST_YEAR = 1985, 2035
"""Years that a data file may name: the victims' register begins in 1985."""

_MOST = 1e9


class Key(NamedTuple):
    """What a number belongs to; `label` is a group, an actor, or empty."""

    year: int
    code: str
    label: str


class Cell(NamedTuple):
    """A number, the line it stands on, and whether its scale is in doubt; NaN if blank."""

    value: float
    line: int
    ambiguous: bool


@dataclass(frozen=True)
class DataFile:
    """One data file as it was read.

    Attributes
    ----------
    path, format
        The file, and what it is.
    cells
        Every line, those outside the territory too.
    outside
        Lines by code of a place that the territory lacks.
    """

    path: Path
    format: Format
    cells: Mapping[Key, Cell] = field(repr=False)
    outside: Mapping[str, int]

    @property
    def rows(self) -> int:
        """Number of lines, the header left out."""
        return len({cell.line for cell in self.cells.values()})

    @property
    def years(self) -> tuple[int, ...]:
        """Years that the file covers."""
        return tuple(sorted({key.year for key in self.cells}))

    @property
    def ambiguous(self) -> int:
        """Number of lines whose scale is in doubt."""
        return sum(cell.ambiguous for cell in self.cells.values())

    @property
    def blank(self) -> int:
        """Number of blank cells where a number is meant to stand."""
        return sum(isnan(cell.value) for cell in self.cells.values())


def find_files(
    directory: Path, ledger: Ledger, territory: Territory
) -> tuple[tuple[DataFile, ...], tuple[str, ...]]:
    """Read every data file in a folder, in the order of their names.

    Returns
    -------
    files, warnings
        What was read, and which CSV files are of no known format.

    Raises
    ------
    InputError
        When there is no such folder, or a file of a known format is malformed.
    """
    if not directory.is_dir():
        raise InputError("there is no such folder", file=directory, allowed="a folder of CSV files")
    files, warnings = [], []
    for path in sorted(directory.glob("*.csv")):
        found = read_file(path, ledger, territory)
        if found is None:
            warnings.append(f"{path.name}: no known format, left out")
        else:
            files.append(found)
    return tuple(files), tuple(warnings)


def read_file(path: Path, ledger: Ledger, territory: Territory) -> DataFile | None:
    """Read one file; None when it is of no known format.

    Raises
    ------
    InputError
        When a column is missing, a code has no known form, a year, number, flag or group
        is not one, or a line repeats another.
    """
    table = read_table(path)
    format = identify(path, table.header)
    if format is None:
        return None
    if format.shape == "pairs":
        cells = _pairs(table, territory)
    elif format.shape == "wide":
        cells = _wide(table, format, territory)
    else:
        cells = _long(table, format, ledger, territory)
    places = set(territory.code)
    named = {(key.code, cell.line) for key, cell in cells.items()}
    if format.shape == "pairs":
        named |= {(key.label, cell.line) for key, cell in cells.items()}
    outside = Counter(code for code, _ in named if code not in places)
    return DataFile(path, format, cells, dict(sorted(outside.items())))


def _long(table: Table, format: Format, ledger: Ledger, territory: Territory) -> dict[Key, Cell]:
    """Read a line for each municipality and year, or for each group or actor in them."""
    column = next(name for name in CODE if name in table.header)
    cells: dict[Key, Cell] = {}
    for row in table.rows:
        code = _code(row, column, territory.departments)
        year = _year(row)
        key = Key(year, code, _label(row, format, ledger))
        value = 1.0 if format.value is None else _number(row, format.value, whole=format.whole)
        _add(cells, key, Cell(value, row.line, _flag(row, format)), row, column)
    return cells


def _wide(table: Table, format: Format, territory: Territory) -> dict[Key, Cell]:
    """Read a line for each municipality, with a column for each year."""
    column = next(name for name in CODE if name in table.header)
    dated = table.columns((), rf"{format.value}_\d{{4}}")
    for name in dated:
        _in_range(int(name[-4:]), table.rows[0], name)
    cells: dict[Key, Cell] = {}
    for row in table.rows:
        code = _code(row, column, territory.departments)
        for name in dated:
            cell = Cell(_number(row, name, whole=format.whole), row.line, ambiguous=False)
            _add(cells, Key(int(name[-4:]), code, ""), cell, row, column)
    return cells


def _pairs(table: Table, territory: Territory) -> dict[Key, Cell]:
    """Read a line for each pair of neighbours; a pair may stand once each way."""
    cells: dict[Key, Cell] = {}
    length = table.columns(("shared_border_km",))
    for row in table.rows:
        first, second = (_code(row, name, territory.departments) for name in ("mpio_a", "mpio_b"))
        if first == second:
            raise row.error("mpio_b", f"{first} is its own neighbour", "two municipalities")
        value = _number(row, length[0], whole=False) if length else 1.0
        _add(cells, Key(0, first, second), Cell(value, row.line, ambiguous=False), row, "mpio_b")
    return cells


def _add(cells: dict[Key, Cell], key: Key, cell: Cell, row: Row, column: str) -> None:
    if key in cells:
        names = ", ".join(str(part) for part in (key.code, key.year or "", key.label) if part)
        raise row.error(
            column, f"{names} stands twice (first on line {cells[key].line})", "one line for each"
        )
    cells[key] = cell


def _code(row: Row, column: str, departments: Collection[str]) -> str:
    code = row.cells[column]
    check_code(row, column, code, departments)
    return code


def _year(row: Row) -> int:
    text = row.cells["year"]
    if not re.fullmatch(r"\d{4}", text):
        raise row.error("year", f"'{text}' is not a year", f"{FIRST_YEAR} to {LAST_YEAR}")
    return _in_range(int(text), row, "year")


def _in_range(year: int, row: Row, column: str) -> int:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise row.error(column, f"the year {year} is out of range", f"{FIRST_YEAR} to {LAST_YEAR}")
    return year


def _number(row: Row, column: str, *, whole: bool) -> float:
    what = "a whole number, 0 or more" if whole else "a number, 0 or more"
    value = row.number((column,), 0.0, _MOST, what)
    if value is None:
        return nan
    if whole and not value.is_integer():
        raise row.error(column, f"{row.cells[column]} is not a count", what)
    return value


def _flag(row: Row, format: Format) -> bool:
    """Read the flag of an uncertain scale; without the column nothing is uncertain."""
    text = row.cells.get(format.flag or "", "0")
    if text not in ("0", "1"):
        raise row.error(str(format.flag), f"'{text}' is not a flag", "0 or 1")
    return text == "1"


def _label(row: Row, format: Format, ledger: Ledger) -> str:
    parts = [row.cells[name] for name in format.labels]
    for name, part in zip(format.labels, parts, strict=True):
        if not part:
            raise row.error(name, "the cell is blank", "a name")
    if format.shape != "presence":
        return "/".join(parts)
    group = ledger.group_id(parts[0])
    if group is None:
        error = row.error("group", f"unknown group '{parts[0]}'", list(ledger.groups))
        error.nearest = nearest(parts[0], ledger.group_names)
        raise error
    return group
