"""Map and charts of a replicate as images, each with its figures in words."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import solara

from rift_sim.calendar import month_axis
from rift_sim.explore.style import block, text
from rift_sim.plots.events import marks_among
from rift_sim.plots.live import layer_figure, line_figure, line_scale
from rift_sim.plots.map_values import department_layer
from rift_sim.plots.overview import PANELS
from rift_sim.vocabulary import SERIES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from rift_sim.explore.watched import Moment
    from rift_sim.plots.map_values import MapLayer
    from rift_sim.plots.style import Scale

__all__ = ["Charts", "Map"]

_MAPPED = (
    "control",
    "presence_survey",
    "presence_alert",
    "members",
    "newly_displaced",
    "confined",
    "conflict_deaths",
    "coca_ha",
)
_SHARPNESS = 170
"""Dots per inch: enough for a narrow screen of twice the usual density."""


@solara.component
def Map(now: Moment) -> None:
    """Show one series by department, and let the reader choose which."""
    known = {PANELS[name]: name for name in _MAPPED if f"{name}_department" in now.data}
    title = solara.use_reactive(next(iter(known), ""))
    if not known:
        block("p", "The scenario observes nothing that can be mapped.", "rift-note")
        return
    solara.Select("The map shows", values=list(known), value=title)
    layer = department_layer(now.data, known[title.value], now.month, None)
    with solara.v.Html(tag="figure"):
        _image(layer_figure(layer), f"Map of Colombia by department. {_highest(layer)}")
        with solara.v.Html(tag="figcaption"):
            text(f"{layer.when}. {layer.meaning}. {_highest(layer)}")


@solara.component
def Charts(now: Moment, before: Moment | None) -> None:
    """Show the main series, with the value of the month."""
    scenario = now.scenario
    months, marks = month_axis(scenario.start, scenario.months), marks_among(scenario.timeline)
    with solara.Div(classes=["rift-charts"]):
        for name, title in PANELS.items():
            if name not in now.data:
                continue
            series = now.data[name]
            old = before.data[name] if before is not None else None
            value = _say(float(series[0, -1]), line_scale(series, old))
            with solara.v.Html(tag="figure"):
                with solara.v.Html(tag="figcaption"):
                    text(title)
                    text(value, "rift-value")
                figure = line_figure(series, old, months, marks)
                _image(figure, f"{SERIES[name].long_name}, month by month; now {value}")


def _say(value: float, scale: Scale) -> str:
    shown = value * scale.factor
    number = f"{shown:,.0f}" if abs(shown) >= 1000 else f"{shown:.3g}"
    return f"{number} {scale.label}"


def _highest(layer: MapLayer) -> str:
    """Say which departments stand highest, with their values."""
    from rift_sim.territory import load_territory

    territory = load_territory()
    names = dict(zip(territory.departments, territory.department_names, strict=True))
    ranked = sorted(layer.values, key=lambda code: -layer.values[code])[:3]
    found = ", ".join(f"{names.get(code, code)} {layer.values[code]:,.3g}" for code in ranked)
    return f"Highest: {found} ({layer.scale.label})."


def _image(figure: Figure, words: str) -> None:
    """Put a figure on the page as PNG; nothing is loaded from elsewhere."""
    stream = io.BytesIO()
    # The browser is on the same machine: time counts, size does not.
    quick = {"compress_level": 1}
    figure.savefig(stream, format="png", dpi=_SHARPNESS, pil_kwargs=quick)
    data = base64.b64encode(stream.getvalue()).decode("ascii")
    source = f"data:image/png;base64,{data}"
    solara.v.Html(tag="img", attributes={"src": source, "alt": words})
