"""A hash of a run's numbers, the same for any block size, order and number of workers."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

from rift_sim.ensemble.storage.reading import DONE, StoreReader

__all__ = ["content_hash"]


def content_hash(path: Path) -> str:
    """Return the SHA-256 of every array of a store, over its finished replicates.

    Two stores have the same hash when the same replicates are finished and every value,
    label and data type is the same to the last bit. How replicates were cut into blocks,
    and when each was computed, does not count.

    Parameters
    ----------
    path
        The ``trajectories.zarr`` folder.

    Raises
    ------
    ValueError
        When it is no store of rift_sim.
    DamagedError
        When a finished replicate turns out to be damaged.
    """
    store = StoreReader(path)
    done = store.status() == DONE
    total = hashlib.sha256(json.dumps(store.labels(), sort_keys=True).encode())
    for scenario in range(len(done)):
        total.update(f"{scenario} {np.flatnonzero(done[scenario]).tolist()}\n".encode())
    for name in sorted(store.variables):
        total.update(f"{name} {store.describe(name)}\n".encode())
        for scenario, finished in enumerate(done):
            for number in np.unique(np.flatnonzero(finished) // store.block):
                first = int(number) * store.block
                rows = np.flatnonzero(finished[first : first + store.block])
                total.update(store.read(name, scenario, int(number))[rows].tobytes())
    return total.hexdigest()
