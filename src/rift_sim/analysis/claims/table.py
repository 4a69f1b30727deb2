"""The table of claims, theories side by side: for the terminal, as CSV and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from rift_sim.analysis.claims.verdicts import Finding
from rift_sim.outputs import csv_text

if TYPE_CHECKING:
    from rich.table import Table

    from rift_sim.seeds.ledger import Ledger
    from rift_sim.seeds.records import Effect, Event, Fact

__all__ = ["columns", "sources", "to_csv", "to_markdown"]

_BY_THEORY = ("mean difference [95 %]", "share with the sign", "verdict")


def columns(findings: Sequence[Finding]) -> Table:
    """Return the table for a terminal: a row for each claim, a column for each theory.

    Below the difference stand the share of the draws with the sign, and the verdict.
    """
    from rich.table import Table

    pairs = max((found.replicates for found in findings), default=0)
    table = Table(
        show_lines=True,
        caption=f"{pairs} pairs for each claim; outside evidence: agrees / disagrees / silent "
        "(rift seeds claims ID; with --out also the ids)",
    )
    for heading in ("claim", "outcome", ""):
        table.add_column(heading, no_wrap=True)
    for theory in _theories(findings):
        table.add_column(f"{theory}: difference [95 %]\nshare: verdict")
    table.add_column("off", no_wrap=True)
    table.add_column("label\nsmallest\nevidence")
    for found in _by_claim(findings):
        first = found[0]
        outcome = f"{first.outcome}{_unit(first, ' (', ')')}".replace(" (", "\n(")
        table.add_row(
            first.claim, outcome, first.sign, *map(_short, found), _off(found), _standing(first)
        )
    return table


def _standing(found: Finding) -> str:
    """Return label, smallest difference of interest, and how much evidence stands where."""
    smallest = _number(found.smallest) if found.replicates else ""
    counts = "/".join(str(len(ids)) for ids in (found.agrees, found.disagrees, found.silent))
    return f"{found.label}\n{smallest}\n{counts}"


def to_markdown(findings: Sequence[Finding]) -> str:
    """Return the table as Markdown: a row for each claim, three columns for each theory."""
    theories = _theories(findings)
    headings = (
        "claim", "outcome", "sign",
        *(f"{theory}: {heading}" for theory in theories for heading in _BY_THEORY),
        "mechanism off", "smallest of interest", "label", "outside evidence",
    )  # fmt: skip
    rows = [headings, tuple("---" for _ in headings), *map(_cells, _by_claim(findings))]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def sources(ledger: Ledger, findings: Sequence[Finding]) -> str:
    """Return a line of Markdown for each source of the outside evidence, with its entries."""
    records: dict[str, Fact | Effect | Event] = {**ledger.facts, **ledger.effects, **ledger.events}
    entries: dict[str, list[str]] = {}
    ids = {i for found in findings for i in (*found.agrees, *found.disagrees, *found.silent)}
    for entry in sorted(ids):
        entries.setdefault(records[entry].source, []).append(entry)
    lines = (f"- {source}: {', '.join(names)}" for source, names in sorted(entries.items()))
    return (
        "\nSources of the outside evidence (`rift seeds sources ID`):\n\n" + "\n".join(lines) + "\n"
    )


def to_csv(findings: Sequence[Finding]) -> str:
    """Return every field of every finding as CSV, a row for each; lists joined by spaces."""
    rows = (
        [" ".join(cell) if isinstance(cell, tuple) else cell for cell in found]
        for found in findings
    )
    return csv_text(Finding._fields, rows)


def _theories(findings: Sequence[Finding]) -> list[str]:
    return list(dict.fromkeys(found.theory for found in findings))


def _by_claim(findings: Sequence[Finding]) -> list[tuple[Finding, ...]]:
    """Put what was found on one claim together; it stands in a row, theory by theory."""
    return [tuple(found) for _, found in groupby(findings, key=attrgetter("claim"))]


def _short(found: Finding) -> str:
    if not found.replicates:
        return found.verdict
    return f"{_difference(found)}\n{found.share:.2f}: {found.verdict}"


def _cells(claim: tuple[Finding, ...]) -> tuple[str, ...]:
    first = claim[0]
    by_theory: list[str] = []
    for found in claim:
        tested = (f"{_difference(found)}{_unit(found)}", f"{found.share:.2f}")
        by_theory += [*(tested if found.replicates else ("", "")), found.verdict]
    smallest = f"{_number(first.smallest)}{_unit(first)}" if first.replicates else ""
    return (
        first.claim, first.outcome, first.sign, *by_theory,
        _off(claim), smallest, first.label, _evidence(first),
    )  # fmt: skip


def _evidence(found: Finding) -> str:
    stances = (
        ("agrees", found.agrees), ("disagrees", found.disagrees), ("silent", found.silent)
    )  # fmt: skip
    return "; ".join(f"{stance}: {', '.join(ids)}" for stance, ids in stances if ids)


def _off(claim: tuple[Finding, ...]) -> str:
    """Write the largest difference with the mechanism off, for each theory."""
    leaks = [found.leak for found in claim if found.replicates]
    return " / ".join("0" if leak == 0.0 else _number(leak) for leak in leaks)


def _unit(found: Finding, before: str = " ", after: str = "") -> str:
    return "" if found.unit in ("", "1") else f"{before}{found.unit}{after}"


def _difference(found: Finding) -> str:
    return f"{_number(found.mean)} [{_number(found.low)}, {_number(found.high)}]"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
