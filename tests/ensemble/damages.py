"""Ways to damage the folder of a run, each on purpose and in one place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from rift_sim.ensemble.storage.layout import read_json
from rift_sim.ensemble.storage.shard_format import crc32c

__all__ = [
    "chunk", "cut", "edit_json", "edit_text", "empty", "exchange", "exchange_chunks", "flip",
    "garble", "grow", "remove", "shard", "to_folder", "to_old_format", "zero",
]  # fmt: skip


def shard(folder: Path, variable: str) -> Path:
    """The first shard file of a variable."""
    meta = read_json(folder / "trajectories.zarr" / variable / "zarr.json")
    return folder.joinpath("trajectories.zarr", variable, "c", *"0" * len(meta["shape"]))


def index(file: Path, entries: int) -> np.ndarray:
    return np.frombuffer(file.read_bytes()[: 16 * entries], "<u8").reshape(-1, 2).copy()


def entries(file: Path) -> int:
    """Chunks in a shard, by its metadata."""
    parents = [parent for parent in file.parents if (parent / "zarr.json").exists()]
    meta = read_json(parents[0] / "zarr.json")
    outer = meta["chunk_grid"]["configuration"]["chunk_shape"]
    inner = meta["codecs"][0]["configuration"]["chunk_shape"]
    return int(np.prod([a // b for a, b in zip(outer, inner, strict=True)]))


def chunk(file: Path, number: int) -> tuple[int, int]:
    """Offset and length of a chunk, by its place in the index."""
    offset, length = index(file, entries(file))[number]
    return int(offset), int(length)


def flip(file: Path, place: int, bit: int = 3) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1 << bit
    file.write_bytes(content)


def zero(file: Path, place: int, length: int) -> None:
    content = bytearray(file.read_bytes())
    assert any(content[place : place + length])
    content[place : place + length] = bytes(length)
    file.write_bytes(content)


def cut(file: Path, length: int) -> None:
    """Keep the first bytes; a negative number is taken off the end."""
    file.write_bytes(file.read_bytes()[:length])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def garble(file: Path) -> None:
    file.write_bytes(bytes(255 - byte for byte in file.read_bytes()))


def grow(file: Path, extra: bytes = b"what nobody wrote" * 50) -> None:
    file.write_bytes(file.read_bytes() + extra)


def remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def to_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def exchange(a: Path, b: Path) -> None:
    first, second = a.read_bytes(), b.read_bytes()
    assert first != second
    a.write_bytes(second)
    b.write_bytes(first)


def exchange_chunks(file: Path, one: int, other: int) -> None:
    """Let two chunks take each other's place, in an index whose checksum is right."""
    found = index(file, entries(file))
    found[[one, other]] = found[[other, one]]
    body = found.tobytes()
    rest = file.read_bytes()[len(body) + 4 :]
    file.write_bytes(body + crc32c(body).to_bytes(4, "little") + rest)


def edit_json(file: Path, *keys: str, value: Any) -> None:
    """Set one value deep in a JSON file."""
    content = json.loads(file.read_text())
    inner = content
    for key in keys[:-1]:
        inner = inner[key]
    assert inner[keys[-1]] != value
    inner[keys[-1]] = value
    file.write_text(json.dumps(content, indent=1))


def edit_text(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def to_old_format(folder: Path) -> None:
    """Turn a run into one of the first format: no checksums of chunks, labels or files."""
    store = folder / "trajectories.zarr"
    root = read_json(store / "zarr.json")
    own = root["attributes"]["rift_sim"]
    own["format"] = 1
    del own["checksum"], own["labels"]
    for name, meta in root["consolidated_metadata"]["metadata"].items():
        if "replicate" not in meta["dimension_names"]:
            continue
        file = shard(folder, name)
        found = index(file, entries(file))
        there = found[:, 0] != np.uint64(2**64 - 1)
        found[there, 1] -= np.uint64(4)  # A chunk's own checksum is its last four bytes.
        body = found.tobytes()
        file.write_bytes(
            body + crc32c(body).to_bytes(4, "little") + file.read_bytes()[len(body) + 4 :]
        )
        assert meta["codecs"][0]["configuration"]["codecs"].pop() == {"name": "crc32c"}
        (store / name / "zarr.json").write_text(json.dumps(meta))
    (store / "zarr.json").write_text(json.dumps(root))
    manifest = read_json(folder / "manifest.json")
    for key in ("checksum", "files", "store"):
        del manifest[key]
    (folder / "manifest.json").write_text(json.dumps(manifest))
