"""``rift threshold``."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rift_sim.cli.console import echo
from rift_sim.cli.options import AllowOutside, Force, Settings, Workers
from rift_sim.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from rift_sim.analysis.levers.threshold import Goal, Threshold

__all__ = ["threshold"]


def threshold(
    scenario: Annotated[
        str, typer.Argument(help="A scenario file, or the name of a shipped scenario.")
    ],
    variable: Annotated[str, typer.Option(help="What has to be reached, such as control@2028-12.")],
    name: Annotated[str, typer.Option("--lever", help="What is changed, such as aid.security.")],
    below: Annotated[float | None, typer.Option(help="It has to lie below this.")] = None,
    above: Annotated[float | None, typer.Option(help="It has to lie above this.")] = None,
    share: Annotated[
        float, typer.Option("--with", help="In at least this share of the replicates.")
    ] = 0.9,
    low: Annotated[float | None, typer.Option("--from", help="Smallest value tried.")] = None,
    high: Annotated[float | None, typer.Option("--to", help="Largest value tried.")] = None,
    tolerance: Annotated[
        float | None, typer.Option(help="How narrow the threshold gets; a hundredth of the range.")
    ] = None,
    grid: Annotated[int, typer.Option(min=3, help="Values tried first.")] = 5,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="YYYY-MM",
            help="Month of the change; after the last event that would undo it if not given.",
        ),
    ] = None,
    replicates: Annotated[
        int, typer.Option("-n", "--replicates", min=10, help="Replicates, the same for each value.")
    ] = 100,
    from_priors: Annotated[
        bool, typer.Option("--from-priors", help="Give a number, too, that rests on priors alone.")
    ] = False,
    settings: Settings = None,
    allow_outside: AllowOutside = False,
    workers: Workers = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Also write every value that was tried into this CSV."),
    ] = None,
    figure: Annotated[
        Path | None,
        typer.Option(
            help="Also draw share and outcome by value into this file: .png, .svg or .pdf."
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Find the smallest value of a lever that does it.

    Tries a grid of values first, with the same replicates at each, and halves the interval in
    which the share of replicates passes the goal. Where history has said nothing about what
    drives the lever, that is said instead of a number, unless --from-priors is given.

    Example: rift threshold reference --variable control --below 0.35 --with 0.9 --lever pressure
    """
    from rift_sim.analysis.levers.pull import load_single
    from rift_sim.analysis.levers.threshold import choose_dial, find_threshold, threshold_csv
    from rift_sim.cli.console import Progress, make_console
    from rift_sim.cli.levers import check_files
    from rift_sim.drafts import write_whole
    from rift_sim.ensemble.execution.executor import available_cores

    check_files(out, figure, force=force)
    goal, lever = _goal(variable, below, above, share), choose_dial(name)
    base = load_single(scenario, settings or (), allow_outside=allow_outside)
    with Progress() as progress:
        found = find_threshold(
            base,
            lever,
            goal,
            low=low,
            high=high,
            tolerance=tolerance,
            grid=grid,
            replicates=replicates,
            since=since,
            from_priors=from_priors,
            workers=workers if workers is not None else available_cores(),
            progress=progress,
        )
    _show(found, make_console())
    if out is not None:
        write_whole(out, threshold_csv(found))
        echo(f"{out} written.", err=True)
    if figure is not None and found.search is None:
        echo(f"{figure} not drawn: there is no number to show.", err=True)
    elif figure is not None:
        from rift_sim.plots.style import write_figure
        from rift_sim.plots.threshold import threshold_figure

        write_figure(threshold_figure(found), figure)
        echo(f"{figure} written.", err=True)


def _goal(variable: str, below: float | None, above: float | None, share: float) -> Goal:
    from rift_sim.analysis.conditions.bounds import beyond_share
    from rift_sim.analysis.conditions.quantity import parse_quantity
    from rift_sim.analysis.levers.threshold import Goal

    if (below is None) == (above is None):
        found = "neither --below nor --above" if below is None else "both --below and --above"
        raise InputError(f"{found} given", allowed="one of them")
    value = below if below is not None else above
    assert value is not None
    key = "--below" if below is not None else "--above"
    if not math.isfinite(value):
        raise InputError(f"{value} is no value to reach", key=key, allowed="a finite number")
    outcome = parse_quantity(variable)
    allowed = beyond_share(outcome, value)
    if allowed is not None:
        raise InputError(
            f"{outcome} is a share and cannot be {value:g}", key=key, allowed=allowed
        )  # fmt: skip
    return Goal(outcome, below is not None, value, share)


def _show(found: Threshold, console: Console) -> None:
    from rift_sim.cli.levers import PRIORS

    console.print(
        f"{found.scenario.name}, {found.lever.name} set in {found.since} ({found.lever.meaning}); "
        f"parameters from {found.knowledge.table}."
    )
    console.print(say(found))
    if found.search is not None:
        console.print(ground(found))
        console.print(_table(found))
        if found.footing.kind == "priors":
            console.print(PRIORS)
    for note in found.notes:
        console.print(f"Note: {note}.")


def say(found: Threshold) -> str:
    """Say what came out, in a sentence or two."""
    from rift_sim.analysis.levers.threshold import FEW, threshold_figures

    goal, name, search = found.goal, found.lever.name, found.search
    if search is None:
        return _no_number(found)
    wanted = f"{goal} in at least {100 * goal.share:g} % of replicates"
    if search.threshold is not None:
        about, low, high = threshold_figures(found)
        ends = f"95 % interval {low} to {high}"
        few = f" Rough: {found.replicates} replicates." if found.replicates < FEW else ""
        if search.rising:
            return f"{wanted}: {name} of about {about} or more does it ({ends}).{few}"
        return f"{wanted}: every {name} up to about {about} does it ({ends}); more undoes it.{few}"
    reach = f"between {found.low:g} and {found.high:g}"
    most = 100 * float(search.shares.max())
    verdicts = {
        "none": f"no value {reach} does it; the most is {most:.0f} %.",
        "all": f"every value {reach} does it.",
        "not one way": f"the share of replicates does not go one way with {name}, so there is no "
        "single threshold; see the values below.",
    }
    return f"{wanted}: {verdicts[search.outcome]}"


def _no_number(found: Threshold) -> str:
    from rift_sim.cli.lever_tables import cut

    name, outcome = found.lever.name, found.goal.outcome
    if found.footing.kind == "nothing":
        return f"No number: no mechanism of the model leads from {name} to {outcome}."
    return (
        f"No number: history has not moved anything that {name} acts through away from its prior "
        f"({cut(found.footing.open)}). --from-priors gives what follows from the priors."
    )


def ground(found: Threshold) -> str:
    """Say what the lever rests on, and name the parameters."""
    from rift_sim.cli.lever_tables import RESTS, cut

    known = found.footing
    informed = f": {cut(known.informed)}" if known.informed else ""
    priors = f"; on priors: {cut(known.open)}" if known.informed and known.open else ""
    return f"What {found.lever.name} acts through rests on {RESTS[known.kind]}{informed}{priors}."


def _table(found: Threshold) -> Table:
    """Lay out every value that was tried."""
    import numpy as np
    from rich.table import Table

    from rift_sim.cli.lever_tables import decimals, number

    assert found.search is not None
    table = Table(box=None)
    for heading in (
        found.lever.name,
        "share that holds",
        f"{found.goal.outcome}: median (10-90 %)",
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    spread = np.quantile(found.outcomes, [0.1, 0.5, 0.9], axis=1).T
    places = decimals(spread.ravel().tolist())
    rows = zip(found.search.values, found.search.shares, spread, strict=True)
    for value, share, outcome in rows:
        low, middle, high = (number(x, places, sign="") for x in outcome.tolist())
        table.add_row(f"{value:.4g}", f"{100 * share:.0f} %", f"{middle} ({low} to {high})")
    return table
