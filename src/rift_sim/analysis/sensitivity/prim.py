"""Boxes of parameters where a condition holds more often (PRIM; Friedman and Fisher 1999).

The patient rule induction method peels thin slices off a box, each time the one whose loss raises
most the share of cases of interest in what is left. That is done by the EMA workbench (Kwakkel
2017, doi:10.1016/j.envsoft.2017.06.054) on two thirds of the cases, and among the columns in which
cases of interest differ most from others. Limits that chance would give are taken off the boxes on
its way; of what is left the box is taken that is furthest from chance, and it is put to the test on
the other third, of which the search saw nothing.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2_contingency, ks_2samp

from rift_sim.analysis.extras import need
from rift_sim.analysis.sensitivity.boxes import (
    Booleans,
    Box,
    Limit,
    Step,
    Table,
    fit_box,
    inside_box,
    quasi_p,
)

if TYPE_CHECKING:
    from rift_sim.ensemble.reporter import Reporter

__all__ = ["FEWEST", "LARGEST_P", "MOST_COLUMNS", "find_boxes"]

LARGEST_P = 0.01
"""Limits with a larger quasi-p-value are left out; a search tries many, so 0.05 is too much."""
MOST_COLUMNS = 8
"""So many columns are searched, those in which cases of interest differ most from others."""
FEWEST = 10
"""Fewer cases of interest are not searched."""
_SLICES = (0.05, 0.15)
"""Shares of a box that a step peels off. A search ends where no step helps, thin ones at once."""
_LEAST_MASS = 0.05
_ANY = 1e-9
"""The workbench takes the cases at or above this for those of interest, and any such box."""
_WORTH = 0.05
"""Share of its strength that a box must gain by a further column."""


def find_boxes(
    table: Table, most: int = 2, most_limits: int = 4, progress: Reporter | None = None
) -> list[Box]:
    """Look for boxes, each in what the earlier ones leave.

    Parameters
    ----------
    table
        Cases.
    most
        Boxes at most; fewer where nothing is left that a box could tell from the rest.
    most_limits
        Columns that a box limits at most.
    progress
        Told how many searches there may be for a box, and how many are done.

    Raises
    ------
    InputError
        When the EMA workbench is not installed.
    """
    boxes: list[Box] = []
    rest = table
    while len(boxes) < most:
        seen, unseen = rest.part(rest.seen), rest.part(~rest.seen)
        if min(seen.holds.sum(), (~seen.holds).sum()) < FEWEST:
            break
        limits, steps = _search(_screened(seen), most_limits, progress)
        if not limits:
            break
        chances = zip(quasi_p(limits, seen), quasi_p(limits, unseen), strict=True)
        judged = tuple(
            limit._replace(quasi_p=(float(a), float(b)))
            for limit, (a, b) in zip(limits, chances, strict=True)
        )
        boxes.append(Box(judged, fit_box(limits, seen), fit_box(limits, unseen), steps))
        rest = rest.part(~inside_box(limits, rest.columns, rest.holds.size))
    return boxes


def _search(
    table: Table, most_limits: int, progress: Reporter | None
) -> tuple[tuple[Limit, ...], tuple[Step, ...]]:
    """Return the strongest box that is simple enough, and the way to it.

    Left to itself the method shaves a little off every column. So it is run on one column, then on
    that and one more, and so on, while the box becomes stronger (constrained PRIM, Kwakkel 2019,
    doi:10.1002/ffo2.8, going forward instead of trying all subsets).
    """
    chosen: list[str] = []
    best: tuple[tuple[Limit, ...], tuple[Step, ...]] = ((), ())
    strength = 0.0
    if progress is not None:
        progress.begin(sum(range(len(table.columns), 0, -1)[:most_limits]))
    while len(chosen) < most_limits:
        tries = {}
        for name in table.columns:
            if name not in chosen:
                tries[name] = _strongest(_only(table, [*chosen, name]))
                if progress is not None:
                    progress.advance(1)
        found = {name: fit_box(limits, table).strength for name, (limits, _) in tries.items()}
        name = max(found, key=lambda key: found[key], default="")
        if not name or found[name] <= (1.0 + _WORTH) * strength:
            break
        chosen.append(name)
        best, strength = tries[name], found[name]
    return best


def _strongest(table: Table) -> tuple[tuple[Limit, ...], tuple[Step, ...]]:
    """Return the strongest box on the way of a search, without limits that chance would give."""
    strongest: tuple[tuple[Limit, ...], tuple[Step, ...]] = ((), ())
    strength = 0.0
    for slice_ in _SLICES:
        trajectory, steps = _peel(table, slice_)
        for limits in dict.fromkeys(_pruned(table, limits) for limits in trajectory):
            found = fit_box(limits, table).strength
            if found > strength:
                strongest, strength = (limits, steps), found
    return strongest


def _screened(table: Table) -> Table:
    """Keep the columns that differ most between cases where the condition holds and others.

    Among hundreds of columns a search for the best next slice finds more luck than anything else.
    Columns are ranked by the p-value of a test of Kolmogorov and Smirnov, of labels by that of a
    chi-square test. One that matters only together with others may be lost.
    """
    if len(table.columns) <= MOST_COLUMNS:
        return table
    chances = {name: _difference(values, table.holds) for name, values in table.columns.items()}
    return _only(table, sorted(chances, key=lambda name: chances[name])[:MOST_COLUMNS])


def _difference(values: NDArray[Any], holds: Booleans) -> float:
    """Return how likely chance makes two parts of a column differ as much."""
    if values.dtype.kind == "f":
        return float(ks_2samp(values[holds], values[~holds], method="asymp").pvalue)
    labels, which = np.unique(values, return_inverse=True)
    counts = np.zeros((2, labels.size))
    np.add.at(counts, (holds.astype(int), which), 1.0)
    return float(chi2_contingency(counts[:, counts.sum(axis=0) > 0]).pvalue)


def _peel(table: Table, slice_: float) -> tuple[list[tuple[Limit, ...]], tuple[Step, ...]]:
    """Return the boxes on the way of the search, and how each does."""
    frame = need("pandas").DataFrame(dict(table.columns))
    prim = need("ema_workbench.analysis.prim")
    with warnings.catch_warnings():
        # The workbench calls pandas in ways that newer versions warn of.
        warnings.simplefilter("ignore")
        logging.getLogger("EMA").setLevel(logging.WARNING)
        search = prim.Prim(
            frame, table.holds.copy(), threshold=_ANY, peel_alpha=slice_, paste_alpha=slice_,
            mass_min=_LEAST_MASS,
        )  # fmt: skip
        found = search.find_box()
    whole, way = search.box_init, found.peeling_trajectory
    steps = tuple(
        Step(float(row.coverage), float(row.density), int(row.res_dim))
        for row in way.itertuples(index=False)
    )
    return [_limits(box, whole) for box in found.box_lims], steps


def _limits(box: Any, whole: Any) -> tuple[Limit, ...]:
    """Read the sides of a box that differ from those of all cases."""
    found = []
    for name in box.columns:
        (low, high), (least, most) = box[name], whole[name]
        if isinstance(low, set):
            if low != least:
                found.append(Limit(name, levels=tuple(sorted(low))))
        elif low > least or high < most:
            below, above = float(low) if low > least else None, float(high) if high < most else None
            found.append(Limit(name, below, above))
    return tuple(found)


def _pruned(table: Table, limits: tuple[Limit, ...]) -> tuple[Limit, ...]:
    """Leave out sides that chance would give, the weakest first."""
    sides = tuple(side for limit in limits for side in _sides(limit))
    while sides:
        chances = quasi_p(sides, table)
        worst = int(np.argmax(chances))
        if chances[worst] <= LARGEST_P:
            break
        sides = sides[:worst] + sides[worst + 1 :]
    joined: dict[str, Limit] = {}
    for side in sides:
        before = joined.get(side.name)
        joined[side.name] = side if before is None else before._replace(high=side.high)
    return tuple(joined.values())


def _sides(limit: Limit) -> list[Limit]:
    """Return the lower and the upper side of a limit, each by itself."""
    if limit.low is None or limit.high is None:
        return [limit]
    return [limit._replace(high=None), limit._replace(low=None)]


def _only(table: Table, names: Sequence[str]) -> Table:
    columns = {name: table.columns[name] for name in names}
    return Table(columns, table.holds, table.seen)
