"""The format of the Integrated Assessment Modeling Consortium: a row for each time series."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rift_sim.errors import InputError
from rift_sim.export.blocks import Block, Layout, blocks, periods_of
from rift_sim.export.places import COUNTRY_NAME, place_names
from rift_sim.export.sidecar import Column, csvw_metadata, series_notes
from rift_sim.export.source import Source, model_name, provenance

if TYPE_CHECKING:
    from rift_sim.ensemble.reporter import Reporter

__all__ = ["INDEX", "variable_name", "write_iamc"]

INDEX = ("Model", "Scenario", "Region", "Variable", "Unit")
_WRITTEN = {"usd": "USD", "us": "US", "ha": "ha"}
_MEANINGS = {
    "Model": "Model and its version.",
    "Scenario": "Name of the scenario.",
    "Region": "The country, or country|department.",
    "Variable": "Series, then what it is observed by, then the percentile over replicates.",
    "Unit": "Unit; flows are per year or per month.",
    "Replicate": "Number of the replicate.",
}


def write_iamc(
    source: Source, layout: Layout, out: Path, progress: Reporter | None = None
) -> tuple[int, dict[str, Any]]:
    """Write a CSV file in the wide form: a column for each year, or for each month.

    Quantiles are variables of their own (``Control|50th Percentile``); with samples a column
    ``Replicate`` follows the five of the format.

    Returns
    -------
    int, dict
        Time series written, and the description that belongs beside the file.

    Raises
    ------
    InputError
        When scenarios differ in their months, both quantiles and samples are asked for, or
        the run has no whole year.
    """
    if layout.samples and layout.levels:
        raise InputError(
            "samples and quantiles do not fit into one table",
            key="--to iamc",
            allowed="--samples or --quantiles",
        )
    days = _days(source, layout)
    index = (*INDEX, *(("Replicate",) if layout.samples else ()))
    total = 0
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*index, *days])
        for row in _series(source, layout, progress):
            writer.writerow(row)
            total += 1
    columns = [Column(name, "string", _MEANINGS[name]) for name in index]
    columns += [Column(day, "double", "Value.") for day in days]
    return total, csvw_metadata(columns, provenance(source), series_notes(source))


def variable_name(block: Block, place: Mapping[str, str]) -> str:
    """Return the name of a series: words with capitals, and what it is observed by after ``|``.

    Parameters
    ----------
    block
        Where it is from.
    place
        Its labels, by dimension; departments are regions and do not count.
    """
    words = [_WRITTEN.get(word, word.capitalize()) for word in block.variable.split("_")]
    parts = [" ".join(words)]
    for dim, label in place.items():
        if dim != "department":
            parts.append(label if dim == "group" else label.replace("_", " ").title())
    return "|".join(parts)


def _days(source: Source, layout: Layout) -> list[str]:
    """Return the heads of the columns of values: years, or first days of months."""
    found = {tuple(_heads(part, layout)) for part in source.parts}
    if len(found) > 1:
        raise InputError(
            "the scenarios differ in their months",
            key="--to iamc",
            allowed="runs of the same months, or --since and --until",
        )
    days = list(next(iter(found)))
    if not days:
        raise InputError(
            "no whole year is chosen", key="--period year", allowed="--period month, or more months"
        )
    return days


def _heads(part: Any, layout: Layout) -> list[str]:
    if "time" not in part.dims:
        raise InputError(
            "the format has no place for municipalities",
            key="--to iamc",
            allowed="series of the country, its departments or groups",
        )
    size = 4 if layout.period == "year" else 10
    return [str(day)[:size] for day, _ in periods_of(part, layout.period)]


def _series(source: Source, layout: Layout, progress: Reporter | None) -> Iterator[list[str]]:
    model = model_name(source.arms[0].run)
    names = [place_names(arm) for arm in source.arms]
    for block in blocks(source, layout, progress):
        if block.statistic == "mean":
            continue
        scenario = source.arms[block.arm].label
        unit = _unit(block)
        values = np.moveaxis(block.values, 1, -1)
        for at in np.ndindex(values.shape[:-1]):
            number, *further = at
            labels = {
                dim: words[k] for (dim, words), k in zip(block.labels.items(), further, strict=True)
            }
            variable, own = variable_name(block, labels), []
            if block.statistic == "quantile":
                variable += f"|{_percentile(float(block.numbers[number]))} Percentile"
            else:
                own = [str(int(block.numbers[number]))]
            region = COUNTRY_NAME
            if "department" in labels:
                region += f"|{names[block.arm][labels['department']]}"
            numbers = values[at].astype(str)
            yield [model, scenario, region, variable, unit, *own, *numbers]


def _unit(block: Block) -> str:
    unit = "dimensionless" if block.units == "1" else block.units
    per = "yr" if block.period == "year" else "month"
    return f"{unit}/{per}" if block.kind == "flow" else unit


def _percentile(level: float) -> str:
    number = f"{100 * level:.6g}"
    ending = "th"
    if "." not in number and number[-2:] not in ("11", "12", "13"):
        ending = {"1": "st", "2": "nd", "3": "rd"}.get(number[-1], "th")
    return number + ending
