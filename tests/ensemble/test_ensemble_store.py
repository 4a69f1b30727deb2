"""The store: whole blocks only, finished replicates only, room for more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from fake_model import FakeScenario, FakeWorld, fake_simulate
from small_runs import go

from rift_sim.ensemble.digest import content_hash
from rift_sim.ensemble.storage.damage import DamagedError
from rift_sim.ensemble.storage.dataset import open_dataset
from rift_sim.ensemble.storage.lazy import StoredArray, lazily
from rift_sim.ensemble.storage.reading import StoreReader
from rift_sim.ensemble.storage.store import ABSENT, DONE, FAILED, Block, Store

WORLD = FakeWorld(FakeScenario(), municipal=False)


def compute(replicates: list[int]) -> dict[str, np.ndarray]:
    found = [fake_simulate(WORLD, r) for r in replicates]
    return {name: np.stack([one[name] for one in found]) for name in WORLD.variables}


def block(number: int, replicates: list[int], lost: dict[int, str] | None = None) -> Block:
    arrays = compute(replicates) if replicates else {}
    return Block(0, number, tuple(replicates), arrays, lost or {})


def create(path: Path, replicates: int = 10) -> Store:
    return Store.create(path, WORLD, identity="x", replicates=replicates, block=4)


def test_round_trip(tmp_path: Path) -> None:
    store = create(tmp_path / "s.zarr")
    store.write(block(0, [0, 1, 2, 3]))
    store.write(block(2, [8, 9]))
    data = open_dataset(tmp_path / "s.zarr")
    assert data["replicate"].values.tolist() == [0, 1, 2, 3, 8, 9]
    expected = compute([0, 1, 2, 3, 8, 9])
    for name, values in expected.items():
        np.testing.assert_array_equal(data[name].values, values)
        assert data[name].dtype == values.dtype
        assert {"long_name", "units", "kind"} <= set(data[name].attrs)
    assert data["time"].dtype == "datetime64[ns]"
    assert str(data["time"].values[0])[:10] == "2026-01-01"
    assert data["department"].values.tolist() == ["05", "19", "54"]


def test_xarray_opens_it_alone_and_without_warning(tmp_path: Path) -> None:
    store = create(tmp_path / "s.zarr")
    store.write(block(0, [0, 1, 2, 3]))
    data = xr.open_zarr(tmp_path / "s.zarr", chunks=None)
    assert data["control_department"].dims == ("replicate", "time", "department")
    assert data.sizes["replicate"] == 10
    assert data["status"].values.tolist() == [DONE] * 4 + [ABSENT] * 6


def test_a_block_without_status_does_not_count(tmp_path: Path) -> None:
    store = create(tmp_path / "s.zarr")
    for name in store.variables:
        store._merge(name, block(0, [0, 1]), np.array([0, 1]), compute([0, 1])[name])
    assert not Store(tmp_path / "s.zarr").status().any()


def test_a_done_block_with_a_broken_variable_does_not_count(tmp_path: Path) -> None:
    store = create(tmp_path / "s.zarr")
    store.write(block(0, [0, 1, 2, 3]))
    (shard,) = (tmp_path / "s.zarr" / "control" / "c").rglob("0/0")
    shard.write_bytes(shard.read_bytes()[:-1])
    assert not Store(tmp_path / "s.zarr").status().any()


def test_the_rest_of_a_block_joins_what_is_there(tmp_path: Path) -> None:
    store = create(tmp_path / "s.zarr", replicates=6)
    store.write(block(1, [4, 5]))
    store = Store(tmp_path / "s.zarr")
    store.extend(9)
    store.write(block(1, [6, 7]))
    data = open_dataset(tmp_path / "s.zarr")
    assert data["replicate"].values.tolist() == [4, 5, 6, 7]
    for name, values in compute([4, 5, 6, 7]).items():
        np.testing.assert_array_equal(data[name].values, values)


def test_extending_never_shrinks(tmp_path: Path) -> None:
    store = create(tmp_path / "s.zarr")
    store.extend(3)
    assert Store(tmp_path / "s.zarr").shape == (1, 10)


def test_failures_are_kept_until_cured(tmp_path: Path) -> None:
    store = create(tmp_path / "s.zarr")
    store.write(block(0, [0, 1, 3], {2: "RuntimeError: no"}))
    store = Store(tmp_path / "s.zarr")
    assert store.failures == {"0/2": "RuntimeError: no"}
    assert store.status()[0, :4].tolist() == [DONE, DONE, FAILED, DONE]
    store.write(block(0, [2]))
    store = Store(tmp_path / "s.zarr")
    assert store.failures == {}
    assert (store.status()[0, :4] == DONE).all()
    np.testing.assert_array_equal(
        open_dataset(tmp_path / "s.zarr")["control"].values, compute([0, 1, 2, 3])["control"]
    )


def test_a_block_that_failed_altogether_needs_no_data(tmp_path: Path) -> None:
    store = create(tmp_path / "s.zarr")
    store.write(block(0, [], {0: "no", 1: "no", 2: "no", 3: "no"}))
    assert (Store(tmp_path / "s.zarr").status()[0, :4] == FAILED).all()
    assert open_dataset(tmp_path / "s.zarr").sizes["replicate"] == 0


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a store"):
        Store(tmp_path)
    create(tmp_path / "s.zarr")
    file = tmp_path / "s.zarr" / "zarr.json"
    file.write_text(file.read_text().replace('"format": 2', '"format": 99'))
    with pytest.raises(ValueError, match="later version"):
        Store(tmp_path / "s.zarr")


def test_a_variable_is_described_without_its_replicates(tmp_path: Path) -> None:
    store = create(tmp_path / "s.zarr")
    assert store.describe("control") == "{'replicate': 0, 'time': 24} float64"


def test_the_hash_is_of_what_is_done_and_nothing_else(tmp_path: Path) -> None:
    """Not of room that is left, of blocks, nor of those that failed; but of their numbers."""

    def hashed(name: str, size: int, replicates: int, done: list[int], **shift: int) -> str:
        store = Store.create(
            tmp_path / name, WORLD, identity="x", replicates=replicates, block=size
        )
        arrays = compute([number - shift.get("by", 0) for number in done])
        for number in sorted({r // size for r in done}):
            mine = [k for k, r in enumerate(done) if r // size == number]
            part = {variable: values[mine] for variable, values in arrays.items()}
            store.write(Block(0, number, tuple(done[k] for k in mine), part, {}))
        return content_hash(tmp_path / name)

    done = [0, 1, 3, 6, 7, 8]
    whole = hashed("a", 4, 9, done)
    assert hashed("b", 3, 9, done) == hashed("c", 9, 20, done) == whole
    assert hashed("d", 4, 10, [r + 1 for r in done], by=1) != whole
    store = Store(tmp_path / "a")
    store.write(block(0, [], {2: "failed"}))
    assert content_hash(tmp_path / "a") == whole


def test_blocks_have_twenty_five_replicates_unless_told(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "s.zarr", WORLD, identity="x", replicates=3)
    assert store.block == 25
    root = json.loads((tmp_path / "s.zarr" / "zarr.json").read_text(encoding="utf-8"))
    # Readers that do not know consolidated metadata may open the store all the same.
    assert root["consolidated_metadata"]["must_understand"] is False


def test_discarded_blocks_are_due_again_and_others_stay(tmp_path: Path) -> None:
    store = Store.create(
        tmp_path / "s.zarr", WORLD, identity="x", replicates=8, block=4, scenarios=["a", "b"]
    )
    for scenario in range(2):
        for number in range(2):
            mine = list(range(4 * number, 4 * number + 4))
            store.write(Block(scenario, number, tuple(mine), compute(mine), {}))
    store.discard([(1, 0), (0, 1)])
    whole, gone = [DONE] * 4, [ABSENT] * 4
    assert Store(tmp_path / "s.zarr").status().tolist() == [whole + gone, gone + whole]


def test_nothing_joins_a_block_that_is_damaged(tmp_path: Path) -> None:
    store = create(tmp_path / "s.zarr")
    store.write(block(0, [0, 1]))
    (shard,) = (tmp_path / "s.zarr" / "control" / "c").rglob("0/0")
    content = bytearray(shard.read_bytes())
    # In the numbers, behind the index.
    content[-60] ^= 1
    shard.write_bytes(content)
    with pytest.raises(DamagedError, match="control"):
        Store(tmp_path / "s.zarr").write(block(0, [2]))


def test_a_store_may_have_a_single_replicate(tmp_path: Path) -> None:
    assert create(tmp_path / "s.zarr", replicates=1).shape == (1, 1)


def test_few_files(tmp_path: Path) -> None:
    store = create(tmp_path / "s.zarr", replicates=400)
    for number in range(100):
        store.write(block(number, list(range(number * 4, number * 4 + 4))))
    files = [path for path in (tmp_path / "s.zarr").rglob("*") if path.is_file()]
    assert len(files) < 30


PARTS: list[dict[str, Any]] = [
    {"replicate": 5}, {"replicate": -1}, {"replicate": [8, 0, 5, 5]},
    {"replicate": slice(6, 2, -1)}, {"replicate": slice(3, 9, 2), "time": 4},
    {"replicate": 7, "department": [2, 0]},
    {"replicate": [1, 9], "time": slice(20, None), "department": 1, "group": [1]},
    {"replicate": [], "time": [3]}, {"time": [5, 2], "group": 0}, {"scenario": 1},
    {"scenario": [1, 0], "replicate": 6}, {"scenario": -1, "replicate": [9, 2], "time": [0, 23]},
    {"scenario": slice(None, None, -1), "replicate": slice(2, 7), "department": slice(1, 3)},
]  # fmt: skip


@pytest.mark.parametrize("sweep", [0, 2])
def test_a_part_is_what_it_is_of_the_whole(tmp_path: Path, sweep: int) -> None:
    """Across blocks of four, in any order, along every dimension at once."""
    data = go(tmp_path / "run", 10, sweep=sweep).dataset
    whole = data.load().copy(deep=True)
    data = open_dataset(tmp_path / "run" / "trajectories.zarr")
    for part in PARTS:
        for name in ("control", "presence_survey_department_group"):
            one = {dim: key for dim, key in part.items() if dim in data[name].dims}
            found, expected = data[name].isel(one), whole[name].isel(one)
            assert found.dims == expected.dims
            np.testing.assert_array_equal(found.to_numpy(), expected.to_numpy())


def test_only_the_blocks_that_are_asked_for_are_read(tmp_path: Path) -> None:
    folder = go(tmp_path / "run", 10, sweep=2).directory / "trajectories.zarr"
    read: list[tuple[int, int]] = []
    usual = StoreReader.read

    class Watched(StoreReader):
        def read(self, name: str, scenario: int, number: int) -> Any:
            read.append((scenario, number))
            return usual(self, name, scenario, number)

    store = Watched(folder)
    array = lazily(StoredArray(store, "control", (2, 10, 24), np.dtype("float64")))
    variable = xr.Variable(("scenario", "replicate", "time"), array)
    assert variable.isel(scenario=1, replicate=[9, 0, 1], time=[3]).to_numpy().shape == (3, 1)
    assert sorted(read) == [(1, 0), (1, 2)]
    read.clear()
    assert variable.isel(replicate=5).to_numpy().shape == (2, 24)
    assert sorted(read) == [(0, 1), (1, 1)]
