"""A whole calibration of the real model on five places: files, repetition, refusals."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from small_model import CONFIG, BrokenSummaries, SmallSummaries, small_calibration
from toy import Listener

from rift_sim.analysis.calibrate.kept import CalibrationError
from rift_sim.analysis.calibrate.results import Result, parameter_rows, summary_rows
from rift_sim.analysis.calibrate.session import calibrate
from rift_sim.ensemble.lock import writer_lock
from rift_sim.errors import InputError
from rift_sim.plots.calibration import draw_calibration
from rift_sim.scenario import load_scenario
from rift_sim.seeds import load_ledger
from rift_sim.seeds.distributions import LogNormal
from rift_sim.seeds.posterior import read_posterior


@pytest.fixture(scope="module")
def done(
    tmp_path_factory: pytest.TempPathFactory, small_map: dict[str, Path]
) -> tuple[Path, Result]:
    """A finished calibration, in its folder."""
    folder = tmp_path_factory.mktemp("done")
    calibration = small_calibration(folder, small_map)
    result = calibrate(
        calibration, SmallSummaries(), folder / "out", reporter=Listener(), workers=1
    )
    return folder / "out", result


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_the_table_of_draws_is_one_that_scenarios_take(done: tuple[Path, Result]) -> None:
    folder, result = done
    table = read_posterior(folder / "posterior.csv", load_ledger())
    assert set(table.names) == {"displacement_level", "coca_growth"}
    np.testing.assert_allclose(table.rows, result.draws, rtol=5e-8)
    assert table.rows.shape == (40, 2)
    assert table.provenance["window"] == "to-2019"
    assert table.provenance["seed"] == "3"
    assert float(table.provenance["effective_sample_size"]) <= 12.0
    scenario = load_scenario("reference", settings=[f"parameters={folder / 'posterior.csv'}"])
    assert scenario.parameters.endswith("posterior.csv")


def test_tables_and_report(done: tuple[Path, Result]) -> None:
    folder, result = done
    prior = LogNormal(distribution="lognormal", median=350_000.0, sigma=0.7)
    first = next(r for r in parameter_rows(result) if r.parameter == "displacement_level")
    assert first.prior_median == pytest.approx(prior.median)
    assert first.prior_p05 == pytest.approx(prior.quantile(0.05))
    assert first.posterior_p05 <= first.posterior_median <= first.posterior_p95
    assert [r["parameter"] for r in rows(folder / "parameters.csv")] == list(
        result.problem.space.names
    )
    checks = summary_rows(result)
    assert [c.key for c in checks] == list(SmallSummaries().known)
    for check in checks:
        held = check.posterior_p05 <= check.observed <= check.posterior_p95
        assert (check.inside == "yes") is held
    report = (folder / "report.md").read_text(encoding="utf-8")
    assert "## What history could not tell" in report
    assert f"{result.threshold:.3f}" in report
    steps = rows(folder / "generations.csv")
    assert [int(s["generation"]) for s in steps] == [1, 2]
    manifest = json.loads((folder / "calibration.json").read_text())
    assert manifest["finished"]["reason"] == "all generations are done"


def test_figures(done: tuple[Path, Result], tmp_path: Path) -> None:
    draw_calibration(done[1], tmp_path / "figures")
    for name in ("posterior", "predictive"):
        assert (tmp_path / "figures" / f"{name}.png").stat().st_size > 10_000


def test_again_with_other_workers_and_batches(
    done: tuple[Path, Result], tmp_path: Path, small_map: Mapping[str, Path]
) -> None:
    calibration = small_calibration(tmp_path, small_map, CONFIG + "batch: 5\n")
    again = calibrate(
        calibration, SmallSummaries(), tmp_path / "out", reporter=Listener(), workers=2
    )
    result = done[1]
    assert again.draws.tobytes() == result.draws.tobytes()
    assert again.before.tobytes() == result.before.tobytes()
    assert again.after.tobytes() == result.after.tobytes()


def test_more_generations_keep_the_first(
    done: tuple[Path, Result], tmp_path: Path, small_map: Mapping[str, Path]
) -> None:
    short = small_calibration(
        tmp_path, small_map, CONFIG.replace("generations: 2", "generations: 1")
    )
    one = calibrate(short, SmallSummaries(), tmp_path / "out", reporter=Listener(), workers=1)
    longer = small_calibration(tmp_path, small_map)
    two = calibrate(longer, SmallSummaries(), tmp_path / "out", reporter=Listener(), workers=1)
    assert two.fit.generations[:1] == one.fit.generations
    assert two.draws.tobytes() == done[1].draws.tobytes()
    assert two.after.tobytes() == done[1].after.tobytes()


@pytest.mark.parametrize(
    ("change", "digest", "says"),
    [
        ("population: 12->population: 13", "small", "another population"),
        ("coca: 0.5->coca: 0.6", "small", "other weights"),
        ("seed: 3->seed: 4", "small", "another scenario"),
        ("[displacement_level, coca_growth]->[coca_growth]", "small", "other parameters"),
        ("seed: 3->seed: 3", "other", "other targets"),
    ],
)
def test_another_calibration_is_refused(
    done: tuple[Path, Result],
    tmp_path: Path,
    small_map: Mapping[str, Path],
    change: str,
    digest: str,
    says: str,
) -> None:
    calibration = small_calibration(tmp_path, small_map, CONFIG.replace(*change.split("->")))
    before = (done[0] / "calibration.json").read_bytes()
    with pytest.raises(InputError, match=says):
        calibrate(calibration, SmallSummaries(digest=digest), done[0], reporter=Listener())
    assert (done[0] / "calibration.json").read_bytes() == before


def test_a_folder_with_something_else_is_refused(
    tmp_path: Path, small_map: Mapping[str, Path]
) -> None:
    calibration = small_calibration(tmp_path, small_map)
    with pytest.raises(InputError, match="holds no calibration"):
        calibrate(calibration, SmallSummaries(), tmp_path, reporter=Listener())


def test_a_second_writer_is_refused(tmp_path: Path, small_map: Mapping[str, Path]) -> None:
    calibration = small_calibration(tmp_path, small_map)
    folder = tmp_path / "out"
    folder.mkdir()
    with writer_lock(folder), pytest.raises(InputError, match="another process is writing"):
        calibrate(calibration, SmallSummaries(), folder, reporter=Listener(), workers=1)
    assert {path.name for path in folder.iterdir()} <= {".lock"}


def test_what_cannot_be_simulated_leaves_no_folder(
    tmp_path: Path, small_map: Mapping[str, Path]
) -> None:
    calibration = small_calibration(tmp_path, small_map)
    with pytest.raises(CalibrationError, match="ValueError: coca:2026 is nan"):
        calibrate(calibration, BrokenSummaries(), tmp_path / "out", reporter=Listener(), workers=1)
    assert not (tmp_path / "out").exists()


def test_a_parameter_is_found_again(tmp_path: Path, small_map: Mapping[str, Path]) -> None:
    """History with six times the displaced moves the level that makes them, and nothing else."""
    config = CONFIG.replace("population: 12", "population: 60")
    calibration = small_calibration(tmp_path, small_map, config)
    low, high = (
        calibrate(
            calibration,
            SmallSummaries(displaced=displaced),
            tmp_path / f"{displaced:.0f}",
            reporter=Listener(),
            workers=1,
        )
        for displaced in (50_000.0, 300_000.0)
    )
    few, many = ({row.parameter: row for row in parameter_rows(x)} for x in (low, high))
    name = "displacement_level"
    assert many[name].posterior_median > 1.5 * few[name].posterior_median
    assert (few[name].informed, many[name].informed) == ("yes", "yes")
    # One standard deviation of its prior is 0.08.
    growth = [found["coca_growth"].posterior_median for found in (few, many)]
    assert growth[1] == pytest.approx(growth[0], abs=0.08)
