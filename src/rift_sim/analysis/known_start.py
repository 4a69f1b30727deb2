"""What was known of places before an origin, as files of an initial state."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from rift_sim.observed import Record

__all__ = ["write_figures", "write_rows"]

_MEASURES = {"coca": "coca_ha", "displaced": "newly_displaced_ruv"}


def write_figures(record: Record, origin: int, folder: Path) -> dict[str, object]:
    """Write the newest municipal coca and displacement before an origin.

    Parameters
    ----------
    record
        The record; only years before `origin` are read.
    origin
        First year of the run.
    folder
        Where the files go.

    Returns
    -------
    dict
        Of the ``initial`` of a scenario, what is on record.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, object] = {}
    for key, measure in _MEASURES.items():
        panel = record.panel(measure, "municipality")
        years = [] if panel is None else [year for year in panel.years.tolist() if year < origin]
        if panel is None or not years:
            continue
        values = panel.year(max(years))
        assert values is not None
        file = folder / f"{key}-{max(years)}.csv"
        known = zip(record.places, values, strict=True)
        kept = [(code, f"{value:g}") for code, value in known if np.isfinite(value) and value > 0.0]
        write_rows(file, ("code", "value"), kept)
        found[key] = str(file)
    return found


def write_rows(file: Path, header: tuple[str, str], rows: list[tuple[str, str]]) -> None:
    """Write two columns as CSV."""
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        writer.writerows(rows)
