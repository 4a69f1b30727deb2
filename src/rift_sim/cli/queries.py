"""Commands that look and compute nothing: check, schema, list, new, seeds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rift_sim.cli.console import echo
from rift_sim.cli.options import AllowOutside, Settings
from rift_sim.errors import InputError

if TYPE_CHECKING:
    from rift_sim.scenario import Scenario
    from rift_sim.seeds import Ledger

__all__ = ["check", "list_scenarios", "new", "schema", "seeds"]

LEDGER_KINDS = ("facts", "effects", "events", "claims", "parameters", "sources", "groups")


def check(
    scenario: Annotated[
        str, typer.Argument(help="A scenario file, or the name of a shipped scenario.")
    ],
    settings: Settings = None,
    allow_outside: AllowOutside = False,
    design: Annotated[
        Path | None, typer.Option(help="CSV with one column for each axis of the sweep.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse what otherwise gives a warning.")
    ] = False,
) -> None:
    """Check a scenario file and all it names, without running it.

    Example: rift check scenarios/reference.yaml
    """
    from rift_sim.ensemble.inputs import resolve_request

    given = [*(settings or ()), *(["territory.strict=true"] if strict else ())]
    request = resolve_request(
        scenario,
        replicates=None,
        seed=None,
        settings=given,
        design=design,
        allow_outside=allow_outside,
    )
    for warning in _check_files(request.scenarios[0]):
        echo(f"warning: {warning}", err=True)
    for note in dict.fromkeys(n for scenario in request.scenarios for n in _idle(scenario)):
        echo(f"note: {note}", err=True)
    first = request.scenarios[0]
    drawn = ", ".join(_tables(request.scenarios))
    points = f"{len(request.scenarios)} scenarios, " if request.labels else ""
    echo(
        f"{scenario}: valid. {request.title}: {points}{first.start} to {first.end}, "
        f"{request.replicates:,} replicates, events in the run: {len(first.timeline)}, "
        f"parameters from {drawn}."
    )


def schema(
    extension: Annotated[
        list[str] | None, typer.Option(help="Also what this extension adds; may be repeated.")
    ] = None,
) -> None:
    """Print the JSON Schema of scenario files, for editors.

    Example: rift schema > scenario.schema.json
    """
    import json

    from rift_sim.scenario import json_schema

    echo(json.dumps(json_schema(extension or ()), indent=2, ensure_ascii=False))


def list_scenarios() -> None:
    """List the shipped scenarios with the question each one asks.

    Example: rift list
    """
    from rich.table import Table

    from rift_sim.cli.console import make_console
    from rift_sim.scenario import shipped_scenarios

    table = Table(box=None, pad_edge=False)
    table.add_column("name", no_wrap=True, style="bold")
    table.add_column("question")
    for summary in shipped_scenarios():
        table.add_row(summary.name, summary.question or summary.title)
    make_console().print(table)


def new(
    name: Annotated[str, typer.Argument(help="Name of the new scenario; NAME.yaml is written.")],
    extends: Annotated[
        str, typer.Option(help="The scenario it starts from, by name or file.")
    ] = "reference",
) -> None:
    """Write a commented start for a scenario of your own.

    Example: rift new my-question --extends reference
    """
    from rift_sim.drafts import write_whole
    from rift_sim.outputs import check_output
    from rift_sim.scenario import new_scenario_text

    file = Path(name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
    text = new_scenario_text(file.stem, extends)
    check_output(file, force=True, key="NAME")
    if file.exists():
        raise InputError("the file exists already", file=file, allowed="another name")
    write_whole(file, text)
    echo(f"{file} written. Next: rift check {file}")


def seeds(
    kind: Annotated[str | None, typer.Argument(help=f"One of: {', '.join(LEDGER_KINDS)}.")] = None,
    entry_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Show this one entry in full.")
    ] = None,
) -> None:
    """Print the ledger: every figure and parameter with its source.

    Example: rift seeds parameters
    """
    from rift_sim.cli.console import make_console
    from rift_sim.seeds import load_ledger
    from rift_sim.seeds.entry import entry
    from rift_sim.seeds.tables import KINDS

    console = make_console()
    if kind is not None and kind not in LEDGER_KINDS:
        raise InputError(f"there is no ledger of '{kind}'", allowed=LEDGER_KINDS, given=kind)
    ledger = load_ledger()
    if entry_id is not None and kind in LEDGER_KINDS and entry_id not in getattr(ledger, kind):
        ledger = _with_installed(ledger, kind, entry_id)
    if kind is None:
        for name in LEDGER_KINDS:
            console.print(f"{len(getattr(ledger, name)):5}  rift seeds {name}")
        return
    if entry_id is not None:
        console.print(entry(ledger, kind, entry_id))
        return
    console.print(KINDS[kind](ledger))


def _with_installed(ledger: Ledger, kind: str, key: str) -> Ledger:
    """Return the ledger of the installed extension that has an entry, if one does."""
    from rift_sim.extension.registry import installed, ledger_with

    for one in installed():
        try:
            extended = ledger_with((one.name,))
        except InputError:
            continue  # `rift extensions` says what is wrong with it.
        if key in getattr(extended, kind):
            return extended
    return ledger


def _idle(scenario: Scenario) -> Iterator[str]:
    """Say which mechanisms are on and cannot do anything."""
    from rift_sim.scenario import idle

    for claim, missing in idle(scenario.mechanisms).items():
        off = " and ".join(missing)
        yield f"{claim} is on by default and has nothing to work with (off: {off})"


def _tables(scenarios: Iterable[Scenario]) -> Iterator[str]:
    """Name what parameters are drawn from; tables are read."""
    from rift_sim.seeds import load_ledger
    from rift_sim.seeds.posterior import PRIOR, load_posterior

    for source in dict.fromkeys(scenario.parameters for scenario in scenarios):
        table = load_posterior(source, load_ledger())
        yield PRIOR if table is None else table.describe()


def _check_files(scenario: Scenario) -> tuple[str, ...]:
    """Read the files a scenario names; return what had to be assumed."""
    from rift_sim.scenario import named_files

    if not any(key != "parameters" for key in named_files(scenario)):
        return ()
    # Imported late: without files of its own a scenario is checked without numpy.
    from rift_sim.initial.given import read_maps
    from rift_sim.seeds import load_ledger
    from rift_sim.territory import load_territory

    own, initial = scenario.territory, scenario.initial
    territory = load_territory(
        own.municipalities, own.neighbours, own.departments, strict=own.strict
    )
    maps = read_maps(initial, load_ledger(), territory, scenario.start, strict=own.strict)
    return (*territory.warnings, *maps.warnings)
