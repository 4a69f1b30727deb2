"""Read a CSV file into rows that know their line, with clear errors."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rift_sim.errors import InputError, nearest, nearest_code
from rift_sim.plaintext import read_text

__all__ = ["Row", "Table", "check_code", "read_table", "unknown_code"]

_CODE = re.compile(r"[0-9]{5}")


@dataclass(frozen=True)
class Row:
    """One line of a table: cells by column name, stripped of blanks."""

    file: Path
    line: int
    cells: dict[str, str]

    def error(
        self, key: str, problem: str, allowed: str | Iterable[str] | None = None
    ) -> InputError:
        """Build the error that points at the cell `key` of this line."""
        return InputError(problem, file=self.file, line=self.line, key=key, allowed=allowed)

    def text(self, columns: Sequence[str]) -> tuple[str, str]:
        """Return the first of `columns` whose cell is not blank, and the cell."""
        for column in columns:
            if self.cells[column]:
                return column, self.cells[column]
        return (columns[0] if columns else ""), ""

    def number(self, columns: Sequence[str], low: float, high: float, what: str) -> float | None:
        """Return the first cell of `columns` that is not blank as a number in [low, high].

        None when all are blank.

        Raises
        ------
        InputError
            When the cell is not a finite number, or out of range.
        """
        column, cell = self.text(columns)
        if not cell:
            return None
        try:
            value = float(cell)
        except ValueError:
            raise self.error(column, f"'{cell}' is not a number", what) from None
        if not math.isfinite(value) or not low <= value <= high:
            raise self.error(column, f"{cell} is out of range", what)
        return value


@dataclass(frozen=True)
class Table:
    """A CSV file: its header and its rows."""

    file: Path
    header: tuple[str, ...]
    rows: tuple[Row, ...]

    def columns(self, names: Sequence[str], pattern: str | None = None) -> tuple[str, ...]:
        """Return the columns present: `names` in their order, then matches, latest first."""
        found = [name for name in names if name in self.header]
        if pattern is not None:
            dated = sorted((c for c in self.header if re.fullmatch(pattern, c)), reverse=True)
            found += [column for column in dated if column not in found]
        return tuple(found)

    def require(
        self, names: Sequence[str], pattern: str | None = None, example: str | None = None
    ) -> tuple[str, ...]:
        """Return `columns`, and refuse a table that has none of them.

        Raises
        ------
        InputError
            When the column is missing; names the header most like it.
        """
        found = self.columns(names, pattern)
        if not found:
            like = nearest(names[0], self.header)
            seen = f" (there is '{like}')" if like else ""
            allowed = [*names, *([example] if example else [])]
            raise InputError(
                f"column '{names[0]}' is missing{seen}",
                file=self.file,
                line=1,
                key=names[0],
                allowed=allowed,
                given=like,
            )
        return found


def read_table(path: str | Path) -> Table:
    """Read a comma-separated file in UTF-8 with a header line; blank lines are skipped.

    Raises
    ------
    InputError
        When the file is missing, empty, too large, not UTF-8, not separated by commas, has
        a column twice, or a row whose number of cells is not that of the header.
    """
    path = Path(path)
    text = read_text(path)
    if not text.strip():
        raise InputError("the file is empty", file=path, allowed="a header and at least one row")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return _read_rows(path, reader)
    except csv.Error as error:
        raise InputError(f"not valid CSV: {error}", file=path, line=reader.line_num) from None


def _read_rows(path: Path, reader: Iterable[list[str]]) -> Table:
    rows: list[Row] = []
    header: tuple[str, ...] = ()
    for cells in reader:
        line: int = reader.line_num  # type: ignore[attr-defined]
        if not any(cell.strip() for cell in cells):
            continue
        values = [cell.strip() for cell in cells]
        if not header:
            header = tuple(value.casefold() for value in values)
            _check_header(path, line, header)
        elif len(values) != len(header):
            raise InputError(
                f"the row has {len(values)} cells",
                file=path,
                line=line,
                allowed=f"{len(header)} cells, as in the header",
            )
        else:
            rows.append(Row(path, line, dict(zip(header, values, strict=True))))
    if not rows:
        raise InputError("the file has no rows", file=path, allowed="a header and at least one row")
    return Table(path, header, tuple(rows))


def _check_header(path: Path, line: int, header: tuple[str, ...]) -> None:
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        raise InputError(
            "the columns are not separated by commas", file=path, line=line, allowed="commas"
        )
    for position, column in enumerate(header):
        if column in header[:position]:
            raise InputError("the column stands twice", file=path, line=line, key=column)


def check_code(row: Row, column: str, code: str, departments: Iterable[str]) -> None:
    """Refuse what is not a 5-digit DIVIPOLA code of one of `departments`."""
    allowed = "five digits kept as text, such as 05001"
    if not _CODE.fullmatch(code):
        error = row.error(column, f"'{code}' is not a municipality code", allowed)
        # Spreadsheets drop the leading zero of Antioquia and Atlántico.
        if re.fullmatch(r"[0-9]{4}", code):
            error.nearest = f"0{code}"
        raise error
    known = sorted(departments)
    if code[:2] not in known:
        error = row.error(column, f"'{code}' begins with no department's code", known)
        error.nearest = nearest(code[:2], known)
        raise error


def unknown_code(row: Row, column: str, code: str, codes: Iterable[str], where: str) -> InputError:
    """Build the error for a code that is not in the table, naming the nearest one."""
    error = row.error(column, f"'{code}' is not in the table of municipalities", where)
    error.nearest = nearest_code(code, codes)
    return error
