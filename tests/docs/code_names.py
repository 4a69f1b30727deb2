"""What dotted names in pages and docstrings mean."""

from __future__ import annotations

import importlib


def resolve(path: str) -> object:
    """Import what a dotted path names.

    A field without a value, of a dataclass or a record, is told by its annotation.
    """
    parts = path.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            fields = getattr(found, "__annotations__", {})
            found = getattr(found, part, fields[part]) if part in fields else getattr(found, part)
        return found
    raise ModuleNotFoundError(path)
