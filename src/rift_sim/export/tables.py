"""Tidy tables: a row for each date, scenario, replicate or quantile, place, group and variable."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.extras import need
from rift_sim.ensemble.reporter import Reporter
from rift_sim.export.blocks import Block, Layout, blocks
from rift_sim.export.places import COUNTRY, place_names
from rift_sim.export.sidecar import Column, csvw_metadata, series_notes
from rift_sim.export.source import Source, provenance

__all__ = ["COLUMNS", "write_csv", "write_parquet"]

COLUMNS = (
    Column("date", "date", "First day of the period."),
    Column("period", "string", "month or year. Stocks are those at its end, flows its total."),
    Column("scenario", "string", "Name of the scenario."),
    Column("replicate", "integer", "Number of the replicate; empty unless the row is of one."),
    Column(
        "quantile",
        "double",
        "Level of the quantile over replicates; empty unless the row is one. "
        "Rows without replicate and quantile are means over replicates.",
    ),
    Column("place", "string", "CO for the country, else the DANE code of a department (2 digits) "
           "or municipality (5 digits)."),
    Column("place_name", "string", "Name of the place."),
    Column("group", "string", "Id of an armed group; empty for all of them."),
    Column("category", "string", "Pillar or phase of the relationship, line of aid; or empty."),
    Column("variable", "string", "Name of the series."),
    Column("value", "double", "Value, in the unit beside it."),
    Column("unit", "string", "Unit; 1 for shares and indices."),
)  # fmt: skip
"""The columns, in the order of the file."""

_ROWS = 1 << 16
"""Rows that are laid out at once."""
_NOT_CATEGORIES = ("department", "municipality", "group")


def write_csv(
    source: Source, layout: Layout, out: Path, progress: Reporter | None = None
) -> tuple[int, dict[str, Any]]:
    """Write a CSV file.

    Returns
    -------
    int, dict
        Rows written, and the description that belongs beside the file (CSV on the Web).
    """
    total = 0
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in COLUMNS])
        for rows in _tables(source, layout, progress):
            writer.writerows(zip(*(_text(rows[column.name]) for column in COLUMNS), strict=True))
            total += len(rows["value"])
    return total, csvw_metadata(COLUMNS, provenance(source), series_notes(source))


def write_parquet(
    source: Source, layout: Layout, out: Path, progress: Reporter | None = None
) -> int:
    """Write a Parquet file; the key ``rift_sim`` of its metadata says what made the numbers.

    Returns
    -------
    int
        Rows written.
    """
    arrow, parquet = need("pyarrow"), need("pyarrow.parquet")
    schema = _schema(arrow).with_metadata(
        {"rift_sim": json.dumps({**provenance(source), "series": series_notes(source)})}
    )
    total = 0
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for rows in _tables(source, layout, progress):
            columns = [_column(arrow, field, rows[field.name]) for field in schema]
            writer.write_table(arrow.Table.from_arrays(columns, schema=schema))
            total += len(rows["value"])
    return total


def _schema(arrow: Any) -> Any:
    words = arrow.dictionary(arrow.int32(), arrow.string())
    types = {"date": arrow.date32(), "integer": arrow.int32(), "double": arrow.float64()}
    return arrow.schema([(column.name, types.get(column.type, words)) for column in COLUMNS])


def _column(arrow: Any, field: Any, values: NDArray[Any]) -> Any:
    """Turn laid-out values into an Arrow array; NaN and empty words become null."""
    if field.name in ("replicate", "quantile"):
        missing = np.isnan(values)
        filled = np.where(missing, 0, values).astype(field.type.to_pandas_dtype())
        return arrow.array(filled, type=field.type, mask=missing)
    if values.dtype.kind == "U":
        # Few different words stand in many rows.
        words, places = np.unique(values, return_inverse=True)
        empty = values == ""
        places = arrow.array(places.astype(np.int32), mask=empty if empty.any() else None)
        return arrow.DictionaryArray.from_arrays(places, arrow.array(words, arrow.string()))
    return arrow.array(values, type=field.type)


def _text(values: NDArray[Any]) -> list[str]:
    """Write values so that reading them gives the same numbers; NaN is left empty."""
    if values.dtype.kind == "U":
        found: list[str] = values.tolist()
        return found
    if values.dtype.kind != "f":
        return [str(value) for value in values]
    missing = np.isnan(values)
    whole = np.mod(values, 1) == 0
    text = np.where(whole & (np.abs(values) < 1e15), _integers(values, missing), values.astype(str))
    return [str(word) for word in np.where(missing, "", text)]


def _integers(values: NDArray[Any], missing: NDArray[np.bool_]) -> NDArray[Any]:
    small = np.where(missing | (np.abs(values) >= 1e15), 0, values)
    return small.astype(np.int64).astype(str)


def _tables(
    source: Source, layout: Layout, progress: Reporter | None
) -> Iterator[dict[str, NDArray[Any]]]:
    """Lay out all blocks as columns of equal length, a bounded number of rows at a time."""
    names = [place_names(arm) for arm in source.arms]
    for block in blocks(source, layout, progress):
        label = source.arms[block.arm].label
        for first in range(0, block.values.size, _ROWS):
            yield _rows(block, first, label, names[block.arm])


def _rows(
    block: Block, first: int, scenario: str, names: Mapping[str, str]
) -> dict[str, NDArray[Any]]:
    rows = np.arange(first, min(first + _ROWS, block.values.size))
    numbers, dates, *further = np.unravel_index(rows, block.values.shape)

    def fill(word: str) -> NDArray[Any]:
        return np.full(rows.size, word)

    def along(dims: Callable[[str], bool], default: str) -> NDArray[Any]:
        for dim, places in zip(block.labels, further, strict=True):
            if dims(dim):
                return np.array(block.labels[dim])[places]
        return fill(default)

    places = along(lambda dim: dim in ("department", "municipality"), COUNTRY)
    known, where = np.unique(places, return_inverse=True)
    empty = np.full(rows.size, np.nan)
    number = block.numbers[numbers].astype(np.float64)
    return {
        "date": block.dates.astype("datetime64[D]")[dates],
        "period": fill(block.period),
        "scenario": fill(scenario),
        "replicate": number if block.statistic == "replicate" else empty,
        "quantile": number if block.statistic == "quantile" else empty,
        "place": places,
        "place_name": np.array([names.get(code, "") for code in known])[where],
        "group": along(lambda dim: dim == "group", ""),
        "category": along(lambda dim: dim not in _NOT_CATEGORIES, ""),
        "variable": fill(block.variable),
        "value": block.values.reshape(-1)[rows],
        "unit": fill(block.units),
    }
