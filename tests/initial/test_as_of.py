"""What a run starts from is what was known before its first month, and each member once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rift_sim.calendar import Month
from rift_sim.initial.as_of import newest, surveyed_coca
from rift_sim.initial.presence import best_of_country
from rift_sim.model import RiftModel, World
from rift_sim.physics.contest import PACT, WAR
from rift_sim.physics.groups import rent
from rift_sim.scenario import Scenario
from rift_sim.seeds import load_ledger

Maker = Callable[..., Scenario]

STARTS = ("2010-01", "2014-06", "2016-01", "2019-01", "2020-01", "2022-01", "2023-01", "2025-01")


@pytest.fixture(scope="module")
def world_of(make_scenario: Maker) -> Callable[..., World]:
    def make(start: str, **fields: Any) -> World:
        return World(make_scenario(start=start, end=f"{int(start[:4]) + 1}-12", **fields))

    return make


Worlds = Callable[..., World]


def members(world: World) -> dict[str, float]:
    return {g: total for g, total in zip(world.groups, world.members[:, 0], strict=True) if total}


def test_the_newest_figure_is_the_last_before_the_start() -> None:
    dated = {"2012-12": 1, "2009-12": 2, "2018-12": 3}
    found = [newest(dated, Month(year, 1)) for year in (2009, 2010, 2012, 2013, 2018, 2019, 2030)]
    assert found == [None, 2, 2, 1, 1, 3, 3]
    assert newest(dated, Month(2018, 12)) == 1
    assert newest({}, Month(2018, 12)) is None


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2010-01", {"FARC": 14_625, "ELN": 4_000, "EGC": 1_970, "BACRIM": 1_044}),
        ("2016-01", {"FARC": 13_000, "ELN": 2_400, "EGC": 2_366, "BACRIM": 1_044}),
        ("2019-01", {"EGC": 3_500, "ELN": 4_000, "DISIDENCIAS": 1_749}),
        ("2022-01", {"EGC": 3_500, "ELN": 4_000, "EMC": 3_545, "SM": 1_663}),
        ("2024-06", {"EGC": 4_999, "ELN": 6_158, "EMC": 3_859, "SM": 1_751}),
    ],
)
def test_members_are_of_groups_that_exist(
    world_of: Worlds, start: str, expected: dict[str, float]
) -> None:
    world = world_of(start)
    assert members(world) == expected
    state = RiftModel(world=world).state
    for row, name in enumerate(world.groups):
        assert state.members[row].sum() == pytest.approx(expected.get(name, 0.0), rel=1e-9)
        assert state.present[row].any() == (name in expected)


def test_groups_that_an_event_will_form_are_there_without_members(world_of: Worlds) -> None:
    split = {"date": "2016-07", "split": {"group": "FARC", "into": "EMC", "share": 0.1}}
    world = world_of("2016-01", timeline=[split])
    assert "EMC" in world.groups
    assert "EMC" not in members(world)
    assert "EMC" not in world_of("2016-01").groups


@pytest.mark.parametrize("start", STARTS)
def test_national_counts_are_met_exactly(world_of: Worlds, start: str) -> None:
    world = world_of(start)
    inside = world.inside
    maps = [RiftModel(world=world, replicate=r).state.present[:, inside] for r in range(3)]
    for present in maps:
        np.testing.assert_array_equal(present.sum(axis=1), world.municipalities)
    assert not np.array_equal(maps[0], maps[1])
    assert not world.presence_counts.any()


def test_counts_come_from_surveys_or_from_members(world_of: Worlds) -> None:
    world = world_of("2019-01")
    found = dict(zip(world.groups, world.municipalities, strict=True))
    # No survey of the dissidents before 2019: one municipality for 32 of 1,749 members.
    assert found == {"EGC": 123, "ELN": 99, "DISIDENCIAS": 55, "SELF_DEFENCE": 0}


def test_departments_count_only_once_the_survey_has_them(world_of: Worlds) -> None:
    assert not world_of("2025-11").presence_counts.any()
    world = world_of("2025-12")
    assert world.presence_counts.sum(axis=0)[world.groups.index("EGC")] == 304
    # Groups whose first figure is of that very month have nobody, and so no place.
    assert {g for g, n in zip(world.groups, world.municipalities, strict=True) if n} == set(
        members(world)
    )


def test_groups_take_their_best_places() -> None:
    score = np.array([[0.0, 3.0, 1.0, 2.0], [9.0, 1.0, 1.0, 5.0], [0.0, 0.0, 0.0, 0.0]])
    present = best_of_country(np.array([2, 7, 0]), score, np.array([0, 1, 2]))
    np.testing.assert_array_equal(present, [[0, 1, 1, 0], [1, 1, 1, 0], [0, 0, 0, 0]])


def test_most_footholds_lie_in_homelands(world_of: Worlds) -> None:
    world = world_of("2019-01")
    inside = world.inside
    shares = []
    for replicate in range(10):
        present = RiftModel(world=world, replicate=replicate).state.present[:, inside]
        row = world.groups.index("DISIDENCIAS")
        shares.append((present[row] * world.homeland[row, inside]).sum() / present[row].sum())
    area = world.homeland[world.groups.index("DISIDENCIAS"), inside].mean()
    assert area < 0.2
    assert 0.5 < np.mean(shares) < 0.95


@pytest.mark.parametrize(
    ("start", "year", "years"),
    [("2011-01", "2010", 0.0), ("2016-01", "2015", 0.0), ("2016-07", "2015", 0.5),
     ("2026-01", "2024", 1.0)],
)  # fmt: skip
def test_coca_is_that_of_the_last_survey(start: str, year: str, years: float) -> None:
    table = load_ledger().table("D_COCA")
    hectares, since = surveyed_coca(load_ledger(), tuple(table), Month.parse(start))
    assert hectares.tolist() == [row[year] for row in table.values()]
    assert since == years


def test_coca_before_the_first_table_is_scaled_to_the_nation() -> None:
    ledger = load_ledger()
    table = ledger.table("D_COCA")
    hectares, since = surveyed_coca(ledger, tuple(table), Month(2010, 1))
    assert hectares.sum() == pytest.approx(ledger.series("COCA_HA")["2009"], rel=1e-12)
    first = np.array([row["2010"] for row in table.values()])
    np.testing.assert_allclose(hectares / hectares.sum(), first / first.sum())
    assert since == 0.0


@pytest.mark.parametrize("start", ["2010-01", "2016-01"])
def test_a_survey_at_the_start_is_met_exactly(world_of: Worlds, start: str) -> None:
    world = world_of(start)
    territory = world.territory
    for replicate in range(3):
        coca = RiftModel(world=world, replicate=replicate).state.coca[world.inside]
        by_department = np.bincount(territory.department_index[world.inside], coca, minlength=33)
        kept = np.where(world.coca.counts > 0, world.coca.hectares, 0.0)
        np.testing.assert_allclose(by_department, kept, rtol=1e-12)


def test_an_older_survey_is_carried_forward_with_a_spread(world_of: Worlds) -> None:
    def spread(start: str) -> float:
        world = world_of(start)
        totals = [RiftModel(world=world, replicate=r).state.coca.sum() for r in range(40)]
        return float(np.log(totals).std())

    assert spread("2016-10") == pytest.approx(0.2 * np.sqrt(0.75), rel=0.35)


def test_pairs_stand_as_they_stood_then(world_of: Worlds) -> None:
    def state(start: str, *pair: str, **fields: Any) -> int:
        world = world_of(start, **fields)
        a, b = (world.groups.index(name) for name in pair)
        assert world.pair_state[a, b] == world.pair_state[b, a]
        return int(world.pair_state[a, b])

    assert state("2010-01", "FARC", "ELN") == WAR
    assert state("2012-01", "FARC", "ELN") not in (WAR, PACT)
    assert state("2016-01", "ELN", "EGC") not in (WAR, PACT)
    assert state("2019-01", "ELN", "EGC") == WAR
    assert state("2019-01", "ELN", "DISIDENCIAS") == PACT
    assert state("2026-01", "ELN", "EMBF") == WAR


def test_tables_of_the_ledger_stand_from_2026_on(world_of: Worlds) -> None:
    def at_table(start: str, **fields: Any) -> set[str]:
        model = RiftModel(world=world_of(start, **fields))
        return {group.name for group in model.groups if group.talks or group.ceasefire}

    assert "EGC" in at_table("2026-01")
    assert at_table("2025-12") == set()
    opened = {"date": "2012-11", "talks": {"group": "FARC", "open": True}}
    assert at_table("2013-01", history=[opened]) == {"FARC"}


def test_who_will_arise_is_measured_by_where_its_parent_is(world_of: Worlds) -> None:
    splits = [
        {"date": "2016-07", "split": {"group": "FARC", "into": "EMC", "share": 0.1}},
        {"date": "2016-08", "split": {"group": "EMC", "into": "F57", "share": 0.1}},
        {"date": "2016-09", "split": {"group": "ELN", "into": "AUN", "share": 0.1}},
    ]
    world = world_of("2016-01", timeline=splits)
    row = {name: n for n, name in enumerate(world.groups)}
    parents = [world.stand_in[row[name]] for name in ("FARC", "EMC", "F57")]
    assert parents == [row["FARC"]] * 3
    assert world.stand_in[row["AUN"]] == -1
    assert world.armed_share[row["EMC"]] == pytest.approx(8 / 13)
    assert world.armed_share[row["AUN"]] == 0.5
    model = RiftModel(world=world)
    state, levels = model.state, model.state.levels
    rents = np.empty(world.shape)
    rent(rents, world.everywhere, world.mix, world.resources, state.coca, model.draw.coca_scale)
    there = state.members[row["FARC"]]
    expected = (rents[row["EMC"]] * there).sum() / there.sum()
    assert levels.mean_rent[row["EMC"]] == pytest.approx(expected, rel=1e-6)
    # Without a forebear in the run, the mean of all.
    everyone = (rents * state.members).sum() / state.members.sum()
    assert levels.mean_rent[row["AUN"]] == pytest.approx(everyone, rel=1e-6)
    # EMC has none of the wars of FARC yet; else both weigh a place by rent and state alike.
    own = state.armed[row["FARC"]]
    rivals = state.armed[row["EGC"]] + state.armed[row["BACRIM"]]
    fear = model.draw.utility_rivals * (there * rivals / (rivals + own + 5.0)).sum() / there.sum()
    gain = model.draw.utility_rent * (levels.mean_rent[row["EMC"]] - levels.mean_rent[row["FARC"]])
    assert levels.mean_utility[row["EMC"]] - levels.mean_utility[row["FARC"]] == pytest.approx(
        fear + gain, rel=1e-6
    )
    assert fear > 0.05


def test_what_the_ledger_does_not_know_is_said(world_of: Worlds) -> None:
    took_office = {"date": "2006-08", "inauguration": {"president": "right"}}
    assert world_of("2010-01", history=[took_office]).warnings == []
    (warning,) = world_of("2010-01").warnings
    assert "no inauguration in history" in warning
    assert any("no members of armed groups at 2005-01" in w for w in world_of("2005-01").warnings)
    assert world_of("2026-01").warnings == []
