"""The three headline assumptions mean what the shipped scenarios mean by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rift_sim.errors import InputError
from rift_sim.scenario import Scenario, digest, load_scenario
from rift_sim.scenario.headline import Headline, assume, has_election, in_words

ENDS = {
    "full-cutoff": Headline(aid=0.0),
    "no-cutoff": Headline(aid=1.0),
    "attrition-deepens": Headline(forces=-1.0),
    "forces-recover": Headline(forces=1.0),
    "left-continuity": Headline(president="left"),
    "left-learns": Headline(president="left_learning"),
    "centre": Headline(president="centre"),
    "reference": Headline(president="right"),
}


def kinds(scenario: Scenario) -> set[str]:
    return {kind for event in scenario.timeline for kind, _ in event.actions}


@pytest.mark.parametrize("name", ENDS)
def test_the_ends_of_the_scales_are_the_shipped_scenarios(name: str) -> None:
    found = assume(load_scenario("reference"), ENDS[name])
    assert digest(found) == digest(load_scenario(name))


@pytest.mark.parametrize("name", ENDS)
def test_an_assumption_takes_the_place_of_its_opposite(name: str) -> None:
    """Whatever stands in a scenario about aid, forces or president gives way."""
    for opposite, other in ENDS.items():
        if other.model_fields_set == ENDS[name].model_fields_set:
            found = assume(load_scenario(opposite), ENDS[name])
            assert digest(found) == digest(load_scenario(name))


def test_all_three_are_a_point_of_the_factorial() -> None:
    from rift_sim.scenario import expand

    points = {tuple(levels.values()): point for levels, point in expand(load_scenario("factorial"))}
    found = assume(load_scenario("reference"), Headline(aid=0.0, forces=-1.0, president="left"))
    assert digest(found) == digest(points["none", "deepens", "left"])


def test_nothing_assumed_is_the_scenario() -> None:
    scenario = load_scenario("reference")
    assert assume(scenario, Headline()) is scenario


def test_in_between_is_that_share_of_the_change() -> None:
    found = assume(load_scenario("reference"), Headline(aid=0.3, forces=-0.5))
    aid = next(event.aid for event in found.timeline if event.aid)
    assert aid.levels == dict.fromkeys(aid.levels, 0.3)
    assert aid.hold
    (commanders,) = [event.commanders for event in found.timeline if event.commanders]
    (force,) = [event.force_size for event in found.timeline if event.force_size]
    assert commanders.retire == commanders.intelligence_officers == 0.075
    assert (force.change, force.over_months) == (-0.06, 36)


def test_other_actions_of_an_event_stay(make_scenario: Callable[..., Scenario]) -> None:
    timeline: list[dict[str, Any]] = [
        {"date": "2026-02", "aid": {"all": 0.5}, "intelligence_sharing": 0.2},
        {"date": "2026-03", "aid": {"all": 0.1}},
        {"date": "2026-08", "inauguration": {"president": "right"}, "extradition": 0.5},
    ]
    found = assume(make_scenario(timeline=timeline), Headline(aid=1.0, president="left"))
    assert [(str(event.date), [kind for kind, _ in event.actions]) for event in found.timeline] == [
        ("2026-01", ["aid"]),
        ("2026-02", ["intelligence_sharing"]),
        ("2026-08", ["extradition"]),
        ("2026-08", ["inauguration"]),
    ]


def test_a_later_president_stays(make_scenario: Callable[..., Scenario]) -> None:
    timeline = [{"date": "2030-08", "inauguration": {"president": "right"}}]
    scenario = make_scenario(end="2031-12", timeline=timeline)
    found = assume(scenario, Headline(president="left"))
    assert [str(event.date) for event in found.timeline] == ["2026-08", "2030-08"]


def test_a_yearly_loss_of_the_history_ends(make_scenario: Callable[..., Scenario]) -> None:
    history = [{"date": "2024-01", "commanders": {"retire": 0.5, "every": "year"}}]
    scenario = make_scenario(end="2028-12", history=history)
    found = assume(scenario, Headline(forces=1.0))

    def retired(one: Scenario, year: int) -> list[float | None]:
        return [e.commanders.retire for e in one.events_in(year * 12) if e.commanders]

    assert retired(scenario, 2027) == [0.5]
    assert retired(found, 2025) == [0.5]
    assert retired(found, 2027) == []


def test_a_run_without_august_2026_has_no_such_president() -> None:
    scenario = load_scenario("hindcast-2019")
    assert not has_election(scenario)
    with pytest.raises(InputError, match="allowed: a scenario that runs through 2026-08"):
        assume(scenario, Headline(president="left"))
    assert kinds(assume(scenario, Headline(aid=0.0))) == kinds(scenario)


@pytest.mark.parametrize("end", ["2026-01", "2026-02"])
def test_a_short_run_has_its_change_within_it(
    make_scenario: Callable[..., Scenario], end: str
) -> None:
    found = assume(make_scenario(end=end), Headline(forces=-1.0))
    assert [str(event.date) for event in found.timeline] == [end, end]


def test_words_say_level_date_and_origin() -> None:
    scenario = load_scenario("reference")
    aid, forces, president = in_words(scenario, Headline())
    assert "as in the scenario 'reference'" in aid
    assert "Congress keeps part of the aid" in aid
    assert "no event within the run" in forces
    assert "A president of the right takes office (2026-08)" in president
    aid, forces, president = in_words(scenario, Headline(aid=0.3, forces=0.5, president="centre"))
    assert aid == "All U.S. aid is held at 30 percent of its level of 2024 from January 2026 on."
    assert "12.5 percent" in forces
    assert "6 percent over three years" in forces
    assert president == "In August 2026 a president of the centre takes office."
    assert in_words(scenario, Headline(aid=0.0))[0] == (
        "All U.S. aid ends in January 2026, without a carve-out, and stays away."
    )
