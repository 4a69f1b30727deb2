"""Who reads which parameter, who draws from which stream, and which claim switches what."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from rift_sim.seeds.ledger import Ledger
from rift_sim.vocabulary import AID_LINES, COUNTRIES, PRESIDENT_TYPES

from .code import Code, Function, keywords, last_name

__all__ = ["claim_uses", "field_claims", "fields_read", "parameter_uses", "stream_uses"]

MONTH = "rift_sim.physics.month"
RATES = "rift_sim.month.rates"
LAND = "rift_sim.month.Ground._survey_land"
_HOLDERS = ("draw", "parameters", "drawn")
"""What holds the parameters of a replicate, by the last part of its name."""

_REGIMES = ("chavista", "interim", "transition")
_MODEL = ("rift_sim.agents", "rift_sim.initial", "rift_sim.model", "rift_sim.month")
_CLAIM = re.compile(r"C\d\d")


def parameter_uses(code: Code, ledger: Ledger, targets: Path) -> dict[str, list[str]]:
    """Find the functions that read each parameter, following rates into the month's kernels.

    Attributes and keys of a draw count, and names put together from a word of the vocabulary
    (``draw[f"pressure_{president}"]``). What `targets` names is read through that file.

    Parameters
    ----------
    code, ledger
        Source of the package, and the ledger that names the parameters.
    targets
        File whose entries name parameters of observation.
    """
    found: dict[str, list[str]] = defaultdict(list)
    passed_on = fields_read(code)
    fields = _fields_of(code)
    for function in code.functions.values():
        for name in sorted(_read_by(function, ledger)):
            carried = [
                kernel
                for field in fields.get((function.path, name), ())
                for kernel in passed_on.get(field, ())
            ]
            found[name] += carried or [function.path]
    text = targets.read_text(encoding="utf-8")
    for name in ledger.parameters:
        if re.search(rf"\b{name}\b", text):
            found[name].append(f"seeds/{targets.name}")
    return {name: list(dict.fromkeys(places)) for name, places in found.items()}


def _read_by(function: Function, ledger: Ledger) -> set[str]:
    found: set[str] = set()
    for node in function.nodes:
        match node:
            case ast.Attribute(value=holder, attr=name) if last_name(holder) in _HOLDERS:
                found.add(name)
            case ast.Subscript(value=holder, slice=key) if last_name(holder) in _HOLDERS:
                found |= set(_names(key, function, ledger))
            case ast.Call(func=ast.Attribute(value=holder, attr="get"), args=[key, *_]) if (
                last_name(holder) in _HOLDERS
            ):
                found |= set(_names(key, function, ledger))
    return found & set(ledger.parameters)


def _names(key: ast.expr, function: Function, ledger: Ledger) -> Iterable[str]:
    """Spell out the keys that an index may be."""
    match key:
        case ast.Constant(value=str(name)):
            return [name]
        case ast.Name(id=name):
            return [
                str(part.value)
                for node in function.nodes
                if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
                for part in ast.walk(node.value)
                if isinstance(part, ast.Constant)
            ]
        case ast.JoinedStr(values=[ast.Constant(value=str(head)), ast.FormattedValue(value=word)]):
            words: Mapping[str, Iterable[str]] = {
                "president": PRESIDENT_TYPES,
                "line": AID_LINES,
                "country": COUNTRIES,
                "action.regime": _REGIMES,
                "name": ledger.groups,
            }
            return [head + word for word in words[ast.unparse(word)]]
    return []


def _bundle(code: Code, maker: str) -> tuple[Function, Mapping[str, ast.expr]]:
    """Return a function that fills a bundle of the month, and the fields it fills."""
    function = code.functions[maker]
    name = "Rates" if maker == RATES else "Land"
    for node in function.nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func) == name:
            return function, keywords(node)
    raise LookupError(f"{maker} makes no {name}")


def _expand(function: Function, value: ast.expr) -> list[ast.AST]:
    """Return the nodes of a value and of the local variables it is made of."""
    nodes = list(ast.walk(value))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    for node in function.nodes:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in names:
            nodes += ast.walk(node.value)
    return nodes


def _fields_of(code: Code) -> dict[tuple[str, str], list[str]]:
    """Return the fields of rates and land that hold a parameter, by function and parameter."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for maker in (RATES, LAND):
        function, fields = _bundle(code, maker)
        for field, value in fields.items():
            for node in _expand(function, value):
                if isinstance(node, ast.Attribute) and last_name(node.value) == "draw":
                    found[maker, node.attr].append(field)
    return found


def field_claims(code: Code) -> dict[str, list[str]]:
    """Return the claims that switch each field of rates and land."""
    found: dict[str, list[str]] = {}
    for maker in (RATES, LAND):
        function, fields = _bundle(code, maker)
        for field, value in fields.items():
            claims = [
                str(node.args[0].value)
                for node in _expand(function, value)
                if isinstance(node, ast.Call)
                and ast.unparse(node.func) == "on"
                and isinstance(node.args[0], ast.Constant)
            ]
            if claims:
                found[field] = claims
    return found


def fields_read(code: Code) -> dict[str, list[str]]:
    """Return the functions that each field of rates and land reaches.

    The kernel to which the month hands it, or the part of the month that looks at it.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for function in code.functions.values():
        if function.module == MONTH:
            for name, node in _fields_in(function):
                taker = _taker(code, function, node)
                if taker not in found[name]:
                    found[name].append(taker)
    return dict(found)


def _fields_in(function: Function) -> Iterable[tuple[str, ast.Attribute]]:
    for node in function.nodes:
        if isinstance(node, ast.Attribute) and last_name(node.value) in ("p", "a"):
            yield node.attr, node


def _taker(code: Code, function: Function, field: ast.Attribute) -> str:
    for node in function.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            path = code.named(function.module, node.func.id)
            if path in code.functions and any(field in ast.walk(arg) for arg in node.args):
                return path
    return function.path


def stream_uses(code: Code) -> dict[str, list[str]]:
    """Return the functions that draw from each stream; for the month's, the kernel that does."""
    found: dict[str, list[str]] = defaultdict(list)
    for function in code.functions.values():
        for node in function.nodes:
            if isinstance(node, ast.Attribute) and last_name(node.value) == "Process":
                found[node.attr].append(_drawer(code, function, node))
    return {name: list(dict.fromkeys(places)) for name, places in found.items()}


def _drawer(code: Code, function: Function, stream: ast.Attribute) -> str:
    """Return the kernel of the month that is given a stream, or the function itself."""
    if function.module != MONTH:
        return function.path
    kernels = [
        (code.named(function.module, node.func.id), node)
        for node in function.nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    kernels = [
        (path, node)
        for path, node in kernels
        if path in code.functions and not path.startswith("rift_sim.physics.streams")
    ]
    for path, node in kernels:
        if any(stream in ast.walk(arg) for arg in node.args):
            return path
    # The key stands in a variable first, for the next call that takes it.
    later = [
        (node.lineno, path)
        for path, node in kernels
        if node.lineno > stream.lineno
        and any(isinstance(arg, ast.Name) and arg.id == "key" for arg in node.args)
    ]
    return min(later)[1] if later else function.path


def claim_uses(code: Code) -> dict[str, list[str]]:
    """Return the functions of the model that ask whether the mechanism of a claim is on."""
    found: dict[str, list[str]] = defaultdict(list)
    passed_on, switched = fields_read(code), field_claims(code)
    for function in code.functions.values():
        if not function.module.startswith(_MODEL):
            continue
        for node in function.nodes:
            if isinstance(node, ast.Constant) and _CLAIM.fullmatch(str(node.value)):
                found[str(node.value)].append(function.path)
    for field, claims in switched.items():
        for claim in claims:
            found[claim] += passed_on.get(field, [])
    return {claim: list(dict.fromkeys(found[claim])) for claim in sorted(found)}
