"""Runs opened to be set side by side: fit to be read, and what they share.

An arm is one run, or one scenario of a sweep. Runs of different code or different seeds are
another thing than different scenarios: what differs between them is not only what was asked, so
they are refused unless the caller takes them as they are and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.compare.opening import open_run
from rift_sim.analysis.compare.selection import month_range, one_scenario
from rift_sim.calendar import Month
from rift_sim.ensemble.identity import COMPARED
from rift_sim.errors import InputError
from rift_sim.seeds.posterior import PRIOR

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.ensemble.outline import Outline
    from rift_sim.ensemble.run import Run
    from rift_sim.scenario import Scenario

__all__ = ["MIXED", "Arm", "Arms", "common_replicates", "open_arms", "open_run", "unpairable"]

MIXED = "mixed versions"
"""What marks outputs of runs that were made with different code or seeds."""


@dataclass(frozen=True)
class Arm:
    """One run, or one scenario of a sweep.

    Attributes
    ----------
    label
        Name of the scenario; longer where two arms would have the same.
    run
        Where it is from.
    scenario
        Label of the scenario in a sweep; None without one.
    seed
        Of its random numbers.
    parameters, parameters_hash
        What parameters are drawn from: ``prior``, or name and hash of a table.
    """

    label: str
    run: Run
    scenario: str | None
    seed: int
    parameters: str
    parameters_hash: str

    @cached_property
    def data(self) -> xr.Dataset:
        """The trajectories, without a dimension ``scenario``; read as they are used."""
        found: xr.Dataset = one_scenario(self.run, self.scenario)
        return found

    @cached_property
    def point(self) -> Scenario:
        """The scenario that was run, in a sweep with the levels of this point."""
        self.run.scenario  # noqa: B018 - Refuses where one of its extensions is missing.
        return self.outline.scenario

    @cached_property
    def outline(self) -> Outline:
        """What was asked, as `Run.outline`; in a sweep that of this point."""
        if self.scenario is None:
            return self.run.outline
        levels = {str(k): str(v.to_numpy()) for k, v in self.data.coords.items() if not v.dims}
        return self.run.outline.at(levels)

    @property
    def replicates(self) -> NDArray[np.int64]:
        """Numbers of the finished replicates, rising."""
        return np.asarray(self.data["replicate"].to_numpy(), np.int64)

    @property
    def months(self) -> tuple[Month, Month]:
        """First and last month."""
        return month_range(self.data)


class Arms(NamedTuple):
    """Several arms, and what a reader must know of them.

    Attributes
    ----------
    arms
        In the order in which they were asked for.
    mixed
        In what code and seeds differ from those of the first; empty where they do not.
    notes
        Sentences on runs that were interrupted, replicates that failed, and libraries.
    """

    arms: tuple[Arm, ...]
    mixed: tuple[str, ...]
    notes: tuple[str, ...]


def open_arms(
    sources: Sequence[Run | str | Path], scenarios: Sequence[str] = (), *, allow_mixed: bool = False
) -> Arms:
    """Open several runs, or several scenarios of one sweep.

    Parameters
    ----------
    sources
        Runs or their folders.
    scenarios
        Labels in a sweep. With one source, each becomes an arm. With several, one label
        picks the scenario of every source that is a sweep.
    allow_mixed
        Take runs of different code or seeds; `Arms.mixed` says then what differs.

    Raises
    ------
    InputError
        As `open_run`; also when a scenario is missing or not known, an arm stands twice, or
        versions are mixed and `allow_mixed` is not given.
    """
    runs = [open_run(source) for source in sources]
    if not runs:
        raise InputError("there is nothing to open", allowed="the folder of a run")
    if len(runs) == 1:
        arms = [_arm(runs[0], label) for label in scenarios or (None,)]
    elif len(scenarios) > 1:
        raise InputError(
            "several runs and several scenarios",
            key="--scenario",
            allowed="several scenarios of one run, or one scenario for all runs",
        )
    else:
        picked = next(iter(scenarios), None)
        if picked is not None and not any(_is_sweep(run) for run in runs):
            raise InputError("none of the runs is a sweep", key="--scenario", allowed="without it")
        arms = [_arm(run, picked if _is_sweep(run) else None) for run in runs]
    _refuse_twice(arms)
    mixed = _mixed(arms)
    if mixed and not allow_mixed:
        raise InputError(
            f"the runs were made with different versions: {'; '.join(mixed)}",
            allowed="runs of one version (repeat the older ones), or --allow-mixed, "
            "which marks every output",
        )
    return Arms(tuple(_distinct(arms)), tuple(mixed), tuple(_notes(arms)))


def _is_sweep(run: Run) -> bool:
    return "scenario" in run.dataset.dims


def _arm(run: Run, scenario: str | None) -> Arm:
    if scenario is not None and not _is_sweep(run):
        raise InputError(
            "the run is no sweep", file=run.directory, key="--scenario", allowed="without it"
        )
    table = run.manifest.get("parameters", PRIOR)
    name, digest = (
        (Path(table["file"]).stem, str(table["sha256"]))
        if isinstance(table, dict)
        else (str(table), str(table))
    )
    arm = Arm(run.name, run, scenario, int(run.manifest["seed"]), name, digest)
    if scenario is None:
        arm.data  # noqa: B018 - Refuses a sweep of which no scenario was chosen.
        return arm
    arm = replace(arm, label=scenario)
    arm.data  # noqa: B018 - Refuses a label that is not there.
    return _as_swept(arm)


def _as_swept(arm: Arm) -> Arm:
    """Take seed and parameters from the point of the sweep, which may set its own."""
    point = arm.outline.scenario
    if point.parameters == arm.run.outline.scenario.parameters:
        return replace(arm, seed=point.seed)
    name = str(point.parameters)
    return replace(arm, seed=point.seed, parameters=name, parameters_hash=name)


def _refuse_twice(arms: Sequence[Arm]) -> None:
    seen: set[tuple[Path, str | None]] = set()
    for arm in arms:
        key = (arm.run.directory.resolve(), arm.scenario)
        if key in seen:
            what = "the run" if arm.scenario is None else f"the scenario '{arm.scenario}'"
            raise InputError(f"{what} stands twice", file=arm.run.directory, allowed="each once")
        seen.add(key)


def _distinct(arms: Sequence[Arm]) -> list[Arm]:
    """Make labels longer until no two are equal: scenario, folder's name, whole folder."""
    choices = (
        lambda arm: arm.label,
        lambda arm: f"{arm.label} ({arm.run.directory.name})",
        lambda arm: f"{arm.label} ({arm.run.directory})",
    )
    for choice in choices:
        labels = [choice(arm) for arm in arms]
        if len(set(labels)) == len(labels):
            break
    return [replace(arm, label=label) for arm, label in zip(arms, labels, strict=True)]


def _mixed(arms: Sequence[Arm]) -> list[str]:
    """Say in what code and seeds differ from those of the first run."""
    first = arms[0].run
    found = []
    for arm in arms[1:]:
        here, there = (run.manifest["identity"] for run in (first, arm.run))
        parts = []
        if here.get("code") != there.get("code"):
            one, other = (_version(run, "rift_sim") for run in (first, arm.run))
            versions = f" (rift_sim {one} and {other})" if one != other else ""
            parts.append(f"the code{versions}")
        if here.get("seeds") != there.get("seeds"):
            parts.append("the figures in seeds/")
        if parts:
            what = " and ".join(parts)
            found.append(f"{first.directory} and {arm.run.directory} differ in {what}")
    return found


def _version(run: Run, name: str) -> str:
    return str(run.manifest.get("versions", {}).get(name, "unknown"))


def _notes(arms: Sequence[Arm]) -> list[str]:
    runs = list({arm.run.directory: arm.run for arm in arms}.values())
    found = []
    for run in runs:
        if not run.manifest.get("finished", False):
            found.append(f"{run.directory} was interrupted; it has {run.replicates:,} replicates.")
        if run.failures:
            found.append(f"{run.directory}: {len(run.failures):,} replicates failed.")
    for run in runs[1:]:
        changed = [
            f"{name} {_version(runs[0], name)} and {_version(run, name)}"
            for name in COMPARED
            if _version(runs[0], name) != _version(run, name)
        ]
        if changed:
            found.append(
                f"{runs[0].directory} and {run.directory} were computed with different libraries "
                f"({', '.join(changed)}); their last bits may differ."
            )
    return found


def unpairable(arms: Sequence[Arm]) -> list[str]:
    """Say why replicates of some arms are no pairs; empty when they are.

    Replicates with the same number are a pair when arms share the seed, the months, what
    parameters are drawn from, and the territory: they have the same parameters, starting
    map and random numbers then.
    """
    first = arms[0]
    found = []
    for arm in arms[1:]:
        parts = []
        if arm.seed != first.seed:
            parts.append(f"seed ({first.seed} and {arm.seed})")
        if arm.months != first.months:
            one, other = (" to ".join(map(str, some.months)) for some in (first, arm))
            parts.append(f"months ({one} and {other})")
        if arm.parameters_hash != first.parameters_hash:
            parts.append(f"parameters ({first.parameters} and {arm.parameters})")
        if _places(arm) != _places(first):
            parts.append("departments")
        if not parts and not common_replicates([first, arm]).size:
            parts.append("all replicates that are finished")
        if parts:
            found.append(f"'{first.label}' and '{arm.label}' differ in {', '.join(parts)}")
    return found


def _places(arm: Arm) -> list[str]:
    labels = arm.data.coords.get("department")
    return [] if labels is None else [str(code) for code in labels.to_numpy()]


def common_replicates(arms: Sequence[Arm]) -> NDArray[np.int64]:
    """Return the numbers of the replicates that are finished in every arm, rising."""
    found = arms[0].replicates
    for arm in arms[1:]:
        found = np.intersect1d(found, arm.replicates, assume_unique=True)
    return found
