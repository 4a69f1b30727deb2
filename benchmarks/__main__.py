"""Measure rift_sim: ``python -m benchmarks``."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import NotMeasured, Options, Section, say
from benchmarks.report import BEGIN, END, circumstances, show, write

__all__ = ["BENCHMARKS", "main"]

BENCHMARKS = {
    "speed": ("benchmarks.speed", "Speed"),
    "growth": ("benchmarks.growth", "Growth"),
    "memory": ("benchmarks.memory", "Memory"),
    "store": ("benchmarks.store", "Store"),
    "startup": ("benchmarks.startup", "Start-up"),
    "pairing": ("benchmarks.pairing", "Paired variance"),
    "flee": ("benchmarks.flee_comparison", "Flee"),
    "dask": ("benchmarks.dask_pool", "Dask"),
}
"""Module and heading of each benchmark, by the name that ``--only`` takes."""

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run benchmarks and return the exit code: 1 when one failed, 2 for bad arguments."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.repeat < 1:
        parser.error("--repeat: 1 or more")
    if given.write is not None:
        _check_document(parser, given.write)
    options = Options(
        quick=given.quick, full=given.full, repeat=given.repeat, flee_python=given.flee_python
    )
    # As the workers of a run have it; libraries read this when they are loaded.
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")
    print(f"Measured {circumstances(options)}.\n", flush=True)
    failed = False
    for name in given.only or BENCHMARKS:
        section = _run(name, options)
        failed = failed or section is None
        if section is not None:
            show(section)
            if given.write is not None:
                # At once: the next one may take an hour.
                write(given.write, section, options, [title for _, title in BENCHMARKS.values()])
    return int(failed)


def _run(name: str, options: Options) -> Section | None:
    """Run one benchmark; None when it failed, so that the others still run."""
    place, title = BENCHMARKS[name]
    try:
        module = importlib.import_module(place)
        say(f"{name}: about {_duration(module.minutes(options))}")
        begun = time.perf_counter()
        section: Section = module.measure(options)
    except (NotMeasured, ModuleNotFoundError) as reason:
        say(f"{name}: not measured: {reason}")
        return Section(title, f"Not measured: {reason}.")
    except Exception:
        say(f"{name}: failed\n{traceback.format_exc()}")
        return None
    say(f"{name}: took {_duration((time.perf_counter() - begun) / 60)}")
    return section


def _duration(minutes: float) -> str:
    return f"{60 * minutes:.0f} seconds" if minutes < 2 else f"{minutes:.0f} minutes"


def _check_document(parser: argparse.ArgumentParser, file: Path) -> None:
    """Refuse a document without the marks before, not after, an hour of measuring."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        parser.error(f"--write: {file}: {error.strerror}")
    if END not in text.partition(BEGIN)[2]:
        parser.error(f"--write: {file} has no place between {BEGIN} and {END}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure rift_sim; see docs/performance.md."
    )
    parser.add_argument("--quick", action="store_true", help="tiny sizes: does everything run?")
    parser.add_argument(
        "--full", action="store_true", help="growth and memory at the sizes promised; hours"
    )
    parser.add_argument(
        "--only", nargs="+", choices=BENCHMARKS, metavar="NAME", help=", ".join(BENCHMARKS)
    )
    parser.add_argument("--repeat", type=int, default=5, help="rounds (default: %(default)s)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the tables into FILE")
    parser.add_argument("--flee-python", metavar="PATH", help="interpreter that has Flee")
    return parser


if __name__ == "__main__":
    sys.exit(main())
