"""A real Dask cluster on the loopback: a scheduler and workers, each a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

import rift_sim

HERE = Path(__file__).parent
SOURCE = Path(rift_sim.__file__).resolve().parents[1]


class DaskCluster:
    """Started as a user starts it, with ``dask scheduler`` and ``dask worker``."""

    def __init__(self, folder: Path, *, allowed_failures: int = 3) -> None:
        self.folder = folder
        self.workers: list[subprocess.Popen[bytes]] = []
        self._logs = 0
        place = folder / "scheduler.json"
        options = ["--no-dashboard", "--no-show", "--host", "127.0.0.1", "--port", "0"]
        self.scheduler = self._start(
            ["scheduler", *options, "--scheduler-file", str(place)],
            {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(allowed_failures)},
        )
        for _ in range(600):
            # The file is there before its content is.
            if place.exists() and place.read_text().endswith("}"):
                break
            time.sleep(0.05)
        self.address = str(json.loads(place.read_text())["address"])

    def add_worker(self, *, code: Path | None = None) -> None:
        """Start a worker, perhaps with another copy of the code."""
        paths = [str(code or SOURCE), str(HERE)]
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard"]
        local = ["--local-directory", str(self.folder)]
        self.workers.append(
            self._start(
                ["worker", self.address, *options, *local], {"PYTHONPATH": os.pathsep.join(paths)}
            )
        )

    def _start(self, arguments: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        self._logs += 1
        with (self.folder / f"{self._logs}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments],
                env=os.environ | environment,
                stdout=log,
                stderr=log,
            )

    def __enter__(self) -> DaskCluster:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
        for process in (*self.workers, self.scheduler):
            process.wait()
