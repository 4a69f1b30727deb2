"""A user's own CSV files: what is accepted, what is filled in, and every refusal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rift_sim.errors import InputError
from rift_sim.territory import Territory, load_territory
from rift_sim.territory.estimates import rural_share_from_density

HEADER = "code,name,longitude,latitude,population"
FIVE = (
    HEADER,
    "05001,A,-75.0,6.0,500000",
    "05002,B,-75.1,6.0,20000",
    "05004,C,-75.2,6.0,10000",
    "05021,D,-75.3,6.0,5000",
    "13001,E,-75.4,6.0,1000",
)
LINE = ("a,b", "05001,05002", "05002,05004", "05004,05021", "05021,13001")


def write(folder: Path, name: str, lines: tuple[str, ...]) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def small(
    folder: Path,
    places: tuple[str, ...] = FIVE,
    links: tuple[str, ...] = LINE,
    strict: bool = False,
) -> Territory:
    return load_territory(
        write(folder, "places.csv", places), write(folder, "links.csv", links), strict=strict
    )


def refusal(folder: Path, **files: tuple[str, ...]) -> InputError:
    with pytest.raises(InputError) as caught:
        small(folder, **files)
    assert caught.value.file is not None
    assert "Traceback" not in str(caught.value)
    return caught.value


def replaced(lines: tuple[str, ...], line: int, text: str) -> tuple[str, ...]:
    """Put `text` on a line counted from 1."""
    return (*lines[: line - 1], text, *lines[line:])


def test_hand_made_map(tmp_path: Path) -> None:
    territory = small(tmp_path, strict=True)
    assert territory.code == ("05001", "05002", "05004", "05021", "13001")
    assert territory.name == ("A", "B", "C", "D", "E")
    assert territory.indptr.tolist() == [0, 1, 3, 5, 7, 8]
    assert territory.indices.tolist() == [1, 0, 2, 1, 3, 2, 4, 3]
    assert territory.population.tolist() == [500000, 20000, 10000, 5000, 1000]
    assert territory.department_index.tolist() == [0, 0, 0, 0, 3]
    assert len(territory.departments) == 33
    assert territory.warnings == ()
    assert not territory.is_zone.any()


def test_rows_and_links_in_any_order_give_the_same_territory(tmp_path: Path) -> None:
    first = small(tmp_path)
    doubled = (*LINE, "13001,05021", "05002,05001", "")
    again = small(tmp_path, (FIVE[0], *reversed(FIVE[1:])), doubled)
    assert again.digest == first.digest
    other = small(tmp_path, replaced(FIVE, 2, "05001,A,-75.0,6.0,500001"))
    assert other.digest != first.digest


def test_other_names_of_columns(tmp_path: Path) -> None:
    header = (
        "mpio_code,pop_2011,pop_2025,dept,name,lon_centroid,lat_centroid,area_km2_poly,"
        "lon_cabecera,lat_cabecera,rurality_pct_2021"
    )
    places = (
        header,
        "05001,7,8,Antioquia,A,-75.5,6.5,100,-75.0,6.0,25",
        "05002,7,,ANTIOQUIA,B,-75.6,6.5,200,,,",
    )
    territory = small(tmp_path, places, ("mpio_a,mpio_b,shared_border_km", "05001,05002,3.1"))
    assert territory.population.tolist() == [8, 7]
    assert territory.longitude.tolist() == [-75.0, -75.6]
    assert territory.area_km2.tolist() == [100, 200]
    assert territory.rural_share[0] == 0.25
    assert territory.rural_share[1] == rural_share_from_density(np.array(7.0), np.array(200.0))
    assert set(territory.department_index.tolist()) == {0}


def test_byte_order_mark_blanks_and_windows_line_ends(tmp_path: Path) -> None:
    expected = small(tmp_path).digest
    places, links = tmp_path / "p.csv", tmp_path / "l.csv"
    text = "\r\n".join(FIVE).replace(",", " , ")
    places.write_bytes(b"\xef\xbb\xbf" + text.encode())
    links.write_bytes("\r\n".join(LINE).encode())
    assert load_territory(places, links).digest == expected


def test_missing_columns_are_estimated(tmp_path: Path) -> None:
    territory = small(tmp_path)
    # Neighbours 11.06 km apart: hexagonal cells of about 106 km2.
    assert territory.area_km2 == pytest.approx(np.full(5, 105.9), rel=0.01)
    assert territory.rural_share == pytest.approx(
        np.minimum(1, 6000 * np.sqrt(territory.area_km2 / 400) / territory.population)
    )
    # A is town and capital; E has fewest people and is its own department's capital.
    assert territory.remoteness[0] == 0.0
    assert (np.diff(territory.remoteness[:4]) > 0).all()


def test_given_columns_win(tmp_path: Path) -> None:
    places = (
        HEADER + ",area_km2,rural_share,remoteness,border,coast",
        "05001,A,-75,6,100,50,0.5,0.9,,",
        "05002,B,-75,7,100,60,0.6,0.1,ve;EC,Pacific",
    )
    territory = small(tmp_path, places, ("a,b", "05001,05002"))
    assert territory.area_km2.tolist() == [50, 60]
    assert territory.rural_share.tolist() == [0.5, 0.6]
    assert territory.remoteness.tolist() == [0.9, 0.1]
    assert territory.border_venezuela.tolist() == [False, True]
    assert territory.border_ecuador.tolist() == [False, True]
    assert territory.coast.tolist() == [False, True]


def test_zones_follow_the_border_municipalities_present(tmp_path: Path) -> None:
    places = (HEADER, "54001,Cúcuta,-72.5,7.9,700000", "54874,Villa,-72.47,7.83,100000")
    territory = small(tmp_path, places, ("a,b", "54001,54874"))
    assert territory.municipalities == 2
    assert "VE-TAC" in territory.code
    zone = territory.index_of("VE-TAC")
    assert territory.neighbours_of(zone).tolist() == [0, 1]
    assert territory.country[zone] == "venezuela"
    assert territory.department_index[zone] == -1
    assert territory.border_venezuela[:2].all()
    assert territory.remoteness[zone] == pytest.approx(territory.remoteness[:2].mean())


def test_shipped_links_serve_a_part_of_the_country(tmp_path: Path) -> None:
    shipped = load_territory()
    here = [k for k in range(1122) if shipped.code[k][:2] in {"63", "66"}]
    rows = [
        f"{shipped.code[k]},x,{shipped.longitude[k]},{shipped.latitude[k]},{shipped.population[k]}"
        for k in here
    ]
    territory = load_territory(write(tmp_path, "part.csv", (HEADER, *rows)), strict=True)
    for k in here:
        place = territory.index_of(shipped.code[k])
        near = {shipped.code[j] for j in shipped.neighbours_of(k) if j in here}
        assert {territory.code[j] for j in territory.neighbours_of(place)} == near


def test_own_links_on_shipped_municipalities(tmp_path: Path) -> None:
    shipped = load_territory()
    pairs = {
        (shipped.code[a], shipped.code[int(b)])
        for a in range(1122)
        for b in shipped.neighbours_of(a)
        if a < b < 1122
    }
    links = write(tmp_path, "links.csv", ("a,b", *(f"{a},{b}" for a, b in sorted(pairs))))
    assert load_territory(neighbours=links).digest == shipped.digest


def test_isolated_places_are_linked_to_the_nearest(tmp_path: Path) -> None:
    # D and E have no links; D is nearer to C, E then to D.
    links = LINE[:3]
    territory = small(tmp_path, FIVE, links)
    assert territory.neighbours_of(3).tolist() == [2, 4]
    assert territory.neighbours_of(4).tolist() == [3]
    assert len(territory.warnings) == 2
    assert "05021 D has no neighbours; linked to the nearest place, 05004 C" in "".join(
        territory.warnings
    )
    with pytest.raises(InputError, match=r"places without neighbours \(2\): 05021 D, 13001 E"):
        small(tmp_path, FIVE, links, strict=True)


def test_one_place_alone_is_a_map(tmp_path: Path) -> None:
    territory = load_territory(write(tmp_path, "one.csv", FIVE[:2]), strict=True)
    assert territory.indptr.tolist() == [0, 0]
    assert territory.indices.tolist() == []
    assert territory.remoteness.tolist() == [0.5]
    assert territory.warnings == ()


def test_blank_coordinates_are_filled_with_a_warning(tmp_path: Path) -> None:
    places = (HEADER, "94663,M,,,10", "94888,N,-70,2,10", "94340,O,,,10", "27493,P,,,1")
    links = ("a,b", "94663,94888", "94888,94340", "94340,27493")
    territory = small(tmp_path, places, links)
    shipped = load_territory()
    at, there = territory.index_of("94663"), shipped.index_of("94663")
    assert territory.longitude[at] == shipped.longitude[there]
    assert territory.longitude[territory.index_of("94340")] == -70
    assert len(territory.warnings) == 3
    with pytest.raises(InputError, match=r"places\.csv:2: longitude: '94663' has no coordinates"):
        small(tmp_path, places, links, strict=True)
    error = refusal(tmp_path, places=(HEADER, "05999,M,,,10"), links=("a,b", "05999,05999"))
    assert "nor has its department" in error.problem


@pytest.mark.parametrize("column", ["code", "population", "longitude", "latitude"])
def test_missing_column(tmp_path: Path, column: str) -> None:
    error = refusal(tmp_path, places=(HEADER.replace(column, column + "x"), *FIVE[1:]))
    assert (error.line, error.key) == (1, column)
    assert f"column '{column}' is missing (there is '{column}x')" in error.problem
    assert column in str(error.allowed)
    assert error.nearest == column


def test_missing_column_of_links(tmp_path: Path) -> None:
    error = refusal(tmp_path, links=("a,c", "05001,05002"))
    assert error.key == "b"
    assert "mpio_b" in str(error.allowed)


@pytest.mark.parametrize("code", ["5001", "050011", "O5001", "", "05 01", "٠٥٠٠١"])
def test_code_that_is_not_five_digits(tmp_path: Path, code: str) -> None:
    error = refusal(tmp_path, places=replaced(FIVE, 3, f"{code},B,-75.1,6.0,20000"))
    assert (error.line, error.key) == (3, "code")
    assert "five digits" in str(error.allowed)
    assert error.nearest == ("05001" if code == "5001" else None)


def test_code_of_no_department(tmp_path: Path) -> None:
    error = refusal(tmp_path, places=replaced(FIVE, 3, "96001,B,-75.1,6.0,20000"))
    assert (error.line, error.key) == (3, "code")
    assert "95" in str(error.allowed)


def test_duplicate_code(tmp_path: Path) -> None:
    error = refusal(tmp_path, places=(*FIVE, "05002,B,-75.1,6.0,20000"))
    assert error.line == 7
    assert error.problem == "'05002' stands twice (first on line 3)"


@pytest.mark.parametrize("value", ["many", "-1", "nan", "inf", "1e99", ""])
def test_bad_population(tmp_path: Path, value: str) -> None:
    error = refusal(tmp_path, places=replaced(FIVE, 4, f"05004,C,-75.2,6.0,{value}"))
    assert (error.line, error.key) == (4, "population")
    assert error.allowed == "people, 0 or more"


@pytest.mark.parametrize(
    ("longitude", "latitude", "key"),
    [
        ("6.0", "-75.2", "longitude"),
        ("-75.2", "51.0", "latitude"),
        ("-175.2", "6.0", "longitude"),
        ("-75.2", "", "latitude"),
        ("west", "6", "longitude"),
    ],
)
def test_bad_coordinates(tmp_path: Path, longitude: str, latitude: str, key: str) -> None:
    error = refusal(tmp_path, places=replaced(FIVE, 4, f"05004,C,{longitude},{latitude},1"))
    assert (error.line, error.key) == (4, key)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("area_km2", "0"),
        ("rural_share", "1.2"),
        ("remoteness", "-0.1"),
        ("rurality_pct_2021", "120"),
        ("border", "XX"),
        ("coast", "atlantic"),
    ],
)
def test_bad_optional_value(tmp_path: Path, column: str, value: str) -> None:
    places = (f"{HEADER},{column}", *(f"{row},{value}" for row in FIVE[1:]))
    error = refusal(tmp_path, places=places)
    assert (error.line, error.key) == (2, column)
    assert error.allowed


def test_neighbour_that_does_not_exist(tmp_path: Path) -> None:
    error = refusal(tmp_path, links=replaced(LINE, 3, "05002,05005"))
    assert (error.line, error.key) == (3, "b")
    assert "'05005' is not in the table" in error.problem
    assert error.nearest in {"05001", "05002", "05004"}
    assert "did you mean" in str(error)


def test_place_that_is_its_own_neighbour(tmp_path: Path) -> None:
    error = refusal(tmp_path, links=replaced(LINE, 3, "05002,05002"))
    assert (error.line, error.key) == (3, "b")
    assert "its own neighbour" in error.problem


@pytest.mark.parametrize("strict", [False, True])
def test_map_in_several_parts(tmp_path: Path, strict: bool) -> None:
    links = ("a,b", "05001,05002", "05004,05021", "05021,13001")
    with pytest.raises(InputError) as caught:
        small(tmp_path, FIVE, links, strict=strict)
    assert "2 parts (3, 2 places); one of each: 05004 C, 05001 A" in caught.value.problem
    assert caught.value.file == str(tmp_path / "links.csv")


@pytest.mark.parametrize("name", ["places.csv", "links.csv"])
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        ((HEADER + ",a,b\n").encode(), "no rows"),
        ("code,name\n05001,Medell\xedn\n".encode("latin-1"), "UTF-8"),
        (b"PK\x03\x04\x00\x00", "UTF-8"),
        (b"code;a;b\n05001;1;2\n", "commas"),
        (b'a,b,code\n"05001,1,2\n', "CSV"),
        (b"a,b,code\n05001\n", "1 cells"),
        (b"a,b,a\n05001,1,2\n", "twice"),
    ],
)
def test_file_that_cannot_be_read(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    write(tmp_path, "places.csv", FIVE)
    write(tmp_path, "links.csv", LINE)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=problem) as caught:
        load_territory(tmp_path / "places.csv", tmp_path / "links.csv")
    assert caught.value.file == str(tmp_path / name)
    assert caught.value.exit_code == 2


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load_territory(tmp_path / "none.csv")
    with pytest.raises(InputError, match="a folder, not a file"):
        load_territory(tmp_path)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.lists(
            st.sampled_from(
                ["05001", "05002", "13001", "", "x", "-75", "6", "1e9", "nan", '"', "5001", "\0"]
            ),
            max_size=6,
        ),
        max_size=5,
    ),
    header=st.permutations(["code", "longitude", "latitude", "population", "name"]),
)
def test_nothing_but_a_territory_or_one_clear_error(
    tmp_path: Path, cells: list[list[str]], header: list[str]
) -> None:
    path = tmp_path / "any.csv"
    path.write_text("\n".join(",".join(row) for row in [header, *cells]), encoding="utf-8")
    refused: InputError | None = None
    try:
        territory = load_territory(path)
    except InputError as error:
        refused = error
    if refused is not None:
        assert refused.file == str(path)
        return
    assert np.isfinite(territory.remoteness).all()
    assert len(territory.neighbours_of(0)) > 0 or territory.municipalities == 1


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    points=st.lists(
        st.tuples(st.floats(-79, -67), st.floats(-4, 12), st.integers(0, 10**7)),
        min_size=2,
        max_size=12,
    )
)
def test_without_links_every_place_hangs_on_its_nearest(
    tmp_path: Path, points: list[tuple[float, float, int]]
) -> None:
    # Codes that the shipped table does not have, so that no shipped link applies.
    rows = [f"059{k:02d},x,{x},{y},{people}" for k, (x, y, people) in enumerate(points)]
    territory = load_territory(write(tmp_path, "points.csv", (HEADER, *rows)))
    assert len(territory.indices) == 2 * (len(points) - 1)
    assert len(territory.warnings) == len(points) - 1
    assert ((territory.remoteness >= 0) & (territory.remoteness <= 1)).all()
