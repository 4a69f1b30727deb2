"""What a scenario is, and what a scenario file may say."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from pydantic import Field, model_validator

from rift_sim.calendar import Month, months_between
from rift_sim.scenario.events import Event, EventEntries, Events, occurrences
from rift_sim.scenario.named import Extensions, Strategies, own_names, strangers
from rift_sim.scenario.parts import (
    Assumptions,
    Design,
    Initial,
    Observe,
    Replicates,
    Seed,
    Sweep,
    Territory,
)
from rift_sim.scenario.switches import Mechanisms, contradictions, settled
from rift_sim.scenario.values import (
    Finding,
    ModelMonth,
    ParameterSource,
    Refusal,
    Slug,
    Strict,
    Text,
)
from rift_sim.seeds.posterior import PRIOR
from rift_sim.vocabulary import BUILT_IN_SERIES

__all__ = ["Scenario", "ScenarioFile"]

DEFAULT_REPLICATES, DEFAULT_SEED = 100, 2026


class ScenarioFile(Strict):
    """A scenario file of rift_sim, before inheritance."""

    name: Slug
    """Name: lower-case words joined by hyphens."""
    title: Text | None = None
    """One line for tables and figures; not inherited."""
    question: Text | None = None
    """The question the scenario asks; not inherited."""
    extends: Text | None = None
    """A shipped scenario by name, or a file relative to this one, to build upon."""
    start: ModelMonth | None = None
    """First month of the run, YYYY-MM."""
    end: ModelMonth | None = None
    """Last month of the run, YYYY-MM, included."""
    replicates: Replicates | None = None
    """Number of replicates (100 if neither given nor inherited)."""
    seed: Seed | None = None
    """Seed of all random numbers (2026 if neither given nor inherited)."""
    extensions: Extensions = ()
    """Extensions the scenario uses (`rift extensions`); added to those of the parent."""
    parameters: ParameterSource | None = None
    """`prior` (if neither given nor inherited), `posterior`, or a CSV of posterior draws."""
    assumptions: Assumptions = Field(default={})
    """Parameters by id (`rift seeds parameters`): a number or a distribution."""
    mechanisms: Mechanisms = Field(default={})
    """Mechanisms (C01 to C28, `rift seeds claims`, or `all`) switched on or off."""
    strategies: Strategies = Field(default={})
    """Strategies of armed groups by group: `usual`, or one that an extension brings."""
    history: EventEntries = ()
    """Dated events before the start."""
    timeline: EventEntries = ()
    """Dated events within the run."""
    territory: Territory | None = None
    """Another territory."""
    initial: Initial | None = None
    """Another initial state."""
    observe: Observe | None = None
    """Series to record; all if not given."""
    sweep: Sweep = Field(default={})
    """Axes of a sweep, crossed with each other: levels by name, or `set` and `values`."""
    design: Design | None = None
    """Points of the sweep to run, each with one level per axis; all if not given."""


class Scenario(Strict):
    """A scenario as it runs: inherited, set, checked, frozen.

    Attributes
    ----------
    extensions
        Names of the extensions it uses, loaded.
    history, timeline
        Events before the start and within the run, in order of date; those of the same
        month in the order of the files.
    parameters
        What parameters are drawn from: ``prior``, or a table of posterior draws.
    assumptions
        Parameter overrides by id: a number, or a distribution to draw from.
    mechanisms
        Switches by claim, or by id of an extension's mechanism; what is not named is on.
    strategies
        Strategy by group; `usual` where none is named.
    observe
        Names of national series to record.
    sweep, design
        Axes of a sweep, and the points chosen from it; see `rift_sim.scenario.expand`.
    """

    name: Slug
    title: Text
    question: str = ""
    start: ModelMonth
    end: ModelMonth
    replicates: Replicates = DEFAULT_REPLICATES
    seed: Seed = DEFAULT_SEED
    extensions: Extensions = ()
    parameters: ParameterSource = PRIOR
    assumptions: Assumptions = Field(default={})
    mechanisms: Mechanisms = Field(default={})
    strategies: Strategies = Field(default={})
    history: Events = ()
    timeline: Events = ()
    territory: Territory = Territory()
    initial: Initial = Initial()
    observe: Observe = BUILT_IN_SERIES
    sweep: Sweep = Field(default={})
    design: Design | None = None

    @model_validator(mode="after")
    def _check(self) -> Scenario:
        if self.end < self.start:
            raise Refusal.one(
                f"the end ({self.end}) lies before the start ({self.start})",
                at=("end",),
                allowed=f"a month from {self.start} on",
            )
        self.__dict__["mechanisms"] = settled(self.mechanisms, own_names(self, "mechanisms"))
        if self.observe == BUILT_IN_SERIES:
            self.__dict__["observe"] = self._all_series
        findings = [*self._misplaced(), *self._twice(), *contradictions(self.mechanisms)]
        if findings := [*findings, *strangers(self)]:
            raise Refusal(*findings)
        for name in ("history", "timeline"):
            events = sorted(getattr(self, name), key=lambda event: event.date)
            self.__dict__[name] = tuple(events)
        return self

    def _misplaced(self) -> list[Finding]:
        found = [
            Finding(
                at=("history", place, "date"),
                problem=f"{event.date} is not before the start ({self.start})",
                allowed="an earlier date; or put the event under timeline",
            )
            for place, event in enumerate(self.history)
            if event.date >= self.start
        ]
        found += [
            Finding(
                at=("timeline", place, "date"),
                problem=f"{event.date} lies outside the run ({self.start} to {self.end})",
                allowed="a date within it; put earlier events under history, "
                "or change start or end",
            )
            for place, event in enumerate(self.timeline)
            if not self.start <= event.date <= self.end
        ]
        return found

    def _twice(self) -> list[Finding]:
        """Find ids that stand twice."""
        seen: set[str] = set()
        found: list[Finding] = []
        for name in ("history", "timeline"):
            for place, event in enumerate(getattr(self, name)):
                if event.id is not None and event.id in seen:
                    problem = f"a second event with the id '{event.id}'"
                    at = (name, place, "id")
                    found.append(Finding(at=at, problem=problem, allowed="each id once"))
                seen.add(event.id or "")
        return found

    def plain(self) -> dict[str, Any]:
        """Return plain data that validates to an equal scenario; defaults are left out."""
        found = self.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        if self.observe == self._all_series:
            found.pop("observe", None)
        return found

    @property
    def _all_series(self) -> tuple[str, ...]:
        return (*BUILT_IN_SERIES, *own_names(self, "series"))

    @property
    def months(self) -> int:
        """Number of months, start and end included."""
        return months_between(self.start, self.end)

    def on(self, mechanism: str) -> bool:
        """Say whether the mechanism of a claim (``C05``) or of an extension is switched on."""
        return self.mechanisms.get(mechanism, True)

    @cached_property
    def _occurrences(self) -> tuple[Event, ...]:
        return occurrences((*self.history, *self.timeline), self.end)

    @property
    def past(self) -> tuple[Event, ...]:
        """What happened before the start, yearly repetitions written out, by date."""
        return tuple(event for event in self._occurrences if event.date < self.start)

    @cached_property
    def _by_month(self) -> dict[int, tuple[Event, ...]]:
        found: dict[int, tuple[Event, ...]] = {}
        for event in self._occurrences:
            found[event.date.index] = (*found.get(event.date.index, ()), event)
        return found

    def events_in(self, month: Month | int) -> tuple[Event, ...]:
        """Return the events of a month, yearly repetitions included.

        Parameters
        ----------
        month
            The month, or its `Month.index` (that of step t is ``start.index + t``).
        """
        index = month.index if isinstance(month, Month) else int(month)
        return self._by_month.get(index, ())
