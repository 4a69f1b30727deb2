"""The public dataset of a run: what is stored, with names, units and finished replicates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.ensemble.storage.damage import DamagedError
from rift_sim.ensemble.storage.layout import STATUS
from rift_sim.ensemble.storage.reading import DONE, StoreReader

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["LIMITS", "names_of", "open_dataset"]

LIMITS = (
    "Conditional projection from one article's argument and public data; "
    "not a prediction; not for operational use."
)

_MUNICIPAL = {
    "presence_municipality": ("presence_probability", "Probability of an armed group", "1"),
    "control_municipality": (
        "control_probability",
        "Probability of de facto control by one armed group",
        "1",
    ),
    "newly_displaced_municipality": (
        "newly_displaced_municipality",
        "People newly displaced, mean over replicates",
        "people",
    ),
}
"""Public name, long name and unit of what is a mean over replicates."""


def open_dataset(path: Path) -> xr.Dataset:
    """Open the store of a run.

    Parameters
    ----------
    path
        The ``trajectories.zarr`` folder.

    Returns
    -------
    xarray.Dataset
        Read from disk as it is used. Only replicates that are finished (in a sweep: in
        every scenario) are in it; the coordinate ``replicate`` gives their numbers.
        Arrays by municipality become probabilities and means over replicates.

    Raises
    ------
    DamagedError
        Now when a file of labels is damaged; for numbers when they are read.
    """
    import xarray as xr

    from rift_sim.ensemble.storage.lazy import StoredArray, lazily

    store = StoreReader(path)
    for damage in store.changed_labels():
        raise DamagedError(path, damage)
    # Without a cache, because a run may be far larger than the memory.
    raw = xr.open_dataset(
        path, engine="zarr", chunks=None, cache=False, consolidated=True, zarr_format=3
    )
    for label in list(raw.coords):
        if raw[label].dtype.kind not in "iufM":
            text = np.array([str(value) for value in raw[label].to_numpy()])
            raw = raw.assign_coords({label: (raw[label].dims, text, raw[label].attrs)})
    for name in store.variables:
        array = StoredArray(store, name, raw[name].shape, raw[name].dtype)
        raw[name] = raw[name].variable.copy(data=lazily(array))
    finished = np.flatnonzero((store.status() == DONE).all(axis=0))
    municipal = [str(name) for name in raw.data_vars if "municipality" in raw[name].dims]
    data = raw.drop_vars([STATUS, *municipal])
    if finished.size != data.sizes["replicate"]:
        data = data.isel(replicate=finished)
    data = data.assign_coords(replicate=("replicate", finished, {"long_name": "replicate"}))
    for name in municipal:
        public, mean = _mean_over_replicates(raw[name], name, finished, store)
        data[public] = mean
    used = {dim for variable in data.data_vars.values() for dim in variable.dims}
    data = data.drop_vars([name for name in data.coords if not used & set(data[name].dims)])
    title = str(raw.attrs.get("title", ""))
    data.attrs = {"title": title, "Conventions": "CF-1.11", "comment": LIMITS}
    return data


def _mean_over_replicates(
    stored: xr.DataArray, name: str, finished: NDArray[np.int64], store: StoreReader
) -> tuple[str, xr.DataArray]:
    """Average one municipal array block by block, in the order of replicates."""
    import xarray as xr

    base = name.removesuffix("_group")
    public, long_name, units = _MUNICIPAL.get(
        base, (base, str(stored.attrs.get("long_name", base)), str(stored.attrs.get("units", "1")))
    )
    if base != name:
        public, long_name = f"{public}_group", f"{long_name}, by group"
    dims = tuple(str(dim) for dim in stored.dims if dim != "replicate")
    total: NDArray[Any] = np.zeros([stored.sizes[dim] for dim in dims])
    axis = stored.get_axis_num("replicate")
    for part in _blocks(finished, store.block):
        total += stored.isel(replicate=part).to_numpy().sum(axis=axis, dtype=np.float64)
    mean = total / max(finished.size, 1) if finished.size else np.full_like(total, np.nan)
    attrs = {"long_name": long_name, "units": units, "kind": stored.attrs.get("kind", "stock")}
    coords = {dim: stored.coords[dim] for dim in dims if dim in stored.coords}
    return public, xr.DataArray(mean, coords, dims, attrs=attrs)


def _blocks(finished: NDArray[np.int64], size: int) -> Iterator[NDArray[np.int64]]:
    for number in np.unique(finished // size):
        yield finished[finished // size == number]


def names_of(data: xr.Dataset) -> dict[str, tuple[str, list[str]]]:
    """Return names in words along the dimensions whose labels are codes."""
    from rift_sim.seeds import load_ledger
    from rift_sim.territory import load_territory

    territory, groups = load_territory(), load_ledger().groups
    words = {
        "department": dict(zip(territory.departments, territory.department_names, strict=True)),
        "group": {code: group.name for code, group in groups.items()},
    }
    return {
        f"{dim}_name": (dim, [known.get(str(code), str(code)) for code in data[dim].to_numpy()])
        for dim, known in words.items()
        if dim in data.dims
    }
