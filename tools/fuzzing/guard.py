"""One case under guard: time, memory, what is written, and how it ends."""

from __future__ import annotations

import gc
import os
import resource
import shutil
import signal
import sys
import time
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from rift_sim.errors import InputError
from rift_sim.scenario import Scenario

from .formats import FORMATS, Case
from .reading import finite_run

__all__ = ["Limits", "Result", "guarded", "lay_out", "limit_memory"]

_WRITES = frozenset(
    {
        "os.mkdir",
        "os.rename",
        "os.remove",
        "os.rmdir",
        "os.link",
        "os.symlink",
        "os.truncate",
        "os.chmod",
        "os.utime",
        "shutil.rmtree",
        "shutil.move",
        "shutil.copyfile",
        "tempfile.mkstemp",
        "tempfile.mkdtemp",
    }
)
_REACHES_OUT = frozenset(
    {
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.posix_spawn",
        "os.fork",
        "socket.connect",
        "pickle.find_class",
    }
)
_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_LONGEST_MESSAGE = 3_000


class Hang(BaseException):
    """Raised in a case that takes too long; no handler of errors takes it for one."""


@dataclass(frozen=True)
class Limits:
    """What a case may take: processor time in seconds, growth of memory in MB."""

    seconds: float = 5.0
    megabytes: float = 200.0


@dataclass(frozen=True)
class Result:
    """How a case ended.

    Attributes
    ----------
    outcome
        ``accepted``, ``refused`` or ``failed``.
    detail
        The message of a refusal, or what went wrong with its traceback.
    seconds, megabytes
        Processor time, and by how much the peak of memory grew.
    ran
        Whether an accepted scenario was also run.
    """

    outcome: str
    detail: str
    seconds: float
    megabytes: float
    ran: bool = False


def _there(path: object, flags: int) -> bool:
    """Say whether a file is there to be written to, or will be: a lock is also looked for."""
    return bool(flags & os.O_CREAT) or not isinstance(path, str) or os.path.exists(path)


class _Watch:
    """Notes what a case writes or starts, by Python's own audit events."""

    def __init__(self) -> None:
        self.on = False
        self.seen: list[str] = []
        sys.addaudithook(self)

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event == "open":
            path, _, flags = arguments
            if isinstance(flags, int) and flags & _TO_WRITE and _there(path, flags):
                self.seen.append(f"open for writing: {path!r}")
        elif event in _WRITES or event in _REACHES_OUT:
            self.seen.append(f"{event}{arguments!r}"[:200])


_watch: list[_Watch] = []


def limit_memory(megabytes: int = 3_000) -> None:
    """Let this process take so much more address space than it has; then it gets a MemoryError."""
    with open("/proc/self/statm", encoding="ascii") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + megabytes * 1_000_000, resource.RLIM_INFINITY))


def lay_out(case: Case, root: Path) -> Path:
    """Write the files of a case into an empty folder below `root`."""
    folder = root / "case"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in case.files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


def guarded(case: Case, root: Path, limits: Limits, *, run: bool = False) -> Result:
    """Read a case, and say how it ended.

    Parameters
    ----------
    case
        What is read.
    root
        A folder of our own; the case is laid out there.
    limits
        What it may take.
    run
        Also run an accepted scenario for a few months.
    """
    folder = lay_out(case, root)
    if not _watch:
        _watch.append(_Watch())
    watch = _watch[0]
    watch.seen.clear()
    before, begun, here = _peak(), time.process_time(), Path.cwd()
    os.chdir(folder)
    previous = signal.signal(signal.SIGPROF, _hang)
    outcome, detail, ran = "accepted", "", False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            signal.setitimer(signal.ITIMER_PROF, limits.seconds)
            watch.on = True
            found = FORMATS[case.format].read(folder, case.arguments)
            watch.on = False
            if run and isinstance(found, Scenario):
                finite_run(found)
                ran = True
    except InputError as error:
        outcome, detail = "refused", str(error)
    except Hang:
        outcome, detail = "failed", f"took more than {limits.seconds:g} s\n{traceback.format_exc()}"
    except (Exception, RecursionError, MemoryError):
        outcome, detail = "failed", traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        watch.on = False
        signal.signal(signal.SIGPROF, previous)
        os.chdir(here)
    result = Result(outcome, detail, time.process_time() - begun, (_peak() - before) / 1e3, ran)
    wrong = _wrong(result, watch.seen, limits, _tree(folder) != sorted(case.files))
    if result.megabytes > 20:
        gc.collect()
    return Result("failed", wrong, result.seconds, result.megabytes) if wrong else result


def _wrong(result: Result, seen: list[str], limits: Limits, changed: bool) -> str:
    """Say what is wrong with a case that ended well, or with its message; empty if nothing."""
    if result.outcome == "failed":
        return ""
    if seen or changed:
        return f"{result.outcome}, but it wrote or reached out: {seen}"
    if result.megabytes > limits.megabytes:
        return f"{result.outcome}, but memory grew by {result.megabytes:.0f} MB"
    if result.outcome == "refused":
        text = result.detail
        if not text or len(text) > _LONGEST_MESSAGE:
            return f"a message of {len(text):,} characters: {text[:300]}..."
        if not text.isprintable():
            return f"a message that does not print: {text[:300]!r}"
    return ""


def _tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _hang(_: int, __: FrameType | None) -> None:
    raise Hang
