"""A presence map of the user's own: municipality and group, one line each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rift_sim.errors import InputError
from rift_sim.initial.place_file import CODE, of_year, read_rows, unknown_place

if TYPE_CHECKING:
    from rift_sim.calendar import Month
    from rift_sim.seeds.ledger import Ledger
    from rift_sim.territory import Territory

__all__ = ["PresenceMap", "read_presence"]

KEY = "initial.presence"
_CODE_FORM = re.compile(r"[0-9]{5}")


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
    rows = read_rows(file, KEY, {"code": CODE, "group": ("group",)})
    place = {code: n for n, code in enumerate(territory.code)}
    found: set[tuple[str, int]] = set()
    unknown: dict[str, None] = {}
    for line, row in of_year(rows, year, file, KEY):
        code = row["code"]
        group = _group(row["group"], ledger, start, file, line)
        if code in place:
            found.add((group, place[code]))
        elif strict or not _CODE_FORM.fullmatch(code):
            raise unknown_place(code, territory, file, line)
        else:
            unknown[code] = None
    if not found:
        raise InputError("no row is left", file=file, allowed="at least one foothold")
    warnings = []
    if unknown:
        warnings.append(f"{file}: not in the territory and left out: {', '.join(unknown)}")
    return PresenceMap(tuple(sorted(found)), tuple(warnings))


def _group(text: str, ledger: Ledger, start: Month, file: Path, line: int) -> str:
    found = ledger.group_id(text)
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
