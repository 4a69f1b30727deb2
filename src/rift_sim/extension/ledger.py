"""Ledger entries of an extension: read as those of the package, and put beside them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from rift_sim.extension.parts import Extension
from rift_sim.seeds import Effect, Fact, Ledger, Parameter, Source
from rift_sim.seeds.base import Frozen
from rift_sim.seeds.check import check_references
from rift_sim.seeds.ledger import FILES
from rift_sim.seeds.validate import read_entries, section
from rift_sim.yamlfile import Document, read_yaml

__all__ = ["Entries", "extended_ledger", "folder_of", "parameters_of"]

_KINDS: dict[str, Any] = {
    "sources": Source, "facts": Fact, "effects": Effect, "parameters": Parameter
}  # fmt: skip


@dataclass(frozen=True)
class Entries:
    """The entries of one file, by section, and the file; all empty without one."""

    document: Document | None
    sources: Mapping[str, Source]
    facts: Mapping[str, Fact]
    effects: Mapping[str, Effect]
    parameters: Mapping[str, Parameter]


def folder_of(extension: Extension) -> Path:
    """Return the folder that the module of an extension lies in; here for a notebook."""
    file = getattr(sys.modules.get(extension.module), "__file__", None)
    return Path(file).resolve().parent if file else Path.cwd()


def parameters_of(extension: Extension) -> Entries:
    """Read the ledger entries of an extension.

    Raises
    ------
    InputError
        As in `rift_sim.seeds.load_ledger`.
    """
    if extension.parameters is None:
        return Entries(None, {}, {}, {}, {})
    path = folder_of(extension) / extension.parameters
    return _read(path, path.stat().st_mtime_ns if path.is_file() else 0)


@lru_cache(maxsize=32)
def _read(path: Path, _changed: int) -> Entries:
    document = read_yaml(path)
    section(document, "parameters", tuple(_KINDS))
    found = {
        name: read_entries(document, name, kind) if name in document.data else {}
        for name, kind in _KINDS.items()
    }
    return Entries(document, **found)


def extended_ledger(ledger: Ledger, extension: Extension) -> Ledger:
    """Put the entries of an extension behind those of a ledger.

    Raises
    ------
    InputError
        When an id is taken, a reference leads nowhere, or a value lies outside its prior. The
        message names file, line and key.
    """
    own = parameters_of(extension)
    if own.document is None:
        return ledger
    joined: dict[str, Any] = {}
    for part in _KINDS:
        there, new = getattr(ledger, part), getattr(own, part)
        for key in new:
            if key in there:
                raise own.document.error((part, key), "the id is taken", allowed="another id")
        joined[part] = Frozen({**there, **new})
    found = replace(ledger, **joined)
    # What is built in has been checked: all that can be wrong stands in this file.
    check_references(found, dict.fromkeys(FILES, own.document))
    return found
