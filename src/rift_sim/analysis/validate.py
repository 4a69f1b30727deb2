"""Validation: runs from rolling origins, each set beside the record and the naive forecasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rift_sim.analysis.cases import Cases, collect, join
from rift_sim.analysis.forecast import MODES, Mode, forecast_scenario
from rift_sim.analysis.measures import observation_parameters
from rift_sim.analysis.modelled import OBSERVATION, groups_of, modelled
from rift_sim.errors import InputError
from rift_sim.observed import Record, Target, load_targets

if TYPE_CHECKING:
    from rift_sim.ensemble.run import Run
    from rift_sim.ensemble.session import Reporter
    from rift_sim.scenario import Scenario

__all__ = ["Plan", "forecasts", "run_origins", "scored_targets"]

_SEED = 2026


@dataclass(frozen=True)
class Plan:
    """What is forecast, from when, and how often.

    Attributes
    ----------
    origins
        First years of the forecasts.
    last
        Last year that is forecast.
    horizon
        Years from each origin at most.
    replicates
        Members of each ensemble.
    parameters
        ``prior``, the name of a shipped table of posterior draws, or the file of one.
    modes
        With the later events of history, without them, or both.
    initial
        Files for the state of each start, as in a scenario.
    mechanisms
        Switches on top of those of history, as in a scenario.
    """

    origins: Sequence[int]
    last: int
    horizon: int = 5
    replicates: int = 200
    parameters: str = "prior"
    modes: Sequence[Mode] = MODES
    initial: dict[str, Any] = field(default_factory=dict)
    mechanisms: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.origins:
            raise InputError("there is no origin", key="origins", allowed="years from 2010 on")
        for origin in self.origins:
            if origin > self.last:
                raise InputError(
                    f"the origin {origin} lies after the last year",
                    key="origins",
                    allowed=f"2010 to {self.last}",
                )

    def end(self, origin: int) -> int:
        """Return the last year that is forecast from an origin."""
        return min(self.last, origin + self.horizon - 1)


def scored_targets(record: Record) -> list[Target]:
    """Return the national and department targets that are scored, without the unobserved."""
    from rift_sim.observed import observed_values

    return [
        target
        for target in load_targets(ledger=record.ledger).targets.values()
        if target.level in ("national", "department")
        and target.scored
        and observed_values(target, record)
    ]


def run_origins(
    record: Record,
    plan: Plan,
    folder: Path,
    *,
    workers: int | None = None,
    progress: Reporter | None = None,
) -> dict[tuple[Mode, int], Run]:
    """Run every origin in every mode, each in a folder of its own.

    Runs that are there are kept and completed, so an interrupted validation goes on where it
    stopped.
    """
    from rift_sim.ensemble.run import run

    found = {}
    for mode in plan.modes:
        for origin in plan.origins:
            scenario: Scenario = forecast_scenario(
                record,
                origin,
                plan.end(origin),
                mode,
                parameters=plan.parameters,
                initial=plan.initial,
                mechanisms=plan.mechanisms,
            )
            if progress is not None:
                progress.say(f"{scenario.name} to {plan.end(origin)}")
            found[mode, origin] = run(
                scenario,
                replicates=plan.replicates,
                seed=_SEED,
                out=folder / scenario.name,
                workers=workers,
                progress=progress,
            )
    return found


def forecasts(
    record: Record, targets: Sequence[Target], runs: dict[tuple[Mode, int], Run]
) -> dict[tuple[Mode, str], Cases]:
    """Set runs beside the record: cases by mode and target, all origins together.

    A target of a group that a run does not have is left out there.
    """
    parts: dict[tuple[Mode, str], list[Cases]] = {}
    for (mode, origin), run in runs.items():
        from rift_sim.initial.world import World

        data, world = run.dataset, World(run.scenario)
        replicates = data["replicate"].to_numpy().tolist()
        parameters = observation_parameters(world.beliefs, OBSERVATION, _SEED, replicates)
        present = [str(group) for group in data["group"].to_numpy()]
        for target in targets:
            if not _has(target, record, present):
                continue
            model = modelled(target, data, parameters, record, seed=_SEED)
            parts.setdefault((mode, target.id), []).append(collect(target, record, origin, model))
    by_id = {target.id: target for target in targets}
    return {key: join(by_id[key[1]], some) for key, some in parts.items()}


def _has(target: Target, record: Record, present: list[str]) -> bool:
    try:
        groups_of(target.row, record.ledger, present)
    except InputError:
        return False
    return True
