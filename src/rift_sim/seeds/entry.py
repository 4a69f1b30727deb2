"""One entry of the ledger, with all its fields and what its references lead to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from rift_sim.errors import InputError
from rift_sim.seeds.base import Frozen
from rift_sim.seeds.ledger import Ledger
from rift_sim.seeds.records import Effect, Source
from rift_sim.seeds.text import build_table, figures, number, yes
from rift_sim.seeds.validate import unknown

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["PARTS", "entry"]

PARTS = ("facts", "effects", "events", "claims", "parameters", "groups", "sources")
"""The parts of the ledger that have entries with ids."""


def entry(ledger: Ledger, kind: str, key: str) -> RenderableType:
    """Return one entry with all its fields and what its references lead to.

    Parameters
    ----------
    kind
        One of `PARTS`.
    key
        Id of the entry, case aside; with ``facts`` also that of an effect or event, with
        ``groups`` also any name of a group.

    Raises
    ------
    InputError
        When there is no such kind or entry; the message names the nearest.
    """
    if kind not in PARTS:
        raise InputError(f"'{kind}' is not a part of the ledger", allowed=PARTS, given=kind)
    found = _find(ledger, kind, key)
    record: BaseModel = found[1]
    rows = list(_rows(record))
    rows += _references(ledger, record)
    return build_table(found[0], ("field", "content"), rows)


def _find(ledger: Ledger, kind: str, key: str) -> tuple[str, BaseModel]:
    parts = ("facts", "effects", "events") if kind == "facts" else (kind,)
    entries: dict[str, BaseModel] = {}
    for part in parts:
        entries.update(getattr(ledger, part))
    if kind == "groups":
        key = ledger.group_id(key) or key
    folded = {name.casefold(): name for name in entries}
    name = folded.get(key.casefold())
    if name is None:
        raise unknown(f"there is no '{key}' among the {kind}", entries, key)
    return name, entries[name]


def _rows(record: BaseModel) -> Iterable[tuple[str, str]]:
    for name, info in type(record).model_fields.items():
        value = getattr(record, name)
        if name == "id" or value is None or value == ():
            continue
        yield (info.alias or name).replace("_", " "), _content(value)


def _content(value: object) -> str:
    match value:
        case bool():
            return yes(value)
        case int() | float():
            return number(value)
        case Frozen():
            return "\n".join(f"{key}: {_inline(item)}" for key, item in value.items())
        case tuple() if value and isinstance(value[0], BaseModel):
            return "\n".join(_inline(item) for item in value)
        case _:
            return _inline(value)


def _inline(value: object) -> str:  # noqa: PLR0911 - one short return for each kind of value
    match value:
        case BaseModel() if hasattr(value, "describe"):
            return str(value.describe())
        case BaseModel():
            fields = ((name, getattr(value, name)) for name in type(value).model_fields)
            return ", ".join(
                f"{name} {_inline(item)}" for name, item in fields if item not in (None, ())
            )
        case Frozen():
            return ", ".join(f"{key} {_inline(item)}" for key, item in value.items())
        case tuple() if not hasattr(value, "_fields"):
            return ", ".join(_inline(item) for item in value)
        case bool():
            return yes(value)
        case int() | float():
            return number(value)
        case _:
            return str(value)


def _references(ledger: Ledger, record: Any) -> list[tuple[str, str]]:
    """Spell out what the ids in a record stand for, and who refers to it."""
    rows: list[tuple[str, str]] = []
    source = getattr(record, "source", None)
    named = [source] if isinstance(source, str) else []
    named += getattr(record, "also", ()) or getattr(record, "sources", ())
    rows += [(f"source {key}", _cite(ledger.sources[key])) for key in named]
    ids = [item.id for item in getattr(record, "evidence", ())]
    ids += getattr(source, "id", ())
    for key in ids:
        if key in ledger.facts:
            fact = ledger.facts[key]
            rows.append((f"fact {key}", f"{fact.quantity}: {figures(fact)} {fact.unit}"))
        elif key in ledger.effects:
            rows.append((f"effect {key}", _effect(ledger.effects[key])))
        else:
            event = ledger.events[key]
            rows.append((f"event {key}", f"{event.date}: {event.event}"))
    for key in getattr(record, "claims", ()):
        claim = ledger.claims[key]
        rows.append((f"claim {key}", f"{claim.cause} -> {claim.effect}"))
    users = _users(ledger, record.id)
    return rows + ([("used by", ", ".join(users))] if users else [])


def _cite(source: Source) -> str:
    year = f", {source.year}" if source.year is not None else ""
    return f"{source.title}. {source.publisher}{year}. {source.address}"


def _effect(effect: Effect) -> str:
    value = effect.value if isinstance(effect.value, str) else number(effect.value)
    return f"{effect.mechanism}: {value} {effect.unit}"


def _users(ledger: Ledger, key: str) -> list[str]:
    claims = [
        name
        for name, claim in ledger.claims.items()
        if any(item.id == key for item in claim.evidence)
    ]
    parameters = [
        name
        for name, parameter in ledger.parameters.items()
        if key in parameter.source.id or key in parameter.claims
    ]
    return claims + parameters
