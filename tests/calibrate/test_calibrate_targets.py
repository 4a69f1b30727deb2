"""Targets become numbers: which years, how they are compared, and what a replicate gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from test_calibrate_config import scenario, write

from rift_sim.analysis.calibrate.targets import TargetSummaries, target_summaries
from rift_sim.analysis.calibrate.trials import SUMMARY, Summary, Trial, trial_engine
from rift_sim.observed.record import load_record
from rift_sim.seeds import load_ledger

LEDGER = load_ledger()


def summaries(folder: Path, text: str) -> TargetSummaries:
    scenario(folder, "observe: [newly_displaced, coca_ha, conflict_deaths]\n")
    return target_summaries(write(folder, summaries=text), load_record(None))


def test_years_that_the_window_fits_and_the_run_holds(tmp_path: Path) -> None:
    found = summaries(tmp_path, "{coca_national: 1, displaced_register: 2}").known
    assert list(found) == [
        *(f"coca_national:{year}" for year in (2017, 2018, 2019)),
        *(f"displaced_register:{year}" for year in (2017, 2018, 2019)),
    ]
    for key, summary in found.items():
        fact = "COCA_HA" if summary.target == "coca_national" else "IDP_NEW_RUV"
        assert summary.observed == next(
            value
            for date, value in LEDGER.series(fact).items()
            if date.startswith(key.partition(":")[2])
        )


def test_a_year_in_part_does_not_count(tmp_path: Path) -> None:
    scenario(tmp_path)
    text = (tmp_path / "mine.yaml").read_text().replace("2017-01", "2017-02")
    (tmp_path / "mine.yaml").write_text(text.replace("2019-12", "2019-11"))
    chosen = "{coca_national: 1, displaced_register: 2}"
    found = target_summaries(write(tmp_path, summaries=chosen), load_record(None)).known
    # A stock is there in December, a flow only when all its months are.
    assert list(found) == ["coca_national:2017", "coca_national:2018", "displaced_register:2018"]


def test_departments_and_traces(tmp_path: Path) -> None:
    found = summaries(tmp_path, "{coca_department: 1}").known
    assert len(found) == 3 * 33
    total = sum(s.observed for key, s in found.items() if ":2018:" in key)
    narino, none = found["coca_department:2018:52"], found["coca_department:2018:11"]
    assert none.observed == 0.0
    assert narino.offset == none.offset == pytest.approx(total / 1000)
    assert none.scaled(0.0) == np.log(total / 1000)
    assert narino.plain(np.array([narino.scaled(7.5), -50.0])) == pytest.approx([7.5, 0.0])


def test_numbers_without_logarithms() -> None:
    plain = Summary("t", "label", "1", 0.5, 0.1)
    assert plain.scaled(0.7) == 0.7
    np.testing.assert_array_equal(plain.plain(np.array([0.7, -0.1])), [0.7, -0.1])


def test_the_digest_follows_the_numbers(tmp_path: Path) -> None:
    found = summaries(tmp_path, "{coca_national: 1}")
    assert found.digest == summaries(tmp_path, "{coca_national: 3}").digest
    key = "coca_national:2018"
    other = {**found.known, key: found.known[key]._replace(observed=1.0)}
    assert replace(found, known=other).digest != found.digest


def test_a_trial_reports_what_its_run_would(tmp_path: Path) -> None:
    """Given parameters act, others keep their draws, and errors differ by number only."""
    found = summaries(tmp_path, "{displaced_register: 1, coca_national: 1, conflict_deaths: 1}")
    calibration = write(tmp_path, parameters="{ids: [displacement_level, ruv_ratio]}")
    engine = trial_engine(calibration.names, found)
    world = engine.world(calibration.scenario, False)
    number = 5 << 32

    def numbers(level: float, ratio: float) -> np.ndarray:
        return engine.simulate(world, Trial(number, (level, ratio)))[SUMMARY]

    one, same = numbers(200_000.0, 1.0), numbers(200_000.0, 1.0)
    np.testing.assert_array_equal(one, same)
    doubled = numbers(200_000.0, 2.0)
    register = [k for k, key in enumerate(found.known) if key.startswith("displaced")]
    others = [k for k in range(len(found.known)) if k not in register]
    np.testing.assert_array_equal(doubled[others], one[others])
    shift = doubled[register] - one[register]
    assert np.all((shift > 0.6) & (shift < np.log(2.0) + 1e-9))
    # Twice the level is about twice the displaced.
    assert np.all(numbers(400_000.0, 1.0)[register] - one[register] > 0.3)
