"""The files a calibration leaves behind: table of draws, report, tables."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rift_sim import __version__
from rift_sim.analysis.calibrate.results import (
    LEAST_DISTANCE,
    ParameterRow,
    Result,
    SummaryRow,
    parameter_rows,
    share_inside,
    summary_rows,
    write_rows,
)
from rift_sim.drafts import write_whole
from rift_sim.seeds.posterior import posterior_text

if TYPE_CHECKING:
    from rift_sim.analysis.calibrate.config import Calibration

__all__ = ["POSTERIOR", "REPORT", "write_results"]

POSTERIOR = "posterior.csv"
REPORT = "report.md"


class _Step(NamedTuple):
    generation: int
    distance: float
    simulations: int
    accepted: int
    acceptance: float
    effective_sample_size: float


def write_results(
    folder: Path, calibration: Calibration, result: Result, own: Mapping[str, str]
) -> None:
    """Write ``posterior.csv``, ``report.md`` and the tables behind it.

    Parameters
    ----------
    folder
        Where they go.
    calibration, result
        What was calibrated, and what came out.
    own
        Identity of the calibration, for the provenance of the draws.
    """
    rows, checks, steps = parameter_rows(result), summary_rows(result), _steps(result)
    write_rows(folder / "parameters.csv", rows)
    write_rows(folder / "predictive.csv", checks)
    write_rows(folder / "generations.csv", steps)
    table = posterior_text(calibration.names, result.draws, _provenance(calibration, result, own))
    write_whole(folder / POSTERIOR, table)
    text = _report(calibration, result, rows, checks, steps)
    write_whole(folder / REPORT, text)


def _provenance(
    calibration: Calibration, result: Result, own: Mapping[str, str]
) -> dict[str, object]:
    return {
        "config": calibration.document.path.name,
        "window": calibration.window,
        "scenario": calibration.scenario.name,
        "targets": own["targets"][:16],
        "code": f"{__version__} {own['code'][:16]}",
        "seed": calibration.scenario.seed,
        "population": calibration.effort.population,
        "generations": len(result.fit.generations),
        "simulations": _total(result),
        "effective_sample_size": f"{result.fit.effective:.1f}",
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }


def _total(result: Result) -> int:
    return len(result.before) + sum(step.simulations for step in result.fit.generations)


def _steps(result: Result) -> list[_Step]:
    return [
        _Step(n, g.epsilon, g.simulations, g.accepted, g.accepted / g.simulations, g.effective)
        for n, g in enumerate(result.fit.generations, start=1)
    ]


def _report(
    calibration: Calibration,
    result: Result,
    rows: Sequence[ParameterRow],
    checks: Sequence[SummaryRow],
    steps: Sequence[_Step],
) -> str:
    fit = result.fit
    head = [
        f"# Calibration of `{calibration.scenario.name}` to the window {calibration.window}",
        "",
        f"{len(rows)} parameters, {len(checks)} numbers of {len(calibration.weights)} targets, "
        f"{_total(result):,} simulations. It stopped because {fit.reason}. Effective sample "
        f"size of the last generation: {fit.effective:.0f} of {fit.weights.size}.",
        "",
    ]
    parts = [head, _not_informed(result, rows), _parameters(rows), _fits(result, checks)]
    return "\n".join(line for part in [*parts, _generations(steps)] for line in part)


def _not_informed(result: Result, rows: Sequence[ParameterRow]) -> list[str]:
    same = [f"`{row.parameter}`" for row in rows if row.informed == "no"]
    return [
        "## What history could not tell",
        "",
        f"For {len(same)} of {len(rows)} parameters the posterior is the prior: their "
        "distribution functions differ by no more than "
        f"{result.threshold:.3f} (the larger of 0.1 and what chance gives at 5 % with this "
        "effective sample size). Nothing said with these parameters is said by the data: "
        f"{', '.join(same) or 'none'}." + _few(result),
        "",
    ]


def _parameters(rows: Sequence[ParameterRow]) -> list[str]:
    return [
        "## Prior and posterior",
        "",
        "Median and, in brackets, 5 to 95 %. Shrinkage is 1 - posterior variance / prior "
        "variance of normal scores; below 0 the posterior is wider.",
        "",
        *_table(
            ("parameter", "unit", "prior", "posterior", "shrinkage", "distance", "informed"),
            (
                (
                    f"`{r.parameter}`",
                    r.unit,
                    _band(r.prior_median, r.prior_p05, r.prior_p95),
                    _band(r.posterior_median, r.posterior_p05, r.posterior_p95),
                    f"{r.shrinkage:.2f}",
                    f"{r.ks_distance:.2f}",
                    r.informed,
                )
                for r in rows
            ),
        ),
        "",
    ]


def _fits(result: Result, checks: Sequence[SummaryRow]) -> list[str]:
    inside = sum(row.inside == "yes" for row in checks)
    return [
        "## Does history fit?",
        "",
        f"{inside} of {len(checks)} observed numbers lie within 5 to 95 % of {len(result.after)} "
        "fresh simulations from the posterior, errors of observation included; a model that is "
        "right has about 90 %. These numbers were fitted: this is no forecast.",
        "",
        *_table(
            ("target", "inside", "of"),
            ((f"`{t}`", str(n), str(m)) for t, (n, m) in share_inside(checks).items()),
        ),
        "",
        "Each number stands in `predictive.csv`.",
        "",
    ]


def _generations(steps: Sequence[_Step]) -> list[str]:
    return [
        "## Generations",
        "",
        "Scales of the distance change with the generations, so it need not fall.",
        "",
        *_table(
            ("generation", "distance", "simulations", "accepted", "effective sample size"),
            (
                (
                    str(s.generation),
                    f"{s.distance:.4g}",
                    f"{s.simulations:,}",
                    f"{s.acceptance:.1%}",
                    f"{s.effective_sample_size:.0f}",
                )
                for s in steps
            ),
        ),
        "",
    ]


def _few(result: Result) -> str:
    """Say so where chance hides what history may have said."""
    if result.threshold <= LEAST_DISTANCE:
        return ""
    return " The effective sample size is small: more draws could tell more of them apart."


def _band(median: float, low: float, high: float) -> str:
    return f"{median:.3g} ({low:.3g} to {high:.3g})"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]
