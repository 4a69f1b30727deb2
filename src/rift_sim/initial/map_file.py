"""A presence map of the user's own: municipality and group, one line each."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rift_sim.errors import InputError, nearest_code

if TYPE_CHECKING:
    from rift_sim.calendar import Month
    from rift_sim.seeds.ledger import Ledger
    from rift_sim.territory import Territory

__all__ = ["PresenceMap", "read_presence"]

_CODE = ("code", "mpio_code")
_CODE_FORM = re.compile(r"\d{5}")

Row = tuple[int, dict[str, str]]


@dataclass(frozen=True)
class PresenceMap:
    """Footholds from a file: pairs of group id and index of the place, sorted."""

    footholds: tuple[tuple[str, int], ...]
    warnings: tuple[str, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """Ids of the groups that the map names."""
        return tuple(sorted({group for group, _ in self.footholds}))

    def count(self, group: str) -> int:
        """Return the number of footholds of a group."""
        return sum(name == group for name, _ in self.footholds)


def read_presence(
    file: Path,
    year: int | None,
    ledger: Ledger,
    territory: Territory,
    start: Month,
    *,
    strict: bool = False,
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
    start
        First month of the run: a group that does not exist then is refused.
    strict
        Refuse well-formed codes that the territory lacks; otherwise they are left out
        with a warning (the territory that ships has 1,122 places, other lists 1,123).

    Raises
    ------
    InputError
        When a column is missing, a code or group is not known, a group does not exist at
        the start, several years are mixed, or no row is left.
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
    rows = _of_year(rows, year, file) if "year" in columns else rows
    place = {code: n for n, code in enumerate(territory.code)}
    found: set[tuple[str, int]] = set()
    unknown: dict[str, None] = {}
    for line, row in rows:
        code = (row[code_column] or "").strip()
        group = _group(row["group"] or "", ledger, start, file, line)
        if code in place:
            found.add((group, place[code]))
        elif strict or not _CODE_FORM.fullmatch(code):
            raise _unknown_place(code, place, file, line)
        else:
            unknown[code] = None
    if not found:
        raise InputError("no row is left", file=file, allowed="at least one foothold")
    warnings = []
    if unknown:
        warnings.append(f"{file}: not in the territory and left out: {', '.join(unknown)}")
    return PresenceMap(tuple(sorted(found)), tuple(warnings))


def _of_year(rows: list[Row], year: int | None, file: Path) -> list[Row]:
    """Keep the rows of a year; without one there must be a single year in the file."""
    years = sorted({(row["year"] or "").strip() for _, row in rows})
    if year is None:
        if len(years) > 1:
            raise InputError(
                "several years in one map",
                file=file,
                key="initial.presence.year",
                allowed=f"one of {', '.join(years)}",
            )
        return rows
    kept = [(line, row) for line, row in rows if (row["year"] or "").strip() == str(year)]
    if not kept:
        raise InputError(
            f"no row of the year {year}",
            file=file,
            key="initial.presence.year",
            allowed=", ".join(years),
        )
    return kept


def _group(text: str, ledger: Ledger, start: Month, file: Path, line: int) -> str:
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
    if not ledger.groups[found].active(start):
        raise InputError(
            f"the group {found} does not exist in {start}",
            file=file,
            line=line,
            key="group",
            allowed=", ".join(ledger.active_groups(start)),
        )
    return found


def _unknown_place(code: str, place: dict[str, int], file: Path, line: int) -> InputError:
    error = InputError(
        f"unknown municipality '{code}'",
        file=file,
        line=line,
        key="code",
        allowed="five digits of a municipality of the territory",
    )
    error.nearest = nearest_code(code, place)
    return error
