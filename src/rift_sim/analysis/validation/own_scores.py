"""Scores that ship with a version: what it got right and wrong when it was validated.

They stand in ``seeds/scores.csv``, written by ``rift validate --scores FILE``: lines
``# key: value`` that say what was scored, then a table with a row for each number. No run reads
them.
"""

from __future__ import annotations

import csv
import io
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rift_sim.analysis.forecasts.cases import MODEL
from rift_sim.errors import InputError
from rift_sim.plaintext import read_text
from rift_sim.resources import shipped

if TYPE_CHECKING:
    from rift_sim.analysis.onset.trial import OnsetRow
    from rift_sim.analysis.validation.origins import Plan
    from rift_sim.analysis.validation.skill import ScoreRow

__all__ = ["OwnScore", "OwnScores", "own_scores", "read_scores", "scores_text"]

_COLUMNS = (
    "target", "units", "mode", "first", "last", "cases", "measure", "value", "low", "high",
)  # fmt: skip
_FEWEST = 5
"""Cases below which a score says next to nothing."""


class OwnScore(NamedTuple):
    """One number.

    Attributes
    ----------
    target, units, mode
        What was forecast and in which unit; ``forecast`` without later events of history,
        ``conditional`` with them.
    first, last, cases
        Years, and number of cases.
    measure
        ``skill`` (in CRPS over persistence), ``skill_best`` (over the naive forecast that turned
        out best), ``inside_90`` (share within the 90 % band), or ``auc`` (area under the ROC
        curve, of places where presence begins or ends).
    value, low, high
        The number with its 95 % interval; NaN where there is none.
    """

    target: str
    units: str
    mode: str
    first: int
    last: int
    cases: int
    measure: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class OwnScores:
    """The table.

    Attributes
    ----------
    provenance
        What was scored: ``rift_sim``, ``code``, ``seeds``, ``parameters``, ``origins``,
        ``replicates``, ``date``.
    rows
        The numbers.
    """

    provenance: Mapping[str, str]
    rows: tuple[OwnScore, ...]


def scores_text(scores: Sequence[ScoreRow], onset: Sequence[OnsetRow], plan: Plan) -> str:
    """Write down the scores of the model that rest on five cases or more."""
    from rift_sim import __version__
    from rift_sim.ensemble.identity import code_digest
    from rift_sim.seeds import load_ledger

    origins = ",".join(str(origin) for origin in plan.origins)
    provenance = {
        "rift_sim": __version__,
        "code": code_digest(),
        "seeds": load_ledger().digest,
        "parameters": plan.parameters,
        "origins": f"{origins} to {plan.last}, {plan.horizon} years at most",
        "replicates": str(plan.replicates),
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }
    rows = [*_of_scores(scores), *_of_onset(onset)]
    text = io.StringIO()
    for key, value in provenance.items():
        text.write(f"# {key}: {value}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        writer.writerow([f"{cell:.4g}" if isinstance(cell, float) else cell for cell in row])
    return text.getvalue()


def _of_scores(scores: Sequence[ScoreRow]) -> list[OwnScore]:
    found = []
    for row in scores:
        if row.forecaster != MODEL or row.cases < _FEWEST:
            continue
        head = (row.target, row.units, row.mode, row.first, row.last, row.cases)
        found.append(OwnScore(*head, "skill", *row.skill))
        found.append(OwnScore(*head, "skill_best", _over_best(row, scores), math.nan, math.nan))
        found.append(OwnScore(*head, "inside_90", *row.inside_90))
    return found


def _over_best(ours: ScoreRow, scores: Sequence[ScoreRow]) -> float:
    """Return the skill in CRPS over the best naive forecast that has all our cases."""
    rivals = [
        row.crps
        for row in scores
        if (row.target, row.mode, row.cases) == (ours.target, ours.mode, ours.cases)
        and row.forecaster != MODEL
    ]
    return 1.0 - ours.crps / min(rivals) if rivals else math.nan


def _of_onset(onset: Sequence[OnsetRow]) -> list[OwnScore]:
    return [
        OwnScore(row.event, "1", "forecast", row.first, row.last, row.places, "auc", *row.auc)
        for row in onset
        if row.forecaster == MODEL
    ]


def own_scores() -> OwnScores | None:
    """Read the table that ships; None where there is none."""
    file = shipped("seeds") / "scores.csv"
    return read_scores(file) if file.is_file() else None


def read_scores(file: Path) -> OwnScores:
    """Read a table.

    Raises
    ------
    InputError
        When the file cannot be read, or is no such table.
    """
    lines = read_text(file).splitlines()
    head = [line[1:].partition(":") for line in lines if line.startswith("#")]
    table = csv.reader(line for line in lines if not line.startswith("#"))
    try:
        if tuple(next(table, ())) != _COLUMNS:
            columns = f"columns {', '.join(_COLUMNS)}"
            raise InputError("no table of scores", file=file, allowed=columns)
        rows = tuple(_row(cells) for cells in table)
    except (TypeError, ValueError, csv.Error):
        raise InputError("a row is not of this table", file=file, allowed="see above it") from None
    return OwnScores({key.strip(): value.strip() for key, _, value in head}, rows)


def _row(cells: Sequence[str]) -> OwnScore:
    target, units, mode, first, last, cases, measure, *numbers = cells
    value, low, high = map(float, numbers)
    return OwnScore(
        target, units, mode, int(first), int(last), int(cases), measure, value, low, high
    )
