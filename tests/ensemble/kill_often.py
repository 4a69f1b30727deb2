"""Kill a run of the real model at random moments and resume each; print what came of it.

A process of its own, because it forks: everything is imported and compiled once, and
each child begins from there.

    python kill_often.py SCENARIO FOLDER KILLS
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import dask.array  # noqa: F401 - all of these once, not in each child
import numcodecs.blosc  # noqa: F401
import xarray.backends.zarr  # noqa: F401
import zarr  # noqa: F401

from rift_sim.ensemble.run import load, run
from rift_sim.ensemble.store import Store
from rift_sim.errors import InputError
from rift_sim.model import World, simulate
from rift_sim.scenario import load_scenario


class Count:
    total = 0

    def say(self, text: str) -> None:
        pass

    def begin(self, total: int) -> None:
        self.total = total

    def advance(self, replicates: int) -> None:
        pass


def child(scenario: Path, folder: Path) -> int:
    """Start a run in a forked process and return its number."""
    number = os.fork()
    if number == 0:
        run(scenario, out=folder, workers=1, block=1)
        os._exit(0)
    return number


def resume(scenario: Path, folder: Path, report: Path, workers: int) -> int:
    """Resume in a forked process; write what was kept, what was computed, and the hash."""
    number = os.fork()
    if number == 0:
        try:
            kept = load(folder).replicates
        except InputError:
            kept = 0
        count = Count()
        resumed = run(scenario, out=folder, workers=workers, progress=count)
        found = {"kept": kept, "computed": count.total, "digest": resumed.digest()}
        report.write_text(json.dumps(found))
        os._exit(0)
    return number


def wait(folder: Path, replicates: int, number: int) -> None:
    """Wait until a run has stored this many replicates, or has ended."""
    while os.waitid(os.P_PID, number, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        try:
            if int((Store(folder / "trajectories.zarr").status() == 1).sum()) >= replicates:
                return
        except ValueError:  # there is no store yet
            pass
        time.sleep(0.0005)


def main(scenario: Path, root: Path, kills: int) -> None:
    world = World(load_scenario(scenario))
    simulate(world, 0)
    for name in ("warm", "whole"):
        begun = time.perf_counter()
        os.waitpid(child(scenario, root / name), 0)
        seconds = time.perf_counter() - begun
    moments = random.Random(20260807)
    found = []
    for k in range(kills):
        folder, report = root / f"run-{k}", root / f"report-{k}.json"
        number = child(scenario, folder)
        # By turns: any moment by the clock, and a moment after any number of blocks. By the
        # clock alone, a busy machine may miss the short time in which blocks are written.
        if k % 2:
            wait(folder, moments.randrange(1, world.scenario.replicates), number)
            time.sleep(moments.random() * 0.02)
        else:
            time.sleep((k + moments.random()) / kills * seconds)
        os.kill(number, signal.SIGKILL)
        _, status = os.waitpid(number, 0)
        _, code = os.waitpid(resume(scenario, folder, report, 2 if k == kills - 1 else 1), 0)
        killed = os.WIFSIGNALED(status)
        found.append({"killed": killed, "code": code, **json.loads(report.read_text())})
    print(json.dumps({"digest": load(root / "whole").digest(), "resumed": found}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
