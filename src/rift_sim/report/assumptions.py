"""What a scenario sets that another does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rift_sim.extension.parts import USUAL
from rift_sim.extension.registry import use
from rift_sim.report.sources import Citation, cite, cite_parameter
from rift_sim.report.words import assumption_in_words, event_in_words
from rift_sim.seeds.posterior import PRIOR, posterior_path
from rift_sim.vocabulary import AID_LINES

if TYPE_CHECKING:
    from rift_sim.calendar import Month
    from rift_sim.scenario import Scenario
    from rift_sim.scenario.events import Event
    from rift_sim.seeds.ledger import Ledger

__all__ = ["Difference", "Line", "differences", "event_lines"]


@dataclass(frozen=True)
class Line:
    """One thing that a scenario says.

    Attributes
    ----------
    when
        Month in words; empty for what has no date.
    text, note
        What it is, and the remark of whoever wrote it.
    sources
        Where it comes from.
    """

    when: str
    text: str
    note: str = ""
    sources: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class Difference:
    """What one scenario says and another does not.

    Attributes
    ----------
    events
        Events of either that the other does not have.
    parameters, mechanisms
        Ids of parameters that are set otherwise, and of claims that are switched otherwise.
    lines
        All of it in words, from the side of the first scenario.
    aid
        By line of aid on which events differ: 1 where the first scenario never sets less than
        the other, -1 where it never sets more, 0 where it does both. What the U.S. agent changes
        within a run is not known here.
    """

    events: tuple[Event, ...]
    parameters: tuple[str, ...]
    mechanisms: tuple[str, ...]
    lines: tuple[Line, ...]
    aid: Mapping[str, int]


def differences(scenario: Scenario, other: Scenario, ledger: Ledger) -> Difference:
    """Say what a scenario sets, changes and leaves out against another."""
    own = _new(scenario, other)
    # What lies beyond its end it does not leave out.
    gone = [event for event in _new(other, scenario) if event.date <= scenario.end]
    parameters = [
        name
        for name in dict.fromkeys((*scenario.assumptions, *other.assumptions))
        if scenario.assumptions.get(name) != other.assumptions.get(name)
    ]
    mechanisms = [name for name in ledger.claims if scenario.on(name) != other.on(name)]
    lines = [
        *_frame(scenario, other),
        *(_assumption(name, scenario, ledger) for name in parameters),
        *(_switch(name, scenario, ledger) for name in mechanisms),
        *event_lines(own, ledger),
        *(_without(event, ledger) for event in gone if not _replaced(event, own)),
    ]
    return Difference(
        (*own, *gone), tuple(parameters), tuple(mechanisms), tuple(lines), _aid(scenario, other)
    )


def _aid(scenario: Scenario, other: Scenario) -> dict[str, int]:
    """Compare what events set, line by line, from each month in which one of them sets it."""
    both = [_aid_levels(some) for some in (scenario, other)]
    found = {}
    for line in AID_LINES:
        months = sorted({month for levels in both for month in levels[line]})
        one, two = ([_standing(levels[line], month) for month in months] for levels in both)
        signs = {(a > b) - (a < b) for a, b in zip(one, two, strict=True)} - {0}
        if signs:
            found[line] = signs.pop() if len(signs) == 1 else 0
    return found


def _aid_levels(scenario: Scenario) -> dict[str, dict[Month, float]]:
    """Return the levels that events set, by line and month."""
    found: dict[str, dict[Month, float]] = {line: {} for line in AID_LINES}
    for event in sorted((*scenario.history, *scenario.timeline), key=lambda event: event.date):
        if event.aid is not None:
            for line, level in event.aid.levels.items():
                found[line][event.date] = level
    return found


def _standing(levels: dict[Month, float], month: Month) -> float:
    """Return the level that was set last; before any, that of 2024."""
    return next((levels[when] for when in reversed(levels) if when <= month), 1.0)


def event_lines(events: Iterable[Event], ledger: Ledger) -> list[Line]:
    """Put events in words, in the order given."""
    return [
        Line(
            event.date.in_words,
            event_in_words(event, ledger),
            event.note or "",
            (cite(event.source, ledger),),
        )
        for event in events
    ]


def _new(scenario: Scenario, other: Scenario) -> list[Event]:
    """Return the events that the other scenario does not have; ids and notes do not count."""
    known = {_content(event) for event in (*other.history, *other.timeline)}
    return [e for e in (*scenario.history, *scenario.timeline) if _content(e) not in known]


def _content(event: Event) -> str:
    return event.model_dump_json(exclude={"id", "note", "source"}, exclude_none=True)


def _replaced(event: Event, own: Sequence[Event]) -> bool:
    return event.id is not None and any(new.id == event.id for new in own)


def _without(event: Event, ledger: Ledger) -> Line:
    return Line(event.date.in_words, f"Does not happen: {event_in_words(event, ledger)}")


def _assumption(name: str, scenario: Scenario, ledger: Ledger) -> Line:
    parameter = ledger.parameters[name]
    if name in scenario.assumptions:
        text = assumption_in_words(name, scenario.assumptions[name], ledger)
        note = "Set by the scenario; sources are those of the ledger's own figure."
        return Line("", text, note, cite_parameter(parameter, ledger))
    text = f"{parameter.meaning} ({name}): as in the ledger"
    return Line("", text, "", cite_parameter(parameter, ledger))


def _switch(name: str, scenario: Scenario, ledger: Ledger) -> Line:
    claim = ledger.claims[name]
    state = "on" if scenario.on(name) else "off"
    note = "" if scenario.on(name) else claim.when_off
    return Line("", f"Mechanism {name} is {state}: {claim.cause} → {claim.effect}", note)


def _extended(scenario: Scenario, other: Scenario) -> list[Line]:
    """Say how extensions, their mechanisms and the strategies of groups differ."""
    found = []
    if scenario.extensions != other.extensions:
        found.append(Line("", f"Extensions: {', '.join(scenario.extensions) or 'none'}"))
    for extension in use(scenario.extensions):
        for name, mechanism in extension.mechanisms.items():
            if scenario.on(name) != other.on(name):
                state = "on" if scenario.on(name) else "off"
                found.append(Line("", f"Mechanism {name} is {state}: {mechanism.meaning}"))
    for group in dict.fromkeys((*scenario.strategies, *other.strategies)):
        chosen, before = (some.strategies.get(group, USUAL) for some in (scenario, other))
        if chosen != before:
            found.append(Line("", f"Strategy of {group}: {chosen}"))
    return found


def _frame(scenario: Scenario, other: Scenario) -> list[Line]:
    """Say how months, seed, parameters, territory and starting state differ."""
    found = []
    if (scenario.start, scenario.end) != (other.start, other.end):
        span = f"{scenario.start.in_words} to {scenario.end.in_words}"
        found.append(Line("", f"Runs from {span}"))
    if scenario.seed != other.seed:
        found.append(Line("", f"Random numbers of seed {scenario.seed}"))
    found += _extended(scenario, other)
    if _table(scenario.parameters) != _table(other.parameters):
        found.append(Line("", f"Parameters are drawn from: {_table(scenario.parameters)}"))
    found += [
        Line("", f"A {what} of its own: {_files(getattr(scenario, key))}")
        for key, what in (("territory", "territory"), ("initial", "state at the start"))
        if getattr(scenario, key) != getattr(other, key)
    ]
    return found


def _table(parameters: str) -> str:
    if parameters == PRIOR:
        return "the priors of the ledger"
    path = posterior_path(parameters)
    return f"the table {path.name if path else parameters}"


def _files(part: Any) -> str:
    """Name what a part of a scenario sets; of files their names, because folders are private."""
    given = part.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    if not given:
        return "the usual one"
    return ", ".join(f"{key} {_name(value)}" for key, value in given.items())


def _name(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(_name(item) for item in value.values())
    return str(value).replace("\\", "/").rpartition("/")[2]
