"""Levers pulled: the two scenarios of a step, from which month on, and what undoes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rift_sim.agents.partners import ABSORBED
from rift_sim.analysis.levers.lever import Lever
from rift_sim.calendar import Month
from rift_sim.errors import InputError
from rift_sim.vocabulary import AID_LINES

if TYPE_CHECKING:
    from rift_sim.scenario import Scenario

__all__ = [
    "Pull",
    "aid_held",
    "dollars",
    "later_events",
    "load_single",
    "pull",
    "pull_month",
    "with_events",
]

MOST = 20.0
"""Highest level of aid that a scenario may set."""


class Pull(NamedTuple):
    """A step of a lever.

    Attributes
    ----------
    lever
        Which one.
    step
        What the step is, in words.
    low, high
        Scenarios without and with it; they differ in nothing else.
    notes
        What the reader must know about it.
    """

    lever: Lever
    step: str
    low: Scenario
    high: Scenario
    notes: tuple[str, ...]


def load_single(
    source: str, settings: Sequence[str] = (), *, allow_outside: bool = False
) -> Scenario:
    """Load a scenario that is no sweep.

    Raises
    ------
    InputError
        When it is one, or as in `rift_sim.scenario.load_scenario`.
    """
    from rift_sim.scenario import load_scenario

    scenario = load_scenario(source, settings=settings, allow_outside=allow_outside)
    if scenario.sweep:
        raise InputError(
            f"'{scenario.name}' is a sweep", key="sweep",
            allowed="a single scenario; --set sweep={} takes the sweep away",
        )  # fmt: skip
    return scenario


def pull_month(scenario: Scenario, levers: Iterable[Lever], since: str | None) -> Month:
    """Return the month in which levers are pulled.

    Parameters
    ----------
    scenario, levers
        What is pulled, and in what.
    since
        A month; None: the first one after which no event of the timeline undoes any of them.

    Raises
    ------
    InputError
        When the month does not lie in the run, or nothing of the run is left.
    """
    allowed = f"{scenario.start} to {scenario.end}"
    if since is not None:
        try:
            month = Month.parse(since)
        except ValueError as error:
            raise InputError(str(error), key="--since", allowed=allowed) from None
        if not scenario.start <= month <= scenario.end:
            raise InputError(f"{month} is not in the run", key="--since", allowed=allowed)
        return month
    kinds = {kind for lever in levers for kind in lever.undone_by}
    dates = [event.date.shift(1) for event in scenario.timeline if kinds & _kinds(event)]
    month = max([scenario.start, *dates])
    if month > scenario.end:
        raise InputError(
            f"the timeline of '{scenario.name}' sets the lever up to its last month",
            key="--since", allowed=f"a month from {allowed}",
        )  # fmt: skip
    return month


def pull(
    lever: Lever, scenario: Scenario, since: Month, million: float, observe: Sequence[str]
) -> Pull:
    """Return the two scenarios of a step of a lever.

    For aid, all lines are held at the level that the scenario has decreed by then, in both
    scenarios, and in one of them `million` dollars a year more go to the lever's lines, in
    proportion to their dollars of fiscal year 2024. For all other levers, both scenarios set a
    value.

    Raises
    ------
    InputError
        When the money takes a line out of the range of levels.
    """
    if not lever.lines:
        low, high = (
            with_events(scenario, since, [lever.act(value)], observe)
            for value in (lever.low, lever.high)
        )
        step = f"{lever.meaning}: {_word(lever.low)} to {_word(lever.high)}"
        return Pull(lever, step, low, high, later_events(lever, scenario, since))
    held = aid_held(scenario, since)
    more = 1e6 * million / sum(dollars(scenario, line) for line in lever.lines)
    raised = {line: held[line] + more * (line in lever.lines) for line in AID_LINES}
    least, most = lever.bounds
    wrong = [level for level in raised.values() if not least <= level <= most]
    if wrong:
        raise InputError(
            f"{million:g} million USD a year bring {lever.name} to {wrong[0]:.3g} times 2024",
            key="--million", allowed=f"what keeps every line between {least:g} and {most:g} times",
        )  # fmt: skip
    low, high = (
        with_events(scenario, since, [{"aid": {**levels, "hold": True}}], observe)
        for levels in (held, raised)
    )
    return Pull(
        lever, f"{million:g} million USD a year more", low, high,
        (*_absorbed(lever, raised), *later_events(lever, scenario, since)),
    )  # fmt: skip


def with_events(
    scenario: Scenario, date: Month, actions: Sequence[Mapping[str, Any]], observe: Sequence[str]
) -> Scenario:
    """Return a scenario with further events in a month, after its own of that month."""
    from rift_sim.scenario import Scenario

    plain = scenario.plain()
    events = [{"date": str(date), **action} for action in actions]
    timeline = [*plain.get("timeline", ()), *events]
    return Scenario.model_validate({**plain, "timeline": timeline, "observe": list(observe)})


def aid_held(scenario: Scenario, date: Month) -> dict[str, float]:
    """Return the level of aid by line that events have decreed by a month, 1 = FY2024.

    What the United States changes by itself each October is not in it.
    """
    levels = dict.fromkeys(AID_LINES, 1.0)
    for event in (*scenario.history, *scenario.timeline):
        if event.date <= date and event.aid is not None:
            levels.update(event.aid.levels)
    return levels


def dollars(scenario: Scenario, line: str) -> float:
    """Return the dollars a year of a line of aid at a level of 1; of a distribution the median."""
    from rift_sim.seeds import load_ledger

    name = f"aid_{line}"
    belief = scenario.assumptions.get(name, load_ledger().parameters[name].prior)
    return float(belief if isinstance(belief, int | float) else belief.median)


def _kinds(event: Any) -> set[str]:
    return {kind for kind, _ in event.actions}


def later_events(lever: Lever, scenario: Scenario, since: Month) -> tuple[str, ...]:
    """Name the later events of a scenario that set the same thing."""
    later = [
        f"{event.date} {' and '.join(sorted(_kinds(event) & set(lever.undone_by)))}"
        for event in scenario.timeline
        if event.date > since and _kinds(event) & set(lever.undone_by)
    ]
    if not later:
        return ()
    return (f"{lever.name}: events of the scenario may undo it later ({', '.join(later)})",)


def _absorbed(lever: Lever, raised: Mapping[str, float]) -> tuple[str, ...]:
    over = [
        f"{line} at {raised[line]:.2f}"
        for line in lever.lines
        if line in ("air_mobility", "intelligence") and raised[line] > ABSORBED
    ]
    if not over:
        return ()
    return (
        f"{lever.name}: {', '.join(over)} times 2024; what goes beyond {ABSORBED:g} adds nothing "
        "to what the forces can do",
    )


def _word(value: Any) -> str:
    return f"{value:,g}" if isinstance(value, float) else str(value).replace("_", " ")
