"""Reading the store of a run, and what it shows of damage.

A block that is damaged counts as absent from when it is known: at once when an index or
a length shows it, otherwise when its numbers have been read (see `damage`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.ensemble.storage.damage import Damage, DamagedError, changed_files, known
from rift_sim.ensemble.storage.foreign import check_members
from rift_sim.ensemble.storage.layout import STATUS, read_json, root_metadata
from rift_sim.ensemble.storage.shards import ChunkError, ShardedArray

__all__ = ["ABSENT", "DONE", "FAILED", "FORMAT", "LaterFormatError", "StoreReader"]

ABSENT, DONE, FAILED = 0, 1, 2
FORMAT = 2
_UNCHECKED = 1
"""The format before there were checksums; such stores stay as they are."""


class LaterFormatError(ValueError):
    """The store was written by a later version of rift_sim."""


class StoreReader:
    """An existing store; open it with the path of the ``.zarr`` folder.

    Raises
    ------
    LaterFormatError
        When it is of a later format.
    ValueError
        When the folder is not a store of rift_sim, or its ``zarr.json`` is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            root = read_json(path / "zarr.json")
            self._attributes: dict[str, Any] = root["attributes"]
            self._members: dict[str, dict[str, Any]] = root["consolidated_metadata"]["metadata"]
            self.format = int(self._attributes["rift_sim"]["format"])
            check_members(self._members)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} is not a store of rift_sim") from error
        if self.format > FORMAT:
            raise LaterFormatError(f"{path} was written by a later version of rift_sim")
        if self.checked and root != root_metadata(self._members, self._attributes):
            raise ValueError(f"{path / 'zarr.json'} was changed: its checksum differs")
        self._arrays = {
            name: ShardedArray(path / name, meta, self.identity)
            for name, meta in self._members.items()
            if "replicate" in meta["dimension_names"]
        }

    @property
    def identity(self) -> str:
        """Hash of what decides the numbers: scenario, seeds, code, what is observed."""
        return str(self._attributes["rift_sim"]["identity"])

    @property
    def checked(self) -> bool:
        """Whether there are checksums."""
        return self.format > _UNCHECKED

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
        """Return `ABSENT`, `DONE` or `FAILED` for each (scenario, replicate).

        Blocks that are known to be damaged are absent.
        """
        scenarios, replicates = self.shape
        status = np.zeros((scenarios, -(-replicates // self.block) * self.block), np.int8)
        for scenario, number in self._places():
            flags = self._flags(scenario, number)
            if flags is not None and not any(self._seen(scenario, number, flags)):
                place = slice(number * self.block, (number + 1) * self.block)
                status[scenario, place] = flags
        return status[:, :replicates]

    def claimed(self) -> NDArray[np.int8]:
        """Return the status as it was written; a block whose status is damaged counts as done."""
        scenarios, replicates = self.shape
        status = np.zeros((scenarios, -(-replicates // self.block) * self.block), np.int8)
        for scenario, number in self._places():
            flags = self._flags(scenario, number)
            place = slice(number * self.block, (number + 1) * self.block)
            status[scenario, place] = DONE if flags is None else flags
        return status[:, :replicates]

    def survey(self) -> list[Damage]:
        """List the damage that shows without reading the numbers, and what is known already."""
        found: list[Damage] = []
        for scenario, number in self._places():
            flags = self._flags(scenario, number)
            found += self._seen(scenario, number, flags)
        return found

    def changed_labels(self) -> list[Damage]:
        """List the files with labels of dimensions that are not as they were written."""
        digests = self._attributes["rift_sim"].get("labels", {})
        return list(changed_files(self.path, digests))

    def changed_metadata(self) -> list[Damage]:
        """List the ``zarr.json`` of arrays that do not say what the root's says of them.

        rift_sim reads the root's only; other programs may read these.
        """
        found = []
        for name, meta in self._members.items():
            file = self.path / name / "zarr.json"
            try:
                same = read_json(file) == meta
            except (OSError, ValueError):
                same = False
            if not same:
                reason = "is missing, was changed, or does not fit the zarr.json of the store"
                found.append(Damage(file, reason))
        return found

    def labels(self) -> dict[str, list[Any]]:
        """Return the labels along each dimension but ``replicate``.

        Raises
        ------
        DamagedError
            When a file of labels is damaged.
        """
        import zarr

        for damage in self.changed_labels():
            raise DamagedError(self.path, damage)
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
        DamagedError
            When the block is damaged, or not there.
        """
        try:
            chunk = self._arrays[name].read(self._at(name, scenario, number))
        except ChunkError as error:
            raise DamagedError(
                self.path, self._damage(name, scenario, number, error.reason)
            ) from None
        if chunk is None:
            raise DamagedError(self.path, self._damage(name, scenario, number, "is missing"))
        found: NDArray[Any] = chunk[0] if self.is_sweep else chunk
        return found

    def scan(self) -> Iterator[Damage]:
        """Read every block that counts, and list those that are damaged."""
        for scenario, number in self._places():
            flags = self._flags(scenario, number)
            if flags is None:
                yield from self._seen(scenario, number, None)
                continue
            for name in self.variables if (flags == DONE).any() else ():
                array, at = self._arrays[name], self._at(name, scenario, number)
                reason = array.fault(at)
                if not reason:
                    try:
                        array.check(at)
                    except ChunkError as error:
                        reason = error.reason
                if reason:
                    yield self._damage(name, scenario, number, reason)

    def _places(self) -> Iterator[tuple[int, int]]:
        """Go through scenario and number of every block."""
        scenarios, replicates = self.shape
        for scenario in range(scenarios):
            for number in range(-(-replicates // self.block)):
                yield scenario, number

    def _flags(self, scenario: int, number: int) -> NDArray[Any] | None:
        """Return the status of a block's replicates; None when it cannot be read."""
        status = self._arrays[STATUS]
        try:
            chunk = status.read(self._at(STATUS, scenario, number))
        except ChunkError:
            return None
        return (status.blank() if chunk is None else chunk).reshape(-1)

    def _seen(self, scenario: int, number: int, flags: NDArray[Any] | None) -> Iterator[Damage]:
        """Name the damage of a block that is known or shows without reading its numbers."""
        yield from self._known.get((scenario, number), ())
        if flags is None:
            try:
                self._arrays[STATUS].read(self._at(STATUS, scenario, number))
            except ChunkError as error:
                yield self._damage(STATUS, scenario, number, error.reason)
        elif (flags == DONE).any():  # A block that failed altogether has no numbers.
            for name in self.variables:
                reason = self._arrays[name].fault(self._at(name, scenario, number))
                if reason:
                    yield self._damage(name, scenario, number, reason)

    @cached_property
    def _known(self) -> dict[tuple[int, int], list[Damage]]:
        found: dict[tuple[int, int], list[Damage]] = {}
        for damage in known(self.path):
            if damage.block is not None:
                found.setdefault(damage.block, []).append(damage)
        return found

    def _damage(self, name: str, scenario: int, number: int, reason: str) -> Damage:
        first = number * self.block
        return Damage(
            self._arrays[name].file(self._at(name, scenario, number)),
            reason,
            name,
            self._scenario_names[scenario],
            (first, min(first + self.block, self.shape[1]) - 1),
            (scenario, number),
        )

    @cached_property
    def _scenario_names(self) -> list[str]:
        """Labels of the scenarios, or their positions when the labels are damaged too."""
        if not self.is_sweep:
            return [""]
        try:
            return [str(label) for label in self.labels()["scenario"]]
        except DamagedError:
            return [str(place) for place in range(self.shape[0])]

    def _at(self, name: str, scenario: int, number: int) -> tuple[int, ...]:
        lead = (scenario, number) if self.is_sweep else (number,)
        rest = len(self._members[name]["shape"]) - len(lead)
        return (*lead, *(0,) * rest)
