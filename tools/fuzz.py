"""Feed damaged files of every format to the readers, and require that each ends well.

    python tools/fuzz.py --cases 100000
    python tools/fuzz.py --cases 5000 --formats scenario,ledger --seed 7 --workers 2
    python tools/fuzz.py --replay fuzz-failures/ledger-7-123

A case is a set of files that were in order and had accidents: keys renamed, values swapped, bytes
flipped, nesting without bottom. It ends well when it is read, or refused with one message of ours,
within its time and memory, and nothing was written. Seed and number make a case, so that a run
repeats. What fails is saved with its traceback, and can be read again alone with ``--replay``.
Needs Linux.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fuzzing.formats import FORMATS, Case, make_case, schedule
from fuzzing.guard import Limits, Result, guarded
from fuzzing.pool import work_through
from fuzzing.reading import prepare

_EVERY = 5_000


@dataclass
class Tally:
    """What came of the cases so far, by format and outcome."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    slowest: dict[str, tuple[float, int]] = field(default_factory=dict)
    largest: dict[str, float] = field(default_factory=dict)
    ran: int = 0

    def add(self, format: str, number: int, result: Result) -> None:
        """Count a case."""
        self.outcomes[format, result.outcome] += 1
        self.slowest[format] = max(self.slowest.get(format, (0.0, 0)), (result.seconds, number))
        self.largest[format] = max(self.largest.get(format, 0.0), result.megabytes)
        self.ran += result.ran

    @property
    def cases(self) -> int:
        """How many there were."""
        return self.outcomes.total()

    def count(self, outcome: str) -> int:
        """How many ended so."""
        return sum(n for (_, kind), n in self.outcomes.items() if kind == outcome)

    def lines(self) -> list[str]:
        """Lay the counts out, a line for each format."""
        columns = ("cases", "accepted", "refused", "failed", "slowest", "case", "memory")
        head = f"{'format':12}" + "".join(f"{name:>10}" for name in columns)
        found = [head]
        for name in self.slowest:
            kinds = [self.outcomes[name, kind] for kind in ("accepted", "refused", "failed")]
            seconds, number = self.slowest[name]
            cells = [*(f"{n:,}" for n in (sum(kinds), *kinds)), f"{seconds:.2f} s", str(number)]
            cells.append(f"{self.largest[name]:.0f} MB")
            found.append(f"{name:12}" + "".join(f"{cell:>10}" for cell in cells))
        return found


def save(case: Case, result: Result, folder: Path) -> Path:
    """Write a failed case down, so that it can be read again."""
    place = folder / case.name
    for name, content in case.files.items():
        file = place / "files" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    place.mkdir(parents=True, exist_ok=True)
    about = {"format": case.format, "seed": case.seed, "number": case.number}
    about |= {"arguments": list(case.arguments), "detail": result.detail}
    (place / "case.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return place


def saved(place: Path) -> Case:
    """Read a failed case back."""
    about = json.loads((place / "case.json").read_text(encoding="utf-8"))
    root = place / "files"
    files = {
        str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()
    }
    return Case(about["format"], about["seed"], about["number"], files, tuple(about["arguments"]))


def replay(place: Path, limits: Limits) -> int:
    """Read one saved case again and print how it ends; 1 if it still fails."""
    case = saved(place)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as root:
        result = guarded(case, Path(root), limits, run=True)
    print(f"{case.name}: {result.outcome} in {result.seconds:.2f} s\n{result.detail}")
    return int(result.outcome == "failed")


def run(options: argparse.Namespace, limits: Limits) -> int:
    """Work through all cases; 1 if one failed."""
    begun, tally = time.monotonic(), Tally()
    jobs = schedule(options.cases, tuple(options.formats))
    done = work_through(
        jobs, options.seed, limits, workers=options.workers, share=options.run_share
    )
    for (format, number), result in done:
        tally.add(format, number, result)
        if result.outcome == "failed":
            place = save(make_case(format, options.seed, number), result, options.failures)
            last = result.detail.strip().splitlines()[-1][:160]
            print(
                f"FAILED {format} {number}: {last}\n  python tools/fuzz.py --replay {place}",
                flush=True,
            )
        if tally.cases % _EVERY == 0:
            pace = tally.cases / (time.monotonic() - begun)
            print(
                f"{tally.cases:,} cases, {pace:.0f} a second, {tally.count('failed')} failed",
                flush=True,
            )
    seconds = time.monotonic() - begun
    print("\n".join(tally.lines()))
    counts = ", ".join(
        f"{tally.count(kind):,} {kind}" for kind in ("accepted", "refused", "failed")
    )
    print(
        f"{tally.cases:,} cases in {seconds:,.0f} s ({tally.cases / seconds:.0f} a second), "
        f"seed {options.seed}: {counts}; {tally.ran:,} accepted scenarios were run, "
        "and gave finite numbers"
    )
    return int(tally.count("failed") > 0)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", type=int, default=1_000, help="how many (1000)")
    parser.add_argument(
        "--formats",
        type=lambda text: text.split(","),
        default=list(FORMATS),
        help="names joined by commas",
    )
    parser.add_argument("--seed", type=int, default=1, help="of all cases (1)")
    parser.add_argument("--workers", type=int, default=1, help="processes (1)")
    parser.add_argument(
        "--seconds", type=float, default=Limits.seconds, help="processor time of a case (5)"
    )
    parser.add_argument(
        "--megabytes", type=float, default=Limits.megabytes, help="growth of memory (200)"
    )
    parser.add_argument(
        "--run-share",
        type=float,
        default=0.1,
        help="share of accepted scenarios that are run (0.1)",
    )
    parser.add_argument(
        "--failures", type=Path, default=Path("fuzz-failures"), help="folder for failed cases"
    )
    parser.add_argument("--replay", type=Path, help="read one saved case again")
    found = parser.parse_args(arguments)
    if unknown := [name for name in found.formats if name not in FORMATS]:
        parser.error(f"unknown formats {unknown}; there are {', '.join(FORMATS)}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    limits = Limits(options.seconds, options.megabytes)
    prepare()
    return replay(options.replay, limits) if options.replay else run(options, limits)


if __name__ == "__main__":
    sys.exit(main())
