"""Validation: runs from rolling origins, each set beside the record and the naive forecasts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rift_sim.analysis.forecasts.cases import Cases, collect, join
from rift_sim.analysis.forecasts.forecast import FIRST, MODES, Mode, forecast_scenario
from rift_sim.analysis.forecasts.modelled import OBSERVATION, groups_of, modelled
from rift_sim.analysis.forecasts.observing import observation_parameters
from rift_sim.errors import InputError, RiftError
from rift_sim.initial.world import World
from rift_sim.observed import Record, Target, load_targets, observed_values
from rift_sim.observed.targets import WINDOWS
from rift_sim.seeds.posterior import Posterior, load_posterior

if TYPE_CHECKING:
    from rift_sim.ensemble.reporter import Reporter
    from rift_sim.ensemble.run import Run
    from rift_sim.scenario import Scenario

__all__ = ["Plan", "forecasts", "hindsight", "run_origins", "scored_targets"]

_SEED = 2026


@dataclass(frozen=True)
class Plan:
    """What is forecast, from when, and how often.

    Attributes
    ----------
    origins
        First years of the forecasts, each once.
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

    Raises
    ------
    InputError
        When there is no origin, one stands twice, or one is out of range.
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
        allowed = f"years from {FIRST} to {self.last}, each once"
        if not self.origins:
            raise InputError("there is no origin", key="origins", allowed=allowed)
        for place, origin in enumerate(self.origins):
            if origin in self.origins[:place]:
                raise InputError(f"{origin} stands twice", key="origins", allowed=allowed)
            if not FIRST <= origin <= self.last:
                raise InputError(
                    f"the origin {origin} is out of range", key="origins", allowed=allowed
                )

    def end(self, origin: int) -> int:
        """Return the last year that is forecast from an origin."""
        return min(self.last, origin + self.horizon - 1)


def scored_targets(record: Record) -> list[Target]:
    """Return the national and department targets that are scored, without the unobserved."""
    return [
        target
        for target in load_targets(ledger=record.ledger).targets.values()
        if target.level in ("national", "department")
        and target.scored
        and observed_values(target, record)
    ]


def hindsight(plan: Plan, record: Record) -> list[str]:
    """Say what the parameters know of the years that are forecast, a sentence each."""
    found = [
        "priors were set with figures up to 2025 in view (docs/odd.md, section 5), so that "
        "parameters which no fit has moved know something of the years that are scored"
    ]
    window = _window(load_posterior(plan.parameters, record.ledger))
    first = min(plan.origins)
    if window is not None and WINDOWS[window] >= first:
        found.append(
            f"{plan.parameters} was fitted to years up to {WINDOWS[window]} and forecasts begin in "
            f"{first}, so some know what came after their origin; years that the fit has seen of "
            "a target are not scored"
        )
    return found


def _window(posterior: Posterior | None) -> str | None:
    """Return the window that draws were fitted to, where they name one of `WINDOWS`."""
    window = None if posterior is None else posterior.provenance.get("window")
    return window if window in WINDOWS else None


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

    Raises
    ------
    InputError
        When a scenario cannot be built, or a folder holds another run; nothing is written for a
        scenario that cannot be built.
    """
    from rift_sim.ensemble.run import run

    scenarios: dict[tuple[Mode, int], Scenario] = {
        (mode, origin): forecast_scenario(
            record,
            origin,
            plan.end(origin),
            mode,
            parameters=plan.parameters,
            initial=plan.initial,
            mechanisms=plan.mechanisms,
        )
        for mode in plan.modes
        for origin in plan.origins
    }
    found = {}
    for (mode, origin), scenario in scenarios.items():
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
    record: Record,
    targets: Sequence[Target],
    runs: Mapping[tuple[Mode, int], Run],
    years: Collection[int] | None = None,
) -> dict[tuple[Mode, str], Cases]:
    """Set runs beside the record: cases by mode and target, all origins together.

    Years are those that a target scores, if not given. A target of a group that a run does not
    have is left out there, and so are years that the parameters were fitted to. Replicates are
    those that every run has.

    Raises
    ------
    RiftError
        When not even two replicates are finished everywhere.
    """
    replicates = _everywhere(runs)
    parts: dict[tuple[Mode, str], list[Cases]] = {}
    for (mode, origin), run in runs.items():
        data, world = run.dataset.sel(replicate=replicates), World(run.scenario)
        parameters = observation_parameters(world.beliefs, OBSERVATION, _SEED, replicates)
        window = _window(world.posterior)
        for target in targets:
            if not _has(target, record, world.groups):
                continue
            asked = target.scored if years is None else years
            unseen = asked if window is None else target.out_of_sample(window, asked)
            model = modelled(target, data, parameters, record, seed=_SEED)
            some = collect(target, record, origin, model, unseen)
            parts.setdefault((mode, target.id), []).append(some)
    by_id = {target.id: target for target in targets}
    return {key: join(by_id[key[1]], some) for key, some in parts.items()}


def _everywhere(runs: Mapping[tuple[Mode, int], Run]) -> list[int]:
    """Return the replicates that are finished in every run."""
    finished = [set(run.dataset["replicate"].to_numpy().tolist()) for run in runs.values()]
    common = sorted(set.intersection(*finished))
    if len(common) < 2:
        raise RiftError(f"{len(common)} replicates are finished in every run, too few to score")
    return common


def _has(target: Target, record: Record, present: Sequence[str]) -> bool:
    try:
        groups_of(target.row, record.ledger, present)
    except InputError:
        return False
    return True
