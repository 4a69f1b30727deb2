"""``rift discover``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rift_sim.cli.console import echo, faint_below
from rift_sim.cli.options import AllowOutside, Settings, Workers

if TYPE_CHECKING:
    from rich.table import Table

    from rift_sim.analysis.sensitivity.discovery import Discovery

__all__ = ["discover"]

_KIND = "discover"


def discover(
    scenario: Annotated[
        str, typer.Argument(help="A scenario file, or the name of a shipped scenario.")
    ],
    when: Annotated[
        str,
        typer.Option(
            metavar="CONDITION",
            help="control > 0.4; control[Cauca]@2028-12 > 0.5 and members[EGC] > 12000.",
        ),
    ],
    cases: Annotated[int, typer.Option("-n", "--cases", help="Simulations.")] = 1000,
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter", help="Look at this one; may be repeated. All that are open if not given."
        ),
    ] = None,
    boxes: Annotated[int, typer.Option(help="Boxes at most.")] = 2,
    limits: Annotated[int, typer.Option(help="Parameters that a box limits at most.")] = 4,
    seed: Annotated[int | None, typer.Option(help="Seed of all random numbers.")] = None,
    settings: Settings = None,
    allow_outside: AllowOutside = False,
    workers: Workers = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Folder for tables, a figure and finished simulations."),
    ] = None,
) -> None:
    """Find where among the parameters a condition holds: boxes in plain words (PRIM).

    Runs cases that differ in their parameters, and in a sweep in the levels of its axes. Two
    thirds of them are searched, the boxes are put to the test on the others. With -o the same
    command goes on where an interrupted one stopped. Needs the extra 'discover'.

    Example: rift discover factorial --when "control@2028-12 > 0.4" -o studies/high-control
    """
    from rift_sim.analysis.conditions.expression import parse_expression
    from rift_sim.analysis.extras import need
    from rift_sim.analysis.sensitivity.discovery import discover as find
    from rift_sim.analysis.sensitivity.discovery import points_of
    from rift_sim.analysis.sensitivity.folder import check_folder
    from rift_sim.cli.console import Progress, make_console
    from rift_sim.cli.sensitivities import resumable
    from rift_sim.ensemble.execution.executor import available_cores
    from rift_sim.scenario import load_scenario

    expression = parse_expression(when)
    if out is not None:
        check_folder(out, _KIND)
    need("ema_workbench.analysis.prim")
    own = [f"seed={seed}"] if seed is not None else []
    chosen = load_scenario(
        scenario, settings=[*(settings or ()), *own], allow_outside=allow_outside
    )
    searching = Progress("searches")
    with Progress("simulations") as progress, searching, resumable(out, progress):
        found = find(
            chosen.name,
            points_of(chosen),
            expression,
            cases,
            wanted=parameters or (),
            most=boxes,
            most_limits=limits,
            folder=out,
            workers=workers if workers is not None else available_cores(),
            progress=progress,
            searching=searching,
        )
    console = make_console()
    for line in _lines(found):
        console.print(line)
    if found.boxes:
        console.print(_table(found))
    if out is not None:
        _write(out, found, chosen.seed)


def _lines(found: Discovery) -> list[str]:
    from rift_sim.analysis.sensitivity.words import box_text, unsaid

    holds, seen = found.table.holds, found.table.seen
    lines = [
        f"{found.name}: '{found.expression.text}' holds in {int(holds.sum()):,} of {holds.size:,} "
        f"cases. {int(seen.sum()):,} of them were searched; what is said of a box is said of the "
        f"other {int((~seen).sum()):,}."
    ]
    if not found.boxes:
        lines.append("No box could be told from chance. More cases (-n) may show one.")
    for place, box in enumerate(found.boxes):
        lines += ["", box_text(found, place)]
        for name, word in unsaid(found, box).items():
            lines.append(f"History says nothing of {name} ({word}): its limit is assumption.")
    return lines


def _table(found: Discovery) -> Table:
    """Lay out the limits of all boxes; a second line is of the cases that were not seen."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(1, 2, 0, 0))
    for name in ("box", "limit", "searched", "coverage, %", "density, %", "quasi-p"):
        table.add_column(name, no_wrap=True)
    table.add_column("mechanisms")
    for number, box in enumerate(found.boxes, start=1):
        fits = (box.seen, box.unseen)
        coverage = "\n".join(f"{100.0 * fit.coverage:.0f}" for fit in fits)
        density = "\n".join(f"{100.0 * fit.density.value:.0f}" for fit in fits)
        for place, limit in enumerate(box.limits):
            own = found.inputs.get(limit.name)
            bounds = [
                f"{word} {bound:.3g}"
                for word, bound in (("above", limit.low), ("below", limit.high))
                if bound is not None
            ]
            first = place == 0
            table.add_row(
                str(number) if first else "",
                faint_below(limit.name, " or ".join(limit.levels) or ", ".join(bounds)),
                "yes\nno",
                coverage if first else "",
                density if first else "",
                "\n".join(f"{chance:.2g}" for chance in limit.quasi_p),
                (" ".join(own.claims) if own else "") or "-",
            )
    return table


def _write(out: Path, found: Discovery, seed: int) -> None:
    from rift_sim.analysis.sensitivity import words
    from rift_sim.analysis.sensitivity.folder import describe_folder
    from rift_sim.drafts import write_whole
    from rift_sim.plots.boxes import boxes_figure
    from rift_sim.plots.style import write_figure

    describe_folder(
        out, _KIND, {"scenario": found.name, "when": found.expression.text, "seed": seed}
    )
    texts = {
        "boxes": words.limits_csv(found),
        "fits": words.fits_csv(found),
        "steps": words.steps_csv(found),
        "cases": words.cases_csv(found),
    }
    files = []
    for name, text in texts.items():
        files.append(out / f"{name}.csv")
        write_whole(files[-1], text)
    if found.boxes:
        files.append(out / "boxes.png")
        write_figure(boxes_figure(found), files[-1])
    for file in files:
        echo(f"{file} written.", err=True)
