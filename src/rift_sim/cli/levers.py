"""``rift levers``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rift_sim.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from rift_sim.analysis.lever_effects import Effect, Levers

__all__ = ["PRIORS", "RESTS", "check_files", "cut", "decimals", "levers", "number"]

RESTS = {
    "history": "history",
    "part": "history in part",
    "priors": "priors alone",
    "nothing": "no mechanism",
}
"""What a lever rests on, in words."""
PRIORS = (
    "Numbers marked 'priors alone' follow from the judgement that went into the priors; no record "
    "has had a say in how strong these levers are."
)
_NAMED = 5
_FORMATS = (".png", ".svg", ".pdf")


def levers(
    scenario: Annotated[
        str, typer.Argument(help="A scenario file, or the name of a shipped scenario.")
    ],
    variables: Annotated[
        list[str] | None,
        typer.Option(
            "--variable",
            help="What is read, such as control@2028-12; may be repeated. Main series by default.",
        ),
    ] = None,
    names: Annotated[
        list[str] | None,
        typer.Option("--lever", help="A lever; may be repeated. All of them if not given."),
    ] = None,
    million: Annotated[
        float, typer.Option(help="Millions of dollars a year in a step of aid.")
    ] = 100.0,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="YYYY-MM",
            help="Month of the step; after the last event that would undo it if not given.",
        ),
    ] = None,
    replicates: Annotated[
        int, typer.Option("-n", "--replicates", min=2, help="Pairs of replicates.")
    ] = 100,
    from_priors: Annotated[
        bool, typer.Option("--from-priors", help="Give numbers, too, that rest on priors alone.")
    ] = False,
    better: Annotated[
        str | None, typer.Option(help="lower or higher: which outcome is better, for regret.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change one value; may be repeated."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("-j", "--workers", min=1, help="Processes; one for each core if not given."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--out",
            help="Also write all effects into this CSV, and regrets into one beside it.",
        ),
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(help="Also draw the effects into this file: .png, .svg or .pdf.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
) -> None:
    """Say which lever matters: what a step of each does, and what that rests on.

    A step of aid is 100 million dollars a year more in one line; steps of other levers are
    stated. Replicates are paired draw by draw. Where history has said nothing about what drives
    a lever, that is said instead of a number, unless --from-priors is given.

    Example: rift levers reference --variable control --variable members@2028-12 --from-priors
    """
    from rift_sim.analysis.lever_effects import (
        default_outcomes,
        effects_csv,
        pull_levers,
        regret_csv,
    )
    from rift_sim.analysis.lever_list import choose_levers
    from rift_sim.analysis.pull import load_single
    from rift_sim.analysis.quantity import parse_quantity
    from rift_sim.cli.console import Progress, make_console
    from rift_sim.ensemble.executor import available_cores

    regrets = None if out is None else out.parent / f"{out.stem}-regret{out.suffix or '.csv'}"
    check_files(out, figure, regrets, force=force)
    chosen, base = choose_levers(names or ()), load_single(scenario, settings or ())
    outcomes = [parse_quantity(name) for name in dict.fromkeys(variables or ())]
    with Progress() as progress:
        found = pull_levers(
            base,
            chosen,
            outcomes or default_outcomes(base),
            replicates=replicates,
            since=since,
            million=million,
            from_priors=from_priors,
            better=better,
            workers=workers if workers is not None else available_cores(),
            progress=progress,
        )
    _show(found, make_console())
    if out is not None and regrets is not None:
        texts = {out: effects_csv(found)} | ({regrets: regret_csv(found)} if found.regrets else {})
        for file, text in texts.items():
            file.write_text(text, encoding="utf-8")
            typer.echo(f"{file} written.", err=True)
    if figure is not None and not any(effect.pairs for effect in found.effects):
        typer.echo(f"{figure} not drawn: there is no number to show.", err=True)
    elif figure is not None:
        from rift_sim.plots.levers import levers_figure
        from rift_sim.plots.style import write_figure

        write_figure(levers_figure(found), figure)
        typer.echo(f"{figure} written.", err=True)


def check_files(
    out: Path | None, figure: Path | None, beside: Path | None = None, *, force: bool
) -> None:
    """Refuse outputs that cannot or must not be written, before any work is done.

    Parameters
    ----------
    out, figure
        Table and figure.
    beside
        Another table that goes with the first.
    force
        Whether files that are there may be replaced.

    Raises
    ------
    InputError
        When the folder around one is missing, a file is there that is to stay, or the ending
        of the figure is not known.
    """
    for key, file in (("--out", out), ("--out", beside), ("--figure", figure)):
        if file is None:
            continue
        if not file.parent.is_dir():
            raise InputError(f"there is no folder '{file.parent}'", key=key)
        if file.is_dir():
            raise InputError("is a folder", file=file, key=key, allowed="a file")
        if file.exists() and not force:
            raise InputError(
                "the file exists already",
                file=file,
                key=key,
                allowed="another name, or --force to replace it",
            )
    if figure is not None and figure.suffix.lower() not in _FORMATS:
        raise InputError(
            f"'{figure.suffix}' is no format for figures",
            file=figure,
            key="--figure",
            allowed=".png, .svg or .pdf",
        )


def cut(names: Sequence[str], most: int = _NAMED) -> str:
    """Write names down, the first few of many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _show(found: Levers, console: Console) -> None:
    console.print(
        f"{found.scenario.name}: levers pulled in {found.since}; parameters from "
        f"{found.knowledge.table}.",
        markup=False,
    )
    counted = [effect for effect in found.effects if effect.pairs]
    for outcome in dict.fromkeys(effect.outcome for effect in counted):
        rows = [effect for effect in counted if effect.outcome == outcome]
        console.print(_effects(rows, found))
    for outcome in found.regrets:
        console.print(_regrets(outcome, found))
    if any(effect.rests == "priors" for effect in counted):
        console.print(PRIORS, markup=False)
    silent = [effect for effect in found.effects if effect.rests == "priors" and not effect.pairs]
    if silent:
        console.print(_silent(silent, found))
    for text in (*_no_way(found), *_notes(found)):
        console.print(text, markup=False)


def _no_way(found: Levers) -> list[str]:
    """Say which levers lead nowhere, outcome by outcome."""
    ways: dict[str, list[str]] = {}
    for effect in found.effects:
        if effect.rests == "nothing":
            ways.setdefault(effect.outcome, []).append(effect.lever)
    together: dict[tuple[str, ...], list[str]] = {}
    for outcome, levers in ways.items():
        together.setdefault(tuple(levers), []).append(outcome)
    return [
        f"No mechanism of the model leads to {' or '.join(outcomes)} from {', '.join(levers)}."
        for levers, outcomes in together.items()
    ]


def _notes(found: Levers) -> list[str]:
    notes = [note for pull in found.pulls for note in pull.notes]
    if any(pull.lever.lines for pull in found.pulls):
        held = "aid: with the step and without it, all lines are held at what has been decreed"
        notes.insert(0, f"{held} by {found.since}")
    return [f"Note: {note}." for note in notes]


def _effects(rows: Sequence[Effect], found: Levers) -> Table:
    """Lay out what each lever does to one outcome, the largest effect first."""
    from rich.table import Table

    from rift_sim.plots.levers import scale_of_effects, unit

    scale = scale_of_effects(rows)
    title = f"{_heading(rows[0].outcome, found)}, {unit(scale)}"
    table = Table(title=title, title_justify="left", box=None)
    table.add_column("lever", no_wrap=True)
    table.add_column("step")
    for heading in ("difference [95 %]", "same\nsign"):
        table.add_column(heading, justify="right", no_wrap=True)
    written = []
    for row in rows:
        informed = found.footings[row.lever, row.outcome].informed
        written.append(RESTS[row.rests] + (f": {cut(informed, 1)}" if informed else ""))
    table.add_column("rests on", min_width=_longest(written))
    ends = [scale.factor * x for row in rows for x in (row.mean, row.low, row.high)]
    places = decimals(ends)
    for row, rests in sorted(zip(rows, written, strict=True), key=lambda pair: -abs(pair[0].mean)):
        mean, low, high = (number(scale.factor * x, places) for x in (row.mean, row.low, row.high))
        share = f"{100 * row.share:.0f} %" if row.mean else "-"
        table.add_row(row.lever, row.step, f"{mean} [{low}, {high}]", share, rests)
    return table


def _heading(outcome: str, found: Levers) -> str:
    """Write an outcome with the time it is read at."""
    from rift_sim.analysis.quantity import parse_quantity
    from rift_sim.plots.levers import period

    return f"{outcome.partition('@')[0]}, {period(parse_quantity(outcome), found.scenario)}"


def _longest(texts: Sequence[str]) -> int:
    """Return how wide a column is in which no word is broken."""
    return max((len(word) for text in texts for word in text.split()), default=0)


def _regrets(outcome: str, found: Levers) -> Table:
    """Lay out what each option of the same cost leaves on the table."""
    from rich.table import Table

    from rift_sim.plots.levers import scale_of_effects, unit

    scale = scale_of_effects([e for e in found.effects if e.outcome == outcome])
    heading = f"{_heading(outcome, found)}, {unit(scale)}"
    title = f"Regret of {found.million:g} million USD a year: {heading}"
    table = Table(title=title, title_justify="left", box=None)
    table.add_column("spent on")
    for heading in ("mean [95 %]", "90th percentile", "best in", "rests on"):
        table.add_column(heading, justify="right", no_wrap=True)
    every = [scale.factor * x for row in found.regrets[outcome] for x in (*row.mean, row.p90)]
    places = decimals(every)
    for row in found.regrets[outcome]:
        mean, low, high, p90 = (
            number(scale.factor * x, places, sign="") for x in (*row.mean, row.p90)
        )
        rests = RESTS[found.footings[row.option, outcome].kind]
        table.add_row(row.option, f"{mean} [{low}, {high}]", p90, f"{100 * row.best:.0f} %", rests)
    return table


def _silent(effects: Sequence[Effect], found: Levers) -> Table:
    """Lay out where no number is given, and why."""
    from rich.table import Table

    title = (
        "No number: history has not moved anything that these act through away from its prior; "
        "--from-priors gives what follows from the priors"
    )
    table = Table(title=title, title_justify="left", box=None)
    table.add_column("lever", no_wrap=True)
    table.add_column("on")
    through = [cut(known.open) for known in found.footings.values()]
    table.add_column("acts through", min_width=_longest(through))
    every = len({effect.outcome for effect in found.effects})
    rows: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for effect in effects:
        open_ones = found.footings[effect.lever, effect.outcome].open
        rows.setdefault((effect.lever, open_ones), []).append(effect.outcome)
    for (lever, open_ones), outcomes in rows.items():
        on = "all that was read" if len(outcomes) == every > 1 else ", ".join(outcomes)
        table.add_row(lever, on, cut(open_ones))
    return table


def decimals(values: Iterable[float]) -> int:
    """Return the decimals with which the largest of some numbers has three figures."""
    largest = max(map(abs, values), default=0.0)
    return min(max(2 - math.floor(math.log10(largest)), 0), 4) if largest > 0.0 else 0


def number(value: float, places: int, *, sign: str = "+") -> str:
    """Write a number with so many decimals; what rounds to nothing has no sign."""
    rounded = round(value, places)
    return f"{rounded:{sign},.{places}f}" if rounded else f"{0.0:.{places}f}"
