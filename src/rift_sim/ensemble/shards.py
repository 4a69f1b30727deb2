"""One array of a Zarr v3 store, written block by block by appending to shard files.

Zarr's own writer replaces a whole shard to change one chunk of it. Here a block is
appended to its shard and only then entered in the index at the shard's start, so that
a store has few files, a block costs one write, and a process that dies in between
leaves the old index, in which the block does not exist.

The files follow the Zarr specification (codec ``sharding_indexed`` with
``index_location: start``); any Zarr v3 reader opens them.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

__all__ = ["ShardedArray", "crc32c", "sharded_metadata"]

_MISSING = np.uint64(2**64 - 1)
_LEVEL = 3


def sharded_metadata(
    shape: Sequence[int],
    chunk: Sequence[int],
    shard: Sequence[int],
    dtype: str,
    dims: Sequence[str],
    attributes: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the ``zarr.json`` of an array made of shards.

    Parameters
    ----------
    shape, chunk, shard
        Lengths of the array, of a chunk and of a shard, in elements; a shard is a
        whole number of chunks along every dimension.
    dtype
        Numpy name of the data type. What was never written reads as NaN, or 0.
    dims
        Name of each dimension.
    attributes
        CF attributes: ``long_name``, ``units`` and others.
    """
    kind = np.dtype(dtype)
    blosc = {
        "typesize": kind.itemsize,
        "cname": "zstd",
        "clevel": _LEVEL,
        "shuffle": "shuffle",
        "blocksize": 0,
    }
    little_endian = {"name": "bytes", "configuration": {"endian": "little"}}
    sharding = {
        "chunk_shape": list(chunk),
        "codecs": [
            little_endian if kind.itemsize > 1 else {"name": "bytes"},
            {"name": "blosc", "configuration": blosc},
        ],
        "index_codecs": [little_endian, {"name": "crc32c"}],
        "index_location": "start",
    }
    fill: object = "NaN" if kind.kind == "f" else False if kind.kind == "b" else 0
    return {
        "zarr_format": 3,
        "node_type": "array",
        "shape": list(shape),
        "data_type": kind.name,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(shard)}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": fill,
        "codecs": [{"name": "sharding_indexed", "configuration": sharding}],
        "attributes": dict(attributes),
        "dimension_names": list(dims),
        "storage_transformers": [],
    }


class ShardedArray:
    """Write and read blocks of one array.

    Parameters
    ----------
    path
        Folder of the array inside the store.
    metadata
        Its ``zarr.json``, as `sharded_metadata` makes it.

    Notes
    -----
    There must be one writer. It keeps the index of each shard in memory.
    """

    def __init__(self, path: Path, metadata: Mapping[str, Any]) -> None:
        from numcodecs.blosc import Blosc  # type: ignore[import-untyped,unused-ignore]

        sharding = metadata["codecs"][0]["configuration"]
        shard = metadata["chunk_grid"]["configuration"]["chunk_shape"]
        self.path = path
        self.dtype = np.dtype(metadata["data_type"]).newbyteorder("<")
        self.chunk: tuple[int, ...] = tuple(sharding["chunk_shape"])
        self._grid = tuple(s // c for s, c in zip(shard, self.chunk, strict=True))
        self._entries = math.prod(self._grid)
        self._header = 16 * self._entries + 4
        self._fill: float | int = math.nan if self.dtype.kind == "f" else 0
        self._codec = Blosc(cname="zstd", clevel=_LEVEL, shuffle=Blosc.SHUFFLE)
        self._indices: dict[Path, NDArray[np.uint64]] = {}

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
        path, slot = self._locate(at)
        index = self._index(path).copy()
        if not path.exists():
            self._start(path, index)
        used = index[index[:, 0] != _MISSING]
        end = int(max(used.sum(axis=1), default=self._header))
        with path.open("r+b") as file:
            file.seek(end)
            file.write(payload)
            file.truncate()
            file.flush()
            index[slot] = (end, len(payload))
            _write_index(file, index)
        self._indices[path] = index

    def read(self, at: tuple[int, ...]) -> NDArray[Any] | None:
        """Return the chunk number `at`, or None when it was never written."""
        path, slot = self._locate(at)
        offset, length = self._index(path)[slot]
        if offset == _MISSING:
            return None
        with path.open("rb") as file:
            file.seek(int(offset))
            payload = file.read(int(length))
        data = np.frombuffer(self._codec.decode(payload), self.dtype)
        return data.reshape(self.chunk).copy()

    def has(self, at: tuple[int, ...]) -> bool:
        """Say whether the chunk number `at` is there and lies within its file."""
        path, slot = self._locate(at)
        offset, length = (int(part) for part in self._index(path)[slot])
        return offset != int(_MISSING) and offset + length <= path.stat().st_size

    def _locate(self, at: tuple[int, ...]) -> tuple[Path, int]:
        shard = [a // g for a, g in zip(at, self._grid, strict=True)]
        inner = tuple(a % g for a, g in zip(at, self._grid, strict=True))
        return (
            self.path.joinpath("c", *map(str, shard)),
            int(np.ravel_multi_index(inner, self._grid)),
        )

    def _index(self, path: Path) -> NDArray[np.uint64]:
        if path not in self._indices:
            self._indices[path] = self._read_index(path)
        return self._indices[path]

    def _read_index(self, path: Path) -> NDArray[np.uint64]:
        empty = np.full((self._entries, 2), _MISSING, np.uint64)
        try:
            with path.open("rb") as file:
                header = file.read(self._header)
        except FileNotFoundError:
            return empty
        body, stored = header[:-4], header[-4:]
        if len(header) < self._header or crc32c(body).to_bytes(4, "little") != stored:
            return empty
        return np.frombuffer(body, "<u8").astype(np.uint64).reshape(-1, 2)

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
    file.write(body + crc32c(body).to_bytes(4, "little"))
    file.flush()


def crc32c(data: bytes) -> int:
    """Return the Castagnoli checksum of `data`, which Zarr puts behind a shard's index."""
    import google_crc32c  # Zarr's own; in Python it took a tenth of a run.

    return int(google_crc32c.value(data))
