"""The page of a report: one HTML file that asks for nothing outside itself.

Texts of users are escaped by the template. Should one slip through all the same, the page's own
policy (Content-Security-Policy) lets no script run but those whose hashes it names, and lets the
browser load nothing from anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rift_sim.analysis.compare.selection import month_range
from rift_sim.analysis.extras import need
from rift_sim.report.charts import BANDS, BOTH, COLORS, DASHES, fan_of
from rift_sim.report.content import Report
from rift_sim.report.maps import Layer, map_figures, palette, period

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["render"]

_FOLDER = Path(__file__).parent / "page"


def render(report: Report, command: str) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    report
        What it says.
    command
        That made it.
    """
    jinja2, markup = need("jinja2"), need("markupsafe").Markup
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    scripts = [_bokeh(), (_FOLDER / "report.js").read_text(encoding="utf-8")]
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"style-src 'unsafe-inline'; script-src {' '.join(map(_hash, scripts))}"
    )
    months = _months(report.data[0])
    page: str = environment.get_template("report.html").render(
        report=report,
        report_command=command,
        policy=policy,
        style=markup((_FOLDER / "report.css").read_text(encoding="utf-8")),
        scripts=[markup(script) for script in scripts],
        content=markup(_embed(_content(report))),
        bands=BANDS,
        both=BOTH,
        colors=COLORS,
        dashes=DASHES,
        palette=palette(),
        months=months,
        ramp=_ramp,
    )
    return page


def _bokeh() -> str:
    """Return Bokeh's own script, without the parts for widgets and tables."""
    folder = Path(need("bokeh").__file__).parent / "server" / "static" / "js"
    script = (folder / "bokeh.min.js").read_text(encoding="utf-8")
    return script.partition("//# sourceMappingURL")[0]


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _embed(content: Any) -> str:
    """Write JSON that cannot end the element it stands in."""
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _content(report: Report) -> dict[str, Any]:
    charts = {block.id: block.item for block in (*report.series, *report.differences)}
    return {
        "charts": charts,
        "months": _months(report.data[0]),
        "now": [
            _now(report.data, report.labels, block.id) for block in report.series if block.main
        ],
        "map": _map(report) if report.layers else None,
    }


def _months(data: xr.Dataset) -> list[str]:
    first, last = month_range(data)
    return [first.shift(k).in_words for k in range(last.index - first.index + 1)]


def _now(data: Sequence[xr.Dataset], labels: Sequence[str], block: str) -> list[Any]:
    """Return median and 90 % band of a series, by scenario and month."""
    _, fans = fan_of(data, labels, block.removeprefix("series-"))
    return [[_short(fan.bands[j]) for j in (2, 0, 4)] for fan in fans]


def _short(values: Any) -> list[Any]:
    """Write numbers with four figures: more are never shown."""
    flat = np.asarray(values, np.float64)
    if flat.ndim > 1:
        return [_short(row) for row in flat]
    return [float(f"{value:.4g}") for value in flat]


def _map(report: Report) -> dict[str, Any]:
    """Return the maps with what they show in every month, and every layer."""
    places = report.data[0]["department"]
    codes = [str(code) for code in places.to_numpy()]
    names = [str(name) for name in report.data[0]["department_name"].to_numpy()]
    figures = map_figures(report.layers[0], codes, names)
    document = need("bokeh.document").Document()
    for figure in figures:
        document.add_root(figure)
    embed = need("bokeh.embed.util")
    documents, items = embed.standalone_docs_json_and_render_items(
        figures, suppress_callback_warning=True
    )
    item = items[0].to_json()
    item["roots"] = {
        root: f"map-{place}" for place, root in enumerate(figure.id for figure in figures)
    }
    return {
        "documents": documents,
        "item": item,
        "names": names,
        "layers": [_layer(layer, report) for layer in report.layers],
    }


def _layer(layer: Layer, report: Report) -> dict[str, Any]:
    first, last = month_range(report.data[0])
    count = last.index - first.index + 1
    return {
        "title": layer.title,
        "unit": layer.scale.label,
        "top": layer.top,
        "ramp": _ramp(layer.top),
        "periods": [period(first, k, flow=layer.flow) for k in range(count)],
        "values": _short(layer.values),
    }


def _ramp(top: float) -> list[str]:
    """Return what is written along the scale of colours."""
    return [f"{value:,.3g}" for value in np.linspace(0.0, top, 3)]
