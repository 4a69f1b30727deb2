"""The house: who may import whom, and how long a module and a function may get."""

import ast
from collections import defaultdict
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import rift_sim

SOURCE = Path(rift_sim.__file__).parent
ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(SOURCE.rglob("*.py"))

# From what knows nothing to what knows everything; names on one line may know each other.
ORDER = (
    "errors",
    "vocabulary calendar resources drafts outputs plaintext yamlfile",
    "physics",
    "seeds",
    "extension",
    "territory",
    "parameters",
    "observed",
    "scenario",
    "initial",
    "accounts",
    "month",
    "agents",
    "recorder",
    "model",
    "replicate",
    "ensemble.engine ensemble.identity",
    "ensemble.storage",
    "ensemble.execution",
    "ensemble",
    "analysis.extras analysis.resample analysis.variance",
    "analysis.paired",
    "analysis.explain analysis.uncertainty analysis.crises",
    "analysis.compare",
    "analysis.conditions",
    "analysis.claims",
    "analysis.forecasts",
    "analysis.onset",
    "analysis.municipal",
    "analysis.validation",
    "analysis.calibrate",
    "analysis.levers",
    "analysis.sensitivity",
    "export",
    "plots",
    "report",
    "explore",
    "cli",
)
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names.split()}
MOST_LINES = 300
# Lines of a function without its docstring.
LONGEST = 60
EXCUSED = {"rift_sim.month.rates": "a list, one number a line"}


def module(file: Path) -> str:
    parts = file.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module(file): file for file in FILES}


def floor(name: str) -> str:
    """Return the narrowest name of the order that a module lies in, or else its own."""
    parts = name.split(".")[1:]
    within = (".".join(parts[:depth]) for depth in range(len(parts), 0, -1))
    return next((each for each in within if each in RANK), name)


@lru_cache
def imported(file: Path, *, at_once: bool) -> frozenset[str]:
    """Return the modules of ours that a file imports; `at_once` leaves out those in functions."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            return
        if at_once and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                deep = f"{node.module}.{alias.name}"
                found.add(deep if deep in MODULES else node.module)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(file.read_text(encoding="utf-8")))
    return frozenset(name for name in found if name in MODULES)


ROOTS = ("rift_sim", "rift_sim.analysis")


def test_every_package_has_its_place() -> None:
    assert {floor(name) for name in MODULES if name not in ROOTS} == set(RANK)


def test_a_module_knows_only_what_lies_before_it() -> None:
    wrong = {}
    for name, file in MODULES.items():
        known = imported(file, at_once=False) - {"rift_sim"}
        rank = -1 if name in ROOTS else RANK[floor(name)]
        if later := {other for other in known if RANK[floor(other)] > rank}:
            wrong[name] = later
    assert not wrong


def test_no_circle_of_imports() -> None:
    graph: dict[str, set[str]] = defaultdict(set)
    for name, file in MODULES.items():
        graph[name] = {other for other in imported(file, at_once=True) if other != name}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_no_module_is_too_long() -> None:
    files = {**MODULES, **{str(file): file for file in (ROOT / "tools").rglob("*.py")}}
    lines = {name: len(file.read_text("utf-8").splitlines()) for name, file in files.items()}
    assert not {name: count for name, count in lines.items() if count > MOST_LINES}


def test_no_function_is_too_long() -> None:
    found = {}
    for name, file in MODULES.items():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                said = ast.get_docstring(node, clean=False) is not None
                first = node.body[1 if said and len(node.body) > 1 else 0]
                length = node.end_lineno - first.lineno + 1  # type: ignore[operator]
                if length > LONGEST and f"{name}.{node.name}" not in EXCUSED:
                    found[f"{name}.{node.name}"] = length
    assert not found


def test_outputs_are_written_in_one_way() -> None:
    """What a command writes goes through ``drafts``, figures through ``plots.style``."""
    # A picture in memory; a copy that counts for nothing until its calibration has gone on.
    excused = {"explore.pictures": "savefig", "analysis.calibrate.folder": "write_text"}
    found = {}
    for name, file in MODULES.items():
        own = name.removeprefix("rift_sim.")
        if own.split(".")[0] not in ("analysis", "cli", "explore", "plots", "report"):
            continue
        calls = [node for node in ast.walk(ast.parse(file.read_text("utf-8")))
                 if isinstance(node, ast.Attribute)]  # fmt: skip
        raw = {node.attr for node in calls} & {"write_text", "write_bytes", "savefig", "to_csv"}
        if raw - {excused.get(own, "")} and own != "plots.style":
            found[own] = raw
    assert not found
