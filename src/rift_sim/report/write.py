"""From folders of runs to the file of a report."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rift_sim.analysis.compare.arms import open_arms
from rift_sim.analysis.compare.side_by_side import compare
from rift_sim.drafts import write_whole
from rift_sim.errors import InputError
from rift_sim.outputs import check_output

if TYPE_CHECKING:
    from rift_sim.ensemble.reporter import Reporter

__all__ = ["write_report"]


def write_report(
    sources: Sequence[Path | str],
    out: Path,
    *,
    scenarios: Sequence[str] = (),
    unpaired: bool = False,
    allow_mixed: bool = False,
    force: bool = False,
    progress: Reporter | None = None,
) -> Path:
    """Write the report of one or several runs.

    Parameters
    ----------
    sources
        Folders of runs; the first one is compared with each of the others.
    out
        The file, ``.html``.
    scenarios, unpaired, allow_mixed
        As in `rift_sim.compare`.
    force
        Replace a file that is there.
    progress
        Told how many charts there are, and how many are done.

    Raises
    ------
    InputError
        As `rift_sim.compare`; also when the file must not be written or is there already, or a
        package of the extra ``report`` is missing. Nothing is written then.
    OutputError
        When it cannot be written.
    """
    _check_file(out, force=force)
    from rift_sim.report.content import gather
    from rift_sim.report.render import render

    if max(len(sources), len(scenarios)) > 1:
        both = compare(*sources, scenarios=scenarios, unpaired=unpaired, allow_mixed=allow_mixed)
        report = gather(both.arms, both.data, comparison=both, notes=both.notes, progress=progress)
    else:
        arms, _, notes = open_arms(sources, scenarios)
        data = [arm.data for arm in arms]
        report = gather(arms, data, comparison=None, notes=notes, progress=progress)
    options = [f"--scenario {shlex.quote(label)}" for label in scenarios]
    options += ["--unpaired"] * unpaired + ["--allow-mixed"] * allow_mixed
    folders = [f"runs/{Path(source).resolve().name}" for source in sources]
    command = " ".join(["rift report", *map(shlex.quote, folders), *options, "-o", out.name])
    write_whole(out, render(report, command))
    return out


def _check_file(out: Path, *, force: bool) -> None:
    if out.suffix != ".html":
        raise InputError(
            f"'{out.name}' is no page", key="--out", allowed="a name that ends in .html"
        )
    check_output(out, force=force)
