"""Peak memory of a run and its workers, for few and for many replicates."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Options, Row, Section, interleave, ratios, say, spread
from benchmarks.processes import peak_memory

__all__ = ["LIMIT_GIB", "RATIO", "measure", "minutes"]

LIMIT_GIB = 1.5
RATIO = 1.3
_PROGRAM = """
import sys, rift_sim
run, out, end = int(sys.argv[1]), sys.argv[2], sys.argv[3]
rift_sim.run("reference", replicates=run, out=out, workers=2, settings=[f"end={end}"])
"""


def minutes(options: Options) -> float:
    """Estimate how long it takes."""
    if options.quick:
        return 0.5
    return options.repeat * (10.0 if options.full else 1.2)


def measure(options: Options) -> Section:
    """Run `rift_sim.run` in processes of its own, and watch parent and workers."""
    few, many = (50, 100) if options.quick else (1000, 10_000) if options.full else (100, 1000)

    def one(replicates: int) -> float:
        with tempfile.TemporaryDirectory() as folder:
            out = str(Path(folder) / "run")
            command = [sys.executable, "-c", _PROGRAM, str(replicates), out, options.end]
            found = peak_memory(command) / 2**30
        say(f"  memory, {replicates:,} replicates: {found:.2f} GiB")
        return found

    found = interleave({"few": lambda: one(few), "many": lambda: one(many)}, options.repeat)
    share = spread(ratios(found["many"], found["few"]))
    most = spread(found["many"])
    full = options.full and not options.quick
    return Section(
        "Memory",
        f"Scenario reference to {options.end}, two workers, figures off. Peak resident sets of "
        "the parent, both workers and the resource tracker, added up: an upper bound.",
        [
            Row(f"{few:,} replicates", spread(found["few"]), "GiB"),
            Row(
                f"{many:,} replicates",
                most,
                "GiB",
                f"< {LIMIT_GIB:g}",
                most.median < LIMIT_GIB if full else None,
            ),
            Row(
                f"{many:,} : {few:,}",
                share,
                "x",
                f"< {RATIO:g}",
                share.median < RATIO if full else None,
            ),
        ],
        [] if full else ["The promise is about 10,000 beside 1,000 replicates: --full."],
    )
