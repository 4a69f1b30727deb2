"""One array of a Zarr v3 store, written block by block by appending to shard files.

Zarr's own writer replaces a whole shard to change one chunk of it. Here a block is
appended to its shard and only then entered in the index at the shard's start, so that
a store has few files, a block costs one write, and a process that dies in between
leaves the old index, in which the block does not exist.

The files follow the Zarr specification (codec ``sharding_indexed`` with
``index_location: start``, chunks that end with their ``crc32c``); any Zarr v3 reader
opens and checks them. A chunk's checksum does not say where it belongs, so a seal
follows it: the checksum of that checksum and of run, array and position. It lies between
the chunks, where other readers do not look, and tells a block that stands in another's
place.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from rift_sim.ensemble.storage.shard_format import LEVEL, crc32c

__all__ = ["ChunkError", "ShardedArray"]

_MISSING = np.uint64(2**64 - 1)
_SUM = 4
"""Bytes of a checksum."""


class ChunkError(ValueError):
    """A chunk that was written cannot be used.

    Parameters
    ----------
    file
        Of its shard.
    reason
        What is wrong.
    """

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the trip between processes, as the context of another error perhaps."""
        return (ChunkError, (self.file, self.reason))


@dataclass
class _Shard:
    """What is known of a shard file: its index, its length, and whether it can be used."""

    index: NDArray[np.uint64]
    size: int = 0
    fault: str = ""


class ShardedArray:
    """Write and read blocks of one array.

    Parameters
    ----------
    path
        Folder of the array inside the store.
    metadata
        Its ``zarr.json``, as `sharded_metadata` makes it. Arrays of earlier versions have
        chunks without checksums; they are read and written as they are.
    seal
        What the array is part of: a chunk of anything else is found out.

    Notes
    -----
    There must be one writer. It keeps the index of each shard in memory.
    """

    def __init__(self, path: Path, metadata: Mapping[str, Any], seal: str = "") -> None:
        from numcodecs.blosc import Blosc  # type: ignore[import-untyped,unused-ignore]

        sharding = metadata["codecs"][0]["configuration"]
        shard = metadata["chunk_grid"]["configuration"]["chunk_shape"]
        self.path = path
        self.dtype = np.dtype(metadata["data_type"]).newbyteorder("<")
        self.chunk: tuple[int, ...] = tuple(sharding["chunk_shape"])
        self.checked = sharding["codecs"][-1]["name"] == "crc32c"
        self._seal = seal
        self._grid = tuple(s // c for s, c in zip(shard, self.chunk, strict=True))
        self._entries = math.prod(self._grid)
        self._header = 16 * self._entries + _SUM
        self._fill: float | int = math.nan if self.dtype.kind == "f" else 0
        self._codec = Blosc(cname="zstd", clevel=LEVEL, shuffle=Blosc.SHUFFLE)
        self._shards: dict[Path, _Shard] = {}

    def blank(self) -> NDArray[Any]:
        """Return a chunk in which nothing has been written."""
        return np.full(self.chunk, self._fill, self.dtype)

    def write(self, at: tuple[int, ...], data: NDArray[Any]) -> None:
        """Write the chunk number `at`; it counts once this returns.

        Parameters
        ----------
        at
            Position in the grid of chunks, one number per dimension.
        data
            The whole chunk, shape `chunk`.

        Raises
        ------
        OSError
            When the disk is full or not writable; what stood there before remains.
        """
        if data.shape != self.chunk:
            raise ValueError(f"a chunk has shape {self.chunk}, not {data.shape}")
        payload = self._codec.encode(np.ascontiguousarray(data, self.dtype))
        tail = b""
        if self.checked:
            total = _as_bytes(crc32c(payload))
            payload, tail = payload + total, self._seal_of(at, total)
        path, slot = self._locate(at)
        index = self._shard(path).index.copy()
        if not path.exists():
            self._start(path, index)
        used = index[index[:, 0] != _MISSING]
        end = int(max(used.sum(axis=1) + len(tail), default=self._header))
        with path.open("r+b") as file:
            file.seek(end)
            file.write(payload + tail)
            file.truncate()
            file.flush()
            index[slot] = (end, len(payload))
            _write_index(file, index)
        self._shards[path] = _Shard(index, end + len(payload) + len(tail))

    def read(self, at: tuple[int, ...]) -> NDArray[Any] | None:
        """Return the chunk number `at`, or None when it was never written.

        Raises
        ------
        ChunkError
            When it is damaged, stands in another's place, or cannot be read.
        """
        payload = self._payload(at)
        if payload is None:
            return None
        try:
            data = np.frombuffer(self._codec.decode(payload), self.dtype)
            return data.reshape(self.chunk).copy()
        except (RuntimeError, ValueError):
            raise ChunkError(self.file(at), "cannot be unpacked") from None

    def check(self, at: tuple[int, ...]) -> None:
        """Read the chunk number `at` and compare its checksums; errors as in `read`."""
        if not self.checked:
            self.read(at)
        else:
            self._payload(at)

    def fault(self, at: tuple[int, ...]) -> str:
        """Say why a chunk that was written cannot be there; empty when nothing speaks against it.

        Looks at the shard's index and length only.
        """
        path, slot = self._locate(at)
        shard = self._shard(path)
        if shard.fault:
            return shard.fault
        offset, length = (int(part) for part in shard.index[slot])
        if offset == int(_MISSING):
            return "is missing"
        return "" if offset + length + self._tail <= shard.size else "is cut short"

    def file(self, at: tuple[int, ...]) -> Path:
        """Return the shard file of the chunk number `at`."""
        return self._locate(at)[0]

    @property
    def _tail(self) -> int:
        return _SUM if self.checked else 0

    def _payload(self, at: tuple[int, ...]) -> bytes | None:
        """Return what the codec made of a chunk, once its checksums have been compared."""
        path, slot = self._locate(at)
        shard = self._shard(path)
        if shard.fault:
            raise ChunkError(path, shard.fault)
        offset, length = (int(part) for part in shard.index[slot])
        if offset == int(_MISSING):
            return None
        try:
            with path.open("rb") as file:
                file.seek(offset)
                found = file.read(length + self._tail)
        except OSError as error:
            raise ChunkError(path, _unreadable(error)) from None
        if len(found) < length + self._tail:
            raise ChunkError(path, "is cut short")
        if not self.checked:
            return found
        payload, total, seal = found[: -2 * _SUM], found[-2 * _SUM : -_SUM], found[-_SUM:]
        if _as_bytes(crc32c(payload)) != total:
            raise ChunkError(path, "its checksum differs")
        if seal != self._seal_of(at, total):
            raise ChunkError(path, "it is a block of another place or run")
        return payload

    def _seal_of(self, at: tuple[int, ...], total: bytes) -> bytes:
        place = f"{self._seal}/{self.path.name}/{','.join(map(str, at))}/"
        return _as_bytes(crc32c(place.encode() + total))

    def _locate(self, at: tuple[int, ...]) -> tuple[Path, int]:
        shard = [a // g for a, g in zip(at, self._grid, strict=True)]
        inner = tuple(a % g for a, g in zip(at, self._grid, strict=True))
        return (
            self.path.joinpath("c", *map(str, shard)),
            int(np.ravel_multi_index(inner, self._grid)),
        )

    def _shard(self, path: Path) -> _Shard:
        if path not in self._shards:
            self._shards[path] = self._look(path)
        return self._shards[path]

    def _look(self, path: Path) -> _Shard:
        found = _Shard(np.full((self._entries, 2), _MISSING, np.uint64))
        try:
            with path.open("rb") as file:
                header = file.read(self._header)
                found.size = os.fstat(file.fileno()).st_size
        except FileNotFoundError:
            return found
        except OSError as error:
            found.fault = _unreadable(error)
            return found
        body, stored = header[:-_SUM], header[-_SUM:]
        if len(header) < self._header:
            found.fault = "is cut short" if header else "is empty"
        elif _as_bytes(crc32c(body)) != stored:
            found.fault = "the checksum of its index differs"
        else:
            found.index = np.frombuffer(body, "<u8").astype(np.uint64).reshape(-1, 2)
        return found

    def _start(self, path: Path, index: NDArray[np.uint64]) -> None:
        """Create a shard with an empty index; it appears whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(path.name + ".partial")
        with draft.open("wb") as file:
            _write_index(file, index)
        os.replace(draft, path)


def _write_index(file: BinaryIO, index: NDArray[np.uint64]) -> None:
    body = index.astype("<u8").tobytes()
    file.seek(0)
    # One write inside the first page of the file: a killed process cannot split it.
    file.write(body + _as_bytes(crc32c(body)))
    file.flush()


def _as_bytes(total: int) -> bytes:
    return total.to_bytes(_SUM, "little")


def _unreadable(error: OSError) -> str:
    return f"cannot be read ({error.strerror or error})"
