"""What the government and its partners decide, where the right answer is obvious."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rift_sim.model import RiftModel
from rift_sim.scenario import Scenario

Maker = Callable[..., Scenario]


@pytest.fixture
def build(make_scenario: Maker) -> Callable[..., RiftModel]:
    """A model on five places, with events and settings as given."""

    def make(**fields: Any) -> RiftModel:
        return RiftModel(make_scenario(small=True, end="2031-12", **fields))

    return make


Builder = Callable[..., RiftModel]


def steps(model: RiftModel, months: int) -> RiftModel:
    for _ in range(months):
        model.step()
    return model


def event(date: str, **actions: Any) -> dict[str, Any]:
    return {"date": date, **actions}


def test_aid_arrives_late_and_in_the_line_it_is_meant_for(build: Builder) -> None:
    cut = event("2026-01", aid={"air_mobility": 0, "hold": True})
    states = steps(build(timeline=[cut]), 1).united_states
    assert states.level["air_mobility"] == 0.0
    assert 0.0 < states.disbursed["air_mobility"] < 1.0
    assert states.disbursed["police"] == 1.0
    assert states.usd("police") == pytest.approx(113e6 / 12)


def test_aid_can_be_phased_out(build: Builder) -> None:
    model = build(timeline=[event("2026-01", aid={"all": 0, "over_months": 4, "hold": True})])
    levels = [steps(model, 1).united_states.level["police"] for _ in range(6)]
    assert levels == pytest.approx([0.75, 0.5, 0.25, 0.0, 0.0, 0.0])


def test_held_aid_stays_and_free_aid_follows_diplomacy(build: Builder) -> None:
    for hold in (True, False):
        cut = event("2026-01", aid={"all": 0, "hold": hold})
        good = event("2026-01", inauguration={"president": "right"})
        states = steps(build(timeline=[cut, good]), 24).united_states
        assert (states.level["police"] == 0.0) is hold


def test_losing_helicopters_lowers_mobility_and_substitution_is_slow(build: Builder) -> None:
    model = build(timeline=[event("2026-01", aid={"air_mobility": 0, "hold": True})])
    lowest = min(steps(model, 1).government.mobility for _ in range(24))
    share = model.draw.us_share_mobility
    assert 1.0 - share <= lowest < 1.0
    later = steps(model, 40).government.mobility
    assert lowest <= later <= 1.0 - share * (1.0 - model.draw.substitution_ceiling) + 1e-6


def test_retired_commanders_take_experience_with_them(build: Builder) -> None:
    model = steps(build(timeline=[event("2026-02", commanders={"retire": 0.4})]), 1)
    before = model.government.capability
    after = steps(model, 1).government
    expected = 1.0 - 0.4 * model.draw.leadership_relevance
    assert after.leadership == pytest.approx(expected, abs=0.02)
    assert after.capability < before
    assert steps(model, 60).government.leadership > expected


def test_yearly_retirements_repeat_and_stop(build: Builder) -> None:
    again = event("2026-01", commanders={"retire": 0.2, "every": "year"})
    stop = event("2028-01", commanders={"stop": True})
    short, long = build(timeline=[again, stop]), build(timeline=[again])
    assert steps(short, 23).government.leadership == steps(long, 23).government.leadership
    assert steps(short, 3).government.leadership > steps(long, 3).government.leadership


def test_losing_intelligence_officers_also_costs_the_link(build: Builder) -> None:
    model = steps(build(timeline=[event("2026-01", commanders={"intelligence_officers": 0.5})]), 1)
    own_only = 1.0 - 0.5 * (1.0 - model.draw.us_share_intelligence)
    assert model.government.intelligence < own_only + 0.02


@pytest.mark.parametrize(
    ("claim", "lost"), [("C03", {"retire": 0.5}), ("C04", {"intelligence_officers": 0.5})]
)
def test_a_mechanism_that_is_off_stays_where_it_was_at_the_start(
    build: Builder, claim: str, lost: dict[str, float]
) -> None:
    """Losses before the start count, later ones do not."""
    early, late = event("2025-06", commanders=lost), event("2026-02", commanders=lost)
    off = {"mechanisms": {claim: "off"}}

    def capability(**fields: Any) -> float:
        return steps(build(**fields), 3).government.capability

    assert capability(timeline=[late], **off) == capability(**off)
    assert capability(timeline=[late]) < capability()
    assert capability(history=[early], **off) < capability(**off)


@pytest.mark.parametrize(
    ("claim", "held", "lost"),
    [
        ("C01", "mobility", {"aid": {"all": 0, "hold": True}}),
        ("C02", "intelligence", {"aid": {"all": 0, "hold": True}}),
        ("C03", "leadership", {"commanders": {"retire": 0.5}}),
    ],
)
def test_what_was_lost_before_is_not_made_good_while_the_mechanism_is_off(
    build: Builder, claim: str, held: str, lost: dict[str, Any]
) -> None:
    """Neither substitutes nor experience grow."""
    for off in ({}, {claim: "off"}):
        model = build(history=[event("2024-01", **lost)], mechanisms=off)
        levels = {getattr(steps(model, 1).government, held) for _ in range(24)}
        assert (len(levels) == 1) is bool(off)


@pytest.mark.parametrize(
    ("claim", "action", "more"),
    [("C12", {"posture": {"pressure": 3}}, 1), ("C05", {"force_size": {"change": -0.5}}, -1)],
)
def test_losses_answer_to_pressure_and_capability_by_their_claims(
    build: Builder, claim: str, action: dict[str, Any], more: int
) -> None:
    def losses(acts: list[dict[str, Any]], **off: Any) -> float:
        return steps(build(timeline=acts, **off), 12).government.loss_rate

    act = [event("2026-02", **action)]
    assert (losses(act) - losses([])) * more > 0.0
    off = {"mechanisms": {claim: "off"}}
    assert losses(act, **off) == losses([], **off)


def test_a_new_president_brings_a_posture_and_may_close_tables(build: Builder) -> None:
    sure = {f"talks_kept_{kind}": value for kind, value in (("right", 0.0), ("left", 1.0))}
    for kind, stays in (("right", False), ("left", True)):
        model = build(
            assumptions={**sure, "talks_leave": 1e-9},
            timeline=[event("2026-01", inauguration={"president": kind})],
        )
        assert any(group.talks for group in model.groups)
        steps(model, 1)
        assert any(group.talks for group in model.groups) is stays
        assert model.government.president == kind
    assert model.government.pressure == pytest.approx(1.0)


def test_a_mix_of_presidents_is_drawn_with_its_probabilities(make_scenario: Maker) -> None:
    mix = {"left": 0.25, "right": 0.75}
    scenario = make_scenario(
        small=True, end="2026-01", timeline=[event("2026-01", inauguration={"president": mix})]
    )
    from rift_sim.model import World

    world = World(scenario)
    drawn = [steps(RiftModel(world=world, replicate=r), 1).government.president for r in range(200)]
    assert set(drawn) == {"left", "right"}
    assert drawn.count("right") / 200 == pytest.approx(0.75, abs=0.1)


def test_sanctuary_follows_the_regime_across_the_border(build: Builder) -> None:
    model = build(
        assumptions={"sanctuary_transition": 0.1, "sanctuary_chavista": 0.9},
        timeline=[event("2026-01", venezuela={"regime": "transition"})],
    )
    assert model.neighbours["venezuela"].permissiveness == 0.9
    assert steps(model, 36).neighbours["venezuela"].permissiveness == pytest.approx(0.1, abs=0.01)
    assert model.neighbours["ecuador"].permissiveness == pytest.approx(model.draw.sanctuary_ecuador)


@pytest.mark.parametrize(
    ("action", "pillar", "sign"),
    [
        ({"diplomacy": {"effect": 1, "kind": "meeting"}}, "diplomacy", 1),
        ({"threat": {"severity": 1}}, "diplomacy", -1),
        ({"sanction": {"target": "economy", "severity": 1}}, "trade", -1),
        ({"tariff": {"rate": 25, "by": "us"}}, "trade", -1),
        ({"certification": "decertified"}, "justice", -1),
        ({"certification": "certified"}, "diplomacy", 1),
        ({"extradition": 0}, "justice", -1),
        ({"intelligence_sharing": 0}, "intelligence", -1),
    ],
)
def test_acts_move_the_pillar_they_concern(
    build: Builder, action: dict[str, Any], pillar: str, sign: int
) -> None:
    # Without concessions (C23), which would take a tariff back.
    still = {"C23": False}
    plain = steps(build(mechanisms=still), 3).relationship.pillars[pillar]
    model = build(timeline=[event("2026-01", **action)], mechanisms=still)
    acted = steps(model, 3).relationship.pillars[pillar]
    assert (acted - plain) * sign > 0.0


def test_hostile_pairs_have_more_crises_and_china_fills_the_gap(build: Builder) -> None:
    calm, sour = (steps(build(assumptions={"hostility_left": value}), 36) for value in (0.0, 1.0))
    assert sour.relationship.index < calm.relationship.index
    assert sour.china.engagement > calm.china.engagement
    crises = 0
    model = build(assumptions={"hostility_left": 1.0, "us_2029_factor": 1.0})
    for _ in range(48):
        crises += steps(model, 1).relationship.crises
    assert crises > 10


def test_history_sets_the_scene_without_touching_the_map(build: Builder) -> None:
    lost = build(
        history=[event("2024-01", commanders={"retire": 0.5}), event("2025-10", aid={"all": 0})]
    )
    plain = build()
    assert lost.government.leadership < plain.government.leadership
    assert lost.united_states.disbursed["police"] < 0.7
    assert lost.government.ratio == plain.government.ratio == 1.0
    assert (lost.state.armed == plain.state.armed).all()
    assert lost.month == lost.scenario.start.shift(-1)
