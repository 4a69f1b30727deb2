"""What was known of places before an origin, as files of an initial state."""

from __future__ import annotations

import csv
from pathlib import Path

from rift_sim.drafts import drafted, make_folder
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
        Of the ``initial`` of a scenario, what is on record. A place where the newest year is not
        known counts like one with none.
    """
    found: dict[str, object] = {}
    for key, measure in _MEASURES.items():
        panel = record.panel(measure, "municipality")
        years = [] if panel is None else [year for year in panel.years.tolist() if year < origin]
        if panel is None or not years:
            continue
        values = panel.values[panel.years == max(years)][0]
        known = zip(record.places, values.tolist(), strict=True)
        rows = [(code, repr(value)) for code, value in known if value > 0]
        found[key] = write_rows(folder / f"{key}-{max(years)}.csv", ("code", "value"), rows)
    return found


def write_rows(file: Path, header: tuple[str, str], rows: list[tuple[str, str]]) -> str:
    """Write two columns as CSV, and the folder if it is missing; return where.

    The path is absolute, because a scenario means paths as seen from where it is written.
    """
    file = file.resolve()
    make_folder(file.parent)
    with drafted(file) as draft, draft.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        writer.writerows(rows)
    return str(file)
