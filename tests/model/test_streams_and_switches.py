"""A replicate is a function of its key; a switch cuts what it names and nothing else."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from dataclasses import replace

import mesa
import numpy as np
import pytest

from rift_sim.agents.politics import HANDLERS
from rift_sim.errors import InputError
from rift_sim.model import RiftModel, World
from rift_sim.parameters import Beliefs
from rift_sim.replicate import simulate
from rift_sim.scenario import Scenario, load_scenario
from rift_sim.scenario.events import ACTIONS
from rift_sim.seeds import load_ledger

Maker = Callable[..., Scenario]
END = "end=2027-03"


def run(name: str, *settings: str, replicate: int = 1) -> dict[str, np.ndarray]:
    return simulate(World(load_scenario(name, settings=[END, *settings])), replicate)


def assert_same(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> None:
    assert a.keys() == b.keys()
    for name, values in a.items():
        np.testing.assert_array_equal(values, b[name], err_msg=name)


def test_a_replicate_does_not_depend_on_the_others() -> None:
    world = World(load_scenario("reference", settings=[END]))
    forward = [simulate(world, r) for r in (0, 1, 2)]
    backward = [simulate(world, r) for r in (2, 1, 0)]
    for a, b in zip(forward, reversed(backward), strict=True):
        assert_same(a, b)
    assert not np.array_equal(forward[0]["members"], forward[1]["members"])


def test_seeds_differ() -> None:
    assert not np.array_equal(run("reference")["members"], run("reference", "seed=3")["members"])


def test_an_assumption_leaves_other_draws_alone() -> None:
    ledger = load_ledger()
    plain = Beliefs(ledger, {}).draw(1, 0)
    other = Beliefs(ledger, {"loss_rate": 0.5}).draw(1, 0)
    assert other.loss_rate == 0.5
    assert {k for k in plain if plain[k] != other[k]} == {"loss_rate"}


def test_one_more_parameter_leaves_other_draws_alone() -> None:
    ledger = load_ledger()
    fewer = {name: p for name, p in ledger.parameters.items() if name != "paramilitary_aid"}
    with_it = Beliefs(ledger, {}).draw(1, 0)
    without = Beliefs(replace(ledger, parameters=fewer), {}).draw(1, 0)
    assert dict(without) == {name: with_it[name] for name in fewer}


def test_a_change_in_one_process_does_not_shift_the_numbers_of_another() -> None:
    """More eradication changes coca at once, and aid, crises and capability never."""
    a = run("reference", "assumptions.eradication_right=0")
    b = run("reference", "assumptions.eradication_right=90000")
    assert not np.array_equal(a["coca_ha"], b["coca_ha"])
    for name in ("aid_usd", "crises", "capability", "relationship_index"):
        np.testing.assert_array_equal(a[name], b[name])


@pytest.mark.parametrize(
    ("claim", "cause", "untouched"),
    [
        ("C01", ("assumptions.us_share_mobility=0.1", "assumptions.us_share_mobility=0.5"), None),
        ("C07", ("assumptions.utility_rent=1", "assumptions.utility_rent=9"), None),
        ("C11", (), "newly_displaced"),
        (
            "C13",
            ("assumptions.eradication_right=0", "assumptions.eradication_right=90000"),
            "coca_ha",
        ),
        ("C10", ("assumptions.deterrence=0", "assumptions.deterrence=1"), None),
        ("C14", ("assumptions.utility_operations=0", "assumptions.utility_operations=0.6"), None),
    ],
)
def test_a_mechanism_that_is_off_does_nothing(
    claim: str, cause: tuple[str, ...], untouched: str | None
) -> None:
    off = f"mechanisms.{claim}=off"
    if not cause:
        assert run("reference", off)[untouched].sum() == 0.0
        return
    on_a, on_b = (run("reference", setting) for setting in cause)
    off_a, off_b = (run("reference", setting, off) for setting in cause)
    name = untouched or "members"
    if claim == "C13":
        np.testing.assert_array_equal(off_a[name], off_b[name])
    assert not np.array_equal(on_a[name], on_b[name])
    assert not np.array_equal(on_b[name], off_b[name])


@pytest.mark.parametrize("claim", ["C01", "C02"])
def test_without_the_aid_mechanisms_aid_changes_nothing_on_the_map(claim: str) -> None:
    # C18 leads from a quarrel about aid, by way of China, to extraditions and back to the map.
    off = [f"mechanisms.{c}=off" for c in ("C01", "C02", "C18", "C28")]
    a, b = run("no-cutoff", *off), run("full-cutoff", *off)
    for name in ("members", "control", "newly_displaced", "capability"):
        np.testing.assert_array_equal(a[name], b[name])
    on = [s for s in off if claim not in s]
    c, d = run("no-cutoff", *on), run("full-cutoff", *on)
    assert not np.array_equal(c["capability"], d["capability"])


def test_under_the_rival_theory_aid_feeds_paramilitaries_and_does_little_else() -> None:
    cut = "timeline.aid-kept.aid={all: 0, hold: true}"
    more = "timeline.aid-kept.aid={all: 1, hold: true}"
    (none, plenty), (held, same) = (
        [run("rival-theory", setting, *off, replicate=2) for setting in (cut, more)]
        for off in ([], ["mechanisms.C28=off"])
    )
    groups = list(World(load_scenario("rival-theory")).groups)
    last = {name: k for k, name in enumerate(groups)}
    fewer = none["members_group"][-1] / np.maximum(plenty["members_group"][-1], 1e-9)
    assert fewer[last["EGC"]] < 0.95 < fewer[last["EMC"]] < 1.05
    assert np.abs(none["capability"] - plenty["capability"]).max() < 0.03
    np.testing.assert_array_equal(none["coca_ha"], plenty["coca_ha"])
    np.testing.assert_allclose(held["members_group"][-1], same["members_group"][-1], rtol=0.02)


def test_without_c24_an_election_does_not_repair_anything() -> None:
    off = "mechanisms.C24=off"
    a, b = run("reference", off), run("left-continuity", off)
    np.testing.assert_array_equal(a["crises"], b["crises"])
    assert not np.array_equal(
        run("reference")["relationship_index"], run("left-continuity")["relationship_index"]
    )


def test_every_kind_of_event_has_a_handler() -> None:
    assert set(ACTIONS) == set(HANDLERS)


def test_a_finished_model_does_not_stay_in_memory(make_scenario: Maker) -> None:
    model = RiftModel(make_scenario(small=True))
    model.step()
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None


def test_agents_are_mesa_agents_one_by_one() -> None:
    model = RiftModel("status-quo")
    kinds = {type(agent).__name__ for agent in model.agents}
    assert kinds == {
        "Government",
        "UnitedStates",
        "China",
        "Neighbour",
        "ArmedGroup",
        "SelfDefence",
        "Stakeholders",
    }
    assert isinstance(model.government, mesa.Agent)
    before = model.month
    model.step()
    assert model.steps == 1
    assert model.month == before.shift(1) == model.scenario.start


def test_a_model_stops_at_the_end_and_says_so(make_scenario: Maker) -> None:
    model = RiftModel(make_scenario(small=True))
    model.run_model()
    assert model.month == model.scenario.end
    assert not model.running
    with pytest.raises(InputError, match="the scenario ends in 2026-12"):
        model.step()


def test_a_model_is_one_replicate_of_one_scenario() -> None:
    with pytest.raises(InputError, match="-1 is not the number of a replicate"):
        RiftModel("reference", replicate=-1)
    for wrong in (1.5, "0", [1]):
        with pytest.raises(InputError, match="is not the number of a replicate"):
            RiftModel("reference", replicate=wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="'factorial' is a sweep"):
        RiftModel("factorial")


@pytest.mark.parametrize("setting", ["deterrence=40", "loss_rate=-1", "ces_elasticity=0"])
def test_values_outside_the_range_of_a_parameter_are_refused(setting: str) -> None:
    with pytest.raises(InputError, match="lies outside the range of the parameter"):
        load_scenario("reference", settings=[f"assumptions.{setting}"])


def test_draws_are_held_within_the_range() -> None:
    ledger = load_ledger()
    for replicate in range(300):
        for name, value in Beliefs(ledger, {}).draw(3, replicate).items():
            low, high = ledger.parameters[name].bounds
            assert low <= value <= high, name
