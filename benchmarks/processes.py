"""Memory and processor time of a tree of processes, from ``/proc``."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import NotMeasured

__all__ = ["cpu_seconds", "has_proc", "peak_memory", "tree"]

_PROC = Path("/proc")


def has_proc() -> bool:
    """Whether this system tells about processes in the Linux way."""
    return (_PROC / "self" / "stat").exists()


def tree(root: int) -> list[int]:
    """Return a process and all that descend from it, as far as they live."""
    children: dict[int, list[int]] = {}
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            fields = _stat(int(folder.name))
            if fields:
                children.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, ()))
    return found


def cpu_seconds(root: int) -> float:
    """Return the processor time that a process and its living descendants have used."""
    ticks = 0
    for pid in tree(root):
        fields = _stat(pid)
        ticks += int(fields[11]) + int(fields[12]) if fields else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def peak_memory(command: Sequence[str], *, every: float = 0.05) -> int:
    """Run a command and return the peak memory of its whole process tree, in bytes.

    Adds up the peak resident set of every process that ever lived in the tree: pages that
    processes share count more than once, and peaks at different times count as one. So it is
    an upper bound.

    Raises
    ------
    NotMeasured
        Where there is no ``/proc``.
    RuntimeError
        When the command fails.
    """
    if not has_proc():
        raise NotMeasured("needs /proc, as Linux has it")
    peaks: dict[int, int] = {}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        while process.poll() is None:
            for pid in tree(process.pid):
                peaks[pid] = max(peaks.get(pid, 0), _peak_resident(pid))
            time.sleep(every)
        errors = process.stderr.read().decode() if process.stderr else ""
    if process.returncode:
        raise RuntimeError(f"{command[0]} failed: {errors}")
    return sum(peaks.values())


def _stat(pid: int) -> list[str]:
    """Fields of ``/proc/PID/stat`` from the state on (the name before it may hold spaces)."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _peak_resident(pid: int) -> int:
    try:
        lines = (_PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return 0
    sizes = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return 1024 * sum(sizes)
