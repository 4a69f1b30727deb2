"""Conditions and quantities: what they read, and how they are told off."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from rift_sim.analysis.conditions.expression import parse_expression
from rift_sim.analysis.conditions.layout import Layout, dataset_layout, world_layout
from rift_sim.analysis.conditions.quantity import parse_quantity
from rift_sim.calendar import Month, month_axis
from rift_sim.errors import InputError
from rift_sim.initial.world import World
from rift_sim.scenario import Scenario

CONTROL = np.array([[0.1, 0.2, 0.3], [0.5, 0.4, 0.2], [0.5, 0.5, 0.5]])
DISPLACED = np.array([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0], [64.0, 128.0, 256.0]])
MEMBERS = np.stack([100.0 * CONTROL, 50.0 * CONTROL], axis=2)


def dataset() -> xr.Dataset:
    """Three replicates from November 2026 to January 2027."""
    stock, flow = {"kind": "stock"}, {"kind": "flow"}
    return xr.Dataset(
        {
            "control": (("replicate", "time"), CONTROL, stock),
            "newly_displaced": (("replicate", "time"), DISPLACED, flow),
            "members_group": (("replicate", "time", "group"), MEMBERS, stock),
            "control_department": (("replicate", "time", "department"), MEMBERS / 100.0, stock),
        },
        {
            "time": month_axis(Month(2026, 11), 3),
            "group": ["EGC", "ELN"],
            "department": ["05", "54"],
            "department_name": ("department", ["Antioquia", "Norte de Santander"]),
        },
    )


LAYOUT = dataset_layout(dataset())


def holds(text: str) -> list[bool]:
    return list(map(bool, parse_expression(text).bind(LAYOUT).holds(dataset())))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("control", CONTROL[:, -1]),
        ("control@end", CONTROL[:, -1]),
        (" control @2026-12 ", CONTROL[:, 1]),
        ("control@2026", CONTROL[:, 1]),
        ("newly_displaced", DISPLACED[:, -1]),
        ("newly_displaced@2026", DISPLACED[:, :2].sum(axis=1)),
        ("newly_displaced@sum", DISPLACED.sum(axis=1)),
        ("members[ELN]@2026-11", MEMBERS[:, 0, 1]),
        ("members[Clan del Golfo]", MEMBERS[:, -1, 0]),
        ("members_group[eln]", MEMBERS[:, -1, 1]),
        ("control[norte de santander]", MEMBERS[:, -1, 1] / 100.0),
        ("control[05]", MEMBERS[:, -1, 0] / 100.0),
    ],
)
def test_a_quantity_is_one_number_of_each_replicate(text: str, expected: np.ndarray) -> None:
    found = parse_quantity(text).find(LAYOUT)
    np.testing.assert_array_equal(found.read(dataset()), expected)
    # A single replicate has no dimension of its own.
    single = {name: array.to_numpy()[1] for name, array in dataset().data_vars.items()}
    assert float(found.read(single)) == expected[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("control > 0.25", [True, False, True]),
        ("control>=.3", [True, False, True]),
        ("0.25 < control", [True, False, True]),
        ("control < 3e-1", [False, True, False]),
        ("control@2026-11 <= control", [True, False, True]),
        ("members[ELN] > 12.5 and newly_displaced@sum < 100", [True, False, False]),
        ("not control > 0.25", [False, True, False]),
        ("not not control > 0.25", [True, False, True]),
        # `and` binds more than `or`, `not` more than `and`.
        ("control > 0.4 or control < 0.25 and newly_displaced > 100", [False, False, True]),
        ("(control > 0.4 or control < 0.25) and newly_displaced > 100", [False, False, True]),
        ("(control > 0.4 or control < 0.25) and newly_displaced < 100", [False, True, False]),
        ("not control > 0.25 and control > 0.25", [False, False, False]),
        ("not (control > 0.25 and control < 0.4)", [False, True, True]),
    ],
)
def test_what_conditions_say(text: str, expected: list[bool]) -> None:
    assert holds(text) == expected


@given(st.lists(st.booleans(), min_size=4, max_size=4), st.data())
def test_words_mean_what_they_mean_in_python(facts: list[bool], data: st.DataObject) -> None:
    """Any nesting of words has the value that Python gives it."""
    atoms = {f"control[{g}] > 0": fact for g, fact in zip(("g0", "g1", "g2", "g3"), facts)}  # noqa: B905
    leaf = st.sampled_from(list(atoms))
    nested = st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
            inner.map(lambda text: f"not {text}"),
            inner.map(lambda text: f"({text})"),
        ),
        max_leaves=8,
    )
    text = data.draw(nested)
    python = text
    for atom, fact in atoms.items():
        python = python.replace(atom, str(fact))
    labels = {"group": ("g0", "g1", "g2", "g3")}
    layout = Layout(
        {"control_group": ("time", "group")}, {"control_group": "stock"}, labels, {},
        Month(2026, 1), 1,
    )  # fmt: skip
    values = {"control_group": np.array([[[float(fact) for fact in facts]]])}
    (found,) = parse_expression(text).bind(layout).holds(values)
    assert bool(found) is eval(python)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "column 1: something is missing; allowed: a quantity"),
        ("control", "column 8: something is missing; allowed: < <= > >="),
        ("control >", "column 10: something is missing"),
        ("control > > 0.4", "column 11: '>' is no quantity"),
        ("control = 0.4", "column 9: '=' cannot be read; allowed: < <= > >="),
        ("control > 40 %", "column 14: '%' cannot be read; allowed: shares as numbers"),
        ("control > 0.4 & control < 1", "'&' cannot be read; allowed: and"),
        ("control > 0.4 control", "column 15: 'control' does not belong here"),
        ("control > 0.4)", "column 14: ')' does not belong here"),
        ("(control > 0.4", "column 15: something is missing; allowed: and, or, or a closing"),
        ("0.2 < control < 0.4", "column 15: '<' compares twice"),
        ("1 < 2", "column 1: compares two numbers"),
        ("control 0.4", "column 9: '0.4' is no comparison"),
        ("control > 0.4.1", "column 11: '0.4.1' cannot be read"),
        ("control>0.4and control<1", "column 9: '0.4and' cannot be read; allowed: a number, and a"),
        ("control > 40", "column 11: control is a share and cannot be 40; allowed: 0 to 1, such"),
        ("control > 40", "such as 0.4 for 40 %"),
        ("35 < control[EGC]", "column 1: control[EGC] is a share and cannot be 35"),
        ("control_department[05] >= -0.1", "cannot be -0.1; allowed: 0 to 1"),
        ("not control@2026-12 > 140", "cannot be 140; allowed: 0 to 1"),
        ("control > abc", "column 11: there is no series 'abc'"),
        ("control > and", "column 11: 'and' is no quantity"),
        ("control@ > 0.4", "column 8: not a quantity"),
        ("__import__('os') > 1", "column 12: ''' cannot be read"),
        ("contol > 0.4", "column 1: there is no series 'contol'"),
        ("contol > 0.4", "did you mean 'control'?"),
        ("1 > 2 or control@2025-12 > 1", "compares two numbers"),
        ("control@2025-12 > 1", "2025-12 is not in the run; allowed: 2026-11 to 2027-01"),
        ("control@2028 > 1", "2028 is not in the run"),
        ("control@2026-13 > 1", "'2026-13' has no such month"),
        ("control@soon > 1", "'soon' is not a date"),
        ("coca_ha > 1", "the run does not observe 'coca_ha'; allowed: control, newly_displaced"),
        ("members > 1", "the run does not observe 'members'"),
        ("members[FARC] > 1", "there is no group 'FARC'; allowed: code or name of a group"),
        ("control[Antioqia] > 1", "did you mean 'Antioquia'?"),
        ("newly_displaced[05] > 1", "'newly_displaced' is observed for the country only"),
        ("members_group > 1", "which group of 'members_group'?; allowed: members_group[EGC]"),
        ("(" * 60 + "control > 1" + ")" * 60, "nested too deep"),
        ("not " * 60 + "control > 1", "nested too deep"),
    ],
)
def test_what_is_wrong_and_where(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        holds(text)
    assert str(caught.value).startswith(f"--when: '{text}', column ")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["control > 0 and control < 1", "control@sum > 40", "force > 1.2", "capability > 1.1",
     "members[EGC] > 40", "presence_survey_department_group > 40", "control > force"],
)  # fmt: skip
def test_what_a_number_may_be_held_against(text: str) -> None:
    assert parse_expression(text).text == text


@pytest.mark.parametrize("text", ["", "control >", "@2026", "control[EGC", "control@2026@2027"])
def test_what_is_no_quantity(text: str) -> None:
    with pytest.raises(InputError, match="not a quantity"):
        parse_quantity(text)


def test_the_series_that_a_scenario_must_observe() -> None:
    text = "control[EGC] > 0 and members_armed_group[EGC] > 0 or relationship_phase[calm] > 0"
    assert parse_expression(text).series == ("control", "members_armed", "relationship_index")
    assert parse_quantity("presence_alert_population").series == "presence_alert_population"


def test_what_is_not_a_number_fulfils_nothing() -> None:
    layout = Layout({"control": ("time",)}, {"control": "stock"}, {}, {}, Month(2026, 1), 1)
    for text in ("control > 0", "control <= 0"):
        condition = parse_expression(text).bind(layout)
        assert condition.holds({"control": np.array([[np.nan]])}).tolist() == [False]


def test_the_layout_of_a_world(make_scenario: Callable[..., Scenario]) -> None:
    world = World(make_scenario(small=True, observe=["control", "aid_usd"]))
    layout = world_layout(world)
    assert (layout.start, layout.last) == (Month(2026, 1), Month(2026, 12))
    condition = parse_expression("control[Antioquia] > 0 and aid_usd[police]@2026 > 0").bind(layout)
    assert condition.arrays == ("control_department", "aid_usd_line")
