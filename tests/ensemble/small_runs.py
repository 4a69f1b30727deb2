"""Runs of the fake model, in this process or another, and ways to compare them."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import numpy as np
from fake_model import ENGINE, fake_request

from rift_sim.ensemble.run import Run, run_request
from rift_sim.ensemble.storage.store import Store

HERE = Path(__file__).parent
OPTIONS = ("workers", "scheduler", "force", "municipal", "progress", "block")


class Listener:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.total = 0
        self.done = 0

    def say(self, text: str) -> None:
        self.said.append(text)

    def begin(self, total: int) -> None:
        self.total += total

    def advance(self, replicates: int) -> None:
        self.done += replicates


def go(folder: Path, replicates: int = 10, *, sweep: int = 0, **options: Any) -> Run:
    settings = {name: options.pop(name) for name in OPTIONS if name in options}
    if "scheduler" not in settings:
        settings = {"workers": 1, **settings}
    settings = {"block": 4, **settings}
    request = fake_request(replicates, sweep=sweep, **options)
    return run_request(request, folder, engine=ENGINE, **settings)


def arrays(run: Run) -> dict[str, np.ndarray]:
    return {str(name): run.dataset[name].values for name in run.dataset.data_vars}


def assert_same(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> None:
    assert a.keys() == b.keys()
    for name, values in a.items():
        np.testing.assert_array_equal(values, b[name])


def start_run(
    folder: Path, replicates: int = 40, *, pause: float = 0.02, limit: int = 0, **options: Any
) -> subprocess.Popen[str]:
    """Start a run of the fake in a process of its own, perhaps with a limit on file sizes.

    It prints how many replicates are done, or the error that rift_sim raised.
    """
    options = {"block": 4, **options}
    code = f"""
    import resource, signal, sys
    # A shell that runs tests in the background has interrupts ignored, for children too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.path.insert(0, {str(HERE)!r})
    from pathlib import Path
    from fake_model import ENGINE, fake_request
    from rift_sim.ensemble.run import run_request
    from rift_sim.errors import RiftError
    if {limit}:
        resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
    request = fake_request({replicates}, pause={pause}, months=24)
    try:
        run = run_request(request, Path({str(folder)!r}), engine=ENGINE, **{options!r})
        print(run.replicates)
    except RiftError as error:
        print(error)
        sys.exit(error.exit_code)
    """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for_blocks(folder: Path, replicates: int) -> int:
    for _ in range(1500):
        time.sleep(0.02)
        try:
            done = int((Store(folder / "trajectories.zarr").status() == 1).sum())
        except ValueError:
            continue
        if done >= replicates:
            return done
    raise AssertionError("the run never got going")
