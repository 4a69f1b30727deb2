"""Tables of posterior draws: what history has made of the priors, row by row.

A table is a CSV with a column for each parameter it knows about and a row for each draw. The
rows are draws from a joint distribution, all of the same weight: a row is taken as a whole.
Above the columns stand lines ``# key: value`` that say where the table comes from.
"""

from __future__ import annotations

import csv
import hashlib
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from rift_sim.errors import InputError
from rift_sim.plaintext import decode, read_bytes
from rift_sim.resources import shipped

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rift_sim.seeds.ledger import Ledger

__all__ = [
    "PRIOR",
    "PROVENANCE",
    "Posterior",
    "is_table",
    "load_posterior",
    "posterior_names",
    "posterior_path",
    "posterior_text",
    "read_posterior",
]

PROVENANCE = (
    "config",
    "window",
    "scenario",
    "targets",
    "code",
    "seed",
    "population",
    "generations",
    "simulations",
    "effective_sample_size",
    "date",
)
"""What the lines above the columns may say, in the order they are written."""
MAX_BYTES = 200_000_000
"""Largest table: 100,000 draws of 150 parameters."""
PRIOR = "prior"
"""Stands for no table."""
_LATEST = "posterior"
"""Stands for the shipped table that knows most of history."""
_NOTE = re.compile(r"#\s*(\w+)\s*:\s*(\S.*?)\s*")
_ALLOWED = "a comma-separated table of parameters, a draw a line"


@dataclass(frozen=True)
class Posterior:
    """Draws of several parameters from their joint distribution.

    Attributes
    ----------
    names
        Ids of the parameters.
    draws
        Values in the unit of each parameter, a tuple of numbers for each draw.
    provenance
        Where the table comes from, by the keys of `PROVENANCE`.
    file, digest
        The file and the SHA-256 of its content; of a table made in memory None and "".
    """

    names: tuple[str, ...]
    draws: Sequence[Sequence[float]]
    provenance: Mapping[str, str]
    file: Path | None = None
    digest: str = ""

    @cached_property
    def rows(self) -> NDArray[np.float64]:
        """The draws as an array, shape (draw, parameter)."""
        # Imported late: a scenario is checked without numpy.
        import numpy as np

        return np.array(self.draws, dtype=np.float64)

    def describe(self) -> str:
        """Say in a few words what the table is."""
        name = self.file.name if self.file else "a table"
        window = f", window {self.provenance['window']}" if "window" in self.provenance else ""
        return f"{name} ({len(self.draws):,} draws of {len(self.names)} parameters{window})"


def posterior_names() -> dict[str, Path]:
    """Return the shipped tables by name; the one with the latest window is ``posterior`` too."""
    found = {path.stem: path for path in sorted(shipped("seeds").glob(f"{_LATEST}-*.csv"))}
    return ({_LATEST: list(found.values())[-1]} if found else {}) | found


def is_table(text: str) -> bool:
    """Say whether a text means a file rather than the name of a shipped table."""
    return text.endswith(".csv") or "/" in text or "\\" in text


def posterior_path(text: str) -> Path | None:
    """Return the file that a path or the name of a shipped table means; None without one."""
    return Path(text) if is_table(text) else posterior_names().get(text)


def load_posterior(text: str, ledger: Ledger) -> Posterior | None:
    """Read the table that a scenario names; None for ``prior``.

    Raises
    ------
    InputError
        When there is no such table, or as in `read_posterior`.
    """
    if text == PRIOR:
        return None
    path = posterior_path(text)
    if path is None:
        names = [PRIOR, *posterior_names()]
        raise InputError(
            f"there is no shipped table '{text}'", key="parameters", allowed=names, given=text
        )
    return read_posterior(path, ledger)


def read_posterior(file: Path, ledger: Ledger) -> Posterior:
    """Read a table of posterior draws.

    Parameters
    ----------
    file
        The CSV.
    ledger
        Knows the parameters and their ranges.

    Raises
    ------
    InputError
        When the file cannot be read, a line of provenance, a column or a cell is not what it
        must be, a value lies outside the range of its parameter, or there is no draw.
    """
    content = read_bytes(file, limit=MAX_BYTES, key="parameters")
    ranges = tuple((name, known.bounds) for name, known in ledger.parameters.items())
    return _parsed(content, file, ranges)


@lru_cache(maxsize=2)
def _parsed(
    content: bytes, file: Path, ranges: tuple[tuple[str, tuple[float, float]], ...]
) -> Posterior:
    """Take a table apart; the worlds of many scenarios draw from the same one."""
    lines = decode(content, file, allowed=_ALLOWED).splitlines()
    provenance = _provenance(lines, file)
    table = _cells(lines, file)
    line, names = next(table, (1, []))
    known = dict(ranges)
    _check_columns(names, known, file, line)
    bounds = [known[name] for name in names]
    rows = [_row(cells, names, bounds, file, line) for line, cells in table]
    if not rows:
        raise InputError("the table has no draw", file=file, line=line, allowed=_ALLOWED)
    digest = hashlib.sha256(content).hexdigest()
    return Posterior(tuple(names), tuple(rows), provenance, file, digest)


def posterior_text(
    names: Sequence[str], rows: NDArray[np.float64], provenance: Mapping[str, object]
) -> str:
    """Write a table down, to eight figures.

    Parameters
    ----------
    names, rows
        As in `Posterior`.
    provenance
        By the keys of `PROVENANCE`.
    """
    head = [f"# {key}: {provenance[key]}" for key in PROVENANCE if key in provenance]
    body = [",".join(f"{value:.8g}" for value in row) for row in rows]
    return "\n".join([*head, ",".join(names), *body]) + "\n"


def _provenance(lines: Sequence[str], file: Path) -> dict[str, str]:
    """Read the lines that begin with ``#``; they stand above the columns."""
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.startswith("#"):
            break
        parts = _NOTE.fullmatch(line)
        if parts is None:
            raise InputError(
                "not a line of provenance", file=file, line=number, allowed="# key: value"
            )
        key, value = parts.groups()
        if key not in PROVENANCE:
            raise InputError(
                "unknown key", file=file, line=number, key=key, allowed=PROVENANCE, given=key
            )
        if key in found:
            raise InputError("duplicate key", file=file, line=number, key=key)
        found[key] = value
    return found


def _cells(lines: Sequence[str], file: Path) -> Iterator[tuple[int, list[str]]]:
    """Give the cells of each row below the provenance that is not empty, with its line."""
    head = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    reader = csv.reader(lines[head:], strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield head + reader.line_num, cells
    except csv.Error as error:
        raise InputError(
            f"not a CSV table: {error}", file=file, line=head + reader.line_num, allowed=_ALLOWED
        ) from None


def _check_columns(names: Sequence[str], known: Collection[str], file: Path, line: int) -> None:
    if not names:
        raise InputError("the table is empty", file=file, allowed=_ALLOWED)
    for place, name in enumerate(names, start=1):
        if name not in known:
            error = InputError(
                f"there is no parameter '{name}' (column {place})",
                file=file,
                line=line,
                key=name,
                allowed=list(known),
                given=name,
            )
            error.allowed = "an id that `rift seeds parameters` lists"
            error.args = (str(error),)
            raise error
        if name in names[: place - 1]:
            raise InputError("a column stands twice", file=file, line=line, key=name)


def _row(
    cells: Sequence[str],
    names: Sequence[str],
    bounds: Sequence[tuple[float, float]],
    file: Path,
    line: int,
) -> list[float]:
    if len(cells) != len(names):
        raise InputError(
            f"{len(cells)} cells under {len(names)} columns",
            file=file,
            line=line,
            allowed=f"{len(names)} numbers",
        )
    values = []
    for name, cell, (low, high) in zip(names, cells, bounds, strict=True):
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            problem = f"'{cell}' is not a finite number" if cell else "the cell is empty"
        elif not low <= value <= high:
            problem = f"{value:g} lies outside the range of the parameter"
        else:
            values.append(value)
            continue
        raise InputError(problem, file=file, line=line, key=name, allowed=f"{low:g} to {high:g}")
    return values
