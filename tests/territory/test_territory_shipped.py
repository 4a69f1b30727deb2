"""The shipped table: its invariants, its outlines, and how near it comes to official data."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from rift_sim.errors import InputError
from rift_sim.territory import load_outlines, load_territory
from rift_sim.territory.estimates import distance_km, remoteness

# DANE projection of the population in 2023, by department.
DEPARTMENT_POPULATION_2023 = {
    **{"05": 6848360, "08": 2803565, "11": 7907281, "13": 2247283, "15": 1298800, "17": 1040284},
    **{"18": 425053, "19": 1558045, "20": 1373581, "23": 1898911, "25": 3445327, "27": 595138},
    **{"41": 1178453, "44": 1038397, "47": 1496163, "50": 1130085, "52": 1699570, "54": 1696740},
    **{"63": 563076, "66": 972304, "68": 2357127, "70": 994060, "73": 1374384, "76": 4638029},
    **{"81": 313097, "85": 467775, "86": 383042, "88": 62269, "91": 85056, "94": 56551},
    **{"95": 97616, "97": 46777, "99": 123304},
}


def graph() -> nx.Graph:
    territory = load_territory()
    links = nx.Graph()
    links.add_nodes_from(range(len(territory.code)))
    for place in range(len(territory.code)):
        links.add_edges_from((place, int(other)) for other in territory.neighbours_of(place))
    return links


def test_counts_order_and_types() -> None:
    territory = load_territory()
    n = len(territory.code)
    assert territory.municipalities == 1122
    assert n == 1122 + 7
    assert list(territory.code[:1122]) == sorted(set(territory.code[:1122]))
    assert list(territory.code[1122:]) == sorted(set(territory.code[1122:]))
    assert all(len(code) == 5 and code.isdigit() for code in territory.code[:1122])
    assert len(territory.departments) == len(set(territory.departments)) == 33
    assert list(territory.departments) == sorted(territory.departments)
    for name in ("longitude", "latitude", "population", "area_km2", "rural_share", "remoteness"):
        values = getattr(territory, name)
        assert values.shape == (n,)
        assert values.dtype == np.float64
        assert np.isfinite(values).all()
    for name in ("border_venezuela", "border_ecuador", "coast", "is_zone"):
        assert getattr(territory, name).dtype == np.bool_
    assert territory.indptr.dtype == territory.indices.dtype == np.uint32
    assert territory.warnings == ()


def test_values_are_in_range() -> None:
    territory = load_territory()
    assert (territory.population > 0).all()
    assert (territory.area_km2 > 0).all()
    assert territory.area_km2[:1122].sum() == pytest.approx(1_141_748, rel=0.01)
    for share in (territory.rural_share, territory.remoteness):
        assert ((share >= 0) & (share <= 1)).all()


def test_departments_hold_the_people_of_the_projection() -> None:
    territory = load_territory()
    here = ~territory.is_zone
    sums = np.bincount(territory.department_index[here], territory.population[here], 33)
    for code, people in zip(territory.departments, sums, strict=True):
        assert people == pytest.approx(DEPARTMENT_POPULATION_2023[code], rel=0.005), code


def test_department_follows_from_the_code() -> None:
    territory = load_territory()
    for code, department in zip(territory.code, territory.department_index, strict=True):
        expected = -1 if code.startswith(("VE", "EC")) else territory.departments.index(code[:2])
        assert department == expected


def test_neighbours_are_symmetric_sorted_and_connected() -> None:
    territory = load_territory()
    n = len(territory.code)
    matrix = np.zeros((n, n), dtype=bool)
    for place in range(n):
        near = territory.neighbours_of(place)
        assert (np.diff(near) > 0).all()
        matrix[place, near] = True
    assert (matrix == matrix.T).all()
    assert not matrix.diagonal().any()
    assert 5.0 <= matrix[:1122, :1122].sum() / 1122 <= 6.5
    links = graph()
    assert nx.is_connected(links)
    assert nx.is_connected(links.subgraph(range(1122)))


def test_neighbours_one_can_look_up_on_a_map() -> None:
    territory = load_territory()

    def near(code: str) -> set[str]:
        return {territory.code[k] for k in territory.neighbours_of(territory.index_of(code))}

    assert near("88564") == {"88001"}
    assert near("88001") == {"88564", "13001"}
    # Leticia: Puerto Nariño and Tarapacá.
    assert near("91001") == {"91540", "91798"}
    # Cúcuta and Villa del Rosario, and both with Táchira.
    assert {"54874", "VE-TAC"} <= near("54001")
    assert "54001" in near("VE-TAC")


def test_zones_touch_only_border_municipalities() -> None:
    territory = load_territory()
    flags = {"venezuela": territory.border_venezuela, "ecuador": territory.border_ecuador}
    for zone in np.flatnonzero(territory.is_zone):
        near = territory.neighbours_of(int(zone))
        assert len(near) > 0
        assert flags[territory.country[zone]][near].all()
        assert not territory.is_zone[near].any()
    assert {territory.country[k] for k in range(1122)} == {"colombia"}


def test_borders_and_coasts_of_known_places() -> None:
    territory = load_territory()
    at = territory.index_of
    for code in ("54001", "44430", "81001", "99001", "20013"):
        assert territory.border_venezuela[at(code)], code
        assert not territory.border_ecuador[at(code)], code
    for code in ("52835", "52356", "86573"):
        assert territory.border_ecuador[at(code)], code
    for code in ("13001", "47001", "76109", "52835", "27075", "88001", "88564"):
        assert territory.coast[at(code)], code
    for code in ("05001", "11001", "15223", "54001", "47268"):
        assert not territory.coast[at(code)], code


def test_remoteness_orders_the_country_as_one_expects() -> None:
    territory = load_territory()
    rank = {code: territory.remoteness[territory.index_of(code)] for code in territory.code[:1122]}
    assert max(rank[c] for c in ("11001", "05001", "76001", "08001", "68001")) < 0.05
    assert min(rank[c] for c in ("91405", "94663", "97666", "99773", "27372")) > 0.9
    assert rank["25754"] < rank["54810"] < rank["94888"]  # Soacha, Tibú, Morichal


def test_stored_remoteness_is_the_stated_rule() -> None:
    territory = load_territory()
    m = slice(0, 1122)
    again = remoteness(
        territory.code[m],
        territory.longitude[m],
        territory.latitude[m],
        territory.population[m],
        territory.area_km2[m],
        territory.rural_share[m],
    )
    assert np.abs(again - territory.remoteness[m]).max() < 1e-4


def test_names_are_in_proper_case_with_accents() -> None:
    territory = load_territory()
    names = dict(zip(territory.departments, territory.department_names, strict=True))
    assert names["54"] == "Norte de Santander"
    assert names["11"] == "Bogotá, D.C."
    assert names["05"] == "Antioquia"
    assert territory.name[territory.index_of("05001")] == "Medellín"
    assert territory.name[territory.index_of("11001")] == "Bogotá, D.C."
    assert territory.name[territory.index_of("23682")] == "San José de Uré"
    assert territory.name[territory.index_of("94663")] == "Mapiripana"
    assert not any(name.isupper() for name in territory.name)


def test_arrays_are_read_only_also_after_a_pickle() -> None:
    territory = load_territory()
    copy = pickle.loads(pickle.dumps(territory))
    for each in (territory, copy):
        with pytest.raises(ValueError, match="read-only"):
            each.population[0] = 0.0
    assert copy.digest == territory.digest
    assert copy.index_of("05001") == 0


def test_unknown_code_names_the_nearest() -> None:
    with pytest.raises(InputError, match="'0500' is not a place") as error:
        load_territory().index_of("0500")
    assert error.value.nearest in load_territory().code
    with pytest.raises(InputError, match="did you mean 'VE-ZUL'"):
        load_territory().index_of("VE-ZULIA")


def test_default_is_cached_and_light() -> None:
    assert load_territory() is load_territory()
    probe = (
        "import sys; from rift_sim.territory import load_territory, load_outlines;"
        "load_territory(); load_outlines();"
        "print([m for m in ('scipy', 'numba', 'matplotlib', 'mesa', 'xarray', 'shapely')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_data_folder_is_compact() -> None:
    import rift_sim.territory

    data = Path(rift_sim.territory.__file__).parent / "data"
    assert sum(file.stat().st_size for file in data.iterdir()) < 700_000
    assert "ODbL" in (data / "SOURCES.md").read_text(encoding="utf-8")
    json.loads((data / "outlines.json").read_text(encoding="utf-8"))


def ring_area(ring: np.ndarray) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return abs(float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))) / 2.0


def inside(ring: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    result = np.zeros(len(x), dtype=bool)
    for (ax, ay), (bx, by) in pairwise(ring):
        crosses = (ay > y) != (by > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            result ^= crosses & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return result


def test_outlines_are_closed_and_meet_without_gaps() -> None:
    outlines = load_outlines()
    assert sorted(outlines.departments) == list(load_territory().departments)
    for rings in (*outlines.departments.values(), outlines.nation):
        for ring in rings:
            assert len(ring) >= 4
            assert (ring[0] == ring[-1]).all()
    parts = sum(ring_area(ring) for rings in outlines.departments.values() for ring in rings)
    whole = sum(ring_area(ring) for ring in outlines.nation)
    assert parts == pytest.approx(whole, rel=1e-3)
    # Inner rims are shared point by point: nearly every point belongs to two departments
    # or to the rim of the nation.
    points: dict[tuple[float, float], int] = {}
    for rings in (*outlines.departments.values(), outlines.nation):
        for ring in rings:
            for x, y in ring[:-1]:
                points[x, y] = points.get((x, y), 0) + 1
    assert sum(count == 1 for count in points.values()) < 0.005 * len(points)


def test_seats_lie_in_the_outline_of_their_department() -> None:
    territory, outlines = load_territory(), load_outlines()
    hits = np.zeros(1122, dtype=bool)
    for k, code in enumerate(territory.departments):
        here = np.flatnonzero(territory.department_index == k)
        for ring in outlines.departments[code]:
            hits[here] |= inside(ring, territory.longitude[here], territory.latitude[here])
    # Seats on a coast or river may fall outside the simplified rim.
    assert hits.sum() > 1100


def reference() -> Path:
    folder = os.environ.get("RIFT_DATA")
    if not folder:
        pytest.skip("RIFT_DATA is not set: no official data to compare with")
    for path in (Path(folder) / "data", Path(folder)):
        if (path / "municipalities.csv").is_file() and (path / "adjacency_mpio.csv").is_file():
            return path
    pytest.skip(f"RIFT_DATA: no municipalities.csv and adjacency_mpio.csv in {folder}")


def test_shipped_table_comes_near_official_data() -> None:
    folder = reference()
    ours = load_territory()
    theirs = load_territory(folder / "municipalities.csv", folder / "adjacency_mpio.csv")
    theirs_at = np.array([theirs.index_of(code) for code in ours.code[:1122]])
    people = theirs.population[theirs_at]
    some = people > 0
    ratio = np.abs(np.log(ours.population[:1122][some] / people[some]))
    assert np.exp(np.median(ratio)) < 1.35
    apart = distance_km(
        ours.longitude[:1122],
        ours.latitude[:1122],
        theirs.longitude[theirs_at],
        theirs.latitude[theirs_at],
    )
    assert np.median(apart) < 0.5
    assert (apart < 5.0).mean() > 0.95
    ours_links, theirs_links = (
        {
            (territory.code[a], territory.code[b])
            for a in range(territory.municipalities)
            for b in territory.neighbours_of(a)
            if a < b < territory.municipalities
        }
        for territory in (ours, theirs)
    )
    common = len(ours_links & theirs_links)
    assert common / len(ours_links) > 0.99
    assert common / len(theirs_links) > 0.99


def test_official_files_work_as_they_are() -> None:
    folder = reference()
    files = folder / "municipalities.csv", folder / "adjacency_mpio.csv"
    territory = load_territory(*files)
    assert territory.municipalities == 1123
    assert int(territory.is_zone.sum()) == 7
    text = "\n".join(territory.warnings)
    for code in ("27493", "88001", "88564", "94663"):
        assert f"{code} " in text
        assert len(territory.neighbours_of(territory.index_of(code))) > 0
    with pytest.raises(InputError, match=r"places without neighbours \(4\).*27493.*88001") as error:
        load_territory(*files, strict=True)
    assert error.value.file == str(files[1])
