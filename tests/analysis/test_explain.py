"""Differences broken down by mechanism."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rift_sim.analysis.explain import PARTS, explain
from rift_sim.analysis.paired import interval, read_series, run_series
from rift_sim.calendar import Month
from rift_sim.cli import main
from rift_sim.errors import InputError
from rift_sim.plots.waterfall import draw_waterfall, waterfall
from rift_sim.scenario import load_scenario
from rift_sim.seeds import load_ledger

SHORT = ("end=2026-06",)


def test_parts_and_what_is_left_over_make_up_the_difference() -> None:
    found = explain("full-cutoff", "no-cutoff", "capability", replicates=4, settings=SHORT)
    total = sum(part.mean for part in found.parts.values()) + found.rest.mean
    assert total == pytest.approx(found.difference.mean, abs=1e-12)
    assert found.difference.mean < 0.0
    # Aid reaches capability by mobility, intelligence and training.
    ways = ("air mobility", "U.S. intelligence", "training, and what aid feeds")
    assert all(found.parts[way].mean < 0.0 for way in ways)
    reached = sum(found.parts[way].mean for way in ways)
    assert reached == pytest.approx(found.difference.mean, rel=0.1)
    assert found.parts["flight"].mean == 0.0
    assert list(found.parts) == list(PARTS)


def test_every_living_mechanism_belongs_to_one_part() -> None:
    listed = [claim for part in PARTS.values() for claim in part]
    assert len(listed) == len(set(listed))
    assert set(listed) == {name for name, claim in load_ledger().claims.items() if claim.alive}


def test_a_switch_that_was_set_on_does_not_stand_in_the_way() -> None:
    given = (*SHORT, "mechanisms.C10=on", "mechanisms.C13=off")
    found = explain("full-cutoff", "no-cutoff", "members", replicates=2, settings=given)
    assert found.parts["eradication"].mean == 0.0


def test_a_scenario_does_not_differ_from_itself() -> None:
    found = explain("reference", "reference", "control", replicates=2, settings=SHORT)
    assert {part.mean for part in (*found.parts.values(), found.difference)} == {0.0}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"variable": "contol"}, "did you mean 'control'"),
        ({"when": "2040-01"}, "2026-01 to 2026-06"),
        ({"when": "later"}, "end, sum or a month"),
    ],
)
def test_what_cannot_be_read_is_refused(change: dict[str, str], says: str) -> None:
    given = {"variable": "control", **change}
    with pytest.raises(InputError) as error:
        explain("full-cutoff", "no-cutoff", replicates=2, settings=SHORT, **given)
    assert says in str(error.value)


def test_scenarios_that_cannot_be_paired_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("name: other\nextends: reference\nseed: 3\n", encoding="utf-8")
    with pytest.raises(InputError, match="seed"):
        explain("reference", str(other), "control", replicates=2, settings=SHORT)


def test_reading_a_series() -> None:
    series = np.arange(12.0).reshape(2, 6)
    start = Month(2026, 1)
    assert read_series(series, "end", start).tolist() == [5.0, 11.0]
    assert read_series(series, "sum", start).tolist() == [15.0, 51.0]
    assert read_series(series, "2026-02", start).tolist() == [1.0, 7.0]


def test_intervals() -> None:
    assert interval(np.array([2.0])) == (2.0, 2.0, 2.0)
    found = interval(np.array([1.0, 3.0]))
    assert found.mean == 2.0
    assert found.high - found.mean == pytest.approx(1.96)


def test_series_do_not_depend_on_blocks_or_workers() -> None:
    scenarios = [load_scenario("reference", settings=SHORT)]
    one, two = (
        run_series(scenarios, [["members"]], 30, workers=workers)[0, "members"]
        for workers in (1, 2)
    )
    np.testing.assert_array_equal(one, two)
    few = run_series(scenarios, [["members"]], 3)[0, "members"]
    np.testing.assert_array_equal(one[:3], few)


def test_the_chart_ends_at_the_difference(tmp_path: Path) -> None:
    found = explain("full-cutoff", "no-cutoff", "members", replicates=3, settings=SHORT)
    axes = waterfall(found).axes[0]
    bars = axes.patches
    assert len(bars) == len(PARTS) + 2
    last = bars[-2]
    assert last.get_x() + last.get_width() == pytest.approx(bars[-1].get_width())
    draw_waterfall(found, tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(InputError, match="png"):
        draw_waterfall(found, tmp_path / "chart.docx")


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chart = tmp_path / "why.svg"
    arguments = ["explain", "full-cutoff", "no-cutoff", "-n", "2", "--workers", "1"]
    assert main([*arguments, "--set", "end=2026-03", "--figure", str(chart)]) == 0
    assert "left over" in capsys.readouterr().out
    assert chart.exists()
    assert main([*arguments, "--variable", "nothing"]) == 2
