"""One bad file per mistake: the message names file, line, key and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from rift_sim.analysis.calibrate.config import Calibration, make_problem, read_calibration
from rift_sim.analysis.calibrate.targets import target_summaries
from rift_sim.errors import InputError
from rift_sim.observed.record import load_record
from rift_sim.seeds import load_ledger

BAD = Path(__file__).parent / "bad"
EXPECTED: dict[str, tuple[int | None, str, str]] = {
    "chosen-key": (3, "parameters.id", "did you mean 'ids'?"),
    "duplicate-key": (8, "seed", "first on line 7"),
    "empty-summaries": (4, "summaries", "names no target"),
    "generations-float": (6, "generations", "a whole number"),
    "no-parameters": (3, "parameters", "names no parameter"),
    "no-summaries": (None, "summaries", "is missing"),
    "parameter-fixed": (3, "parameters.ids[0]", "'aid_police' has a single value"),
    "parameter-unknown": (3, "parameters.ids[1]", "did you mean 'loss_rate'?"),
    "population-small": (5, "population", "greater than or equal to 10"),
    "scenario-missing": (1, "scenario", "there is no file"),
    "scenario-sweep": (1, "scenario", "is a sweep"),
    "scenario-unknown": (1, "scenario", "did you mean 'reference'?"),
    "section-unknown": (3, "parameters.sections[0]", "did you mean 'coca'?"),
    "seed-negative": (7, "seed", "greater than or equal to 0"),
    "stop-acceptance": (8, "stop.acceptance", "less than 1"),
    "stop-key": (8, "stop.epsilom", "did you mean 'epsilon'?"),
    "target-no-file": (4, "summaries.homicides_department", "its data file is missing"),
    "target-not-fitted": (4, "summaries.confined", "no year that to-2019 fits"),
    "target-not-simulated": (4, "summaries.coca_national", "(2026-01 to 2030-12)"),
    "target-pattern": (4, "summaries.farc_refill", "is a target of level pattern"),
    "target-unknown": (4, "summaries.coca_nation", "did you mean 'coca_national'?"),
    "unknown-key": (7, "sed", "did you mean 'seed'?"),
    "weight-text": (4, "summaries.coca_national", "allowed: a number"),
    "weight-zero": (4, "summaries.coca_national", "greater than 0"),
    "window-form": (2, "window", "should match"),
    "window-unknown": (2, "window", "did you mean 'to-2019'?"),
    "without-unknown": (3, "parameters.without[0]", "did you mean 'coca_growth'?"),
}


def write(folder: Path, **lines: str) -> Calibration:
    content = {
        "scenario": "mine.yaml",
        "window": "to-2019",
        "parameters": "{ids: [loss_rate]}",
        "summaries": "{coca_national: 1}",
        "population": "20",
        "generations": "2",
        "seed": "5",
    }
    text = "".join(f"{key}: {value}\n" for key, value in {**content, **lines}.items())
    (folder / "calibrate.yaml").write_text(text, encoding="utf-8")
    return read_calibration(folder / "calibrate.yaml")


def scenario(folder: Path, text: str = "") -> None:
    (folder / "mine.yaml").write_text(
        f"name: mine\nextends: reference\nstart: 2017-01\nend: 2019-12\n{text}", encoding="utf-8"
    )


def test_every_fixture_has_an_expectation() -> None:
    assert {path.stem for path in BAD.glob("*.yaml")} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_one_clear_message(name: str) -> None:
    file = BAD / f"{name}.yaml"
    with pytest.raises(InputError) as caught:
        target_summaries(read_calibration(file), load_record(None))
    error = caught.value
    line, key, says = EXPECTED[name]
    assert (error.file, error.line, error.key) == (str(file), line, key)
    assert says in str(error)
    assert "\n" not in str(error)


def test_sections_leave_out_what_cannot_vary(tmp_path: Path) -> None:
    scenario(tmp_path, "assumptions: {coca_growth: 0.1}\n")
    found = write(tmp_path, parameters="{sections: [coca, aid], without: [coca_scale]}").names
    ledger = load_ledger().parameters
    assert "coca_growth" not in found  # the scenario fixes it
    assert "coca_scale" not in found  # left out by name
    assert "aid_police" not in found  # fixed in the ledger
    assert {"aid_pipeline", "coca_headroom"} <= set(found)
    assert list(found) == [name for name in ledger if name in found]


def test_the_prior_is_the_scenario_s(tmp_path: Path) -> None:
    scenario(tmp_path, "assumptions: {loss_rate: {distribution: uniform, low: 0.1, high: 0.2}}\n")
    calibration = write(tmp_path)
    problem = make_problem(calibration, target_summaries(calibration, load_record(None)))
    assert problem.space.priors[0].support == (0.1, 0.2)
    assert problem.seed == calibration.scenario.seed == 5


def test_priors_are_fitted_whatever_the_scenario_draws_from(tmp_path: Path) -> None:
    (tmp_path / "draws.csv").write_text("loss_rate\n0.2\n")
    scenario(tmp_path, "parameters: draws.csv\n")
    assert write(tmp_path).scenario.parameters == "prior"


def test_the_example_of_the_docs_is_one(tmp_path: Path) -> None:
    scenario(tmp_path)
    (tmp_path / "mine.yaml").rename(tmp_path / "hindcast.yaml")
    docs = Path(__file__).parents[2] / "docs" / "calibration.md"
    block = (
        docs.read_text(encoding="utf-8")
        .partition('```yaml title="calibrate.yaml"\n')[2]
        .partition("```")[0]
    )
    (tmp_path / "calibrate.yaml").write_text(block, encoding="utf-8")
    calibration = read_calibration(tmp_path / "calibrate.yaml")
    assert target_summaries(calibration, load_record(None)).known
    assert calibration.effort.simulations == 200_000
