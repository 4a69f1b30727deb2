"""Everything that a report says, as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rift_sim import __version__
from rift_sim.analysis.compare.arms import Arm
from rift_sim.analysis.validation.own_scores import own_scores
from rift_sim.ensemble.storage.dataset import LIMITS
from rift_sim.errors import InputError
from rift_sim.extension.registry import ledger_with
from rift_sim.report.assumptions import Difference, Line, differences, event_lines
from rift_sim.report.blocks import (
    Block,
    Outcome,
    compared,
    difference_blocks,
    outcomes,
    series_blocks,
    series_names,
)
from rift_sim.report.charts import MOST
from rift_sim.report.maps import Layer, department_layers
from rift_sim.report.repeat import Recipe, parameters_of, recipe
from rift_sim.report.skill import Skill, skill_of
from rift_sim.report.touched import Touched, touched_claims

if TYPE_CHECKING:
    import xarray as xr

    from rift_sim.analysis.compare.comparison import Comparison
    from rift_sim.ensemble.reporter import Reporter
    from rift_sim.scenario import Scenario
    from rift_sim.seeds.ledger import Ledger

__all__ = ["Card", "Report", "gather"]

_BASE = "reference"


class Card(NamedTuple):
    """What a scenario asks and assumes.

    Attributes
    ----------
    label, title, question
        Of the scenario.
    span, replicates, seed, parameters
        Months in words, finished replicates, seed, and what parameters are drawn from.
    lines
        What it sets against the base; empty where it is the base or the same in all but name.
    is_base
        Whether it is the base itself.
    """

    label: str
    title: str
    question: str
    span: str
    replicates: int
    seed: int
    parameters: str
    lines: tuple[Line, ...]
    is_base: bool


@dataclass(frozen=True)
class Report:
    """A report.

    Attributes
    ----------
    version, limits
        Of rift_sim, and what its runs are not.
    labels, cards
        Names of the scenarios, and what each assumes.
    base, base_lines
        Name of the scenario that assumptions are told against, and its own events.
    notes, marks
        Sentences and words that a reader must know of the runs.
    data
        Trajectories of each scenario.
    series
        All national series.
    events
        Events that all scenarios share, month and text.
    layers
        What can be shown on the map.
    differences, outcomes
        Differences over time and at the end; empty for a single scenario.
    alike
        Series whose differences over time are too small for a chart.
    pairing
        How scenarios were compared.
    claims
        Those touched by what differs.
    skill
        Scores of the version that made the runs; None where none are shipped.
    recipes
        How to repeat the runs.
    """

    version: str
    limits: str
    labels: tuple[str, ...]
    cards: tuple[Card, ...]
    base: str
    base_lines: tuple[Line, ...]
    notes: tuple[str, ...]
    marks: tuple[str, ...]
    data: tuple[xr.Dataset, ...]
    series: tuple[Block, ...]
    events: tuple[Line, ...]
    layers: tuple[Layer, ...]
    differences: tuple[Block, ...]
    outcomes: tuple[Outcome, ...]
    alike: tuple[str, ...]
    pairing: str
    claims: tuple[Touched, ...]
    skill: Skill | None
    recipes: tuple[Recipe, ...]


def gather(
    arms: Sequence[Arm],
    data: Sequence[xr.Dataset],
    *,
    comparison: Comparison | None,
    notes: Sequence[str],
    progress: Reporter | None = None,
) -> Report:
    """Gather what a report says.

    Parameters
    ----------
    arms
        Scenarios, in order; the first one is the one that others are compared with.
    data
        Trajectories of each, over the same months.
    comparison
        Of the arms; None for a single one.
    notes
        Sentences that a reader must know.
    progress
        Told how many charts there are, and how many are done.

    Raises
    ------
    InputError
        When there are more scenarios than can be told apart, or they share no series.
    """
    names = _check(arms, data)
    labels = tuple(arm.label for arm in arms)
    scenarios = [arm.point for arm in arms]
    ledger = ledger_with(tuple(dict.fromkeys(e for s in scenarios for e in s.extensions)))
    base = _base(scenarios)
    against = [differences(scenario, base, ledger) for scenario in scenarios]
    shared = [e for e in scenarios[0].timeline if all(e in s.timeline for s in scenarios[1:])]
    marks = [np.datetime64(str(event.date)) for event in shared]
    if progress is not None:
        progress.begin(len(names) + (len(compared(comparison)) if comparison else 0))
    series = _counted(series_blocks(data, labels, list(dict.fromkeys(marks))), progress)
    apart = _counted(difference_blocks(comparison), progress) if comparison else ()
    return Report(
        __version__,
        LIMITS,
        labels,
        tuple(_card(*some, base) for some in zip(arms, scenarios, against, strict=True)),
        base.name,
        tuple(event_lines((*base.history, *base.timeline), ledger)),
        tuple(notes),
        comparison.marks if comparison else (),
        tuple(data),
        series,
        tuple(event_lines(shared, ledger)),
        tuple(department_layers(data)),
        tuple(block for block in apart if block.item is not None),
        tuple(outcomes(comparison)) if comparison else (),
        tuple(block.title for block in apart if block.item is None),
        _pairing(comparison),
        tuple(touched_claims(_between(scenarios, against, ledger), ledger)),
        skill_of(own_scores(), [arm.run for arm in arms]),
        tuple(recipe(arm) for arm in arms),
    )


def _check(arms: Sequence[Arm], data: Sequence[xr.Dataset]) -> list[str]:
    """Return the series that all scenarios have; refuse what does not go on a page."""
    if len(arms) > MOST:
        raise InputError(f"{len(arms)} scenarios are too many for a page", allowed=f"up to {MOST}")
    names = series_names(data)
    if not names:
        raise InputError("the runs share no national series", allowed="runs that observe one")
    return names


def _counted(blocks: Iterable[Block], progress: Reporter | None) -> tuple[Block, ...]:
    found = []
    for block in blocks:
        found.append(block)
        if progress is not None:
            progress.advance(1)
    return tuple(found)


def _base(scenarios: Sequence[Scenario]) -> Scenario:
    """Return the shipped reference, or the first scenario where none starts when it does."""
    from rift_sim.scenario import load_scenario

    base = load_scenario(_BASE)
    same = any(scenario.start == base.start for scenario in scenarios)
    return base if same else scenarios[0]


def _between(
    scenarios: Sequence[Scenario], against: Sequence[Difference], ledger: Ledger
) -> list[Difference]:
    """Return what differs between the scenarios; of a single one, what differs from the base."""
    if len(scenarios) == 1:
        return list(against)
    return [differences(other, scenarios[0], ledger) for other in scenarios[1:]]


def _card(arm: Arm, scenario: Scenario, against: Difference, base: Scenario) -> Card:
    start, end = arm.months
    title = scenario.title if arm.scenario is None else f"{scenario.title} ({arm.scenario})"
    return Card(
        arm.label,
        title,
        scenario.question,
        f"{start.in_words} to {end.in_words}",
        int(arm.replicates.size),
        arm.seed,
        parameters_of(arm.run),
        against.lines,
        scenario.name == base.name and not against.lines,
    )


def _pairing(comparison: Comparison | None) -> str:
    if comparison is None:
        return ""
    counts = comparison.counts
    if comparison.paired:
        return (
            f"{counts[0]:,} pairs: replicates with the same number have the same parameters, "
            "starting map and random numbers, so that their difference is due to the scenarios."
        )
    listed = " and ".join(f"{count:,}" for count in counts)
    return (
        f"Not paired: {listed} replicates are compared as independent samples. Differences hold "
        "parameters, starting map and chance, too."
    )
