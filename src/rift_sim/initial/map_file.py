"""A presence map of the user's own: municipality and group, one line each."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rift_sim.errors import InputError, nearest

if TYPE_CHECKING:
    from rift_sim.seeds.ledger import Ledger
    from rift_sim.territory import Territory

__all__ = ["PresenceMap", "read_presence"]

_CODE = ("code", "mpio_code")


@dataclass(frozen=True)
class PresenceMap:
    """Footholds from a file: pairs of group id and index of the place, sorted."""

    footholds: tuple[tuple[str, int], ...]
    warnings: tuple[str, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """Ids of the groups that the map names."""
        return tuple(sorted({group for group, _ in self.footholds}))


def read_presence(
    file: Path, year: int | None, ledger: Ledger, territory: Territory
) -> PresenceMap:
    """Read a CSV with the columns ``code`` (or ``mpio_code``) and ``group``.

    Parameters
    ----------
    file
        The CSV.
    year
        Keep the rows of this year; needs a column ``year``.
    ledger, territory
        Known groups and municipalities.

    Raises
    ------
    InputError
        When a column is missing, a code or group is not known, or no row is left.
    """
    try:
        with Path(file).open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            columns = [name.strip() for name in reader.fieldnames or []]
            rows = [(reader.line_num, row) for row in reader]
    except FileNotFoundError:
        raise InputError("no such file", file=file, key="initial.presence") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"not a CSV file in UTF-8: {error}", file=file) from None
    code_column = next((name for name in _CODE if name in columns), None)
    for name, column in (("code", code_column), ("group", "group" if "group" in columns else None)):
        if column is None:
            raise InputError(
                f"the column '{name}' is missing",
                file=file,
                line=1,
                allowed="code or mpio_code, group, and optionally year",
            )
    if year is not None and "year" not in columns:
        raise InputError(
            "a year is asked for, but there is no column 'year'",
            file=file,
            line=1,
            allowed=", ".join(columns),
        )
    assert code_column is not None
    place = {code: n for n, code in enumerate(territory.code)}
    found: set[tuple[str, int]] = set()
    years: set[str] = set()
    for line, row in rows:
        if year is not None:
            years.add((row["year"] or "").strip())
            if (row["year"] or "").strip() != str(year):
                continue
        found.add(
            (
                _group(row["group"] or "", ledger, file, line),
                _place(row[code_column] or "", place, file, line),
            )
        )
    if not found:
        raise InputError(
            "no row is left" if year is None else f"no row of the year {year}",
            file=file,
            allowed=", ".join(sorted(years)) or "at least one row",
        )
    warnings: tuple[str, ...] = ()
    if year is None and "year" in columns and len({row["year"] for _, row in rows}) > 1:
        warnings = (f"{file}: several years in one map; name one with initial.presence.year",)
    return PresenceMap(tuple(sorted(found)), warnings)


def _group(text: str, ledger: Ledger, file: Path, line: int) -> str:
    found = ledger.group_id(text.strip())
    if found is None:
        raise InputError(
            f"unknown group '{text}'",
            file=file,
            line=line,
            key="group",
            allowed=list(ledger.groups),
            given=text,
        )
    return found


def _place(text: str, place: dict[str, int], file: Path, line: int) -> int:
    code = text.strip()
    if code not in place:
        close = nearest(code, place)
        hint = f"; did you mean '{close}'?" if close else ""
        raise InputError(
            f"unknown municipality '{code}'{hint}",
            file=file,
            line=line,
            key="code",
            allowed="a code of the territory",
        )
    return place[code]
