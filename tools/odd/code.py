"""What the code says of itself: its functions, and what each reads, draws and asks."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

__all__ = ["SHOWING", "Code", "Constant", "Function", "calls_in", "keywords", "last_name", "read"]

SHOWING = ("cli", "ensemble", "explore", "export", "plots", "report", "scenario", "seeds")
"""Packages that are not read: nothing there reads a parameter's draw or draws a number."""


@dataclass
class Function:
    """A function or method of the package.

    Attributes
    ----------
    path
        Dotted path, ``rift_sim.agents.government.Government.step``.
    node
        Its syntax tree.
    module, owner
        Dotted paths of its module and, for a method, of its class.
    """

    path: str
    node: ast.FunctionDef
    module: str
    owner: str | None

    @property
    def body(self) -> list[ast.stmt]:
        """Its statements, without the docstring."""
        first = self.node.body[0]
        text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        return self.node.body[1:] if text else self.node.body

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the body, in no particular order."""
        return [node for statement in self.body for node in ast.walk(statement)]

    @property
    def says(self) -> str:
        """First line of the docstring, or an empty text."""
        return (ast.get_docstring(self.node) or "").partition("\n")[0]


@dataclass(frozen=True)
class Constant:
    """A number with a name at the top of a module."""

    path: str
    value: float
    says: str


@dataclass
class Code:
    """The source of a package, read and not run.

    Parameters
    ----------
    root
        Folder of the package.
    """

    root: Path
    trees: dict[str, ast.Module] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    imports: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for file in sorted(self.root.rglob("*.py")):
            parts = file.relative_to(self.root.parent).with_suffix("").parts
            if parts[1] in SHOWING:
                continue
            module = ".".join(parts).removesuffix(".__init__")
            tree = ast.parse(file.read_text(encoding="utf-8"))
            self.trees[module] = tree
            for node in tree.body:
                if isinstance(node, ast.ClassDef):
                    self.classes[f"{module}.{node.name}"] = node
                    self._list(node.body, module, f"{module}.{node.name}")
            self._list(tree.body, module, None)

    def _list(self, body: list[ast.stmt], module: str, owner: str | None) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef):
                path = f"{owner or module}.{node.name}"
                self.functions[path] = Function(path, node, module, owner)

    def _imported(self, module: str) -> dict[str, str]:
        """Return the dotted path of every name that a module imports."""
        if module not in self.imports:
            self.imports[module] = {
                alias.asname or alias.name: f"{node.module}.{alias.name}"
                for node in ast.walk(self.trees[module])
                if isinstance(node, ast.ImportFrom) and node.module
                for alias in node.names
            }
        return self.imports[module]

    def named(self, module: str, name: str) -> str:
        """Return the dotted path that a bare name stands for in a module."""
        here = f"{module}.{name}"
        if here in self.functions or here in self.classes:
            return here
        return self._imported(module).get(name, here)

    def method(self, owner: str, name: str) -> str | None:
        """Return the path of a method or property, its own or inherited."""
        while owner in self.classes:
            if f"{owner}.{name}" in self.functions:
                return f"{owner}.{name}"
            bases = [b.id for b in self.classes[owner].bases if isinstance(b, ast.Name)]
            if not bases:
                return None
            owner = self.named(owner.rpartition(".")[0], bases[0])
        return None

    def attributes(self, path: str) -> dict[str, str]:
        """Return the attributes that the docstring of a class lists, and what they mean."""
        text = ast.get_docstring(self.classes[path]) or ""
        lines = text.partition("Attributes\n----------\n")[2].splitlines()
        found: dict[str, str] = {}
        names = ""
        for line in lines:
            if line.startswith("    "):
                found[names] = f"{found.get(names, '')} {line.strip()}".strip()
            elif line.strip():
                names = line.strip()
        return found

    def constants(self, *packages: str) -> list[Constant]:
        """List the named numbers at the top of the modules of some packages, with their docs."""
        found = []
        for module, tree in self.trees.items():
            if any(module == p or module.startswith(f"{p}.") for p in packages):
                for node, after in zip(tree.body, [*tree.body[1:], None], strict=True):
                    found += [
                        Constant(f"{module}.{name}", value, _text(after))
                        for name, value in _numbers(node)
                    ]
        return found


@lru_cache(maxsize=1)
def read(root: Path) -> Code:
    """Read the source of a package, once."""
    return Code(root)


def _numbers(node: ast.stmt) -> list[tuple[str, float]]:
    """Return the names and values of an assignment of plain numbers."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return []
    target, value = node.targets[0], node.value
    pairs = (
        list(zip(target.elts, value.elts, strict=False))
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
        else [(target, value)]
    )
    return [
        (name.id, number.value)
        for name, number in pairs
        if isinstance(name, ast.Name)
        and isinstance(number, ast.Constant)
        and isinstance(number.value, int | float)
        and not isinstance(number.value, bool)
    ]


def _text(node: ast.stmt | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return " ".join(str(node.value.value).split())
    return ""


def calls_in(body: list[ast.stmt]) -> Iterator[ast.Call | ast.Attribute]:
    """Yield calls and attributes as they are evaluated: what is inside comes first."""
    for statement in body:
        yield from _inside(statement)


def _inside(node: ast.AST) -> Iterator[ast.Call | ast.Attribute]:
    children = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Call):
        children = [*children[1:], children[0]]  # What is called comes after its arguments.
    for child in children:
        yield from _inside(child)
    if isinstance(node, ast.Call | ast.Attribute):
        yield node


def last_name(node: ast.AST) -> str:
    """Return the last part of a dotted expression: ``draw`` of ``self.rift.draw``."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return str(name)
    return ""


def keywords(call: ast.Call) -> Mapping[str, ast.expr]:
    """Return the keyword arguments of a call."""
    return {k.arg: k.value for k in call.keywords if k.arg is not None}
