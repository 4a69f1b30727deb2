"""Sweeps: axes crossed, designs, levels that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from rift_sim.calendar import Month
from rift_sim.errors import InputError
from rift_sim.scenario import Scenario, digest, expand, load_scenario

SWEEP = """
name: swept
extends: reference
sweep:
  aid:
    kept: {}
    gone: {timeline: [{date: 2026-03, id: aid-kept, aid: {all: 0}}], mechanisms: {C01: off}}
  rent: {set: assumptions.recruitment_rent, values: [0.2, 0.4]}
"""


@pytest.fixture
def swept(tmp_path: Path) -> Scenario:
    path = tmp_path / "swept.yaml"
    path.write_text(SWEEP, encoding="utf-8")
    return load_scenario(path)


def test_a_scenario_without_sweep_is_its_own_only_point() -> None:
    scenario = load_scenario("reference")
    assert expand(scenario) == [({}, scenario)]


def test_factorial_has_27_different_points() -> None:
    points = expand(load_scenario("factorial"))
    assert len(points) == 27
    assert len({tuple(labels.items()) for labels, _ in points}) == 27
    assert len({digest(scenario) for _, scenario in points}) == 27
    assert all(not scenario.sweep for _, scenario in points)
    assert points[0][0] == {"aid": "restored", "attrition": "recovers", "election": "left"}
    assert points[1][0] == {"aid": "restored", "attrition": "recovers", "election": "centre"}


def test_the_middle_of_the_factorial_is_the_reference() -> None:
    points = {tuple(labels.values()): s for labels, s in expand(load_scenario("factorial"))}
    middle = points["partial", "as-is", "right"]
    assert digest(middle) == digest(load_scenario("reference"))


@pytest.mark.parametrize(
    ("point", "name"),
    [
        (("restored", "as-is", "right"), "no-cutoff"),
        (("none", "as-is", "right"), "full-cutoff"),
        (("partial", "recovers", "right"), "forces-recover"),
        (("partial", "deepens", "right"), "attrition-deepens"),
        (("partial", "as-is", "left"), "left-continuity"),
        (("partial", "as-is", "centre"), "centre"),
    ],
)
def test_points_of_the_factorial_agree_with_single_scenarios(
    point: tuple[str, ...], name: str
) -> None:
    points = {tuple(labels.values()): s for labels, s in expand(load_scenario("factorial"))}
    assert digest(points[point]) == digest(load_scenario(name))


def test_levels_and_values_are_applied(swept: Scenario) -> None:
    points = expand(swept)
    assert [labels for labels, _ in points] == [
        {"aid": "kept", "rent": "0.2"},
        {"aid": "kept", "rent": "0.4"},
        {"aid": "gone", "rent": "0.2"},
        {"aid": "gone", "rent": "0.4"},
    ]
    gone = points[3][1]
    assert gone.assumptions == {"recruitment_rent": 0.4}
    assert not gone.on("C01")
    kept = [event for event in gone.timeline if event.id == "aid-kept"]
    assert [event.date for event in kept] == [Month(2026, 3)]
    assert points[0][1].on("C01")


def test_a_child_can_take_the_sweep_away(swept: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "child.yaml"
    path.write_text("name: child\nextends: ./swept.yaml\nsweep: {}\n", encoding="utf-8")
    assert len(expand(load_scenario(path))) == 1


def test_design_chooses_points_in_its_order(tmp_path: Path) -> None:
    design = tmp_path / "design.csv"
    design.write_text(
        "election,aid,attrition\nright,none,as-is\n\nleft, restored ,deepens\n", encoding="utf-8"
    )
    expected = [
        {"aid": "none", "attrition": "as-is", "election": "right"},
        {"aid": "restored", "attrition": "deepens", "election": "left"},
    ]
    scenario = load_scenario("factorial")
    assert [labels for labels, _ in expand(scenario, design)] == expected
    loaded = load_scenario("factorial", design=design)
    assert [labels for labels, _ in expand(loaded)] == expected
    assert digest(loaded) != digest(scenario)


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        ("aid,attrition,elections\n", 1, "elections", "did you mean 'election'?"),
        ("aid,attrition\nnone,as-is\n", 1, None, "the column 'election' is missing"),
        ("aid,attrition,election\nnone,as-is,rihgt\n", 2, "election", "did you mean 'right'?"),
        ("aid,attrition,election\n\nnone,as-is\n", 3, None, "2 cells under 3 columns"),
        ("aid,attrition,election\nnone,as-is,left\nnone,as-is,left\n", 3, None, "stands twice"),
        ("aid,attrition,election\n", None, None, "no points"),
        ("aid,aid,election\n", 1, "aid", "a column stands twice"),
        ("", 1, None, "the column 'aid' is missing"),
    ],
)
def test_bad_designs(tmp_path: Path, text: str, line: int | None, key: str, says: str) -> None:
    design = tmp_path / "design.csv"
    design.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario("factorial", design=design)
    assert (caught.value.file, caught.value.line, caught.value.key) == (str(design), line, key)
    assert says in str(caught.value)


def test_a_design_needs_a_sweep_and_a_file(tmp_path: Path) -> None:
    design = tmp_path / "design.csv"
    with pytest.raises(InputError, match="no such file"):
        load_scenario("factorial", design=design)
    design.write_text("aid\nnone\n", encoding="utf-8")
    with pytest.raises(InputError, match="no sweep"):
        load_scenario("reference", design=design)


@pytest.mark.parametrize(
    ("sweep", "key", "says"),
    [
        ("x: {set: replicates, values: [1, 2]}", "sweep.x.set", "cannot be swept"),
        ("x: {set: seed, values: [1, 1]}", "sweep.x.values[1]", "stands twice"),
        ("x: {set: seed, values: []}", "sweep.x.values", "too few"),
        ("x: {set: seed}", "sweep.x.values", "is missing"),
        ("x: {set: timeline.cal.extradition, values: [1]}", "sweep.x.values[0]", "'call'?"),
        ("x: {}", "sweep.x", "too few"),
        ("x: {a b: {}}", "sweep.x.a b", "'a b'"),
        ("x: {a: {initial: {presense: f.csv}}}", "sweep.x.a.initial.presense", "'presence'?"),
    ],
)
def test_bad_axes(tmp_path: Path, sweep: str, key: str, says: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(f"name: bad\nextends: reference\nsweep:\n  {sweep}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    assert (caught.value.line, caught.value.key) == (4, key)
    assert says in str(caught.value)


def test_a_design_in_the_file_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    head = "name: x\nextends: factorial\ndesign:\n"
    path.write_text(head + "  - {aid: none, attrition: as-is, election: left}\n", encoding="utf-8")
    assert len(expand(load_scenario(path))) == 1
    path.write_text(head + "  - {aid: nil, attrition: as-is, election: left}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"x\.yaml:4: design\[0\]\.aid: there is no level 'nil'"):
        load_scenario(path)
