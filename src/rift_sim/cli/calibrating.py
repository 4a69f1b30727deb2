"""``rift calibrate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rift_sim.cli.options import AllowOutside, Workers
from rift_sim.errors import InputError
from rift_sim.outputs import check_folder

if TYPE_CHECKING:
    from rift_sim.analysis.calibrate.results import Result
    from rift_sim.analysis.calibrate.sbc import Uniformity

__all__ = ["calibrate"]


def calibrate(
    config: Annotated[Path, typer.Argument(help="A calibration file, see docs/calibration.md.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the calibration.")],
    allow_outside: AllowOutside = False,
    workers: Workers = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="tcp://HOST:PORT",
            help="Simulate on the workers of a Dask scheduler (extra 'cluster').",
        ),
    ] = None,
    sbc: Annotated[
        int | None,
        typer.Option(
            min=20, help="Instead: fit this many made-up histories, and test the method itself."
        ),
    ] = None,
) -> None:
    """Fit parameters to history, and say what history could not tell.

    The folder gets posterior.csv (for `parameters:` in a scenario), report.md, tables and
    figures. The same command goes on where an interrupted calibration stopped. Targets
    from data files need RIFT_DATA.

    Example: rift calibrate calibrate.yaml -o calibrations/to-2019
    """
    if workers is not None and scheduler is not None:
        raise InputError(
            "a scheduler brings its own workers", key="workers", allowed="scheduler without workers"
        )
    check_folder(out, "--out")
    _require_pyabc()
    from rift_sim.analysis.calibrate.config import read_calibration
    from rift_sim.analysis.calibrate.history import history_summaries
    from rift_sim.analysis.calibrate.session import calibrate as fit
    from rift_sim.analysis.calibrate.session import check_method
    from rift_sim.cli.console import Progress
    from rift_sim.observed.record import data_directory, load_record

    calibration = read_calibration(config, allow_outside=allow_outside)
    summaries = history_summaries(calibration, load_record(data_directory()))
    with Progress("accepted") as progress:
        if sbc is not None:
            tests = check_method(
                calibration,
                summaries,
                out,
                sbc,
                reporter=progress,
                workers=workers,
                scheduler=scheduler,
            )
        else:
            result = fit(
                calibration, summaries, out, reporter=progress, workers=workers, scheduler=scheduler
            )
    if sbc is not None:
        _print_tests(tests, out)
        return
    from rift_sim.plots.calibration import draw_calibration

    draw_calibration(result, out / "figures")
    _print_result(result, out)


def _require_pyabc() -> None:
    try:
        import pyabc  # noqa: F401
    except ImportError:
        raise InputError(
            "needs pyABC, which is not installed",
            key="calibrate",
            allowed="after pip install 'rift-sim[calibrate]'",
        ) from None


def _print_result(result: Result, out: Path) -> None:
    from rich.table import Table

    from rift_sim.analysis.calibrate.results import parameter_rows, summary_rows
    from rift_sim.cli.console import make_console

    console = make_console()
    table = Table(box=None, pad_edge=False)
    for name in ("parameter", "prior", "posterior", "shrinkage", "informed"):
        table.add_column(name, no_wrap=name in ("parameter", "informed"))
    for row in parameter_rows(result):
        table.add_row(
            row.parameter,
            f"{row.prior_median:.3g} ({row.prior_p05:.3g} to {row.prior_p95:.3g})",
            f"{row.posterior_median:.3g} ({row.posterior_p05:.3g} to {row.posterior_p95:.3g})",
            f"{row.shrinkage:.2f}",
            row.informed,
        )
    console.print(table)
    checks = summary_rows(result)
    inside = sum(row.inside == "yes" for row in checks)
    console.print(
        f"{inside} of {len(checks)} observed numbers lie within 5 to 95 % of what the posterior "
        f"predicts. All of it: {out}"
    )


def _print_tests(tests: list[Uniformity], out: Path) -> None:
    from rich.table import Table

    from rift_sim.cli.console import make_console

    table = Table(box=None, pad_edge=False)
    for name in ("parameter", "mean rank", "chi-square p", "ECDF p"):
        table.add_column(name, no_wrap=True)
    for test in tests:
        numbers = (test.mean_rank, test.chi_square_p, test.ecdf_p)
        table.add_row(test.parameter, *(f"{number:.3f}" for number in numbers))
    console = make_console()
    console.print(table)
    console.print(f"Ranks of {tests[0].histories} made-up histories: {out}")
