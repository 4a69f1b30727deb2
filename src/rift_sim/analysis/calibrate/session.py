"""One call of a calibration: check, simulate what is missing, write down what came out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy.exc import OperationalError  # type: ignore[import-not-found,unused-ignore]

from rift_sim.analysis.calibrate.config import Calibration, make_problem
from rift_sim.analysis.calibrate.folder import SIMULATIONS, begin, check_folder, finish, identity
from rift_sim.analysis.calibrate.kept import CalibrationError, Simulator
from rift_sim.analysis.calibrate.problem import Fit, Problem
from rift_sim.analysis.calibrate.report import write_results
from rift_sim.analysis.calibrate.results import Result, write_rows
from rift_sim.analysis.calibrate.sbc import Uniformity, find_ranks, uniformity
from rift_sim.analysis.calibrate.smc import fit
from rift_sim.analysis.calibrate.trials import PREDICTIVE, PRIOR, Trial
from rift_sim.ensemble.execution.executor import available_cores
from rift_sim.ensemble.lock import writer_lock

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rift_sim.analysis.calibrate.trials import Summaries
    from rift_sim.ensemble.execution.cluster import Cluster
    from rift_sim.ensemble.reporter import Reporter

__all__ = ["calibrate", "check_method", "check_predictions"]

_PROBE = -2


def calibrate(
    calibration: Calibration,
    summaries: Summaries,
    folder: Path,
    *,
    reporter: Reporter,
    workers: int | None = None,
    scheduler: str | None = None,
) -> Result:
    """Calibrate, or complete a calibration that was stopped, and write what came out.

    Parameters
    ----------
    calibration
        From `read_calibration`.
    summaries
        What is compared; numbers of the targets that the calibration names.
    folder
        Where everything goes. One that holds the same calibration is gone on with.
    reporter
        Told how it goes on.
    workers
        Processes; as many as there are cores if not given. They do not change a number.
    scheduler
        Address of a Dask scheduler whose workers simulate instead.

    Raises
    ------
    InputError
        When the calibration or the folder is not right; nothing is written then.
    CalibrationError
        When a simulation fails or the folder cannot be written; what is done is kept.
    """
    own = identity(calibration, summaries)
    check_folder(folder, own)
    problem = make_problem(calibration, summaries)
    with _connected(scheduler, reporter) as cluster, _stored(folder, reporter):
        count = workers or available_cores()
        simulator = Simulator(
            problem.plan, len(problem.known), folder / SIMULATIONS, workers=count, cluster=cluster
        )
        pace = _probe(problem, simulator)
        folder.mkdir(parents=True, exist_ok=True)
        with writer_lock(folder), simulator:
            check_folder(folder, own)
            for change in begin(folder, calibration, own):
                reporter.say(f"warning: begun with other versions ({change}).")
            reporter.say(
                f"{len(problem.space.names)} parameters, {len(problem.known)} numbers. "
                f"A simulation takes {pace:.2g} seconds."
            )
            found = fit(problem, calibration.effort, folder, simulator, reporter)
            reporter.say(f"Stopped because {found.reason}. Checking what the draws predict.")
            result = check_predictions(
                problem, found, simulator, draws=calibration.draws, count=calibration.predictive
            )
            write_results(folder, calibration, result, own)
            finish(folder, found)
    return result


def check_predictions(
    problem: Problem, found: Fit, simulator: Simulator, *, draws: int, count: int
) -> Result:
    """Simulate afresh from the posterior, in replicates that fitting has not seen.

    Parameters
    ----------
    problem, found, simulator
        What was calibrated, the last generation, and who simulates.
    draws
        Rows of the table of posterior draws.
    count
        Simulations.
    """
    after_fit = PREDICTIVE + len(found.generations)
    values = problem.space.values(found.spread_draws(count))
    trials = [
        Trial(problem.number(after_fit, place), tuple(row.tolist()))
        for place, row in enumerate(values)
    ]
    return Result(
        problem=problem,
        fit=found,
        draws=problem.space.values(found.draws(draws)),
        before=simulator.kept(PRIOR).rows(range(found.weights.size)),
        after=simulator.run(after_fit, trials),
    )


def _probe(problem: Problem, simulator: Simulator) -> float:
    """Simulate the medians of the priors once; return the seconds it took."""
    medians = problem.space.trial_values([0.0] * len(problem.space.names))
    trial = Trial(problem.number(_PROBE, 0), medians)
    simulator.probe(trial)
    return simulator.probe(trial)


def check_method(
    calibration: Calibration,
    summaries: Summaries,
    folder: Path,
    histories: int,
    *,
    reporter: Reporter,
    workers: int | None = None,
    scheduler: str | None = None,
) -> list[Uniformity]:
    """Calibrate to made-up histories and test the ranks of their true parameters.

    Parameters
    ----------
    histories
        How many histories are made up and fitted.

    Others, errors and resumption as in `calibrate`. Ranks go to ``ranks.csv``, tests to
    ``sbc.csv``.
    """
    own = identity(calibration, summaries)
    check_folder(folder, own)
    problem = make_problem(calibration, summaries)
    with _connected(scheduler, reporter) as cluster, _stored(folder, reporter):
        count = workers or available_cores()
        _probe(problem, Simulator(problem.plan, len(problem.known), folder / SIMULATIONS))
        folder.mkdir(parents=True, exist_ok=True)
        with writer_lock(folder):
            check_folder(folder, own)
            begin(folder, calibration, own)
            ranks = find_ranks(
                problem,
                calibration.effort,
                histories,
                folder / "sbc",
                reporter,
                workers=count,
                cluster=cluster,
            )
            found = uniformity(problem.space.names, ranks)
            write_rows(folder / "sbc.csv", found)
            head = ",".join(problem.space.names)
            np.savetxt(folder / "ranks.csv", ranks, "%d", ",", header=head, comments="")
    return found


def _connected(scheduler: str | None, reporter: Reporter) -> AbstractContextManager[Cluster | None]:
    """Return the cluster at an address, if there is one."""
    if scheduler is None:
        return nullcontext()
    from rift_sim.ensemble.execution.cluster import Cluster

    return Cluster(scheduler, reporter.say)


@contextmanager
def _stored(folder: Path, reporter: Reporter) -> Iterator[None]:
    """Say in words what kept a calibration from going on."""
    try:
        yield
    except KeyboardInterrupt:
        reporter.say(
            f"Stopped. Finished simulations are kept in {folder}; the same command goes on "
            "from there."
        )
        raise
    except (OSError, OperationalError) as error:
        reason = getattr(error, "strerror", None) or getattr(error, "orig", error)
        raise CalibrationError(
            f"{folder}: cannot be written: {reason}; finished simulations are kept, and the same "
            "command goes on from there"
        ) from error
