"""Turn what pydantic found into one clear message: file, line, key, problem, what is allowed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pydantic import ValidationError

from rift_sim.errors import InputError
from rift_sim.extension.registry import unused
from rift_sim.scenario.describe import file_schema
from rift_sim.scenario.values import Finding, Refusal
from rift_sim.yamlfile import KeyPath

__all__ = ["find", "nothings", "refuse"]

_MISSING, _UNKNOWN = "is missing", "unknown key"
_EXTENSIBLE = tuple(
    f"there is no {what} '" for what in ("mechanism", "parameter", "strategy", "series")
)
"""How a name is said not to be known that an extension could have brought."""
_NOUNS = {
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_type": "a whole number",
    "list_type": "a list",
    "model_type": "a mapping",
    "string_type": "text",
    "tuple_type": "a list",
}
_BOUNDS = {
    "greater_than": "is too small",
    "greater_than_equal": "is too small",
    "less_than": "is too large",
    "less_than_equal": "is too large",
    "string_pattern_mismatch": "is not written as it must be",
    "string_too_long": "is too long",
    "string_too_short": "is empty",
    "too_short": "has too few entries",
    "too_long": "has too many entries",
}
_NUMBER_OR_DISTRIBUTION = "a number, or a mapping such as {distribution: uniform, low: 0, high: 1}"
Place = tuple[tuple[int, int], Callable[..., InputError]]


def refuse(findings: Iterable[Finding], place: Callable[[KeyPath], Place]) -> InputError:
    """Build the error for the finding that stands first.

    Parameters
    ----------
    findings
        At least one; `at` counts from the root of the scenario.
    place
        Gives, for a path, where it stands (rank of the file, line) and how to build the error.
    """
    found = list(findings)
    # A mistyped key explains the missing one beside it.
    mistyped = {f.at[:-1] for f in found if f.problem == _UNKNOWN}
    found = [f for f in found if f.problem != _MISSING or f.at[:-1] not in mistyped]
    placed = sorted(((*_latest(f, place), f) for f in found), key=lambda item: item[0])
    _, build, first = placed[0]
    error = build(first.problem, allowed=first.allowed, given=first.given)
    error.allowed = first.listing or error.allowed
    error.problem += _unnamed(first)
    if len(placed) > 1:
        error.problem += f" (and {len(placed) - 1} more)"
    error.args = (str(error),)
    return error


def _unnamed(finding: Finding) -> str:
    """Say which extensions an unknown name could be of, had the scenario named them."""
    of_event = finding.problem == _UNKNOWN and finding.at[-3:-2] in (("history",), ("timeline",))
    there = unused() if of_event or finding.problem.startswith(_EXTENSIBLE) else ()
    return f" (installed, but not named under extensions: {', '.join(there)})" if there else ""


def _latest(finding: Finding, place: Callable[[KeyPath], Place]) -> Place:
    """Return where a finding is placed: of several places, in the file that lies on top."""
    places = [place(at) for at in (finding.at, *finding.rather)]
    return min(places, key=lambda one: one[0][0])


def nothings(data: Any, at: KeyPath = ()) -> Iterator[Finding]:
    """Find keys and items without a value."""
    if data is None:
        allowed, _ = _allowed(at, None)
        yield Finding(at=at, problem="has no value", allowed=allowed)
    elif isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from nothings(value, (*at, key))


def find(error: ValidationError, data: Any) -> list[Finding]:
    """List what pydantic found wrong with `data`, the mapping of a whole scenario."""
    found: list[Finding] = []
    for item in error.errors(include_url=False):
        at = _in_data(item["loc"], data)
        kind, context = item["type"], item.get("ctx", {})
        cause = context.get("error")
        if kind == "value_error" and isinstance(cause, Refusal):
            found += [_below(at, finding) for finding in cause.findings]
        else:
            found.append(_translate(kind, at, item, data, context))
    return found


def _below(at: KeyPath, finding: Finding) -> Finding:
    rather = tuple((*at, *other) for other in finding.rather)
    return finding.model_copy(update={"at": (*at, *finding.at), "rather": rather})


def _translate(kind: str, at: KeyPath, item: Any, data: Any, context: Any) -> Finding:
    value, last = item["input"], item["loc"][-1] if item["loc"] else ""
    match kind:
        case "missing":
            allowed, _ = _allowed((*at, last), data)
            return Finding(at=(*at, last), problem=_MISSING, allowed=allowed)
        case "extra_forbidden":
            _, keys = _allowed(at[:-1], data)
            finding = Finding(at=at, problem=_UNKNOWN, allowed=keys, given=str(last))
        case "literal_error":
            names = _quoted(context["expected"])
            problem = f"{_short(value)} is not known"
            finding = Finding(at=at, problem=problem, allowed=names, given=str(value))
        case "union_tag_invalid":
            tag, names = str(context["tag"]), _quoted(context["expected_tags"])
            problem = f"there is no distribution '{tag}'"
            at = (*at, "distribution")
            finding = Finding(at=at, problem=problem, allowed=names, given=tag)
        case "union_tag_not_found" | "model_attributes_type":
            problem = f"{_short(value)} is neither a number nor a distribution"
            finding = Finding(at=at, problem=problem, allowed=_NUMBER_OR_DISTRIBUTION)
        case "value_error":
            finding = Finding(at=at, problem=str(context["error"]))
        case _:
            allowed, _ = _allowed(at, data)
            if kind == "string_type" and isinstance(value, int | float):
                allowed = f"{allowed or 'text'}; in quotes, or YAML takes it for something else"
            told = f"is not {_NOUNS[kind]}" if kind in _NOUNS else _BOUNDS.get(kind)
            problem = f"{_short(value)} {told}" if told else str(item["msg"])
            finding = Finding(at=at, problem=problem, allowed=allowed)
    return finding


def _quoted(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"'([^']*)'", text))


def _short(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case str():
            return f"'{value[:60]}...'" if len(value) > 60 else f"'{value}'"
        case _:
            return str(value)


def _in_data(loc: tuple[int | str, ...], data: Any) -> KeyPath:
    """Keep the parts of pydantic's location that are keys or positions in the data."""
    at: KeyPath = ()
    for part in loc:
        inside = (isinstance(data, dict) and part in data) or (
            isinstance(data, list) and isinstance(part, int) and part < len(data)
        )
        if inside:
            data, at = data[part], (*at, part)
    return at


# What is allowed at a place is read off the JSON Schema, so that messages, editors and the
# reference never differ.


def _allowed(at: KeyPath, data: Any) -> tuple[str | tuple[str, ...] | None, tuple[str, ...]]:
    """Return what may stand at a place, in words, and which keys a mapping there may have."""
    nodes = _alternatives(file_schema())
    note = ""
    for part in at:
        data = _step(data, part)
        following = [child for node in nodes for child in _children(node, part)]
        note = next((str(c["description"]) for c in following if "description" in c), "")
        nodes = [option for child in following for option in _alternatives(child)]
    if isinstance(data, dict):
        objects = [node for node in nodes if "properties" in node]
        nodes = [max(objects, key=lambda node: _likeness(node, data))] if objects else nodes
    keys = tuple(dict.fromkeys(key for node in nodes for key in node.get("properties", ())))
    words = list(dict.fromkeys(_words(node) for node in nodes))
    text = " or ".join(words)
    return (f"{text}. {note.rstrip('.')}" if note else text) or None, keys


def _step(data: Any, part: int | str) -> Any:
    if isinstance(data, dict):
        return data.get(part)
    inside = isinstance(data, list) and isinstance(part, int) and part < len(data)
    return data[part] if inside else None


def _alternatives(node: dict[str, Any]) -> list[dict[str, Any]]:
    if "$ref" in node:
        return _alternatives(file_schema()["$defs"][node["$ref"].rpartition("/")[2]])
    options = node.get("anyOf") or node.get("oneOf")
    if options:
        return [found for option in options for found in _alternatives(option)]
    return [] if node.get("type") == "null" else [node]


def _children(node: dict[str, Any], part: int | str) -> list[dict[str, Any]]:
    if isinstance(part, int):
        return [node["items"]] if isinstance(node.get("items"), dict) else []
    if part in node.get("properties", {}):
        return [node["properties"][part]]
    values = [node.get("additionalProperties"), *node.get("patternProperties", {}).values()]
    return [value for value in values if isinstance(value, dict)]


def _likeness(node: dict[str, Any], data: dict[str, Any]) -> int:
    """Say how well a mapping fits one of several models."""
    score = 0
    for key, value in data.items():
        if (rule := node["properties"].get(key)) is not None:
            score += 1 if "const" not in rule else 100 if rule["const"] == value else -100
    return score


def _words(node: dict[str, Any]) -> str:
    kind = node.get("type")
    if "enum" in node or "const" in node:
        values = node.get("enum", [node.get("const")])
        text = ", ".join(_short(value).strip("'") for value in values)
    elif kind in ("number", "integer"):
        text = _number(node, "a number" if kind == "number" else "a whole number")
    elif kind == "object" and "properties" in node:
        text = "a mapping with keys from " + ", ".join(node["properties"])
    elif kind == "string" and "examples" in node:
        text = "a month, YYYY-MM"
    else:
        text = _SIMPLE.get(str(kind), "a value")
    return text


_SIMPLE = {"array": "a list", "boolean": "true or false", "object": "a mapping", "string": "text"}


def _number(node: dict[str, Any], noun: str) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    if low is not None and high is not None:
        return f"{noun} from {low:,} to {high:,}"
    above = node.get("exclusiveMinimum")
    if above is not None:
        return f"{noun} above {above:,}"
    return noun if low is None else f"{noun} of at least {low:,}"
