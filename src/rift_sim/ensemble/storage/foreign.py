"""Folders of runs that came from elsewhere: refused unless they are made as ours are.

A store describes itself: which codecs undo its bytes, how large its arrays are, where they lie.
Nothing of that is believed. What is not written as `rift_sim.ensemble.storage.layout` writes it is
refused before a codec sees it, and so is a block that would unpack to another size than its
array says, so that memory is bounded by what an honest store needs. No codec that loads objects
(pickle) is among ours.
"""

from __future__ import annotations

import contextlib
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from rift_sim.ensemble.storage.damage import file_digest
from rift_sim.errors import InputError
from rift_sim.plaintext import hidden

__all__ = ["ForeignError", "check_members", "refuse_foreign", "refuse_links"]

MAX_CHUNK = 2**30
"""Bytes of a block of one variable, unpacked."""
MAX_LABELS = 20_000_000
"""Bytes of the labels of one dimension, unpacked."""
_MAX_ENTRIES = 10_000
_MAX_CELLS = 20_000_000
"""Replicates, in all scenarios."""
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_NUMBERS = re.compile(r"bool|u?int(8|16|32|64)|float(32|64)")
_LEAD = ("scenario", "replicate")
_KEYS = {"name": "default", "configuration": {"separator": "/"}}
_INNER = (["bytes", "blosc"], ["bytes", "blosc", "crc32c"])
_FORMULA = ("=", "+", "-", "@")
"""What begins a formula for a spreadsheet that opens a table with the label in it."""
_BLOSC_HEADER = 16


class ForeignError(ValueError):
    """Something in a store is not as rift_sim writes it."""


def refuse_links(folder: Path, names: Sequence[str]) -> None:
    """Refuse links, devices and pipes among the files of a run: they lead elsewhere.

    Raises
    ------
    InputError
        When one of `names` in the folder, or something below it, is one.
    """
    for place in _below(folder, names):
        if place.is_symlink() or not (place.is_file() or place.is_dir()):
            raise InputError(
                "is a link or no regular file, which a run does not have",
                file=place,
                allowed="files and folders of the run itself",
            )


def refuse_foreign(store: Path) -> None:
    """Refuse a store that rift_sim did not write; one that cannot be read at all is left alone.

    Parameters
    ----------
    store
        The ``trajectories.zarr`` folder, without links (see `refuse_links`).

    Raises
    ------
    InputError
        When its metadata, its labels or the size of a block is not as rift_sim writes it.
    """
    from rift_sim.ensemble.storage.layout import read_json, root_metadata

    try:
        root = read_json(store / "zarr.json")
        members = root["consolidated_metadata"]["metadata"]
        attributes = root["attributes"]
        if attributes["rift_sim"]["format"] > 1 and root != root_metadata(members, attributes):
            return  # Damaged: it is not opened.
    except (OSError, ValueError, KeyError, TypeError):
        return
    try:
        check_members(members)
        for name, meta in members.items():
            if "replicate" in meta["dimension_names"]:
                _check_blocks(store / name, meta)
            else:
                _check_labels(store / name, meta, attributes["rift_sim"].get("labels", {}))
    except ForeignError as error:
        raise InputError(
            f"was not written by rift_sim: {error}", file=store, allowed="what rift run wrote"
        ) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=store) from None


def check_members(members: Mapping[str, Any]) -> None:
    """Refuse metadata of arrays that are not as rift_sim writes them.

    Raises
    ------
    ForeignError
        At the first thing that is not.
    """
    for name, meta in members.items():
        if not _NAME.fullmatch(name):
            raise ForeignError(f"'{name[:60]}' is no name of an array")
        try:
            _check_member(meta)
        except ForeignError as error:
            raise ForeignError(f"{name}: {error}") from None
        except (KeyError, TypeError, IndexError, ValueError, AttributeError):
            raise ForeignError(f"{name}: its metadata is incomplete") from None


def _check_member(meta: Mapping[str, Any]) -> None:
    shape, dims = meta["shape"], meta["dimension_names"]
    grid = meta["chunk_grid"]["configuration"]["chunk_shape"]
    if meta["zarr_format"] != 3 or meta["node_type"] != "array":
        raise ForeignError("is no array of Zarr 3")
    if meta["chunk_key_encoding"] != _KEYS or meta.get("storage_transformers"):
        raise ForeignError("has another way of naming or changing its files")
    _check_lengths(shape, 0)
    if not len(shape) == len(dims) == len(grid) or not all(isinstance(d, str) for d in dims):
        raise ForeignError("has more or fewer dimensions than names")
    if "replicate" in dims:
        _check_sharded(meta, shape, dims, grid)
        return
    text = meta["data_type"] == "string"
    if _names(meta["codecs"]) != ["vlen-utf8" if text else "bytes", "zstd"]:
        raise ForeignError("is packed in another way")
    if not text and not _is_number(meta["data_type"]):
        raise ForeignError(f"has the type {meta['data_type']!r:.60}")
    if len(shape) != 1 or grid != shape or shape[0] * 8 > MAX_LABELS:
        raise ForeignError("has another shape")


def _check_sharded(
    meta: Mapping[str, Any], shape: Sequence[int], dims: Sequence[str], shard: Sequence[int]
) -> None:
    (codec,) = meta["codecs"]
    sharding = codec["configuration"]
    inner, chunk = sharding["codecs"], sharding["chunk_shape"]
    ours = (
        codec["name"] == "sharding_indexed"
        and _names(inner) in _INNER
        and inner[1]["configuration"]["cname"] == "zstd"
        and _names(sharding["index_codecs"]) == ["bytes", "crc32c"]
        and sharding["index_location"] == "start"
    )
    if not ours:
        raise ForeignError("is packed in another way")
    if not _is_number(meta["data_type"]):
        raise ForeignError(f"has the type {meta['data_type']!r:.60}")
    _check_lengths(chunk, 1)
    _check_lengths(shard, 1)
    lead = 2 if dims[0] == "scenario" else 1
    fits = tuple(dims[:lead]) == _LEAD[-lead:] and len(chunk) == len(shape)
    if not fits or list(chunk[lead:]) != list(shape[lead:]) or shard[lead:] != chunk[lead:]:
        raise ForeignError("is cut in another way")
    if any(s % c for s, c in zip(shard, chunk, strict=True)):
        raise ForeignError("is cut in another way")
    if _entries(shard, chunk) > _MAX_ENTRIES or _unpacked(meta) > MAX_CHUNK:
        raise ForeignError("has blocks that are too large")
    if math.prod(shape[:lead]) > _MAX_CELLS:
        raise ForeignError("has too many replicates")


def _check_lengths(lengths: Any, least: int) -> None:
    fits = isinstance(lengths, list) and 1 <= len(lengths) <= 8
    if not fits or not all(type(n) is int and least <= n < 2**31 for n in lengths):
        raise ForeignError("has another shape")


def _is_number(kind: Any) -> bool:
    return isinstance(kind, str) and _NUMBERS.fullmatch(kind) is not None


def _names(codecs: Sequence[Mapping[str, Any]]) -> list[Any]:
    return [codec["name"] for codec in codecs]


def _entries(shard: Sequence[int], chunk: Sequence[int]) -> int:
    return math.prod(s // c for s, c in zip(shard, chunk, strict=True))


def _unpacked(meta: Mapping[str, Any]) -> int:
    """Return the bytes of a block of an array."""
    chunk = meta["codecs"][0]["configuration"]["chunk_shape"]
    return int(math.prod(chunk) * np.dtype(meta["data_type"]).itemsize)


def _check_blocks(folder: Path, meta: Mapping[str, Any]) -> None:
    """Refuse a block that says of itself that it unpacks to more than it must."""
    sharding = meta["codecs"][0]["configuration"]
    shard = meta["chunk_grid"]["configuration"]["chunk_shape"]
    count, wanted = _entries(shard, sharding["chunk_shape"]), _unpacked(meta)
    summed = _names(sharding["codecs"])[-1] == "crc32c"
    for file in _below(folder, ["c"]):
        if file.is_dir() or file.suffix == ".partial":
            continue
        with contextlib.suppress(PermissionError), file.open("rb") as stream:
            for unpacked, payload in _sizes(stream, count):
                # What its checksum does not fit is damage, and no codec is given it.
                if unpacked > wanted and (not summed or _fits(stream, *payload)):
                    raise ForeignError(
                        f"{folder.name}: a block unpacks to {unpacked:,} bytes, not {wanted:,}"
                    )


def _sizes(stream: BinaryIO, count: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Give the size that each block of a shard says it unpacks to, and where it lies.

    What is cut off has none.
    """
    head = stream.read(16 * count)
    index = np.frombuffer(head[: len(head) // 16 * 16], "<u8").reshape(-1, 2)
    for offset, length in index.tolist():
        if offset < 2**62 and length >= _BLOSC_HEADER:
            stream.seek(offset)
            header = stream.read(_BLOSC_HEADER)
            if len(header) == _BLOSC_HEADER:
                yield int.from_bytes(header[4:8], "little"), (offset, length)


def _fits(stream: BinaryIO, offset: int, length: int) -> bool:
    """Say whether a block has the checksum that stands behind it."""
    from rift_sim.ensemble.storage.shard_format import crc32c

    stream.seek(offset)
    payload = stream.read(min(length, 2 * MAX_CHUNK))
    return crc32c(payload[:-4]).to_bytes(4, "little") == payload[-4:]


def _check_labels(folder: Path, meta: Mapping[str, Any], digests: Mapping[str, str]) -> None:
    """Refuse labels that unpack to another size, or to text that fools its readers."""
    file, count = folder / "c" / "0", meta["shape"][0]
    digest = digests.get(f"{folder.name}/c/0")
    if not file.is_file() or (digest and file_digest(file) != digest):
        return  # Damaged: they are not read.
    text = meta["data_type"] == "string"
    itemsize = 0 if text else np.dtype(meta["data_type"]).itemsize
    packed = file.read_bytes() if file.stat().st_size <= MAX_LABELS else b""
    size = _frame_size(packed)
    if size is None or size > MAX_LABELS or (not text and size != count * itemsize):
        raise ForeignError(f"{folder.name}: its labels unpack to another size")
    for label in _texts(packed, count, folder.name) if text else ():
        if hidden(label) or label.startswith(_FORMULA):
            raise ForeignError(f"{folder.name}: {label[:60]!r} is no label")


def _texts(packed: bytes, count: int, name: str) -> list[str]:
    from numcodecs.vlen import VLenUTF8  # type: ignore[import-untyped,unused-ignore]
    from numcodecs.zstd import Zstd  # type: ignore[import-untyped,unused-ignore]

    try:
        raw = bytes(Zstd().decode(packed))
        # The decoder makes room for as many texts as this number says.
        if int.from_bytes(raw[:4], "little") == count:
            return [str(label) for label in VLenUTF8().decode(raw)]
    except (RuntimeError, ValueError):
        pass
    raise ForeignError(f"{name}: its labels cannot be read")


def _frame_size(packed: bytes) -> int | None:
    """Return the size that a frame of Zstandard says it unpacks to (RFC 8878, 3.1.1.1)."""
    if packed[:4] != b"\x28\xb5\x2f\xfd" or len(packed) < 6:
        return None
    head = packed[4]
    single, width = head >> 5 & 1, (0, 2, 4, 8)[head >> 6]
    width = width or single
    start = 5 + (1 - single) + (0, 1, 2, 4)[head & 3]
    field = packed[start : start + width]
    if not width or len(field) < width:
        return None
    return int.from_bytes(field, "little") + (256 if width == 2 else 0)


def _below(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    """Give what is there of `names` in a folder, and all below; links are not followed."""
    waiting = [folder / name for name in names if os.path.lexists(folder / name)]
    while waiting:
        place = waiting.pop()
        yield place
        if place.is_dir() and not place.is_symlink():
            waiting += sorted(place.iterdir())
