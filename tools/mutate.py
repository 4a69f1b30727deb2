"""Put mutants of the physics and the ensemble to the tests, and list those that nobody notices.

    python tools/mutate.py physics ensemble -o mutants.json

Mutants of a module are sampled by a seed. Each runs in a copy of the checkout, in a process
and a cache of its own, against the tests that `mutation.toml` names. A file of results is
taken up where it was left; ``--again`` puts its survivors to the tests once more.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mutants import Mutant, sample
from mutation_tree import ROOT, Tree, preload

CONFIG = tomllib.loads((Path(__file__).parent / "mutation.toml").read_text(encoding="utf-8"))
PACKAGES = [name for name, entry in CONFIG.items() if name != "twin"]
VERDICTS = ("killed", "survived", "timeout")

Row = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("targets", nargs="+", help="packages or modules: physics, physics/coca")
    parser.add_argument("-n", type=int, default=18, help="mutants of each module (18)")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (1)")
    parser.add_argument("-o", "--out", type=Path, required=True, help="file of results")
    parser.add_argument("--again", action="store_true", help="survivors and timeouts once more")
    parser.add_argument("--table", action="store_true", help="print the file of results only")
    chosen = parser.parse_args()
    found: dict[str, Row] = {}
    if chosen.out.exists():
        found = {row["key"]: row for row in json.loads(chosen.out.read_text(encoding="utf-8"))}
    keys: list[str] = []
    with Tree() as tree:
        if not chosen.table:
            preload()
        for package, module in _wanted(chosen.targets):
            mutants = _sample(package, module, chosen.n, chosen.seed)
            keys += [mutant.key for mutant in mutants]
            waiting = [m for m in mutants if _waits(found.get(m.key), chosen.again)]
            if waiting and not chosen.table:
                for row in _test(tree, package, module, waiting):
                    found[row["key"]] = row
                    chosen.out.write_text(json.dumps(list(found.values()), indent=1))
    _report([found[key] for key in keys if key in found])
    return 0


def _wanted(targets: Iterable[str]) -> Iterable[tuple[str, str]]:
    for target in targets:
        package, _, module = target.partition("/")
        if package not in PACKAGES or (module and module not in CONFIG[package]["tests"]):
            sys.exit(f"error: there are no tests for '{target}' in tools/mutation.toml")
        for name in [module] if module else CONFIG[package]["tests"]:
            yield package, name


def _sample(package: str, module: str, number: int, seed: int) -> list[Mutant]:
    compiled = CONFIG[package].get("compiled", {}).get(module, [])
    return sample(_file(package, module, ROOT), number, seed, compiled)


def _file(package: str, module: str, root: Path) -> Path:
    return next((root / "src" / "rift_sim" / package).rglob(f"{module}.py"))


def _waits(row: Row | None, again: bool) -> bool:
    return row is None or (again and row["verdict"] != "killed")


def _test(tree: Tree, package: str, module: str, mutants: list[Mutant]) -> Iterable[Row]:
    """Run the tests on the code as it is, then on each mutant."""
    entry = CONFIG[package]
    tests = [*entry["tests"][module]]
    for name in entry.get("twin", {}).get(module, []):
        tests += [f"{CONFIG['twin']}[{name}-{replicate}]" for replicate in (0, 1)]
    tests += [f"--deselect={name}" for name in entry["deselect"]]
    file = _file(package, module, Path())
    clean = tree.run(tests, 600.0, file)
    if clean.verdict != "survived":
        sys.exit(f"error: {package}/{module}: tests fail without a mutant: {clean.reason}")
    limit = max(15.0, 3.0 * clean.seconds)
    print(f"{package}/{module}: {len(mutants)} mutants, {clean.seconds:.1f} s each", flush=True)
    for mutant in mutants:
        outcome = tree.run(tests, limit, file, mutant.text)
        row = asdict(mutant) | asdict(outcome) | {"key": mutant.key, "package": package}
        del row["text"]
        print(f"  {outcome.verdict:9}{mutant.function}:{mutant.line} {outcome.reason}", flush=True)
        yield row


def _report(rows: list[Row]) -> None:
    """Print tables by package, module and function, and what survived."""
    levels: dict[str, Callable[[Row], str]] = {
        "package": lambda row: row["package"],
        "module": lambda row: f"{row['package']}/{row['module']}",
        "function": lambda row: f"{row['package']}/{row['module']} {row['function']}",
    }
    for level, name_of in levels.items():
        counts: dict[str, Counter[str]] = {}
        for row in rows:
            counts.setdefault(name_of(row), Counter())[row["verdict"]] += 1
        print(f"\n| {level} | mutants | killed | survived | timeout | killed, % |")
        print("|---|---:|---:|---:|---:|---:|")
        for name, count in counts.items():
            killed, survived, timeout = (count[verdict] for verdict in VERDICTS)
            share = f"{100.0 * killed / (killed + survived):.0f}" if killed + survived else ""
            total = killed + survived + timeout
            print(f"| {name} | {total} | {killed} | {survived} | {timeout} | {share} |")
    for row in rows:
        if row["verdict"] == "survived":
            print(f"\n{row['package']}/{row['module']} {row['function']} ({row['key']})")
            print(f"{row['line']}: {row['operator']}\n{row['diff']}")


if __name__ == "__main__":
    sys.exit(main())
