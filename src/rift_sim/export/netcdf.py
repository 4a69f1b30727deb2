"""NetCDF-4 by the CF conventions, written block by block."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.extras import need
from rift_sim.errors import InputError
from rift_sim.export.blocks import Block, Layout, blocks, periods_of
from rift_sim.export.disk import Disk
from rift_sim.export.places import territory_of
from rift_sim.export.source import Source, provenance

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.ensemble.reporter import Reporter

__all__ = ["write_netcdf"]

_UNITS = {"people": "count", "USD": "1"}
"""What UDUNITS knows instead of the unit; ``unit_label`` keeps the word."""
_EPOCH = np.datetime64("1970-01-01", "D")
_WORDS = {
    "scenario": "scenario",
    "department": "DANE code of the department",
    "municipality": "DANE code of the municipality",
    "group": "armed group",
    "pillar": "pillar of the relationship",
    "line": "line of aid",
    "phase": "phase of the relationship",
}
_CHUNK = (25, 120)
"""Numbers (of replicates, or levels) and periods in a chunk, at most."""


def write_netcdf(
    source: Source, layout: Layout, out: Path, progress: Reporter | None = None
) -> int:
    """Write a file with the arrays of all scenarios.

    Times are the last day of the month or year, with its bounds: a stock is the state on
    that day, a flow the sum within the bounds.

    Returns
    -------
    int
        Variables written.

    Raises
    ------
    InputError
        When scenarios do not share replicates, months and labels, or the package is missing.
    """
    library = need("h5netcdf")
    _refuse_different(source)
    with Disk(out, "w+") as disk, library.File(disk, "w") as file:
        sheet = _Sheet(file, source, layout)
        for block in blocks(source, layout, progress):
            sheet.add(block)
            disk.check()
    return len(sheet.written)


class _Sheet:
    """An open file: its dimensions and coordinates, and variables as their blocks come."""

    def __init__(self, file: Any, source: Source, layout: Layout) -> None:
        self.file = file
        self.source = source
        self.written: set[str] = set()
        self._text = need("h5py").string_dtype()
        self._both = bool(layout.samples and layout.levels)
        self._several = len(source.arms) > 1
        self._sizes: dict[str, int] = {}
        self._replicates = source.arms[0].replicates.size
        part = source.parts[0]
        for name, value in _global_attributes(source).items():
            file.attrs[name] = value
        if self._several:
            self._words("scenario", "scenario", [arm.label for arm in source.arms])
        if "replicate" in part.dims:
            self._numbers(part, layout)
        for dim in map(str, part.dims):
            if dim in _WORDS:
                self._words(dim, dim, part[dim].to_numpy())
            if f"{dim}_name" in part.coords:
                self._words(f"{dim}_name", dim, part[f"{dim}_name"].to_numpy())
        if "year" in part.dims:
            self._years(part)
        if "municipality" in part.dims:
            self._seats(part)

    def add(self, block: Block) -> None:
        """Write a block, and make its variable before the first one."""
        name = block.array
        if block.statistic == "quantile" and self._both:
            name = f"{name}_quantiles"
        if name not in self.written:
            self._define(name, block)
        # CF wants time last.
        values = np.moveaxis(block.values, 1, -1)
        values = values if block.statistic != "mean" else values[0]
        at: tuple[Any, ...] = (block.arm,) if self._several else ()
        if block.statistic != "mean":
            at = (*at, slice(block.first, block.first + len(block.numbers)))
        self.file.variables[name][(*at, ...)] = values

    def _define(self, name: str, block: Block) -> None:
        axis = "year" if block.statistic == "mean" else "time"
        lead = {"mean": (), "replicate": ("replicate",), "quantile": ("quantile",)}
        dims = (*lead[block.statistic], *block.labels, axis)
        if self._several:
            dims = ("scenario", *dims)
        limit = dict(zip(("replicate", "time"), _CHUNK, strict=True)) | {"scenario": 1}
        chunks = tuple(min(self._sizes[dim], limit.get(dim, self._sizes[dim])) for dim in dims)
        variable = self.file.create_variable(
            name, dims, block.values.dtype, chunks=chunks, compression="gzip",
            compression_opts=4, shuffle=True,
        )  # fmt: skip
        array = self.source.parts[0][block.array]
        attrs = {"long_name": str(array.attrs["long_name"])}
        attrs["units"] = _UNITS.get(block.units, block.units)
        if block.units in _UNITS:
            attrs["unit_label"] = block.units
        attrs["cell_methods"] = f"{axis}: {'sum' if block.kind == 'flow' else 'point'}"
        if block.statistic == "mean":
            attrs["comment"] = f"Mean over {self._replicates} replicates."
        if block.statistic == "quantile":
            attrs["long_name"] += "; quantiles over replicates"
        text = [word for word in self.file.variables if self._describes(word, dims)]
        if text:
            attrs["coordinates"] = " ".join(sorted(text))
        for key, value in attrs.items():
            variable.attrs[key] = value
        self.written.add(name)

    def _describes(self, word: str, dims: Sequence[str]) -> bool:
        """Whether a variable is an auxiliary coordinate of an array with these dimensions."""
        own = self.file.variables[word].dimensions
        is_text = word in _WORDS or word.removesuffix("_name") in _WORDS
        return (is_text or word in ("latitude", "longitude")) and set(own) <= set(dims)

    def _dimension(self, name: str, size: int) -> None:
        if name not in self._sizes:
            self.file.dimensions[name] = size
            self._sizes[name] = size

    def _words(self, name: str, dim: str, words: Sequence[str] | NDArray[Any]) -> None:
        self._dimension(dim, len(words))
        variable = self.file.create_variable(name, (dim,), self._text)
        variable[:] = np.array([str(word) for word in words], dtype=object)
        long_name = f"name of the {dim}" if name != dim else _WORDS[dim]
        variable.attrs["long_name"] = long_name

    def _numbers(self, part: xr.Dataset, layout: Layout) -> None:
        """Write replicates, levels and periods."""
        if layout.samples:
            numbers = part["replicate"].to_numpy().astype(np.int32)
            variable = self._coordinate("replicate", numbers)
            variable.attrs["standard_name"] = "realization"
            variable.attrs["long_name"] = "number of the replicate"
            variable.attrs["units"] = "1"
        if layout.levels:
            variable = self._coordinate("quantile", np.array(layout.levels))
            variable.attrs["long_name"] = "level of the quantile over replicates"
            variable.attrs["units"] = "1"
        days = np.array([day for day, _ in periods_of(part, layout.period)], "datetime64[D]")
        self._axis("time", days, layout.period)

    def _years(self, part: xr.Dataset) -> None:
        """Write the years of arrays by municipality, as far as the run covers them whole."""
        own = self.source.arms[0].data
        whole = {day.astype("datetime64[Y]") for day, _ in periods_of(own, "year")}
        years = part["year"].to_numpy().astype(str).astype("datetime64[Y]")
        days = np.array([y for y in years if y in whole], "datetime64[Y]").astype("datetime64[D]")
        self._axis("year", days, "year")

    def _axis(self, name: str, first: NDArray[np.datetime64], period: str) -> None:
        unit: Any = "datetime64[M]" if period == "month" else "datetime64[Y]"
        stop = (first.astype(unit) + 1).astype("datetime64[D]")
        bounds = (np.stack([first, stop], axis=1) - _EPOCH).astype(np.int64)
        variable = self._coordinate(name, bounds[:, 1] - 1)
        attrs = {"standard_name": "time", "long_name": f"last day of the {period}"}
        if name == "time":
            attrs["axis"] = "T"
        attrs |= {"units": "days since 1970-01-01", "calendar": "proleptic_gregorian"}
        attrs["units_metadata"] = "leap_seconds: none"
        attrs["bounds"] = f"{name}_bnds"
        for key, value in attrs.items():
            variable.attrs[key] = value
        self._dimension("bnds", 2)
        edges = self.file.create_variable(f"{name}_bnds", (name, "bnds"), np.int64)
        edges[...] = bounds

    def _coordinate(self, name: str, values: NDArray[Any]) -> Any:
        self._dimension(name, len(values))
        variable = self.file.create_variable(name, (name,), values.dtype)
        variable[:] = values
        return variable

    def _seats(self, part: xr.Dataset) -> None:
        """Write where the seats of municipalities are, and their names."""
        territory = territory_of(self.source.arms[0])
        if territory is None:
            return
        codes = [str(code) for code in part["municipality"].to_numpy()]
        places = [territory.index_of(code) for code in codes]
        self._words("municipality_name", "municipality", [territory.name[k] for k in places])
        for name, unit in (("latitude", "degrees_north"), ("longitude", "degrees_east")):
            values = np.asarray(getattr(territory, name), np.float64)[places]
            variable = self.file.create_variable(name, ("municipality",), np.float64)
            variable[:] = values
            variable.attrs["standard_name"] = name
            variable.attrs["long_name"] = f"{name} of the seat of the municipality"
            variable.attrs["units"] = unit


def _global_attributes(source: Source) -> dict[str, Any]:
    made_by = provenance(source)
    origins = made_by["scenarios"]
    first = origins[0]
    titles = "; ".join(dict.fromkeys(origin["title"] for origin in origins))
    found = {
        "Conventions": "CF-1.11",
        "title": titles,
        "source": f"{made_by['model']}: agent-based scenario model, stochastic replicates",
        "institution": "The rift_sim developers",
        "history": f"{first['computed']} rift run; written by rift export",
        "references": "rift seeds sources lists what the figures and parameters rest on",
        "comment": made_by["limits_of_use"],
    }
    for key in ("scenario", "seed", "parameters", "code_hash", "seeds_hash", "run_hash"):
        values = dict.fromkeys(str(origin[key]) for origin in origins)
        found[f"rift_{key}"] = ", ".join(values)
    found["rift_provenance"] = json.dumps(made_by, ensure_ascii=False)
    return found


def _refuse_different(source: Source) -> None:
    if len(source.arms) == 1:
        return
    if source.unpaired:
        raise InputError(
            f"the replicates are no pairs: {'; '.join(source.unpaired)}",
            key="--to netcdf",
            allowed="runs of the same seed, months and parameters, or one file for each run",
        )
    first = source.parts[0]
    for arm, part in zip(source.arms[1:], source.parts[1:], strict=True):
        same = set(part.data_vars) == set(first.data_vars) and all(
            np.array_equal(part[dim].to_numpy(), first[dim].to_numpy())
            for dim in first.dims
            if dim in part.dims
        )
        if not same:
            raise InputError(
                f"'{source.arms[0].label}' and '{arm.label}' have different variables or labels",
                key="--to netcdf",
                allowed="scenarios that observe the same, or one file for each run",
            )
