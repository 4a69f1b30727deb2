"""Put files of one format together, and say which of their years can be used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isclose, isnan

from rift_sim.errors import InputError
from rift_sim.observed.files import Cell, DataFile, Key
from rift_sim.observed.formats import Format

__all__ = ["FEW", "SHORT", "Holding", "hold"]

SHORT = 0.02
"""Share by which the sum of a year may miss the national total of the ledger."""

FEW = 0.5
"""A year that lists fewer places than this share of the fullest year is named."""


@dataclass(frozen=True)
class Holding:
    """All files of one format as one set of numbers.

    Attributes
    ----------
    format, files
        What they are.
    cells
        Every line of every file; where two agree, once.
    years
        Years that can be used.
    skipped
        Years whose sum misses the national total, and by how much (-0.05: 5 % short).
    partial
        Years that list suspiciously few places; they are used.
    listed
        Places with a line, by year; those outside the territory too.
    """

    format: Format
    files: tuple[DataFile, ...]
    cells: Mapping[Key, Cell] = field(repr=False)
    years: tuple[int, ...]
    skipped: Mapping[int, float]
    partial: tuple[int, ...]
    listed: Mapping[int, int] = field(repr=False)

    def warnings(self) -> Iterable[str]:
        """Say what was left out and what is suspicious, one sentence each."""
        for file in self.files:
            yield from _of_file(file)
        name = ", ".join(file.path.name for file in self.files)
        for year, share in self.skipped.items():
            verb = "short of" if share < 0 else "above"
            yield (
                f"{name}: {year} left out, its sum is {abs(share):.1%} {verb} the national "
                f"total ({self.format.fact})"
            )
        if self.partial:
            most = max(self.listed.values())
            years = ", ".join(f"{year} ({self.listed[year]:,})" for year in self.partial)
            yield (
                f"{name}: few places listed in {years}; {most:,} in the fullest year: "
                "coverage may be partial"
            )


def _of_file(file: DataFile) -> Iterable[str]:
    if file.outside:
        codes = ", ".join(f"{code} ({lines})" for code, lines in file.outside.items())
        yield f"{file.path.name}: not in the territory and left out (lines): {codes}"
    if file.ambiguous:
        yield (
            f"{file.path.name}: {file.ambiguous:,} lines with {file.format.flag} = 1 set to missing"
        )
    if file.blank:
        yield f"{file.path.name}: {file.blank:,} blank numbers set to missing"


def hold(files: Sequence[DataFile], national: Mapping[int, float]) -> Holding:
    """Put files of one format together.

    A year is skipped when the sum of all its lines, as printed, misses the national total
    of the ledger by more than `SHORT`. It is named as partial when no national total
    confirms it and it lists fewer than `FEW` of the places of the fullest year.

    Parameters
    ----------
    files
        At least one, all of one format.
    national
        National totals by year; empty when there are none to compare with.

    Raises
    ------
    InputError
        When two files give different numbers for the same municipality and year; both
        are named.
    """
    format = files[0].format
    cells: dict[Key, Cell] = {}
    for number, file in enumerate(files):
        for earlier in files[:number]:
            _agree(earlier, file)
        for key, cell in file.cells.items():
            if key not in cells or not _known(cells[key]):
                cells[key] = cell
    sums: dict[int, float] = defaultdict(float)
    codes: dict[int, set[str]] = defaultdict(set)
    for key, cell in cells.items():
        if not isnan(cell.value):
            sums[key.year] += cell.value
            codes[key.year].add(key.code)
    listed = {year: len(places) for year, places in sorted(codes.items())}
    off = {
        year: sums[year] / national[year] - 1.0
        for year in listed
        if year in national and format.shape == "panel"
    }
    skipped = {year: share for year, share in off.items() if abs(share) > SHORT}
    most = max(listed.values(), default=0)
    dated = format.shape in ("panel", "presence")
    partial = [y for y, n in listed.items() if dated and y not in off and n < FEW * most]
    years = tuple(year for year in listed if year not in skipped)
    return Holding(format, tuple(files), cells, years, skipped, tuple(partial), listed)


def _known(cell: Cell) -> bool:
    return not (cell.ambiguous or isnan(cell.value))


def _agree(first: DataFile, second: DataFile) -> None:
    """Refuse two files that say different things about one municipality and year."""
    shared = set(first.years) & set(second.years)
    if not shared or first.format.shape == "pairs":
        return
    nothing = Cell(0.0, 1, ambiguous=False)
    unlisted = nothing if first.format.absent == "zero" else None
    keys = {key for file in (first, second) for key in file.cells if key.year in shared}
    for key in sorted(keys):
        one, two = first.cells.get(key, unlisted), second.cells.get(key, unlisted)
        if one is None or two is None or not (_known(one) and _known(two)):
            continue
        if not isclose(one.value, two.value, rel_tol=1e-6, abs_tol=1e-9):
            label = f" ({key.label})" if key.label else ""
            raise InputError(
                f"{key.code} in {key.year}{label} is {two.value:g} here and {one.value:g} in "
                f"{first.path.name}:{one.line}",
                file=second.path,
                line=two.line,
                key=second.format.value or second.format.labels[0],
                allowed="years that do not overlap, or equal numbers",
            )
