"""The store of a run: one Zarr v3 group, filled block by block by a single writer.

Dimensions are ``(replicate, ...)``, in a sweep ``(scenario, replicate, ...)``. A chunk
is a block of replicates. The array ``status`` is written after all others of a block,
so a replicate that it calls done is complete; everything else does not count.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.ensemble.storage.damage import DamagedError
from rift_sim.ensemble.storage.layout import (
    BLOCK,
    STATUS,
    create_layout,
    renew_layout,
    root_metadata,
    write_json,
)
from rift_sim.ensemble.storage.reading import ABSENT, DONE, FAILED, FORMAT, StoreReader
from rift_sim.ensemble.storage.shards import ChunkError

if TYPE_CHECKING:
    from rift_sim.ensemble.engine import WorldLike

__all__ = ["ABSENT", "DONE", "FAILED", "Block", "Store"]


@dataclass(frozen=True)
class Block:
    """What a worker hands back.

    Attributes
    ----------
    scenario
        Position along the scenario dimension (0 without one).
    number
        Position along the replicate dimension, in blocks.
    replicates
        Those computed, in rising order.
    arrays
        Per variable, one row for each of `replicates`.
    failures
        Error by replicate, for those that failed.
    seconds
        Time the computation took.
    """

    scenario: int
    number: int
    replicates: tuple[int, ...]
    arrays: Mapping[str, NDArray[Any]]
    failures: Mapping[int, str]
    seconds: float = 0.0


class Store(StoreReader):
    """An existing store; open it with the path of the ``.zarr`` folder.

    Errors as of `StoreReader`.
    """

    @classmethod
    def create(
        cls,
        path: Path,
        world: WorldLike,
        *,
        identity: str,
        replicates: int,
        block: int = BLOCK,
        scenarios: Sequence[str] | None = None,
        title: str = "",
    ) -> Store:
        """Create an empty store (see `create_layout`) and open it."""
        if block < 1 or replicates < 1:
            raise ValueError("a store needs at least one replicate, and one to a block")
        create_layout(
            path,
            world,
            replicates=replicates,
            block=block,
            scenarios=scenarios,
            attributes=_attributes(identity, block, title),
        )
        return cls(path)

    @classmethod
    def rebuild(
        cls,
        path: Path,
        world: WorldLike,
        *,
        identity: str,
        replicates: int,
        block: int,
        scenarios: Sequence[str] | None = None,
        title: str = "",
    ) -> Store:
        """Write metadata and labels of a damaged store anew, and open it with its blocks.

        Parameters as in `create`, those with which it was made. Blocks of another run do
        not pass for its own: they carry its identity.
        """
        renew_layout(
            path,
            world,
            replicates=replicates,
            block=block,
            scenarios=scenarios,
            attributes=_attributes(identity, block, title),
        )
        return cls(path)

    def extend(self, replicates: int) -> None:
        """Make room for more replicates; those that are there stay as they are."""
        if replicates <= self.shape[1]:
            return
        for name in self._arrays:
            meta = self._members[name]
            meta["shape"][meta["dimension_names"].index("replicate")] = replicates
            write_json(self.path / name / "zarr.json", meta)
        self._write_root()

    def discard(self, blocks: Collection[tuple[int, int]]) -> None:
        """Declare blocks, by scenario and number, absent; their replicates are due again."""
        status = self._arrays[STATUS]
        for scenario, number in sorted(blocks):
            status.write(self._at(STATUS, scenario, number), status.blank())

    def write(self, block: Block) -> None:
        """Add the replicates of one block; they count once this returns.

        Replicates of the block that are already there keep their bits.
        """
        self._record(block)
        rows = np.asarray(block.replicates, np.int64) - block.number * self.block
        flags = self._flags(block.scenario, block.number)
        # What lies there without a finished replicate may be the rest of a damaged block.
        fresh = flags is not None and not (flags == DONE).any()
        if rows.size:
            for name in self.variables:
                self._merge(name, block, rows, block.arrays[name], fresh=fresh)
        lost = np.asarray(sorted(block.failures), np.int64) - block.number * self.block
        flags = np.concatenate([np.full(rows.size, DONE), np.full(lost.size, FAILED)])
        self._merge(STATUS, block, np.concatenate([rows, lost]), flags)

    def _merge(
        self,
        name: str,
        block: Block,
        rows: NDArray[np.int64],
        data: NDArray[Any],
        *,
        fresh: bool = False,
    ) -> None:
        array = self._arrays[name]
        at = self._at(name, block.scenario, block.number)
        try:
            chunk = None if fresh else array.read(at)
        except ChunkError as error:
            damage = self._damage(name, block.scenario, block.number, error.reason)
            raise DamagedError(self.path, damage) from None
        if chunk is None:
            chunk = array.blank()
        view = chunk[0] if self.is_sweep else chunk
        view[rows] = data
        array.write(at, chunk)

    def _record(self, block: Block) -> None:
        known = self._attributes["rift_sim"]["failures"]
        changed = {f"{block.scenario}/{r}": text for r, text in block.failures.items()}
        cured = [key for r in block.replicates if (key := f"{block.scenario}/{r}") in known]
        for key in cured:
            del known[key]
        known.update(changed)
        if changed or cured:
            self._write_root()

    def _write_root(self) -> None:
        write_json(self.path / "zarr.json", root_metadata(self._members, self._attributes))


def _attributes(identity: str, block: int, title: str) -> dict[str, Any]:
    own = {"format": FORMAT, "identity": identity, "block": block, "failures": {}}
    return {"Conventions": "CF-1.11", "title": title, "rift_sim": own}
