"""The method on a toy: the right posterior, the same bits however computed, resumed anywhere."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyabc
import pytest
from toy import KEYS, Listener, exact, toy_fit, toy_problem

from rift_sim.analysis.calibrate.kept import CalibrationError, Kept
from rift_sim.analysis.calibrate.problem import Fit
from rift_sim.analysis.calibrate.results import ks_distance
from rift_sim.analysis.calibrate.sampler import Transition, numpy_generator
from rift_sim.analysis.calibrate.trials import Trial, trial_number

HERE = Path(__file__).parent


def same(a: Fit, b: Fit) -> bool:
    return (
        a.scores.tobytes() == b.scores.tobytes()
        and a.weights.tobytes() == b.weights.tobytes()
        and a.generations == b.generations
        and a.reason == b.reason
    )


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Fit:
    """The fit of one process, without interruption."""
    return toy_fit(tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize(("workers", "batch"), [(1, 1), (1, 1000), (2, 7), (2, 64)])
def test_workers_and_batches_change_no_bit(
    tmp_path: Path, plain: Fit, workers: int, batch: int
) -> None:
    assert same(toy_fit(tmp_path, workers=workers, batch=batch), plain)


def test_the_seed_does(tmp_path: Path, plain: Fit) -> None:
    other = toy_fit(tmp_path, toy_problem(seed=6))
    assert not np.intersect1d(other.scores, plain.scores).size


def test_proposals_are_those_of_pyabc() -> None:
    """To the bit, from the same state of the generator, which is left the same."""
    rng = np.random.default_rng(3)
    table = pd.DataFrame(rng.standard_normal((40, 3)), columns=["b", "a", "c"])
    weights = rng.random(40)
    own, theirs = Transition(), pyabc.MultivariateNormalTransition()
    for transition in (own, theirs):
        transition.fit(table, weights / weights.sum())
    with numpy_generator():
        found = []
        for transition in (own, theirs):
            np.random.seed(11)  # noqa: NPY002
            drawn = [dict(transition.rvs()) for _ in range(50)]
            found.append((drawn, np.random.random()))  # noqa: NPY002
    assert found[0] == found[1]
    assert len({proposal["a"] for proposal in found[0][0]}) == 50
    own.again = found[0][0][7]
    assert own.rvs() == found[0][0][7]


def test_the_global_generator_is_left_alone(tmp_path: Path, plain: Fit) -> None:
    np.random.seed(1)  # noqa: NPY002
    before = np.random.random(3)  # noqa: NPY002
    np.random.seed(1)  # noqa: NPY002
    assert same(toy_fit(tmp_path), plain)
    np.testing.assert_array_equal(np.random.random(3), before)  # noqa: NPY002


def test_the_posterior_of_a_normal_mean(tmp_path: Path) -> None:
    """With weight on the informative pair it comes near the conjugate posterior."""
    problem = toy_problem(1.4, 1.0)
    found = toy_fit(tmp_path, problem, population=300, generations=7)
    values = problem.space.values(found.draws(2000))
    mean, sd = exact(1.4, 1.0)
    # The threshold that is left widens it; the noise of 300 draws is 0.02.
    assert abs(values[:, 0].mean() - mean) < 0.12
    assert sd * 0.9 < values[:, 0].std() < sd * 1.25
    # Nothing was said about the other one.
    assert ks_distance(found.scores[:, 1], found.weights) < 0.15
    assert abs(np.median(values[:, 1]) - 3.0) < 0.5


def test_weights_are_of_targets_not_of_numbers() -> None:
    weights = toy_problem(weights={"pair": 3.0, "noise": 1.0}).key_weights
    np.testing.assert_allclose(weights**2, [1.5, 1.5, 1.0])


def test_more_generations_go_on(tmp_path: Path, plain: Fit) -> None:
    first = toy_fit(tmp_path, generations=1)
    assert first.generations == plain.generations[:1]
    assert same(toy_fit(tmp_path, generations=3), plain)


@pytest.mark.long
def test_killed_and_resumed_gives_the_same(tmp_path: Path, plain: Fit) -> None:
    """Killed in the prior and twice in generations, with other workers each time."""
    kept: list[int] = []
    for moment, workers in ((40, "1"), (130, "2"), (300, "1")):
        script = [sys.executable, str(HERE / "kill_calibration.py"), str(tmp_path), "0.002"]
        process = subprocess.Popen([*script, workers], stderr=subprocess.PIPE)
        while simulated(tmp_path) < moment and process.poll() is None:
            time.sleep(0.005)
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        kept.append(simulated(tmp_path))
    assert kept == sorted(kept)
    assert kept[0] >= 40
    assert same(toy_fit(tmp_path, workers=2), plain)


def simulated(folder: Path) -> int:
    """Whole records in all files."""
    files = (folder / "simulations").glob("*.bin")
    return sum(file.stat().st_size // (8 + 8 * len(KEYS)) for file in files)


def test_finished_simulations_are_not_done_again(tmp_path: Path) -> None:
    toy_fit(tmp_path, generations=2)
    # A model that fails everywhere is never asked.
    again = replace(toy_problem(failing=0), seed=5)
    (tmp_path / "history.db").unlink()
    assert len(toy_fit(tmp_path, again, generations=2).generations) == 2


def test_a_history_that_never_began(tmp_path: Path, plain: Fit) -> None:
    """Killed while the database was made: an empty file, or one without a calibration."""
    (tmp_path / "history.db").touch()
    assert same(toy_fit(tmp_path), plain)


def test_a_record_cut_short_is_cut_off(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "a.bin", 2)
    kept.add([3, 1], np.array([[1.0, 2.0], [3.0, 4.0]]))
    kept.close()
    with (tmp_path / "a.bin").open("ab") as file:
        file.write(b"\x05\x00\x00")
    again = Kept(tmp_path / "a.bin", 2)
    assert (3 in again, 1 in again, 5 in again, len(again)) == (True, True, False, 2)
    again.add([5], np.array([[5.0, 6.0]]))
    again.close()
    whole = Kept(tmp_path / "a.bin", 2)
    np.testing.assert_array_equal(whole.rows([1, 5, 3]), [[3, 4], [5, 6], [1, 2]])
    with pytest.raises(CalibrationError, match="the simulation 7 is missing"):
        whole.rows([7])
    whole.close()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failing_simulation_stops_it(tmp_path: Path, workers: int) -> None:
    with pytest.raises(CalibrationError, match=r"RuntimeError: told to fail.*is kept"):
        toy_fit(tmp_path, toy_problem(failing=30), workers=workers, batch=16)
    assert simulated(tmp_path) >= 16


def test_reasons_to_stop(tmp_path: Path) -> None:
    listener = Listener()
    near = toy_fit(tmp_path / "near", epsilon=2.0, generations=9, listener=listener)
    assert "distance is down to" in near.reason
    assert near.generations[-1].epsilon <= 2.0 < near.generations[0].epsilon or (
        len(near.generations) == 1
    )
    assert len(listener.said) == len(near.generations)
    many = toy_fit(tmp_path / "many", simulations=100, generations=9)
    assert "simulations are done" in many.reason
    assert len(many.generations) == 1
    rare = toy_fit(tmp_path / "rare", acceptance=0.3, generations=9)
    assert "were accepted" in rare.reason
    assert all(g.accepted / g.simulations >= 0.3 for g in rare.generations)
    # It would stop there again, and simulates nothing for it.
    assert same(toy_fit(tmp_path / "rare", acceptance=0.3, generations=9), rare)


def test_a_first_generation_that_fails(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match=r"first generation failed: fewer than 90\.00%"):
        toy_fit(tmp_path, acceptance=0.9)


def test_draws_follow_the_weights(plain: Fit) -> None:
    draws = plain.draws(4000)
    counts = np.array([(draws == row).all(axis=1).sum() for row in plain.scores])
    assert np.abs(counts - 4000 * plain.weights).max() < 1.0
    np.testing.assert_array_equal(plain.spread_draws(50)[:20], plain.spread_draws(20))
    spread = plain.spread_draws(4000)
    counts = np.array([(spread == row).all(axis=1).sum() for row in plain.scores])
    assert np.abs(counts - 4000 * plain.weights).max() < 8.0


def test_no_two_trials_share_a_replicate() -> None:
    numbers = {trial_number(t, i) for t in (-2, -1, 0, 1, 2, 1 << 20) for i in (0, 1, 2**32 - 1)}
    assert len(numbers) == 18
    assert min(number for number in numbers if number >> 32) > 1_000_000
    trial = Trial(trial_number(3, 77), (1.0, 2.0))
    assert trial.index == 77
