"""Kill a run of the real model at random moments and resume each; print what came of it.

A process of its own, because it forks: everything is imported and compiled once, and
each child begins from there. Three kinds of moments take turns: any by the clock; after
any number of blocks; and in the middle of a write, between a block and its index or before
a file is put in its place.

    PYTHONPATH=src python tests/ensemble/kill_often.py --kills 50

It ends with 0 when every resumed run has the hash of one that nobody killed, is sound, and
computed what was not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask.array  # noqa: F401 - all of these once, not in each child
import numcodecs.blosc  # noqa: F401
import xarray.backends.zarr  # noqa: F401
import zarr  # noqa: F401

from rift_sim.ensemble.run import load, run
from rift_sim.ensemble.storage import layout, shards
from rift_sim.ensemble.storage.store import Store
from rift_sim.ensemble.verify import verify
from rift_sim.errors import InputError
from rift_sim.model import World
from rift_sim.replicate import simulate
from rift_sim.scenario import load_scenario

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import LINKS, PLACES

REPLICATES = 20
SCENARIO = f"""\
name: small
extends: reference
end: 2026-04
replicates: {REPLICATES}
territory: {{municipalities: places.csv, neighbours: links.csv}}
"""


class Count:
    total = 0

    def say(self, text: str) -> None:
        pass

    def begin(self, total: int) -> None:
        self.total = total

    def advance(self, replicates: int) -> None:
        pass


def forked(work: Callable[[], None]) -> int:
    """Do something in a forked process and return its number."""
    number = os.fork()
    if number == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return number


def start(scenario: Path, folder: Path, workers: int, die_at: tuple[str, int] | None) -> int:
    def work() -> None:
        if die_at is not None:
            module, name = (
                (shards, "_write_index") if die_at[0] == "index" else (layout.os, die_at[0])
            )
            die_in(module, name, die_at[1])
        run(scenario, out=folder, workers=workers, block=1)

    return forked(work)


def die_in(module: Any, name: str, call: int) -> None:
    """Have this process killed as it begins a call of a function."""
    usual, left = getattr(module, name), [call]

    def deadly(*given: Any, **named: Any) -> Any:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return usual(*given, **named)

    setattr(module, name, deadly)


def resume(scenario: Path, folder: Path, report: Path, workers: int) -> int:
    """Resume in a forked process; write what was kept, what was computed, and the hash."""

    def work() -> None:
        kept, damaged = 0, 0
        try:
            kept = load(folder).replicates
            damaged = len(list(Store(folder / "trajectories.zarr").scan()))
        except InputError:
            pass
        count = Count()
        resumed = run(scenario, out=folder, workers=workers, progress=count)
        found = {"kept": kept, "computed": count.total, "digest": resumed.digest()}
        found |= {"damaged": damaged + len(verify(folder).damages)}
        report.write_text(json.dumps(found))

    return forked(work)


def wait(folder: Path, replicates: int, number: int) -> None:
    """Wait until a run has stored this many replicates, or has ended."""
    while os.waitid(os.P_PID, number, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        try:
            if int((Store(folder / "trajectories.zarr").status() == 1).sum()) >= replicates:
                return
        except ValueError:  # there is no store yet
            pass
        time.sleep(0.0005)


def rounds(scenario: Path, root: Path, kills: int, seed: int) -> tuple[str, list[dict[str, Any]]]:
    """Kill and resume; return the hash of a run that nobody killed, and what became of each."""
    simulate(World(load_scenario(scenario)), 0)
    for name in ("warm", "whole"):
        begun = time.perf_counter()
        os.waitpid(start(scenario, root / name, 1, None), 0)
        seconds = time.perf_counter() - begun
    writes = sum(1 for _ in Store(root / "whole" / "trajectories.zarr").variables) * REPLICATES
    moments = random.Random(seed)
    found = []
    for k in range(kills):
        folder, report = root / f"run-{k}", root / f"report-{k}.json"
        workers, then = (2 if k % 8 == 3 else 1), (2 if k % 8 == 6 else 1)
        die_at = None
        if k % 3 == 2:
            kind = moments.choice(("index", "index", "replace"))
            die_at = (kind, moments.randrange(1, writes if kind == "index" else 60))
        number = start(scenario, folder, workers, die_at)
        # By the clock alone, a busy machine may miss the short time in which blocks are written.
        if k % 3 == 0:
            time.sleep((k + moments.random()) / kills * seconds * (1 if workers == 1 else 3))
        elif k % 3 == 1:
            wait(folder, moments.randrange(1, REPLICATES), number)
            time.sleep(moments.random() * 0.02)
        if die_at is None:
            os.kill(number, signal.SIGKILL)
        _, status = os.waitpid(number, 0)
        _, code = os.waitpid(resume(scenario, folder, report, then), 0)
        one = {"killed": os.WIFSIGNALED(status), "code": code, "workers": [workers, then]}
        one |= {"moment": ("clock", "block", "write")[k % 3]}
        found.append(one | (json.loads(report.read_text()) if report.exists() else {}))
    return load(root / "whole").digest(), found


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill a run at random moments and resume each.")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=20260807)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "small.yaml").write_text(SCENARIO)
        (root / "places.csv").write_text("\n".join(PLACES) + "\n")
        (root / "links.csv").write_text("\n".join(LINKS) + "\n")
        whole, found = rounds(root / "small.yaml", root, given.kills, given.seed)
    good = [
        one
        for one in found
        if one["code"] == 0
        and one["digest"] == whole
        and one["kept"] + one["computed"] == REPLICATES
        and one["damaged"] == 0
    ]
    summary = {
        "rounds": len(found),
        "same hash, all replicates, nothing damaged": len(good),
        "killed before the end": sum(one["killed"] for one in found),
        "killed with some of the blocks written": sum(
            0 < one.get("kept", 0) < REPLICATES for one in found
        ),
        "killed inside a write": sum(one["killed"] and one["moment"] == "write" for one in found),
        "two workers before or after": sum(one["workers"] != [1, 1] for one in found),
    }
    print(json.dumps({"summary": summary, "digest": whole, "resumed": found}, indent=1))
    return 0 if len(good) == len(found) else 1


if __name__ == "__main__":
    sys.exit(main())
