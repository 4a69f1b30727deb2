"""Events: what they mean, and how yearly ones repeat."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rift_sim.calendar import Month
from rift_sim.scenario import ACTIONS, Aid, Event, Inauguration, Scenario, load_scenario
from rift_sim.vocabulary import AID_LINES

EXAMPLES: dict[str, Any] = {
    "aid": {"all": 0, "carve_out": {"security": 0.5}, "over_months": 6, "hold": True},
    "commanders": {"retire": 0.1, "every": "year"},
    "force_size": {"change": -0.05},
    "eradication": {"hectares_per_year": 12000, "method": "drone"},
    "intelligence_sharing": 0.5,
    "extradition": 0,
    "designation": {"group": "Clan del Golfo", "kind": "fto"},
    "sanctuary": {"country": "venezuela", "level": 0.3},
    "diplomacy": {"effect": -0.4, "kind": "recall"},
    "cooperation": {"interest": "china", "effort": 0.3},
    "posture": {"pressure": 1.3, "talks": False},
    "talks": {"groups": ["ELN", "EGC"], "open": True},
    "ceasefire": {"groups": "all", "on": True, "months": 6},
    "inauguration": {"president": {"left": 0.5, "right": 0.5}},
    "certification": "waiver",
    "tariff": {"rate": 30, "by": "ecuador"},
    "sanction": {"target": "officials", "severity": 0.5},
    "threat": {"severity": 0.5},
    "strike": {"severity": 0.5, "group": "ELN"},
    "venezuela": {"regime": "interim"},
    "demobilisation": {"group": "FARC", "share": 0.9, "dissident": "EMC", "dissident_share": 0.1},
    "split": {"group": "EMC", "into": "EMBF", "share": 0.4},
    "pact": ["EMC", "F57"],
    "war": ["ELN", "33rd Front"],
    "coexistence": ["CNEB", "SM"],
}


def event(date: str = "2026-01", **actions: Any) -> Event:
    return Event.model_validate({"date": date, **actions})


def run(*events: dict[str, Any], history: tuple[dict[str, Any], ...] = ()) -> Scenario:
    return Scenario.model_validate(
        {
            "name": "x",
            "title": "x",
            "start": "2026-01",
            "end": "2029-12",
            "history": list(history),
            "timeline": list(events),
        }
    )


def test_there_is_an_example_of_every_kind() -> None:
    assert set(EXAMPLES) == set(ACTIONS)


@pytest.mark.parametrize("kind", ACTIONS)
def test_every_kind_reads_and_writes(kind: str) -> None:
    read = event(**{kind: EXAMPLES[kind]})
    assert [name for name, _ in read.actions] == [kind]
    again = Event.model_validate(read.model_dump(mode="json", exclude_none=True))
    assert again == read


def test_one_event_may_do_several_things() -> None:
    read = event(extradition=0.5, war=["ELN", "EGC"], aid={"police": 0.5})
    assert [kind for kind, _ in read.actions] == ["aid", "extradition", "war"]


def test_group_names_become_ids() -> None:
    assert event(war=["ELN", "33rd Front"]).war == ("ELN", "EMBF")
    assert event(war=["ELN", "33rd Front"]).groups == {"ELN", "EMBF"}
    assert event(**{"split": EXAMPLES["split"]}).groups == {"EMC", "EMBF"}
    assert event(**{"ceasefire": EXAMPLES["ceasefire"]}).groups == set()


def test_targets_of_talks() -> None:
    groups = ("EGC", "ELN", "EMC")
    several = event(talks={"groups": ["ELN", "elenos", "EGC"], "open": True}).talks
    one = event(talks={"group": "Clan del Golfo", "open": True}).talks
    everyone = event(talks={"group": "all", "open": True}).talks
    assert several is not None
    assert one is not None
    assert everyone is not None
    assert several.targets(groups) == ("ELN", "EGC")
    assert one.targets(groups) == ("EGC",)
    assert everyone.targets(groups) == groups


@pytest.mark.parametrize(
    ("given", "levels"),
    [
        ({"all": 0.2}, dict.fromkeys(AID_LINES, 0.2)),
        (
            {"all": 0, "carve_out": {"security": 0.5, "police": 0.1}},
            {"air_mobility": 0.5, "intelligence": 0.5, "police": 0.1, "development": 0},
        ),
        (
            {"security": 0.5, "police": 0.7},
            {"air_mobility": 0.5, "intelligence": 0.5, "police": 0.7},
        ),
        ({"development": 0.11}, {"development": 0.11}),
    ],
)
def test_levels_of_aid(given: dict[str, Any], levels: dict[str, float]) -> None:
    assert Aid.model_validate(given).levels == levels


@pytest.mark.parametrize(
    "actions",
    [
        {"aid": {"hold": True}},
        {"aid": {"all": 1, "police": 0.5, "carve_out": {"police": 0.5}}},
        {"force_size": {"change": 0.1, "level": 1}},
        {"force_size": {"over_months": 3}},
        {"commanders": {"every": "year"}},
        {"commanders": {"stop": True, "every": "year"}},
        {"talks": {"open": True}},
        {"talks": {"group": "ELN", "groups": ["EGC"], "open": True}},
        {"ceasefire": {"group": "ELN", "on": False, "months": 3}},
        {"demobilisation": {"group": "FARC", "share": 0.9, "dissident": "EMC"}},
        {"split": {"group": "ELN", "into": "Elenos", "share": 0.5}},
        {"war": ["ELN"]},
        {"war": ["ELN", "EGC", "EMC"]},
        {"posture": {}},
        {"extradition": True},
        {"extradition": "1"},
        {"inauguration": {"president": {}}},
    ],
)
def test_contradictions_are_refused(actions: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        event(**actions)


@given(st.lists(st.integers(0, 1000), min_size=4, max_size=4).filter(any))
def test_mixes_are_accepted_exactly_when_they_sum_to_one(weights: list[int]) -> None:
    kinds = ("left", "left_learning", "centre", "right")
    total = sum(weights)
    mix = {kind: weight / total for kind, weight in zip(kinds, weights, strict=True)}
    assert Inauguration.model_validate({"president": mix}).mix == mix
    mix["left"] = max(0.0, mix["left"] - 0.01) if mix["left"] > 0.02 else mix["left"] + 0.01
    with pytest.raises(ValidationError):
        Inauguration.model_validate({"president": mix})


def test_one_type_is_a_mix_of_one() -> None:
    assert Inauguration.model_validate({"president": "right"}).mix == {"right": 1.0}


def test_yearly_events_repeat_until_a_stop_or_the_end() -> None:
    retire = {"date": "2024-03", "commanders": {"retire": 0.1, "every": "year"}, "extradition": 1}
    stop = {"date": "2028-03", "commanders": {"stop": True}}
    scenario = run(history=(retire,))
    dates = [str(e.date) for e in (*scenario.past, *_all(scenario))]
    assert dates == [f"{year}-03" for year in range(2024, 2030)]
    stopped = run(stop, history=(retire,))
    kinds = [(str(e.date), [kind for kind, _ in e.actions]) for e in _all(stopped)]
    assert kinds == [
        ("2026-03", ["commanders"]),
        ("2027-03", ["commanders"]),
        ("2028-03", ["commanders"]),
    ]
    last = stopped.events_in(Month(2028, 3))
    assert len(last) == 1
    assert last[0].commanders is not None
    assert last[0].commanders.stop


def test_events_by_month_take_a_month_or_its_index() -> None:
    scenario = load_scenario("reference")
    index = scenario.start.index + 1
    assert scenario.events_in(index) == scenario.events_in(Month(2026, 2))
    assert {e.id for e in scenario.events_in(index)} == {"meeting", "aid-kept", "drone-eradication"}
    assert scenario.events_in(Month(2026, 4)) == ()
    assert scenario.past == scenario.history


def test_scenarios_are_frozen_and_travel_between_processes() -> None:
    scenario = load_scenario("factorial")
    scenario.events_in(scenario.start)
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    with pytest.raises(ValidationError):
        scenario.seed = 3


def _all(scenario: Scenario) -> list[Event]:
    months = range(scenario.start.index, scenario.end.index + 1)
    return [event for month in months for event in scenario.events_in(month)]
