"""What is to be written: arms of runs, cut to the choice, and what a reader must know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rift_sim.analysis.compare.arms import (
    MIXED,
    Arm,
    common_replicates,
    open_arms,
    open_run,
    unpairable,
)
from rift_sim.analysis.compare.selection import select
from rift_sim.ensemble.storage.dataset import LIMITS
from rift_sim.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.ensemble.run import Run

__all__ = ["Choice", "Source", "is_national", "open_source", "provenance"]

_NAMED_PLACES = {"municipality", "group"}


@dataclass(frozen=True)
class Choice:
    """Which part of the runs is written.

    Attributes
    ----------
    variables
        National series, each with what it is also observed by, or single arrays; None for
        all there are.
    national
        Only series that have no dimension but time.
    since, until
        First and last month, ``YYYY-MM``.
    departments, groups
        By code, id or name; only series by department, or by group, are written then. None
        for all.
    replicates
        The first so many; None for all.
    named_groups
        Also arrays of single groups by municipality.
    """

    variables: tuple[str, ...] | None = None
    national: bool = False
    since: str | None = None
    until: str | None = None
    departments: tuple[str, ...] | None = None
    groups: tuple[str, ...] | None = None
    replicates: int | None = None
    named_groups: bool = False


@dataclass(frozen=True)
class Source:
    """Opened runs.

    Attributes
    ----------
    arms
        Runs, or scenarios of a sweep.
    parts
        The chosen part of each, read from disk as it is used.
    unpaired
        Why replicates with the same number are no pairs; empty when they are. Paired arms
        hold the same replicates.
    mixed
        In what code and seeds the runs differ; empty where they do not.
    notes
        Sentences on runs that were interrupted, replicates that failed, and libraries.
    """

    arms: tuple[Arm, ...]
    parts: tuple[xr.Dataset, ...]
    unpaired: tuple[str, ...]
    mixed: tuple[str, ...]
    notes: tuple[str, ...]


def open_source(
    folders: Sequence[Run | str | Path],
    choice: Choice,
    *,
    scenarios: Sequence[str] = (),
    allow_mixed: bool = False,
) -> Source:
    """Open runs and cut them to what is chosen.

    Parameters
    ----------
    folders
        Runs or their folders.
    choice
        Which part of them.
    scenarios
        Labels in a sweep; all of them if not given.
    allow_mixed
        Take runs of different code or seeds; every output says so then.

    Raises
    ------
    InputError
        As `rift_sim.analysis.compare.arms.open_arms` and
        `rift_sim.analysis.compare.selection.select`; also when nothing is left to write.
    """
    if len(folders) == 1 and not scenarios:
        run = open_run(folders[0])
        folders = [run]
        if "scenario" in run.dataset.dims:
            scenarios = [str(label) for label in run.dataset["scenario"].to_numpy()]
    opened = open_arms(folders, scenarios, allow_mixed=allow_mixed)
    unpaired = tuple(unpairable(opened.arms))
    common = None if unpaired else common_replicates(opened.arms)
    parts = []
    for arm in opened.arms:
        data = arm.data
        if common is not None and common.size != data.sizes["replicate"]:
            data = data.isel(replicate=np.flatnonzero(np.isin(arm.replicates, common)))
        parts.append(_cut(data, choice))
    return Source(opened.arms, tuple(parts), unpaired, opened.mixed, opened.notes)


def _cut(data: xr.Dataset, choice: Choice) -> xr.Dataset:
    part = select(
        data,
        variables=choice.variables,
        since=choice.since,
        until=choice.until,
        departments=choice.departments,
        groups=choice.groups,
        replicates=choice.replicates,
    )
    chosen = {"department": choice.departments, "group": choice.groups}
    dims = {dim for dim, labels in chosen.items() if labels is not None}
    kept = [str(name) for name in part.data_vars if dims <= set(part[name].dims)]
    if choice.national:
        kept = [name for name in kept if is_national(part[name])]
    if not choice.named_groups:
        # Where one named group will be, place by place, is far less certain than its totals.
        kept = [name for name in kept if not set(part[name].dims) >= _NAMED_PLACES]
    if not kept:
        raise InputError(
            "nothing is left to write",
            key="--variable",
            allowed="series of the country with --national, those by department with "
            "--department, by group with --group; single groups by municipality with "
            "--named-group-in-municipalities",
        )
    return part[kept]


def is_national(array: xr.DataArray) -> bool:
    """Whether an array has no dimension but replicate and time."""
    return set(array.dims) == {"replicate", "time"}


def provenance(source: Source) -> dict[str, Any]:
    """Say what made the numbers, without a path or a date that changes between exports.

    Returns
    -------
    dict
        Ready for JSON: model, limits of use, pairing, notes, and for each scenario its
        question, seed, parameters and hashes.
    """
    found: dict[str, Any] = {
        "model": model_name(source.arms[0].run),
        "limits_of_use": LIMITS,
        "paired": not source.unpaired,
        "scenarios": [
            _origin(arm, part) for arm, part in zip(source.arms, source.parts, strict=True)
        ],
    }
    if source.unpaired:
        found["not_paired_because"] = list(source.unpaired)
    if source.mixed:
        found[MIXED.replace(" ", "_")] = list(source.mixed)
    return found


def model_name(run: Run) -> str:
    """Return the model and its version."""
    return f"rift_sim {run.manifest.get('versions', {}).get('rift_sim', 'unknown')}"


def _origin(arm: Arm, part: xr.Dataset) -> dict[str, Any]:
    manifest = arm.run.manifest
    identity = manifest["identity"]
    sessions = manifest.get("sessions") or [{}]
    first, last = arm.months
    return {
        "scenario": arm.label,
        "title": str(manifest.get("title", arm.run.name)),
        "question": arm.run.outline.scenario.question,
        "months": f"{first} to {last}",
        "replicates": int(part.sizes.get("replicate", arm.replicates.size)),
        "seed": arm.seed,
        "parameters": arm.parameters,
        "parameters_hash": arm.parameters_hash,
        "code_hash": str(identity.get("code")),
        "seeds_hash": str(identity.get("seeds")),
        "run_hash": str(manifest.get("hash")),
        "computed": str(sessions[-1].get("started", "unknown")),
        "versions": manifest.get("versions", {}),
    }
