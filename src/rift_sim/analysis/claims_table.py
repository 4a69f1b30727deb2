"""The table of claims: for the terminal, as CSV and as Markdown."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rift_sim.analysis.claims import Finding

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["columns", "to_csv", "to_markdown"]

_HEADINGS = (
    "claim", "outcome", "sign", "mean difference [95 %]", "share with the sign", "mechanism off",
    "smallest of interest", "label", "outside evidence", "verdict",
)  # fmt: skip


def columns(findings: Sequence[Finding]) -> Table:
    """Return the table for a terminal."""
    from rich.table import Table

    table = Table("claim", "outcome", "sign", "difference [95 %]", "share", "off", "verdict, label")
    for found in findings:
        cells = _cells(found)
        label = f"{found.verdict} ({found.label})"
        table.add_row(*cells[:6], label)
    return table


def to_markdown(findings: Sequence[Finding]) -> str:
    """Return the table as Markdown."""
    rows = [_HEADINGS, tuple("---" for _ in _HEADINGS), *(_cells(f) for f in findings)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def to_csv(findings: Sequence[Finding]) -> str:
    """Return every field of every finding as CSV; lists joined by spaces."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Finding._fields)
    for found in findings:
        writer.writerow(
            " ".join(cell) if isinstance(cell, tuple) else "" if _unknown(cell) else cell
            for cell in found
        )
    return text.getvalue()


def _unknown(cell: object) -> bool:
    return isinstance(cell, float) and math.isnan(cell)


def _cells(found: Finding) -> tuple[str, ...]:
    evidence = "; ".join(
        f"{stance}: {', '.join(ids)}"
        for stance, ids in (
            ("agrees", found.agrees), ("disagrees", found.disagrees), ("silent", found.silent)
        )
        if ids
    )  # fmt: skip
    if not found.replicates:
        return (found.claim, "", "", "", "", "", "", found.label, evidence, found.verdict)
    unit = "" if found.unit == "1" else f" {found.unit}"
    return (
        found.claim,
        found.outcome,
        found.sign,
        f"{_number(found.mean)} [{_number(found.low)}, {_number(found.high)}]{unit}",
        f"{found.share:.2f}",
        "0" if found.leak == 0.0 else _number(found.leak),
        f"{_number(found.smallest)}{unit}",
        found.label,
        evidence,
        found.verdict,
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
