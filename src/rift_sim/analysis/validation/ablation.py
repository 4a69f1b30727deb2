"""Do agents add anything: the model beside a regression, and beside itself without mechanisms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rift_sim.analysis.forecasts.cases import HURDLE, MODEL, Cases
from rift_sim.analysis.forecasts.scores import score, skill
from rift_sim.analysis.resample import Estimate
from rift_sim.analysis.validation.origins import Plan, forecasts, run_origins
from rift_sim.observed import Record, Target, load_targets

if TYPE_CHECKING:
    from rift_sim.analysis.forecasts.forecast import Mode
    from rift_sim.ensemble.reporter import Reporter
    from rift_sim.ensemble.run import Run

__all__ = [
    "OFF",
    "TARGETS",
    "AblationRow",
    "ablation_rows",
    "collected",
    "run_rivals",
    "with_rival",
]

OFF: Mapping[str, dict[str, str]] = {
    "model, mechanisms off": {"all": "off"},
    "model, only C11 on": {"all": "off", "C11": "on"},
}
"""Switches of the model without its mechanisms, by name among the rivals. C11 is that violence
displaces: without it nobody is, and to beat that proves nothing."""

TARGETS = (
    "coca_department",
    "homicides_department",
    "displaced_register",
    "coca_national",
    "conflict_deaths",
    "homicides",
)
"""What is forecast year after year in the record up to 2019."""

RIVALS = (HURDLE, "persistence", *OFF)


class AblationRow(NamedTuple):
    """Our scores beside those of one rival, on the cases that both have.

    Attributes
    ----------
    target, level, mode
        What was forecast, in which unit, and whether later events were given.
    horizon
        Years from the last one known, or ``all``.
    rival
        The hurdle regression (departments), persistence, or the model without mechanisms.
    first, last
        First and last year that was forecast.
    cases, clusters
        Number of cases, and of departments (years, for the country) they belong to.
    crps, crps_rival
        Means over cases.
    skill, skill_log
        How much lower our CRPS, and that of the logarithm, is than the rival's, as a share.
    """

    target: str
    level: str
    mode: str
    horizon: str
    rival: str
    first: int
    last: int
    cases: int
    clusters: int
    crps: float
    crps_rival: float
    skill: Estimate
    skill_log: Estimate


def run_rivals(
    record: Record,
    plan: Plan,
    folder: Path,
    *,
    workers: int | None = None,
    progress: Reporter | None = None,
) -> dict[str, dict[tuple[Mode, int], Run]]:
    """Run every origin of a plan with all mechanisms and without.

    Parameters
    ----------
    record
        What was observed.
    plan
        Origins, horizon, replicates, parameters.
    folder
        Of the runs; those that are there are kept and completed.
    workers, progress
        As in `rift_sim.analysis.validation.origins.run_origins`.

    Returns
    -------
    dict
        Runs by mode and origin: those of the model, and of each in `OFF`.
    """
    found = {MODEL: run_origins(record, plan, folder / "on", workers=workers, progress=progress)}
    for number, (name, switches) in enumerate(OFF.items()):
        rival, part = replace(plan, mechanisms=dict(switches)), folder / f"off-{number}"
        found[name] = run_origins(record, rival, part, workers=workers, progress=progress)
    return found


def collected(
    record: Record, plan: Plan, runs: Mapping[str, Mapping[tuple[Mode, int], Run]]
) -> dict[tuple[Mode, str], Cases]:
    """Collect the forecasts of `run_rivals`, of every year from the first origin on.

    Years that targets leave to a fit are among them, but for those that the draws were fitted to.

    Returns
    -------
    dict
        Cases by mode and target, with the models of `OFF` among the forecasters.
    """
    targets = [t for t in load_targets(ledger=record.ledger).targets.values() if t.id in TARGETS]
    years = range(min(plan.origins), plan.last + 1)
    ours = forecasts(record, targets, runs[MODEL], years)
    found = {key: some for key, some in ours.items() if len(some)}
    for name in OFF:
        others = forecasts(record, targets, runs[name], years)
        found = {key: with_rival(some, others[key], name) for key, some in found.items()}
    return found


def with_rival(cases: Cases, others: Cases, name: str) -> Cases:
    """Add the model of another set of the same cases as a forecaster.

    Parameters
    ----------
    cases, others
        Of the same target, origins, years and units, in the same order.
    name
        Of the forecaster.
    """
    same = all(
        np.array_equal(getattr(cases, key), getattr(others, key))
        for key in ("origin", "year", "unit")
    )
    if not same:
        raise ValueError("the rival was not asked the same")
    return replace(cases, ensembles={**cases.ensembles, name: others.ensembles[MODEL]})


def ablation_rows(cases: Mapping[tuple[Mode, str], Cases]) -> list[AblationRow]:
    """Score the model beside its rivals, at each horizon and over all."""
    rows = []
    for (mode, _), some in cases.items():
        ahead = some.year - some.origin + 1
        for horizon in (*np.unique(ahead).tolist(), None):
            chosen = some if horizon is None else some.where(ahead == horizon)
            label = "all" if horizon is None else str(horizon)
            for rival in RIVALS:
                if rival in chosen.ensembles:
                    rows += _row(chosen, mode, label, rival)
    return rows


def _row(cases: Cases, mode: str, horizon: str, rival: str) -> list[AblationRow]:
    known = np.asarray(np.isfinite(cases.ensembles[rival]).all(axis=1))
    both = cases.where(known)
    if not len(both):
        return []
    target: Target = both.target
    ours, theirs = (score(both.observed, both.ensembles[name]) for name in (MODEL, rival))
    clusters = both.year if target.level == "national" else both.unit
    return [
        AblationRow(
            target.id,
            target.level,
            mode,
            horizon,
            rival,
            int(both.year.min()),
            int(both.year.max()),
            len(both),
            len(np.unique(clusters)),
            float(ours.crps.mean()),
            float(theirs.crps.mean()),
            skill(ours.crps, theirs.crps, clusters),
            skill(ours.crps_log, theirs.crps_log, clusters),
        )
    ]
