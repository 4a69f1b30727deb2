"""Why two scenarios differ: the difference, broken down by mechanism.

One part of the mechanisms is switched off at a time, in both scenarios. What the difference
loses is the part's contribution: what would be missing without it. Contributions need not add
up. Two parts that only work together each count in full, two that stand in for each other
count for nothing; and some ways from cause to effect have no switch. What is left over is
stated, not shared out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rift_sim.analysis.paired import Interval, interval, read_series, run_series
from rift_sim.errors import InputError
from rift_sim.scenario.named import own_names
from rift_sim.scenario.switches import MECHANISMS
from rift_sim.vocabulary import SERIES

if TYPE_CHECKING:
    from rift_sim.ensemble.reporter import Reporter
    from rift_sim.scenario import Scenario

__all__ = ["PARTS", "Explanation", "explain"]

PARTS: Mapping[str, tuple[str, ...]] = {
    "air mobility": ("C01",),
    "U.S. intelligence": ("C02",),
    "training, and what aid feeds": ("C28",),
    "commanders and officers": ("C03", "C04"),
    "where groups go, and losses": ("C05", "C14"),
    "control": ("C06",),
    "rents": ("C07",),
    "fights and deterrence": ("C09", "C10"),
    "extortion and self-defence": ("C08", "C15"),
    "spillover": ("C16", "C17"),
    "flight": ("C11",),
    "talks and pressure": ("C12",),
    "eradication": ("C13",),
    "the relationship": (
        "C18", "C19", "C20", "C21", "C22", "C23", "C24", "C25", "C26", "C27",
    ),
}  # fmt: skip
"""Mechanisms that are switched off together."""


class Explanation(NamedTuple):
    """A difference and its parts.

    Attributes
    ----------
    first, second
        Names of the scenarios; differences are first minus second.
    variable, when, unit
        What was read.
    replicates
        Pairs.
    difference
        With everything on.
    parts
        Contribution of each part, in the order of `PARTS`; those of extensions last.
    rest
        What contributions leave over: interactions, and ways without a switch.
    """

    first: str
    second: str
    variable: str
    when: str
    unit: str
    replicates: int
    difference: Interval
    parts: dict[str, Interval]
    rest: Interval


def explain(
    first: str,
    second: str,
    variable: str,
    when: str = "end",
    *,
    replicates: int = 100,
    settings: Sequence[str] = (),
    allow_outside: bool = False,
    workers: int = 1,
    progress: Reporter | None = None,
) -> Explanation:
    """Break the difference of two scenarios down by mechanism.

    Parameters
    ----------
    first, second
        Paths or names of scenarios with the same months, groups and seed.
    variable, when
        National series, and ``end``, ``sum`` or a month.
    replicates
        Pairs.
    settings
        ``key=value`` for both scenarios.
    allow_outside
        As in `rift_sim.load_scenario`.
    workers, progress
        As in `rift_sim.analysis.paired.run_series`.

    Raises
    ------
    InputError
        When the series is not known or not observed, or the scenarios cannot be paired.
    """
    from rift_sim.scenario import load_scenario

    names = (first, second)
    scenarios = [
        load_scenario(name, settings=settings, allow_outside=allow_outside) for name in names
    ]
    _check_series(variable, scenarios)
    _check_pair(scenarios)
    parts = _parts(scenarios)
    for off in parts.values():
        scenarios += [_without(off, scenario) for scenario in scenarios[:2]]
    series = run_series(scenarios, [[variable]] * len(scenarios), replicates, workers, progress)
    found = [
        read_series(series[k, variable], when, scenarios[0].start) for k in range(len(scenarios))
    ]
    whole = found[0] - found[1]
    shares = {
        part: whole - (found[2 * k] - found[2 * k + 1]) for k, part in enumerate(parts, start=1)
    }
    return Explanation(
        scenarios[0].name,
        scenarios[1].name,
        variable,
        when,
        SERIES[variable].units,
        replicates,
        interval(whole),
        {part: interval(values) for part, values in shares.items()},
        interval(whole - sum(shares.values())),
    )


def _parts(scenarios: Sequence[Scenario]) -> dict[str, tuple[str, ...]]:
    """Return the parts, and each mechanism of an extension as a part of its own."""
    added = (name for scenario in scenarios for name in own_names(scenario, "mechanisms"))
    return {**PARTS, **{name: (name,) for name in added}}


def _without(mechanisms: Sequence[str], scenario: Scenario) -> Scenario:
    """Return the scenario with some mechanisms off as well, as far as it has them."""
    from rift_sim.scenario import Scenario

    # What is on stays on by default, so that nothing that needs one of them contradicts it.
    off = [name for name, on in scenario.mechanisms.items() if not on]
    there = (*MECHANISMS, *own_names(scenario, "mechanisms"))
    switches = dict.fromkeys((*off, *(name for name in mechanisms if name in there)), False)
    return Scenario.model_validate({**scenario.plain(), "mechanisms": switches})


def _check_series(variable: str, scenarios: Sequence[Scenario]) -> None:
    """Refuse a series that one of the scenarios, its extensions loaded, does not record."""
    if variable not in SERIES:
        raise InputError(
            f"'{variable}' is not an observed series", allowed=list(SERIES), given=variable
        )
    for scenario in scenarios:
        if variable not in scenario.observe:
            raise InputError(
                f"'{variable}' is not recorded in the scenario '{scenario.name}'",
                allowed=list(scenario.observe),
            )


def _check_pair(scenarios: Sequence[object]) -> None:
    first, second = scenarios
    for what in ("start", "end", "seed"):
        one, other = getattr(first, what), getattr(second, what)
        if one != other:
            raise InputError(
                f"the scenarios differ in their {what}: {one} and {other}",
                key=what,
                allowed=f"scenarios with the same {what}; --set {what}=... changes both",
            )
