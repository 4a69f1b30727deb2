"""Find scenario files, read them, follow what they extend."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from rift_sim.errors import InputError
from rift_sim.resources import shipped
from rift_sim.scenario.layers import Layer, Origin
from rift_sim.scenario.problems import find, nothings, refuse
from rift_sim.scenario.schema import ScenarioFile
from rift_sim.seeds.posterior import is_table
from rift_sim.textfile import is_file
from rift_sim.yamlfile import Document, read_yaml

__all__ = [
    "Summary",
    "checked",
    "locate",
    "read_layers",
    "resolve_files",
    "shipped_names",
    "shipped_scenarios",
]

_SUFFIXES = (".yaml", ".yml")
_OPTIONAL = ("assumptions", "mechanisms", "history", "timeline", "sweep")


class Summary(NamedTuple):
    """A shipped scenario in one line."""

    name: str
    title: str
    question: str
    path: Path


def shipped_names() -> dict[str, Path]:
    """Return the shipped scenarios by name, in order of name."""
    return {path.stem: path for path in sorted(shipped("scenarios").glob("*.yaml"))}


def shipped_scenarios() -> list[Summary]:
    """List the shipped scenarios with their questions, `reference` first.

    Raises
    ------
    InputError
        When one of the files is not strict YAML.
    """
    found = []
    for name, path in shipped_names().items():
        data = read_yaml(path).data
        found.append(
            Summary(name, str(data.get("title", name)), str(data.get("question", "")), path)
        )
    return sorted(found, key=lambda summary: (summary.name != "reference", summary.name))


def is_path(text: str) -> bool:
    """Say whether a text means a file rather than the name of a shipped scenario."""
    return text.endswith(_SUFFIXES) or "/" in text or "\\" in text


_MOST_LISTED = 20


def locate(path_or_name: str | Path) -> Path:
    """Return the file of a scenario given by path or by name.

    Raises
    ------
    InputError
        When there is neither such a file nor such a shipped scenario.
    """
    text = str(path_or_name)
    if isinstance(path_or_name, Path) or is_path(text):
        path = Path(path_or_name)
        if not is_file(path):
            if os.path.isdir(path):
                raise InputError("a folder, not a scenario file", file=path, allowed="a .yaml file")
            beside = [str(found) for found in sorted(path.parent.glob("*.yaml"))]
            error = InputError("no such file", file=path, allowed=beside, given=text)
            if len(beside) > _MOST_LISTED:
                error.allowed = f"one of {len(beside)} .yaml files beside it"
            raise error
        return path
    names = shipped_names()
    if text not in names:
        raise InputError(
            f"there is no shipped scenario '{text}'",
            allowed=[*names, "or a file ending in .yaml"],
            given=text,
        )
    return names[text]


def read_layers(path: Path) -> tuple[Layer, Origin]:
    """Read a scenario file and all it extends, joined; and the origin of the file itself.

    Raises
    ------
    InputError
        When one of the files is wrong in itself, is missing, or extends itself.
    """
    chain: list[tuple[Layer, Origin]] = []
    seen: list[Path] = []
    while True:
        document = read_yaml(path)
        data, origin = checked(document, len(chain))
        chain.append((Layer.read(data, origin), origin))
        seen.append(path.resolve())
        item = chain[-1][0].values.pop("extends", None)
        if item is None:
            break
        path = _parent(str(item.value), path, item.origin)
        if path.resolve() in seen:
            names = " -> ".join(step.name for step in (*seen, path))
            raise item.origin.error(
                f"extends in a circle: {names}", allowed="a scenario that does not lead back here"
            )
    layer = chain[-1][0]
    for child, _ in reversed(chain[:-1]):
        layer = layer.extended(child)
    return layer, chain[0][1]


def _parent(text: str, child: Path, origin: Origin) -> Path:
    if is_path(text):
        path = child.parent / text
        if not is_file(path):
            raise origin.error(
                f"there is no file '{path}'",
                allowed="a file relative to this one, or a shipped scenario: "
                + ", ".join(shipped_names()),
            )
        return path
    names = shipped_names()
    if text not in names:
        raise origin.error(
            f"there is no shipped scenario '{text}'",
            allowed=[*names, "or a file ending in .yaml"],
            given=text,
        )
    return names[text]


def checked(document: Document, rank: int) -> tuple[dict[str, Any], Origin]:
    """Check one file by itself; return its data with files absolute.

    Raises
    ------
    InputError
        At the first thing wrong.
    """
    origin = Origin(document, (), rank)
    data = {k: v for k, v in document.data.items() if v is not None or k not in _OPTIONAL}
    findings = list(nothings(data))
    if not findings:
        data = resolve_files(data, document.path.parent)
        try:
            ScenarioFile.model_validate(data)
            return data, origin
        except ValidationError as error:
            findings = find(error, data)
    raise refuse(findings, lambda at: origin.below(*at).place())


def resolve_files(data: Mapping[str, Any], base: Path) -> dict[str, Any]:
    """Return the data with every named file absolute; `base` is where relative ones start."""
    found = dict(data)
    if isinstance(source := found.get("parameters"), str) and is_table(source):
        found["parameters"] = _absolute(source, base)
    if isinstance(territory := found.get("territory"), dict):
        files = ("municipalities", "neighbours")
        found["territory"] = {
            key: _absolute(value, base) if key in files else value
            for key, value in territory.items()
        }
    if isinstance(initial := found.get("initial"), dict):
        found["initial"] = {key: _absolute_file(value, base) for key, value in initial.items()}
    if isinstance(sweep := found.get("sweep"), dict):
        found["sweep"] = {name: _resolve_axis(axis, base) for name, axis in sweep.items()}
    return found


def _resolve_axis(axis: Any, base: Path) -> Any:
    if not isinstance(axis, dict) or "set" in axis:
        return axis
    return {
        level: resolve_files(fragment, base) if isinstance(fragment, dict) else fragment
        for level, fragment in axis.items()
    }


def _absolute_file(value: Any, base: Path) -> Any:
    """Take FILE, or {file: FILE}."""
    if isinstance(value, dict) and "file" in value:
        return {**value, "file": _absolute(value["file"], base)}
    return _absolute(value, base)


def _absolute(value: Any, base: Path) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return str((base / value).resolve())
    except (OSError, RuntimeError, ValueError):
        return value  # No file can have this name, or links lead in a circle; refused later.
