"""A run: same bits whatever the workers, extension, refusal and failure."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import textwrap
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_model import ENGINE, FakeScenario, FakeWorld, fake_request, fake_simulate
from small_runs import HERE, Listener, arrays, assert_same, go

import rift_sim
from rift_sim.ensemble.engine import Engine
from rift_sim.ensemble.execution import pool
from rift_sim.ensemble.run import load, run_request
from rift_sim.ensemble.storage.store import Store
from rift_sim.errors import InputError
from rift_sim.scenario import Scenario


@pytest.mark.parametrize("block", [1, 7, 16])
@pytest.mark.parametrize("workers", [1, 2])
def test_same_bits_for_any_workers_and_block_size(tmp_path: Path, block: int, workers: int) -> None:
    one = go(tmp_path / "one", 17)
    two = go(tmp_path / "two", 17, workers=workers, block=block)
    assert_same(arrays(one), arrays(two))
    assert one.digest() == two.digest()


def test_the_hash_sees_every_bit_and_every_replicate(tmp_path: Path) -> None:
    run = go(tmp_path / "run", 9)
    whole = run.digest()
    assert len(whole) == 64
    assert go(tmp_path / "fewer", 8).digest() != whole
    assert go(tmp_path / "seed", 9, seed=2).digest() != whole
    assert go(tmp_path / "municipal", 9, municipal=True).digest() != whole
    store = Store(run.directory / "trajectories.zarr")
    chunk = store.read("control_department", 0, 1)
    chunk[2, 5, 1] = np.nextafter(chunk[2, 5, 1], np.float32(2))
    store._arrays["control_department"].write((1, 0, 0), chunk)
    assert run.digest() != whole
    chunk[2, 5, 1] = np.nextafter(chunk[2, 5, 1], np.float32(-2))
    store._arrays["control_department"].write((1, 0, 0), chunk)
    assert run.digest() == whole


def test_a_summary_keeps_nothing_in_memory(tmp_path: Path) -> None:
    run = go(tmp_path / "run", 600, sweep=8, months=60, block=100)
    one_variable = 8 * 600 * 60 * 8
    assert run.dataset["control"].shape == (8, 600, 60)
    tracemalloc.start()
    rows = run.rows()
    left, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(rows) == 8 * 2 * 5
    assert left < 0.2 * one_variable
    assert peak < one_variable


def test_the_folder_has_everything(tmp_path: Path) -> None:
    run = go(tmp_path / "run", 9)
    assert {path.name for path in run.directory.iterdir()} == {
        "trajectories.zarr",
        "scenario.resolved.yaml",
        "manifest.json",
        "summary.csv",
    }
    manifest = json.loads((run.directory / "manifest.json").read_text())
    assert manifest["replicates"] == 9
    assert manifest["finished"] is True
    assert manifest["seed"] == 1
    assert {"python", "numpy", "numba", "mesa", "zarr", "rift_sim"} <= set(manifest["versions"])
    assert manifest["identity"]["code"]
    with (run.directory / "summary.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    flow = next(r for r in rows if r["variable"] == "newly_displaced" and r["year"] == "2027")
    values = run.dataset["newly_displaced"].values[:, 12:].sum(axis=1)
    assert float(flow["median"]) == pytest.approx(np.median(values), rel=1e-5)
    assert float(flow["p95"]) == pytest.approx(np.quantile(values, 0.95), rel=1e-5)
    stock = next(r for r in rows if r["variable"] == "control" and r["year"] == "2026")
    assert float(stock["p05"]) == pytest.approx(
        np.quantile(run.dataset["control"].values[:, 11], 0.05), rel=1e-5
    )
    assert run.summary().columns.tolist() == list(rows[0])


def test_a_larger_number_extends(tmp_path: Path) -> None:
    first = arrays(go(tmp_path / "run", 6))
    listener = Listener()
    second = go(tmp_path / "run", 11, progress=listener)
    assert (listener.total, listener.done) == (5, 5)
    grown = arrays(second)
    assert second.replicates == 11
    for name, values in first.items():
        np.testing.assert_array_equal(grown[name][:6], values)
    assert_same(grown, arrays(go(tmp_path / "fresh", 11)))


@pytest.mark.parametrize("fewer", [6, 3])
def test_no_more_replicates_is_nothing_to_do(tmp_path: Path, fewer: int) -> None:
    go(tmp_path / "run", 6)
    before = (tmp_path / "run" / "manifest.json").read_bytes()
    listener = Listener()
    run = go(tmp_path / "run", fewer, progress=listener)
    assert listener.total == 0
    assert any("Nothing to compute" in text for text in listener.said)
    assert run.replicates == 6
    assert (tmp_path / "run" / "manifest.json").read_bytes() == before


def test_a_different_run_is_refused_and_force_replaces_it(tmp_path: Path) -> None:
    go(tmp_path / "run", 6)
    (tmp_path / "run" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"different run \(seed 1, asked for 2\).*--force"):
        go(tmp_path / "run", 6, seed=2)
    assert load(tmp_path / "run").manifest["seed"] == 1
    run = go(tmp_path / "run", 5, seed=2, force=True)
    assert run.replicates == 5
    assert_same(arrays(run), arrays(go(tmp_path / "fresh", 5, seed=2)))
    assert (tmp_path / "run" / "notes.txt").read_text() == "mine"


def test_force_keeps_the_old_run_when_the_new_one_cannot_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(tmp_path / "run", 6)

    def refuse(scenario: object, municipal: bool) -> None:
        raise InputError("no such territory")

    with pytest.raises(InputError, match="no such territory"):
        run_request(
            fake_request(3, seed=2),
            tmp_path / "run",
            force=True,
            engine=Engine(refuse, ENGINE.simulate),  # type: ignore[arg-type]
        )
    assert load(tmp_path / "run").replicates == 6


@pytest.mark.parametrize("force", [False, True])
def test_a_foreign_folder_is_left_alone(tmp_path: Path, force: bool) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="holds no run"):
        go(tmp_path, 3, force=force)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    with pytest.raises(InputError, match="is a file"):
        go(tmp_path / "thesis.tex", 3, force=force)


def test_nothing_is_written_when_the_world_is_refused(tmp_path: Path) -> None:
    def refuse(scenario: object, municipal: bool) -> None:
        raise InputError("no such territory")

    with pytest.raises(InputError):
        run_request(fake_request(3), tmp_path / "run", engine=Engine(refuse, ENGINE.simulate))  # type: ignore[arg-type]
    assert not (tmp_path / "run").exists()


def test_a_failed_replicate_is_recorded_and_the_run_goes_on(tmp_path: Path) -> None:
    run = go(tmp_path / "run", 10, failing=(3, 8), workers=2)
    assert run.replicates == 8
    assert run.dataset["replicate"].values.tolist() == [0, 1, 2, 4, 5, 6, 7, 9]
    assert set(run.failures) == {"0/3", "0/8"}
    assert "RuntimeError: replicate 3 was told to fail" in run.failures["0/3"]
    assert run.manifest["failed"] == 2
    listener = Listener()
    cured = go(tmp_path / "run", 10, progress=listener)
    assert listener.total == 2
    assert_same(arrays(cured), arrays(go(tmp_path / "fresh", 10)))


def test_a_worker_that_dies_once_is_replaced(tmp_path: Path) -> None:
    marker = str(tmp_path / "died")
    run = go(tmp_path / "run", 16, workers=2, killing=(5,), marker=marker)
    assert Path(marker).exists()
    assert run.failures == {}
    assert_same(arrays(run), arrays(go(tmp_path / "fresh", 16)))


def test_a_block_that_kills_every_worker_is_recorded(tmp_path: Path) -> None:
    run = go(tmp_path / "run", 16, workers=2, killing=(5,))
    assert set(run.failures) == {"0/4", "0/5", "0/6", "0/7"}
    assert "ended twice" in run.failures["0/5"]
    assert run.replicates == 12


def test_a_sweep_has_a_scenario_dimension(tmp_path: Path) -> None:
    run = go(tmp_path / "run", 6, sweep=3, workers=2)
    data = run.dataset
    assert data["control"].dims == ("scenario", "replicate", "time")
    assert data["scenario"].values.tolist() == ["level-0", "level-1", "level-2"]
    assert data["level"].values.tolist() == ["0", "1", "2"]
    # Paired draw by draw: the fake adds its level to the same random numbers.
    np.testing.assert_allclose(data["control"][2] - data["control"][0], 2.0)
    assert {row.scenario for row in run.rows()} == {"level-0", "level-1", "level-2"}
    assert_same(arrays(go(tmp_path / "run", 9, sweep=3)), arrays(go(tmp_path / "b", 9, sweep=3)))


def test_a_replicate_that_failed_in_one_scenario_is_left_out(tmp_path: Path) -> None:
    run = go(tmp_path / "run", 5, sweep=2, failing=(1,))
    assert run.dataset["replicate"].values.tolist() == [0, 2, 3, 4]
    assert set(run.failures) == {"0/1", "1/1"}


def test_municipal_arrays_become_probabilities(tmp_path: Path) -> None:
    run = go(tmp_path / "run", 10, municipal=True)
    data = run.dataset
    assert data["presence_probability"].dims == ("year", "municipality")
    assert data["presence_probability_group"].dims == ("year", "municipality", "group")
    assert data["newly_displaced_municipality"].attrs["units"] == "people"
    world = FakeWorld(FakeScenario(), municipal=True)
    raw = np.stack([fake_simulate(world, r)["presence_municipality"] for r in range(10)])
    np.testing.assert_allclose(data["presence_probability"].values, raw.mean(axis=0))
    alone = go(tmp_path / "alone", 1, municipal=True).dataset
    np.testing.assert_array_equal(alone["presence_probability"].values, raw[0])
    go(tmp_path / "plain", 3)
    with pytest.raises(InputError, match="without --municipal"):
        go(tmp_path / "plain", 3, municipal=True)


def test_what_a_worker_inherits_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread, and no Ctrl-C while it starts; the parent has its own again behind it."""
    code = """if True:
    import os, signal
    blocked = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    print(blocked, *(os.environ.get(f"{name}_NUM_THREADS") for name in ("OMP", "NUMBA")))
    """

    def inherited() -> str:
        command = [sys.executable, "-S", "-c", code]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)
    main = sys.modules["__main__"]
    monkeypatch.setattr(main, "__file__", "script.py", raising=False)
    assert inherited() == "False 7 None\n"
    with pool._quiet_start():
        assert inherited() == "True 1 1\n"
        assert main.__file__ is None
    assert inherited() == "False 7 None\n"
    assert main.__file__ == "script.py"


def test_scripts_need_no_guard(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import sys
            sys.path.insert(0, {str(HERE)!r})
            from pathlib import Path
            from fake_model import ENGINE, fake_request
            from rift_sim.ensemble.run import run_request
            print(run_request(fake_request(8), Path({str(tmp_path / "run")!r}), workers=2,
                              block=4, engine=ENGINE).replicates)
            """
        )
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "8\n"


@pytest.mark.parametrize("options", [{"workers": 0}, {"block": 0}])
def test_impossible_numbers_are_refused(tmp_path: Path, options: dict[str, int]) -> None:
    with pytest.raises(InputError):
        go(tmp_path / "run", 3, **options)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"workers": "x"}, "workers: 'x' is not a whole number"),
        ({"workers": True}, "workers: True is not a whole number"),
        ({"workers": 1.5}, "workers: 1.5 is not a whole number"),
        ({"block": None}, "block: None is not a whole number"),
        ({"settings": [1]}, "settings: 1 is not text"),
        ({"settings": "end=2026-02"}, "settings: 'end=2026-02' is no sequence of texts"),
        ({"settings": None}, "settings: None is no sequence of texts"),
        ({"out": 3}, "out: 3 is not a path"),
        ({"design": 3}, "design: 3 is not a path"),
        ({"scheduler": 3}, "scheduler: 3 is not text"),
    ],
)
def test_what_is_of_another_type_is_refused(
    make_scenario: Callable[..., Scenario], tmp_path: Path, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError) as caught:
        rift_sim.run(make_scenario(), **{"out": tmp_path / "run", **options})
    assert str(caught.value).startswith(f"{said}; allowed: ")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("given", [None, 3, [Path()]])
def test_only_a_path_is_loaded(given: Any) -> None:
    with pytest.raises(InputError, match="is not a path; allowed: "):
        load(given)


def small_world(scenario: Any, municipal: bool) -> FakeWorld:
    return FakeWorld(FakeScenario(seed=scenario.seed, months=scenario.months), municipal)


def test_a_run_goes_where_it_is_told(
    make_scenario: Callable[..., Scenario], tmp_path: Path
) -> None:
    engine = Engine(small_world, ENGINE.simulate)
    told = rift_sim.run(make_scenario(), out=tmp_path / "told", workers=1, engine=engine)
    assert told.directory == tmp_path / "told"
    assert repr(told) == f"Run('{tmp_path / 'told'}', 2 replicates)"
    assert told.name == "test"
    one, two = (
        rift_sim.run(make_scenario(), replicates=3, workers=1, engine=engine) for _ in range(2)
    )
    assert one.replicates == two.replicates == 3
    assert one.directory != two.directory
    assert one.directory.parent == two.directory.parent
    # Nobody else on this machine may look into it.
    assert one.directory.parent.stat().st_mode & 0o077 == 0
    assert one.digest() == two.digest()


def test_a_run_without_a_folder_is_gone_with_python(tmp_path: Path) -> None:
    script = f"""
    import sys
    sys.path.insert(0, {str(HERE)!r})
    import rift_sim
    from fake_model import ENGINE
    from rift_sim.ensemble.engine import Engine
    from test_ensemble_run import small_world
    engine = Engine(small_world, ENGINE.simulate)
    for seed in (1, 2):
        run = rift_sim.run("reference", replicates=2, seed=seed, workers=1, engine=engine)
        print(run.directory, run.directory.is_dir())
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True, text=True, timeout=60, check=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )  # fmt: skip
    places = [line.split() for line in done.stdout.splitlines()]
    assert [there for _, there in places] == ["True", "True"]
    assert all(Path(place).is_relative_to(tmp_path) for place, _ in places)
    assert list(tmp_path.iterdir()) == []
