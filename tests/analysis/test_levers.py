"""Levers: what they act through, what they rest on, what a step of them does."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lever_grip import LEDGER, MEDIANS, UNCERTAIN, away, grip, moved

from rift_sim.analysis.conditions.quantity import parse_quantity
from rift_sim.analysis.levers.effects import (
    default_outcomes,
    effects_csv,
    find_outcomes,
    pull_levers,
    regret_csv,
)
from rift_sim.analysis.levers.informed import Knowledge, compare_table, knowledge_of
from rift_sim.analysis.levers.lever import SPHERES, Lever, footing, sphere_of
from rift_sim.analysis.levers.listing import LEVERS, NOT_LEVERS, choose_levers
from rift_sim.analysis.levers.pull import aid_held, load_single, pull, pull_month
from rift_sim.calendar import Month
from rift_sim.ensemble.engine import Engine
from rift_sim.errors import InputError
from rift_sim.model import World
from rift_sim.plots.levers import levers_figure, period
from rift_sim.plots.style import write_figure
from rift_sim.replicate import simulate
from rift_sim.scenario import ACTIONS, Scenario, load_scenario
from rift_sim.seeds.posterior import Posterior
from rift_sim.vocabulary import AID_LINES, SERIES

SINCE = Month(2026, 9)
DIRECT = ("pressure", "eradication", "sanctuary")
"""Levers that set what the map takes; what it makes of it is no matter of agents."""
RELATIONS = ("diplomacy", "cooperation", "tariff", "sanction", "threat", "certification")
"""Levers that move the relationship first, and the map hardly."""
TAKEN_BY_THE_MAP = ("utility_state", "share_abroad_venezuela")
"""Parameters by which the map takes what agents hand over."""
ADDED_UP = ("aid.security", "aid.all")
"""Levers that are sums of others: what matters for one of them may vanish in the sum."""


@pytest.fixture(scope="module")
def reference(small_map: dict[str, Path]) -> Callable[..., Scenario]:
    """Build `reference` on five places, up to January 2028 and from the priors."""
    places = ", ".join(f"{key}: {path}" for key, path in small_map.items())

    def make(*settings: str) -> Scenario:
        own = ("end=2028-01", "parameters=prior", f"territory={{{places}}}")
        return load_scenario("reference", settings=[*own, *settings])

    return make


def arms(lever: Lever, scenario: Scenario) -> tuple[World, World]:
    found = pull(lever, scenario, SINCE, 100.0, ["control"])
    return World(found.low), World(found.high)


def test_every_kind_of_event_is_a_lever_or_says_why_not() -> None:
    used = {
        kind
        for lever in LEVERS.values()
        for kind in lever.act(lever.low if lever.low is not None else 1.0)
    }
    assert used | set(NOT_LEVERS) == set(ACTIONS)
    assert not used & set(NOT_LEVERS)


def test_every_line_of_aid_is_a_lever() -> None:
    assert {f"aid.{name}" for name in (*AID_LINES, "security", "all")} < set(LEVERS)


def test_the_parts_of_the_model_hold_series() -> None:
    assert {name for held in SPHERES.values() for name in held} <= set(SERIES)
    assert sphere_of("control") == "ground"
    assert sphere_of("coca_ha") == "coca"


@pytest.mark.parametrize(
    "name", [n for n in LEVERS if not n.startswith(DIRECT) and n != "aid.development"]
)
def test_a_lever_acts_through_what_is_listed(name: str, reference: Callable[..., Scenario]) -> None:
    lever = LEVERS[name]
    low, high = arms(lever, reference())
    part = int(name in RELATIONS)
    usual, listed = grip(low, high, {}, part), lever.parameters(LEDGER)
    rest = [n for n in UNCERTAIN if n not in listed]
    for seed in range(2):
        others = away(rest, np.random.default_rng(seed))
        assert moved(usual, grip(low, high, others, part)) < 0.25
    if name not in ADDED_UP and not name.startswith("president"):
        idle = [
            n
            for n in lever.through
            if n in UNCERTAIN
            and n not in TAKEN_BY_THE_MAP
            and moved(usual, grip(low, high, away([n]), part)) < 0.01
        ]
        assert not idle


def test_development_aid_does_nothing_but_cost(reference: Callable[..., Scenario]) -> None:
    low, high = arms(LEVERS["aid.development"], reference())
    assert not grip(low, high, {}, 0).any()
    assert not grip(low, high, {}, 1).any()


@pytest.mark.parametrize(
    ("name", "parameter", "series"),
    [
        ("pressure", "loss_rate", "members_lost"),
        ("pressure", "utility_operations", "members_remoteness"),
        ("eradication.manual", "eradication_effect", "coca_ha"),
        ("eradication.aerial", "spraying_effect", "coca_ha"),
        ("eradication.substitution", "substitution_effect", "coca_ha"),
        ("sanctuary.venezuela", "utility_state", "members_abroad"),
        ("sanctuary.venezuela", "share_abroad_venezuela", "members_abroad"),
        ("sanctuary.ecuador", "share_abroad_ecuador", "members_abroad"),
    ],
)
def test_what_is_set_directly_works_through_what_the_map_takes_it_by(
    name: str, parameter: str, series: str
) -> None:
    assert parameter in LEVERS[name].through
    scenario = load_scenario("reference", settings=["end=2027-06", "parameters=prior"])
    found = pull(LEVERS[name], scenario, SINCE, 100.0, [series])
    worlds = [World(found.low), World(found.high)]

    def effect(share: float) -> float:
        given = {**MEDIANS, **away([parameter], share)}
        low, high = (simulate(world, 0, given)[series][-1] for world in worlds)
        return float(high - low)

    assert effect(0.5) != pytest.approx(effect(0.95), rel=0.02)


def test_where_no_mechanism_leads_nothing_moves(reference: Callable[..., Scenario]) -> None:
    scenario = reference("end=2027-12")
    series = ["members", "coca_ha", "capability", "relationship_index", "crises"]
    outcomes = [parse_quantity(f"{name}@sum") for name in series]
    everything = Knowledge("all", 0.0, {})
    shut = {
        (lever.name, str(outcome))
        for lever in LEVERS.values()
        for outcome in outcomes
        if footing(lever, outcome.series, everything, LEDGER).kind == "nothing"
    }
    assert ("pressure", "coca_ha@sum") in shut
    assert ("aid.police", "members@sum") not in shut
    for lever in LEVERS.values():
        done = pull(lever, scenario, SINCE, 100.0, series)
        low, high = (simulate(World(s), 1) for s in (done.low, done.high))
        for outcome in outcomes:
            if (lever.name, str(outcome)) in shut:
                np.testing.assert_array_equal(
                    low[outcome.series], high[outcome.series], err_msg=f"{lever.name} {outcome}"
                )


def table(columns: Mapping[str, np.ndarray], **provenance: str) -> Posterior:
    rows = np.column_stack(list(columns.values()))
    return Posterior(tuple(columns), [list(row) for row in rows], provenance)


def test_a_table_that_is_the_prior_has_informed_nothing() -> None:
    shares = (np.arange(400) + 0.5) / 400
    prior = {n: LEDGER.parameters[n].prior for n in ("loss_rate", "talks_halt")}
    same = {n: np.array([p.quantile(u) for u in shares]) for n, p in prior.items()}
    found = compare_table(table({**same, "loss_rate": 1.3 * same["loss_rate"]}), LEDGER)
    assert found.informed("loss_rate")
    assert not found.informed("talks_halt")
    assert not found.informed("us_share_mobility")
    assert found.distances["talks_halt"] < 0.01
    # Fewer draws tell less apart.
    few = compare_table(
        table({"loss_rate": 1.1 * same["loss_rate"]}, effective_sample_size="30"), LEDGER
    )
    assert few.threshold == pytest.approx(1.36 / 30**0.5)
    assert not few.informed("loss_rate")


def test_what_a_scenario_assumes_owes_nothing_to_history() -> None:
    plain = knowledge_of(load_scenario("reference"))
    assert plain.informed("loss_rate")
    held = knowledge_of(load_scenario("reference", settings=["assumptions.loss_rate=0.2"]))
    assert not held.informed("loss_rate")
    assert held.informed("pressure_right") == plain.informed("pressure_right")
    assert not knowledge_of(load_scenario("reference", settings=["parameters=prior"])).distances


def test_footings() -> None:
    known = Knowledge("made up", 0.1, {"loss_rate": 0.3, "eradication_effect": 0.3})
    kinds = {
        (name, series): footing(LEVERS[name], series, known, LEDGER).kind
        for name in ("pressure", "aid.police", "aid.development", "eradication.manual")
        for series in ("control", "coca_ha")
    }
    assert kinds == {
        ("pressure", "control"): "part",
        ("pressure", "coca_ha"): "nothing",
        ("aid.police", "control"): "priors",
        ("aid.police", "coca_ha"): "nothing",
        ("aid.development", "control"): "nothing",
        ("aid.development", "coca_ha"): "nothing",
        ("eradication.manual", "control"): "part",
        ("eradication.manual", "coca_ha"): "history",
    }


def test_a_step_of_aid_is_money() -> None:
    scenario = load_scenario("reference", settings=["observe=[aid_usd]"])
    assert aid_held(scenario, SINCE)["air_mobility"] == 0.5
    wanted = ["aid_usd"]
    for name in ("aid.security", "aid.development"):
        done = pull(LEVERS[name], scenario, SINCE, 40.0, wanted)
        low, high = (simulate(World(s), 0)["aid_usd"] for s in (done.low, done.high))
        assert not (high - low)[:8].any()
        # What is decided is paid out months later.
        assert 12.0 * (high - low)[-1] == pytest.approx(40e6, rel=0.02)


def test_money_that_nobody_can_use_is_said() -> None:
    scenario = load_scenario("reference")
    (note,) = pull(LEVERS["aid.intelligence"], scenario, SINCE, 100.0, ["control"]).notes
    assert "2.72 times 2024" in note
    assert not pull(LEVERS["aid.intelligence"], scenario, SINCE, 20.0, ["control"]).notes
    with pytest.raises(InputError, match="between 0 and 20 times"):
        pull(LEVERS["aid.intelligence"], scenario, SINCE, 5000.0, ["control"])


def test_when_levers_are_pulled() -> None:
    scenario = load_scenario("reference")
    assert pull_month(scenario, [LEVERS["aid.police"]], None) == Month(2026, 3)
    assert pull_month(scenario, LEVERS.values(), None) == SINCE
    assert pull_month(scenario, [LEVERS["commanders.retire"]], None) == scenario.start
    assert pull_month(scenario, LEVERS.values(), "2027-05") == Month(2027, 5)
    early = pull(LEVERS["pressure"], scenario, Month(2026, 2), 100.0, ["control"])
    assert "2026-08 inauguration" in early.notes[0]


@pytest.mark.parametrize("since", ["2025-12", "2031-01", "soon"])
def test_months_outside_the_run_are_refused(since: str) -> None:
    with pytest.raises(InputError, match=r"--since.*2026-01 to 2030-12"):
        pull_month(load_scenario("reference"), [], since)


def test_no_month_left_is_refused() -> None:
    scenario = load_scenario("reference", settings=["end=2026-08"])
    with pytest.raises(InputError, match="--since"):
        pull_month(scenario, [LEVERS["pressure"]], None)


def test_a_sweep_is_refused() -> None:
    with pytest.raises(InputError, match="is a sweep"):
        load_single("factorial")


def test_names() -> None:
    assert choose_levers([]) == list(LEVERS.values())
    with pytest.raises(InputError, match=r"did you mean 'aid.security'\?"):
        choose_levers(["aid.securty"])
    with pytest.raises(InputError, match="is about one group"):
        choose_levers(["strike"])


def test_default_outcomes_are_whole_years() -> None:
    names = [str(o) for o in default_outcomes(load_scenario("reference"))]
    assert {"control", "newly_displaced@2030"} < set(names)
    short = load_scenario("reference", settings=["end=2026-10"])
    assert "newly_displaced@sum" in [str(o) for o in default_outcomes(short)]


def planted(world: Any, replicate: int) -> dict[str, np.ndarray]:
    """Control falls by 0.02 for each unit of police aid, and by 0.1 for one of pressure."""
    level, pressure = 0.0, 0.0
    for event in world.scenario.timeline:
        level = event.aid.levels.get("police", level) if event.aid else level
        pressure = event.posture.pressure if event.posture else pressure
    value = 0.4 + 0.001 * replicate - 0.02 * level - 0.1 * pressure
    return {
        name: np.full([len(world.coords[dim]) for dim in variable.dims], value)
        for name, variable in world.variables.items()
    }


def test_planted_levers_are_found(reference: Callable[..., Scenario]) -> None:
    scenario = Scenario.model_validate({**reference().plain(), "parameters": "posterior"})
    names = ("pressure", "aid.police", "aid.air_mobility", "aid.development")
    kept = [LEVERS[name] for name in names]
    given: dict[str, Any] = {"replicates": 4, "engine": Engine(simulate=planted)}
    outcome = [parse_quantity("relationship_index"), parse_quantity("members@2027-03")]
    quiet = pull_levers(scenario, kept, outcome, **given)
    told = {(e.lever, e.outcome): e for e in quiet.effects}
    assert told["pressure", "members@2027-03"].mean == pytest.approx(-0.025)
    assert told["aid.police", "members@2027-03"].pairs == 0
    assert np.isnan(told["aid.police", "members@2027-03"].mean)
    assert told["pressure", "relationship_index"].rests == "nothing"
    assert not quiet.regrets
    loud = pull_levers(scenario, kept, outcome, from_priors=True, **given)
    effect = next(e for e in loud.effects if (e.lever, e.outcome) == (names[1], str(outcome[1])))
    more = 100e6 / 113e6
    assert effect.mean == pytest.approx(-0.02 * more)
    assert (effect.low, effect.high) == pytest.approx((effect.mean, effect.mean))
    assert (effect.share, effect.pairs, effect.rests) == (1.0, 4, "priors")
    regret = {row.option: row for row in loud.regrets["members@2027-03"]}
    assert regret["aid.police"].best == 1.0
    assert regret["aid.development"].mean.value == pytest.approx(0.02 * more)
    assert regret["aid.development"].best == 0.0
    # What has no number is in the file, without one.
    rows = list(csv.DictReader(io.StringIO(effects_csv(quiet))))
    assert len(rows) == 8
    silent = next(
        r for r in rows if r["lever"] == "aid.police" and r["outcome"] != "relationship_index"
    )
    assert (silent["rests"], silent["pairs"], silent["mean"]) == ("priors", "0", "")
    assert silent["since"] == "2026-09"
    assert "training_effect" in silent["open"].split()
    assert len(regret_csv(loud).splitlines()) == 1 + 3 * len(loud.regrets)
    assert regret_csv(quiet).count("\n") == 1


def test_two_outcomes_two_panels(tmp_path: Path, reference: Callable[..., Scenario]) -> None:
    outcomes = [parse_quantity("members"), parse_quantity("coca_ha@2027")]
    kept = [LEVERS["president.right"], LEVERS["aid.police"], LEVERS["eradication.manual"]]
    given: dict[str, Any] = {"replicates": 3, "from_priors": True}
    found = pull_levers(reference(), kept, outcomes, **given)
    figure = levers_figure(found)
    first, second = figure.axes
    assert len(first.get_yticklabels()) == 3
    assert len(second.get_yticklabels()) == 2
    dots = [line for line in first.lines if line.get_marker() in ("o", "s", "D")]
    sizes = [abs(line.get_xdata()[0]) for line in dots]
    assert len(sizes) == 3
    assert sizes == sorted(sizes, reverse=True)
    titles = [text.get_text() for text in figure.texts]
    assert any(title.endswith(", end of 2028-01") for title in titles)
    assert any(title.endswith(", end of 2027") for title in titles)
    write_figure(figure, tmp_path / "levers.png")
    assert (tmp_path / "levers.png").read_bytes().startswith(b"\x89PNG")


def test_marks_are_hollow_where_the_interval_holds_zero(reference: Callable[..., Scenario]) -> None:
    kept = [LEVERS["president.right"], LEVERS["pressure"]]
    found = pull_levers(reference(), kept, [parse_quantity("members")], replicates=2)
    apart, over = (
        found.effects[0]._replace(mean=-5.0, low=-6.0, high=-4.0, pairs=2),
        found.effects[1]._replace(mean=-1.0, low=-3.0, high=1.0, pairs=2),
    )
    figure = levers_figure(replace(found, effects=(apart, over)))
    (axes,) = figure.axes
    filled, hollow = (line for line in axes.lines if line.get_marker() in ("o", "s", "D"))
    assert filled.get_markerfacecolor() == filled.get_color()
    assert hollow.get_markerfacecolor() == "white"
    (legend,) = figure.legends
    words = [text.get_text() for text in legend.get_texts()]
    assert words[-1] == "hollow: the 95 % interval holds zero"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("control", "end of 2030"),
        ("control@2028-06", "end of 2028-06"),
        ("control@2028-12", "end of 2028"),
        ("control@2028", "end of 2028"),
        ("newly_displaced", "flow of 2030-12"),
        ("newly_displaced@2030", "flow of 2030"),
        ("newly_displaced@sum", "sum of 2026-01 to 2030-12"),
    ],
)
def test_the_time_of_an_outcome(text: str, says: str) -> None:
    assert period(parse_quantity(text), load_scenario("reference")) == says


def test_outcomes_that_are_not_there_are_refused() -> None:
    scenario = load_scenario("reference")
    for text, says in (("contol", "did you mean 'control'"), ("control@2040-01", "not in the run")):
        with pytest.raises(InputError, match=says):
            find_outcomes(scenario, [parse_quantity(text)])
