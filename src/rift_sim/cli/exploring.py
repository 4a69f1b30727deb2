"""``rift explore``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rift_sim.cli.console import echo
from rift_sim.cli.options import AllowOutside, Settings
from rift_sim.errors import InputError
from rift_sim.explore.serve import HOST

if TYPE_CHECKING:
    from rift_sim.scenario import Scenario

__all__ = ["explore"]

_NEEDED = ("solara", "solara_assets", "altair", "networkx")


def explore(
    scenario: Annotated[
        str, typer.Argument(help="A scenario file, or the name of a shipped scenario.")
    ] = "reference",
    settings: Settings = None,
    allow_outside: AllowOutside = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on this machine; 0 takes a free one.")
    ] = 8765,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Address of this machine to serve the page at.")
    ] = HOST,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")
    ] = True,
) -> None:
    """Watch one replicate go on, month by month, on a page in the browser.

    Sliders set what is assumed of U.S. aid, the forces and the president of 2026; map and
    charts move. Only this machine can open the page, unless --host names another of its
    addresses. Ctrl-C ends it. Needs the extra 'explore'.

    Example: rift explore reference --port 8800
    """
    from rift_sim.analysis.extras import need
    from rift_sim.explore.guard import is_loopback
    from rift_sim.explore.serve import listen, sealed, serve
    from rift_sim.scenario import load_scenario

    chosen = load_scenario(scenario, settings=settings or (), allow_outside=allow_outside)
    if chosen.sweep:
        raise InputError(
            f"'{chosen.name}' is a sweep; the page shows one scenario",
            key="scenario",
            allowed="a scenario without a sweep",
        )
    with listen(port, host) as place, sealed():
        if not is_loopback(host):
            echo(
                f"warning: whoever reaches {host} can open and work the page; it asks for no "
                "password, and nothing is encrypted",
                err=True,
            )
        for module in _NEEDED:
            need(module)
        _try_out(chosen)
        serve(chosen, place, lambda address: _announce(address, browser))
    echo("Ended.", err=True)


def _try_out(scenario: Scenario) -> None:
    """Begin a replicate, so that what is wrong shows now, and kernels are compiled."""
    from rift_sim.ensemble.session import is_uncompiled
    from rift_sim.explore.watched import Watched

    if is_uncompiled():
        echo("First use: compiling the model takes up to a minute.", err=True)
    for warning in Watched(scenario).world.warnings:
        echo(f"warning: {warning}", err=True)


def _announce(address: str, browser: bool) -> None:
    import threading
    import webbrowser

    echo(f"{address}  (Ctrl-C ends it)")
    if browser:
        # A browser of the terminal would hold the page's server up.
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
