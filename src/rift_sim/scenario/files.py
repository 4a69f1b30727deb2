"""Find scenario files, read them, follow what they extend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from pydantic import ValidationError

from rift_sim.errors import InputError
from rift_sim.extension.registry import use
from rift_sim.plaintext import NO_FILE, is_regular, no_file, why_not
from rift_sim.resources import shipped
from rift_sim.scenario.fence import OPEN, Fence
from rift_sim.scenario.layers import Layer
from rift_sim.scenario.origin import Origin
from rift_sim.scenario.problems import find, nothings, refuse
from rift_sim.scenario.schema import ScenarioFile
from rift_sim.seeds.posterior import is_table
from rift_sim.yamlfile import Document, KeyPath, read_yaml

__all__ = [
    "Summary",
    "checked",
    "locate",
    "read_layers",
    "resolve_files",
    "resolve_setting",
    "shipped_names",
    "shipped_scenarios",
]

MAX_FILES = 20
"""So many files may extend one another."""
_SUFFIXES = (".yaml", ".yml")
_OPTIONAL = ("assumptions", "mechanisms", "strategies", "history", "timeline", "sweep")


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
        if not is_regular(path):
            problem = why_not(path)
            if problem != NO_FILE:
                raise InputError(problem, file=path, allowed="a .yaml file")
            beside = [str(found) for found in sorted(path.parent.glob("*.yaml"))]
            error = InputError(problem, file=path, allowed=beside, given=text)
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


def read_layers(path: Path, fence: Fence) -> tuple[Layer, Origin]:
    """Read a scenario file and all it extends, joined; and the origin of the file itself.

    Raises
    ------
    InputError
        When one of the files is wrong in itself, is missing, extends itself or too many others,
        or names a file that `fence` keeps out.
    """
    chain: list[tuple[Layer, Origin]] = []
    seen: list[Path] = []
    documents = _look_ahead(path, fence)
    while True:
        document = documents.get(path) or read_yaml(path)
        data, origin = checked(document, len(chain), fence)
        chain.append((Layer.read(data, origin), origin))
        seen.append(path.resolve())
        item = chain[-1][0].values.pop("extends", None)
        if item is None:
            break
        text = str(item.value)
        path = _parent(text, path, item.origin, fence)
        if not is_path(text):
            fence = OPEN  # What ships may name what ships.
        if path.resolve() in seen:
            names = " -> ".join(step.name for step in (*seen, path))
            raise item.origin.error(
                f"extends in a circle: {names}", allowed="a scenario that does not lead back here"
            )
        if len(seen) == MAX_FILES:
            raise item.origin.error("extends too many files", allowed=f"{MAX_FILES} in a row")
    layer = chain[-1][0]
    for child, _ in reversed(chain[:-1]):
        layer = layer.extended(child)
    return layer, chain[0][1]


def _look_ahead(path: Path, fence: Fence) -> dict[Path, Document]:
    """Load the extensions that a file and its parents name, before any of them is checked.

    A child may use what only its parent names. Returns the files that were read for it; what
    is wrong in them is found when they are checked.
    """
    found: dict[Path, Document] = {}
    while path not in found and len(found) < MAX_FILES:
        try:
            found[path] = document = read_yaml(path)
            named = document.data.get("extensions")
            for name in named if isinstance(named, list) else ():
                use([str(name)])
            parent = document.data.get("extends")
            if not isinstance(parent, str):
                break
            path = _parent(parent, path, Origin(document), fence)
            if not is_path(parent):
                fence = OPEN
        except InputError:
            break
    return found


def _parent(text: str, child: Path, origin: Origin, fence: Fence) -> Path:
    if is_path(text):
        path = child.parent / text
        fence.place(text, child.parent, origin.error)
        if not is_regular(path):
            raise origin.error(
                no_file(path),
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


def checked(document: Document, rank: int, fence: Fence = OPEN) -> tuple[dict[str, Any], Origin]:
    """Check one file by itself; return its data with files absolute, none outside `fence`.

    Raises
    ------
    InputError
        At the first thing wrong.
    """
    origin = Origin(document, (), rank)
    data = {k: v for k, v in document.data.items() if v is not None or k not in _OPTIONAL}
    findings = list(nothings(data))
    if not findings:
        data = resolve_files(
            data, lambda text, at: fence.place(text, document.path.parent, origin.below(*at).error)
        )
        try:
            ScenarioFile.model_validate(data)
            return data, origin
        except ValidationError as error:
            findings = find(error, data)
    raise refuse(findings, lambda at: origin.below(*at).place())


class Placing(Protocol):
    """Says where a named file lies; told its name, and where that stands."""

    def __call__(self, text: str, at: KeyPath, /) -> Path:
        """Return the place, absolute."""
        ...


def resolve_files(data: Mapping[str, Any], place: Placing) -> dict[str, Any]:
    """Return the data with every named file absolute."""
    found = dict(data)
    for key in ("parameters", "territory", "initial"):
        if key in found:
            found[key] = _resolve((key,), found[key], place)
    if isinstance(sweep := found.get("sweep"), dict):
        found["sweep"] = {
            name: _resolve_axis(axis, ("sweep", name), place) if isinstance(axis, dict) else axis
            for name, axis in sweep.items()
        }
    return found


def resolve_setting(path: KeyPath, value: Any, place: Callable[[str], Path]) -> Any:
    """Return the value of one dotted key with every file in it absolute."""
    return _resolve(path, value, lambda text, _: place(text))


def _resolve_axis(axis: dict[str, Any], here: KeyPath, place: Placing) -> dict[str, Any]:
    values = axis.get("values")
    if "set" in axis:
        if not isinstance(values, list):
            return axis
        key = tuple(str(axis["set"]).split("."))
        resolved = [
            resolve_setting(key, value, partial(_swapped, place, (*here, "values", position)))
            for position, value in enumerate(values)
        ]
        return {**axis, "values": resolved}
    found: dict[str, Any] = {}
    for level, fragment in axis.items():

        def place_here(text: str, at: KeyPath, level: str = level) -> Path:
            return place(text, (*here, level, *at))

        inside = isinstance(fragment, dict)
        found[level] = resolve_files(fragment, place_here) if inside else fragment
    return found


def _swapped(place: Placing, at: KeyPath, text: str) -> Path:
    return place(text, at)


def _resolve(at: KeyPath, value: Any, place: Placing) -> Any:
    """Make the files absolute in what stands at a place of a scenario."""
    if isinstance(value, dict):
        return {key: _resolve((*at, key), item, place) for key, item in value.items()}
    if isinstance(value, str) and _names_file(at, value):
        return str(place(value, at))
    return value


def _names_file(at: KeyPath, text: str) -> bool:
    """Say whether text at a place of a scenario is the name of a file."""
    match at:
        case ("parameters",):
            return is_table(text)
        case ("territory", "municipalities" | "neighbours" | "departments"):
            return True
        case ("initial", _) | ("initial", _, "file"):
            return True
    return False
