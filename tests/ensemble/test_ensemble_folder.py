"""The folder of a run: who may write, what is refused, how the store is cut, what is said."""

from __future__ import annotations

import csv
import errno
import json
import math
import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import zarr
from fake_model import ENGINE, FakeScenario, FakeWorld, fake_request
from small_runs import Listener, go

from rift_sim.ensemble import lock, session
from rift_sim.ensemble.engine import Engine
from rift_sim.ensemble.folder import check_target, clear_run, existing_store, storage_error
from rift_sim.ensemble.identity import Identity
from rift_sim.ensemble.lock import held_by, writer_lock
from rift_sim.ensemble.run import run_request
from rift_sim.ensemble.session import Session, missing_jobs
from rift_sim.ensemble.storage.dataset import open_dataset
from rift_sim.ensemble.storage.layout import read_json, root_metadata, write_json
from rift_sim.ensemble.storage.store import Store
from rift_sim.ensemble.summary import by_year, summarise, write_summary
from rift_sim.errors import InputError

OTHER = Identity(scenario="a", seed=1, seeds="b", code="c", municipal=False)


def layout(folder: Path, **options: Any) -> Store:
    world = FakeWorld(FakeScenario(), municipal=options.pop("municipal", False))
    options = {"identity": "x", "replicates": 10, "block": 4, **options}
    return Store.create(folder / "s.zarr", world, **options)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk is full"),
        (errno.EACCES, "cannot be written: Permission denied"),
    ],
)
def test_why_a_run_could_not_be_written(tmp_path: Path, number: int, reason: str) -> None:
    error = storage_error(tmp_path, OSError(number, os.strerror(number)))
    assert str(error) == f"{tmp_path}: {reason}; nothing was written"
    assert error.exit_code == 1
    (tmp_path / "trajectories.zarr").mkdir()
    kept = str(storage_error(tmp_path, OSError("odd")))
    assert kept.startswith(f"{tmp_path}: cannot be written: odd; finished replicates are kept")


def test_a_folder_inside_a_file_is_refused(tmp_path: Path) -> None:
    assert check_target(tmp_path / "new" / "run", OTHER, force=False) is None
    assert check_target(tmp_path, OTHER, force=False) is None
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="inside something that is not a folder"):
        check_target(tmp_path / "file" / "run", OTHER, force=False)


def test_a_run_that_has_just_begun_is_ours(tmp_path: Path) -> None:
    for name in ("trajectories.zarr.partial", ".lock"):
        (tmp_path / name).mkdir()
    (tmp_path / ".lock").rmdir()
    assert check_target(tmp_path, OTHER, force=False) is None
    (tmp_path / "mine.txt").write_text("")
    with pytest.raises(InputError, match="left alone"):
        check_target(tmp_path, OTHER, force=False)
    write_json(tmp_path / "manifest.json", {"kind": "something else"})
    with pytest.raises(InputError, match="left alone"):
        check_target(tmp_path, OTHER, force=False)
    assert check_target(_ours(tmp_path), OTHER, force=False) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [(None, "is missing"), ("{", "is cut short or garbled"), ("{}", "is no manifest of a run")],
)
def test_without_a_manifest_nothing_is_said_of_differences(
    tmp_path: Path, text: str | None, reason: str
) -> None:
    folder = go(tmp_path / "run", 3).directory
    (folder / "manifest.json").unlink()
    if text is not None:
        (folder / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        check_target(folder, OTHER, force=False)
    assert caught.value.problem == (
        f"the folder holds a different run (in what cannot be told: manifest.json {reason})"
    )


@pytest.mark.parametrize("force", [False, True])
def test_a_store_that_cannot_be_read_makes_a_folder_no_run(tmp_path: Path, force: bool) -> None:
    """Without a manifest nothing says that what lies there is ours to replace."""
    store = layout(tmp_path).path.rename(tmp_path / "trajectories.zarr")
    (store / "zarr.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="holds no run of rift_sim; it is left alone"):
        check_target(tmp_path, OTHER, force=force)


def test_a_store_of_somebody_else_is_refused_unless_it_is_to_be_replaced(tmp_path: Path) -> None:
    folder = go(tmp_path / "run", 3).directory
    root = folder / "trajectories.zarr" / "zarr.json"
    content = read_json(root)
    members = content["consolidated_metadata"]["metadata"]
    members["control"]["data_type"] = "object"
    write_json(root, root_metadata(members, content["attributes"]))
    with pytest.raises(InputError, match="was not written by rift_sim: control"):
        go(folder, 3)
    assert go(folder, 4, force=True).replicates == 4


def test_only_the_files_of_a_run_are_cleared(tmp_path: Path) -> None:
    folder = go(tmp_path / "run", 3).directory
    (folder / "figures").mkdir()
    for name in ("fan.png", "notes.txt"):
        (folder / "figures" / name).write_text("")
    clear_run(folder)
    assert [str(p.relative_to(folder)) for p in sorted(folder.rglob("*"))] == [
        "figures",
        "figures/notes.txt",
    ]
    (folder / "figures" / "notes.txt").unlink()
    clear_run(folder)
    assert list(folder.iterdir()) == []


def test_a_store_of_nobody_is_none(tmp_path: Path) -> None:
    assert existing_store(tmp_path) is None
    layout(tmp_path)
    (tmp_path / "s.zarr").rename(tmp_path / "trajectories.zarr")
    found = existing_store(tmp_path)
    assert found is not None
    assert found.identity == "x"


def test_a_lock_names_its_holder_and_goes_with_it(tmp_path: Path) -> None:
    assert held_by(tmp_path) is None
    with writer_lock(tmp_path):
        note = json.loads((tmp_path / ".lock").read_text(encoding="utf-8"))
        assert set(note) == {"pid", "host", "since"}
        assert note["pid"] == os.getpid()
        held = held_by(tmp_path)
        assert held == f"process {os.getpid()} on {note['host']}, since {note['since']}"
        with pytest.raises(InputError) as caught:
            check_target(_ours(tmp_path), OTHER, force=True)
        assert held in str(caught.value)
        assert check_target(tmp_path, OTHER, force=True, locked=True) is None
        (tmp_path / ".lock").write_text("", encoding="utf-8")
        assert held_by(tmp_path) == "unknown process"
        with pytest.raises(InputError, match="unknown process"), writer_lock(tmp_path):
            pass
    assert not (tmp_path / ".lock").exists()
    (tmp_path / ".lock").write_text("a longer note than any that a process leaves" * 9)
    with writer_lock(tmp_path):
        assert json.loads((tmp_path / ".lock").read_text(encoding="utf-8"))["pid"] == os.getpid()


def test_under_windows_a_byte_behind_the_text_is_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Played with a module that locks bytes from where a file stands, as that system does."""
    locked: set[int] = set()

    def locking(descriptor: int, mode: int, count: int) -> None:
        assert mode == 2
        start = os.lseek(descriptor, 0, os.SEEK_CUR)
        wanted = set(range(start, start + count))
        if locked & wanted:
            raise PermissionError(errno.EACCES, "Permission denied")
        locked.update(wanted)

    played = SimpleNamespace(LK_NBLCK=2, locking=locking)
    monkeypatch.setitem(sys.modules, "msvcrt", played)
    with (tmp_path / ".lock").open("a+", encoding="utf-8") as file:
        with monkeypatch.context() as here:
            here.setattr(os, "name", "nt")
            taken = [lock._take(file), lock._take(file)]
        assert taken == [True, False]
    assert len(locked) == 1
    assert min(locked) >= 10_000


def test_where_no_locks_are_known_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with writer_lock(tmp_path), writer_lock(tmp_path):
        assert held_by(tmp_path) is None


def test_a_lock_about_to_be_freed_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = writer_lock(tmp_path)
    held.__enter__()
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            held.__exit__(None, None, None)

    monkeypatch.setattr(lock.time, "sleep", sleep)
    with writer_lock(tmp_path):
        assert held_by(tmp_path) is not None
    assert slept == [0.05] * 3


def _ours(folder: Path) -> Path:
    """Give a folder the manifest of a run, and nothing else of it."""
    run = go(folder.with_name(f"{folder.name}-run"), 2)
    shutil.copy(run.directory / "manifest.json", folder)
    return folder


def test_json_files_are_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    write_json(file, {"name": "Bogotá", "n": [1]})
    assert file.read_bytes().decode() == '{\n "name": "Bogotá",\n "n": [\n  1\n ]\n}\n'
    assert read_json(file) == {"name": "Bogotá", "n": [1]}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    file.write_text("[1]", encoding="utf-8")
    with pytest.raises(ValueError, match="no JSON object"):
        read_json(file)


@pytest.mark.parametrize(
    ("block", "scenarios", "chunk", "shard"),
    [
        (4, None, [4, 24], [800, 24]),
        (25, None, [25, 24], [1000, 24]),
        (500, None, [500, 24], [1000, 24]),
        (2000, None, [2000, 24], [2000, 24]),
        (25, 3, [1, 25, 24], [3, 325, 24]),
        (25, 300, [1, 25, 24], [200, 25, 24]),
    ],
)
def test_how_arrays_are_cut(
    tmp_path: Path, block: int, scenarios: int | None, chunk: list[int], shard: list[int]
) -> None:
    """A shard has at most 200 chunks, and about a thousand replicates."""
    labels = None if scenarios is None else [str(k) for k in range(scenarios)]
    store = layout(tmp_path, block=block, scenarios=labels)
    meta = read_json(store.path / "control" / "zarr.json")
    assert meta["codecs"][0]["configuration"]["chunk_shape"] == chunk
    assert meta["chunk_grid"]["configuration"]["chunk_shape"] == shard
    assert meta["shape"] == [*([] if scenarios is None else [scenarios]), 10, 24]
    assert meta["dimension_names"][-2:] == ["replicate", "time"]
    assert store.shape == (scenarios or 1, 10)
    assert store.is_sweep is (scenarios is not None)


def test_coordinates_carry_their_meaning(tmp_path: Path) -> None:
    (tmp_path / "s.zarr.partial").mkdir()
    (tmp_path / "s.zarr.partial" / "left").write_text("")
    world = FakeWorld(FakeScenario(), municipal=False)
    world.coords["department_name"] = ["Antioquia", "Cauca", "Norte de Santander"]
    store = Store.create(tmp_path / "s.zarr", world, identity="x", replicates=3, title="A run")
    assert [path.name for path in tmp_path.iterdir()] == ["s.zarr"]
    group: Any = zarr.open_group(store.path, mode="r")
    assert group.attrs["title"] == "A run"
    assert dict(group["time"].attrs) == {
        "long_name": "first day of the month", "standard_name": "time",
        "units": "days since 1970-01-01", "calendar": "proleptic_gregorian",
    }  # fmt: skip
    assert group["time"][0] == np.datetime64("2026-01-01").astype(int)
    assert group["department_name"].metadata.dimension_names == ("department",)
    assert dict(group["department_name"].attrs) == {"long_name": "department name"}
    assert group["status"].attrs["flag_values"] == [0, 1, 2]
    with pytest.raises(ValueError, match="at least one replicate"):
        layout(tmp_path / "none", replicates=0)
    with pytest.raises(ValueError, match="one to a block"):
        layout(tmp_path / "none", block=0)


def test_missing_jobs_finish_a_block_in_every_scenario_first(tmp_path: Path) -> None:
    run = go(tmp_path / "run", 6, sweep=2, failing=(1,), block=4)
    store = Store(run.directory / "trajectories.zarr")
    jobs = [(job.scenario, job.number, job.replicates) for job in missing_jobs(store, 10)]
    assert jobs == [
        (0, 0, (1,)), (1, 0, (1,)), (0, 1, (6, 7)), (1, 1, (6, 7)), (0, 2, (8, 9)), (1, 2, (8, 9)),
    ]  # fmt: skip
    assert missing_jobs(store, 1) == []


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "about 0 seconds"), (89, "about 89 seconds"), (90, "about 2 minutes"),
        (5399, "about 90 minutes"), (5400, "about 2 hours"), (36000, "about 10 hours"),
    ],
)  # fmt: skip
def test_how_long_a_run_takes_in_words(seconds: float, words: str) -> None:
    assert session._duration(seconds) == words


def make_session(folder: Path, listener: Listener, **options: Any) -> Session:
    request = fake_request(options.pop("replicates", 10))
    settings: dict[str, Any] = {
        "workers": None, "scheduler": None, "municipal": False, "force": False, "block": 4,
        "engine": ENGINE,
    }  # fmt: skip
    settings |= options
    return Session(request, folder=folder, reporter=listener, **settings)


def test_how_many_workers_are_worth_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "available_cores", lambda: 8)
    free = make_session(tmp_path, Listener())
    assert free._choose_workers(jobs=50, seconds=2.9) == 1
    assert free._choose_workers(jobs=50, seconds=3.0) == 8
    assert free._choose_workers(jobs=5, seconds=100.0) == 5
    told = make_session(tmp_path, Listener(), workers=3)
    assert told._choose_workers(jobs=50, seconds=0.1) == 3
    assert told._choose_workers(jobs=2, seconds=0.1) == 2
    assert told._choose_workers(jobs=0, seconds=0.1) == 1


def test_a_long_run_is_announced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listener = Listener()
    monkeypatch.setattr(Session, "_time_replicate", lambda self, world: 12.0)
    make_session(tmp_path / "long", listener, workers=1).execute()
    assert listener.said == ["This run takes about 2 minutes."]
    assert (listener.total, listener.done) == (10, 10)
    quiet = Listener()
    monkeypatch.setattr(Session, "_time_replicate", lambda self, world: 6.0)
    make_session(tmp_path / "short", quiet, workers=1).execute()
    assert quiet.said == []


def test_a_replicate_is_timed_twice_where_that_matters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one may have compiled."""
    took = iter([9.0, 0.5, 0.2])
    monkeypatch.setattr(Session, "_time_replicate", lambda self, world: next(took))
    worlds: Any = [FakeWorld(FakeScenario(), municipal=False)]
    timed = make_session(tmp_path, Listener())
    assert timed._measure(worlds) == 0.5
    assert timed._measure(worlds) == 0.2


def test_warnings_of_a_world_are_passed_on(tmp_path: Path) -> None:
    world = FakeWorld(FakeScenario(), municipal=False)
    world.warnings = ["one place is missing"]  # type: ignore[attr-defined]
    listener = Listener()
    worlds: Any = [world]
    make_session(tmp_path, listener)._measure(worlds)
    assert listener.said == ["warning: one place is missing"]


@pytest.mark.parametrize("wrong", [1.0, 2.0])
def test_every_point_of_a_sweep_is_looked_at_before_it_begins(tmp_path: Path, wrong: float) -> None:
    def refuse(scenario: FakeScenario, municipal: bool) -> FakeWorld:
        if scenario.level == wrong:
            raise InputError("no such territory")
        return FakeWorld(scenario, municipal)

    sweep, engine = fake_request(2, sweep=3), Engine(refuse, ENGINE.simulate)
    with pytest.raises(InputError, match="no such territory"):
        run_request(sweep, tmp_path / "run", workers=1, engine=engine)
    assert not (tmp_path / "run").exists()


def test_that_the_model_is_compiled_is_said_of_this_model_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "is_uncompiled", lambda: True)
    worlds: Any = [FakeWorld(FakeScenario(), municipal=False)]
    listener = Listener()
    make_session(tmp_path, listener)._measure(worlds)
    assert listener.said == []
    make_session(tmp_path, listener, engine=None)._measure(worlds)
    assert listener.said == ["First use: compiling the model takes up to half a minute."]


def test_an_interrupted_run_says_what_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Store.write

    def interrupt(self: Store, block: Any) -> None:
        write(self, block)
        if block.number == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(Store, "write", interrupt)
    listener = Listener()
    with pytest.raises(KeyboardInterrupt):
        make_session(tmp_path / "run", listener, workers=1).execute()
    assert listener.said == [
        f"Stopped. 8 of 10 replicates are stored in {tmp_path / 'run'}; "
        "the same command goes on from there."
    ]
    assert (listener.total, listener.done) == (10, 4)
    monkeypatch.undo()
    again = Listener()
    make_session(tmp_path / "run", again, workers=1).execute()
    assert (again.total, again.done) == (2, 2)


def test_years_take_the_last_stock_and_the_sum_of_flows() -> None:
    time = np.array(["2026-11", "2026-12", "2027-01", "2027-02"], dtype="datetime64[M]")
    values = np.array([[1.0, 2.0, 3.0, 5.0], [10.0, 20.0, 30.0, 50.0]])
    flows = {year: found.tolist() for year, found in by_year(values, time, "flow")}
    stocks = {year: found.tolist() for year, found in by_year(values, time, "stock")}
    assert flows == {2026: [3.0, 30.0], 2027: [8.0, 80.0]}
    assert stocks == {2026: [2.0, 20.0], 2027: [5.0, 50.0]}


def test_a_summary_goes_scenario_by_scenario(tmp_path: Path) -> None:
    run = go(tmp_path / "run", 5, sweep=2)
    rows = summarise(run.dataset, "unused")
    assert [(row.scenario, row.variable, row.year) for row in rows] == [
        (f"level-{k}", name, year)
        for k in range(2)
        for name in ("control", "newly_displaced")
        for year in (2026, 2027)
    ]
    values = run.dataset["control"].values[1, :, 11]
    row = next(r for r in rows if (r.scenario, r.variable) == ("level-1", "control"))
    assert [row.median, row.p05, row.p25, row.p75, row.p95] == pytest.approx(
        np.quantile(values, [0.5, 0.05, 0.25, 0.75, 0.95])
    )
    assert (row.unit, rows[2].unit) == ("1", "people")
    write_summary(tmp_path / "s.csv", rows)
    with (tmp_path / "s.csv").open(newline="") as file:
        head, first, *_ = csv.reader(file)
    assert head == ["scenario", "variable", "year", "median", "p05", "p25", "p75", "p95", "unit"]
    assert first[:3] == ["level-0", "control", "2026"]
    assert first[3] == f"{rows[0].median:.6g}"
    assert {path.name for path in tmp_path.iterdir()} == {"run", "s.csv"}
    alone = summarise(go(tmp_path / "alone", 3).dataset, "mine")
    assert {row.scenario for row in alone} == {"mine"}


def test_nothing_finished_is_nothing_to_summarise(tmp_path: Path) -> None:
    layout(tmp_path, municipal=True)
    data = open_dataset(tmp_path / "s.zarr")
    assert summarise(data, "x") == []
    assert data.sizes["replicate"] == 0
    assert np.isnan(data["presence_probability"].values).all()
    assert math.isnan(float(data["newly_displaced_municipality"].values[0, 0]))


def test_a_dataset_says_what_it_holds(tmp_path: Path) -> None:
    data = go(tmp_path / "run", 6, municipal=True, block=4).dataset
    assert data.attrs["title"] == "A fake scenario"
    assert data.attrs["Conventions"] == "CF-1.11"
    assert "not a prediction" in data.attrs["comment"]
    assert data["replicate"].attrs == {"long_name": "replicate"}
    by_group = data["presence_probability_group"]
    assert by_group.attrs["long_name"] == "Probability of an armed group, by group"
    assert (by_group.attrs["units"], by_group.attrs["kind"]) == ("1", "stock")
    assert data["newly_displaced_municipality"].attrs == {
        "long_name": "People newly displaced, mean over replicates", "units": "people",
        "kind": "flow",
    }  # fmt: skip
    assert data["department"].dtype.kind == data["group"].dtype.kind == "U"
    assert data["municipality"].values.tolist() == ["05001", "54001"]
    assert data["year"].values.tolist() == [2026, 2027]
