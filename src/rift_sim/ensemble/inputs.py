"""From what the caller names to the scenarios that are to run."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rift_sim.ensemble.identity import hash_all
from rift_sim.errors import InputError

if TYPE_CHECKING:
    from rift_sim.scenario import Scenario

__all__ = ["Request", "resolve_request"]

MAX_REPLICATES = 10_000_000
"""Of all points of a sweep together."""
_OPTIONS = {"replicates": "-n/--replicates", "seed": "--seed"}


@dataclass(frozen=True)
class Request:
    """What to run, fully resolved.

    Attributes
    ----------
    name, title
        Of the scenario.
    scenarios
        One, or in a sweep one for each of its points.
    labels
        Label of each point; None without a sweep.
    axes
        Level of each point on each axis of the sweep.
    replicates, seed
        Number of replicates of each scenario, and the seed.
    settings
        Overrides, as given.
    resolved
        The scenario as YAML, with nothing inherited.
    digest
        Hash of everything in the scenarios that can change a number.
    ledger_digest
        Hash of the seeds.
    allow_outside
        Whether the scenario was let name files outside its folder.
    """

    name: str
    title: str
    scenarios: tuple[Any, ...]
    labels: tuple[str, ...] | None
    axes: Mapping[str, tuple[str, ...]]
    replicates: int
    seed: int
    settings: tuple[str, ...]
    resolved: str
    digest: str
    ledger_digest: str
    allow_outside: bool = False


def resolve_request(
    path_or_scenario: str | Path | Scenario,
    *,
    replicates: int | None,
    seed: int | None,
    settings: Sequence[str],
    design: str | Path | None,
    allow_outside: bool = False,
) -> Request:
    """Load, override and expand a scenario.

    Parameters
    ----------
    path_or_scenario, replicates, seed, settings, design, allow_outside
        As in `rift_sim.run`.

    Raises
    ------
    InputError
        When a file, a setting or a number is not right, or the points of a sweep do not
        cover the same months.
    """
    from rift_sim.scenario import digest, expand, resolved_yaml
    from rift_sim.seeds import load_ledger

    own = [
        f"{key}={value}"
        for key, value in (("replicates", replicates), ("seed", seed))
        if value is not None
    ]
    scenario = _load(path_or_scenario, [*settings, *own], design, len(settings), allow_outside)
    points = expand(scenario)
    _check_total(len(points) * scenario.replicates, scenario.name)
    sweep = bool(scenario.sweep)
    _same_months(points)
    return Request(
        name=scenario.name,
        title=scenario.title,
        scenarios=tuple(point for _, point in points),
        labels=tuple(_label(levels) for levels, _ in points) if sweep else None,
        axes={axis: tuple(levels[axis] for levels, _ in points) for axis in scenario.sweep},
        replicates=scenario.replicates,
        seed=scenario.seed,
        settings=tuple(settings),
        resolved=resolved_yaml(scenario),
        digest=hash_all(digest(point) for _, point in points),
        ledger_digest=load_ledger().digest,
        allow_outside=allow_outside,
    )


def _load(
    source: str | Path | Scenario,
    settings: Sequence[str],
    design: str | Path | None,
    own: int,
    allow_outside: bool,
) -> Scenario:
    """Load with settings, of which the first `own` were written as settings by the user."""
    from rift_sim.scenario import Scenario, load_scenario, resolved_yaml

    rows = None if design is None else Path(design)
    try:
        if isinstance(source, str | Path):
            return load_scenario(
                source, settings=settings, design=rows, allow_outside=allow_outside
            )
        if not isinstance(source, Scenario):
            raise InputError(
                f"{source!r} is not a scenario",
                key="scenario",
                allowed="a Scenario, a path or a name",
            )
        if not settings and rows is None:
            return source
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{source.name}.yaml"
            file.write_text(resolved_yaml(source), encoding="utf-8")
            # Its files were let in when it was made.
            return load_scenario(file, settings=settings, design=rows, allow_outside=True)
    except InputError as error:
        by_hand = any(setting.startswith(f"{error.key}=") for setting in settings[:own])
        if error.file == "--set" and error.key in _OPTIONS and not by_hand:
            # The user wrote an option of its own, not --set.
            raise InputError(
                error.problem, key=_OPTIONS[error.key], allowed=error.allowed
            ) from None
        raise


def _check_total(total: int, name: str) -> None:
    if total > MAX_REPLICATES:
        raise InputError(
            f"all points together have {total:,} replicates",
            file=name,
            key="replicates",
            allowed=f"up to {MAX_REPLICATES:,}",
        )


def _same_months(points: Sequence[tuple[Mapping[str, str], Scenario]]) -> None:
    first = points[0][1]
    for levels, point in points[1:]:
        if (point.start, point.end) != (first.start, first.end):
            raise InputError(
                f"the point '{_label(levels)}' runs {point.start} to {point.end}, "
                f"another {first.start} to {first.end}",
                file=first.name,
                key="sweep",
                allowed="points that cover the same months; run the others on their own",
            )


def _label(levels: Mapping[str, str]) -> str:
    return ", ".join(f"{axis}={level}" for axis, level in levels.items())
