"""Turn a table of municipalities into columns, under the names that such files use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rift_sim.errors import InputError
from rift_sim.territory.table import Row, Table, check_code, read_table

__all__ = ["BORDERS", "COASTS", "Place", "Places", "read_places"]

CODE = ("code", "mpio_code", "municipality_code", "divipola")
NAME = ("name", "municipality", "nombre", "municipio")
POPULATION = ("population", "pop")
LONGITUDE = ("longitude", "lon", "lon_cabecera", "lon_centroid")
LATITUDE = ("latitude", "lat", "lat_cabecera", "lat_centroid")
AREA = ("area_km2", "area_km2_poly")

BORDERS = ("VE", "EC", "PE", "BR", "PA")
COASTS = ("pacific", "caribbean")

# The archipelago's cays and the Amazon's southern tip, with room to spare.
_Window = tuple[float, float, float, float]
COLOMBIA: _Window = (-85.0, -64.0, -8.0, 18.0)
EARTH: _Window = (-180.0, 180.0, -90.0, 90.0)

# Belén de Bajirá, disputed between Chocó and Antioquia: in some tables with a code but no
# coordinates. Approximate place of the settlement.
_KNOWN_POINTS = {"27493": (-76.717, 7.372)}


@dataclass
class Place:
    """One municipality as its row gives it; None where the row says nothing."""

    code: str
    name: str
    longitude: float
    latitude: float
    population: float
    area_km2: float | None = None
    rural_share: float | None = None
    remoteness: float | None = None
    border: frozenset[str] | None = None
    coast: str | None = None


@dataclass
class Places:
    """The municipalities of one file, sorted by code, and what had to be assumed.

    `refusals` holds the error that each warning is under strict reading.
    """

    file: Path
    items: list[Place]
    warnings: list[str] = field(default_factory=list)
    refusals: list[InputError] = field(default_factory=list)


@dataclass(frozen=True)
class _Columns:
    code: tuple[str, ...]
    name: tuple[str, ...]
    population: tuple[str, ...]
    longitude: tuple[str, ...]
    latitude: tuple[str, ...]
    area: tuple[str, ...]
    rural_share: tuple[str, ...]
    rural_percent: tuple[str, ...]
    remoteness: tuple[str, ...]
    border: tuple[str, ...]
    coast: tuple[str, ...]

    @classmethod
    def of(cls, table: Table) -> _Columns:
        return cls(
            code=table.require(CODE),
            name=table.columns(NAME),
            population=table.require(POPULATION, r"pop(ulation)?_\d{4}", "pop_2025"),
            longitude=table.require(LONGITUDE),
            latitude=table.require(LATITUDE),
            area=table.columns(AREA),
            rural_share=table.columns(("rural_share",)),
            rural_percent=table.columns((), r"rurality_pct(_\d{4})?"),
            remoteness=table.columns(("remoteness",)),
            border=table.columns(("border",)),
            coast=table.columns(("coast",)),
        )


def read_places(
    path: str | Path,
    departments: Iterable[str],
    known: Mapping[str, Place],
    *,
    anywhere: bool = False,
) -> Places:
    """Read municipalities from a CSV file.

    Parameters
    ----------
    path
        Needs a code, a population, a longitude and a latitude; other columns are optional,
        unknown ones are ignored. Of several population columns (``pop_2025``) the first not
        blank counts, latest year first.
    departments
        Codes of the departments; a municipality belongs to the first two digits of its code.
    known
        Shipped municipalities by code, for blank coordinates and for borders and coasts.
    anywhere
        Places may lie anywhere on Earth, not only in and near Colombia.

    Raises
    ------
    InputError
        On a missing column, bad or duplicate code, number or coordinate out of range.
    """
    table = read_table(path)
    columns = _Columns.of(table)
    departments = frozenset(departments)
    window = EARTH if anywhere else COLOMBIA
    lines: dict[str, int] = {}
    items: list[Place] = []
    blank: list[tuple[Row, Place]] = []
    for row in table.rows:
        column, code = row.text(columns.code)
        check_code(row, column, code, departments)
        if code in lines:
            raise row.error(column, f"'{code}' stands twice (first on line {lines[code]})")
        lines[code] = row.line
        place, located = _read_place(row, code, columns, known.get(code), window)
        items.append(place)
        if not located:
            blank.append((row, place))
    places = Places(table.file, sorted(items, key=lambda place: place.code))
    _locate(blank, places, columns, known)
    return places


def _read_place(
    row: Row, code: str, columns: _Columns, shipped: Place | None, window: _Window
) -> tuple[Place, bool]:
    population = row.number(columns.population, 0.0, 5e7, "people, 0 or more")
    if population is None:
        raise row.error(columns.population[0], "the population is blank", "people, 0 or more")
    west, east, south, north = window
    longitude = row.number(columns.longitude, west, east, f"degrees from {west} to {east}")
    latitude = row.number(columns.latitude, south, north, f"degrees from {south} to {north}")
    if (longitude is None) != (latitude is None):
        missing = columns.longitude if longitude is None else columns.latitude
        raise row.error(missing[0], "one coordinate is blank and the other is not")
    share = row.number(columns.rural_share, 0.0, 1.0, "a share from 0 to 1")
    percent = row.number(columns.rural_percent, 0.0, 100.0, "percent from 0 to 100")
    if share is None and percent is not None:
        share = percent / 100.0
    place = Place(
        code=code,
        name=row.text(columns.name)[1] or (shipped.name if shipped else code),
        longitude=longitude or 0.0,
        latitude=latitude or 0.0,
        population=population,
        area_km2=row.number(columns.area, 0.001, 1e6, "km2, more than 0"),
        rural_share=share,
        remoteness=row.number(columns.remoteness, 0.0, 1.0, "from 0 (near) to 1 (remote)"),
        border=_border(row, columns) if columns.border else (shipped.border if shipped else None),
        coast=_coast(row, columns) if columns.coast else (shipped.coast if shipped else None),
    )
    return place, longitude is not None


def _border(row: Row, columns: _Columns) -> frozenset[str]:
    column, cell = row.text(columns.border)
    flags = [flag.strip().upper() for flag in cell.split(";") if flag.strip()]
    for flag in flags:
        if flag not in BORDERS:
            raise row.error(column, f"'{flag}' is not a neighbouring country", BORDERS)
    return frozenset(flags)


def _coast(row: Row, columns: _Columns) -> str:
    column, cell = row.text(columns.coast)
    if cell and cell.casefold() not in COASTS:
        raise row.error(column, f"'{cell}' is not a coast", COASTS)
    return cell.casefold()


def _locate(
    blank: list[tuple[Row, Place]], places: Places, columns: _Columns, known: Mapping[str, Place]
) -> None:
    """Fill blank coordinates: the shipped ones, else the middle of the department's places."""
    unplaced = {place.code for _, place in blank}
    for row, place in blank:
        if place.code in known:
            shipped = known[place.code]
            place.longitude, place.latitude = shipped.longitude, shipped.latitude
            how = "those of the shipped table are used"
        elif place.code in _KNOWN_POINTS:
            place.longitude, place.latitude = _KNOWN_POINTS[place.code]
            how = "those of its settlement are used"
        else:
            near = [
                other
                for other in places.items
                if other.code[:2] == place.code[:2] and other.code not in unplaced
            ]
            if not near:
                problem = f"'{place.code}' has no coordinates, nor has its department"
                raise row.error(columns.longitude[0], problem, "degrees")
            place.longitude = sum(other.longitude for other in near) / len(near)
            place.latitude = sum(other.latitude for other in near) / len(near)
            how = "the middle of its department is used"
        key = columns.longitude[0]
        places.refusals.append(row.error(key, f"'{place.code}' has no coordinates", "degrees"))
        places.warnings.append(
            f"{places.file.name}:{row.line}: {place.code} {place.name} has no coordinates; {how}"
        )
