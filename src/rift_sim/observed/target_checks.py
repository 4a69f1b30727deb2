"""Do the targets fit the ledger? Every id must lead somewhere, every year have its figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rift_sim.errors import InputError
from rift_sim.observed.formats import FORMATS
from rift_sim.observed.record import yearly
from rift_sim.seeds.validate import unknown
from rift_sim.yamlfile import Document, KeyPath, dotted

if TYPE_CHECKING:
    from rift_sim.observed.targets import Target, Targets
    from rift_sim.seeds.ledger import Ledger

__all__ = ["check_targets", "figures"]


def check_targets(found: Targets, document: Document, ledger: Ledger) -> None:
    """Refuse references to nothing, figures that are not verified, and years without one.

    Raises
    ------
    InputError
        At the first that is found.
    """
    for key, target in found.targets.items():
        _check_source(document, key, target, ledger)
        _check_years(document, key, target, ledger)
    evidence = {**ledger.facts, **ledger.effects}
    for key, entry in found.excluded.items():
        for position, fact in enumerate(entry.facts):
            path = ("excluded", key, "facts", position)
            _known(document, path, fact, "fact or effect", evidence)


def _known(
    document: Document, path: KeyPath, given: str, kind: str, known: Mapping[str, Any]
) -> None:
    if given not in known:
        line, key = document.line(path), dotted(path)
        problem = f"there is no {kind} '{given}'"
        raise unknown(problem, known, given, file=document.path, line=line, key=key)


def _check_source(document: Document, key: str, target: Target, ledger: Ledger) -> None:
    """Refuse references to nothing, and what nobody saw in a source."""
    base: KeyPath = ("targets", key)
    for name in ("fact", "minus"):
        fact = getattr(target, name)
        if fact is not None:
            _known(document, (*base, name), fact, "fact", ledger.facts)
            if not ledger.facts[fact].verified:
                raise document.error(
                    (*base, name), f"the fact '{fact}' is not verified", allowed="verified facts"
                )
    if target.file is not None:
        _known(document, (*base, "file"), target.file, "format", FORMATS)
    if target.source is not None:
        _known(document, (*base, "source"), target.source, "source", ledger.sources)
    if not target.verified:
        raise document.error((*base, "verified"), "is not verified", allowed="verified figures")
    for year, parameter in target.detection.items():
        path = (*base, "detection", year)
        _known(document, path, parameter, "parameter", ledger.parameters)
    for position, name in enumerate(target.spread.source.id):
        path = (*base, "spread", "source", "id", position)
        _known(document, path, name, "fact or effect", {**ledger.facts, **ledger.effects})


def _check_years(document: Document, key: str, target: Target, ledger: Ledger) -> None:
    """Refuse years that the series of the target does not have."""
    if target.file is not None:
        return
    try:
        have = set(figures(target, ledger))
    except InputError as error:
        raise document.error(
            ("targets", key, "row" if target.row else "fact"), error.problem, allowed=error.allowed
        ) from None
    for path, years in (
        *((("fitted", window), years) for window, years in target.fitted.items()),
        (("scored",), target.scored),
    ):
        lacking = [year for year in years if year not in have]
        if lacking:
            raise document.error(
                ("targets", key, *path),
                f"there is no figure of {lacking[0]}",
                allowed=", ".join(str(year) for year in sorted(have)) or "nothing",
            )


def figures(target: Target, ledger: Ledger) -> dict[int, float]:
    """Return the national figures of a target by year; of a department table its years."""
    if target.values is not None:
        return yearly(target.values)
    assert target.fact is not None
    if target.level == "department":
        return {int(year): 0.0 for row in ledger.table(target.fact).values() for year in row}
    found = _row(target.fact, target.row, ledger)
    if target.minus is not None:
        less = _row(target.minus, target.row, ledger)
        return {year: found[year] - less[year] for year in found if year in less}
    return found


def _row(fact: str, row: str | None, ledger: Ledger) -> dict[int, float]:
    """Return a series, the row of a table, or a single value by the year of its period."""
    entry = ledger.facts[fact]
    if row is not None and entry.table is not None:
        if row not in entry.table:
            raise InputError(f"the fact '{fact}' has no row '{row}'", allowed=entry.table)
        return yearly(entry.table[row])
    if entry.value is not None:
        return {int(entry.period[:4]): entry.value}
    return yearly(ledger.series(fact))
