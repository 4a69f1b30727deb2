"""Runs on a real Dask cluster: the same bits, lost workers, refused workers, clear errors."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import distributed
import numpy as np
import pytest
from dask_cluster import SOURCE, DaskCluster
from fake_model import ENGINE, FakeScenario
from small_runs import Listener, go, start_run, wait_for_blocks

import rift_sim
from rift_sim.cli import main
from rift_sim.ensemble.execution.cluster import Cluster, ClusterError
from rift_sim.ensemble.execution.executor import Job, Plan
from rift_sim.ensemble.execution.remote import Parcel, compute_parcel
from rift_sim.ensemble.run import load
from rift_sim.errors import InputError
from rift_sim.scenario import Scenario, digest


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    with DaskCluster(tmp_path_factory.mktemp("dask")) as started:
        started.add_worker()
        started.add_worker()
        yield started


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Hash of 40 replicates, computed here."""
    return go(tmp_path_factory.mktemp("local") / "run", 40).digest()


@pytest.mark.parametrize("block", [1, 7, 16])
def test_the_same_bits_for_any_block_size(
    tmp_path: Path, cluster: DaskCluster, local: str, block: int
) -> None:
    run = go(tmp_path / "run", 40, scheduler=cluster.address, block=block)
    assert run.digest() == local
    assert run.manifest["sessions"][0]["where"] == "dask"


class Killer(Listener):
    """Kills a process once some replicates are stored."""

    def __init__(self, victim: Any, after: int) -> None:
        super().__init__()
        self._victim, self._after = victim, after

    def advance(self, replicates: int) -> None:
        super().advance(replicates)
        if self.done >= self._after:
            self._victim.kill()


def test_a_worker_killed_in_the_middle_changes_no_bit(tmp_path: Path, local: str) -> None:
    with DaskCluster(tmp_path) as own:
        own.add_worker()
        own.add_worker()
        # Both are there before the run begins, so that the one that dies has work.
        go(tmp_path / "first", 8, scheduler=own.address, progress=(early := Listener()))
        while len(_workers(own)) < 2:
            pass
        killer = Killer(own.workers[0], after=12)
        run = go(tmp_path / "run", 40, scheduler=own.address, pause=0.02, progress=killer)
        assert own.workers[0].wait(10) == -signal.SIGKILL
        assert len(_workers(own)) == 1
    assert early.done == 8
    assert run.failures == {}
    assert run.manifest["sessions"][0]["workers"] == 2
    assert run.digest() == local


def _workers(started: DaskCluster) -> set[str]:
    with Cluster(started.address, lambda text: None) as connected:
        return set(connected._client.nthreads())


def test_extended_here_and_there(tmp_path: Path, cluster: DaskCluster, local: str) -> None:
    go(tmp_path / "run", 9)
    listener = Listener()
    go(tmp_path / "run", 22, scheduler=cluster.address, progress=listener)
    assert listener.total == 13
    assert go(tmp_path / "run", 40, workers=2).digest() == local


def test_a_run_killed_on_the_cluster_goes_on(
    tmp_path: Path, cluster: DaskCluster, local: str
) -> None:
    process = start_run(tmp_path / "run", scheduler=cluster.address)
    wait_for_blocks(tmp_path / "run", 8)
    process.kill()
    process.communicate()
    kept = load(tmp_path / "run").replicates
    assert 8 <= kept < 40
    listener = Listener()
    run = go(tmp_path / "run", 40, scheduler=cluster.address, progress=listener)
    assert listener.total == 40 - kept
    assert run.digest() == local


def test_a_failed_replicate_is_recorded(tmp_path: Path, cluster: DaskCluster, local: str) -> None:
    run = go(tmp_path / "run", 40, scheduler=cluster.address, failing=(3, 21))
    assert run.replicates == 38
    assert set(run.failures) == {"0/3", "0/21"}
    assert "RuntimeError: replicate 3 was told to fail" in run.failures["0/3"]
    listener = Listener()
    cured = go(tmp_path / "run", 40, scheduler=cluster.address, progress=listener)
    assert listener.total == 2
    assert cured.digest() == local


def test_a_block_that_kills_its_worker_is_recorded(tmp_path: Path, local: str) -> None:
    with DaskCluster(tmp_path, allowed_failures=0) as own:
        own.add_worker()
        own.add_worker()
        while len(_workers(own)) < 2:
            pass
        run = go(tmp_path / "run", 40, scheduler=own.address, killing=(5,))
    assert {"0/4", "0/5", "0/6", "0/7"} <= set(run.failures)
    assert "died" in run.failures["0/5"]
    assert run.replicates == 40 - len(run.failures)
    assert run.replicates >= 28
    assert go(tmp_path / "run", 40).digest() == local


def test_a_sweep(tmp_path: Path, cluster: DaskCluster) -> None:
    there = go(tmp_path / "there", 9, sweep=3, scheduler=cluster.address)
    here = go(tmp_path / "here", 9, sweep=3, block=7)
    assert there.dataset["control"].dims == ("scenario", "replicate", "time")
    np.testing.assert_allclose(there.dataset["control"][2] - there.dataset["control"][0], 2.0)
    assert there.digest() == here.digest()


SWEPT = """\
name: swept
title: Aid and rent
extends: reference
end: 2026-04
replicates: 3
territory: {{municipalities: {municipalities}, neighbours: {neighbours}}}
sweep:
  aid:
    kept: {{}}
    gone: {{timeline: [{{date: 2026-03, id: aid-kept, aid: {{all: 0}}}}]}}
  rent: {{set: assumptions.recruitment_rent, values: [0.2, 0.4]}}
"""


@pytest.mark.long
def test_the_model_itself_with_sweep_and_design(
    tmp_path: Path, cluster: DaskCluster, small_map: dict[str, Path]
) -> None:
    beside = {key: shutil.copy(path, tmp_path) for key, path in small_map.items()}
    (tmp_path / "swept.yaml").write_text(SWEPT.format(**beside))
    (tmp_path / "points.csv").write_text("aid,rent\nkept,0.2\ngone,0.2\ngone,0.4\n")
    given = {"design": tmp_path / "points.csv", "block": 2}
    source = tmp_path / "swept.yaml"
    there = rift_sim.run(source, out=tmp_path / "there", scheduler=cluster.address, **given)
    here = rift_sim.run(source, out=tmp_path / "here", workers=1, **given)
    assert there.failures == {}
    assert there.dataset["aid"].values.tolist() == ["kept", "gone", "gone"]
    assert there.dataset.sizes["scenario"] == 3
    assert there.digest() == here.digest()
    aid = there.dataset["aid_usd"].values
    assert (aid[1] != aid[0]).any()


def test_a_worker_that_sees_other_files_is_refused(
    tmp_path: Path, make_scenario: Callable[..., Scenario]
) -> None:
    scenario = make_scenario(small=True)
    right = digest(scenario)

    def answer(expected: str) -> Any:
        parcel = Parcel(ENGINE, scenario, False, Job(0, 0, ()), expected, None)
        return compute_parcel(pickle.dumps(parcel))

    assert answer(right).replicates == ()
    assert "has other files" in answer("0" * 64)
    gone = scenario.model_copy(
        update={
            "territory": scenario.territory.model_copy(
                update={"municipalities": tmp_path / "gone.csv"}
            )
        }
    )
    parcel = Parcel(ENGINE, gone, False, Job(0, 0, ()), right, None)
    assert "lacks a file of the scenario" in compute_parcel(pickle.dumps(parcel))


@pytest.fixture(scope="module")
def other_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of rift_sim in which one line of the physics differs."""
    root = tmp_path_factory.mktemp("other")
    shutil.copytree(SOURCE, root / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("seeds", "scenarios", "pyproject.toml"):
        if (SOURCE.parent / name).exists():
            (root / name).symlink_to(SOURCE.parent / name)
    with (root / "src" / "rift_sim" / "physics" / "contest.py").open("a") as file:
        file.write("\n# An edit.\n")
    return root / "src"


def test_a_worker_with_other_code_is_refused(
    tmp_path: Path, other_code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = go(tmp_path / "here", 12).digest()
    with DaskCluster(tmp_path) as own:
        own.add_worker(code=other_code)
        with pytest.raises(InputError, match=r"no worker .* another version of the code"):
            go(tmp_path / "run", 12, scheduler=own.address)
        assert not (tmp_path / "run").exists()
        own.add_worker()
        while len(_all_workers(own)) < 2:
            pass
        run = go(tmp_path / "run", 12, scheduler=own.address, progress=(listener := Listener()))
        assert run.digest() == expected
        assert sum("is left out: it has another version" in text for text in listener.said) == 1
        # One that joins later is not asked before the run, but before its first block.
        monkeypatch.setattr(Cluster, "_check_workers", lambda self: None)
        late = go(tmp_path / "late", 12, scheduler=own.address, progress=(listener := Listener()))
        assert late.digest() == expected
        assert late.failures == {}
        assert sum("is left out: it has another version" in text for text in listener.said) == 1


def _all_workers(started: DaskCluster) -> dict[str, int]:
    from distributed import Client

    client: Any = Client
    with client(started.address, set_as_default=False) as connected:
        return dict(connected.nthreads())


def test_a_worker_without_rift_sim_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "rift_sim.py").write_text("raise ImportError('not installed')\n")
    with DaskCluster(tmp_path) as own:
        own.add_worker(code=tmp_path / "empty")
        with pytest.raises(InputError, match="has no such rift_sim"):
            go(tmp_path / "run", 12, scheduler=own.address)


def test_a_scheduler_that_dies_ends_the_run_and_loses_nothing(
    tmp_path: Path, local: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with DaskCluster(tmp_path) as own:
        own.add_worker()
        killer = Killer(own.scheduler, after=8)
        with pytest.raises(ClusterError, match="does not answer any more; finished replicates"):
            go(tmp_path / "run", 40, scheduler=own.address, pause=0.02, progress=killer)
    assert "Traceback" not in capfd.readouterr().err
    assert 8 <= load(tmp_path / "run").replicates < 40
    assert go(tmp_path / "run", 40).digest() == local


def test_no_more_than_a_few_blocks_are_under_way(cluster: DaskCluster) -> None:
    taken = 0

    def jobs() -> Iterator[Job]:
        nonlocal taken
        for number in range(60):
            taken += 1
            yield Job(0, number, (number,))

    with Cluster(cluster.address, lambda text: None) as connected:
        blocks = connected.run(Plan(ENGINE, (FakeScenario(),), False), jobs(), None)
        for received, _ in enumerate(blocks, 1):
            assert taken - received <= 2 * 2 + 1
            assert len(connected._flight) <= 2 * 2
        # What a user does with Dask beside it goes to no cluster by itself.
        with pytest.raises(ValueError, match="No global client"):
            distributed.get_client()
    assert received == 60


def test_bad_schedulers_are_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rift_sim.ensemble.execution.scheduler._CONNECT_SECONDS", 0.5)

    def refused(*arguments: str) -> str:
        assert main(["run", "reference", "-n", "1", *arguments]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.count("\n") == 1
        assert not (tmp_path / "runs").exists()
        return captured.err

    assert "nobody answers at tcp://127.0.0.1:9" in refused("--scheduler", "tcp://127.0.0.1:9")
    assert "allowed: tcp://HOST:PORT" in refused("--scheduler", "localhost")
    assert "own workers" in refused("--scheduler", "tcp://127.0.0.1:9", "--workers", "2")
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert "pip install 'rift-sim[cluster]'" in refused("--scheduler", "tcp://127.0.0.1:9")


def test_distributed_is_imported_only_for_a_cluster(tmp_path: Path) -> None:
    code = (
        "import sys, rift_sim; from fake_model import ENGINE, fake_request; "
        "from pathlib import Path; from rift_sim.ensemble.run import run_request; "
        f"run_request(fake_request(3), Path({str(tmp_path / 'run')!r}), engine=ENGINE); "
        "sys.exit('distributed' in sys.modules)"
    )
    here = str(Path(__file__).parent)
    subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": here}, check=True, timeout=60
    )
