"""What a step of each lever does, paired draw by draw, and what that rests on.

Where history has said nothing about what drives a lever, the size of its effect is the judgement
that went into the priors, and nothing more: it is named, and no number is given unless asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rift_sim.analysis.conditions.layout import world_layout
from rift_sim.analysis.conditions.quantity import Found, Quantity, parse_quantity
from rift_sim.analysis.levers.informed import Knowledge, knowledge_of
from rift_sim.analysis.levers.lever import Footing, Lever, footing
from rift_sim.analysis.levers.pull import Pull, pull, pull_month
from rift_sim.analysis.levers.regret import Regret, lower_is_better, regrets
from rift_sim.analysis.paired import interval, run_series
from rift_sim.calendar import Month
from rift_sim.outputs import csv_text
from rift_sim.physics.arrays import Floats
from rift_sim.vocabulary import SERIES

if TYPE_CHECKING:
    from rift_sim.ensemble.engine import Engine
    from rift_sim.ensemble.reporter import Reporter
    from rift_sim.scenario import Scenario

__all__ = ["Effect", "Levers", "default_outcomes", "effects_csv", "pull_levers", "regret_csv"]

_MAIN = ("presence_survey", "control", "members", "newly_displaced", "conflict_deaths", "coca_ha",
         "relationship_index")  # fmt: skip
_TOLD = ("history", "part")
"""Levers of which numbers are given unasked."""


class Effect(NamedTuple):
    """What a step of a lever does to an outcome.

    Attributes
    ----------
    lever, step
        Name, and what was done.
    outcome, unit
        What was read.
    rests
        ``history``, ``part``, ``priors`` or ``nothing``, as `Footing.kind`.
    pairs
        Draws compared; 0 where no number is given.
    mean, low, high
        Mean paired difference with its 95 % interval; NaN where no number is given.
    share
        Share of the draws in which the difference has the sign of the mean.
    """

    lever: str
    step: str
    outcome: str
    unit: str
    rests: str
    pairs: int
    mean: float
    low: float
    high: float
    share: float


@dataclass(frozen=True)
class Levers:
    """What came out for some levers.

    Attributes
    ----------
    scenario, since, million, replicates
        What was pulled, from which month on, with how much money and how often.
    knowledge
        What the table of posterior draws of the scenario knows.
    pulls
        The steps, in the order asked for.
    footings
        What the effect of a lever on an outcome rests on, by both names.
    effects
        Of each lever on each outcome; those without a number too.
    regrets
        By outcome; empty where no number is given, or fewer than two options were compared.
    """

    scenario: Scenario
    since: Month
    million: float
    replicates: int
    knowledge: Knowledge
    pulls: tuple[Pull, ...]
    footings: Mapping[tuple[str, str], Footing]
    effects: tuple[Effect, ...]
    regrets: Mapping[str, tuple[Regret, ...]]


def default_outcomes(scenario: Scenario) -> list[Quantity]:
    """Return the main outcomes: stocks at the end, flows over the last year of twelve months."""
    end = scenario.end
    year = end.year if end.month == 12 else end.year - 1
    whole = Month(year, 1) >= scenario.start
    found = []
    for name in _MAIN:
        flow = SERIES[name].kind == "flow"
        found.append(parse_quantity(f"{name}@{year if whole else 'sum'}" if flow else name))
    return found


def pull_levers(
    scenario: Scenario,
    levers: Sequence[Lever],
    outcomes: Sequence[Quantity],
    *,
    replicates: int = 100,
    since: str | None = None,
    million: float = 100.0,
    from_priors: bool = False,
    better: str | None = None,
    workers: int = 1,
    progress: Reporter | None = None,
    engine: Engine | None = None,
) -> Levers:
    """Take a step of each lever, and compare draw by draw.

    Parameters
    ----------
    scenario
        Not a sweep.
    levers
        From `rift_sim.analysis.levers.listing.LEVERS`.
    outcomes
        What is read.
    replicates
        Pairs of replicates.
    since
        Month in which levers are pulled; see `rift_sim.analysis.levers.pull.pull_month`.
    million
        Millions of dollars a year of a step of aid.
    from_priors
        Whether numbers are given, too, that rest on priors alone.
    better
        ``lower`` or ``higher``, where the convention for an outcome does not say it.
    workers, progress, engine
        As in `rift_sim.analysis.paired.run_series`.

    Raises
    ------
    InputError
        When an outcome is not in the run, a month or an amount does not fit, or a replicate
        fails.
    """
    from rift_sim.seeds import load_ledger

    lower = {str(o): lower_is_better(o.series, better) for o in outcomes}
    knowledge, month = knowledge_of(scenario), pull_month(scenario, levers, since)
    ledger = load_ledger()
    footings = {
        (lever.name, str(o)): footing(lever, o.series, knowledge, ledger)
        for lever in levers
        for o in outcomes
    }
    told = (*_TOLD, "priors") if from_priors else _TOLD
    series = list(dict.fromkeys(outcome.series for outcome in outcomes))
    pulls = [pull(lever, scenario, month, million, series) for lever in levers]
    # Of options of one cost, one that does nothing belongs into the comparison.
    shown = [
        p
        for p in pulls
        if any(footings[p.lever.name, str(o)].kind in told for o in outcomes)
        or (from_priors and p.lever.lines)
    ]
    read = _run(shown, find_outcomes(scenario, outcomes), replicates, workers, progress, engine)
    effects = [
        _effect(p, outcome, kind, read.get((p.lever.name, k)) if kind in told else None)
        for p in pulls
        for k, outcome in enumerate(outcomes)
        for kind in (footings[p.lever.name, str(outcome)].kind,)
    ]
    options = [p.lever.name for p in pulls if p.lever.lines]
    compared = {
        str(outcome): tuple(regrets(options, values, lower=less, seed=scenario.seed))
        for k, outcome in enumerate(outcomes)
        if any(footings[name, str(outcome)].kind in told for name in options)
        and (less := lower[str(outcome)]) is not None
        and (values := _options(options, k, read)) is not None
    }
    return Levers(
        scenario, month, million, replicates, knowledge, tuple(pulls), footings, tuple(effects),
        compared,
    )  # fmt: skip


def _options(
    options: Sequence[str], outcome: int, read: Mapping[tuple[str, int], tuple[Floats, Floats]]
) -> Floats | None:
    """Return what options bring, shape (draw, option); None with fewer than two of them."""
    kept = [read[name, outcome][1] for name in options if (name, outcome) in read]
    return np.stack(kept, axis=1) if len(kept) == len(options) > 1 else None


def find_outcomes(scenario: Scenario, outcomes: Sequence[Quantity]) -> list[Found]:
    """Look outcomes up in the runs of a scenario; errors as in `Quantity.find`."""
    from rift_sim.initial.world import World
    from rift_sim.scenario import Scenario

    series = list(dict.fromkeys(outcome.series for outcome in outcomes))
    watched = Scenario.model_validate({**scenario.plain(), "observe": series})
    layout = world_layout(World(watched))
    return [outcome.find(layout) for outcome in outcomes]


def _run(
    pulls: Sequence[Pull],
    found: Sequence[Found],
    replicates: int,
    workers: int,
    progress: Reporter | None,
    engine: Engine | None,
) -> dict[tuple[str, int], tuple[Floats, Floats]]:
    """Run every scenario once, and read outcomes without and with each step."""
    from rift_sim.scenario import digest

    places: dict[str, int] = {}
    scenarios: list[Scenario] = []
    arms: dict[str, tuple[int, int]] = {}
    for p in pulls:
        for scenario in (p.low, p.high):
            if places.setdefault(digest(scenario), len(scenarios)) == len(scenarios):
                scenarios.append(scenario)
        arms[p.lever.name] = (places[digest(p.low)], places[digest(p.high)])
    if not scenarios:
        return {}
    names = list(dict.fromkeys(f.array for f in found))
    wanted = [names] * len(scenarios)
    series = run_series(scenarios, wanted, replicates, workers, progress, engine)

    def read(place: int, where: Found) -> Floats:
        return where.read({name: series[place, name] for name in names})

    return {
        (lever, k): (read(low, where), read(high, where))
        for lever, (low, high) in arms.items()
        for k, where in enumerate(found)
    }


def _effect(
    done: Pull, outcome: Quantity, rests: str, arms: tuple[Floats, Floats] | None
) -> Effect:
    nan, unit = float("nan"), SERIES[outcome.series].units
    head = (done.lever.name, done.step, str(outcome), unit, rests)
    if arms is None:
        return Effect(*head, 0, nan, nan, nan, nan)
    difference = arms[1] - arms[0]
    mean, low, high = interval(difference)
    share = float((np.sign(difference) == np.sign(mean)).mean()) if mean else 0.0
    return Effect(*head, difference.size, mean, low, high, share)


def effects_csv(found: Levers) -> str:
    """Write a row for each lever and outcome; numbers that are not given are empty."""
    rows = []
    for effect in found.effects:
        known = found.footings[effect.lever, effect.outcome]
        rows.append([*effect, found.since, " ".join(known.informed), " ".join(known.open)])
    return csv_text([*Effect._fields, "since", "informed", "open"], rows)


def regret_csv(found: Levers) -> str:
    """Write a row for each outcome and option; the header alone where nothing is compared."""
    rows = [
        [outcome, row.option, *row.mean, row.p90, row.best]
        for outcome, options in found.regrets.items()
        for row in options
    ]
    return csv_text(["outcome", "option", "mean", "low", "high", "p90", "best"], rows)
