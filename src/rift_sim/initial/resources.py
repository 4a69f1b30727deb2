"""What there is to fight over: indices of rents, and where the state is thin."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rift_sim.initial.as_of import most_coca, surveyed_coca

if TYPE_CHECKING:
    from rift_sim.calendar import Month
    from rift_sim.initial.place_file import PlaceFigures
    from rift_sim.seeds.ledger import Ledger
    from rift_sim.territory import Territory

__all__ = ["CocaStart", "coca_at_start", "coca_places", "destinations", "resource_indices"]

Floats = NDArray[np.float64]


def resource_indices(territory: Territory, ledger: Ledger) -> Floats:
    """Index the rents that do not change from month to month.

    Mining follows the gold departments (fact GOLD_DEPARTMENTS) and remoteness;
    smuggling the borders and coasts; extortion the people and their access to markets.

    Returns
    -------
    ndarray
        Mining, smuggling, extortion; each in [0, 1]; shape (3, place).
    """
    gold = _by_department(territory, ledger, "GOLD_DEPARTMENTS", "weight")
    remote = territory.remoteness
    mining = gold * (0.3 + 0.7 * remote)
    frontier = territory.border_venezuela | territory.border_ecuador
    smuggling = np.maximum(0.9 * frontier, 0.5 * territory.coast)
    smuggling = np.maximum(smuggling, 0.5 * _next_to(territory, smuggling))
    smuggling = np.where(territory.is_zone, 0.8, smuggling)
    size = np.log1p(territory.population) / np.log1p(500_000.0)
    extortion = np.clip(size * (1.0 - 0.4 * remote), 0.0, 1.0)
    return np.ascontiguousarray(np.clip([mining, smuggling, extortion], 0.0, 1.0))


class CocaStart(NamedTuple):
    """Coca at the start.

    Attributes
    ----------
    hectares, counts
        By department, to be spread over places, and over how many, shapes (department,).
    known
        Hectares of the places that are given, NaN elsewhere, shape (place,).
    years
        Years since the survey, over which it must be carried forward.
    record
        Most hectares of a survey before the start, shape (department,).
    """

    hectares: Floats
    counts: NDArray[np.int64]
    known: Floats
    years: float
    record: Floats


def coca_at_start(
    territory: Territory, ledger: Ledger, start: Month, given: PlaceFigures | None = None
) -> CocaStart:
    """Find the coca at the start: the last survey before it, or what the scenario gives.

    What is given holds as it is: municipalities have what the file says, departments are
    spread, and what the file does not name has none.
    """
    known = np.full(len(territory.code), np.nan)
    if given is None:
        hectares, years = surveyed_coca(ledger, territory.departments, start)
    else:
        hectares, years = np.zeros(len(territory.departments)), 0.0
        for d, figure in given.departments.items():
            hectares[d] = figure
        known[~np.isin(territory.department_index, list(given.departments))] = 0.0
        for place, figure in given.municipalities.items():
            known[place] = figure
    record = most_coca(ledger, territory.departments, start)
    return CocaStart(hectares, coca_places(territory, hectares), known, years, record)


def coca_places(territory: Territory, hectares: Floats) -> NDArray[np.int64]:
    """Return how many places have coca in each department, shape (department,).

    They grow as the cube root of the hectares, which gives about the 185 of 2022 over the
    country (fact COCA_MUNICIPALITIES).
    """
    sizes = np.bincount(
        territory.department_index[territory.department_index >= 0],
        minlength=len(territory.departments),
    )
    wanted = np.ceil(0.62 * np.cbrt(hectares))
    most = np.ceil(0.75 * sizes)
    places: NDArray[np.int64] = np.minimum(np.maximum(wanted, 1), most).astype(np.int64)
    places[hectares < 1.0] = 0
    return places


@lru_cache(maxsize=4)
def destinations(
    territory: Territory, count: int = 24
) -> tuple[NDArray[np.uint32], Floats, Floats]:
    """List for every place the towns its people would flee to.

    The `count - 1` places with the strongest gravity at middling exponents, and the
    place itself in front. Border zones take no internally displaced people. They are found
    once for a map, and the worlds upon it share them.

    Returns
    -------
    index, log_population, log_distance
        Shapes (place, destination); distance in km.
    """
    places = len(territory.code)
    inside = int(np.count_nonzero(~territory.is_zone))
    count = min(count, inside)
    distance = great_circle(territory)[:, :inside]
    log_distance = np.log(distance + 5.0)
    log_population = np.log(np.maximum(territory.population[:inside], 1.0))
    score = 0.7 * log_population[None, :] - 1.3 * log_distance
    rows = np.arange(inside)
    score[rows, rows] = -np.inf
    best = np.argsort(-score, axis=1, kind="stable")[:, : count - 1]
    index = np.concatenate([np.arange(places)[:, None], best], axis=1).astype(np.uint32)
    # A zone's own row is never used for people; point it at its nearest town.
    index[inside:, 0] = best[inside:, 0] if count > 1 else 0
    columns = index.astype(np.int64)
    return (
        np.ascontiguousarray(index),
        np.ascontiguousarray(log_population[columns]),
        np.ascontiguousarray(np.take_along_axis(log_distance, columns, axis=1)),
    )


def great_circle(territory: Territory) -> Floats:
    """Return distances between all places in km, shape (place, place)."""
    lon = np.radians(territory.longitude)
    lat = np.radians(territory.latitude)
    cosine = np.sin(lat)[:, None] * np.sin(lat)[None, :] + np.cos(lat)[:, None] * np.cos(lat)[
        None, :
    ] * np.cos(lon[:, None] - lon[None, :])
    return np.asarray(6371.0 * np.arccos(np.clip(cosine, -1.0, 1.0)))


def _by_department(territory: Territory, ledger: Ledger, fact: str, column: str) -> Floats:
    table = ledger.facts[fact].table
    assert table is not None
    values = np.array([table.get(code, {}).get(column, 0.0) for code in territory.departments])
    return np.where(territory.department_index >= 0, values[territory.department_index], 0.3)


def _next_to(territory: Territory, values: Floats) -> Floats:
    """Return the largest value among the neighbours of each place."""
    out = np.zeros_like(values)
    for i in range(values.size):
        near = territory.indices[territory.indptr[i] : territory.indptr[i + 1]]
        if near.size:
            out[i] = values[near].max()
    return out
