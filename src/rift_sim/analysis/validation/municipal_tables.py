"""The tables of what is validated by municipality, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from rift_sim.analysis.municipal.change import ChangeRow
from rift_sim.analysis.municipal.maps import PatternRow
from rift_sim.analysis.validation.ablation import AblationRow
from rift_sim.analysis.validation.tables import markdown, show_estimate, show_number

__all__ = ["ablation_markdown", "change_markdown", "pattern_markdown"]


def pattern_markdown(rows: Sequence[PatternRow]) -> str:
    """Return patterns of the record beside those of runs."""
    headings = (
        "pattern",
        "years",
        "run from",
        "mode",
        "given",
        "record",
        "run [5, 95 %]",
        "inside",
    )
    return markdown(
        headings,
        [
            (
                row.pattern,
                row.years,
                str(row.origin),
                row.mode,
                row.given,
                f"{row.observed:.2f}",
                f"{row.median:.2f} [{row.low:.2f}, {row.high:.2f}]",
                "yes" if row.inside else "no",
            )
            for row in rows
        ],
    )


def change_markdown(rows: Sequence[ChangeRow]) -> str:
    """Return scores of changes of displacement."""
    headings = (
        "level",
        "forecaster",
        "knows",
        "places",
        "CRPS",
        "within 90 %",
        "correlation [95 %]",
        "skill of the model over it [95 %]",
    )
    return markdown(
        headings,
        [
            (
                f"{row.level} {row.first}-{row.last}",
                row.forecaster,
                row.knows,
                str(row.places),
                f"{row.crps:.3f}",
                f"{row.inside_90.value:.0%}",
                show_estimate(row.correlation, "+.2f"),
                "" if row.ahead.low == row.ahead.high == 0.0 else show_estimate(row.ahead, "+.2f"),
            )
            for row in rows
        ],
    )


def ablation_markdown(rows: Sequence[AblationRow]) -> str:
    """Return scores of the model beside those of its rivals."""
    headings = (
        "target",
        "mode",
        "horizon",
        "rival",
        "years",
        "cases",
        "CRPS",
        "of the rival",
        "skill over it [95 %]",
        "of log CRPS",
    )
    return markdown(
        headings,
        [
            (
                row.target,
                row.mode,
                row.horizon,
                row.rival,
                f"{row.first}-{row.last}",
                str(row.cases),
                show_number(row.crps),
                show_number(row.crps_rival),
                show_estimate(row.skill, "+.2f"),
                show_estimate(row.skill_log, "+.2f"),
            )
            for row in rows
        ],
    )
