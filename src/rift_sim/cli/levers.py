"""``rift levers``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rift_sim.cli.console import echo
from rift_sim.cli.options import AllowOutside, Force, Settings, Workers
from rift_sim.drafts import write_whole
from rift_sim.outputs import check_figure, check_output

if TYPE_CHECKING:
    from rich.console import Console

    from rift_sim.analysis.levers.effects import Levers

__all__ = ["PRIORS", "check_files", "levers"]

PRIORS = (
    "Numbers marked 'priors alone' follow from the judgement that went into the priors; no record "
    "has had a say in how strong these levers are."
)


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
    settings: Settings = None,
    allow_outside: AllowOutside = False,
    workers: Workers = None,
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
    force: Force = False,
) -> None:
    """Say which lever matters: what a step of each does, and what that rests on.

    A step of aid is 100 million dollars a year more in one line; steps of other levers are
    stated. Replicates are paired draw by draw. Where history has said nothing about what drives
    a lever, that is said instead of a number, unless --from-priors is given.

    Example: rift levers reference --variable control --variable members@2028-12 --from-priors
    """
    from rift_sim.analysis.conditions.quantity import parse_quantity
    from rift_sim.analysis.levers.effects import (
        default_outcomes,
        effects_csv,
        pull_levers,
        regret_csv,
    )
    from rift_sim.analysis.levers.listing import choose_levers
    from rift_sim.analysis.levers.pull import load_single
    from rift_sim.cli.console import Progress, make_console
    from rift_sim.ensemble.execution.executor import available_cores

    regrets = None if out is None else out.parent / f"{out.stem}-regret{out.suffix or '.csv'}"
    check_files(out, figure, regrets, force=force)
    chosen = choose_levers(names or ())
    base = load_single(scenario, settings or (), allow_outside=allow_outside)
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
            write_whole(file, text)
            echo(f"{file} written.", err=True)
    if figure is not None and not any(effect.pairs for effect in found.effects):
        echo(f"{figure} not drawn: there is no number to show.", err=True)
    elif figure is not None:
        from rift_sim.plots.levers import levers_figure
        from rift_sim.plots.style import write_figure

        write_figure(levers_figure(found), figure)
        echo(f"{figure} written.", err=True)


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
    for file in (out, beside):
        if file is not None:
            check_output(file, force=force)
    if figure is not None:
        check_figure(figure, force=force, key="--figure")


def _show(found: Levers, console: Console) -> None:
    from rift_sim.cli.lever_tables import effects_table, regrets_table, silent_table

    console.print(
        f"{found.scenario.name}: levers pulled in {found.since}; parameters from "
        f"{found.knowledge.table}."
    )
    counted = [effect for effect in found.effects if effect.pairs]
    for outcome in dict.fromkeys(effect.outcome for effect in counted):
        rows = [effect for effect in counted if effect.outcome == outcome]
        console.print(effects_table(rows, found))
    for outcome in found.regrets:
        console.print(regrets_table(outcome, found))
    if any(effect.rests == "priors" for effect in counted):
        console.print(PRIORS)
    silent = [effect for effect in found.effects if effect.rests == "priors" and not effect.pairs]
    if silent:
        console.print(silent_table(silent, found))
    for text in (*_no_way(found), *_notes(found)):
        console.print(text)


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
