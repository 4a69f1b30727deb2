"""The model beside its rivals: who is compared with whom, on which cases."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rift_sim.analysis.forecasts.cases import Cases
from rift_sim.analysis.forecasts.forecast import forecast_scenario
from rift_sim.analysis.validation.ablation import OFF, TARGETS, ablation_rows, with_rival
from rift_sim.analysis.validation.municipal_tables import ablation_markdown
from rift_sim.observed import load_record, load_targets
from rift_sim.plots.municipal import draw_ablation

SPREAD = np.linspace(-1.0, 1.0, 21)


def made_cases(error: float, **rivals: float) -> Cases:
    """Return four departments, origins 2015 and 2016, two years each; forecasts off by so much."""
    target = load_targets().targets["homicides_department"]
    rows = [(o, o + k, u) for o in (2015, 2016) for k in (0, 1) for u in ("05", "13", "19", "44")]
    origin, year, unit = (np.array(column) for column in zip(*rows, strict=True))
    observed = 100.0 + 10.0 * np.arange(len(rows))
    ensembles = {
        name: observed[:, None] + off + SPREAD for name, off in {"model": error, **rivals}.items()
    }
    return Cases(target, origin, year, unit, observed, ensembles)


def test_skill_is_over_the_cases_that_both_have() -> None:
    cases = made_cases(0.0, hurdle=0.0, persistence=30.0)
    # The regression has no past for the second year of the first origin, and is perfect elsewhere.
    first = (cases.origin == 2015) & (cases.year == 2016)
    cases.ensembles["hurdle"][first] = np.nan
    rows = {(r.horizon, r.rival): r for r in ablation_rows({("forecast", "x"): cases})}
    assert {key[0] for key in rows} == {"1", "2", "all"}
    assert rows["all", "persistence"].cases == 16
    assert rows["all", "hurdle"].cases == 12
    assert (rows["2", "hurdle"].first, rows["2", "hurdle"].last) == (2017, 2017)
    assert rows["all", "hurdle"].skill.value == 0.0
    assert rows["all", "persistence"].skill.low > 0.9
    assert rows["all", "persistence"].clusters == 4
    assert rows["1", "persistence"].crps_rival == pytest.approx(
        rows["1", "persistence"].crps + 30.0 - SPREAD[11:].sum() * 2 / 21, abs=0.1
    )


def test_a_rival_must_have_been_asked_the_same() -> None:
    name = "model, mechanisms off"
    ours, theirs = made_cases(0.0, persistence=10.0), made_cases(20.0)
    both = with_rival(ours, theirs, name)
    np.testing.assert_array_equal(both.ensembles[name], theirs.ensembles["model"])
    assert set(ours.ensembles) == {"model", "persistence"}
    with pytest.raises(ValueError, match="not asked the same"):
        with_rival(ours, theirs.where(theirs.year > 2015), name)


def test_rivals_are_runs_without_mechanisms() -> None:
    record = load_record(None)
    kept = {}
    for name, switches in OFF.items():
        scenario = forecast_scenario(record, 2015, 2016, "forecast", mechanisms=switches)
        kept[name] = [f"C{n:02d}" for n in range(1, 29) if scenario.on(f"C{n:02d}")]
    assert list(kept.values()) == [[], ["C11"]]
    assert forecast_scenario(record, 2015, 2016, "forecast").on("C07")


def test_targets_of_the_ablation_exist() -> None:
    levels = {name: load_targets().targets[name].level for name in TARGETS}
    assert set(levels.values()) == {"national", "department"}


def test_table_and_figure(tmp_path: Path) -> None:
    cases = with_rival(made_cases(0.0, hurdle=5.0, persistence=10.0), made_cases(20.0), [*OFF][1])
    rows = ablation_rows({("forecast", "x"): cases})
    assert ablation_markdown(rows).count("homicides_department") == len(rows) == 9
    file = tmp_path / "ablation.png"
    draw_ablation(rows, file)
    assert file.read_bytes().startswith(b"\x89PNG")
    draw_ablation([], tmp_path / "none.png")
    assert not (tmp_path / "none.png").exists()
