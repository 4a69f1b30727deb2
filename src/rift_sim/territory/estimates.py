"""Stated rules for columns that a table of municipalities may lack.

The shipped table and a user's own CSV go through the same functions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "area_from_spacing",
    "distance_km",
    "mean_rank",
    "remoteness",
    "rural_share_from_density",
]

Floats = NDArray[np.float64]

EARTH_RADIUS_KM = 6371.0088
TOWN_PEOPLE = 100_000
"""A place counts as a large town when more than this many people live in its towns."""

RURAL_PEOPLE = 6_000.0
RURAL_AREA_KM2 = 400.0
"""Rule of thumb: ``RURAL_PEOPLE * sqrt(area / RURAL_AREA_KM2)`` people live outside towns."""

CAPITALS = {"25": "11001"}
"""Seats of departments whose code is not ``<department>001`` (Cundinamarca: Bogotá)."""


def distance_km(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> Floats:
    """Return great-circle distances (km) between points in degrees; broadcasts."""
    a, b = np.radians(lat_a), np.radians(lat_b)
    half = np.radians(np.asarray(lon_b) - np.asarray(lon_a)) / 2.0
    square = np.sin((b - a) / 2.0) ** 2 + np.cos(a) * np.cos(b) * np.sin(half) ** 2
    result: Floats = 2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(square))
    return result


def mean_rank(values: Floats) -> Floats:
    """Return ranks of `values` (N,) scaled to [0, 1]; ties share their mean rank.

    A single value, or values that are all equal, rank 0.5.
    """
    if len(values) < 2:
        return np.full(len(values), 0.5)
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    middle = last - (counts + 1) / 2.0
    result: Floats = middle[inverse] / (len(values) - 1)
    return result


def rural_share_from_density(population: Floats, area_km2: Floats) -> Floats:
    """Estimate the share of people living outside towns (N,), dimensionless.

    ``min(1, 6000 * sqrt(area / 400 km2) / population)``: people outside towns grow with
    the root of the area, everyone else lives in a town. An empty place is rural.
    """
    outside = RURAL_PEOPLE * np.sqrt(area_km2 / RURAL_AREA_KM2)
    result: Floats = np.minimum(1.0, outside / np.maximum(population, 1.0))
    return result


def area_from_spacing(neighbour_distance_km: Floats) -> Floats:
    """Estimate areas (km2) from the median distance (km) to neighbours: a hexagonal cell."""
    result: Floats = np.sqrt(3.0) / 2.0 * np.maximum(neighbour_distance_km, 0.1) ** 2
    return result


def remoteness(
    codes: tuple[str, ...],
    longitude: Floats,
    latitude: Floats,
    population: Floats,
    area_km2: Floats,
    rural_share: Floats,
) -> Floats:
    """Rank places from near (0) to remote (1).

    The mean of three ranks, each scaled to [0, 1], then ranked once more: distance to the
    nearest large town (over 100,000 people in towns; the place with most people in towns
    when there is none), distance to the capital of the department (the place with most
    people of the department when it is not in the table), and people per km2 turned round.

    Parameters
    ----------
    codes
        5-digit DIVIPOLA codes, length N.
    longitude, latitude
        Degrees, shape (N,).
    population, area_km2, rural_share
        People, km2 and share in [0, 1], shape (N,).
    """
    if not codes:
        return np.zeros(0)
    urban = population * (1.0 - rural_share)
    towns = np.flatnonzero(urban > TOWN_PEOPLE)
    if not len(towns):
        towns = np.array([int(np.argmax(urban))])
    to_town = distance_km(
        longitude[:, None], latitude[:, None], longitude[None, towns], latitude[None, towns]
    ).min(axis=1)
    seat = _capitals(codes, population)
    to_capital = distance_km(longitude, latitude, longitude[seat], latitude[seat])
    density = population / np.maximum(area_km2, 1e-6)
    mean = (mean_rank(to_town) + mean_rank(to_capital) + mean_rank(-density)) / 3.0
    return mean_rank(np.round(mean, 9))


def _capitals(codes: tuple[str, ...], population: Floats) -> NDArray[np.intp]:
    position = {code: k for k, code in enumerate(codes)}
    seat: dict[str, int] = {}  # the place with most people
    for k, code in enumerate(codes):
        best = seat.get(code[:2])
        if best is None or population[k] > population[best]:
            seat[code[:2]] = k
    capital = {
        department: position.get(CAPITALS.get(department, f"{department}001"), most_people)
        for department, most_people in seat.items()
    }
    return np.array([capital[code[:2]] for code in codes], dtype=np.intp)
