"""Numbers at the edge of what is accepted: finite results, or one clear refusal."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rift_sim.errors import InputError
from rift_sim.model import RiftModel, World
from rift_sim.replicate import simulate
from rift_sim.scenario import MECHANISMS, Scenario, load_scenario
from rift_sim.seeds import load_ledger
from rift_sim.vocabulary import SERIES

Maker = Callable[..., Scenario]
SIGNED = ("relationship", "emigration")
"""Series that may fall below zero."""
ABOVE_ONE = ("force", "capability", "mobility", "intelligence")
"""Shares of what was there in a year, above which they may rise."""


def run(scenario: Scenario, replicate: int = 0) -> dict[str, np.ndarray]:
    """Run a replicate; what comes out is finite, and shares are shares."""
    arrays = simulate(World(scenario), replicate)
    check(arrays)
    return arrays


def check(arrays: Mapping[str, np.ndarray]) -> None:
    for name, values in arrays.items():
        if values.dtype.kind != "f" or not values.size:
            continue
        assert np.isfinite(values).all(), f"{name} is not finite"
        if not name.startswith(SIGNED):
            assert values.min() >= -1e-6, f"{name} falls to {values.min()}"
        if name in SERIES and SERIES[name].units == "1" and name not in (*ABOVE_ONE, *SIGNED):
            assert values.max() <= 1.0 + 1e-6, f"{name} rises to {values.max()}"


@pytest.fixture
def make(make_scenario: Maker) -> Maker:
    """Build the reference scenario on the five places, with fields of one's own."""

    def build(*, reference: bool = True, **fields: Any) -> Scenario:
        data = load_scenario("reference").plain() if reference else {}
        end = fields.setdefault("end", "2026-06")
        data["timeline"] = [e for e in data.get("timeline", ()) if e["date"] <= end]
        return make_scenario(small="territory" not in fields, **{**data, **fields})

    return build


@pytest.fixture
def a_map(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Write a map of places with the given people in a row."""

    def write(*people: int) -> dict[str, str]:
        codes = ("05001", "05002", "05004", "13001")[: len(people)]
        rows = [
            f"{c},N,{-75 - k / 10},6,{n}"
            for k, (c, n) in enumerate(zip(codes, people, strict=True))
        ]
        links = [f"{a},{b}" for a, b in pairwise(codes)]
        places, pairs = tmp_path / "places.csv", tmp_path / "links.csv"
        places.write_text("\n".join(["code,name,longitude,latitude,population", *rows]) + "\n")
        pairs.write_text("\n".join(["a,b", *links]) + "\n")
        found = {"municipalities": str(places)}
        return found | ({"neighbours": str(pairs)} if links else {})

    return write


def ends(name: str) -> tuple[float, float]:
    """Return the lowest and the highest value of a parameter that is finite or likely at all."""
    parameter = load_ledger().parameters[name]
    low, high = parameter.bounds
    prior = parameter.prior
    return (
        low if math.isfinite(low) else prior.quantile(1e-12),
        high if math.isfinite(high) else prior.quantile(1.0 - 1e-12),
    )


HURT = [{"date": "2026-02", "commanders": {"retire": 0.5, "intelligence_officers": 0.5}}]


@pytest.mark.long
def test_each_parameter_at_both_ends_of_its_range(make: Maker) -> None:
    world = World(make(timeline=HURT, end="2026-12"))
    for name in load_ledger().parameters:
        for value in ends(name):
            try:
                check(simulate(world, 0, {name: value}))
            except Exception as error:
                raise AssertionError(f"{name} at {value:g}: {error}") from error


@pytest.mark.parametrize("end", [0, 1])
@pytest.mark.parametrize("off", [(), MECHANISMS])
def test_all_parameters_at_one_end(make: Maker, end: int, off: tuple[str, ...]) -> None:
    assumptions = {name: ends(name)[end] for name in load_ledger().parameters}
    switches = dict.fromkeys(off, False)
    run(make(assumptions=assumptions, mechanisms=switches, timeline=HURT, end="2027-06"))


def test_outside_the_range_is_refused(make_scenario: Maker) -> None:
    for name, parameter in load_ledger().parameters.items():
        low, high = parameter.bounds
        for value in (low - 1.0, high + 1.0):
            if math.isfinite(value):
                with pytest.raises(ValueError, match="lies outside the range"):
                    make_scenario(assumptions={name: value})


@pytest.mark.parametrize("people", [(0,), (1,), (1000,), (0, 0, 0), (50_000, 0, 700), (0, 0, 0, 9)])
def test_one_municipality_and_none_who_live_there(
    make: Maker, a_map: Callable[..., Mapping[str, str]], people: tuple[int, ...]
) -> None:
    arrays = run(make(territory=a_map(*people)))
    if not sum(people):
        assert arrays["newly_displaced"].sum() == 0.0
        assert arrays["displaced_stock"].sum() == 0.0


def test_one_month_and_one_replicate(make: Maker) -> None:
    arrays = run(make(end="2026-01", replicates=1))
    assert arrays["control"].shape == (1,)


@pytest.mark.long
def test_a_hundred_years(make: Maker) -> None:
    arrays = run(make(reference=False, start="2001-01", end="2100-12"))
    assert arrays["control"].shape == (1200,)
    arrays = run(load_scenario("reference", settings=["end=2100-12"]))
    assert arrays["control"].shape == (900,)


def test_no_group_at_all(make: Maker) -> None:
    arrays = run(make(reference=False, start="1990-01", end="1991-06"))
    assert arrays["members_group"].shape == (18, 0)
    assert arrays["members"].sum() == 0.0
    assert arrays["control"].sum() == 0.0


def test_groups_without_members(make: Maker) -> None:
    scenario = make(reference=False, start="2005-01", end="2005-12")
    world = World(scenario)
    assert any("no members of armed groups" in warning for warning in world.warnings)
    assert run(scenario)["members"].sum() == 0.0


def test_one_group_in_one_place(make: Maker, tmp_path: Path) -> None:
    file = tmp_path / "presence.csv"
    file.write_text("code,group\n05021,EGC\n", encoding="utf-8")
    run(make(initial={"presence": str(file)}))


def test_every_group_lays_down_its_arms(make: Maker) -> None:
    groups = World(make()).groups
    timeline = [{"date": "2026-01", "demobilisation": {"group": g, "share": 1}} for g in groups]
    arrays = run(make(timeline=timeline))
    assert arrays["members"][0] < 0.01 * run(make(timeline=[]))["members"][0]


def test_no_coca(make: Maker, tmp_path: Path) -> None:
    file = tmp_path / "coca.csv"
    file.write_text("code,value\n05021,0\n", encoding="utf-8")
    arrays = run(make(initial={"coca": str(file)}))
    assert arrays["coca_ha"].sum() == 0.0


@pytest.mark.parametrize("level", [0, 20])
def test_aid_all_gone_or_twentyfold(make: Maker, level: float) -> None:
    held = {"all": level, "hold": True}
    history, timeline = [{"date": "2015-01", "aid": held}], [{"date": "2026-01", "aid": held}]
    aid = run(make(history=history, timeline=timeline))["aid_usd"]
    assert (aid < 100.0).all() if level == 0 else (aid > 1e8).all()


def _extremes() -> Iterator[dict[str, Any]]:
    for share in (0, 1):
        yield {"commanders": {"retire": share, "intelligence_officers": share, "every": "year"}}
        yield {"commanders": {"rebuild": share}}
        yield {"intelligence_sharing": share, "extradition": share}
        yield {"threat": {"severity": share}}
        yield {"sanction": {"target": "economy", "severity": share}}
        yield {"sanctuary": {"country": "venezuela", "level": share}}
        yield {"strike": {"severity": share, "group": "EGC"}}
        yield {"cooperation": {"interest": "drugs", "effort": share}}
        yield {"demobilisation": {"group": "EGC", "share": share}}
        yield {"inauguration": {"president": {"left": float(share), "right": 1.0 - share}}}
    for level in (0, 3):
        yield {"force_size": {"level": level}}
    yield {"force_size": {"change": -1, "over_months": 1}}
    for rate in (0, 100):
        yield {"tariff": {"rate": rate, "by": "us"}}
    for pressure, hectares in ((0, 0), (5, 500_000)):
        yield {"posture": {"pressure": pressure, "eradication": hectares}}
        yield {"eradication": {"hectares_per_year": hectares, "method": "aerial"}}


def test_events_at_both_ends_of_what_they_take(make: Maker) -> None:
    for actions in _extremes():
        run(make(timeline=[{"date": "2026-02", **actions}]))


@pytest.mark.parametrize("seed", [0, 2**63 - 1])
def test_the_least_and_the_largest_seed(make: Maker, seed: int) -> None:
    run(make(seed=seed), replicate=2**63 - 1)


@pytest.mark.parametrize("number", [-1, 2**63, 10**30])
def test_numbers_that_nothing_is_drawn_by(make: Maker, number: int) -> None:
    world = World(make())
    for key in ("replicate", "initial", "chance", "seed_number"):
        with pytest.raises(InputError, match=r"allowed: 0 to 9223372036854775807"):
            RiftModel(world=world, **{key: number})
    with pytest.raises(InputError, match="seed"):
        load_scenario("reference", settings=[f"seed={number}"])
