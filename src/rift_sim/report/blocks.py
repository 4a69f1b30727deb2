"""Series of a report: each with a chart, what it says in words, and a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.compare.selection import month_range
from rift_sim.analysis.extras import need
from rift_sim.ensemble.summary import by_year, national_series
from rift_sim.plots.overview import PANELS
from rift_sim.plots.style import Scale, difference_label, scale_of
from rift_sim.report.charts import COLORS, DASHES, Fan, fan_chart, fan_of

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.analysis.compare.comparison import Comparison

__all__ = [
    "Block",
    "Outcome",
    "compared",
    "difference_blocks",
    "outcomes",
    "series_blocks",
    "series_names",
    "show",
]

_BAND = (0.05, 0.5, 0.95)
_SLIGHT = 1e-3
"""Share of a series' level below which a difference is not worth a chart."""


@dataclass(frozen=True)
class Block:
    """One series.

    Attributes
    ----------
    id
        Of the chart on the page.
    title, unit
        What it is, and in what.
    alt
        What the chart shows, for those who do not see it.
    item
        The chart, as Bokeh embeds it; None for a difference with nothing to see.
    columns, rows
        Of the table of values: year, then a cell for each scenario.
    main
        Whether it is one of the main series.
    """

    id: str
    title: str
    unit: str
    alt: str
    item: Any
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    main: bool


@dataclass(frozen=True)
class Outcome:
    """How far two scenarios differ in a series at the end.

    Attributes
    ----------
    series, unit, difference, when
        The series, its unit, what is subtracted from what, and the months that count.
    mean, interval
        Mean difference and its 95 % interval.
    spread
        5 to 95 % of the differences of replicates.
    above
        How often the first is higher, and how often both are equal.
    apart
        From which month on they are told apart; empty where they are not.
    """

    series: str
    unit: str
    difference: str
    when: str
    mean: str
    interval: str
    spread: str
    above: str
    apart: str


def show(value: float, size: float, *, signed: bool = False) -> str:
    """Write a number with three figures of the largest one beside it."""
    if abs(size) < 1e-9:
        return "0"
    digits = int(np.clip(2 - np.floor(np.log10(max(abs(size), 1e-9))), 0, 4))
    return f"{value:{'+' if signed else ''},.{digits}f}"


def series_names(data: Sequence[xr.Dataset]) -> list[str]:
    """Return the series that all scenarios have, the main ones first."""
    shared = [n for n in national_series(data[0]) if all(n in other for other in data)]
    return [n for n in PANELS if n in shared] + [n for n in shared if n not in PANELS]


def series_blocks(
    data: Sequence[xr.Dataset], labels: Sequence[str], events: Sequence[np.datetime64]
) -> Iterator[Block]:
    """Give a block for every national series, the main ones first."""
    time = data[0]["time"].to_numpy()
    for name in series_names(data):
        scale, fans = fan_of(data, labels, name)
        long_name = str(data[0][name].attrs["long_name"])
        yield Block(
            f"series-{name}",
            PANELS.get(name, long_name),
            scale.label,
            _alt(long_name, scale, fans, month_range(data[0])[1].in_words),
            _item(fan_chart(time, fans, scale, events=events)),
            ("year", *labels),
            _by_year(data, name),
            name in PANELS,
        )


def _item(chart: Any) -> Any:
    return need("bokeh.embed").json_item(chart)


def _alt(what: str, scale: Scale, fans: Sequence[Fan], month: str) -> str:
    size = max(float(np.abs(fan.bands[:, -1]).max()) for fan in fans)
    told = "; ".join(
        f"{fan.label}: median {show(fan.bands[2, -1], size)}, "
        f"90 % band {show(fan.bands[0, -1], size)} to {show(fan.bands[4, -1], size)}"
        for fan in fans
    )
    return f"Line chart of {what}, {scale.label}. In {month}: {told}."


def _by_year(data: Sequence[xr.Dataset], name: str) -> tuple[tuple[str, ...], ...]:
    """Return median and 90 % band by year: stocks at its end, flows summed."""
    attrs = data[0][name].attrs
    found = []
    for part in data:
        values = part[name].transpose("replicate", "time").to_numpy()
        yearly = by_year(values, part["time"].to_numpy(), str(attrs["kind"]))
        found.append({year: np.quantile(some, _BAND) for year, some in yearly})
    largest = max(float(np.abs(band).max()) for some in found for band in some.values())
    scale = scale_of(name, attrs["units"], attrs["kind"], largest, period="year")
    size = largest * scale.factor
    rows = []
    for year in found[0]:
        cells = (some[year] * scale.factor for some in found)
        told = (f"{show(m, size)} ({show(a, size)} to {show(b, size)})" for a, m, b in cells)
        rows.append((str(year), *told))
    return (*rows, (f"Unit: {scale.label}", *[""] * len(data)))


def compared(comparison: Comparison) -> list[str]:
    """Return the main series that all scenarios have."""
    shared = set(comparison.variables())
    return [name for name in PANELS if name in shared]


def difference_blocks(comparison: Comparison) -> Iterator[Block]:
    """Give a block for the differences in every main series.

    There is no chart where the 90 % band of every difference keeps, in all months, within a
    thousandth of the highest median of the series in any scenario.
    """
    time = comparison.data[0]["time"].to_numpy()
    for name in compared(comparison):
        data = comparison.over_time(name)
        spread = data["quantiles"].transpose("difference", "quantile", "time").to_numpy()
        scale = _of_difference(name, data.attrs, float(np.abs(spread).max()))
        fans = [
            Fan(label, bands * scale.factor)
            for label, bands in zip(comparison.differences, spread, strict=True)
        ]
        chart = None
        if float(np.abs(spread).max()) > _SLIGHT * _level(comparison.data, name):
            chart = _item(
                fan_chart(time, fans, scale, signed=True, colors=COLORS[1:], dashes=DASHES[1:])
            )
        month = comparison.months[1].in_words
        yield Block(
            f"difference-{name}",
            PANELS[name],
            scale.label,
            _alt(f"differences in {data.attrs['long_name']}", scale, fans, month),
            chart,
            (),
            (),
            True,
        )


def _level(data: Sequence[xr.Dataset], name: str) -> float:
    """Return the highest median over replicates that a series has in any scenario and month."""
    medians = (
        np.median(part[name].transpose("replicate", "time").to_numpy(), axis=0) for part in data
    )
    return max(float(np.abs(median).max()) for median in medians)


def _of_difference(name: str, attrs: Any, largest: float) -> Scale:
    scale = scale_of(name, attrs["units"], attrs["kind"], largest)
    return Scale(scale.factor, difference_label(scale), scale.share)


def outcomes(comparison: Comparison) -> list[Outcome]:
    """Return the differences in the main series at the end; flows of its year."""
    found = []
    for name in compared(comparison):
        data = comparison.at(name)
        largest = float(np.abs(data["mean"].to_numpy()).max())
        scale = _of_difference(name, data.attrs, largest)
        unit = scale.label.replace(" per month", "")
        for k, difference in enumerate(comparison.differences):
            row = data.isel(difference=k)
            mean, low, high = (
                float(row[key]) * scale.factor for key in ("mean", "mean_low", "mean_high")
            )
            size = max(abs(low), abs(high))
            fifth, last = (float(q) * scale.factor for q in row["quantiles"].to_numpy()[[0, -1]])
            wide = max(abs(fifth), abs(last))
            equal = float(row["probability_equal"])
            ties = f", equal in {_share(equal)}" if equal >= 0.005 else ""
            found.append(
                Outcome(
                    PANELS[name],
                    unit,
                    difference,
                    _span(data),
                    show(mean, size, signed=True),
                    f"{show(low, size, signed=True)} to {show(high, size, signed=True)}",
                    f"{show(fifth, wide, signed=True)} to {show(last, wide, signed=True)}",
                    f"{_share(float(row['probability_above']))}{ties}",
                    _month(row["first_month_apart"].to_numpy()),
                )
            )
    return found


def _share(value: float) -> str:
    return f"{100.0 * value:.0f} %"


def _span(data: xr.Dataset) -> str:
    from rift_sim.calendar import Month
    from rift_sim.plots.map_values import spell_months

    since, until = (Month.parse(str(data[key].to_numpy())[:7]) for key in ("since", "date"))
    return spell_months(since, until)


def _month(moment: NDArray[np.datetime64]) -> str:
    from rift_sim.calendar import Month

    return "" if np.isnat(moment) else Month.parse(str(moment)[:7]).in_words
