"""Build the shipped table of municipalities from four packages of the Python package index.

    python tools/build_territory.py --population department_population_2023.csv

The population file has the columns ``dep_code`` and ``population_2023``. The packages are
downloaded in pinned versions unless ``--wheels`` names a folder that holds them. The same
input gives the same bytes. Needs shapely and scipy besides rift_sim.
``data/SOURCES.md`` states where every column comes from.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

import territory_geometry as geometry
from rift_sim.territory.estimates import remoteness
from territory_names import DEPARTMENTS
from territory_sources import Boundaries, Municipality, fetch, read_municipalities

Floats = NDArray[np.float64]
DATA = Path(__file__).resolve().parents[1] / "src" / "rift_sim" / "territory" / "data"

# Weight of a municipality within its department, before scaling to the known total.
TOWN_UNKNOWN = 5_000.0
OUTSIDE_PER_ROOT_AREA = 3_000.0
ROOT_AREA_KM2 = 400.0
PER_CENTRE = 500.0

MUNICIPALITY_COLUMNS = (
    *("code", "name", "department", "longitude", "latitude", "area_km2", "population"),
    *("rural_share", "remoteness", "border", "coast"),
)
ZONE_COLUMNS = (
    *("code", "name", "country", "longitude", "latitude", "area_km2", "population", "touches"),
)

# Around Colombia: west, south, east, north.
BOX = (-80.0, -4.5, -66.5, 13.0)
BORDERS = {"Venezuela": "VE", "Ecuador": "EC", "Peru": "PE", "Brazil": "BR", "Panama": "PA"}
# Sea between them: links that no shared border gives.
SEA_LINKS = [("88001", "88564"), ("13001", "88001")]

# State, code, name, country, people. Venezuela: census of 2011 (INE), rounded to thousands;
# Ecuador: census of 2022 (INEC), rounded to thousands.
ZONES = [
    ("Esmeraldas", "EC-ESM", "Esmeraldas", "ecuador", 554_000),
    ("Carchi", "EC-CAR", "Carchi", "ecuador", 173_000),
    ("Sucumbios", "EC-SUC", "Sucumbíos", "ecuador", 199_000),
    ("Amazonas", "VE-AMA", "Amazonas", "venezuela", 146_000),
    ("Apure", "VE-APU", "Apure", "venezuela", 459_000),
    ("Táchira", "VE-TAC", "Táchira", "venezuela", 1_169_000),
    ("Zulia", "VE-ZUL", "Zulia", "venezuela", 3_704_000),
]
# A zone is drawn where its part within this distance (degrees) of Colombia has its middle.
ZONE_DEPTH = 0.5


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--population", type=Path, required=True, help="department totals, CSV")
    options.add_argument("--wheels", type=Path, help="folder with the four wheels")
    options.add_argument("--out", type=Path, default=DATA)
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="territory-") as scratch:
        build(chosen.out, chosen.population, chosen.wheels, Path(scratch))


def build(out: Path, population: Path, folder: Path | None, scratch: Path) -> None:
    wheels = fetch(folder, scratch)
    boundaries = Boundaries(wheels["locatepy"], scratch)
    places = read_municipalities(wheels, boundaries)
    codes = [place.code for place in places]
    shapes = np.array([place.polygon for place in places], dtype=object)
    foreign = {
        short: [(state, shape) for state, _, shape in boundaries.polygons(country, BOX)]
        for country, short in BORDERS.items()
    }
    write_municipalities(out, places, shapes, foreign, read_totals(population))
    pairs = {(codes[i], codes[j]) for i, j in geometry.neighbours(shapes)} | set(SEA_LINKS)
    write(out / "neighbours.csv", ("a", "b"), sorted(pairs))
    names = ((code, name) for code, (name, _) in sorted(DEPARTMENTS.items()))
    write(out / "departments.csv", ("code", "name"), names)
    write_zones(out, codes, shapes, foreign)
    outlines = geometry.outlines([code[:2] for code in codes], shapes)
    text = json.dumps(outlines, separators=(",", ":"), sort_keys=True)
    (out / "outlines.json").write_text(text + "\n", encoding="utf-8")


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(header)
        table.writerows(rows)


def read_totals(path: Path) -> dict[str, float]:
    with path.open(encoding="utf-8", newline="") as stream:
        totals = {row["dep_code"]: float(row["population_2023"]) for row in csv.DictReader(stream)}
    if set(totals) != set(DEPARTMENTS):
        raise SystemExit(f"{path}: departments differ: {sorted(set(totals) ^ set(DEPARTMENTS))}")
    return totals


def estimate_people(
    places: list[Municipality], area: Floats, totals: dict[str, float]
) -> tuple[Floats, Floats]:
    """Return population, scaled to department totals, and the share living outside towns.

    Two estimates of the rural share are averaged: the part of the weight that is not town,
    and the part of the scaled population that GeoNames' towns do not account for. Where no
    town population is known only the first exists.
    """
    known = np.array([place.town_population for place in places])
    expected = np.array([place.has_seat_town for place in places])
    town = np.where((known == 0.0) & expected, TOWN_UNKNOWN, known)
    centres = np.array([place.centres for place in places])
    outside = OUTSIDE_PER_ROOT_AREA * np.sqrt(area / ROOT_AREA_KM2) + PER_CENTRE * centres
    weight = town + outside
    population = np.zeros(len(places))
    departments = np.array([place.code[:2] for place in places])
    for department, total in totals.items():
        here = departments == department
        exact = weight[here] * total / weight[here].sum()
        population[here] = largest_remainder(exact, round(total))
    by_weight = outside / weight
    by_town = 1.0 - np.minimum(known / np.maximum(population, 1.0), 1.0)
    return population, np.where(known > 0.0, (by_weight + by_town) / 2.0, by_weight)


def largest_remainder(exact: Floats, total: int) -> Floats:
    """Round to whole people so that the sum is exactly `total`."""
    whole = np.floor(exact)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1.0
    return whole


def write_municipalities(
    out: Path,
    places: list[Municipality],
    shapes: NDArray[np.object_],
    foreign: dict[str, list[tuple[str, object]]],
    totals: dict[str, float],
) -> None:
    codes = tuple(place.code for place in places)
    area = np.round(geometry.areas(shapes), 1)
    lon = np.array([round(place.seat[0], 4) for place in places])
    lat = np.array([round(place.seat[1], 4) for place in places])
    population, rural = estimate_people(places, area, totals)
    rural = np.round(rural, 3)
    remote = np.round(remoteness(codes, lon, lat, population, area, rural), 4)
    whole = {short: shapely.union_all([s for _, s in parts]) for short, parts in foreign.items()}
    flags = {short: geometry.touching(shapes, shape) for short, shape in whole.items()}
    seas = geometry.coasts(list(codes), shapes, shapely.union_all(list(whole.values())))
    rows = []
    for k, place in enumerate(places):
        border = ";".join(short for short in BORDERS.values() if flags[short][k])
        figures = (f"{lon[k]:.4f}", f"{lat[k]:.4f}", f"{area[k]:.1f}", int(population[k]))
        shares = (f"{rural[k]:.3f}", f"{remote[k]:.4f}")
        rows.append((place.code, place.name, place.code[:2], *figures, *shares, border, seas[k]))
    write(out / "municipalities.csv", MUNICIPALITY_COLUMNS, rows)


def write_zones(
    out: Path,
    codes: list[str],
    shapes: NDArray[np.object_],
    foreign: dict[str, list[tuple[str, object]]],
) -> None:
    colombia = shapely.buffer(shapely.union_all(shapely.simplify(shapes, 0.01)), ZONE_DEPTH)
    rows = []
    for state, code, name, country, people in ZONES:
        parts = [shape for owner, shape in foreign[code[:2]] if owner == state]
        if not parts:
            raise SystemExit(f"no polygons of {state}")
        whole = shapely.union_all(parts)
        middle = shapely.point_on_surface(shapely.intersection(whole, colombia))
        touches = [codes[k] for k in np.flatnonzero(geometry.touching(shapes, whole))]
        area = float(geometry.areas(np.array([whole]))[0])
        place = (f"{middle.x:.4f}", f"{middle.y:.4f}", f"{area:.0f}")
        rows.append((code, name, country, *place, people, ";".join(touches)))
    write(out / "zones.csv", ZONE_COLUMNS, sorted(rows))


if __name__ == "__main__":
    main()
