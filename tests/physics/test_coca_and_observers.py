"""Coca by the hectare, and what each observer reports."""

import numpy as np
import pytest
from numpy.typing import NDArray

from rift_sim.physics.coca import coca_step
from rift_sim.physics.observation import influence, observe
from rift_sim.physics.reach import footholds_of
from rift_sim.physics.relationship import crisis_rate, echo_step, pillar_step
from rift_sim.physics.streams import Process, stream, uniform
from rift_sim.physics.tally import tally_members, tally_places, tally_reports

Floats = NDArray[np.float64]
INDPTR = np.array([0, 1, 3, 4], dtype=np.uint32)
INDICES = np.array([1, 0, 2, 1], dtype=np.uint32)


def grow(coca: Floats, eradication: float = 0.0, gone: float = 0.5, trend: float = 0.0,
         shock: float = 0.0, spread: float = 0.0, entry: float = 0.0, held: float = 1.0,
         access: Floats | None = None,
         department: tuple[int, ...] = (0, 0, 0)) -> tuple[Floats, Floats]:  # fmt: skip
    out, totals = coca.copy(), np.zeros(2)
    coca_step(
        out,
        np.full(3, 3000.0),
        np.array([3000.0, 3000.0, 0.0]),
        np.array(department),
        np.full(3, held),
        np.full(3, 0.5) if access is None else access,
        trend,
        np.full(3, shock),
        INDPTR,
        INDICES,
        spread,
        eradication,
        gone,
        entry,
        20.0,
        stream(1, 1, 1, Process.COCA_LOCAL),
        stream(1, 1, 1, Process.COCA_ENTRY),
        totals,
    )
    return out, totals


def test_every_hectare_is_accounted_for() -> None:
    before = np.array([1000.0, 400.0, 0.0])
    after, (planted, removed) = grow(
        before, eradication=500.0, trend=0.02, shock=0.1, spread=0.2, entry=50.0
    )
    assert after.sum() == pytest.approx(before.sum() + planted - removed)
    assert 0.0 < removed < 0.5 * 500.0 / 12.0
    assert (after >= 0.0).all()


def test_eradication_reaches_accessible_fields_first() -> None:
    after, (_, removed) = grow(
        np.array([1000.0, 1000.0, 0.0]), 100.0, access=np.array([1.0, 0.0, 0.5])
    )
    assert after[0] < after[1] < 1000.0
    assert removed == pytest.approx(2000.0 - after.sum())


def test_a_little_eradication_counts_in_full_and_more_hits_the_same_fields_again() -> None:
    fields, everywhere = np.array([1000.0, 1000.0, 0.0]), np.ones(3)
    _, (_, little) = grow(fields, 12.0, gone=0.3, access=everywhere)
    assert little == pytest.approx(0.3, rel=0.01)
    _, (_, much) = grow(fields, 1e9, gone=0.3, access=everywhere)
    assert much == pytest.approx(0.3 * 2000.0 / 12.0)
    _, (_, nothing) = grow(fields, 1e9, gone=0.0, access=everywhere)
    assert nothing == 0.0


def test_the_trend_fades_where_the_land_of_a_department_is_full() -> None:
    apart = (0, 1, 1)
    after, _ = grow(np.array([300.0, 2990.0, 0.0]), trend=0.05, department=apart)
    assert after[0] / 300.0 > after[1] / 2990.0 > 1.0
    over, _ = grow(np.array([6000.0, 10.0, 0.0]), trend=0.05, department=apart)
    assert over[0] < 6000.0
    together, _ = grow(np.array([2990.0, 10.0, 0.0]), trend=0.05)
    assert together[:2] == pytest.approx([2990.0, 10.0])


def test_local_shocks_move_fields_within_a_department_and_leave_its_sum() -> None:
    before = np.array([1000.0, 400.0, 900.0])
    after, (planted, _) = grow(before, spread=0.5, department=(0, 0, 1))
    assert after[:2].sum() == pytest.approx(1400.0)
    assert after[0] != pytest.approx(1000.0, rel=1e-3)
    assert after[2] == pytest.approx(900.0)
    assert planted == pytest.approx(0.0, abs=1e-9)


def test_new_fields_need_old_ones_next_door_and_a_group() -> None:
    after, _ = grow(np.array([500.0, 0.0, 0.0]), entry=1e6)
    assert after[1] == 20.0
    assert after[2] == 0.0
    nobody, _ = grow(np.array([500.0, 0.0, 0.0]), entry=1e6, held=0.0)
    assert nobody[1] == 0.0


def test_new_fields_come_at_a_yearly_rate() -> None:
    luck = uniform(stream(1, 1, 1, Process.COCA_ENTRY), 1)
    rate = -12.0 * np.log1p(-luck)
    for times, founded in ((0.99, 0.0), (1.01, 20.0)):
        after, _ = grow(np.array([500.0, 0.0, 0.0]), entry=times * rate)
        assert after[1] == founded


def test_less_than_a_hectare_grows_like_any_other() -> None:
    after, (planted, _) = grow(np.array([0.4, 0.2, 0.0]), shock=0.1, spread=0.3)
    assert after.sum() == pytest.approx(0.6 * np.exp(0.1))
    assert planted == pytest.approx(after.sum() - 0.6)


def test_new_fields_start_on_either_side() -> None:
    after, (planted, _) = grow(np.array([0.0, 500.0, 0.0]), entry=1e6)
    np.testing.assert_array_equal(after, [20.0, 500.0, 20.0])
    assert planted == 40.0


@pytest.mark.parametrize(("hectares", "founded"), [(30.0, 0.0), (30.5, 20.0)])
def test_coca_spreads_from_more_than_thirty_hectares(hectares: float, founded: float) -> None:
    after, _ = grow(np.array([hectares, 0.0, 0.0]), entry=1e6)
    assert after[1] == founded


def test_influence_reaches_next_door_and_no_further() -> None:
    out, reach = np.empty((1, 3)), np.empty(3)
    influence(
        out,
        reach,
        np.array([[10.0, 0.0, 0.0]]),
        np.array([[20.0, 0.0, 0.0]]),
        footholds_of(np.array([[1, 0, 0]], dtype=np.uint8))[0],
        INDPTR,
        INDICES,
        0.2,
        0.3,
    )
    np.testing.assert_allclose(out[0], [16.0, 3.2, 0.0])
    np.testing.assert_allclose(reach, out.sum(axis=0))


def reports(
    strength: Floats, members: Floats, state: float = 0.5, people: float = 10_000.0,
    detection: float = 3.0, attention: float = 1.5,
) -> tuple[NDArray[np.uint8], ...]:  # fmt: skip
    shape = strength.shape
    survey, alert, control = (np.zeros(shape, dtype=np.uint8) for _ in range(3))
    observe(
        strength,
        strength.sum(axis=0),
        footholds_of((members > 0).astype(np.uint8))[0],
        0.5 * members,
        0.5 * members,
        np.full(shape[1], state),
        np.full(shape[1], people),
        np.full(shape, detection),
        np.full(shape[1], attention),
        1.5,
        1.0,
        survey,
        alert,
        control,
    )
    return survey, alert, control


def test_alerts_see_what_the_survey_sees_and_more() -> None:
    strength, members = np.array([[20.0, 3.0, 0.0]]), np.array([[30.0, 0.0, 0.0]])
    survey, alert, _ = reports(strength, members)
    np.testing.assert_array_equal(survey, [[1, 0, 0]])
    np.testing.assert_array_equal(alert, [[1, 1, 0]])


def test_control_needs_superiority_over_rivals_and_state() -> None:
    alone, shared = np.array([[50.0], [0.0]]), np.array([[50.0], [45.0]])
    assert reports(alone, alone)[2][0, 0] == 1
    assert reports(shared, shared)[2].sum() == 0
    assert reports(alone, alone, state=0.95)[2].sum() == 0
    assert reports(alone, alone, people=1e6)[2].sum() == 0


def test_two_groups_never_control_the_same_place() -> None:
    rng = np.random.default_rng(3)
    strength = rng.gamma(1.0, 30.0, (4, 500))
    control = reports(strength, strength, state=0.1)[2]
    assert control.sum(axis=0).max() == 1


def test_pillars_relax_take_hits_and_stay_in_bounds() -> None:
    assert pillar_step(0.5, 0.9, 1.0, 0.0) > 0.5 > pillar_step(0.5, 0.5, 1.0, 0.1)
    assert pillar_step(0.05, 0.0, 1.0, 0.9) == 0.0
    assert pillar_step(1.0, 1.0, 1.0, -0.5) == 1.0


def test_crises_come_with_hostility_and_stakeholders_damp_them() -> None:
    assert crisis_rate(6.0, 1.0, 0.0, 0.0) == pytest.approx(0.5)
    assert crisis_rate(6.0, 0.5, 0.0, 0.0) == pytest.approx(0.125)
    assert crisis_rate(6.0, 1.0, 0.2, 0.5) == pytest.approx(0.35)


def test_the_echo_of_a_crisis_adds_up_to_the_branching_ratio() -> None:
    echo, total = echo_step(0.0, 1, 0.3, 3.0), 0.0
    for _ in range(200):
        total += echo
        echo = echo_step(echo, 0, 0.3, 3.0)
    assert total == pytest.approx(0.3, rel=1e-6)


def test_tallies_add_up_and_leave_zones_out() -> None:
    rng = np.random.default_rng(5)
    department = np.array([0, 0, 1, 2, 2, -1], dtype=np.int32)
    present = (rng.random((3, 6)) < 0.7).astype(np.uint8)
    held, _ = footholds_of(present)
    survey, control = (present & (rng.random((3, 6)) < 0.6) for _ in range(2))
    alert = (survey | (rng.random((3, 6)) < 0.3)).astype(np.uint8)
    people = np.arange(1.0, 7.0)
    named, by_group, living = np.ones((3, 3)), np.ones((3, 3)), np.ones(4)
    surveyed = np.ones((3, 3), dtype=np.uint16)
    tally_reports(
        alert, survey, control, held, department, people, named, by_group, living, surveyed,
        np.ones(6, dtype=np.uint8),
    )  # fmt: skip
    assert living[3] == 15.0
    for k, report in enumerate((alert, survey, control)):
        inside = report[:, :5].astype(float)
        anyone = inside.any(axis=0)
        assert living[k] == people[:5][anyone].sum()
        np.testing.assert_array_equal(by_group[k], inside.sum(axis=1))
        np.testing.assert_array_equal(named[k], np.bincount(department[:5], weights=anyone))
    np.testing.assert_array_equal(surveyed.sum(axis=0), by_group[1])

    armed, support = (present * rng.random((3, 6)) for _ in range(2))
    members_department, members_group = np.ones((2, 3)), np.ones((2, 3))
    remoteness, elsewhere = rng.random(6), np.ones(4)
    tally_members(
        armed, support, held, department, remoteness, members_department, members_group, elsewhere
    )
    whole = armed + support
    expected = [whole[:, 5].sum(), (whole * remoteness)[:, :5].sum(), whole[:, :5].sum(), 1.0]
    np.testing.assert_allclose(elsewhere, expected)
    for k, members in enumerate((armed + support, armed)):
        np.testing.assert_allclose(members_group[k], members.sum(axis=1))
        assert members_department[k].sum() == pytest.approx(members[:, :5].sum())

    contested, sums = present[0], np.ones((8, 3))
    tally_places(contested, *(n * people for n in range(1, 8)), department, sums)
    np.testing.assert_array_equal(sums[0], np.bincount(department[:5], weights=contested[:5]))
    np.testing.assert_array_equal(sums[1:, 2], [9.0, 18.0, 27.0, 36.0, 45.0, 54.0, 63.0])


def test_sums_do_not_ask_for_departments_in_order() -> None:
    """Zones stand between places, and a department comes twice."""
    department = np.array([1, -1, 0, -1, -1, 1, 0, 1], dtype=np.int32)
    inside, values = department >= 0, np.arange(1.0, 9.0)
    sums = np.full((8, 2), 7.0)
    tally_places(values, *(n * values for n in range(2, 9)), department, sums)
    by_department = np.bincount(department[inside], weights=values[inside])
    np.testing.assert_array_equal(sums, np.outer(np.arange(1.0, 9.0), by_department))

    report = np.array([[1, 1, 0, 1, 0, 1, 0, 0]], dtype=np.uint8)
    held, _ = footholds_of(np.ones_like(report))
    named, by_group, living = np.ones((3, 2)), np.ones((3, 1)), np.ones(4)
    tally_reports(
        report, 1 - report, report, held, department, values, named, by_group, living,
        np.ones((2, 1), dtype=np.uint16), np.full(8, 255, dtype=np.uint8),
    )  # fmt: skip
    np.testing.assert_array_equal(named, [[0, 2], [2, 1], [0, 2]])
    np.testing.assert_array_equal(living, [7.0, 18.0, 7.0, 25.0])
    np.testing.assert_array_equal(by_group[:, 0], [2.0, 3.0, 2.0])

    members, by_one, elsewhere = np.ones((2, 2)), np.ones((2, 1)), np.ones(4)
    tally_members(
        values[None, :], values[None, :], held, department, values, members, by_one, elsewhere
    )
    np.testing.assert_array_equal(members, [2.0 * by_department, by_department])
    assert by_one[:, 0].tolist() == [72.0, 36.0]
    squares = (values * values)[inside].sum()
    assert elsewhere.tolist() == [2.0 * values[~inside].sum(), 2.0 * squares, 50.0, 1.0]
