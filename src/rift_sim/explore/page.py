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
from rift_sim.ensemble.storage.dataset import LIMITS
from rift_sim.explore.controls import Assumptions
from rift_sim.explore.pictures import Charts, Map
from rift_sim.explore.style import CSS, block, text
from rift_sim.explore.watched import Moment, Watched
from rift_sim.scenario.headline import Headline, in_words

if TYPE_CHECKING:
    from rift_sim.scenario import Scenario

__all__ = ["Layout", "Page", "show"]

_DRAW = (
    "You see one replicate: one draw of parameters, starting map and chance. It is not a "
    "forecast, and a difference between two of them says little. What many draws have in common, "
    "and how far they spread, is what rift run tells."
)
_NARROW = "Step, play, reset and the assumptions are behind the three bars at the top."
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
    update_counter.get()
    now = model.value.moment()
    # What goes to the bar at the top and to the side leaves nothing here but gaps.
    with solara.Div(style={"display": "none"}):
        solara.Title(f"{base.title} - rift explore")
        solara.Style(CSS)
        with solara.Sidebar():
            Assumptions(base, chosen, now.assumed)
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
    _Content(now, _run_before(now))


def _run_before(now: Moment) -> Moment | None:
    """Return the last moment of the run before the last reset.

    Moments are kept, never models: a model that was reset is free to go.
    """
    last: Any = solara.use_ref(now)
    before: Any = solara.use_ref(None)
    if last.current.run is not now.run:
        before.current = last.current
    last.current = now
    found: Moment | None = before.current
    return found


@solara.component
def _Content(now: Moment, before: Moment | None) -> None:
    with solara.Div(classes=["rift-page"]):
        block("h1", now.base.title)
        if now.base.question:
            block("p", now.base.question, "rift-question")
        block("p", f"{LIMITS} {_DRAW}", "rift-limits")
        block("p", _NARROW, "rift-note rift-narrow")
        with solara.Div(classes=["rift-main"]):
            with solara.Div():
                block("h2", f"{now.month.in_words}, month {now.lived} of {now.scenario.months}")
                if now.over:
                    block("p", "The scenario ends here. Reset begins again.", "rift-note")
                Map(now)
            with solara.Div():
                block("h2", "What this run assumes")
                _Listed(in_words(now.base, now.assumed))
                block("h2", "What has happened")
                _Events(now)
        block("h2", "Main series")
        if before is not None:
            block("p", "Blue: this run. Grey: the run before the last reset, which assumed:")
            _Listed((*in_words(now.base, before.assumed), f"Replicate {before.replicate}."))
        Charts(now, before)
        seed = f"replicate {now.replicate}, seed {now.scenario.seed}"
        block("p", f"rift_sim {__version__}, scenario '{now.base.name}', {seed}.", "rift-note")


@solara.component
def _Listed(sentences: tuple[str, ...]) -> None:
    with solara.v.Html(tag="ul", class_="rift-list"):
        for sentence in sentences:
            block("li", sentence)


@solara.component
def _Events(now: Moment) -> None:
    """List the events of the run up to this month, the latest first."""
    months = [now.month.shift(-k) for k in range(now.lived)]
    found = [(month, event) for month in months for event in now.scenario.events_in(month)]
    if not found:
        block("p", "No event yet.", "rift-note")
        return
    with solara.v.Html(tag="ul", class_="rift-list rift-events"):
        for month, event in found:
            kinds = ", ".join(kind.replace("_", " ") for kind, _ in event.actions)
            with solara.v.Html(tag="li"):
                text(f"{month} ", "rift-month")
                text(event.note or kinds)
