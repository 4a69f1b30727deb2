"""Geometry of the territory: areas, neighbours, borders, coasts and outlines."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Geometry = Any
Floats = NDArray[np.float64]

NEIGHBOUR_BUFFER = 0.003
NEIGHBOUR_KM = 0.5
# Countries do not meet exactly in the source: their borders are 1 to 2 km apart in places.
BORDER_BUFFER = 0.02
BORDER_KM = 2.0
COAST_KM = 1.5
OUTLINE_TOLERANCE = 0.008
SMALL_ISLAND_KM2 = 15.0
ISLANDS = "88"
COASTAL = frozenset(("05", "08", "13", "19", "23", "27", "44", "47", "52", "70", "76", "88"))
# On the Ciénaga Grande, which is open to the sea, but not on the sea.
LAGOON = frozenset({"47268"})

_A_KM = 6378.137
_E2 = 0.00669437999014


def equal_area(points: Floats) -> Floats:
    """Project degrees to km on the WGS 84 ellipsoid so that areas are true."""
    e = np.sqrt(_E2)
    sine = np.sin(np.radians(points[:, 1]))
    q = (1 - _E2) * (sine / (1 - _E2 * sine**2) - np.log((1 - e * sine) / (1 + e * sine)) / (2 * e))
    return np.column_stack([_A_KM * np.radians(points[:, 0]), _A_KM * q / 2])


def plane(points: Floats) -> Floats:
    """Project degrees to km; lengths are true within 2 % in Colombia's latitudes."""
    return np.column_stack([points[:, 0] * 111.0, points[:, 1] * 110.57])


def areas(shapes: NDArray[np.object_]) -> Floats:
    """Return areas in km2."""
    result: Floats = shapely.area(shapely.transform(shapes, equal_area))
    return result


def length_km(lines: Geometry) -> Floats:
    """Return lengths in km."""
    result: Floats = shapely.length(shapely.transform(lines, plane))
    return result


def neighbours(shapes: NDArray[np.object_]) -> list[tuple[int, int]]:
    """Return pairs whose borders run within 0.003 degrees of each other for over 0.5 km."""
    wide = shapely.buffer(shapes, NEIGHBOUR_BUFFER, quad_segs=4)
    a, b = shapely.STRtree(wide).query(wide, predicate="intersects")
    a, b = a[a < b], b[a < b]
    rims = shapely.boundary(shapes)
    shared = np.minimum(
        length_km(shapely.intersection(rims[a], wide[b])),
        length_km(shapely.intersection(rims[b], wide[a])),
    )
    kept = shared > NEIGHBOUR_KM
    return sorted((int(i), int(j)) for i, j in zip(a[kept], b[kept], strict=True))


def touching(shapes: NDArray[np.object_], other: Geometry) -> NDArray[np.bool_]:
    """Return which shapes share more than 2 km of border with a foreign polygon."""
    near = shapely.buffer(other, BORDER_BUFFER, quad_segs=4)
    shapely.prepare(near)
    candidates = shapely.intersects(near, shapes)
    result = np.zeros(len(shapes), dtype=bool)
    rims = shapely.boundary(shapes[candidates])
    result[candidates] = length_km(shapely.intersection(rims, near)) > BORDER_KM
    return result


def coasts(codes: list[str], shapes: NDArray[np.object_], foreign: Geometry) -> list[str]:
    """Name the sea of every municipality whose rim is open to it for over 1.5 km.

    Open means: on the rim of the country and not beside a foreign country. Only coastal
    departments count, so that a gap between two countries is not a sea.
    """
    land = shapely.buffer(shapely.union_all(shapely.buffer(shapes, 0.01, quad_segs=4)), -0.012)
    inland = shapely.union_all([largest_holes_filled(land), shapely.buffer(foreign, 0.03)])
    names = []
    for code, shape in zip(codes, shapes, strict=True):
        department = code[:2] if code not in LAGOON else ""
        open_rim = (
            shapely.difference(shapely.boundary(shape), inland) if department in COASTAL else None
        )
        if open_rim is None or float(length_km(open_rim)) < COAST_KM:
            names.append("")
            continue
        middle = open_rim.centroid
        pacific = department in {"19", "52", "76"} or (
            department == "27" and (middle.x < -77.45 or middle.y < 7.3)
        )
        names.append("pacific" if pacific else "caribbean")
    return names


def largest_holes_filled(shape: Geometry) -> Geometry:
    """Return the shape without holes."""
    parts = shapely.get_parts(shape)
    return shapely.union_all([shapely.Polygon(part.exterior) for part in parts])


def coverage(labels: list[str], shapes: NDArray[np.object_]) -> dict[str, Geometry]:
    """Merge shapes by label into polygons that meet without gaps or overlaps.

    All rims are put on a grid of 0.0005 degrees and cut at each other; each face goes to
    the label it overlaps most, and slivers that belong to none to the nearest label.
    """
    names = sorted(set(labels))
    marks = np.array(labels)
    merged = np.array(
        [
            largest_holes_filled(
                shapely.buffer(
                    shapely.union_all(shapely.buffer(shapes[marks == name], 0.004, quad_segs=2)),
                    -0.004,
                    quad_segs=2,
                )
            )
            for name in names
        ]
    )
    grid = shapely.set_precision(merged, 0.0005)
    country = largest_holes_filled(
        shapely.buffer(shapely.union_all(shapely.buffer(grid, 0.004)), -0.004)
    )
    lines = shapely.union_all(
        [*shapely.boundary(grid), shapely.boundary(country)], grid_size=0.0005
    )
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    inside = shapely.point_on_surface(faces)
    shapely.prepare(country)
    faces, inside = (
        faces[shapely.contains(country, inside)],
        inside[shapely.contains(country, inside)],
    )
    owner = shapely.STRtree(grid).nearest(inside)
    return {name: shapely.coverage_union_all(faces[owner == k]) for k, name in enumerate(names)}


def outlines(labels: list[str], shapes: NDArray[np.object_]) -> dict[str, Any]:
    """Return simplified rings (flat lon, lat lists) of departments and of the nation."""
    marks = np.array(labels)
    exact = coverage([label for label in labels if label != ISLANDS], shapes[marks != ISLANDS])
    simple = shapely.coverage_simplify(list(exact.values()), OUTLINE_TOLERANCE)
    departments = {
        name: shapely.MultiPolygon(large_parts(shape))
        for name, shape in zip(exact, simple, strict=True)
    }
    islands = shapely.simplify(shapely.union_all(shapes[marks == ISLANDS]), 0.002)
    nation = shapely.coverage_union_all(list(departments.values()))
    return {
        "departments": {
            name: rings(shape) for name, shape in sorted([*departments.items(), (ISLANDS, islands)])
        },
        "nation": rings(nation) + rings(islands),
    }


def large_parts(shape: Geometry) -> list[Geometry]:
    """Return the largest part and every other of more than 15 km2."""
    parts = sorted(shapely.get_parts(shape), key=lambda part: -float(part.area))
    sizes = areas(np.array(parts, dtype=object))
    return [part for k, part in enumerate(parts) if k == 0 or float(sizes[k]) > SMALL_ISLAND_KM2]


def rings(shape: Geometry) -> list[list[float]]:
    """Return outer rings, largest first, rounded to 0.001 degrees."""
    parts = sorted(shapely.get_parts(shape), key=lambda part: -float(part.area))
    return [
        [round(float(value), 3) for value in shapely.get_coordinates(part.exterior).ravel()]
        for part in parts
    ]
