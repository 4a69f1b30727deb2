"""A variable of a store, read a block at a time as xarray asks for it.

Zarr would read it as well. Its error for a damaged chunk names neither the variable nor
the replicates, and it knows nothing of the place that a block belongs to.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from rift_sim.ensemble.storage.reading import StoreReader

__all__ = ["StoredArray", "lazily"]


class StoredArray(BackendArray):
    """One variable of a store; reading it raises `DamagedError` where it is damaged.

    Parameters
    ----------
    store
        Where it lies.
    name
        Of the variable.
    shape, dtype
        Of the whole array.
    """

    def __init__(
        self, store: StoreReader, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]
    ) -> None:
        self.store = store
        self.name = name
        self.shape = shape
        self.dtype = dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._pick
        )

    def _pick(self, key: tuple[Any, ...]) -> NDArray[Any]:
        """Return what an outer index picks; only the blocks that it touches are read."""
        lead = 2 if self.store.is_sweep else 1
        chosen = [np.arange(n)[k] for n, k in zip(self.shape[:lead], key[:lead], strict=True)]
        scenarios = np.atleast_1d(chosen[0]) if lead == 2 else np.zeros(1, np.int64)
        replicates = np.atleast_1d(chosen[-1])
        row = np.broadcast_to(np.empty((), self.dtype), (1, *self.shape[lead:]))
        inner = _take(row, key[lead:]).shape[1:]
        found = np.empty((scenarios.size, replicates.size, *inner), self.dtype)
        numbers = replicates // self.store.block
        for place, scenario in enumerate(scenarios):
            for number in np.unique(numbers):
                rows = np.flatnonzero(numbers == number)
                chunk = self.store.read(self.name, int(scenario), int(number))
                part = _take(chunk, key[lead:])
                found[place, rows] = part[replicates[rows] - number * self.store.block]
        if chosen[-1].ndim == 0:
            found = found[:, 0]
        return found[0] if lead == 1 or chosen[0].ndim == 0 else found


def _take(values: NDArray[Any], key: tuple[Any, ...]) -> NDArray[Any]:
    """Index every dimension behind the first by itself."""
    for axis in range(len(key), 0, -1):  # From the last, because a number drops its dimension.
        values = values[(slice(None),) * axis + (key[axis - 1],)]
    return values


def lazily(array: StoredArray) -> Any:
    """Wrap an array so that xarray reads it when it is used, and keeps changes to itself."""
    found: Any = indexing.LazilyIndexedArray(array)
    return indexing.CopyOnWriteArray(found)
