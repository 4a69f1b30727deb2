"""Mutants: small changes to a module, each of which a test should notice."""

from __future__ import annotations

import ast
import difflib
import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

# Loaded first: parso's modules import each other in a circle.
import parso  # noqa: F401
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

__all__ = ["Mutant", "sample"]

# A kernel without its decorator is a plain function: the same, where kernels run as Python.
# The other two need to be told what to put in.
_LEFT_OUT = ("core/RemoveDecorator", "core/VariableInserter", "core/VariableReplacer")


@dataclass(frozen=True)
class Mutant:
    """One change.

    Attributes
    ----------
    module
        Name of the file without its ending.
    function
        Where the change is; ``(module)`` outside functions.
    line
        Its line, from 1.
    operator
        What kind of change, as cosmic-ray calls it.
    text
        The module with the change.
    diff
        Lines taken away and put in.
    """

    module: str
    function: str
    line: int
    operator: str
    text: str
    diff: str

    @property
    def key(self) -> str:
        """A name that stays as long as the module does."""
        return f"{self.module}-{hashlib.sha256(self.text.encode()).hexdigest()[:12]}"


def sample(file: Path, number: int, seed: int, left_out: Sequence[str] = ()) -> list[Mutant]:
    """Choose mutants of a module: first places in its code, then a change at each.

    (A `+` can become eleven things, a number two: drawing among changes would hardly ever
    touch anything but operators.) Functions in `left_out` stay as they are.
    """
    source = file.read_text(encoding="utf-8")
    # By the package at the top: a module that moves within it keeps its sample.
    package = file.parts[::-1][file.parts[::-1].index("rift_sim") - 1]
    rng = random.Random(f"{seed} {package}/{file.stem}")
    places: dict[tuple[int, int], list[tuple[str, int]]] = {}
    for place, change in _changes(source):
        places.setdefault(place, []).append(change)
    chosen: list[Mutant] = []
    for place in rng.sample(sorted(places), len(places)):
        if len(chosen) == number:
            break
        mutant = _mutant(file.stem, source, place[0], rng.choice(places[place]))
        if mutant is not None and mutant.function not in left_out:
            chosen.append(mutant)
    return sorted(chosen, key=lambda mutant: (mutant.line, mutant.operator))


def _changes(source: str) -> Iterator[tuple[tuple[int, int], tuple[str, int]]]:
    """Yield where something can be changed (line, column), and the change (operator, number)."""
    nodes, skipped = list(ast_nodes(get_ast(source))), _not_run(source)
    for name in sorted(operator_names()):
        if name in _LEFT_OUT:
            continue
        operator = get_operator(name)()
        places = [place for node in nodes for place, _ in operator.mutation_positions(node)]
        for number, place in enumerate(places):
            if not any(begin <= place < end for begin, end in skipped):
                yield place, (name, number)


def _mutant(module: str, source: str, line: int, change: tuple[str, int]) -> Mutant | None:
    name, number = change
    text = mutate_code(source, get_operator(name)(), number)
    try:
        same = text is None or ast.dump(ast.parse(text)) == ast.dump(ast.parse(source))
    except SyntaxError:
        return None
    if same:
        return None
    lines = difflib.unified_diff(source.splitlines(), text.splitlines(), lineterm="", n=0)
    diff = [row for row in lines if row[:1] in "+-" and row[:3] not in ("+++", "---")]
    return Mutant(module, _function(source, line), line, name, text, "\n".join(diff))


def _not_run(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Spans that say something to readers and checkers only: annotations, type-only imports."""
    found: list[ast.AST] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            found += [node.returns] if node.returns else []
            found += node.decorator_list
        elif isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            found.append(node.annotation)
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            found.append(node)
    return [((n.lineno, n.col_offset), (n.end_lineno, n.end_col_offset)) for n in found]  # type: ignore[attr-defined]


def _function(source: str, line: int) -> str:
    """Return the outermost function, or the class and its method, that a line is in."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and _holds(node, line):
            if isinstance(node, ast.ClassDef):
                for inner in node.body:
                    if isinstance(inner, ast.FunctionDef) and _holds(inner, line):
                        return f"{node.name}.{inner.name}"
            return node.name
    return "(module)"


def _holds(node: ast.FunctionDef | ast.ClassDef, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)
