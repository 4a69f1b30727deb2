"""Coca and displacement by place, from files: taken as given, or refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rift_sim.errors import InputError
from rift_sim.initial.given import LEAST_SHARE, Displaced, follow_given
from rift_sim.model import RiftModel, World
from rift_sim.physics.displacement import hazard
from rift_sim.replicate import simulate
from rift_sim.scenario import Scenario, digest, load_scenario

Maker = Callable[..., Scenario]
Worlds = Callable[..., World]


@pytest.fixture
def world_with(make_scenario: Maker, tmp_path: Path) -> Worlds:
    """Build a world with files of the given texts, ``coca`` or ``displaced``."""

    def make(small: bool = False, year: int | None = None, **texts: Any) -> World:
        fields = {"start": "2016-01", "end": "2016-12", **texts.pop("fields", {})}
        initial = {}
        for name, text in texts.items():
            file = tmp_path / f"{name}.csv"
            file.write_text(text, encoding="utf-8")
            initial[name] = {"file": str(file), "year": year} if year else str(file)
        return World(make_scenario(small=small, initial=initial, **fields))

    return make


def coca_of(world: World, replicate: int = 0) -> dict[str, float]:
    coca = RiftModel(world=world, replicate=replicate).state.coca
    return {world.territory.code[i]: float(coca[i]) for i in np.flatnonzero(coca)}


COCA = (
    "mpio_code,year,coca_ha\n52835,2015,120.5\n19001,2015,3\n52835,2014,7\n54250,2016,9\n"
    "05001,2015,0\n"
)


def test_coca_of_municipalities_is_taken_exactly(world_with: Worlds) -> None:
    # The newest year before the start; what is not named has none.
    world = world_with(coca=COCA)
    for replicate in range(2):
        assert coca_of(world, replicate) == {"52835": 120.5, "19001": 3.0}
    assert coca_of(world_with(coca=COCA, year=2014)) == {"52835": 7.0}


def test_coca_of_departments_is_spread_and_keeps_its_sum(world_with: Worlds) -> None:
    world = world_with(coca="code,value\n86,20000\n52835,50\n52001,0\n")
    totals = []
    for replicate in range(2):
        coca = coca_of(world, replicate)
        assert coca.pop("52835") == 50.0
        assert all(code.startswith("86") for code in coca)
        assert len(coca) > 3
        totals.append(sum(coca.values()))
    assert totals == pytest.approx([20_000.0] * 2, rel=1e-12)


def expected_at_start(world: World, model: RiftModel) -> np.ndarray:
    state, draw = model.state, model.draw
    expected = np.empty(len(world.territory.code))
    hazard(
        expected, state.violence, state.memory, state.resident, world.territory.rural_share,
        state.frailty, draw.displacement_violence_now, draw.displacement_violence_memory,
        draw.displacement_people,
    )  # fmt: skip
    return expected / expected.sum()


FEW = {"assumptions": {"displacement_level": 200.0, "displaced_stock_start": 1_000.0}}
"""As many displaced people as five places can hold."""
PLACES = "code,value\n05001,100\n05002,200\n05004,300\n05021,150\n13001,250\n"


def test_displacement_follows_the_places_given(world_with: Worlds) -> None:
    world = world_with(small=True, displaced=PLACES, fields=FEW)
    codes = list(world.territory.code)
    for replicate in range(3):
        share = expected_at_start(world, RiftModel(world=world, replicate=replicate))
        found = {
            code: round(float(share[codes.index(code)]), 6)
            for code in codes
            if share[codes.index(code)]
        }
        assert found == {
            "05001": 0.1, "05002": 0.2, "05004": 0.3, "05021": 0.15, "13001": 0.25,
        }  # fmt: skip


def test_frailty_spreads_within_a_department_given_as_a_whole(world_with: Worlds) -> None:
    world = world_with(small=True, displaced="code,value\n05,3\n13,1\n", fields=FEW)
    plain = world_with(small=True, fields=FEW)
    shares = []
    for replicate in range(2):
        share = expected_at_start(world, RiftModel(world=world, replicate=replicate))
        free = expected_at_start(plain, RiftModel(world=plain, replicate=replicate))
        here = np.array([code.startswith("05") for code in world.territory.code])
        assert share[here].sum() == pytest.approx(0.75)
        np.testing.assert_allclose(
            share[here] / share[here].sum(), free[here] / free[here].sum(), rtol=1e-9
        )
        shares.append(share)
    assert not np.allclose(*shares, rtol=0.05)


def test_the_first_year_goes_where_the_file_says(world_with: Worlds, make_scenario: Maker) -> None:
    plain = World(make_scenario(start="2016-01", end="2016-12"))
    codes = plain.territory.departments
    wanted = np.array([(7.0 * n) % 11 + 1.0 for n in range(len(codes))])
    wanted[codes.index("88")] = wanted[codes.index("11")] = 0.0
    text = "code,value\n" + "".join(f"{c},{w:g}\n" for c, w in zip(codes, wanted, strict=True))

    def distance(world: World) -> float:
        runs = [simulate(world, r)["newly_displaced_department"] for r in range(12)]
        people = np.sum([run.sum(axis=0) for run in runs], axis=0)
        return float(np.abs(people / people.sum() - wanted / wanted.sum()).sum() / 2)

    assert distance(world_with(displaced=text)) < 0.12
    assert distance(plain) > 0.3


def test_the_level_stays_that_of_the_parameter(world_with: Worlds) -> None:
    level = {"assumptions": {"displacement_level": 120_000.0}}
    given = world_with(displaced="code,value\n05,3\n13,1\n", fields=level)
    plain = world_with(fields=level)
    for replicate in range(2):
        totals = []
        for world in (given, plain):
            model = RiftModel(world=world, replicate=replicate)
            state, levels = model.state, model.state.levels
            raw = np.empty(len(world.territory.code))
            draw = model.draw
            hazard(
                raw, state.violence, state.memory, state.resident, world.territory.rural_share,
                state.frailty, draw.displacement_violence_now,
                draw.displacement_violence_memory, draw.displacement_people,
            )  # fmt: skip
            totals.append(levels.displaced * raw.sum() / (1.0 - draw.mass_share))
        assert totals == pytest.approx([10_000.0] * 2)


def follow(
    unit: list[int], share: list[float], department: list[int], expected: list[float]
) -> np.ndarray:
    weights = np.array(share) / np.sum(share)
    given = Displaced(np.array(unit), weights, np.array(department))
    out, frailty = np.array(expected), np.ones(len(expected))
    follow_given(given, out, frailty)
    np.testing.assert_allclose(out, np.array(expected) * frailty)
    assert out.sum() == pytest.approx(sum(expected))
    return out


def test_a_place_with_none_keeps_a_little() -> None:
    out = follow([0, 1, -1], [1.0, 0.0], [0, 0], [3.0, 1.0, 0.5])
    assert out[1] / out[:2].sum() == pytest.approx(0.25 * LEAST_SHARE / (1 + 0.25 * LEAST_SHARE))
    assert out[2] == 0.5


def test_where_nobody_can_be_displaced_the_department_takes_the_share() -> None:
    # Place 1 is calm: its share goes to place 0 of its department, not to place 2.
    out = follow([0, 1, 2], [1.0, 1.0, 2.0], [0, 0, 1], [1.0, 0.0, 1.0])
    np.testing.assert_allclose(out, [1.0, 0.0, 1.0])
    # The only place with a figure is calm: another of the department takes it.
    out = follow([0, 1, 2], [0.0, 1.0, 3.0], [0, 0, 1], [1.0, 0.0, 1.0])
    np.testing.assert_allclose(out, [0.5, 0.0, 1.5])
    # The whole department is calm: all others take it.
    out = follow([0, 1, 2], [2.0, 1.0, 1.0], [0, 1, 1], [0.0, 1.0, 1.0])
    np.testing.assert_allclose(out, [0.0, 1.0, 1.0])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_shares_of_departments_are_met_wherever_they_can_be(seed: int) -> None:
    rng = np.random.default_rng(seed)
    department = np.repeat(np.arange(4), 5)
    expected = rng.lognormal(size=20) * (rng.random(20) < 0.7)
    share = rng.lognormal(size=20) * (rng.random(20) < 0.7) + 1e-3
    share /= share.sum()
    out, frailty = expected.copy(), np.ones(20)
    follow_given(Displaced(np.arange(20), share, department), out, frailty)
    assert np.isfinite(frailty).all()
    assert (frailty > 0.0).all()
    assert out.sum() == pytest.approx(expected.sum())
    possible = np.bincount(department, expected) > 0.0
    wanted = np.bincount(department, share) * possible
    wanted /= wanted.sum()
    got = np.bincount(department, out) / out.sum()
    # The least that a place keeps can move no more than that.
    assert np.abs(got - wanted).max() <= LEAST_SHARE


@pytest.mark.parametrize(
    ("text", "year", "said"),
    [
        ("code,hectares\n05001,3\n", None, "the column 'value' is missing"),
        ("place,value\n05001,3\n", None, "the column 'code' is missing"),
        ("code,value\n05001,many\n", None, "'many' is not a figure"),
        ("code,value\n05001,\n", None, "'' is not a figure"),
        ("code,value\n05001,-1\n", None, "'-1' is not a figure"),
        ("code,value\n05001,inf\n", None, "'inf' is not a figure"),
        ("code,value\n5001,3\n", None, "did you mean '05001'"),
        ("code,value\n5,3\n", None, "unknown municipality '5'"),
        ("code,value\n05001,3\n05001,4\n", None, "'05001' stands twice"),
        ("code,value\n05001,3\n05,4\n", None, "the department 05 and its municipality 05001"),
        ("code,value,year\n05001,3,2016\n", None, "no year before the start"),
        ("code,value,year\n05001,3,2014\n", 2015, "no row of the year 2015"),
        ("code,value\n05001,3\n", 2015, "there is no column 'year'"),
        ("code,value\n", None, "no row is left"),
    ],
)
@pytest.mark.parametrize("name", ["coca", "displaced"])
def test_bad_files_are_refused(
    world_with: Worlds, name: str, text: str, year: int | None, said: str
) -> None:
    with pytest.raises(InputError, match=said) as caught:
        world_with(year=year, **{name: text})
    assert f"{name}.csv" in str(caught.value)


def test_nobody_displaced_is_refused(world_with: Worlds) -> None:
    with pytest.raises(InputError, match="nobody is displaced"):
        world_with(displaced="code,value\n05001,0\n05,0\n".replace("05,0\n", ""))


def test_codes_that_the_territory_lacks_are_left_out_or_refused(world_with: Worlds) -> None:
    text = "code,value\n05001,3\n99999,4\n98,4\n"
    (warning,) = (w for w in world_with(coca=text).warnings if "coca.csv" in w)
    assert "99999, 98" in warning
    with pytest.raises(InputError, match="unknown municipality '99999'"):
        world_with(coca=text, fields={"territory": {"strict": True}})
    with pytest.raises(InputError, match="unknown department '98'"):
        world_with(coca="code,value\n98,4\n", fields={"territory": {"strict": True}})


def test_files_are_found_beside_the_scenario_and_count_by_content(tmp_path: Path) -> None:
    (tmp_path / "coca.csv").write_text(COCA, encoding="utf-8")
    (tmp_path / "places.csv").write_text(PLACES, encoding="utf-8")
    text = (
        "name: own\nextends: reference\n"
        "initial: {coca: {file: coca.csv, year: 2015}, displaced: places.csv}\n"
    )
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    scenario = load_scenario(tmp_path / "own.yaml")
    initial = scenario.initial
    assert initial.coca is not None
    assert initial.displaced is not None
    assert (initial.coca.file, initial.coca.year) == (tmp_path / "coca.csv", 2015)
    assert initial.displaced.file == tmp_path / "places.csv"
    before = digest(scenario)
    (tmp_path / "places.csv").write_text(PLACES + "05030,1\n", encoding="utf-8")
    assert digest(scenario) != before
