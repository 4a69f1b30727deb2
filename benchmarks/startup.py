"""How long commands take in new processes, and what compilation and workers add."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter

from benchmarks.measure import Options, Row, Section, interleave, ratios, spread, stopwatch

__all__ = ["CHECK_GOAL", "HELP_GOAL", "measure", "minutes"]

HELP_GOAL = 0.3
CHECK_GOAL = 0.6
_COMMANDS: Mapping[str, Sequence[str]] = {
    "python": ("-c", "pass"),
    "mesa": ("-c", "import mesa"),
    "help": ("-m", "rift_sim.cli", "--help"),
    "check": ("-m", "rift_sim.cli", "check", "reference"),
}
_FIRST_MONTH = (
    "-c",
    "from rift_sim.model import RiftModel; from rift_sim.recorder import Recorder; "
    "model = RiftModel('reference'); model.step(); Recorder(model.world).record(model)",
)


def minutes(options: Options) -> float:
    """Estimate how long it takes."""
    return 0.3 if options.quick else 1.2 + options.repeat * 0.1


def measure(options: Options) -> Section:
    """Time new processes, in turn, after each ran once.

    Files are in the system's cache and compiled Python is on disk, as on any day but the
    first. Compilation of the kernels is timed with an empty cache folder.
    """
    arms: dict[str, Callable[[], float]] = {
        name: lambda arguments=arguments: _run(arguments)  # type: ignore[misc]
        for name, arguments in _COMMANDS.items()
    }
    if not options.quick:
        arms["month"] = lambda: _run(_FIRST_MONTH)
        arms["workers"] = _start_workers
    for arm in arms.values():
        arm()
    found = interleave(arms, options.repeat)
    rows = [
        Row("python -c pass", spread(found["python"]), "s"),
        Row("import mesa", spread(found["mesa"]), "s"),
        Row("rift --help", spread(found["help"]), "s"),
        Row("rift check reference", spread(found["check"]), "s"),
        _beside_mesa("rift --help", found["help"], found["mesa"], HELP_GOAL),
        _beside_mesa("rift check reference", found["check"], found["mesa"], CHECK_GOAL),
    ]
    if not options.quick:
        cold = [_compile() for _ in range(2)]
        rows += [
            Row("first month of a model, compiled before", spread(found["month"]), "s"),
            Row("first month of a model, with an empty cache", spread(cold), "s"),
            Row("two workers, until both computed a replicate", spread(found["workers"]), "s"),
        ]
    return Section("Start-up", "New processes, files in the system's cache.", rows)


def _beside_mesa(name: str, own: list[float], mesa: list[float], goal: float) -> Row:
    value = spread(ratios(own, mesa))
    return Row(f"{name} : import mesa", value, "x", f"<= {goal:g}", value.median <= goal)


def _run(arguments: Sequence[str], **environment: str) -> float:
    begun = perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = perf_counter() - begun
    if done.returncode:
        raise RuntimeError(f"python {' '.join(arguments)}: {done.stderr}")
    return seconds


def _compile() -> float:
    with tempfile.TemporaryDirectory() as folder:
        return _run(_FIRST_MONTH, RIFT_CACHE=folder)


def _start_workers() -> float:
    from benchmarks.work import plan_for, pooled

    plan = plan_for("2026-01")

    def start() -> None:
        with pooled(plan):
            pass

    return stopwatch(start)
