"""Commands on the record of history: what data files hold, and what is fitted to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rift_sim.cli.console import echo

if TYPE_CHECKING:
    from rift_sim.observed import Target
    from rift_sim.observed.formats import Format
    from rift_sim.observed.merge import Holding
    from rift_sim.seeds import Ledger

__all__ = ["HELP", "check", "targets"]

HELP = "Look at the record of history: data files of others, and the targets of calibration."


def check(
    directory: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="Folder of data files; RIFT_DATA if not given."),
    ] = None,
) -> None:
    """Check data files: what was found, which years can be used, what is missing.

    A malformed file, or two that disagree, is one error and exit code 2.

    Example: rift data check my-data
    """
    from rift_sim.cli.console import make_console
    from rift_sim.observed import data_directory, load_record
    from rift_sim.observed.formats import FORMATS
    from rift_sim.seeds.text import build_table

    record = load_record(directory or data_directory())
    console = make_console()
    if record.holdings:
        columns = ("format", "files", "years used", "left out", "rows", "places")
        rows = (_found(holding) for holding in record.holdings.values())
        console.print(build_table("Data files", columns, rows))
    for warning in record.warnings:
        echo(f"warning: {warning}", err=True)
    missing = [entry for key, entry in FORMATS.items() if key not in record.holdings]
    if missing:
        wanted = ("format", "name and columns", "where to get it")
        console.print(build_table("Not there", wanted, map(_wanted, missing)))


def targets() -> None:
    """List what calibration fits, year by year, what forecasts are scored on, and what is neither.

    Example: rift data targets
    """
    from rift_sim.cli.console import make_console
    from rift_sim.observed import load_targets
    from rift_sim.seeds import load_ledger
    from rift_sim.seeds.text import build_table

    ledger, console = load_ledger(), make_console()
    found = load_targets(ledger=ledger)
    columns = ("id", "from", "fitted to-2019", "fitted to-2025", "scored", "error")
    rows = (_target(target, ledger) for target in found.targets.values())
    console.print(build_table("Targets", columns, rows))
    console.print("scored: out of sample, by fits that do not hold the year.")
    rows_out = (
        (key, entry.quantity, entry.status.replace("_", " "), entry.reason)
        for key, entry in found.excluded.items()
    )
    console.print(build_table("No targets", ("id", "quantity", "status", "reason"), rows_out))


def _found(holding: Holding) -> tuple[str, ...]:
    dated = holding.format.shape != "pairs"
    places = {key.code for key in holding.cells}
    if not dated:
        places |= {key.label for key in holding.cells}
    outside = {code for file in holding.files for code in file.outside}
    return (
        holding.format.id,
        ", ".join(file.path.name for file in holding.files),
        _spans(holding.years) if dated else "",
        _spans(tuple(holding.skipped)),
        f"{sum(file.rows for file in holding.files):,}",
        f"{len(places - outside):,}",
    )


def _wanted(format: Format) -> tuple[str, ...]:
    from rift_sim.observed.formats import CODE

    columns = ", ".join((*CODE[: format.code_columns], *format.columns))
    address = format.address or "no page known"
    return (
        format.id,
        f"{format.stem}*.csv: {columns} ({format.unit})",
        f"{format.publisher}: {format.how}. {address}",
    )


def _target(target: Target, ledger: Ledger) -> tuple[str, ...]:
    origin = target.fact or (f"file {target.file}" if target.file else str(target.source))
    origin += f" ({target.row})" if target.row else ""
    if target.level in ("department", "municipality"):
        origin += f" by {target.level}"
    error = target.spread
    kind = "log" if error.kind == "log" else ledger.facts[target.fact].unit if target.fact else ""
    return (
        target.id,
        origin,
        _spans(target.fitted["to-2019"]),
        _spans(target.fitted["to-2025"]),
        _spans(target.scored),
        f"{error.value:g} {kind}".strip(),
    )


def _spans(years: Sequence[int]) -> str:
    """Write years short: 2010-2012, 2014."""
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in _runs(years))


def _runs(years: Iterable[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for year in sorted(years):
        if runs and year == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], year)
        else:
            runs.append((year, year))
    return runs
