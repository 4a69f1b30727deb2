"""Runs set side by side: numbers, direction, and what is refused or marked."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import rift_sim
from rift_sim.analysis.compare.comparison import Comparison
from rift_sim.analysis.compare.side_by_side import _same_labels, _same_months
from rift_sim.analysis.compare.table import CompareRow, compare_rows, to_csv, year_ends
from rift_sim.errors import InputError

KEPT, GONE, OTHER = "aid=kept, luck=2026", "aid=gone, luck=2026", "aid=gone, luck=7"


@pytest.fixture(scope="module")
def pair(short_runs: dict[str, Path]) -> Comparison:
    return rift_sim.compare(short_runs["gone"], short_runs["kept"])


@pytest.fixture(scope="module")
def arrays(short_runs: dict[str, Path]) -> tuple[xr.Dataset, xr.Dataset]:
    """The six replicates that both runs have."""
    gone, kept = (rift_sim.load(short_runs[name]).dataset for name in ("gone", "kept"))
    return gone, kept.isel(replicate=slice(6))


def test_stocks_and_flows_by_hand(pair: Comparison, arrays: tuple[xr.Dataset, xr.Dataset]) -> None:
    gone, kept = arrays
    data = pair.at("control", "2026-08").isel(difference=0)
    found = (gone["control"] - kept["control"]).isel(time=7).to_numpy()
    assert float(data["mean"]) == pytest.approx(found.mean())
    np.testing.assert_allclose(data["quantiles"], np.quantile(found, [0.05, 0.25, 0.5, 0.75, 0.95]))
    assert float(data["probability_above"]) == (found > 0).mean()
    assert float(data["first_mean"]) == pytest.approx(float(gone["control"][:, 7].mean()))
    # The run begins in 2026-01 and ends in 2027-03: a flow counts from January of the last year.
    data = pair.at("newly_displaced", by="department")
    assert str(data["since"].values)[:7] == "2027-01"
    flows = [
        part["newly_displaced_department"][:, 12:15].sum("time", dtype=float) for part in arrays
    ]
    np.testing.assert_allclose(data["mean"][0], (flows[0] - flows[1]).mean("replicate"))
    assert data["department_name"].values[0] == "Antioquia"
    assert data.attrs["units"] == "people"


def test_months_by_hand(pair: Comparison, arrays: tuple[xr.Dataset, xr.Dataset]) -> None:
    gone, kept = arrays
    data = pair.over_time("members", "group").isel(difference=0)
    found = (gone["members_group"] - kept["members_group"]).to_numpy()
    np.testing.assert_allclose(data["mean"], found.mean(axis=0), atol=1e-9)
    np.testing.assert_allclose(data["probability_equal"], (found == 0).mean(axis=0))


def test_the_direction_is_in_the_names(short_runs: dict[str, Path], pair: Comparison) -> None:
    back = rift_sim.compare(short_runs["kept"], short_runs["gone"])
    assert pair.differences == ("full-cutoff minus no-cutoff",)
    assert back.differences == ("no-cutoff minus full-cutoff",)
    there, here = pair.at("aid_usd"), back.at("aid_usd")
    assert float(there["mean"][0]) == pytest.approx(-float(here["mean"][0]))
    assert float(there["mean"][0]) < 0.0
    assert float(there["probability_above"][0]) == 0.0
    assert float(here["probability_above"][0]) == 1.0
    assert there["first"].item() == "full-cutoff"
    assert "full-cutoff (first) minus" in there.attrs["direction"]


def test_other_numbers_of_replicates(pair: Comparison) -> None:
    assert pair.counts == (6, 6)
    assert "'full-cutoff' has 6, 'no-cutoff' has 8; the 6 that are in all" in pair.notes[0]
    assert pair.notes[1] == "Below 50 pairs intervals are rough."


def test_a_run_beside_itself_never_parts(
    short_runs: dict[str, Path], copy: Callable[..., Path]
) -> None:
    same = rift_sim.compare(short_runs["kept"], copy("kept"))
    for by in (None, "department"):
        data = same.over_time("control", by)
        assert float(abs(data["quantiles"]).max()) == 0.0
        assert float(data["probability_equal"].min()) == 1.0
        assert np.isnat(data["first_month_apart"]).all()
        assert np.isnat(data["first_month_unequal"]).all()


def test_scenarios_of_a_sweep_part_when_the_event_comes(short_runs: dict[str, Path]) -> None:
    found = rift_sim.compare(short_runs["two"], scenarios=[KEPT, GONE])
    assert found.differences == (f"{KEPT} minus {GONE}",)
    data = found.over_time("aid_usd").isel(difference=0)
    assert float(data["mean"][0]) == 0.0
    for name in ("first_month_unequal", "first_month_apart"):
        assert str(data[name].values)[:7] == "2026-02"


def test_each_other_run_gets_a_difference_of_its_own(
    short_runs: dict[str, Path], pair: Comparison
) -> None:
    three = rift_sim.compare(
        short_runs["gone"], short_runs["kept"], short_runs["seed"], unpaired=True
    )
    data = three.at("control")
    assert data["second"].values.tolist() == ["no-cutoff (kept)", "no-cutoff (seed)"]
    assert three.counts == (6, 8, 4)
    assert three.marks == ("not paired",)
    assert data.attrs["pairing"] == "not paired"
    assert np.isnat(data["first_month_unequal"]).all()
    width = data["mean_high"] - data["mean_low"]
    paired = pair.at("control")
    assert float(width[0]) > float((paired["mean_high"] - paired["mean_low"])[0])


def test_mixed_versions_are_marked(short_runs: dict[str, Path], copy: Callable[..., Path]) -> None:
    other = copy("kept", identity={"code": "0"})
    with pytest.raises(InputError, match="different versions"):
        rift_sim.compare(short_runs["gone"], other)
    found = rift_sim.compare(short_runs["gone"], other, allow_mixed=True)
    assert found.marks == ("mixed versions",)
    assert any(note.startswith("Mixed versions:") for note in found.notes)
    assert found.at("control").attrs["versions"] == "mixed versions"
    assert {row.versions for row in compare_rows(found, ["control"], ["2026-12"])} == {
        "mixed versions"
    }


@pytest.mark.parametrize(
    ("names", "options", "says"),
    [
        (["gone"], {}, "nothing to compare with"),
        (["gone", "seed"], {}, "no pairs: 'full-cutoff' and 'no-cutoff' differ in seed"),
        (["two"], {"scenarios": [KEPT, OTHER]}, "differ in seed (2026 and 7)"),
        (["gone", "kept"], {"replicates": 1}, "allowed: 2 to 6"),
        (["gone", "kept"], {"replicates": 7}, "allowed: 2 to 6"),
    ],
)
def test_what_cannot_be_compared(
    short_runs: dict[str, Path], names: list[str], options: dict[str, Any], says: str
) -> None:
    with pytest.raises(InputError) as error:
        rift_sim.compare(*(short_runs[name] for name in names), **options)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("contrl",), "did you mean 'control'"),
        (("control", "2029-01"), "2026-01 to 2027-03"),
        (("coca_ha", None, "group"), "'coca_ha' is not observed by group"),
        (("control", None, "departments"), "did you mean 'department'"),
    ],
)
def test_what_cannot_be_read(pair: Comparison, arguments: tuple[Any, ...], says: str) -> None:
    with pytest.raises(InputError) as error:
        pair.at(*arguments)
    assert says in str(error.value)


def _data(start: str, groups: list[str]) -> xr.Dataset:
    time = np.arange(np.datetime64(start, "M"), np.datetime64(start, "M") + 6)
    values = np.zeros((2, 6, len(groups)))
    coords = {"time": time.astype("datetime64[ns]"), "group": groups}
    return xr.Dataset({"x": (("replicate", "time", "group"), values)}, coords)


def test_only_what_runs_share_is_compared() -> None:
    notes: list[str] = []
    one, other = _data("2026-01", ["a", "b"]), _data("2026-04", ["b", "c"])
    cut = _same_labels(_same_months([one, other], notes), notes)
    assert all(dict(part.sizes) == {"replicate": 2, "time": 3, "group": 1} for part in cut)
    assert notes == [
        "Only months that all runs have are compared: 2026-04 to 2026-06.",
        "Not in all runs, and left out: group a, c.",
    ]
    with pytest.raises(InputError, match="no month in common"):
        _same_months([one, _data("2027-01", ["a"])], notes)


def test_rows_and_csv(pair: Comparison) -> None:
    assert year_ends(pair) == ["2026-12", "2027-03"]
    rows = compare_rows(pair, ["control", "newly_displaced"], year_ends(pair))
    rows += compare_rows(pair, ["control"], ["2026-12"], "department", ["19", "05"])
    assert [(row.variable, row.date, row.name) for row in rows] == [
        ("control", "2026-12", ""),
        ("control", "2027-03", ""),
        ("newly_displaced", "2026-12", ""),
        ("newly_displaced", "2027-03", ""),
        ("control", "2026-12", "Cauca"),
        ("control", "2026-12", "Antioquia"),
    ]
    assert rows[2].since == "2026-01"
    assert {row.difference for row in rows} == {"full-cutoff minus no-cutoff"}
    table = list(csv.DictReader(io.StringIO(to_csv(rows))))
    assert list(table[0]) == list(CompareRow._fields)
    data = pair.at("control", "2026-12", "department").sel(department="19")
    assert float(table[4]["mean"]) == pytest.approx(float(data["mean"][0]), rel=1e-5)
    assert float(table[4]["p95"]) == pytest.approx(float(data["quantiles"][0, 4]), rel=1e-5)
    assert table[4]["first_replicates"] == "6"
    assert table[4]["pairing"] == "paired"
    assert table[0]["by"] == "country"
