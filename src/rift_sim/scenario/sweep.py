"""Sweeps: axes of levels, crossed or chosen by a design, opened into single scenarios."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Mapping
from math import prod
from pathlib import Path
from typing import Any

from rift_sim.errors import InputError
from rift_sim.plaintext import read_text
from rift_sim.scenario.layers import Layer, build
from rift_sim.scenario.origin import Origin
from rift_sim.scenario.parts import SetAxis, label
from rift_sim.scenario.schema import Scenario

__all__ = ["check_sweep", "expand", "read_design"]

MAX_POINTS = 10_000
"""Ten thousand points take some fifteen seconds to open."""
MAX_LEVELS = 10_000
_SWEEPABLE = (
    "parameters",
    "assumptions",
    "mechanisms",
    "strategies",
    "history",
    "timeline",
    "initial",
    "start",
    "end",
    "seed",
)


def expand(scenario: Scenario, design: Path | None = None) -> list[tuple[dict[str, str], Scenario]]:
    """Open a sweep into its points.

    Parameters
    ----------
    scenario
        Without a sweep it is its own only point, with an empty label.
    design
        CSV with a column per axis and a row per point; all combinations if neither it nor
        the scenario's own `design` is given.

    Returns
    -------
    list
        For each point its level by axis, and the scenario with the levels applied, without
        sweep. Points stand in the order of the design, or with the last axis fastest.

    Raises
    ------
    InputError
        When levels do not go together, there are too many points, or the design names an
        axis or level that is not there.
    """
    rows = read_design(design, scenario) if design is not None else scenario.design
    if not scenario.sweep:
        return [({}, scenario)]
    data = scenario.plain()
    origin = Origin(scenario.name)
    data.pop("sweep")
    data.pop("design", None)
    base = Layer.read(data, origin)
    axes = {axis: _levels(scenario, axis) for axis in scenario.sweep}
    points: list[tuple[dict[str, str], Scenario]] = []
    for labels in _points(axes, rows, origin):
        layer = base
        for axis, level in labels.items():
            layer = _apply(layer, axes[axis][level])
        point = build(layer, origin)
        points.append((labels, _share(point, points[0][1]) if points else point))
    return points


def _share(point: Scenario, first: Scenario) -> Scenario:
    """Let points with the same events have them once: they are most of what a point holds."""
    same: dict[str, object] = {
        name: getattr(first, name)
        for name in ("history", "timeline")
        if name in point.model_fields_set and getattr(point, name) == getattr(first, name)
    }
    return point.model_copy(update=same)


def _points(
    axes: Mapping[str, Mapping[str, Any]], rows: Iterable[dict[str, str]] | None, origin: Origin
) -> list[dict[str, str]]:
    if rows is not None:
        found = [dict(row) for row in rows]
        _check_count(len(found), origin.below("design"))
        return found
    _check_count(prod(len(levels) for levels in axes.values()), origin.below("sweep"))
    return [dict(zip(axes, levels, strict=True)) for levels in itertools.product(*axes.values())]


Level = tuple[str | None, Any, Origin]
"""Key to set (None: a fragment to put on top), value or fragment, and where it stands."""


def _levels(scenario: Scenario, axis: str, origin: Origin | None = None) -> dict[str, Level]:
    """Return the levels of an axis by label; `origin` is that of the axis."""
    here = origin or Origin(scenario.name, ("sweep", axis))
    data = scenario.model_dump(mode="json", include={"sweep"}, exclude_defaults=True)
    found = data["sweep"][axis]
    if isinstance(scenario.sweep[axis], SetAxis):
        values = enumerate(found["values"])
        return {
            label(value): (found["set"], value, here.below("values", place))
            for place, value in values
        }
    return {level: (None, fragment, here.below(level)) for level, fragment in found.items()}


def _apply(layer: Layer, level: Level) -> Layer:
    key, content, origin = level
    if key is None:
        return layer.extended(Layer.read(content, origin))
    changed = layer.copy()
    changed.put(tuple(key.split(".")), content, origin)
    if key in ("start", "end"):
        changed.refile()
    return changed


def check_sweep(scenario: Scenario, layer: Layer, root: Origin) -> None:
    """Try every level by itself, so that `expand` meets no surprise of a single one."""
    _check_size(scenario, layer, root)
    base = layer.copy()
    item = base.values.pop("sweep", None)
    base.values.pop("design", None)
    for axis, content in scenario.sweep.items():
        here = (item.origin if item else root.below("sweep")).below(axis)
        if isinstance(content, SetAxis) and content.set.partition(".")[0] not in _SWEEPABLE:
            raise here.below("set").error(
                f"'{content.set}' cannot be swept", allowed=_SWEEPABLE, given=content.set
            )
        for level in _levels(scenario, axis, here).values():
            build(_apply(base, level), root)
    _check_design(scenario, layer)


def _check_size(scenario: Scenario, layer: Layer, root: Origin) -> None:
    """Refuse more levels or points than can be tried, before the first is."""
    item = layer.values.get("sweep")
    here = item.origin if item else root.below("sweep")
    sizes = []
    for axis, content in scenario.sweep.items():
        sizes.append(len(content.values if isinstance(content, SetAxis) else content))
        if sizes[-1] > MAX_LEVELS:
            raise here.below(axis).error(
                f"the axis has {sizes[-1]:,} levels", allowed=f"up to {MAX_LEVELS:,}"
            )
    if scenario.design is None:
        _check_count(prod(sizes), here)


def _check_count(count: int, where: Origin) -> None:
    if count > MAX_POINTS:
        raise where.error(
            f"the sweep has {count:,} points", allowed=f"up to {MAX_POINTS:,}; a design chooses"
        )


def _check_design(scenario: Scenario, layer: Layer) -> None:
    if scenario.design is None:
        return
    origin = layer.values["design"].origin
    axes = {axis: tuple(_levels(scenario, axis)) for axis in scenario.sweep}
    if not axes:
        raise origin.error("there is no sweep", allowed="a design of a scenario with a sweep")
    for place, row in enumerate(scenario.design):
        here = origin.below(place)
        for axis in (*row, *axes):
            if axis not in axes:
                raise here.below(axis).error(
                    f"there is no axis '{axis}'", allowed=tuple(axes), given=axis
                )
            if axis not in row:
                raise here.error(f"the axis '{axis}' is missing", allowed=tuple(axes))
            if row[axis] not in axes[axis]:
                raise here.below(axis).error(
                    f"there is no level '{row[axis]}'", allowed=axes[axis], given=row[axis]
                )


def read_design(path: Path, scenario: Scenario) -> list[dict[str, str]]:
    """Read a design CSV and check it against the axes of the sweep.

    Raises
    ------
    InputError
        When the file is missing or empty, has another set of columns than the sweep has axes,
        names a level that is not there, or gives a point twice.
    """
    axes = {axis: tuple(_levels(scenario, axis)) for axis in scenario.sweep}
    if not axes:
        raise InputError("there is no sweep to choose from", file=path, allowed="no design")
    rows = _rows(path)
    header = _header(rows, axes, path)
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for line, row in rows[1:]:
        point = _design_row(header, row, axes, path, line)
        if tuple(point.values()) in found:
            raise InputError("the same point stands twice", file=path, line=line)
        found[tuple(point.values())] = point
    if not found:
        raise InputError("the design has no points", file=path, allowed="a row per point")
    return list(found.values())


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Read the rows that are not empty, each with its line."""
    reader = csv.reader(io.StringIO(read_text(Path(path)), newline=""))
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise InputError(f"not a CSV file: {error}", file=path, line=reader.line_num) from None
    return [(line, row) for line, row in rows if any(row)]


def _header(
    rows: list[tuple[int, list[str]]], axes: Mapping[str, tuple[str, ...]], path: Path
) -> list[str]:
    line, header = rows[0] if rows else (1, [])
    for name in header:
        if name not in axes:
            raise InputError(
                f"there is no axis '{name}'",
                file=path,
                line=line,
                key=name,
                allowed=axes,
                given=name,
            )
        if header.count(name) > 1:
            raise InputError("a column stands twice", file=path, line=line, key=name)
    for axis in axes:
        if axis not in header:
            raise InputError(f"the column '{axis}' is missing", file=path, line=line, allowed=axes)
    return header


def _design_row(
    header: list[str], row: list[str], axes: Mapping[str, tuple[str, ...]], path: Path, line: int
) -> dict[str, str]:
    if len(row) != len(header):
        raise InputError(
            f"{len(row)} cells under {len(header)} columns", file=path, line=line, allowed=header
        )
    point = dict(zip(header, row, strict=True))
    for axis, level in point.items():
        if level not in axes[axis]:
            raise InputError(
                f"there is no level '{level}'",
                file=path,
                line=line,
                key=axis,
                allowed=axes[axis],
                given=level,
            )
    return {axis: point[axis] for axis in axes}
