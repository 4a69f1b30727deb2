"""The ledger: five YAML files, loaded once, checked against each other, frozen."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import re
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pydantic

from rift_sim.calendar import Month
from rift_sim.errors import InputError
from rift_sim.resources import cache_folder, shipped
from rift_sim.seeds.base import Frozen
from rift_sim.seeds.check import check_references
from rift_sim.seeds.claim_records import Claim
from rift_sim.seeds.groups import Group, Relation
from rift_sim.seeds.records import Effect, Event, Fact, Parameter, Source
from rift_sim.seeds.validate import read_entries, read_list, section, unknown
from rift_sim.yamlfile import Document, read_yaml

__all__ = ["FILES", "Ledger", "fold_name", "load_ledger"]

FILES: Mapping[str, tuple[str, ...]] = {
    "sources": ("sources",),
    "facts": ("facts", "effects", "events"),
    "claims": ("claims",),
    "groups": ("groups", "relations"),
    "parameters": ("parameters",),
}
"""The files (without ``.yaml``) in the order they are read, and the sections of each."""


@dataclass(frozen=True)
class Ledger:
    """Everything the model takes from the record, and what each number rests on.

    Attributes
    ----------
    sources, facts, effects, events, claims, groups, parameters
        Read-only mappings by id, in file order.
    relations
        Pairs of groups at war, in pact or coexisting, and from when to when.
    digest
        SHA-256 of the five files, in hexadecimal; a run records it.
    """

    sources: Mapping[str, Source]
    facts: Mapping[str, Fact]
    effects: Mapping[str, Effect]
    events: Mapping[str, Event]
    claims: Mapping[str, Claim]
    groups: Mapping[str, Group]
    relations: tuple[Relation, ...]
    parameters: Mapping[str, Parameter]
    digest: str
    _names: Mapping[str, str] = field(repr=False)

    def group_id(self, text: str) -> str | None:
        """Return the id of the group that goes by the name `text`, or None if none does.

        Ids, names and aliases count; case, accents, spaces and punctuation do not.
        """
        return self._names.get(fold_name(text))

    @property
    def group_names(self) -> tuple[str, ...]:
        """Every id, name and alias by which `group_id` finds a group."""
        names: dict[str, None] = {}
        for key, group in self.groups.items():
            names.update(dict.fromkeys((key, group.name, group.spanish_name, *group.aliases)))
        return tuple(names)

    def active_groups(self, month: Month) -> tuple[str, ...]:
        """Return the ids of the groups that exist in `month`, in file order."""
        return tuple(key for key, group in self.groups.items() if group.active(month))

    def value(self, fact: str) -> float:
        """Return the number of a fact.

        Raises
        ------
        InputError
            When there is no such fact, or it is a series or a table.
        """
        number: float = _shaped(self.facts, fact, "value")
        return number

    def series(self, fact: str) -> Mapping[str, float]:
        """Return the series of a fact, by year or date; errors as in `value`."""
        found: Mapping[str, float] = _shaped(self.facts, fact, "series")
        return found

    def table(self, fact: str) -> Mapping[str, Mapping[str, float]]:
        """Return the table of a fact; errors as in `value`."""
        found: Mapping[str, Mapping[str, float]] = _shaped(self.facts, fact, "table")
        return found


def _shaped(facts: Mapping[str, Fact], key: str, shape: str) -> Any:
    if key not in facts:
        raise unknown(f"there is no fact '{key}'", facts, key)
    found = getattr(facts[key], shape)
    if found is None:
        raise InputError(f"the fact '{key}' is not a {shape}")
    return found


@lru_cache(maxsize=8)
def load_ledger(folder: Path | None = None) -> Ledger:
    """Load the ledger, once for each folder.

    Parameters
    ----------
    folder
        Where the five files lie; if not given the folder that ``RIFT_SEEDS`` names when the
        ledger is first read, else those shipped with the package.

    Raises
    ------
    InputError
        When a file is missing or not strict YAML, an entry has an unknown or missing key
        or a wrong type, a value lies outside its prior, two groups share a name, or a
        reference points at nothing. The message names file, line and key.
    """
    if folder is not None:
        return _read_ledger(Path(folder))
    # These files are read by every command and every worker; once checked, the result is
    # kept under the hash of the files and of the code that checks them.
    usual = shipped("seeds")
    try:
        kept = cache_folder("seeds") / f"{_digest(usual)}-{_code_digest()}.pickle"
    except OSError:
        return _read_ledger(usual)  # Says which file is missing.
    with contextlib.suppress(OSError, pickle.UnpicklingError, EOFError, AttributeError):
        ledger: Ledger = pickle.loads(kept.read_bytes())
        return ledger
    ledger = _read_ledger(usual)
    with contextlib.suppress(OSError):
        part = kept.with_suffix(f".{os.getpid()}")
        part.write_bytes(pickle.dumps(ledger))
        part.replace(kept)
    return ledger


def _code_digest() -> str:
    total = hashlib.sha256(f"{pydantic.VERSION} {sys.version}".encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        total.update(file.read_bytes())
    return total.hexdigest()[:16]


def _read_ledger(folder: Path) -> Ledger:
    documents = {name: read_yaml(folder / f"{name}.yaml") for name in FILES}
    for name, sections in FILES.items():
        for part in sections:
            section(documents[name], part, sections)
    groups = read_entries(documents["groups"], "groups", Group)
    ledger = Ledger(
        sources=Frozen(read_entries(documents["sources"], "sources", Source)),
        facts=Frozen(read_entries(documents["facts"], "facts", Fact)),
        effects=Frozen(read_entries(documents["facts"], "effects", Effect)),
        events=Frozen(read_entries(documents["facts"], "events", Event)),
        claims=Frozen(read_entries(documents["claims"], "claims", Claim)),
        groups=Frozen(groups),
        relations=read_list(documents["groups"], "relations", Relation),
        parameters=Frozen(read_entries(documents["parameters"], "parameters", Parameter)),
        digest=_digest(folder),
        _names=Frozen(_name_index(groups, documents["groups"])),
    )
    check_references(ledger, documents)
    return ledger


def _digest(folder: Path) -> str:
    total = hashlib.sha256()
    for name in FILES:
        content = (folder / f"{name}.yaml").read_bytes()
        total.update(f"{name}.yaml {len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()


def fold_name(text: str) -> str:
    """Reduce a name to lower-case letters and digits without accents."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "", plain.casefold())


def _name_index(groups: Mapping[str, Group], document: Document) -> dict[str, str]:
    index: dict[str, str] = {}
    for key, group in groups.items():
        for name in (key, group.name, group.spanish_name, *group.aliases):
            owner = index.setdefault(fold_name(name), key)
            if owner != key:
                raise document.error(
                    ("groups", key), f"the name '{name}' already belongs to {owner}"
                )
    return index
