"""``rift sensitivity``."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rift_sim.cli.console import echo, faint_below
from rift_sim.cli.options import AllowOutside, Settings, Workers
from rift_sim.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from rift_sim.analysis.resample import Estimate
    from rift_sim.analysis.sensitivity.study import Result, Study
    from rift_sim.cli.console import Progress

__all__ = ["resumable", "sensitivity"]

_KIND = "sensitivity"
_ROWS = 12
_TIES = 3


def sensitivity(
    scenario: Annotated[
        str, typer.Argument(help="A scenario file, or the name of a shipped scenario.")
    ],
    variables: Annotated[
        list[str] | None,
        typer.Option(
            "--variable",
            metavar="QUANTITY",
            help="What to look at: control, members[EGC], newly_displaced@2028, "
            "control[Cauca]@2028-12; may be repeated. control if not given.",
        ),
    ] = None,
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter", help="Vary this one; may be repeated. All that are open if not given."
        ),
    ] = None,
    by: Annotated[
        str, typer.Option(help="Vary each 'parameter', or each 'section' of the ledger as one.")
    ] = "parameter",
    method: Annotated[
        str, typer.Option(help="'morris' (screening), 'sobol' (shares of the variance), 'both'.")
    ] = "both",
    trajectories: Annotated[int, typer.Option(help="Trajectories of the screening.")] = 10,
    points: Annotated[int, typer.Option(help="Base samples of the shares, a power of two.")] = 128,
    top: Annotated[
        int, typer.Option(help="How many parameters go from the screening on to the shares.")
    ] = 8,
    replicates: Annotated[
        int, typer.Option("-n", "--replicates", help="Simulations of each point.")
    ] = 2,
    seed: Annotated[int | None, typer.Option(help="Seed of all random numbers.")] = None,
    settings: Settings = None,
    allow_outside: AllowOutside = False,
    workers: Workers = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Folder for tables, figures and finished simulations."),
    ] = None,
) -> None:
    """Say which parameters decide a result: Morris' effects, and Sobol's shares of variance.

    Every parameter is varied over its prior, or over what history left of it where the
    scenario draws from a posterior. Chance is kept apart. With -o the same command goes on
    where an interrupted one stopped. Needs the extra 'sensitivity'.

    Example: rift sensitivity reference --variable control@2028-12 -o studies/control
    """
    from rift_sim.analysis.conditions.quantity import parse_quantity
    from rift_sim.analysis.extras import need
    from rift_sim.analysis.sensitivity.folder import check_folder
    from rift_sim.analysis.sensitivity.study import Effort, check_effort, study
    from rift_sim.cli.console import Progress, make_console
    from rift_sim.ensemble.execution.executor import available_cores
    from rift_sim.ensemble.inputs import resolve_request

    quantities = [parse_quantity(text) for text in variables or ["control"]]
    effort = Effort(trajectories, points, replicates, top)
    check_effort(effort, method, by)
    if out is not None:
        check_folder(out, _KIND)
    need("SALib")
    request = resolve_request(
        scenario,
        replicates=None,
        seed=seed,
        settings=settings or (),
        design=None,
        allow_outside=allow_outside,
    )
    if request.labels is not None:
        raise InputError(
            f"'{request.name}' is a sweep",
            key="scenario",
            allowed="a scenario without a sweep; rift discover takes sweeps",
        )
    with Progress("simulations") as progress, resumable(out, progress):
        found = study(
            request.scenarios[0],
            quantities,
            effort,
            method=method,
            by=by,
            wanted=parameters or (),
            folder=out,
            workers=workers if workers is not None else available_cores(),
            progress=progress,
        )
    console = make_console()
    for line in _preamble(found):
        console.print(line)
    for result in found.results:
        console.print()
        for line in _summary(found, result):
            console.print(line)
        console.print(_table(found, result))
        for line in _remarks(found, result):
            console.print(line)
    if out is not None:
        _write(out, found)


@contextmanager
def resumable(folder: Path | None, progress: Progress) -> Iterator[None]:
    """Say after Ctrl-C where what is done is kept."""
    try:
        yield
    except KeyboardInterrupt:
        if folder is not None:
            progress.say(
                f"Stopped. Finished simulations are kept in {folder}; the same command goes on "
                "from there."
            )
        raise


def _write(out: Path, found: Study) -> None:
    from rift_sim.analysis.sensitivity.folder import describe_folder
    from rift_sim.analysis.sensitivity.tables import factors_csv, ties_csv, variances_csv
    from rift_sim.drafts import write_whole
    from rift_sim.plots.sensitivity import sensitivity_figure
    from rift_sim.plots.style import write_figure

    describe_folder(out, _KIND, {"scenario": found.scenario.name, "seed": found.scenario.seed})
    texts = {"factors": factors_csv(found), "variances": variances_csv(found)}
    if found.inputs.tabled:
        texts["correlations"] = ties_csv(found)
    files = []
    for name, text in texts.items():
        files.append(out / f"{name}.csv")
        write_whole(files[-1], text)
    for result in found.results:
        name = "".join(c if c.isalnum() or c in "_-" else "-" for c in str(result.quantity))
        files.append(out / f"{name.strip('-')}.png")
        write_figure(sensitivity_figure(found, result), files[-1])
    for file in files:
        echo(f"{file} written.", err=True)


def _preamble(found: Study) -> Iterator[str]:
    """Say what was varied, and over what."""
    count, table = len(found.inputs.names), found.inputs.table
    parts = [
        f"{number:,} simulations for {what}"
        for number, what in ((found.screening, "effects"), (found.shares, "shares"))
        if number
    ]
    yield f"{found.scenario.name}: {count} parameters varied, {', '.join(parts)}."
    tabled = len(found.inputs.tabled)
    if table is None or not tabled:
        yield "Parameters over their priors."
        return
    ties = [f"{t.first} and {t.second} {t.correlation:+.2f}" for t in found.inputs.ties()[:_TIES]]
    rest = f", {count - tabled} others over their priors" if count > tabled else ""
    tied = f" Largest rank correlations there: {'; '.join(ties)}." if ties else ""
    yield (
        f"{tabled} parameters over what {table.describe()} left of each{rest}. They are varied one "
        f"by one: how they hang together in the table is left out.{tied}"
    )


def _summary(found: Study, result: Result) -> Iterator[str]:
    from rift_sim.plots.sensitivity import quantity_scale
    from rift_sim.vocabulary import SERIES

    yield f"{result.quantity}: {SERIES[result.quantity.series].long_name}"
    if result.indices is None:
        return
    scale, indices = quantity_scale(result), result.indices
    line = (
        f"Mean {_number(scale.factor * indices.mean)}, standard deviation "
        f"{_number(scale.factor * indices.deviation)} ({scale.label}). Chance and the starting "
        f"map make {_percent(indices.chance)} % of the variance; shares are of the rest."
    )
    if math.isnan(indices.shares[0].total.value):
        yield f"{line} Nothing is left for shares: more --points or replicates (-n) may show some."
        return
    varied = {name for s in indices.shares for name in found.members[s.factor]}
    if len(varied) < len(found.inputs.names):
        line += f" Parameters not among them make {_percent(indices.others)} % of it."
    yield line


def _table(found: Study, result: Result) -> Table:
    """Lay out the factors with the largest effects, or shares where there are no effects."""
    from rich.table import Table

    from rift_sim.analysis.sensitivity.morris import effect_sign
    from rift_sim.plots.sensitivity import quantity_scale

    scale = quantity_scale(result)
    shares = {share.factor: share for share in result.indices.shares} if result.indices else {}
    effects = {effect.factor: effect for effect in result.effects}
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True)
    table.add_column("mechanisms")
    if effects:
        table.add_column(f"effect of a step,\n{scale.label}", justify="right")
    if shares:
        table.add_column("alone, %", justify="right", no_wrap=True)
        table.add_column("in all, %", justify="right", no_wrap=True)
    table.add_column("history")
    sections = {parameter.name: parameter.section for parameter in found.inputs.parameters}
    for factor in list(effects or shares)[:_ROWS]:
        members = found.members[factor]
        about = sections[members[0]] if factor in sections else f"{len(members)} parameters"
        cells: list[str | Text] = [
            faint_below(str(factor), about),
            " ".join(found.claims(factor)) or "-",
        ]
        if effects:
            effect = effects[factor]
            sign = effect_sign(effect)
            size = [scale.factor * number for number in effect.size]
            band = f"{_number(size[1])}–{_number(size[2])}"
            cells.append(faint_below(f"{sign}{_number(size[0])}", band))
        if shares:
            share = shares.get(factor)
            for part in (share.first, share.total) if share else (None, None):
                cells.append("" if part is None else _percent(part, line="\n"))
        table.add_row(*cells, found.said(factor))
    return table


def _remarks(found: Study, result: Result) -> Iterator[str]:
    """Say what did nothing, and of which drivers history says nothing."""
    hidden = [effect.factor for effect in result.effects if effect.hidden]
    inert = [effect.factor for effect in result.effects if effect.inert]
    if inert:
        yield f"{len(inert)} of {len(result.effects)} changed nothing in any simulation."
    if hidden:
        yield f"{len(hidden)} did no more than reshuffle chance would."
    unsaid = drivers_unsaid(found, result)
    if unsaid:
        yield (
            "Of these history says nothing (posterior = prior, or not fitted), so that what they "
            f"decide is assumption: {', '.join(unsaid)}."
        )


def drivers_unsaid(found: Study, result: Result) -> list[str]:
    """Return the factors that decide most and of which history says nothing."""
    from rift_sim.analysis.sensitivity.history import INFORMED

    if result.indices is not None:
        main = [share.factor for share in result.indices.shares if share.total.low > 0.01]
    else:
        main = [effect.factor for effect in result.effects[:_ROWS] if not effect.hidden]
    return [factor for factor in main if INFORMED not in found.said(factor)]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _percent(share: Estimate, line: str = " ") -> str:
    if math.isnan(share.value):
        return "-"
    value, low, high = (round(100.0 * number) for number in share)
    return f"{value}{line}({low}–{high})"
