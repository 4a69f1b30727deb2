"""Turn entries of a YAML file into records, and pydantic's errors into ours."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rift_sim.errors import InputError, nearest
from rift_sim.seeds.base import Record
from rift_sim.seeds.distributions import DISTRIBUTIONS
from rift_sim.vocabulary import SERIES
from rift_sim.yamlfile import Document, KeyPath

__all__ = ["as_input_error", "read_entries", "read_list", "section", "unknown"]

R = TypeVar("R", bound=Record)
Location = tuple[int | str, ...]
_LONG = 15
_WANTED = {
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_type": "a whole number",
    "list_type": "a list",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "string_too_short": "text that is not empty",
    "string_type": "text",
    "tuple_type": "a list",
}
_TYPES: dict[Any, str] = {
    bool: "true or false",
    float: "a number",
    int: "a whole number",
    str: "text",
    tuple: "a list",
}


def unknown(problem: str, names: Collection[str], given: str, **place: Any) -> InputError:
    """Build the error for a name that is not among `names`: a long list is left out.

    Parameters
    ----------
    place
        ``file``, ``line`` and ``key``, as `InputError` takes them.
    """
    if len(names) <= _LONG:
        return InputError(problem, allowed=names, given=given, **place)
    error = InputError(problem, allowed=f"one of {len(names)} ids", **place)
    error.nearest = nearest(given, names)
    return error


def section(document: Document, name: str, allowed: tuple[str, ...]) -> None:
    """Require the top-level section `name`; refuse sections that are not `allowed`.

    Raises
    ------
    InputError
        When a section is unknown or `name` is missing.
    """
    for key in document.data:
        if key not in allowed:
            raise document.error((key,), "unknown section", allowed=allowed, given=key)
    if name not in document.data:
        raise InputError(f"the section '{name}' is missing", file=document.path, allowed=allowed)


def read_entries(document: Document, name: str, kind: type[R]) -> dict[str, R]:
    """Read the mapping id -> entry of section `name` into records, in file order.

    Raises
    ------
    InputError
        At the first entry that does not fit `kind`.
    """
    entries = document.data[name]
    if not isinstance(entries, dict):
        raise document.error((name,), "is not a mapping", allowed="id: entry")
    records: dict[str, R] = {}
    for key, entry in entries.items():
        path: KeyPath = (name, key)
        if not isinstance(entry, dict):
            raise document.error(path, "is not a mapping", allowed=_fields(kind))
        if "id" in entry:
            raise document.error((*path, "id"), "unknown key (the id is the entry's own key)")
        try:
            records[key] = kind.model_validate({"id": key, **entry})
        except ValidationError as error:
            raise as_input_error(error, document, path, kind) from None
    return records


def read_list(document: Document, name: str, kind: type[R]) -> tuple[R, ...]:
    """Read the list of section `name` into records; errors as in `read_entries`."""
    items = document.data[name]
    if not isinstance(items, list):
        raise document.error((name,), "is not a list", allowed="a list of entries")
    records = []
    for position, item in enumerate(items):
        path: KeyPath = (name, position)
        if not isinstance(item, dict):
            raise document.error(path, "is not a mapping", allowed=_fields(kind))
        try:
            records.append(kind.model_validate(item))
        except ValidationError as error:
            raise as_input_error(error, document, path, kind) from None
    return tuple(records)


def as_input_error(
    error: ValidationError, document: Document, base: KeyPath, kind: type[BaseModel]
) -> InputError:
    """Translate one of pydantic's errors, with file, line and key.

    Parameters
    ----------
    base
        Path of the entry in the document.
    kind
        The record it was to become.
    """
    found = error.errors(include_url=False)
    # An unknown key often explains the missing one next to it, so it is named first.
    first = next((item for item in found if item["type"] == "extra_forbidden"), found[0])
    loc = first["loc"]
    path = (*base, *_in_file(loc, _at(document.data, base)))
    if first["type"] in ("missing", "extra_forbidden"):
        owner = _owner(kind, loc[:-1])
        last = str(loc[-1])
        if first["type"] == "missing":
            wanted = _wanted(owner, last) if owner else None
            return document.error((*path, last), "is missing", allowed=wanted)
        names = _fields(owner) if owner else None
        return document.error(path, "unknown key", allowed=names, given=last)
    return _bad_value(first, document, path)


def _bad_value(first: ErrorDetails, document: Document, path: KeyPath) -> InputError:
    kind, given, context = first["type"], first["input"], first.get("ctx", {})
    details: dict[str, Any] = {}
    problem = f"{_short(given)} is not accepted here"
    if kind in _WANTED:
        details = {"allowed": _WANTED[kind]}
    elif kind == "literal_error":
        details = {"allowed": _quoted(context["expected"]), "given": str(given)}
    elif kind == "union_tag_invalid":
        path = (*path, "distribution")
        problem = f"'{context['tag']}' is not a distribution"
        details = {"allowed": _quoted(context["expected_tags"]), "given": str(context["tag"])}
    elif kind == "union_tag_not_found":
        path, problem = (*path, "distribution"), "is missing"
        details = {"allowed": DISTRIBUTIONS}
    elif kind == "value_error":
        problem = str(context["error"])
        if "observed series" in problem:
            details = {"allowed": SERIES, "given": str(given)}
    else:
        problem = f"{_short(given)}: {first['msg'][:1].lower()}{first['msg'][1:]}"
    return document.error(path, problem, **details)


def _quoted(text: object) -> list[str]:
    return re.findall(r"'([^']*)'", str(text))


def _short(value: object) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _at(data: Any, path: KeyPath) -> Any:
    for part in path:
        data = data[part]
    return data


def _in_file(loc: Location, data: Any) -> Location:
    """Keep the parts of pydantic's location that are keys or positions of the file."""
    path: list[int | str] = []
    for part in loc:
        in_mapping = isinstance(data, dict) and part in data
        in_list = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if in_mapping or in_list:
            data = data[part]
            path.append(part)
    return tuple(path)


def _fields(kind: type[BaseModel]) -> list[str]:
    """List the keys of an entry; the id of a record is the entry's own key, not one of them."""
    own_key = kind.__name__ not in ("Evidence", "Origin")
    fields = kind.model_fields.items()
    return [info.alias or name for name, info in fields if not (own_key and name == "id")]


def _wanted(owner: type[BaseModel], key: str) -> str | None:
    """Say what a key takes, by its type."""
    fields = {info.alias or name: info for name, info in owner.model_fields.items()}
    if key not in fields:
        return None
    annotation = fields[key].annotation
    models = _models(annotation)
    if len(models) == 1:
        return f"a mapping of {', '.join(_fields(models[0]))}"
    return "a mapping" if models else _TYPES.get(get_origin(annotation) or annotation)


def _owner(kind: type[BaseModel], loc: Location) -> type[BaseModel] | None:
    """Find the model in which the key at `loc` stands."""
    owners = [kind]
    for part in loc:
        following: list[type[BaseModel]] = []
        for owner in owners:
            fields = {info.alias or name: info for name, info in owner.model_fields.items()}
            if part in fields:
                following += _models(fields[str(part)].annotation)
            elif _tag(owner) == part:
                following.append(owner)
        owners = following or owners
    return owners[0] if len(owners) == 1 else None


def _tag(kind: type[BaseModel]) -> object:
    info = kind.model_fields.get("distribution")
    return get_args(info.annotation)[0] if info else None


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return [annotation] if issubclass(annotation, BaseModel) else []
    return [model for part in get_args(annotation) for model in _models(part)]
