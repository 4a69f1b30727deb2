"""Workers elsewhere, seen from both sides without a cluster: what they say, and what follows."""

from __future__ import annotations

import logging
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import distributed
import numpy as np
import pytest
from fake_model import ENGINE, FakeScenario, FakeWorld

from rift_sim.ensemble.engine import Engine
from rift_sim.ensemble.execution import cluster as there
from rift_sim.ensemble.execution import executor, remote, scheduler
from rift_sim.ensemble.execution.calls import block_function, check_function
from rift_sim.ensemble.execution.cluster import Cluster, ClusterError
from rift_sim.ensemble.execution.executor import (
    Job,
    Plan,
    Worlds,
    compute,
    compute_blocks,
    coordinates,
)
from rift_sim.ensemble.execution.remote import Parcel, compute_parcel, digests, requirements, unfit
from rift_sim.ensemble.storage.store import Block
from rift_sim.errors import InputError
from rift_sim.scenario import Scenario, digest

PLAN = Plan(ENGINE, (FakeScenario(),), False)


def test_what_must_be_equal_on_both_sides() -> None:
    mine = requirements()
    libraries = {"python", "numpy", "numba", "mesa", "machine", "kernels"}
    assert set(mine) == {"code", "seeds", *libraries}
    assert "missing" not in mine.values()
    assert unfit(pickle.loads(pickle.dumps(mine))) is None
    for code in ("0", "z"):
        assert unfit(mine | {"code": code, "numpy": "0.1"}) == "has another version of the code"
    assert unfit(mine | {"numpy": "0.1"}) == f"has numpy {mine['numpy']}, not 0.1"
    assert unfit(mine | {"seeds": "z", "dask": "1"}) == (
        "has other figures in seeds/ and has dask missing, not 1"
    )


def test_a_worker_that_cannot_read_its_seeds_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = requirements()

    def refuse() -> None:
        raise InputError("there is no ledger")

    monkeypatch.setattr(remote, "requirements", refuse)
    assert unfit(wanted) == "cannot read its own seeds (there is no ledger)"
    check = check_function()
    assert check(wanted) == (unfit(wanted), remote.processor())
    monkeypatch.delattr(remote, "unfit")
    assert check(wanted)[0].startswith("has no such rift_sim (")
    assert check(wanted)[1] == ""


def parcel(scenario: Any = PLAN.scenarios[0], **changes: Any) -> bytes:
    fields: dict[str, Any] = {"digest": None, "coordinates": None, "engine": ENGINE} | changes
    return pickle.dumps(
        Parcel(
            fields["engine"], scenario, False, Job(3, 1, (4, 5)), fields["digest"],
            fields["coordinates"],
        )
    )  # fmt: skip


def test_a_parcel_gives_the_block_that_is_computed_here() -> None:
    here = compute(PLAN, Worlds(PLAN), Job(0, 1, (4, 5)))
    found = compute_parcel(parcel())
    assert (found.scenario, found.number, found.replicates) == (3, 1, (4, 5))
    assert found.arrays.keys() == here.arrays.keys()
    for name, values in here.arrays.items():
        np.testing.assert_array_equal(found.arrays[name], values)


_built: list[FakeScenario] = []


def counted_world(scenario: FakeScenario, municipal: bool) -> FakeWorld:
    _built.append(scenario)
    return FakeWorld(scenario, municipal)


def test_a_worker_keeps_the_worlds_it_used_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_worlds", type(remote._worlds)())
    monkeypatch.setattr(remote, "_WORLDS_KEPT", 2)
    _built.clear()
    engine = Engine(counted_world, ENGINE.simulate)
    for level in (0.0, 1.0, 0.0, 2.0, 0.0, 1.0):
        compute_parcel(parcel(FakeScenario(level=level), engine=engine))
    assert [scenario.level for scenario in _built] == [0.0, 1.0, 2.0, 1.0]


def test_files_that_a_scenario_names_must_be_the_same(
    make_scenario: Callable[..., Scenario],
) -> None:
    scenario = make_scenario(small=True)
    plan = Plan(Engine(), (scenario, FakeScenario()), False)
    assert digests(plan) == [digest(scenario), None]
    assert compute_parcel(parcel(scenario, digest="z")) == (
        "has other files under the paths that the scenario names"
    )
    nowhere = scenario.territory.model_copy(update={"municipalities": Path("/no/such.csv")})
    away = scenario.model_copy(update={"territory": nowhere})
    assert str(compute_parcel(parcel(away, digest="z"))).startswith(
        "lacks a file of the scenario: "
    )


def test_a_worker_answers_for_a_parcel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distributed, "get_worker", lambda: SimpleNamespace(address="tcp://w:1"))
    answer = block_function()
    address, reason, block = answer(requirements(), parcel())
    assert (address, reason, block.replicates) == ("tcp://w:1", None, (4, 5))
    assert answer({"code": "z"}, b"") == ("tcp://w:1", "has another version of the code", None)
    monkeypatch.delattr(remote, "unfit")
    address, reason, block = answer(requirements(), parcel())
    assert reason is not None
    assert reason.startswith("has no such rift_sim (")
    assert block is None


# Worlds and blocks ----------------------------------------------------------------------------


def other_world(scenario: FakeScenario, municipal: bool) -> FakeWorld:
    world = counted_world(scenario, municipal)
    if scenario.level == 9.0:
        world.coords["group"] = np.array(["eln", "epl"])
    return world


def test_worlds_are_built_where_needed_and_the_last_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(executor, "_WORLDS_KEPT", 2)
    _built.clear()
    points = tuple(FakeScenario(level=float(k)) for k in range(3))
    worlds = Worlds(Plan(Engine(counted_world, ENGINE.simulate), points, False))
    first = worlds[0]
    for number in (0, 1, 0, 2, 0):
        assert worlds[number].scenario.level == number  # type: ignore[attr-defined]
    assert worlds[0] is first
    worlds[1]
    assert [scenario.level for scenario in _built] == [0.0, 1.0, 2.0, 1.0]


def test_points_with_other_groups_are_refused_whichever_comes_first() -> None:
    points = (FakeScenario(), FakeScenario(level=9.0))
    plan = Plan(Engine(other_world, ENGINE.simulate), points, False)
    with pytest.raises(InputError, match="differ in their groups") as caught:
        Worlds(plan)[1]
    assert caught.value.key == "sweep"
    worlds = Worlds(plan)
    worlds[0]
    with pytest.raises(InputError, match="differ in their groups"):
        worlds[1]
    alone = Plan(plan.engine, points[1:], False)
    assert Worlds(alone)[0].coords["group"].tolist() == ["eln", "epl"]
    with pytest.raises(InputError, match="differ in their groups"):
        Worlds(alone, coordinates(Worlds(plan)[0]))[0]


def odd_simulate(world: FakeWorld, replicate: int) -> Any:
    found = dict(ENGINE.simulate(world, replicate))
    if replicate == 1:
        found["control"] = np.zeros(3)
    if replicate == 2:
        del found["control"]
    if replicate == 3:
        raise ValueError("two\n  lines")
    if replicate == 4:
        raise ValueError
    return found


def test_a_replicate_that_fails_is_described_in_one_line() -> None:
    plan = Plan(Engine(ENGINE.world, odd_simulate), (FakeScenario(),), False)
    block = compute(plan, Worlds(plan), Job(0, 0, tuple(range(6))))
    assert block.replicates == (0, 5)
    assert {values.shape[0] for values in block.arrays.values()} == {2}
    assert block.failures.keys() == {1, 2, 3, 4}
    assert block.failures[1].startswith("ValueError: control has shape (3,) (executor.py:")
    assert block.failures[2].startswith("KeyError: 'control' (executor.py:")
    assert block.failures[3].startswith("ValueError: two lines (test_ensemble_remote.py:")
    assert block.failures[4].startswith("ValueError (test_ensemble_remote.py:")
    whole = compute(PLAN, Worlds(PLAN), Job(0, 0, (5,)))
    np.testing.assert_array_equal(block.arrays["control"][1], whole.arrays["control"][0])
    assert block.seconds > 0.0


def test_jobs_are_taken_one_by_one() -> None:
    taken: list[int] = []

    def jobs() -> Iterator[Job]:
        for number in range(3):
            taken.append(number)
            yield Job(0, number, (number,))

    blocks = compute_blocks(PLAN, jobs(), 1)
    assert next(blocks).number == 0
    assert taken == [0]
    assert [block.number for block in blocks] == [1, 2]


@pytest.mark.parametrize("points", [1, 2])
def test_a_cluster_is_told_the_dimensions_of_a_sweep_only(points: int) -> None:
    told: list[Any] = []

    class Elsewhere:
        def run(self, plan: Plan, jobs: Any, shared: Any) -> Iterator[Block]:
            told.append(shared)
            yield from (compute(plan, Worlds(plan), job) for job in jobs)

    plan = Plan(ENGINE, tuple(FakeScenario(level=float(k)) for k in range(points)), False)
    _built.clear()
    elsewhere: Any = Elsewhere()
    (block,) = compute_blocks(plan, JOBS[:1], 1, cluster=elsewhere)
    assert block.replicates == (0, 1)
    assert told == [coordinates(Worlds(plan)[0]) if points > 1 else None]


# A cluster, played by one thread --------------------------------------------------------------


class Future:
    def __init__(self, status: str, answer: Any) -> None:
        self.status, self.answer = status, answer
        self.released = self.cancelled = False

    def add_done_callback(self, tell: Callable[[Any], None]) -> None:
        if self.status != "pending":
            tell(self)

    def result(self) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def done(self) -> bool:
        return self.status != "pending"

    def release(self) -> None:
        self.released = True

    def cancel(self) -> None:
        self.cancelled = True


class Client:
    """Computes at once what it is sent; `answers` says what workers are and reply."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers, self.status = answers, "running"
        self.closed, self.cancelled = False, list[Any]()
        self.cancels = 0
        self.sent: list[dict[str, Any]] = []
        self.reply: Callable[[Any, bytes], tuple[str, Any]] = self.compute
        self.looks = 0

    def nthreads(self) -> dict[str, int]:
        self.looks += 1
        return dict.fromkeys(self.answers, 1)

    def run(self, function: Any, wanted: Any, on_error: str) -> dict[str, Any]:
        assert on_error == "return"
        assert wanted == requirements()
        return self.answers

    def submit(self, function: Any, wanted: Any, content: bytes, **options: Any) -> Future:
        self.sent.append(options)
        return Future(*self.reply(options["workers"], content))

    def compute(self, workers: Any, content: bytes) -> tuple[str, Any]:
        return "finished", (min(workers or self.answers), None, compute_parcel(content))

    def cancel(self, futures: list[Any], force: bool) -> None:
        assert force
        self.cancels += 1
        self.cancelled += futures

    def close(self) -> None:
        self.closed = True


FIT = (None, remote.processor())
JOBS = [Job(0, number, (2 * number, 2 * number + 1)) for number in range(4)]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Client, Cluster, list[str]]]:
    monkeypatch.setattr(there, "_LOOK_SECONDS", 0.0)

    def make(**answers: Any) -> tuple[Client, Cluster, list[str]]:
        client, said = Client(answers), list[str]()
        monkeypatch.setattr(there, "connect", lambda address: client)
        return client, Cluster("tcp://localhost:1", said.append), said

    return make


@pytest.mark.parametrize(
    ("address", "leaves"),
    [
        ("tcp://localhost:1", False), ("tcp://127.0.0.1:1", False), ("tcp://[::1]:1", False),
        ("tcp://10.0.0.1:1", True), ("tcp://[2001:db8::1]:1", True), ("tcp://node:1", True),
        ("tls://10.0.0.1:1", False), ("tls://node:1", False), ("tcp://localhost.org:1", True),
        ("tcp://alpha:1", True),
    ],
)  # fmt: skip
def test_what_leaves_this_machine_unencrypted(address: str, leaves: bool) -> None:
    assert scheduler.is_open(address) is leaves


@pytest.mark.parametrize("reason", [OSError("timed out"), ValueError("no address")])
def test_a_scheduler_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, reason: Exception
) -> None:
    def refuse(*arguments: Any, **options: Any) -> None:
        raise reason

    monkeypatch.setattr(distributed, "Client", refuse)
    with pytest.raises(InputError, match="nobody answers at tcp://localhost:1") as caught:
        scheduler.connect("tcp://localhost:1")
    assert caught.value.key == "scheduler"


def test_who_sends_in_the_open_is_warned(play: Any) -> None:
    client, _, _ = play(a=FIT)
    said: list[str] = []
    with Cluster("tcp://10.0.0.1:1", said.append):
        assert not client.closed
    assert len(said) == 1
    assert said[0].startswith("warning: what is sent to tcp://10.0.0.1:1 is not encrypted")


def test_blocks_come_back_from_whoever_is_fit(play: Any) -> None:
    client, cluster, said = play(a=FIT, b=FIT)
    with cluster:
        assert cluster.size == 2
        blocks = list(cluster.run(PLAN, JOBS, None))
    assert sorted(block.number for block in blocks) == [0, 1, 2, 3]
    assert said == []
    assert {options["workers"] for options in client.sent} == {None}
    assert len({options["key"] for options in client.sent}) == 4
    assert all(options["pure"] is False for options in client.sent)
    assert client.closed
    assert client.cancels == 0


def test_a_worker_that_is_unfit_gets_nothing(play: Any) -> None:
    client, cluster, said = play(a=("has another version of the code", ""), b=FIT)
    with cluster:
        assert cluster.size == 1
        assert len(list(cluster.run(PLAN, JOBS, None))) == 4
    assert said == ["Worker a is left out: it has another version of the code."]
    assert {tuple(options["workers"]) for options in client.sent} == {("b",)}


def test_a_worker_found_unfit_later_is_left_out_and_its_block_computed(play: Any) -> None:
    client, cluster, said = play(a=FIT, b=FIT)

    def refuse(workers: Any, content: bytes) -> tuple[str, Any]:
        if workers is None:
            return "finished", ("a", "has other files", None)
        return client.compute(workers, content)

    client.reply = refuse
    with cluster:
        blocks = list(cluster.run(PLAN, JOBS, None))
        assert cluster.size == 1
    assert sorted(block.number for block in blocks) == [0, 1, 2, 3]
    assert said == ["Worker a is left out: it has other files."]


def test_no_fit_worker_is_an_error_that_names_three(play: Any) -> None:
    answers = dict.fromkeys("abcd", ("has other seeds", "")) | {"b": OSError("gone")}
    client, cluster, said = play(**answers)
    with pytest.raises(InputError) as caught, cluster:
        pass
    assert (
        "no worker at tcp://localhost:1 can compute this run: a has other seeds; "
        "b fails (OSError: gone); c has other seeds; allowed"
    ) in str(caught.value)
    assert caught.value.key == "scheduler"
    assert client.closed
    assert said == []


def test_another_processor_is_mentioned(play: Any) -> None:
    _, cluster, said = play(a=FIT, b=(None, "other"), c=(None, "other"))
    with cluster:
        pass
    assert len(said) == 1
    assert said[0].startswith("2 of 3 workers have another type of processor")


def test_the_first_worker_is_waited_for(play: Any) -> None:
    client, cluster, said = play()
    threading.Timer(0.3, client.answers.update, [{"a": FIT}]).start()
    with cluster:
        assert cluster.size == 1
    assert said == ["tcp://localhost:1 has no worker yet; waiting for the first."]


def test_workers_that_go_are_missed_and_their_blocks_taken_back(
    play: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, cluster, said = play(a=("is unfit", ""), b=FIT)
    monkeypatch.setattr(there, "_LOOK_SECONDS", 0.01)
    held: list[Future] = []

    def hold(workers: list[str], content: bytes) -> tuple[str, Any]:
        if workers == ["b"]:
            return "pending", None
        return client.compute(workers, content)

    client.reply = hold
    submit = client.submit
    client.submit = lambda *a, **o: held.append(submit(*a, **o)) or held[-1]  # type: ignore[method-assign, func-returns-value]

    def swap() -> None:
        del client.answers["b"]
        time.sleep(0.1)
        client.answers["c"] = FIT

    with cluster:
        threading.Timer(0.1, swap).start()
        blocks = list(cluster.run(PLAN, JOBS[:2], None))
    assert sorted(block.number for block in blocks) == [0, 1]
    assert said.count("No worker is left at tcp://localhost:1; waiting for one.") == 1
    assert [future.cancelled for future in held[:2]] == [True, True]


def test_a_slow_worker_is_waited_for(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client, cluster, said = play(a=("is unfit", ""), b=FIT)
    monkeypatch.setattr(there, "_LOOK_SECONDS", 0.01)
    client.reply = lambda workers, content: ("pending", client.compute(workers, content)[1])
    submit, sent = client.submit, list[Future]()

    def finish() -> None:
        sent[0].status = "finished"
        cluster._finished.put(sent[0])

    def slow(*arguments: Any, **options: Any) -> Future:
        sent.append(submit(*arguments, **options))
        threading.Timer(0.2, finish).start()
        return sent[-1]

    client.submit = slow  # type: ignore[method-assign]
    with cluster:
        assert [block.number for block in cluster.run(PLAN, JOBS[:1], None)] == [0]
    assert len(sent) == 1
    assert not sent[0].cancelled
    assert len(said) == 1


def test_what_goes_wrong_with_a_block_is_recorded(play: Any) -> None:
    class KilledWorker(Exception):
        pass

    client, cluster, _ = play(a=FIT)
    client.reply = lambda workers, content: ("error", KilledWorker("many\nlines"))
    with cluster:
        (block,) = cluster.run(PLAN, JOBS[:1], None)
    assert block.failures == dict.fromkeys((0, 1), "every worker that computed it died")
    client, cluster, _ = play(a=FIT)
    client.reply = lambda workers, content: ("error", IndexError("two\n lines"))
    with cluster:
        (block,) = cluster.run(PLAN, JOBS[1:2], None)
    assert block == Block(0, 1, (), {}, dict.fromkeys((2, 3), "IndexError: two lines"))


@pytest.mark.parametrize(
    ("status", "answer"), [("cancelled", None), ("lost", None), ("finished", OSError("closed"))]
)
def test_a_scheduler_that_goes_ends_the_run(play: Any, status: str, answer: Any) -> None:
    client, cluster, _ = play(a=FIT)
    client.reply = lambda workers, content: (status, answer)
    levels = [logging.getLogger(name).level for name in ("distributed", "distributed.client")]
    with cluster:
        assert logging.getLogger("distributed").level == logging.CRITICAL
        with pytest.raises(ClusterError, match="tcp://localhost:1: the scheduler does not answer"):
            list(cluster.run(PLAN, JOBS, None))
    assert [logging.getLogger(n).level for n in ("distributed", "distributed.client")] == levels
    assert client.closed


def test_no_more_than_two_blocks_for_each_worker_are_under_way(play: Any) -> None:
    client, cluster, _ = play(a=FIT)
    with cluster:
        blocks = cluster.run(PLAN, JOBS, None)
        next(blocks)
        assert len(client.sent) == 2
        next(blocks)
        assert len(client.sent) == 3
        blocks.close()
    # What was under way is called off.
    assert len(client.cancelled) == 1
