"""What an extension may do to the model: each array of the map, aid, draws, phases, refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rift_sim.agents.armed_group import ArmedGroup
from rift_sim.agents.partners import Partner
from rift_sim.errors import InputError, RiftError
from rift_sim.extension import Extension, Mechanism, Recorded, register
from rift_sim.extension.parts import PHASES
from rift_sim.model import RiftModel, World
from rift_sim.physics.outside import LARGEST, new_outside, wrong
from rift_sim.physics.streams import Process, added_process, uniform_at
from rift_sim.replicate import simulate
from rift_sim.scenario import Scenario

Make = Callable[..., Scenario]
pytestmark = pytest.mark.usefixtures("clean")


class Hand(Partner):
    """Writes what a test says, from the first month on."""

    write: Callable[[RiftModel], None] = staticmethod(lambda model: None)

    def step(self) -> None:
        if self.rift.started:
            type(self).write(self.rift)


def run(make: Make, write: Callable[[RiftModel], None], months: int = 24) -> RiftModel:
    class Told(Hand):
        pass

    Told.write = staticmethod(write)
    register(Extension("hand", "1", __name__, partners={"hand": Told}))
    model = RiftModel(make(small=True, extensions=["hand"], end="2028-12"), replicate=3)
    for _ in range(months):
        model.step()
    return model


def fill(name: str, value: float) -> Callable[[RiftModel], None]:
    return lambda model: getattr(model.outside, name).fill(value)


def nothing(model: RiftModel) -> None:
    pass


def totals(model: RiftModel) -> dict[str, float]:
    ground, state = model.ground, model.state
    return {
        "members": float(state.members.sum()),
        "violence": float(state.violence.sum()),
        "lost_rivals": float(ground.lost_rivals.sum()),
        "lost_state": float(ground.lost_state.sum()),
        "newly": float(ground.newly.sum()),
        "confined": float(ground.confined.sum()),
        "returned": float(ground.flows[0]),
        "presence": float(state.state_presence[model.world.inside].min()),
    }


def test_each_factor_moves_what_it_says(make_scenario: Make) -> None:
    base = totals(run(make_scenario, nothing))
    assert all(base[name] > 0.0 for name in ("violence", "lost_rivals", "newly", "returned"))
    none = totals(run(make_scenario, fill("violence", 0.0)))
    assert none["lost_rivals"] == 0.0
    assert none["violence"] < base["violence"]
    assert (
        totals(run(make_scenario, fill("effort", 4.0), 1))["lost_state"]
        > 2.0 * totals(run(make_scenario, nothing, 1))["lost_state"]
    )
    still = totals(run(make_scenario, fill("flight", 0.0)))
    assert still["newly"] == still["confined"] == 0.0
    assert totals(run(make_scenario, fill("returns", 0.0)))["returned"] == 0.0
    assert totals(run(make_scenario, fill("returns", LARGEST), 1))["returned"] > 0.0
    assert base["presence"] < 0.9
    assert totals(run(make_scenario, fill("presence", 0.9)))["presence"] >= 0.9


def test_returns_cannot_be_more_than_are_away(make_scenario: Make) -> None:
    model = run(make_scenario, fill("returns", LARGEST), 36)
    assert model.state.away.min() >= 0.0
    assert model.state.people > 0.0


def test_what_draws_a_group_moves_it_and_loses_nobody(make_scenario: Make) -> None:
    def pull(model: RiftModel) -> None:
        model.outside.pull[:, 2] = 5.0

    drawn, base = run(make_scenario, pull, 6), run(make_scenario, nothing, 6)
    assert drawn.state.members[:, 2].sum() > 1.5 * base.state.members[:, 2].sum()
    assert drawn.state.members.sum() == pytest.approx(base.state.members.sum(), rel=0.1)


def test_presence_that_goes_leaves_what_the_state_holds(make_scenario: Make) -> None:
    def for_a_year(model: RiftModel) -> None:
        model.outside.presence.fill(0.95 if model.month.year == 2026 else 0.0)

    def gap(months: int) -> Any:
        with_it, without = (run(make_scenario, write, months) for write in (for_a_year, nothing))
        return with_it.state.state_presence - without.state.state_presence

    held, left = gap(12), gap(36)
    assert held.max() > 0.3
    assert left.min() >= 0.0
    assert left.max() < 0.5 * held.max()


def test_what_partners_lend_makes_the_forces_abler(make_scenario: Make) -> None:
    def lend(model: RiftModel) -> None:
        model.government.lent["air_mobility"] = 0.5

    lent, base = run(make_scenario, lend, 6), run(make_scenario, nothing, 6)
    assert lent.government.mobility > base.government.mobility
    assert lent.government.capability > base.government.capability


@pytest.mark.parametrize(
    ("name", "value"), [("violence", -0.1), ("flight", np.nan), ("presence", 1.5), ("pull", np.inf)]
)
def test_what_makes_no_sense_on_the_map_is_refused(
    make_scenario: Make, name: str, value: float
) -> None:
    with pytest.raises(RiftError, match=rf"model\.outside\.{name} must lie within .*hand"):
        run(make_scenario, fill(name, value), 1)
    outside = new_outside(2, 3)
    assert wrong(outside) is None
    getattr(outside, name).fill(value)
    assert str(wrong(outside)).startswith(name)


def test_mechanisms_act_once_a_month_each_in_its_phase(make_scenario: Make) -> None:
    seen: list[tuple[str, int, float]] = []

    def note(phase: str) -> Callable[[RiftModel], None]:
        return lambda m: seen.append((phase, m.month_index, float(m.government.pressure)))

    acts = {f"at_{phase}": Mechanism(note(phase), phase, "notes") for phase in PHASES}
    register(Extension("notes", "1", __name__, mechanisms=acts))
    scenario = make_scenario(small=True, extensions=["notes"], mechanisms={"at_partners": "off"})
    model = RiftModel(scenario)
    assert not seen
    model.step()
    model.step()
    assert [phase for phase, _, _ in seen] == ["events", "decisions", "month"] * 2
    assert [month for _, month, _ in seen] == [scenario.start.index] * 3 + [
        scenario.start.index + 1
    ] * 3


def test_draws_are_keyed_by_names_and_places(make_scenario: Make) -> None:
    found: list[float] = []
    register(
        Extension(
            "dice",
            "1",
            __name__,
            mechanisms={
                "throw": Mechanism(
                    lambda m: found.extend(m.uniform("dice", "a", k) for k in range(3)),
                    "month",
                    "throws",
                )
            },
        )
    )
    scenario = make_scenario(small=True, extensions=["dice"])
    model = RiftModel(scenario, replicate=2)
    model.step()
    assert len(set(found)) == 3
    number = added_process("dice", "a")
    expected = [uniform_at(1, 2, scenario.start.index, number, k) for k in range(3)]
    assert found == expected
    many = {added_process(f"e{i}", f"p{k}") for i in range(100) for k in range(100)}
    assert len(many) == 10_000
    assert min(many) >= 2**62 > max(Process)
    assert max(many) < 2**63


class Loner(ArmedGroup):
    """Recruits nobody."""

    @property
    def recruitment(self) -> float:
        return 0.0


def test_a_strategy_is_that_of_its_group_alone(make_scenario: Make) -> None:
    register(Extension("loners", "1", __name__, strategies={"alone": Loner}))
    chosen = {"EGC": "alone", "ELN": "usual"}
    model = RiftModel(make_scenario(small=True, extensions=["loners"], strategies=chosen))
    model.step()
    kinds = {group.name: type(group) for group in model.groups}
    assert kinds["EGC"] is Loner
    assert kinds["ELN"] is ArmedGroup
    assert model.ground.recruits[model.group("EGC").order] == 0.0
    assert model.ground.recruits.sum() > 0.0


def test_parts_of_another_kind_are_refused(make_scenario: Make) -> None:
    register(Extension("odd", "1", __name__, partners={"odd": lambda model: 3}))  # type: ignore[dict-item, return-value]
    with pytest.raises(RiftError, match="'odd' of the extension 'odd' is a int, which does not"):
        RiftModel(make_scenario(small=True, extensions=["odd"]))


def test_a_series_is_read_only_where_it_is_observed(make_scenario: Make) -> None:
    series = Recorded(
        "Hands", "count", "flow", lambda model: 1.0,
        by={"group": lambda model: np.arange(len(model.groups), dtype=float)},
    )  # fmt: skip
    register(Extension("counts", "1", __name__, series={"hands": series}))
    world = World(make_scenario(small=True, extensions=["counts"]))
    arrays = simulate(world, 0)
    assert arrays["hands"].tolist() == [1.0] * 12
    assert arrays["hands_group"][3].tolist() == list(range(len(world.groups)))
    attrs: Any = world.variables["hands"].attrs
    assert attrs == {"long_name": "Hands", "units": "count", "kind": "flow"}
    narrow = World(make_scenario(small=True, extensions=["counts"], observe=["control"]))
    assert "hands" not in simulate(narrow, 0)
    only = World(make_scenario(small=True, extensions=["counts"], observe=["hands"]))
    assert set(simulate(only, 0)) == {"hands", "hands_group"}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": "Bad Name"}, "'Bad Name' is not the name of an extension"),
        ({"mechanisms": {"C 5": Mechanism(nothing, "month", "")}}, "'C 5' is not a name"),
        ({"mechanisms": {"m": Mechanism(nothing, "mouth", "")}}, "did you mean 'month'?"),  # type: ignore[arg-type]
        ({"strategies": {"usual": Loner}}, "'usual' is what groups do anyway"),
        (
            {
                "series": {
                    "a": Recorded(
                        "A", "1", "stock", lambda m: 0.0, by={"pillar": lambda m: np.ones(6)}
                    )
                }
            },  # type: ignore[dict-item]
            "cannot be recorded by 'pillar'",
        ),
    ],
)
def test_what_is_wrong_in_an_extension_is_said_when_it_is_made(
    fields: dict[str, Any], says: str
) -> None:
    with pytest.raises(InputError) as caught:
        Extension(**{"name": "odd", "version": "1", "module": __name__, **fields})
    assert says in str(caught.value)
