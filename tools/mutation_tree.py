"""A copy of the checkout in which mutants are put to the tests, one process for each."""

from __future__ import annotations

import contextlib
import importlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

__all__ = ["Outcome", "Tree", "preload"]

ROOT = Path(__file__).resolve().parents[1]

# Of others, and slow to import: once for all mutants. Nothing of rift_sim may be among them.
_PRELOADED = (
    "numba.experimental.structref", "scipy.stats", "pydantic", "ruamel.yaml", "xarray", "zarr",
    "mesa.discrete_space", "pytest", "hypothesis.strategies", "networkx", "matplotlib.pyplot",
)  # fmt: skip

_OPTIONS = (
    "-x", "-q", "--no-header", "--tb=line",
    "-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin",
    "-o", "addopts=--strict-markers", "-m", "not long and not many",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What became of the tests: ``killed``, ``survived`` or ``timeout``; why; processor time."""

    verdict: str
    reason: str
    seconds: float


def preload() -> None:
    """Import what every test needs, so that the processes of the mutants need not."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    for name in _PRELOADED:
        importlib.import_module(name)


class Tree:
    """The copy, made from the files that Git knows or would add; a context manager."""

    def __enter__(self) -> Tree:
        self._folder = tempfile.TemporaryDirectory(prefix="rift_sim-mutants.")
        self.root = Path(self._folder.name) / "tree"
        self._ledger = Path(self._folder.name) / "ledger"
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, names.split("\0")):
            if (ROOT / name).is_file():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, self.root / name)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._folder.cleanup()

    def run(
        self, tests: Sequence[str], limit: float, file: Path, text: str | None = None
    ) -> Outcome:
        """Run tests with a mutant in place of a file of the tree, or on the code as it is.

        Parameters
        ----------
        tests
            What pytest is given.
        limit
            Seconds of processor time, and a twentieth of what may pass on the clock.
        file, text
            Path in the tree, and the mutant; None for none.
        """
        target = self.root / file
        original = target.read_text(encoding="utf-8")
        # Whatever is compiled is new for each mutant; the checked ledger is kept.
        scratch = Path(tempfile.mkdtemp(dir=self._folder.name))
        log, ledger = scratch / "log", scratch / "cache" / "rift_sim" / "seeds"
        try:
            if self._ledger.exists():
                shutil.copytree(self._ledger, ledger)
            if text is not None:
                target.write_text(text, encoding="utf-8")
            child = os.fork()
            if child == 0:
                self._test(tests, limit, scratch, log)
            status, seconds = _wait(child, time.perf_counter() + 20.0 * limit)
            said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
            if text is None and ledger.exists():
                shutil.copytree(ledger, self._ledger, dirs_exist_ok=True)
        finally:
            target.write_text(original, encoding="utf-8")
            shutil.rmtree(scratch, ignore_errors=True)
        if status is None or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU):
            return Outcome("timeout", "", seconds)
        return Outcome("killed" if status else "survived", _reason(said), seconds)

    def _test(self, tests: Sequence[str], limit: float, scratch: Path, log: Path) -> None:
        """Be the process of a mutant, to the end."""
        code = 3
        try:
            os.setsid()
            out = os.open(log, os.O_WRONLY | os.O_CREAT)
            os.dup2(out, 1)
            os.dup2(out, 2)
            whole = int(limit) + 1
            resource.setrlimit(resource.RLIMIT_CPU, (whole, whole + 5))
            code = _run_pytest(self.root, tests, scratch)
        finally:
            os._exit(code)


def _run_pytest(root: Path, tests: Sequence[str], scratch: Path) -> int:
    import hypothesis
    import pytest

    os.environ |= {
        "RIFT_KERNELS": "python",
        "RIFT_CACHE": str(scratch / "cache"),
        "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    sys.dont_write_bytecode = True
    sys.path[:0] = [str(root / "src"), str(root)]
    os.chdir(root)
    # Whether an example kills a mutant is all we ask; the smallest one does not matter.
    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
    hypothesis.settings.register_profile(
        "mutants", database=None, deadline=None, derandomize=True, max_examples=40, phases=phases
    )
    hypothesis.settings.load_profile("mutants")
    return int(pytest.main([*_OPTIONS, f"--basetemp={scratch / 'tests'}", *tests]))


def _wait(child: int, until: float) -> tuple[int | None, float]:
    """Wait for a process and end what it left behind; return its status and processor time.

    The status is None if it took too long.
    """
    status = None
    while status is None and time.perf_counter() < until:
        done, found, usage = os.wait4(child, os.WNOHANG)
        if done:
            status = found
        else:
            time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if status is None:
        _, _, usage = os.wait4(child, 0)
    return status, usage.ru_utime + usage.ru_stime


def _reason(said: str) -> str:
    """Return pytest's line on the test that failed."""
    for line in said.splitlines():
        if line.startswith(("FAILED", "ERROR", "E ")):
            return line[:160]
    return said.strip().splitlines()[-1][:160] if said.strip() else ""
