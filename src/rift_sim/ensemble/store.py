"""The store of a run: one Zarr v3 group, filled block by block by a single writer.

Dimensions are ``(replicate, ...)``, in a sweep ``(scenario, replicate, ...)``. A chunk
is a block of replicates. The array ``status`` is written after all others of a block,
so a replicate that it calls done is complete; everything else does not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.ensemble.foreign import check_members
from rift_sim.ensemble.layout import (
    BLOCK,
    STATUS,
    create_layout,
    read_json,
    root_metadata,
    write_json,
)
from rift_sim.ensemble.shards import ShardedArray

if TYPE_CHECKING:
    from rift_sim.ensemble.engine import WorldLike

__all__ = ["ABSENT", "DONE", "FAILED", "Block", "Store"]

ABSENT, DONE, FAILED = 0, 1, 2
_FORMAT = 1


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


class Store:
    """An existing store; open it with the path of the ``.zarr`` folder.

    Raises
    ------
    ValueError
        When the folder is not a store of rift_sim, or of a later format.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            root = read_json(path / "zarr.json")
            self._attributes: dict[str, Any] = root["attributes"]
            own = self._attributes["rift_sim"]
            self._members: dict[str, dict[str, Any]] = root["consolidated_metadata"]["metadata"]
            known = own["format"] <= _FORMAT
            check_members(self._members)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} is not a store of rift_sim") from error
        if not known:
            raise ValueError(f"{path} was written by a later version of rift_sim")
        self._arrays = {
            name: ShardedArray(path / name, meta)
            for name, meta in self._members.items()
            if "replicate" in meta["dimension_names"]
        }

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
        own = {"format": _FORMAT, "identity": identity, "block": block, "failures": {}}
        attributes = {"Conventions": "CF-1.11", "title": title, "rift_sim": own}
        create_layout(
            path,
            world,
            replicates=replicates,
            block=block,
            scenarios=scenarios,
            attributes=attributes,
        )
        return cls(path)

    @property
    def identity(self) -> str:
        """Hash of what decides the numbers: scenario, seeds, code, what is observed."""
        return str(self._attributes["rift_sim"]["identity"])

    @property
    def block(self) -> int:
        """Replicates in a block; fixed when the store was made."""
        return int(self._attributes["rift_sim"]["block"])

    @property
    def failures(self) -> dict[str, str]:
        """Errors of failed replicates, by key ``scenario/replicate``."""
        return dict(self._attributes["rift_sim"]["failures"])

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the observed variables."""
        return tuple(name for name in self._arrays if name != STATUS)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of scenarios (1 without that dimension) and of replicates."""
        lengths = self._members[STATUS]["shape"]
        return (1, lengths[0]) if len(lengths) == 1 else (lengths[0], lengths[1])

    @property
    def is_sweep(self) -> bool:
        """Whether the arrays have a scenario dimension."""
        return len(self._members[STATUS]["shape"]) == 2

    def status(self) -> NDArray[np.int8]:
        """Return `ABSENT`, `DONE` or `FAILED` for each (scenario, replicate)."""
        scenarios, replicates = self.shape
        blocks = -(-replicates // self.block)
        status = np.zeros((scenarios, blocks * self.block), np.int8)
        for scenario in range(scenarios):
            for number in range(blocks):
                place = slice(number * self.block, (number + 1) * self.block)
                chunk = self._arrays[STATUS].read(self._at(STATUS, scenario, number))
                if chunk is not None and self._whole(scenario, number):
                    status[scenario, place] = chunk.reshape(-1)
        return status[:, :replicates]

    def labels(self) -> dict[str, list[Any]]:
        """Return the labels along each dimension but ``replicate``."""
        import zarr

        group: Any = zarr.open_group(self.path, mode="r", zarr_format=3)
        names = sorted(set(self._members) - set(self._arrays))
        return {name: np.asarray(group[name][:]).tolist() for name in names}

    def describe(self, name: str) -> str:
        """Return dimensions, lengths (without replicates) and data type of a variable."""
        meta = self._members[name]
        sizes = dict(zip(meta["dimension_names"], meta["shape"], strict=True))
        sizes["replicate"] = 0
        return f"{sizes} {meta['data_type']}"

    def read(self, name: str, scenario: int, number: int) -> NDArray[Any]:
        """Return one block of a variable; rows that are not computed are undefined.

        Raises
        ------
        KeyError
            When the block was never written.
        """
        chunk = self._arrays[name].read(self._at(name, scenario, number))
        if chunk is None:
            raise KeyError((name, scenario, number))
        found: NDArray[Any] = chunk[0] if self.is_sweep else chunk
        return found

    def extend(self, replicates: int) -> None:
        """Make room for more replicates; those that are there stay as they are."""
        if replicates <= self.shape[1]:
            return
        for name in self._arrays:
            meta = self._members[name]
            meta["shape"][meta["dimension_names"].index("replicate")] = replicates
            write_json(self.path / name / "zarr.json", meta)
        self._write_root()

    def write(self, block: Block) -> None:
        """Add the replicates of one block; they count once this returns.

        Replicates of the block that are already there keep their bits.
        """
        self._record(block)
        rows = np.asarray(block.replicates, np.int64) - block.number * self.block
        if rows.size:
            for name in self.variables:
                self._merge(name, block, rows, block.arrays[name])
        lost = np.asarray(sorted(block.failures), np.int64) - block.number * self.block
        flags = np.concatenate([np.full(rows.size, DONE), np.full(lost.size, FAILED)])
        self._merge(STATUS, block, np.concatenate([rows, lost]), flags)

    def _merge(self, name: str, block: Block, rows: NDArray[np.int64], data: NDArray[Any]) -> None:
        array = self._arrays[name]
        at = self._at(name, block.scenario, block.number)
        chunk = array.read(at)
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

    def _whole(self, scenario: int, number: int) -> bool:
        """Whether every variable of a block can be read (a failed block may have none)."""
        flags = self._arrays[STATUS].read(self._at(STATUS, scenario, number))
        if flags is None or not (flags == DONE).any():
            return True
        return all(
            self._arrays[name].has(self._at(name, scenario, number)) for name in self.variables
        )

    def _at(self, name: str, scenario: int, number: int) -> tuple[int, ...]:
        lead = (scenario, number) if self.is_sweep else (number,)
        rest = len(self._members[name]["shape"]) - len(lead)
        return (*lead, *(0,) * rest)
