"""The axis of time: which months are named, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["date_axis", "named_months", "whole_month"]

_BY_MONTH = 18
"""Up to so many months, months are named; beyond, years."""
_EACH = 4
"""Up to so many, each month is."""
_MOST_YEARS = 10


def named_months(time: NDArray[np.datetime64]) -> tuple[NDArray[np.datetime64], str]:
    """Choose the months of an axis that are named, and the format of their names.

    Parameters
    ----------
    time
        First day of each month, in order, shape (month,).

    Returns
    -------
    months
        First days of those that are named, all of them in `time`.
    format
        For `strftime`: ``%Y-%m``, or ``%Y`` where years are named.
    """
    if len(time) <= _BY_MONTH:
        return time[:: 3 if len(time) > _EACH else 1], "%Y-%m"
    months = time.astype("datetime64[M]").astype("int64")
    years = time[months % 12 == 0]
    return years[:: 1 + (len(years) - 1) // _MOST_YEARS], "%Y"


def date_axis(axes: Axes, time: NDArray[np.datetime64]) -> None:
    """Let an axis of dates show these months to their end, with ticks that fit.

    Parameters
    ----------
    axes
        What is drawn on.
    time
        First day of each month, in order.
    """
    from matplotlib import dates

    make: Any = dates  # Its classes carry no types.
    months = len(time)
    last = time[-1] - time[-2] if months > 1 else np.timedelta64(31, "D")
    axes.set_xlim(time[0], time[-1] + last)
    named, form = named_months(time)
    axes.set_xticks(named)
    axes.xaxis.set_major_formatter(make.DateFormatter(form))
    if _BY_MONTH < months <= 84:
        axes.xaxis.set_minor_locator(make.MonthLocator(bymonth=(4, 7, 10)))


def whole_month(
    time: NDArray[np.datetime64], values: NDArray[np.float64]
) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
    """Return what to draw: a single month from its first day to its last, or all as it is.

    Parameters
    ----------
    time
        First day of each month.
    values
        The last dimension is time.
    """
    if len(time) != 1:
        return time, values
    end = (time.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1
    return np.concatenate([time, end.astype(time.dtype)]), np.repeat(values, 2, axis=-1)
