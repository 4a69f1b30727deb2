"""The page: Mesa's SolaraViz with three assumptions, a map and charts.

Solara runs this module for each tab. What a scenario says is shown as text nodes only, never as
Markdown or HTML, so that nothing in it can become part of the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import solara
from mesa.visualization import Slider, SolaraViz
from mesa.visualization.utils import update_counter

from rift_sim import __version__
from rift_sim.ensemble.dataset import LIMITS
from rift_sim.explore.controls import Assumptions
from rift_sim.explore.pictures import Charts, Map
from rift_sim.explore.style import CSS, block, text
from rift_sim.explore.watched import Watched
from rift_sim.scenario.headline import Headline, in_words

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.scenario import Scenario

__all__ = ["Layout", "Page", "show"]

_DRAW = (
    "You see one replicate: one draw of parameters, starting map and chance. It is not a "
    "forecast, and a difference between two of them says little. What many draws have in common, "
    "and how far they spread, rift run tells."
)
_PLAY_MILLISECONDS = 100
_shown: dict[str, Scenario] = {}


def show(scenario: Scenario) -> None:
    """Choose the scenario of all pages that are opened from now on."""
    _shown["scenario"] = scenario


@solara.component
def Layout(children: list[Any]) -> Any:
    """Lay the page out; where it is narrow, the controls stay closed until asked for."""
    return solara.AppLayout(children=children, sidebar_open=None)


@solara.component
def Page() -> None:
    """Show a replicate of the scenario, and what can be done with it."""
    base = _shown["scenario"]
    chosen = solara.use_reactive(Headline())
    first = solara.use_memo(lambda: Watched(base), [])
    model = solara.use_reactive(first)
    solara.Title(f"{base.title} - rift explore")
    solara.Style(CSS)
    with solara.Sidebar():
        Assumptions(base, chosen, model.value.assumed)
    SolaraViz(
        model,
        components=[],
        play_interval=_PLAY_MILLISECONDS,
        name="rift explore",
        model_params={
            "base": base,
            "choose": chosen.peek,
            "replicate": Slider("Replicate: another draw", value=0, min=0, max=99, step=1),
        },
    )
    _Content(base, model.value)


@solara.component
def _Content(base: Scenario, model: Watched) -> None:
    """Show where the replicate is; drawn again whenever Mesa says that it has moved."""
    update_counter.get()
    now, before = _now_and_before(model)
    with solara.Div(classes=["rift-page"]):
        block("h1", base.title)
        if base.question:
            block("p", base.question, "rift-question")
        block("p", f"{LIMITS} {_DRAW}", "rift-limits")
        with solara.Div(classes=["rift-main"]):
            with solara.Div():
                block("h2", f"{model.month}, month {model.steps} of {model.scenario.months}")
                if not model.running:
                    block("p", "The scenario ends here. Reset begins again.", "rift-note")
                Map(now, model.month)
            with solara.Div():
                block("h2", "What this run assumes")
                with solara.v.Html(tag="ul", class_="rift-list"):
                    for sentence in in_words(base, model.assumed):
                        block("li", sentence)
                block("h2", "What has happened")
                _Events(model)
        block("h2", "Main series")
        if before is not None:
            block("p", "Blue: this run. Grey: the run before the last reset.", "rift-note")
        Charts(now, before, model.scenario)
        seed = f"replicate {model.replicate}, seed {model.seed_number}"
        block("p", f"rift_sim {__version__}, scenario '{base.name}', {seed}.", "rift-note")


def _now_and_before(model: Watched) -> tuple[xr.Dataset, xr.Dataset | None]:
    """Return the record of this run, and of the one before the last reset.

    Records are kept, never models: a model that was reset is free to go.
    """
    last: Any = solara.use_ref(None)
    before: Any = solara.use_ref(None)
    number = id(model.draw)
    now = model.trajectory()
    if last.current is not None and last.current[0] != number:
        before.current = last.current[1]
    last.current = (number, now)
    return now, before.current


@solara.component
def _Events(model: Watched) -> None:
    """List the events of the run up to this month, the latest first."""
    start, scenario = model.scenario.start, model.scenario
    months = [start.shift(k) for k in range(model.steps)]
    found = [(month, event) for month in months for event in scenario.events_in(month)]
    with solara.v.Html(tag="ul", class_="rift-list rift-events"):
        for month, event in reversed(found):
            kinds = ", ".join(kind.replace("_", " ") for kind, _ in event.actions)
            with solara.v.Html(tag="li"):
                text(f"{month} ", "rift-month")
                text(event.note or kinds)
    if not found:
        block("p", "Nothing yet.", "rift-note")
