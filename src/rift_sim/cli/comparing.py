"""``rift compare``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rift_sim.cli.console import echo

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.table import Table

    from rift_sim.analysis.compare.comparison import Comparison
    from rift_sim.analysis.compare.table import CompareRow
    from rift_sim.cli.console import Progress

__all__ = ["compare"]

_SINGLE = ("presence_survey", "control", "newly_displaced")
"""Series that get figures of their own when none is named."""


def compare(
    directories: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN", help="Folders A B [C ...]: differences are A minus each of the others."
        ),
    ],
    variables: Annotated[
        list[str] | None,
        typer.Option(
            "--variable", help="Series to compare; may be repeated. All main ones if not given."
        ),
    ] = None,
    dates: Annotated[
        list[str] | None,
        typer.Option("--date", help="Month, YYYY-MM; may be repeated. The last if not given."),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="Also by department, group, pillar or line; may be repeated."),
    ] = None,
    departments: Annotated[
        list[str] | None,
        typer.Option("--department", help="Also this department, by code or name."),
    ] = None,
    groups: Annotated[
        list[str] | None, typer.Option("--group", help="Also this group, by id or name.")
    ] = None,
    scenarios: Annotated[
        list[str] | None,
        typer.Option(
            "--scenario", help="Of a sweep: two or more to compare within one folder, or one."
        ),
    ] = None,
    replicates: Annotated[
        int | None, typer.Option("-n", "--replicates", help="Only the first so many.")
    ] = None,
    unpaired: Annotated[
        bool, typer.Option("--unpaired", help="Compare as independent runs; marks every output.")
    ] = False,
    allow_mixed: Annotated[
        bool,
        typer.Option(
            "--allow-mixed", help="Take runs of different code or seeds; marks every output."
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Also write a CSV; without --date, every year's end."),
    ] = None,
    figures: Annotated[Path | None, typer.Option(help="Also draw into this folder.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the CSV that is there.")] = False,
) -> None:
    """Compare runs replicate by replicate: A minus B, A minus C, and so on.

    Runs with the same seed, months and parameters are pairs: what they share cancels. Says
    how far they are apart, how sure the mean is, how often A exceeds B, and from when on.

    Example: rift compare runs/full-cutoff runs/no-cutoff --by department --variable control
    """
    from rift_sim.analysis.compare.side_by_side import compare as set_side_by_side
    from rift_sim.analysis.compare.table import compare_rows, to_csv, year_ends
    from rift_sim.cli.compare_tables import heading
    from rift_sim.cli.console import Progress, make_console
    from rift_sim.drafts import make_folder, write_whole
    from rift_sim.outputs import check_folder, check_output

    if out is not None:
        check_output(out, force=force)
    if figures is not None:
        check_folder(figures, "--figures")
    found = set_side_by_side(
        *directories,
        scenarios=scenarios or (),
        replicates=replicates,
        unpaired=unpaired,
        allow_mixed=allow_mixed,
    )
    ask = _ask(found, variables, dates, by or (), {"department": departments, "group": groups})
    jobs = _figures(ask) if figures is not None else {}
    console = make_console()
    tables, rows = [], []
    with Progress("tables and figures") as progress:
        progress.begin(len(ask.parts) + len(jobs))
        for dim, names in ask.parts:
            places = ask.places.get(dim or "")
            shown = compare_rows(found, names, ask.dates, dim, places)
            tables += _tables(found, shown, console.width)
            if out is not None:
                ends = ask.dates if dates else year_ends(found)
                rows += compare_rows(found, names, ends, dim, places)
            progress.advance(1)
        if figures is not None:
            make_folder(figures)
        made = [_draw(job, (figures or Path()) / name, progress) for name, job in jobs.items()]
    for line in heading(found):
        console.print(line)
    for table in tables:
        console.print()
        console.print(table)
    for note in found.notes:
        console.print(note)
    if out is not None:
        write_whole(out, to_csv(rows))
        made.append(out)
    for file in made:
        echo(f"{file} written.", err=True)


@dataclass(frozen=True)
class _Question:
    """What was asked, checked.

    Attributes
    ----------
    comparison
        Of the runs.
    dates
        Months of the tables and figures by place.
    parts
        For the country (None) and each dimension, the series to be tabled.
    places
        By dimension, the only labels that are wanted.
    overview
        Series on one page.
    drawn
        Series that get figures of their own, and the dimensions they are drawn by.
    """

    comparison: Comparison
    dates: list[str]
    parts: list[tuple[str | None, list[str]]]
    places: dict[str, list[str]]
    overview: list[str]
    drawn: tuple[list[str], list[str]]


def _ask(
    found: Comparison,
    variables: Sequence[str] | None,
    dates: Sequence[str] | None,
    by: Sequence[str],
    places: Mapping[str, Sequence[str] | None],
) -> _Question:
    from rift_sim.analysis.compare.selection import pick_departments, pick_groups, pick_month
    from rift_sim.cli.results import HEADLINES
    from rift_sim.plots.overview import PANELS

    data = found.data[0]
    months = [pick_month(data, date) for date in dates or [str(found.months[1])]]
    pick = {"department": pick_departments, "group": pick_groups}
    only = {dim: pick[dim](data, names) for dim, names in places.items() if names}
    dims = list(dict.fromkeys((*by, *only)))
    known = found.variables()
    country = list(dict.fromkeys(variables or [name for name in HEADLINES if name in known]))
    parts: list[tuple[str | None, list[str]]] = [(None, country)]
    parts += [(dim, list(variables or ["control"])) for dim in dims]
    for part_dim, names in parts:
        for name in names:
            found.check(name, part_dim)
    drawn = list(variables or [name for name in _SINGLE if name in known])
    return _Question(
        found,
        [str(month) for month in dict.fromkeys(months)],
        parts,
        only,
        list(dict.fromkeys(variables or [name for name in PANELS if name in known])),
        (list(dict.fromkeys(drawn)), dims or ["department"]),
    )


def _tables(found: Comparison, rows: Sequence[CompareRow], width: int) -> list[Table]:
    """Lay out a table for each difference and date; by place, for each series too."""
    from rift_sim.analysis.compare.table import COUNTRY
    from rift_sim.cli.compare_tables import compare_table

    first, *others = found.letters
    names = {
        difference: (first, letter)
        for difference, letter in zip(found.differences, others, strict=True)
    }
    groups: dict[tuple[str, str, str], list[CompareRow]] = {}
    for row in rows:
        series = row.variable if row.by != COUNTRY else ""
        groups.setdefault((series, row.difference, row.date), []).append(row)
    tables = []
    for (series, difference, _), part in groups.items():
        ordered = sorted(part, key=lambda row: -row.mean) if series else part
        tables.append(compare_table(ordered, names[difference], found.marks, width))
    return tables


def _figures(ask: _Question) -> dict[str, Callable[[], Figure]]:
    """Return what is to be drawn, by the name of the file."""
    from rift_sim.plots.difference_places import difference_dots, difference_map
    from rift_sim.plots.differences import difference_fan, difference_overview

    found, (drawn, dims) = ask.comparison, ask.drawn
    outlined = all(arm.run.outline.scenario.territory.departments is None for arm in found.arms)
    jobs: dict[str, Callable[[], Figure]] = {}
    if len(ask.overview) > 1:
        jobs["overview.png"] = partial(difference_overview, found, ask.overview)
    for name in drawn:
        jobs[f"{name}.png"] = partial(difference_fan, found, name)
        for dim in (dim for dim in dims if name in found.variables(dim)):
            for date in ask.dates:
                jobs[f"{name}-by-{dim}-{date}.png"] = partial(
                    difference_dots, found, name, date, dim, ask.places.get(dim)
                )
                if dim != "department" or not outlined:
                    continue
                for number, label in enumerate(found.labels[1:]):
                    ending = f"-{_slug(label)}" if len(found.labels) > 2 else ""
                    jobs[f"{name}-map-{date}{ending}.png"] = partial(
                        difference_map, found, name, date, number
                    )
    return jobs


def _slug(label: str) -> str:
    return re.sub(r"[^0-9A-Za-z]+", "-", label).strip("-")


def _draw(job: Callable[[], Figure], file: Path, progress: Progress) -> Path:
    from rift_sim.plots.style import write_figure

    write_figure(job(), file)
    progress.advance(1)
    return file
