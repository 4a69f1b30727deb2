"""Build a `Territory` from the shipped table or from a user's own CSV files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rift_sim.errors import InputError
from rift_sim.territory.estimates import area_from_spacing, remoteness, rural_share_from_density
from rift_sim.territory.graph import components, compress, link_isolated, neighbour_spacing
from rift_sim.territory.places import Place, Places, read_places
from rift_sim.territory.table import read_table, unknown_code
from rift_sim.territory.territory import Territory

__all__ = ["load_territory"]

DATA = Path(__file__).resolve().parent / "data"
_LISTED = 8

Floats = NDArray[np.float64]
Pairs = set[tuple[int, int]]


@dataclass(frozen=True)
class _Zone:
    code: str
    name: str
    country: str
    longitude: float
    latitude: float
    area_km2: float
    population: float
    touches: tuple[str, ...]


def load_territory(
    municipalities: str | Path | None = None,
    neighbours: str | Path | None = None,
    departments: str | Path | None = None,
    *,
    strict: bool = False,
) -> Territory:
    """Read the map.

    Parameters
    ----------
    municipalities
        CSV file with at least a code (``code`` or ``mpio_code``), a population, a longitude
        and a latitude; None for the shipped 1,122 municipalities.
    neighbours
        CSV file with two columns of codes (``a, b`` or ``mpio_a, mpio_b``), each pair once or
        twice; None for the shipped pairs among the codes present.
    departments
        CSV file with ``code`` (two digits) and ``name``, for the map of another country: nothing
        of Colombia's is then filled in, and places may lie anywhere. None for Colombia's 33.
    strict
        Refuse places without neighbours or coordinates, which otherwise are linked to the
        nearest place, or put where the shipped table has them, with a warning.

    Raises
    ------
    InputError
        With file, line and column, when a file cannot be used.
    """
    if municipalities is None and neighbours is None and departments is None:
        return _shipped()
    if departments is not None and municipalities is None:
        raise InputError(
            "departments of another country need municipalities",
            file=departments,
            key="territory.municipalities",
            allowed="a CSV file of them",
        )
    return _load(
        None if municipalities is None else Path(municipalities),
        None if neighbours is None else Path(neighbours),
        None if departments is None else Path(departments),
        strict,
    )


@lru_cache(maxsize=1)
def _shipped() -> Territory:
    return _load(None, None, None, True)


@lru_cache(maxsize=1)
def _departments() -> dict[str, str]:
    return _read_departments(DATA / "departments.csv")


def _read_departments(path: Path) -> dict[str, str]:
    table = read_table(path)
    codes, names = table.require(("code",)), table.require(("name",))
    found: dict[str, str] = {}
    for row in table.rows:
        column, code = row.text(codes)
        if not re.fullmatch(r"[0-9]{2}", code):
            raise row.error(column, f"'{code}' is not a department's code", "two digits as text")
        if code in found:
            raise row.error(column, f"'{code}' stands twice", "each code once")
        found[code] = row.text(names)[1] or code
    return found


@lru_cache(maxsize=1)
def _shipped_places() -> dict[str, Place]:
    places = read_places(DATA / "municipalities.csv", _departments(), {})
    return {place.code: place for place in places.items}


def _load(
    municipalities: Path | None, neighbours: Path | None, own: Path | None, strict: bool
) -> Territory:
    """Read a map; `own` names the departments of another country, which has no border zones."""
    known = _shipped_places() if own is None else {}
    departments = _departments() if own is None else _read_departments(own)
    if municipalities is None:
        places = Places(DATA / "municipalities.csv", list(known.values()))
    else:
        places = read_places(municipalities, departments, known, anywhere=own is not None)
    position = {place.code: k for k, place in enumerate(places.items)}
    pairs = _read_pairs(neighbours or DATA / "neighbours.csv", position, neighbours is not None)
    longitude = np.array([place.longitude for place in places.items])
    latitude = np.array([place.latitude for place in places.items])
    warnings = places.warnings + _connect(
        places, longitude, latitude, pairs, strict, neighbours or places.file
    )
    if strict and places.refusals:
        raise places.refusals[0]
    if own is not None and (shared := sorted(departments.keys() & _departments().keys())):
        warnings.append(
            f"{own.name}: Colombia has departments {', '.join(shared)}, too; what the ledger says "
            "of those (gold, coca, presence) holds here unless it is another ledger"
        )
    zones = _read_zones(position) if own is None else []
    return _assemble(places, longitude, latitude, pairs, zones, departments, tuple(warnings))


def _read_pairs(path: Path, position: dict[str, int], own: bool) -> Pairs:
    """Read links; in the shipped file those that lead out of the table are left out."""
    table = read_table(path)
    first = table.require(("a", "mpio_a", "code_a"))
    second = table.require(("b", "mpio_b", "code_b"))
    pairs: Pairs = set()
    for row in table.rows:
        (column_a, a), (column_b, b) = row.text(first), row.text(second)
        if own:
            for column, code in ((column_a, a), (column_b, b)):
                if code not in position:
                    raise unknown_code(row, column, code, position, "a code of that table")
            if a == b:
                raise row.error(column_b, f"'{a}' is its own neighbour", "two different codes")
        elif a not in position or b not in position:
            continue
        i, j = position[a], position[b]
        pairs.add((min(i, j), max(i, j)))
    return pairs


def _connect(
    places: Places, longitude: Floats, latitude: Floats, pairs: Pairs, strict: bool, file: Path
) -> list[str]:
    """Link isolated places in `pairs`, refuse a map in several parts; return warnings."""
    items = places.items
    if len(items) == 1:
        return []
    sets = components(len(items), pairs)
    isolated = [members[0] for members in sets if len(members) == 1]
    if strict and isolated:
        raise InputError(
            f"places without neighbours ({len(isolated)}): {_listed(items, isolated)}",
            file=file,
            allowed="at least one neighbour each; without --strict they are linked to the nearest",
        )
    parts = [members for members in sets if len(members) > 1]
    if len(parts) > 1:
        one_each = _listed(items, [members[0] for members in parts])
        sizes = ", ".join(str(len(members)) for members in parts[:_LISTED])
        raise InputError(
            f"the map falls into {len(parts)} parts ({sizes} places); one of each: {one_each}",
            file=file,
            allowed="one connected map: add the links between the parts",
        )
    warnings = []
    for lonely, near in link_isolated(longitude, latitude, isolated):
        pairs.add((min(lonely, near), max(lonely, near)))
        warnings.append(
            f"{file.name}: {items[lonely].code} {items[lonely].name} has no neighbours; linked to "
            f"the nearest place, {items[near].code} {items[near].name}"
        )
    return warnings


def _listed(items: list[Place], positions: list[int]) -> str:
    names = [f"{items[k].code} {items[k].name}" for k in positions[:_LISTED]]
    more = len(positions) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _filled(values: list[float | None], estimate: Floats) -> Floats:
    return np.array(
        [
            known if known is not None else float(guess)
            for known, guess in zip(values, estimate, strict=True)
        ]
    )


def _read_zones(position: dict[str, int]) -> list[_Zone]:
    zones = []
    for row in read_table(DATA / "zones.csv").rows:
        cell = row.cells
        touches = tuple(code for code in cell["touches"].split(";") if code in position)
        if touches:
            zones.append(
                _Zone(
                    code=cell["code"],
                    name=cell["name"],
                    country=cell["country"],
                    longitude=float(cell["longitude"]),
                    latitude=float(cell["latitude"]),
                    area_km2=float(cell["area_km2"]),
                    population=float(cell["population"]),
                    touches=touches,
                )
            )
    return zones


def _assemble(
    places: Places,
    longitude: Floats,
    latitude: Floats,
    pairs: Pairs,
    zones: list[_Zone],
    departments: dict[str, str],
    warnings: tuple[str, ...],
) -> Territory:
    items = places.items
    codes = tuple(place.code for place in items)
    position = {code: k for k, code in enumerate(codes)}
    people = np.array([place.population for place in items])
    areas = [place.area_km2 for place in items]
    if None in areas:
        spacing = neighbour_spacing(longitude, latitude, *compress(len(items), pairs))
        area = _filled(areas, area_from_spacing(spacing))
    else:
        area = np.array(areas, dtype=np.float64)
    rural = _filled([p.rural_share for p in items], rural_share_from_density(people, area))
    far = [place.remoteness for place in items]
    if None in far:
        remote = _filled(far, remoteness(codes, longitude, latitude, people, area, rural))
    else:
        remote = np.array(far, dtype=np.float64)
    n, extra = len(items), np.zeros(len(zones), dtype=bool)
    links = pairs | {(position[c], n + z) for z, zone in enumerate(zones) for c in zone.touches}
    indptr, indices = compress(n + len(zones), links)
    at_border = [[position[code] for code in zone.touches] for zone in zones]
    order = {code: k for k, code in enumerate(sorted(departments))}

    def joined(values: Floats, abroad: list[float]) -> Floats:
        return np.concatenate([values, np.array(abroad, dtype=np.float64)])

    def flagged(flag: str) -> NDArray[np.bool_]:
        return np.concatenate([np.array([flag in (p.border or ()) for p in items]), extra])

    return Territory(
        code=codes + tuple(zone.code for zone in zones),
        name=tuple(place.name for place in items) + tuple(zone.name for zone in zones),
        country=("colombia",) * n + tuple(zone.country for zone in zones),
        longitude=joined(longitude, [zone.longitude for zone in zones]),
        latitude=joined(latitude, [zone.latitude for zone in zones]),
        population=joined(people, [zone.population for zone in zones]),
        area_km2=joined(area, [zone.area_km2 for zone in zones]),
        # What lies behind the border is taken to be like what lies before it.
        rural_share=joined(rural, [float(rural[k].mean()) for k in at_border]),
        remoteness=joined(remote, [float(remote[k].mean()) for k in at_border]),
        border_venezuela=flagged("VE"),
        border_ecuador=flagged("EC"),
        coast=np.concatenate([np.array([bool(place.coast) for place in items]), extra]),
        is_zone=np.arange(n + len(zones)) >= n,
        indptr=indptr,
        indices=indices,
        departments=tuple(order),
        department_names=tuple(departments[code] for code in order),
        department_index=np.array(
            [order[code[:2]] for code in codes] + [-1] * len(zones), dtype=np.int32
        ),
        warnings=warnings,
    )
