"""A hub folder: model output, configuration and model metadata, as the hubverse has them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.extras import need
from rift_sim.errors import InputError
from rift_sim.export.blocks import Block, Layout, blocks
from rift_sim.export.hub_config import (
    Task,
    admin_config,
    metadata_schema,
    model_metadata,
    readme,
    tasks_config,
)
from rift_sim.export.places import COUNTRY
from rift_sim.export.source import Source, provenance

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.ensemble.reporter import Reporter

__all__ = ["COLUMNS", "MARK", "read_model_id", "write_hub"]

COLUMNS = (
    "origin_date",
    "scenario_id",
    "location",
    "target",
    "horizon",
    "target_end_date",
    "output_type",
    "output_type_id",
    "value",
)
"""Task ids, then how the output is represented."""
MARK = "hub-config/admin.json"
"""The file that makes a folder a hub."""
_ROWS = 1 << 16
_ABBREVIATION = 16


def read_model_id(text: str) -> tuple[str, str]:
    """Return the abbreviations of team and model from ``TEAM-MODEL``.

    Raises
    ------
    InputError
        When it has not two parts of letters, digits and underscores.
    """
    team, dash, model = text.partition("-")
    for part in (team, model):
        plain = part.replace("_", "a").isalnum() and part.isascii()
        if not dash or not plain or len(part) > _ABBREVIATION:
            raise InputError(
                f"'{text}' is no TEAM-MODEL",
                key="--model-id",
                allowed="two words of letters, digits and _ with one dash between them, "
                f"each of {_ABBREVIATION} characters at most",
            )
    return team, model


def write_hub(
    source: Source,
    layout: Layout,
    out: Path,
    *,
    model_id: str,
    files: str = "parquet",
    progress: Reporter | None = None,
) -> int:
    """Write a hub with one round and one model.

    The round begins at the first day of the runs. A sample is a whole trajectory: its number
    is that of the replicate plus one, and stands for the same replicate in every scenario,
    place, target and month.

    Returns
    -------
    int
        Rows of model output.

    Raises
    ------
    InputError
        When the runs are no pairs, nothing is by country or department, or a package is
        missing.
    """
    team, model = read_model_id(model_id)
    _refuse_unfit(source, layout)
    source = _fitting(source)
    made_by = provenance(source)
    tasks = [_task(source, variable) for variable in _variables(source)]
    origin = _origin(source)
    samples = source.parts[0].sizes["replicate"] if layout.samples else 0
    config = tasks_config(
        tasks,
        origin=str(origin),
        scenarios=[arm.label for arm in source.arms],
        samples=samples,
        levels=layout.levels,
        made_by=made_by,
    )
    _write_json(out / "hub-config" / "tasks.json", config)
    _write_json(out / MARK, admin_config(team, made_by, files))
    _write_json(out / "hub-config" / "model-metadata-schema.json", metadata_schema())
    _write_yaml(out / "model-metadata" / f"{model_id}.yml", model_metadata(team, model, made_by))
    (out / "README.md").write_text(readme(model_id, made_by, tasks), encoding="utf-8")
    folder = out / "model-output" / model_id
    folder.mkdir(parents=True)
    table = folder / f"{origin}-{model_id}.{files}"
    rows = _rows(source, layout, origin, progress)
    return _write_csv(table, rows) if files == "csv" else _write_parquet(table, rows, layout)


def _refuse_unfit(source: Source, layout: Layout) -> None:
    if layout.period != "month":
        raise InputError("a hub counts in months", key="--period", allowed="--period month")
    if source.unpaired:
        raise InputError(
            "samples of a hub are paired across its scenarios, and these runs are no pairs: "
            f"{'; '.join(source.unpaired)}",
            key="--to hub",
            allowed="runs of the same seed, months and parameters, or one hub for each run",
        )


def _fitting(source: Source) -> Source:
    """Keep what a hub has a place for: series of the country and of departments."""
    dims = {"replicate", "time", "department"}
    parts = [
        part[[str(name) for name in part.data_vars if set(part[name].dims) <= dims]]
        for part in source.parts
    ]
    first = parts[0]
    if not first.data_vars or not all(
        set(part.data_vars) == set(first.data_vars) for part in parts
    ):
        raise InputError(
            "nothing is by country or department in every scenario",
            key="--variable",
            allowed="series that all scenarios observe",
        )
    return Source(source.arms, tuple(parts), source.unpaired, source.mixed, source.notes)


def _variables(source: Source) -> list[str]:
    names = map(str, source.parts[0].data_vars)
    return list(dict.fromkeys(name.removesuffix("_department") for name in names))


def _task(source: Source, variable: str) -> Task:
    part = source.parts[0]
    arrays = [part[name] for name in (variable, f"{variable}_department") if name in part]
    places = []
    for array in arrays:
        own = array["department"].to_numpy() if "department" in array.dims else [COUNTRY]
        places += [str(code) for code in own]
    attrs = source.arms[0].data[variable].attrs
    return Task(
        variable, str(attrs["long_name"]), str(attrs["units"]), str(attrs["kind"]),
        tuple(places), tuple(_horizons(source, part)), tuple(map(str, _ends(part))),
    )  # fmt: skip


def _origin(source: Source) -> np.datetime64:
    first, _ = source.arms[0].months
    return np.datetime64(f"{first}-01", "D")


def _ends(part: xr.Dataset) -> NDArray[np.datetime64]:
    """Return the last day of each month."""
    months = part["time"].to_numpy().astype("datetime64[M]")
    found: NDArray[np.datetime64] = (months + 1).astype("datetime64[D]") - 1
    return found


def _horizons(source: Source, part: xr.Dataset) -> list[int]:
    """Return the number of each month; the one that begins at the origin is 1."""
    months = part["time"].to_numpy().astype("datetime64[M]")
    start = _origin(source).astype("datetime64[M]")
    return [int(n) + 1 for n in (months - start).astype(int)]


def _rows(
    source: Source, layout: Layout, origin: np.datetime64, progress: Reporter | None
) -> Iterator[dict[str, NDArray[Any]]]:
    """Lay out all blocks as columns of equal length, a bounded number of rows at a time."""
    for block in blocks(source, layout, progress):
        for first in range(0, block.values.size, _ROWS):
            yield _columns(source, block, origin, first)


def _columns(
    source: Source, block: Block, origin: np.datetime64, first: int
) -> dict[str, NDArray[Any]]:
    rows = np.arange(first, min(first + _ROWS, block.values.size))
    numbers, months, *further = np.unravel_index(rows, block.values.shape)
    part = source.parts[block.arm]
    sample = block.statistic == "replicate"
    places = block.labels.get("department", [COUNTRY])
    where = further[0] if further else np.zeros(rows.size, np.int64)
    return {
        "origin_date": np.full(rows.size, origin),
        "scenario_id": np.full(rows.size, source.arms[block.arm].label),
        "location": np.array(places)[where],
        "target": np.full(rows.size, block.variable),
        "horizon": np.array(_horizons(source, part), np.int32)[months],
        "target_end_date": _ends(part)[months],
        "output_type": np.full(rows.size, "sample" if sample else "quantile"),
        "output_type_id": block.numbers[numbers] + (1 if sample else 0),
        "value": block.values.reshape(-1)[rows].astype(np.float64),
    }


def _write_csv(table: Path, blocks_of_rows: Iterator[dict[str, NDArray[Any]]]) -> int:
    total = 0
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for rows in blocks_of_rows:
            writer.writerows(zip(*(rows[name].astype(str) for name in COLUMNS), strict=True))
            total += len(rows["value"])
    return total


def _write_parquet(
    table: Path, blocks_of_rows: Iterator[dict[str, NDArray[Any]]], layout: Layout
) -> int:
    arrow, parquet = need("pyarrow"), need("pyarrow.parquet")
    # One type for the whole hub: the simplest that holds levels of quantiles too.
    ids = arrow.float64() if layout.levels else arrow.int32()
    types = {"origin_date": arrow.date32(), "target_end_date": arrow.date32()}
    types |= {"horizon": arrow.int32(), "output_type_id": ids, "value": arrow.float64()}
    schema = arrow.schema([(name, types.get(name, arrow.string())) for name in COLUMNS])
    total = 0
    with parquet.ParquetWriter(table, schema, compression="zstd") as writer:
        for rows in blocks_of_rows:
            columns = [
                arrow.array(rows[field.name].astype(object), field.type)
                if field.type == arrow.string()
                else arrow.array(rows[field.name]).cast(field.type)
                for field in schema
            ]
            writer.write_table(arrow.Table.from_arrays(columns, schema=schema))
            total += len(rows["value"])
    return total


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_yaml(path: Path, content: dict[str, Any]) -> None:
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.representer.sort_base_mapping_type_on_output = False
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(content, file)
