"""Scores and tables of a validation: hand-made cases with obvious answers."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from rich.console import Console

from rift_sim.analysis.forecasts.cases import MODEL, Cases
from rift_sim.analysis.forecasts.forecast import forecast_scenario
from rift_sim.analysis.onset.trial import OnsetRow
from rift_sim.analysis.resample import Estimate
from rift_sim.analysis.validation.origins import Plan, forecasts, hindsight, scored_targets
from rift_sim.analysis.validation.skill import BINS, ScoreRow, ranks, score_rows, share_rows
from rift_sim.analysis.validation.tables import onset_table, score_table, to_csv, to_markdown
from rift_sim.errors import InputError, RiftError
from rift_sim.observed import load_record, load_targets
from rift_sim.vocabulary import SERIES

TARGETS = load_targets().targets
MEMBERS = 60
NAN = float("nan")


def cases(target: str = "coca_department", units: int = 6, years: Sequence[int] = (2020, 2021)):
    """Persistence is a lognormal band around the observed value, hurdle knows 2021 only."""
    rng = np.random.default_rng(1)
    year = np.repeat(years, units)
    unit = np.tile([f"{n:02d}" for n in range(units)], len(years))
    observed = 100.0 * np.exp(rng.normal(size=year.size))
    around = observed[:, None] * np.exp(0.5 * rng.normal(size=(year.size, MEMBERS)))
    late = np.where((year == 2021)[:, None], around, np.nan)
    ensembles = {
        MODEL: np.repeat(observed[:, None], MEMBERS, axis=1),
        "persistence": around,
        "hurdle": late,
        "trend": np.full(around.shape, np.nan),
    }
    return Cases(TARGETS[target], np.full(year.size, 2020), year, unit, observed, ensembles)


def by_name(rows: Sequence[ScoreRow]) -> dict[str, ScoreRow]:
    return {row.forecaster: row for row in rows}


def test_a_perfect_forecast_and_persistence_against_itself() -> None:
    rows = by_name(score_rows(cases(), "forecast"))
    perfect, base = rows[MODEL], rows["persistence"]
    errors = (perfect.crps, perfect.crps_log, perfect.interval_90, perfect.width_90)
    np.testing.assert_allclose(errors, 0.0, atol=1e-12)
    for skill in (perfect.skill, perfect.skill_log, perfect.skill_interval):
        assert skill == pytest.approx((1.0, 1.0, 1.0))
    for skill in (base.skill, base.skill_log, base.skill_interval):
        assert skill == (0.0, 0.0, 0.0)
    assert perfect.inside_90.value == 1.0
    assert 0.0 < base.width_50 < base.width_90
    assert (perfect.cases, perfect.clusters, perfect.first, perfect.last) == (12, 6, 2020, 2021)
    assert (perfect.target, perfect.level, perfect.units) == ("coca_department", "department", "ha")


def test_a_forecaster_is_scored_on_the_cases_it_has() -> None:
    rows = by_name(score_rows(cases(), "forecast"))
    hurdle = rows["hurdle"]
    assert (hurdle.cases, hurdle.clusters, hurdle.first, hurdle.last) == (6, 6, 2021, 2021)
    # The same members as persistence there.
    assert hurdle.skill == (0.0, 0.0, 0.0)
    assert "trend" not in rows


def test_without_persistence_there_is_no_skill() -> None:
    found = cases()
    lost = {**found.ensembles, "persistence": found.ensembles["trend"]}
    rows = by_name(
        score_rows(
            Cases(found.target, found.origin, found.year, found.unit, found.observed, lost), "x"
        )
    )
    assert "persistence" not in rows
    assert np.isnan(rows[MODEL].skill).all()
    assert rows[MODEL].crps == pytest.approx(0.0, abs=1e-12)


def test_the_country_is_drawn_again_by_year() -> None:
    found = cases("coca_national", units=1, years=(2020, 2021, 2022))
    assert by_name(score_rows(found, "x"))[MODEL].clusters == 3
    single = cases("coca_national", units=1, years=(2020,))
    skill = by_name(score_rows(single, "x"))["persistence"].skill
    # One year drawn again and again is no interval.
    assert skill.value == 0.0
    assert np.isnan(skill[1:]).all()


def test_nothing_to_score() -> None:
    nothing = cases().where(np.zeros(12, bool))
    assert score_rows(nothing, "x") == []
    assert share_rows(nothing, "x") == []


def test_ranks_of_what_lies_above_all_members() -> None:
    found = cases()
    low = {MODEL: np.zeros((12, MEMBERS)), "persistence": 1e9 + np.zeros((12, MEMBERS))}
    counts = ranks(Cases(found.target, found.origin, found.year, found.unit, found.observed, low))
    assert counts[MODEL][-1] == pytest.approx(12 * 1.0)
    assert counts["persistence"][0] == pytest.approx(12 * 1.0)
    assert counts[MODEL].shape == (BINS,)


def test_shares_of_departments() -> None:
    observed = np.array([10.0, 30.0, 60.0])
    ensembles = {
        # Twice as much everywhere: the shares are right.
        MODEL: np.repeat(2.0 * observed[:, None], 5, axis=1),
        # All in the first: 0.9 too much there, 0.9 too little elsewhere.
        "persistence": np.repeat([[1.0], [0.0], [0.0]], 5, axis=1),
        "trend": np.zeros((3, 5)),
        "hurdle": np.full((3, 5), np.nan),
    }
    unit = np.array(["05", "08", "11"])
    year = np.full(3, 2021)
    found = Cases(TARGETS["coca_department"], np.full(3, 2020), year, unit, observed, ensembles)
    rows = {row.forecaster: row for row in share_rows(found, "forecast")}
    assert set(rows) == {MODEL, "persistence"}
    assert rows[MODEL].value == pytest.approx(0.0)
    assert rows["persistence"].value == pytest.approx(1.8)
    assert (rows[MODEL].origin, rows[MODEL].year) == (2020, 2021)
    assert share_rows(cases("coca_national", units=1), "forecast") == []
    none = Cases(found.target, found.origin, year, unit, np.zeros(3), ensembles)
    assert share_rows(none, "forecast") == []


ONSET = OnsetRow(
    "onset", "a | b", "all", 2019, 2022, 900, 250,
    Estimate(0.75, 0.7, 0.8), Estimate(0.6, NAN, NAN), NAN,
    Estimate(0.0, 0.0, 0.0), Estimate(0.1, -0.1, 0.3),
)  # fmt: skip


def test_csv_has_a_column_for_every_number() -> None:
    rows = score_rows(cases(), "forecast")
    table = list(csv.DictReader(io.StringIO(to_csv(rows))))
    assert [line["forecaster"] for line in table] == [row.forecaster for row in rows]
    assert float(table[1]["crps"]) == pytest.approx(rows[1].crps, rel=1e-5)
    assert float(table[1]["inside_90_high"]) == pytest.approx(rows[1].inside_90.high, rel=1e-5)
    (line,) = csv.DictReader(io.StringIO(to_csv([ONSET])))
    assert (line["auc"], line["auc_low"], line["within_low"]) == ("0.75", "0.7", "")
    assert to_csv([]) == ""


def test_markdown_has_as_many_cells_as_headings() -> None:
    for rows in (score_rows(cases(), "forecast"), [ONSET._replace(forecaster="a")]):
        lines = to_markdown(rows).splitlines()
        assert len(lines) == len(rows) + 2
        assert len({line.count("|") for line in lines}) == 1
    assert "nan" not in to_markdown([ONSET])
    assert to_markdown([]) == ""


def test_tables_fit_a_terminal_of_a_hundred_columns() -> None:
    text = io.StringIO()
    console = Console(file=text, width=100)
    widest = max(TARGETS, key=len)
    row = score_rows(cases(), "conditional")[0]._replace(target=widest, crps=1_234_567.0)
    console.print(score_table([row._replace(skill=Estimate(-12.34, -23.45, -1.23))]))
    name = "logistic, earlier transition"
    console.print(onset_table([ONSET._replace(forecaster=name)]))
    shown = text.getvalue()
    assert "…" not in shown
    for words in (widest, "conditional", "1,234,567", "-12.34 [-23.45, -1.23]", name, "0.60"):
        assert words in shown
    # Naive forecasts are left to the file.
    text.truncate(0)
    console.print(score_table(score_rows(cases(), "conditional")))
    assert "hurdle" not in text.getvalue()


@pytest.mark.parametrize(
    ("origins", "said"),
    [
        ([], "there is no origin"),
        ([2020, 2021, 2020], "2020 stands twice"),
        ([2009], "2009 is out of range; allowed: years from 2010 to 2024"),
        ([2020, 2025], "2025 is out of range"),
    ],
)
def test_bad_plans(origins: list[int], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Plan(origins, 2024)


def test_the_end_of_a_forecast() -> None:
    plan = Plan([2020, 2023], 2024, horizon=3)
    assert (plan.end(2020), plan.end(2023)) == (2022, 2024)


def test_what_a_fit_has_seen_is_said(tmp_path: Path) -> None:
    record = load_record(None)
    table = tmp_path / "posterior.csv"
    table.write_text("# window: to-2025\ndeterrence\n0.1\n", encoding="utf-8")
    given = str(table)
    # What holds for every plan, and what the fit adds.
    assert "priors were set with figures up to 2025" in hindsight(Plan([2020], 2024), record)[0]
    assert len(hindsight(Plan([2020], 2024), record)) == 1
    _, said = hindsight(Plan([2020], 2024, parameters=given), record)
    assert "fitted to years up to 2025" in said
    table.write_text("# window: to-2019\ndeterrence\n0.1\n", encoding="utf-8")
    assert len(hindsight(Plan([2020], 2024, parameters=given), record)) == 1
    _, said = hindsight(Plan([2018, 2020], 2024, parameters=given), record)
    assert "begin in 2018" in said
    table.write_text("deterrence\n0.1\n", encoding="utf-8")
    assert len(hindsight(Plan([2018], 2024, parameters=given), record)) == 1


def test_targets_that_are_scored() -> None:
    names = {target.id for target in scored_targets(load_record(None))}
    assert names >= {"coca_department", "coca_national", "members_EGC", "conflict_deaths"}
    # Not scored in any year, a pattern, and of data files.
    assert not names & {"survey_dissidents", "farc_refill", "homicides_department"}


def ran(replicates: Sequence[int], parameters: str = "prior", origin: int = 2023) -> Any:
    """A run of which every replicate says its own number."""
    record = load_record(None)
    scenario = forecast_scenario(record, origin, 2024, "forecast", parameters=parameters)
    time = np.arange(f"{origin}-01", "2025-01", dtype="datetime64[M]").astype("datetime64[ns]")
    number = np.asarray(replicates, np.float64)[:, None] + 1.0
    values = np.repeat(number, time.size, axis=1)
    coords = {"replicate": list(replicates), "time": time, "group": ["EGC", "ELN"]}
    data = dict.fromkeys(
        ("coca_ha", "conflict_deaths", "confined"), (("replicate", "time"), values)
    )
    group = np.repeat(values[:, :, None], 2, axis=2)
    data["members_group"] = (("replicate", "time", "group"), group)
    assert set(data) - {"members_group"} <= set(SERIES)
    return SimpleNamespace(dataset=xr.Dataset(data, coords), scenario=scenario)


SOME = [TARGETS[name] for name in ("coca_national", "conflict_deaths", "confined")]


def test_runs_of_different_length_are_compared_by_what_they_share() -> None:
    """A folder may hold more replicates than another, and failed ones are missing."""
    record = load_record(None)
    runs = {
        ("forecast", 2023): ran([0, 1, 2, 3, 4]),
        ("forecast", 2024): ran([0, 2, 4], origin=2024),
    }
    found = forecasts(record, SOME, runs)
    coca = found["forecast", "coca_national"]
    assert {some.ensembles[MODEL].shape for some in found.values()} == {(3, 3)}
    assert list(zip(coca.origin, coca.year, strict=True)) == [
        (2023, 2023),
        (2023, 2024),
        (2024, 2024),
    ]
    alone = forecasts(record, SOME, {("forecast", 2023): ran([0, 2, 4])})
    np.testing.assert_array_equal(
        coca.ensembles[MODEL][:2], alone["forecast", "coca_national"].ensembles[MODEL]
    )
    with pytest.raises(RiftError, match="1 replicates are finished in every run"):
        forecasts(record, SOME, {**runs, ("forecast", 2022): ran([4, 7], origin=2022)})


def test_a_target_of_a_group_that_a_run_lacks_is_left_out() -> None:
    wanted = [TARGETS[name] for name in ("members_EGC", "members_SM", "members_CNEB")]
    found = forecasts(load_record(None), wanted, {("forecast", 2016): ran([0, 1], origin=2016)})
    assert [key for _, key in found] == ["members_EGC"]


def test_years_that_the_draws_were_fitted_to_are_not_scored(tmp_path: Path) -> None:
    table = tmp_path / "posterior.csv"
    table.write_text("# window: to-2025\ndeterrence\n0.1\n", encoding="utf-8")
    found = forecasts(load_record(None), SOME, {("forecast", 2023): ran([0, 1], str(table))})
    assert {len(some) for some in found.values()} == {0}
    table.write_text("# window: to-2019\ndeterrence\n0.1\n", encoding="utf-8")
    found = forecasts(load_record(None), SOME, {("forecast", 2023): ran([0, 1], str(table))})
    assert {len(some) for some in found.values()} == {2}


def test_other_years_can_be_asked_for_but_for_those_of_the_fit(tmp_path: Path) -> None:
    record, years = load_record(None), range(2018, 2022)
    coca = [TARGETS["coca_national"]]
    runs = {("forecast", 2018): ran([0, 1], origin=2018)}
    assert min(forecasts(record, coca, runs)["forecast", "coca_national"].year) == 2020
    found = forecasts(record, coca, runs, years)["forecast", "coca_national"]
    assert found.year.tolist() == [2018, 2019, 2020, 2021]
    table = tmp_path / "posterior.csv"
    table.write_text("# window: to-2019\ndeterrence\n0.1\n", encoding="utf-8")
    runs = {("forecast", 2018): ran([0, 1], str(table), origin=2018)}
    found = forecasts(record, coca, runs, years)["forecast", "coca_national"]
    assert found.year.tolist() == [2020, 2021]
