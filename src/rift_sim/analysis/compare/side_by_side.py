"""Runs set side by side: how far the first differs from each of the others, and from when on.

Runs that share seed, months and the source of their parameters are compared replicate by
replicate: what both have in common (parameters, starting map, chance) cancels, and what is left is
the difference of the scenarios.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rift_sim.analysis.compare.arms import Arm, common_replicates, open_arms, unpairable
from rift_sim.analysis.compare.comparison import DIMENSIONS, Comparison
from rift_sim.analysis.compare.selection import month_range
from rift_sim.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.ensemble.run import Run

__all__ = ["Comparison", "compare"]

_FEW = 50
"""With fewer pairs, intervals are rough."""


def compare(
    *runs: Run | str | Path,
    scenarios: Sequence[str] = (),
    replicates: int | None = None,
    unpaired: bool = False,
    allow_mixed: bool = False,
) -> Comparison:
    """Set runs side by side, the first against each of the others.

    Parameters
    ----------
    runs
        Two or more runs or folders of runs; or a single sweep. Differences are the first one
        minus another.
    scenarios
        Labels in a sweep: of a single run, two or more to be compared; of several runs, the
        one to take of each that is a sweep.
    replicates
        Compare the first so many only.
    unpaired
        Compare as independent samples. Everything that comes of it is marked so. Needed for
        runs of other seeds, months or sources of parameters, which are no pairs.
    allow_mixed
        Take runs of different code or seeds, and mark everything that comes of it.

    Raises
    ------
    InputError
        When there are fewer than two, one cannot be opened (`rift_sim.analysis.compare.arms`), they
        are no pairs and `unpaired` is not given, or fewer than two replicates are left.
    """
    arms, mixed, notes = open_arms(runs, scenarios, allow_mixed=allow_mixed)
    if len(arms) < 2:
        raise InputError(
            "there is nothing to compare with",
            file=arms[0].run.directory,
            allowed="two or more runs, or one sweep with two or more --scenario",
        )
    reasons = unpairable(arms)
    if reasons and not unpaired:
        raise InputError(
            f"the runs are no pairs: {'; '.join(reasons)}",
            allowed="runs with the same seed, months and parameters; or --unpaired, which "
            "compares them as independent and marks every output",
        )
    data, more = _align(arms, replicates, paired=not unpaired)
    if mixed:
        notes += (f"Mixed versions: {'; '.join(mixed)}.",)
    return Comparison(arms, data, not unpaired, mixed, (*notes, *more))


def _align(
    arms: Sequence[Arm], replicates: int | None, *, paired: bool
) -> tuple[tuple[xr.Dataset, ...], list[str]]:
    """Cut arms to the replicates (of pairs), months and places that they share."""
    notes: list[str] = []
    whole = [arm.data for arm in arms]
    sizes = {arm.label: len(arm.replicates) for arm in arms}
    if paired:
        shared = common_replicates(arms)
        if {shared.size} != set(sizes.values()):
            counts = ", ".join(f"'{label}' has {size:,}" for label, size in sizes.items())
            notes.append(
                f"Replicates: {counts}; the {shared.size:,} that are in all of them are compared."
            )
        whole = [data.sel(replicate=shared) for data in whole]
    have = min(data.sizes["replicate"] for data in whole)
    wanted = have if replicates is None else replicates
    if not 2 <= wanted <= have:
        raise InputError(
            f"{wanted:,} replicates cannot be compared",
            key="-n/--replicates",
            allowed=f"2 to {have:,}" if have > 1 else "runs with two or more replicates in common",
        )
    if replicates is not None:
        whole = [data.isel(replicate=slice(replicates)) for data in whole]
    if wanted < _FEW:
        notes.append(f"Below {_FEW} {'pairs' if paired else 'replicates'} intervals are rough.")
    return tuple(_same_labels(_same_months(whole, notes), notes)), notes


def _same_months(whole: Sequence[xr.Dataset], notes: list[str]) -> list[xr.Dataset]:
    ranges = [month_range(data) for data in whole]
    first, last = max(start for start, _ in ranges), min(end for _, end in ranges)
    if last < first:
        spans = " and ".join(f"{start} to {end}" for start, end in ranges)
        raise InputError(f"the runs have no month in common: {spans}", allowed="runs that overlap")
    if len(set(ranges)) > 1:
        notes.append(f"Only months that all runs have are compared: {first} to {last}.")
    return [data.sel(time=slice(str(first), str(last))) for data in whole]


def _same_labels(whole: Sequence[xr.Dataset], notes: list[str]) -> list[xr.Dataset]:
    found = list(whole)
    for dim in DIMENSIONS:
        lists = [list(data[dim].to_numpy()) if dim in data.dims else [] for data in found]
        shared = [label for label in lists[0] if all(label in other for other in lists)]
        left_out = sorted(
            {str(label) for other in lists for label in other} - set(map(str, shared))
        )
        if left_out and shared:
            notes.append(f"Not in all runs, and left out: {dim} {', '.join(left_out)}.")
            found = [data.sel({dim: shared}) for data in found]
    return found
