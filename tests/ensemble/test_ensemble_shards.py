"""Shards written here must be what any Zarr reader reads, whatever happens in between."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, ShardingCodec

from rift_sim.ensemble.storage.layout import write_json
from rift_sim.ensemble.storage.shard_format import crc32c, sharded_metadata
from rift_sim.ensemble.storage.shards import ChunkError, ShardedArray


def make(path: Path, dtype: str = "float32", shape: tuple[int, int] = (23, 4)) -> ShardedArray:
    meta = sharded_metadata(shape, (5, 4), (10, 4), dtype, ("replicate", "time"), {"units": "1"})
    path.mkdir()
    write_json(path / "zarr.json", meta)
    return ShardedArray(path, meta)


def test_checksum_is_castagnolis() -> None:
    assert crc32c(b"123456789") == 0xE3069283


@pytest.mark.parametrize("dtype", ["float64", "float32", "int16", "uint8", "bool"])
def test_zarr_reads_back_what_is_written(tmp_path: Path, dtype: str) -> None:
    array = make(tmp_path / "a", dtype)
    rng = np.random.default_rng(1)
    blocks = {k: rng.integers(0, 2, (5, 4)).astype(dtype) for k in (0, 1, 4)}
    for k in (4, 0, 1):
        array.write((k, 0), blocks[k])
    found = zarr.open_array(tmp_path / "a", mode="r")
    assert found.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(found[0:5], blocks[0])
    np.testing.assert_array_equal(found[5:10], blocks[1])
    np.testing.assert_array_equal(found[20:23], blocks[4][:3])
    unwritten = np.asarray(found[10:20])
    assert np.isnan(unwritten).all() if dtype.startswith("float") else not unwritten.any()


@given(order=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 99)), max_size=12))
@settings(max_examples=25, deadline=None)
def test_last_write_wins_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, order: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.mktemp("shards") / "a"
    array = make(path, "int16")
    expected = np.zeros((25, 4), np.int16)
    for block, value in order:
        array.write((block, 0), np.full((5, 4), value, np.int16))
        expected[block * 5 : block * 5 + 5] = value
    np.testing.assert_array_equal(zarr.open_array(path, mode="r")[:], expected[:23])


def test_many_blocks_share_one_file(tmp_path: Path) -> None:
    array = make(tmp_path / "a")
    array.write((0, 0), array.blank())
    array.write((1, 0), array.blank())
    assert [p.name for p in (tmp_path / "a" / "c" / "0").iterdir()] == ["0"]


def test_a_write_that_dies_before_the_index_changes_nothing(tmp_path: Path) -> None:
    array = make(tmp_path / "a")
    first = np.arange(20, dtype=np.float32).reshape(5, 4)
    array.write((0, 0), first)
    shard = tmp_path / "a" / "c" / "0" / "0"
    with shard.open("ab") as file:
        file.write(b"half a block that never reached the index")
    again = ShardedArray(tmp_path / "a", read_meta(tmp_path / "a"))
    assert again.fault((1, 0)) == "is missing"
    again.write((1, 0), first + 1)
    found = zarr.open_array(tmp_path / "a", mode="r")
    np.testing.assert_array_equal(found[0:10], np.concatenate([first, first + 1]))


def test_a_torn_index_or_file_counts_as_nothing(tmp_path: Path) -> None:
    array = make(tmp_path / "a")
    array.write((0, 0), array.blank())
    shard = tmp_path / "a" / "c" / "0" / "0"
    content = shard.read_bytes()
    shard.write_bytes(content[:-3])
    assert fault(tmp_path / "a") == "is cut short"
    shard.write_bytes(b"\x00" + content[1:])
    assert fault(tmp_path / "a") == "the checksum of its index differs"


def fault(path: Path) -> str:
    return ShardedArray(path, read_meta(path)).fault((0, 0))


@pytest.mark.parametrize("dtype", ["float64", "float32", "int16", "uint8", "bool"])
def test_metadata_are_those_that_zarr_writes_itself(tmp_path: Path, dtype: str) -> None:
    array = make(tmp_path / "a", dtype)
    blosc = BloscCodec(
        cname="zstd", clevel=3, shuffle="shuffle", typesize=np.dtype(dtype).itemsize, blocksize=0
    )
    codec = ShardingCodec(
        chunk_shape=(5, 4), codecs=[BytesCodec(), blosc, Crc32cCodec()], index_location="start"
    )
    zarr.create(
        store=tmp_path / "b", shape=(23, 4), chunks=(10, 4), dtype=dtype, codecs=[codec],
        fill_value=array.blank().flat[0], dimension_names=("replicate", "time"),
        attributes={"units": "1"}, zarr_format=3,
    )  # fmt: skip
    mine, theirs = read_meta(tmp_path / "a"), read_meta(tmp_path / "b")
    for meta in (mine, theirs):
        # Zarr leaves out what is empty, and the byte order where there is one byte.
        meta.pop("storage_transformers", None)
        for inner in meta["codecs"][0]["configuration"]["codecs"]:  # type: ignore[index]
            inner["configuration"] = {k: v for k, v in inner.get("configuration", {}).items() if v}
    # As text: 0 and false are equal in Python.
    assert json.dumps(mine, sort_keys=True) == json.dumps(theirs, sort_keys=True)


def test_a_writer_that_comes_anew_goes_on_where_the_last_one_ended(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        array = make(tmp_path / name / "one")
        for number in range(3):
            if name == "b":
                array = ShardedArray(array.path, read_meta(array.path))
            array.write((number, 0), np.full((5, 4), number, np.float32))
    first, second = (
        {p.relative_to(tmp_path / name): p.read_bytes() for p in (tmp_path / name).rglob("c/*/0")}
        for name in ("a", "b")
    )
    assert len(first) == 2
    assert first == second


@pytest.mark.parametrize("checked", [True, False])
def test_nothing_speaks_against_what_has_just_been_written(tmp_path: Path, checked: bool) -> None:
    """Neither for its writer nor for others, with checksums or, as at first, without."""
    array = make(tmp_path / "a")
    meta = read_meta(array.path)
    if not checked:
        meta["codecs"][0]["configuration"]["codecs"].pop()
        array = ShardedArray(array.path, meta)
    assert array.checked is checked
    for number in (1, 0, 1):
        array.write((number, 0), np.full((5, 4), number, np.float32))
        assert array.fault((number, 0)) == ShardedArray(array.path, meta).fault((number, 0)) == ""
    assert array.fault((2, 0)) == "is missing"
    file = array.file((1, 0))
    file.write_bytes(file.read_bytes()[:-1])
    # The last that was written lies last.
    assert ShardedArray(array.path, meta).fault((1, 0)) == "is cut short"
    assert ShardedArray(array.path, meta).fault((0, 0)) == ""


@pytest.mark.parametrize(
    ("dtype", "nothing"), [("float32", np.nan), ("int16", 0), ("uint8", 0), ("bool", False)]
)
def test_what_was_never_written_is_blank(tmp_path: Path, dtype: str, nothing: float) -> None:
    blank = make(tmp_path / "a", dtype).blank()
    assert blank.dtype == dtype
    np.testing.assert_array_equal(blank, np.full((5, 4), nothing, dtype))


def test_a_damaged_chunk_is_named_in_another_process_too() -> None:
    """Dask pickles an error with those that led to it."""
    error = ChunkError(Path("c/0"), "is cut short")
    found = pickle.loads(pickle.dumps(error))
    assert (str(found), found.file, found.reason) == (str(error), error.file, error.reason)


def test_wrong_shape_is_refused(tmp_path: Path) -> None:
    array = make(tmp_path / "a")
    for shape in ((4, 4), (6, 4), (5, 3), (5, 5), (5,)):
        with pytest.raises(ValueError, match="shape"):
            array.write((0, 0), np.zeros(shape, np.float32))


def read_meta(path: Path) -> dict[str, object]:
    from rift_sim.ensemble.storage.layout import read_json

    return read_json(path / "zarr.json")
