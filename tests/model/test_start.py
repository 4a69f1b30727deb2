"""The first month: the figures of the record come back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rift_sim.errors import InputError
from rift_sim.model import RiftModel, World
from rift_sim.replicate import simulate
from rift_sim.scenario import load_scenario

REPLICATES = 12


@pytest.fixture(scope="module")
def world() -> World:
    return World(load_scenario("reference", settings=["end=2026-12"]), municipal=True)


@pytest.fixture(scope="module")
def runs(world: World) -> list[dict[str, np.ndarray]]:
    return [simulate(world, r) for r in range(REPLICATES)]


def median(runs: list[dict[str, np.ndarray]], name: str, month: int = 0) -> float:
    return float(np.median([run[name][month] for run in runs]))


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("presence_alert", 0.72, 0.79),
        ("presence_survey", 0.44, 0.50),
        ("control", 0.25, 0.41),
        ("members", 27_121 * 0.97, 27_121 * 1.03),
        ("members_armed", 13_794 * 0.95, 13_794 * 1.05),
        ("displaced_stock", 7_200_000 * 0.97, 7_200_000 * 1.03),
    ],
)
def test_levels_of_january_2026(
    runs: list[dict[str, np.ndarray]], name: str, low: float, high: float
) -> None:
    assert low <= median(runs, name) <= high


def test_coca_starts_near_the_last_survey_with_its_spread(world: World) -> None:
    start = np.array([RiftModel(world=world, replicate=r).state.coca.sum() for r in range(60)])
    assert np.median(start) == pytest.approx(261_386, rel=0.08)
    assert np.log(start).std() == pytest.approx(0.2, abs=0.06)


def test_presence_by_department_and_group_meets_the_survey(
    world: World, runs: list[dict[str, np.ndarray]]
) -> None:
    name = "presence_survey_department_group"
    counted = np.median([run[name][0] for run in runs], axis=0)
    assert np.abs(counted - world.presence_counts).mean() < 1.5
    any_group = np.median([run["presence_survey_department"][0] for run in runs], axis=0)
    sizes = np.bincount(world.territory.department_index[world.inside])
    assert np.abs(any_group * sizes - world.any_group).mean() < 1.5


def test_maps_differ_between_replicates_but_not_their_counts(world: World) -> None:
    a, b = (RiftModel(world=world, replicate=r).state.present[:, world.inside] for r in (0, 1))
    assert not np.array_equal(a, b)
    np.testing.assert_array_equal(a.sum(axis=1), b.sum(axis=1))


def test_municipal_figures_agree_with_the_department_ones(
    world: World, runs: list[dict[str, np.ndarray]]
) -> None:
    run = runs[0]
    assert run["presence_municipality"].shape == (1, 1122)
    assert run["presence_municipality"][0].mean() == pytest.approx(run["presence_survey"][-1])
    assert run["control_municipality"][0].mean() == pytest.approx(run["control"][-1])
    assert run["newly_displaced_municipality"].sum() == pytest.approx(
        run["newly_displaced"].sum(), rel=1e-5
    )
    np.testing.assert_array_equal(
        run["presence_municipality_group"].any(axis=2), run["presence_municipality"] == 1
    )


def scenario_with_map(text: str, tmp_path: Path, year: int | None = None) -> World:
    from rift_sim.scenario import Scenario

    file = tmp_path / "map.csv"
    file.write_text(text, encoding="utf-8")
    presence = {"file": str(file), "year": year} if year else str(file)
    data = {"name": "own-map", "title": "Own map", "start": "2026-01", "end": "2026-02",
            "initial": {"presence": presence}}  # fmt: skip
    return World(Scenario.model_validate(data))


def test_a_presence_file_is_taken_exactly(tmp_path: Path) -> None:
    text = "mpio_code,year,group\n05001,2022,Clan del Golfo\n05002,2022,ELN\n05002,2019,EMC\n"
    world = scenario_with_map(text, tmp_path, 2022)
    state = RiftModel(world=world).state
    places = {world.territory.code[i] for i in np.flatnonzero(state.present.any(axis=0))}
    assert places == {"05001", "05002"}
    assert state.members.sum() > 0.0
    row = world.groups.index("EGC")
    assert state.members[row].sum() == pytest.approx(9840)


@pytest.mark.parametrize(
    ("text", "year", "said"),
    [
        ("code,grp\n05001,ELN\n", None, "the column 'group' is missing"),
        ("mpio,group\n05001,ELN\n", None, "the column 'code' is missing"),
        ("code,group\n05001,ELNN\n", None, "did you mean 'ELN'"),
        ("code,group\n05001,ELM\n", None, "did you mean 'ELN'"),
        ("code,group\n5001,ELN\n", None, "did you mean '05001'"),
        ("code,group\n05001,FARC\n", None, "the group FARC does not exist in 2026-01"),
        ("code,group,year\n05001,ELN,2019\n05001,ELN,2022\n", None, "several years"),
        ("code,group\n5001x,ELN\n", None, "unknown municipality '5001x'"),
        ("code,group\n05001,ELN\n", 2022, "there is no column 'year'"),
        ("code,group,year\n05001,ELN,2019\n", 2022, "no row of the year 2022"),
        ("code,group\n", None, "no row is left"),
    ],
)
def test_bad_presence_files_are_refused(
    tmp_path: Path, text: str, year: int | None, said: str
) -> None:
    with pytest.raises(InputError, match=said) as caught:
        scenario_with_map(text, tmp_path, year)
    assert "map.csv" in str(caught.value)


def test_codes_that_the_territory_lacks_are_left_out_with_a_warning(tmp_path: Path) -> None:
    world = scenario_with_map("code,group\n05001,ELN\n99999,ELN\n", tmp_path)
    assert any("99999" in warning for warning in world.warnings)
    assert any("EGC (9,840 members)" in warning for warning in world.warnings)


def test_a_group_without_a_figure_gets_the_usual_members(tmp_path: Path) -> None:
    world = scenario_with_map("code,group\n05001,ELN\n05002,ACSN\n", tmp_path)
    assert world.members[world.groups.index("ACSN"), 0] > 0.0
