"""Show results on the terminal, and write them into a document."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.measure import Options, Row, Section, Spread

__all__ = ["BEGIN", "END", "circumstances", "figure", "markdown", "merge", "show", "write"]

BEGIN, END = "<!-- table -->", "<!-- /table -->"
_HEADING = "### "
_LIBRARIES = ("numpy", "numba", "mesa", "zarr")


def figure(value: float) -> str:
    """Write a number with three figures that count, or whole thousands.

    >>> figure(2674.4), figure(1.9481), figure(0.031415)
    ('2,674', '1.95', '0.0314')
    """
    if abs(value) >= 100:
        return f"{value:,.0f}"
    text = f"{value:.3g}"
    return text if "e" not in text else f"{value:.2e}"


def circumstances(options: Options, *, day: str = "") -> str:
    """Say in a line on what machine, with what versions and sizes this was measured."""
    processor = _processor() or platform.machine()
    libraries = ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES)
    return (
        f"{day or time.strftime('%Y-%m-%d')}, {processor}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {libraries}; {options.size} sizes, "
        f"{options.repeat} rounds"
    )


def show(section: Section) -> None:
    """Print a section as a table."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    console.print(Text.assemble((section.title, "bold"), ": ", section.workload))
    if section.rows:
        table = Table()
        table.add_column("measure", overflow="fold")
        for name in ("median", "range", "unit", "goal", "met"):
            table.add_column(name, justify="right" if name in ("median", "range") else "left")
        for row in section.rows:
            table.add_row(row.measure, *_cells(row))
        console.print(table)
    for note in section.notes:
        console.print(note, markup=False)
    console.print()
    sys.stdout.flush()


def markdown(section: Section, measured: str) -> str:
    """Return a section as Markdown that starts with its heading."""
    lines = [f"{_HEADING}{section.title}", "", section.workload]
    if section.rows:
        lines += ["", "| measure | median | range | unit | goal | met |"]
        lines += ["|---|---:|---:|---|---|---|"]
        lines += [f"| {' | '.join((row.measure, *_cells(row)))} |" for row in section.rows]
    lines += ["", *(f"{note}  " for note in section.notes), f"Measured {measured}.", ""]
    return "\n".join(lines)


def merge(before: str, section: Section, measured: str, order: Sequence[str]) -> str:
    """Return the text between the marks with this section new and all others as they were.

    Parameters
    ----------
    before
        The text between the marks.
    section
        New results; without rows they do not replace older ones.
    measured
        From `circumstances`.
    order
        Titles, in the order of the document.
    """
    kept: dict[str, str] = {}
    for part in ("\n" + before).split("\n" + _HEADING)[1:]:
        title = part.splitlines()[0].strip()
        kept[title] = f"{_HEADING}{part.strip()}\n"
    if section.rows or section.title not in kept:
        kept[section.title] = markdown(section, measured)
    titles = [*order, *(title for title in kept if title not in order)]
    return "\n".join(kept[title] for title in titles if title in kept)


def write(file: Path, section: Section, options: Options, order: Sequence[str]) -> None:
    """Put a section between the marks of a document.

    Raises
    ------
    ValueError
        When the document has no such place.
    """
    text = file.read_text(encoding="utf-8")
    head, begin, rest = text.partition(BEGIN)
    inside, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{file} has no place between {BEGIN} and {END}")
    body = merge(inside, section, circumstances(options), order)
    file.write_text(f"{head}{BEGIN}\n\n{body}\n{END}{tail}", encoding="utf-8")


def _cells(row: Row) -> tuple[str, str, str, str, str]:
    met = "" if row.met is None else "yes" if row.met else "no"
    return figure(row.value.median), _range(row.value), row.unit, row.goal, met


def _range(value: Spread) -> str:
    if value.low == value.high:
        return ""
    return f"{figure(value.low)} - {figure(value.high)}"


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "missing"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return " ".join(names[0].split()) if names else platform.processor()
