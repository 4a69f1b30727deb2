"""Runs that begin in the past: they start from the record and carry groups through history."""

from __future__ import annotations

import numpy as np
import pytest

from rift_sim.model import RiftModel, World
from rift_sim.replicate import simulate
from rift_sim.scenario import load_scenario
from rift_sim.seeds import load_ledger

STARTS = {"hindcast-2010-2025": 2010, "hindcast-2016": 2016, "hindcast-2019": 2019,
          "hindcast-2022": 2022}  # fmt: skip
REPLICATES = 3


@pytest.mark.parametrize(("name", "year"), STARTS.items())
def test_the_first_months_are_finite_and_near_the_record(name: str, year: int) -> None:
    world = World(load_scenario(name, settings=[f"end={year}-06"]))
    runs = [simulate(world, replicate) for replicate in range(REPLICATES)]
    for run in runs:
        for key, values in run.items():
            assert np.isfinite(np.asarray(values, dtype=np.float64)).all(), key
            assert key == "relationship_phase" or (np.asarray(values) >= 0).all(), key
    coca = np.median([run["coca_ha"][0] for run in runs])
    assert coca == pytest.approx(load_ledger().series("COCA_HA")[str(year - 1)], rel=0.15)
    members = np.median([run["members"][0] for run in runs])
    assert members == pytest.approx(world.members[:, 0].sum(), rel=0.1)
    fled = np.mean([run["newly_displaced"].sum() for run in runs])
    level = world.beliefs.draw(2026, 0).displacement_level
    assert 0.2 * level < fled < 1.2 * level


def test_the_farc_lay_down_their_arms_and_some_go_on_under_another_name() -> None:
    scenario = load_scenario("hindcast-2016", settings=["end=2017-12"])
    model = RiftModel(scenario)
    row = {name: group.order for name, group in zip(model.world.groups, model.groups, strict=True)}
    members = []
    while model.running:
        model.step()
        members.append(model.state.members.sum(axis=1))
    of = {name: np.array(members)[:, row[name]] for name in ("FARC", "DISIDENCIAS", "BACRIM")}
    assert of["FARC"][0] > 5000
    assert (of["FARC"][19:] == 0).all()  # August 2017 is the twentieth month.
    assert not model.state.present[row["FARC"]].any()
    assert (of["DISIDENCIAS"][:11] == 0).all()
    assert of["DISIDENCIAS"][11] == pytest.approx(0.135 * of["FARC"][10], rel=0.05)
    assert of["BACRIM"][11] == 0


def test_dissidents_change_names_without_a_loss() -> None:
    scenario = load_scenario("hindcast-2019", settings=["end=2021-12"])
    model = RiftModel(scenario)
    row = {name: group.order for name, group in zip(model.world.groups, model.groups, strict=True)}
    for _ in range(scenario.months - 1):
        model.step()
    before = model.state.members.sum(axis=1)
    model.step()
    after = model.state.members.sum(axis=1)
    assert before[row["EMC"]] == before[row["SM"]] == after[row["DISIDENCIAS"]] == 0
    heirs = after[row["EMC"]] + after[row["SM"]]
    assert heirs == pytest.approx(before[row["DISIDENCIAS"]], rel=0.05)
    assert after[row["SM"]] == pytest.approx(0.32 * heirs, rel=0.05)
