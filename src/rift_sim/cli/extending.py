"""The command that shows extensions: what is installed, and what each one adds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from rift_sim.errors import InputError

if TYPE_CHECKING:
    from rift_sim.extension import Extension

__all__ = ["extensions"]


def extensions(
    name: Annotated[
        str | None, typer.Argument(help="Show all that this one adds.", show_default=False)
    ] = None,
) -> None:
    """List the extensions that are installed, and what a scenario can use of them.

    Example: rift extensions
    """
    from rich.table import Table

    from rift_sim.cli.console import echo, make_console
    from rift_sim.extension.registry import installed, use

    table = Table(box=None, pad_edge=False)
    if name is not None:
        (found,) = use([name])
        table.add_column("part", no_wrap=True)
        table.add_column("name", no_wrap=True, style="bold")
        table.add_column("meaning")
        for row in _rows(found):
            table.add_row(*row)
        echo(f"{found.name} {found.version} ({found.module}): {found.summary}")
        make_console().print(table)
        return
    there = installed()
    if not there:
        echo("No extension is installed. docs/extending.md says how to write one.")
        return
    for column in ("name", "version", "summary", "from"):
        table.add_column(column, style="bold" if column == "name" else None)
    for one in there:
        try:
            (found,) = use([one.name])
            table.add_row(one.name, found.version, found.summary, one.origin)
        except InputError as error:
            # One that is broken must not hide the others.
            table.add_row(one.name, "-", f"cannot be used: {error}", one.origin)
    make_console().print(table)


def _rows(extension: Extension) -> Iterator[tuple[str, str, str]]:
    from rift_sim.extension.ledger import parameters_of

    for part, names in (("partner", extension.partners), ("strategy", extension.strategies)):
        for name, made in names.items():
            yield part, name, _first_line(made)
    for name, mechanism in extension.mechanisms.items():
        yield "mechanism", name, mechanism.meaning
    for kind, event in extension.events.items():
        yield "event", kind, _first_line(event.content)
    for name, series in extension.series.items():
        yield "series", name, f"{series.long_name} ({series.units})"
    for name, parameter in parameters_of(extension).parameters.items():
        yield "parameter", name, parameter.meaning


def _first_line(thing: object) -> str:
    return (getattr(thing, "__doc__", None) or "").strip().partition("\n")[0]
