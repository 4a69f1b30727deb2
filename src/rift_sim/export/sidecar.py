"""The description beside a CSV file, as CSV on the Web (W3C, 2015) has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rift_sim.export.blocks import variable_of
from rift_sim.export.source import Source

__all__ = ["Column", "csvw_metadata", "series_notes", "sidecar_of"]


class Column(NamedTuple):
    """A column of a table: its name, data type (of XML Schema) and meaning."""

    name: str
    type: str
    meaning: str


def sidecar_of(out: Path) -> Path:
    """Return where readers of CSV on the Web look for the description of a file."""
    return out.with_name(f"{out.name}-metadata.json")


def csvw_metadata(
    columns: Sequence[Column], made_by: Mapping[str, Any], series: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """Describe a CSV file; ``url`` is still missing.

    Parameters
    ----------
    columns
        In the order of the file.
    made_by
        From `rift_sim.export.source.provenance`.
    series
        From `series_notes`.
    """
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "dc:title": "; ".join(origin["title"] for origin in made_by["scenarios"]),
        "dc:creator": made_by["model"],
        "dc:description": made_by["limits_of_use"],
        "tableSchema": {
            "columns": [
                {"name": column.name, "datatype": column.type, "dc:description": column.meaning}
                for column in columns
            ]
        },
        "notes": [{"made_by": dict(made_by)}, {"series": list(series)}],
    }


def series_notes(source: Source) -> list[dict[str, str]]:
    """Say what each series is: long name, unit, and whether it is a stock or a flow."""
    found: dict[str, dict[str, str]] = {}
    for arm, part in zip(source.arms, source.parts, strict=True):
        for array in part.data_vars.values():
            variable = variable_of(array, arm.data)
            whole = arm.data[variable].attrs
            found[variable] = {
                "variable": variable,
                "long_name": str(whole["long_name"]),
                "unit": str(whole["units"]),
                "kind": str(whole["kind"]),
            }
    return list(found.values())
