"""The commands, put together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from rift_sim import __version__
from rift_sim.cli import (
    calibrating,
    comparing,
    data,
    discovering,
    evidence,
    exploring,
    exporting,
    extending,
    levers,
    pictures,
    queries,
    reporting,
    running,
    sensitivities,
    threshold,
    validation,
    variances,
    verifying,
)
from rift_sim.cli.console import echo

__all__ = ["command"]

HELP = """What happens to territorial control, violence and displacement in Colombia if U.S.
aid ends, if the forces keep losing experience, and depending on who governs.

A scenario file goes in, trajectories on the map of Colombia come out: conditional
projections, not predictions, and not for operational use.

Example: rift run reference
"""
_COMMANDS: dict[str, Callable[..., None]] = {
    "run": running.run,
    "check": queries.check,
    "schema": queries.schema,
    "list": queries.list_scenarios,
    "new": queries.new,
    "seeds": queries.seeds,
    "extensions": extending.extensions,
    "verify": verifying.verify,
    "plot": pictures.plot,
    "map": pictures.draw_map,
    "compare": comparing.compare,
    "explore": exploring.explore,
    "claims": evidence.claims,
    "crises": evidence.crises,
    "explain": evidence.explain,
    "calibrate": calibrating.calibrate,
    "report": reporting.report,
    "discover": discovering.discover,
    "sensitivity": sensitivities.sensitivity,
    "uncertainty": variances.uncertainty,
    "levers": levers.levers,
    "threshold": threshold.threshold,
    "validate": validation.validate,
    "export": exporting.export,
}
_GROUPS: dict[str, tuple[str, dict[str, Callable[..., None]]]] = {
    "data": (data.HELP, {"check": data.check, "targets": data.targets})
}
"""Commands of two words: the first, its help, and what may follow."""


def _print_version(wanted: bool) -> None:
    if wanted:
        echo(f"rift_sim {__version__}")
        raise typer.Exit


def _root(
    context: typer.Context,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        echo(context.get_help())


def _group(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        echo(context.get_help())


def command() -> Any:
    """Build the command; nothing heavy is imported here."""
    app = typer.Typer(
        name="rift",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True, help=HELP)(_root)
    for name, function in _COMMANDS.items():
        app.command(name)(function)
    for name, (text, functions) in _GROUPS.items():
        group = typer.Typer(name=name, rich_markup_mode=None)
        group.callback(invoke_without_command=True, help=text)(_group)
        for second, function in functions.items():
            group.command(second)(function)
        app.add_typer(group)
    return typer.main.get_command(app)
