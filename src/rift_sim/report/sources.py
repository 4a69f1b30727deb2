"""Where something comes from, as a reader wants it: title, publisher, year, address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rift_sim.seeds.ledger import Ledger
    from rift_sim.seeds.records import Parameter

__all__ = ["Citation", "cite", "cite_parameter"]

_JUDGEMENT = "judgement"


@dataclass(frozen=True)
class Citation:
    """A source.

    Attributes
    ----------
    id
        Of the fact, effect, event or source in the ledger; as given where it has none.
    text
        What was recorded, and who published it when.
    address
        Its page; empty where there is none on the web.
    """

    id: str
    text: str
    address: str = ""


def cite(name: str | None, ledger: Ledger) -> Citation:
    """Look a source up in the ledger.

    Parameters
    ----------
    name
        Id of a fact, effect, event or source, ``judgement``, or text of a user's own.
    ledger
        The ledger.
    """
    if name is None:
        return Citation("", "no source is given")
    if name == _JUDGEMENT:
        return Citation("", "a judgement of the scenario's author")
    said = ""
    source = name
    if name in ledger.facts:
        said, source = ledger.facts[name].quantity, ledger.facts[name].source
    elif name in ledger.effects:
        said, source = ledger.effects[name].mechanism, ledger.effects[name].source
    elif name in ledger.events:
        said, source = ledger.events[name].event, ledger.events[name].source
    if source not in ledger.sources:
        return Citation("", source)
    found = ledger.sources[source]
    year = "" if found.year is None else f", {found.year}"
    published = f"{found.title}; {found.publisher}{year}"
    address = found.address if found.address.startswith(("https://", "http://")) else ""
    return Citation(name, f"{said}. {published}" if said else published, address)


def cite_parameter(parameter: Parameter, ledger: Ledger) -> tuple[Citation, ...]:
    """Say what the ledger's own prior of a parameter rests on."""
    found = [*_cited(parameter.source.id, ledger)]
    if parameter.source.kind == _JUDGEMENT:
        found.append(Citation("", f"a judgement: {parameter.source.note}"))
    return tuple(found)


def _cited(names: Iterable[str], ledger: Ledger) -> Iterable[Citation]:
    return (cite(name, ledger) for name in names)
