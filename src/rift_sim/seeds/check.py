"""Do the entries of the ledger fit together? Every reference must lead somewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from rift_sim.errors import InputError
from rift_sim.seeds.validate import unknown
from rift_sim.yamlfile import Document, KeyPath, dotted

if TYPE_CHECKING:
    from rift_sim.seeds.ledger import Ledger

__all__ = ["check_references"]

Reference = tuple[KeyPath, str, str, Collection[str]]
"""Where a reference stands, what it points at, the kind of that, and the ids there are."""


def check_references(ledger: Ledger, documents: Mapping[str, Document]) -> None:
    """Refuse references to nothing, circles, pairs in two states and values outside their prior.

    Raises
    ------
    InputError
        At the first that is found, file by file.
    """
    for name, found in (
        ("facts", _facts(ledger)),
        ("claims", _claims(ledger)),
        ("groups", _groups(ledger)),
        ("parameters", _parameters(ledger)),
    ):
        for path, target, kind, known in found:
            if target not in known:
                raise _nothing(documents[name], path, target, kind, known)
    _check_needs(ledger, documents["claims"])
    _check_pairs(ledger, documents["groups"])
    _check_values(ledger, documents["parameters"])


def _nothing(
    document: Document, path: KeyPath, target: str, kind: str, known: Collection[str]
) -> InputError:
    return unknown(
        f"there is no {kind} '{target}'",
        known,
        target,
        file=document.path,
        line=document.line(path),
        key=dotted(path),
    )


def _facts(ledger: Ledger) -> Iterable[Reference]:
    for key, fact in ledger.facts.items():
        yield ("facts", key, "source"), fact.source, "source", ledger.sources
        for position, source in enumerate(fact.also):
            yield ("facts", key, "also", position), source, "source", ledger.sources
    for key, effect in ledger.effects.items():
        yield ("effects", key, "source"), effect.source, "source", ledger.sources
    for key, event in ledger.events.items():
        yield ("events", key, "source"), event.source, "source", ledger.sources


def _claims(ledger: Ledger) -> Iterable[Reference]:
    evidence = {**ledger.effects, **ledger.facts, **ledger.events}
    for key, claim in ledger.claims.items():
        yield ("claims", key, "source"), claim.source, "source", ledger.sources
        for position, item in enumerate(claim.evidence):
            path = ("claims", key, "evidence", position, "id")
            yield path, item.id, "effect, fact or event", evidence
        for position, need in enumerate(claim.needs):
            yield ("claims", key, "needs", position), need, "claim", ledger.claims


def _check_needs(ledger: Ledger, document: Document) -> None:
    """Refuse claims that need each other in a circle."""
    for key in ledger.claims:
        ways, seen = [[key]], {key}
        while ways:
            way = ways.pop()
            for need in ledger.claims[way[-1]].needs:
                if need == key:
                    names = " -> ".join((*way, need))
                    raise document.error(
                        ("claims", key, "needs"),
                        f"needs itself in a circle: {names}",
                        allowed="claims that do not lead back here",
                    )
                if need not in seen:
                    # Once is enough: there are far more ways to a claim than claims.
                    seen.add(need)
                    ways.append([*way, need])


def _groups(ledger: Ledger) -> Iterable[Reference]:
    for key, group in ledger.groups.items():
        if group.parent is not None:
            yield ("groups", key, "parent"), group.parent, "group", ledger.groups
        for position, source in enumerate(group.sources):
            yield ("groups", key, "sources", position), source, "source", ledger.sources
        if group.talks is not None and group.talks.source is not None:
            path: KeyPath = ("groups", key, "talks", "source")
            yield path, group.talks.source, "source", ledger.sources
    for position, relation in enumerate(ledger.relations):
        for member in (0, 1):
            path = ("relations", position, "pair", member)
            yield path, relation.pair[member], "group", ledger.groups
        if relation.source is not None:
            yield ("relations", position, "source"), relation.source, "source", ledger.sources


def _parameters(ledger: Ledger) -> Iterable[Reference]:
    kinds: Mapping[str, tuple[str, Collection[str]]] = {
        "fact": ("fact", ledger.facts),
        "effect": ("effect", ledger.effects),
        "judgement": ("fact or effect", {**ledger.facts, **ledger.effects}),
    }
    for key, parameter in ledger.parameters.items():
        origin = parameter.source
        kind, known = kinds[origin.kind]
        for position, target in enumerate(origin.id):
            yield ("parameters", key, "source", "id", position), target, kind, known
        for position, claim in enumerate(parameter.claims):
            yield ("parameters", key, "claims", position), claim, "claim", ledger.claims


def _check_pairs(ledger: Ledger, document: Document) -> None:
    seen: dict[frozenset[str], list[int]] = {}
    for position, relation in enumerate(ledger.relations):
        before = seen.setdefault(frozenset(relation.pair), [])
        for first in before:
            if relation.overlaps(ledger.relations[first]):
                line = document.line(("relations", first))
                pair = " and ".join(relation.pair)
                raise document.error(
                    ("relations", position, "pair"),
                    f"{pair} are listed twice for the same time (first on line {line})",
                    allowed="one state of a pair in a month; until ends one",
                )
        before.append(position)


def _check_values(ledger: Ledger, document: Document) -> None:
    for key, parameter in ledger.parameters.items():
        if parameter.range is not None:
            _check_range(key, parameter.value, parameter.range, document)
        low, high = parameter.prior.support
        if not low <= parameter.value <= high:
            raise document.error(
                ("parameters", key, "value"),
                f"{parameter.value:g} lies outside the prior {parameter.prior.describe()}",
                allowed=f"{low:g} to {high:g}",
            )


def _check_range(key: str, value: float, limits: tuple[float, float], document: Document) -> None:
    low, high = limits
    if low > high:
        raise document.error(
            ("parameters", key, "range"), f"{low:g} lies above {high:g}", allowed="[low, high]"
        )
    if not low <= value <= high:
        raise document.error(
            ("parameters", key, "value"),
            f"{value:g} lies outside the range",
            allowed=f"{low:g} to {high:g}",
        )
