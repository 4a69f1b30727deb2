"""Where armed groups appear and vanish between two surveys, and what was known before.

A municipality has an *onset* when no group was there at the first survey and one is at the second,
and an *exit* the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from rift_sim.analysis.resample import number_clusters
from rift_sim.errors import InputError
from rift_sim.physics.arrays import Floats, Indices

__all__ = ["Features", "Transition", "features", "transition"]


class Transition(NamedTuple):
    """What changed between two surveys, shape (place,).

    Attributes
    ----------
    onset
        1 where a group appeared, 0 where none did; NaN where one was there before.
    exit
        1 where all groups left, 0 where one stayed; NaN where none was there before.
    churn
        1 where any group came or went, though another may have stayed.
    """

    onset: Floats
    exit: Floats
    churn: Floats


class Features(NamedTuple):
    """What is known of each place at an origin.

    Attributes
    ----------
    names
        Of the columns.
    values
        Shape (place, feature); NaN where not known.
    """

    names: tuple[str, ...]
    values: Floats


def transition(
    before: ArrayLike, after: ArrayLike, surveyed: ArrayLike | None = None
) -> Transition:
    """Compare two surveys.

    Parameters
    ----------
    before, after
        Flags of presence, shape (group, place), or (place,) for any group. Groups must be those
        that both surveys tell apart, or splits and new names look like churn.
    surveyed
        Flags of the places that both surveys covered, shape (place,); all if not given. Others
        are not a number.

    Raises
    ------
    InputError
        When the surveys differ in shape.
    """
    first, second = (np.atleast_2d(np.asarray(flags)) != 0 for flags in (before, after))
    if first.shape != second.shape:
        raise InputError(
            f"surveys of shapes {first.shape} and {second.shape}", allowed="the same groups, places"
        )
    was, now = first.any(axis=0), second.any(axis=0)
    known = np.ones(was.size, bool) if surveyed is None else np.asarray(surveyed) != 0
    onset = np.where(known & ~was, now, np.nan)
    leave = np.where(known & was, ~now, np.nan)
    return Transition(onset, leave, np.where(known, (first != second).any(axis=0), np.nan))


def features(
    present: ArrayLike,
    *,
    origin: int,
    indptr: Indices,
    indices: Indices,
    department: ArrayLike,
    population: Floats,
    area: Floats,
    past: Mapping[str, tuple[ArrayLike, Floats]],
) -> Features:
    """Gather what was known of each place at the origin.

    Parameters
    ----------
    present
        Flags of any group at the first survey, shape (place,).
    origin
        Year of the first survey. What `past` holds of later years is not looked at.
    indptr, indices
        Neighbours, as `rift_sim.territory.Territory` has them.
    department
        Label of each place, shape (place,).
    population, area
        Shape (place,); logarithms are taken.
    past
        By name (displaced, homicides, events, coca), the years, shape (year,), and the values,
        shape (year, place), NaN where not observed. Each gives two columns: ``log(1 + x)`` of
        the last year that was observed anywhere, and of the mean over all years.

    Returns
    -------
    Features
        Presence; its share among neighbours, and among the *other* places of the department;
        population; area; then the past.
    """
    here = (np.asarray(present) != 0).astype(np.float64)
    columns = {
        "present": here,
        "neighbours": _neighbour_share(here, indptr, indices),
        "department": _department_share(here, department),
        "log population": np.log(np.maximum(population, 1.0)),
        "log area": np.log(np.maximum(area, 1.0)),
    }
    for name, (years, values) in past.items():
        before = np.asarray(values, np.float64)[np.asarray(years) <= origin]
        before = before[~np.isnan(before).all(axis=1)]
        known = (~np.isnan(before)).sum(axis=0)
        mean = np.where(known, np.nansum(before, axis=0) / np.maximum(known, 1), np.nan)
        last = before[-1] if len(before) else np.full(here.size, np.nan)
        columns[f"{name}, last year"] = np.log1p(last)
        columns[f"{name}, mean"] = np.log1p(mean)
    return Features(tuple(columns), np.stack(list(columns.values()), axis=1))


def _neighbour_share(here: Floats, indptr: Indices, indices: Indices) -> Floats:
    degree = (indptr[1:] - indptr[:-1]).astype(np.intp)
    owner = np.repeat(np.arange(here.size), degree)
    return np.bincount(owner, here[indices], here.size) / np.maximum(degree, 1)


def _department_share(here: Floats, department: ArrayLike) -> Floats:
    numbers = number_clusters(department, here.size)
    others = np.bincount(numbers)[numbers] - 1
    return np.asarray((np.bincount(numbers, here)[numbers] - here) / np.maximum(others, 1))
