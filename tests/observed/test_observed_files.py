"""Data files: recognised by columns and name, read strictly, with one exact error each."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from rift_sim.errors import InputError
from rift_sim.observed.files import find_files, read_file
from rift_sim.observed.formats import FORMATS, identify
from rift_sim.seeds import load_ledger
from rift_sim.territory import load_territory

HEADS = {
    "municipalities": "mpio_code,pop_2011,pop_2025",
    "adjacency": "mpio_a,mpio_b,shared_border_km",
    "presence": "mpio_code,year,group",
    "ruv": "mpio_code,year,displaced_ruv,scale_ambiguous",
    "coca": "mpio_code,year,coca_ha",
    "homicides": "mpio_code,year,homicides",
    "vipaa": "mpio_code,year,actor_main,actor_sub,events",
}
YEARS = "allowed: 1985 to 2035"
COUNT = "allowed: a whole number, 0 or more"
DIGITS = "allowed: five digits kept as text, such as 05001"


def write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_file(path, load_ledger(), load_territory())
    return str(caught.value).replace(f"{path.parent}/", "")


@pytest.mark.parametrize("key", FORMATS)
def test_a_format_is_known_by_its_columns_whatever_the_name(key: str) -> None:
    found = identify(Path("someone-elses.csv"), HEADS[key].split(","))
    assert found is FORMATS[key]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("homicides_mpio_2003_2024.csv", "homicides"),
        ("pares_presence_2018_2025.csv", "presence"),
        ("RUV_displacement_mpio_all.csv", "ruv"),
    ],
)
def test_other_years_in_the_name_and_the_short_name_of_the_code(name: str, key: str) -> None:
    header = HEADS[key].replace("mpio_code", "code").split(",")
    assert identify(Path(name), header) is FORMATS[key]


def test_unknown_columns_under_an_unknown_name_are_no_data_file(tmp_path: Path) -> None:
    path = write(tmp_path, "notes.csv", "mpio_code,year,remark", "05001,2010,none")
    assert read_file(path, load_ledger(), load_territory()) is None
    files, warnings = find_files(tmp_path, load_ledger(), load_territory())
    assert files == ()
    assert warnings == ("notes.csv: no known format, left out",)


class Bad(NamedTuple):
    """Lines of a file, and the message they must cause."""

    name: str
    lines: tuple[str, ...]
    message: str


BAD = {
    "missing column": Bad(
        "coca_mpio_2001_2019.csv",
        ("mpio_code,year,coca_hectares", "05001,2010,3"),
        "coca_mpio_2001_2019.csv:1: coca_ha: the column 'coca_ha' is missing (there is "
        "'coca_hectares'); allowed: mpio_code, year, coca_ha",
    ),
    "missing code": Bad(
        "homicides_mpio.csv",
        ("municipality,year,homicides", "05001,2010,3"),
        "homicides_mpio.csv:1: mpio_code: the column 'mpio_code' is missing; allowed: mpio_code, "
        "year, homicides",
    ),
    "columns of another format": Bad(
        "coca_mpio.csv",
        ("mpio_code,year,homicides", "05001,2010,3"),
        "coca_mpio.csv:1: coca_ha: the column 'coca_ha' is missing; these are the columns of "
        "'homicides'; allowed: mpio_code, year, coca_ha",
    ),
    "columns of two formats": Bad(
        "mine.csv",
        ("mpio_code,year,homicides,coca_ha", "05001,2010,3,4"),
        "mine.csv:1: has the columns of 'coca' and 'homicides'; allowed: one kind of number, or a "
        "name that begins with coca_mpio",
    ),
    "no number": Bad(
        "homicides_mpio.csv",
        (HEADS["homicides"], "05001,2010,3", "05001,2011,many"),
        f"homicides_mpio.csv:3: homicides: 'many' is not a number; {COUNT}",
    ),
    "negative": Bad(
        "coca_mpio.csv",
        (HEADS["coca"], "05001,2010,-0.5"),
        "coca_mpio.csv:2: coca_ha: -0.5 is out of range; allowed: a number, 0 or more",
    ),
    "half a victim": Bad(
        "homicides_mpio.csv",
        (HEADS["homicides"], "05001,2010,2.5"),
        f"homicides_mpio.csv:2: homicides: 2.5 is not a count; {COUNT}",
    ),
    "not finite": Bad(
        "coca_mpio.csv",
        (HEADS["coca"], "05001,2010,nan"),
        "coca_mpio.csv:2: coca_ha: nan is out of range; allowed: a number, 0 or more",
    ),
    "twice": Bad(
        "coca_mpio.csv",
        (HEADS["coca"], "05001,2010,1", "05001,2011,1", "05001,2010,1"),
        "coca_mpio.csv:4: mpio_code: 05001, 2010 stands twice (first on line 2); allowed: one line "
        "for each",
    ),
    "actor twice": Bad(
        "vipaa_mpio_year_actor.csv",
        (HEADS["vipaa"], "05001,2010,Insurgents,ELN,1", "05001,2010,Insurgents,ELN,2"),
        "vipaa_mpio_year_actor.csv:3: mpio_code: 05001, 2010, Insurgents/ELN stands twice (first "
        "on line 2); allowed: one line for each",
    ),
    "municipality twice": Bad(
        "municipalities.csv",
        (HEADS["municipalities"], "05001,1,2", "05001,1,2"),
        "municipalities.csv:3: mpio_code: 05001, 2025 stands twice (first on line 2); allowed: one "
        "line for each",
    ),
    "lost zero": Bad(
        "coca_mpio.csv",
        (HEADS["coca"], "5001,2010,1"),
        f"coca_mpio.csv:2: mpio_code: '5001' is not a municipality code; {DIGITS}; did you mean "
        "'05001'?",
    ),
    "code as a word": Bad(
        "coca_mpio.csv",
        (HEADS["coca"], "MEDELLIN,2010,1"),
        f"coca_mpio.csv:2: mpio_code: 'MEDELLIN' is not a municipality code; {DIGITS}",
    ),
    "year as a word": Bad(
        "coca_mpio.csv",
        (HEADS["coca"], "05001,2010-12,1"),
        f"coca_mpio.csv:2: year: '2010-12' is not a year; {YEARS}",
    ),
    "year out of range": Bad(
        "coca_mpio.csv",
        (HEADS["coca"], "05001,1210,1"),
        f"coca_mpio.csv:2: year: the year 1210 is out of range; {YEARS}",
    ),
    "year of a column out of range": Bad(
        "municipalities.csv",
        ("mpio_code,pop_2211", "05001,1"),
        f"municipalities.csv:2: pop_2211: the year 2211 is out of range; {YEARS}",
    ),
    "flag": Bad(
        "ruv_displacement_mpio.csv",
        (HEADS["ruv"], "05001,2010,5,yes"),
        "ruv_displacement_mpio.csv:2: scale_ambiguous: 'yes' is not a flag; allowed: 0 or 1",
    ),
    "blank actor": Bad(
        "vipaa_mpio_year_actor.csv",
        (HEADS["vipaa"], "05001,2010,,ELN,1"),
        "vipaa_mpio_year_actor.csv:2: actor_main: the cell is blank; allowed: a name",
    ),
    "own neighbour": Bad(
        "adjacency_mpio.csv",
        (HEADS["adjacency"], "05001,05001,2"),
        "adjacency_mpio.csv:2: mpio_b: 05001 is its own neighbour; allowed: two municipalities",
    ),
    "semicolons": Bad(
        "coca_mpio.csv",
        ("mpio_code;year;coca_ha", "05001;2010;1"),
        "coca_mpio.csv:1: the columns are not separated by commas; allowed: commas",
    ),
    "short line": Bad(
        "coca_mpio.csv",
        (HEADS["coca"], "05001,2010"),
        "coca_mpio.csv:2: the row has 2 cells; allowed: 3 cells, as in the header",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_malformed_file_is_one_clear_error(tmp_path: Path, case: str) -> None:
    bad = BAD[case]
    assert refused(write(tmp_path, bad.name, *bad.lines)) == bad.message


def test_an_unknown_department_names_the_nearest(tmp_path: Path) -> None:
    message = refused(write(tmp_path, "coca_mpio.csv", HEADS["coca"], "51001,2010,1"))
    assert message.startswith(
        "coca_mpio.csv:2: mpio_code: '51001' begins with no department's code; allowed: 05, 08, "
    )


def test_an_unknown_group_names_the_nearest(tmp_path: Path) -> None:
    message = refused(write(tmp_path, "pares_presence.csv", HEADS["presence"], "05001,2022,ELNN"))
    assert message.startswith("pares_presence.csv:2: group: unknown group 'ELNN'; allowed: EGC, ")
    assert message.endswith("did you mean 'ELN'?")


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such folder; allowed: a folder of CSV files"):
        find_files(tmp_path / "nowhere", load_ledger(), load_territory())


def test_places_outside_are_kept_apart_and_counted(tmp_path: Path) -> None:
    lines = ("05001,2010,1", "05999,2010,2", "05999,2011,3")
    path = write(tmp_path, "coca_mpio.csv", HEADS["coca"], *lines)
    file = read_file(path, load_ledger(), load_territory())
    assert file is not None
    assert file.outside == {"05999": 2}
    assert file.rows == 3
    assert file.years == (2010, 2011)


def test_blank_and_doubtful_numbers_are_counted(tmp_path: Path) -> None:
    lines = ("05001,2010,,0", "05002,2010,7,1", "05004,2010,9,0")
    path = write(tmp_path, "ruv_displacement_mpio.csv", HEADS["ruv"], *lines)
    file = read_file(path, load_ledger(), load_territory())
    assert file is not None
    assert (file.blank, file.ambiguous) == (1, 1)
    values = [cell.value for cell in file.cells.values()]
    np.testing.assert_array_equal(values, [np.nan, 7, 9])


def test_aliases_of_groups_are_understood(tmp_path: Path) -> None:
    lines = ("05001,2022,Clan del Golfo", "05001,2022,eln")
    path = write(tmp_path, "pares_presence.csv", HEADS["presence"], *lines)
    file = read_file(path, load_ledger(), load_territory())
    assert file is not None
    assert {key.label for key in file.cells} == {"EGC", "ELN"}
