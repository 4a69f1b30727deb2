"""Write runs for other programs, in one of five formats."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rift_sim.analysis.compare.arms import MIXED
from rift_sim.drafts import drafted, write_whole
from rift_sim.errors import InputError
from rift_sim.export.blocks import DEFAULT_LEVELS, Layout, periods_of
from rift_sim.export.hub import MARK, read_model_id, write_hub
from rift_sim.export.iamc import write_iamc
from rift_sim.export.netcdf import write_netcdf
from rift_sim.export.sidecar import sidecar_of
from rift_sim.export.source import Choice, Source, open_source
from rift_sim.export.tables import write_csv, write_parquet
from rift_sim.outputs import check_output

if TYPE_CHECKING:
    from rift_sim.ensemble.reporter import Reporter
    from rift_sim.ensemble.run import Run

__all__ = ["FORMATS", "HUB_FILES", "PERIODS", "Exported", "export"]

FORMATS = ("netcdf", "parquet", "csv", "iamc", "hub")
PERIODS = ("month", "year")
HUB_FILES = ("parquet", "csv")
_CSV = ("csv", "iamc")


class Exported(NamedTuple):
    """What was written.

    Attributes
    ----------
    files
        The file and what describes it, or the folder.
    written, unit
        How many rows, time series or variables it has.
    notes
        Sentences that a reader must know.
    """

    files: tuple[Path, ...]
    written: int
    unit: str
    notes: tuple[str, ...]


def export(
    runs: Sequence[Run | str | Path],
    to: str,
    out: str | Path,
    *,
    choice: Choice | None = None,
    scenarios: Sequence[str] = (),
    samples: bool = False,
    levels: Sequence[float] | None = None,
    period: str | None = None,
    model_id: str = "rift-sim",
    hub_files: str = "parquet",
    allow_mixed: bool = False,
    force: bool = False,
    progress: Reporter | None = None,
) -> Exported:
    """Write one or several runs as NetCDF, Parquet, CSV, IAMC table or hub folder.

    The output appears whole or not at all.

    Parameters
    ----------
    runs
        Runs or their folders; of a sweep all scenarios, unless some are named.
    to
        One of `FORMATS`.
    out
        File to write; for a hub, the folder.
    choice
        Which part of the runs; everything if not given.
    scenarios
        Labels in a sweep.
    samples
        Write every replicate.
    levels
        Levels of quantiles to write. With neither samples nor levels: samples in NetCDF,
        the usual quantiles in tables, both in a hub.
    period
        ``month`` or whole ``year``; years in an IAMC table if not given, months elsewhere.
    model_id
        ``TEAM-MODEL``, for a hub.
    hub_files
        How a hub keeps model output: ``parquet`` or ``csv``.
    allow_mixed
        Take runs of different code or seeds; the output says so.
    force
        Replace an output that is there.
    progress
        Told how it goes on.

    Raises
    ------
    InputError
        When runs, choice or output are not right; nothing is written then.
    """
    _check_name(to, FORMATS, "--to")
    _check_name(period or "month", PERIODS, "--period")
    _check_name(hub_files, HUB_FILES, "--hub-files")
    out = Path(out)
    hub = to == "hub"
    check_output(out, force=force, folder_mark=MARK if hub else None)
    if hub:
        read_model_id(model_id)
    beside = sidecar_of(out) if to in _CSV else None
    if beside is not None:
        check_output(beside, force=force)
    source = open_source(runs, choice or Choice(), scenarios=scenarios, allow_mixed=allow_mixed)
    layout = _layout(to, samples, levels, period)
    left_out = _left_out(source, layout)
    with drafted(out) as draft:
        description: dict[str, Any] | None = None
        if to == "netcdf":
            count = write_netcdf(source, layout, draft, progress)
        elif to == "parquet":
            count = write_parquet(source, layout, draft, progress)
        elif to == "csv":
            count, description = write_csv(source, layout, draft, progress)
        elif to == "iamc":
            count, description = write_iamc(source, layout, draft, progress)
        else:
            count = write_hub(
                source, layout, draft, model_id=model_id, files=hub_files, progress=progress
            )
        if not count:
            raise InputError(
                "nothing is left to write", key="--period", allowed="months, or whole years"
            )
        if description is not None and beside is not None:
            _describe(beside, {**description, "url": out.name})
    unit = {"netcdf": "variables", "iamc": "time series"}.get(to, "rows")
    files = (out, beside) if beside is not None else (out,)
    return Exported(files, count, unit, (*_notes(source), *left_out))


def _check_name(given: str, allowed: Collection[str], key: str) -> None:
    if given not in allowed:
        raise InputError(f"there is no '{given}'", key=key, allowed=allowed, given=given)


def _layout(to: str, samples: bool, levels: Sequence[float] | None, period: str | None) -> Layout:
    if not samples and levels is None:
        samples = to in ("netcdf", "hub")
        levels = () if to == "netcdf" else DEFAULT_LEVELS
    return Layout(samples, tuple(levels or ()), period or ("year" if to == "iamc" else "month"))


def _describe(beside: Path, description: dict[str, Any]) -> None:
    write_whole(beside, json.dumps(description, indent=1, ensure_ascii=False) + "\n")


def _left_out(source: Source, layout: Layout) -> list[str]:
    """Say which years are left out because months of them are missing."""
    found = []
    for arm, part in zip(source.arms, source.parts, strict=True):
        yearly = layout.period == "year" and "time" in part.dims
        data = part if yearly else arm.data if "year" in part.dims else None
        if data is None:
            continue
        whole = {str(day)[:4] for day, _ in periods_of(data, "year")}
        years = sorted({str(day)[:4] for day in data["time"].to_numpy()} - whole)
        if years:
            found.append(f"{arm.label}: {', '.join(years)} left out by year, months are missing.")
    return found


def _notes(source: Source) -> list[str]:
    notes = list(source.notes)
    if source.unpaired:
        notes.append(
            "Replicates with the same number are no pairs: " + "; ".join(source.unpaired) + "."
        )
    if source.mixed:
        notes.append(f"{MIXED.capitalize()}: {'; '.join(source.mixed)}.")
    return notes
