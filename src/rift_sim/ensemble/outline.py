"""What a run was asked, as far as it can be told without extensions that are missing here.

The resolved scenario of a run names what its extensions bring: events, mechanisms, strategies,
parameters, series. Where one of them is not installed, all that only it can read is left out
before the rest is checked as any scenario is; of its events, date, note and kind stay.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rift_sim.calendar import Month
from rift_sim.errors import InputError

if TYPE_CHECKING:
    from rift_sim.scenario import Event, Scenario
    from rift_sim.yamlfile import Document, KeyPath

__all__ = ["Outline", "Unread", "missing_among", "outline_without"]

_LISTS = ("history", "timeline")
_OF_A_POINT = ("seed", "parameters")
"""What of a sweep is read without its extensions: neither can lead into one."""


@dataclass(frozen=True)
class Unread:
    """An event within the run that only a missing extension can read.

    Attributes
    ----------
    date, note
        As in the file.
    actions
        Its kinds, each without content.
    content
        All of it, as text; equal for equal events.
    """

    date: Month
    note: str | None
    actions: tuple[tuple[str, None], ...]
    content: str


@dataclass(frozen=True)
class Outline:
    """What a run was asked.

    Attributes
    ----------
    scenario
        As resolved when the run began, without what missing extensions bring.
    missing
        Their names; mostly none.
    unread
        Events that only they can read.
    certain
        Whether the events of the scenario are those of every point of its sweep; not known
        where an extension is missing and levels have events.
    """

    scenario: Scenario
    missing: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    certain: bool = True

    @property
    def timeline(self) -> tuple[Event | Unread, ...]:
        """What happens within the run, by date; empty where that is not certain."""
        if not self.certain:
            return ()
        both: tuple[Event | Unread, ...] = (*self.scenario.timeline, *self.unread)
        return tuple(sorted(both, key=lambda event: event.date))

    def points(self) -> list[tuple[dict[str, str], Outline]]:
        """Return the points of the sweep, as `rift_sim.scenario.expand` does.

        Where an extension is missing they have the axes alone that decide seed or parameters.
        """
        from rift_sim.scenario import expand

        return [(levels, replace(self, scenario=point)) for levels, point in expand(self.scenario)]

    def at(self, levels: Mapping[str, str]) -> Outline:
        """Return the point of a sweep with these levels.

        Raises
        ------
        InputError
            When it has none.
        """
        for own, point in self.points():
            if own.items() <= levels.items():
                return point
        raise InputError(
            f"the sweep of '{self.scenario.name}' has no point with the levels of the run",
            key="sweep",
        )


def missing_among(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of some extensions that are not installed here; nothing is imported."""
    from rift_sim.extension.registry import installed

    there = {one.name for one in installed()}
    return tuple(name for name in names if name not in there)


def outline_without(path: Path, missing: Collection[str]) -> Outline:
    """Read a resolved scenario without what missing extensions bring.

    Raises
    ------
    InputError
        When anything else in the file is wrong.
    """
    from rift_sim.scenario.files import checked
    from rift_sim.scenario.layers import Layer, build
    from rift_sim.scenario.sweep import check_sweep
    from rift_sim.yamlfile import read_yaml

    found = read_yaml(path)
    data, root = checked(_pruned(found, missing), 0)
    layer = Layer.read(data, root)
    scenario = build(layer, root)
    check_sweep(scenario, layer, root)
    known = _Known.of(scenario.extensions)
    within = (e for e in _unread(found, known) if scenario.start <= e.date <= scenario.end)
    certain = not _has_events(found.data.get("sweep"))
    return Outline(scenario, tuple(missing), tuple(within), certain)


@dataclass(frozen=True)
class _Known:
    """Names that are built in, or of extensions that are there."""

    keys: frozenset[str]
    mechanisms: frozenset[str]
    strategies: frozenset[str]
    parameters: frozenset[str]
    series: frozenset[str]

    @classmethod
    def of(cls, extensions: Iterable[str]) -> _Known:
        from rift_sim.extension.parts import USUAL
        from rift_sim.extension.registry import ledger_with, use
        from rift_sim.scenario import ACTIONS, MECHANISMS
        from rift_sim.scenario.events import HEADER
        from rift_sim.vocabulary import BUILT_IN_SERIES

        there = use(extensions)

        def names(part: str) -> set[str]:
            return {name for one in there for name in getattr(one, part)}

        return cls(
            frozenset({*HEADER, *ACTIONS} | names("events")),
            frozenset({*MECHANISMS} | names("mechanisms")),
            frozenset({USUAL} | names("strategies")),
            frozenset(ledger_with(tuple(one.name for one in there)).parameters),
            frozenset({*BUILT_IN_SERIES} | names("series")),
        )

    def has(self, key: str, name: str, value: Any) -> bool:
        """Say whether an item of assumptions, mechanisms or strategies is known."""
        if key == "strategies":
            return not isinstance(value, str) or value in self.strategies
        return name in (self.parameters if key == "assumptions" else self.mechanisms)


def _pruned(document: Document, missing: Collection[str]) -> Document:
    """Leave out what is not known; lines lead to where things stand in the file all the same."""
    data = dict(document.data)
    if isinstance(named := data.get("extensions"), list):
        data["extensions"] = [name for name in named if name not in missing]
    there = data.get("extensions")
    known = _Known.of(map(str, there) if isinstance(there, list) else ())
    for key in ("assumptions", "mechanisms", "strategies"):
        if isinstance(data.get(key), dict):
            data[key] = {k: v for k, v in data[key].items() if known.has(key, k, v)}
    if isinstance(data.get("observe"), list):
        data["observe"] = [name for name in data["observe"] if name in known.series]
        if not data["observe"]:
            del data["observe"]
    moved: dict[KeyPath, int] = {}
    for key in _LISTS:
        if isinstance(data.get(key), list):
            kept = [(n, left) for n, e in enumerate(data[key]) if (left := _left(e, known))]
            data[key] = [event for _, event in kept]
            moved |= {(key, place): new for new, (place, _) in enumerate(kept)}
    if isinstance(data.get("sweep"), dict):
        data |= _reduced(data["sweep"], data.pop("design", None))
    lines: dict[KeyPath, int] = {}
    for path, line in document.lines.items():
        if path[0] not in _LISTS or len(path) == 1:
            lines[path] = line
        elif path[:2] in moved:
            lines[(path[0], moved[path[:2]], *path[2:])] = line
    return replace(document, data=data, lines=lines)


def _left(event: Any, known: _Known) -> Any:
    """Return what of an event can be read; None where that is not one of its actions."""
    from rift_sim.scenario.events import HEADER

    if not isinstance(event, dict) or known.keys >= event.keys():
        return event
    left = {key: value for key, value in event.items() if key in known.keys}
    return left if left.keys() - {*HEADER} else None


def _reduced(sweep: Mapping[str, Any], design: Any) -> dict[str, Any]:
    """Return the axes that decide seed or parameters, with nothing else in their levels."""
    axes: dict[str, Any] = {}
    for axis, levels in sweep.items():
        if not isinstance(levels, dict):
            axes[axis] = levels  # Refused as in any scenario.
        elif "set" in levels:
            if levels["set"] in _OF_A_POINT:
                axes[axis] = levels
        elif any(isinstance(level, dict) and "parameters" in level for level in levels.values()):
            axes[axis] = {name: _parameters_of(level) for name, level in levels.items()}
    if not axes or not isinstance(design, list):
        return {"sweep": axes}
    rows = [{k: v for k, v in row.items() if k in axes} for row in design if isinstance(row, dict)]
    return {"sweep": axes, "design": [row for n, row in enumerate(rows) if row not in rows[:n]]}


def _parameters_of(level: Any) -> Any:
    if not isinstance(level, dict):
        return level
    return {key: value for key, value in level.items() if key == "parameters"}


def _has_events(sweep: Any) -> bool:
    """Say whether a level of a sweep has events, or sets something of one."""
    for levels in sweep.values() if isinstance(sweep, dict) else ():
        if isinstance(levels, dict) and "set" in levels:
            found = [str(levels["set"]).partition(".")[0]]
        else:
            found = [key for level in levels.values() if isinstance(level, dict) for key in level]
        if {*_LISTS} & {*found}:
            return True
    return False


def _unread(document: Document, known: _Known) -> Iterator[Unread]:
    """Give the events of the timeline, each with what of it is not known."""
    timeline = document.data.get("timeline")
    for place, event in enumerate(timeline if isinstance(timeline, list) else ()):
        foreign = tuple((key, None) for key in event if key not in known.keys)
        if not foreign:
            continue
        date, note = event.get("date"), event.get("note")
        if not isinstance(note, str | None):
            raise document.error(("timeline", place, "note"), "is not text", allowed="text")
        try:
            month = Month.parse(str(date)[:7])
        except ValueError:
            at = ("timeline", place, "date")
            raise document.error(at, f"{date} is not a month", allowed="YYYY-MM") from None
        yield Unread(month, note, foreign, json.dumps(event, sort_keys=True))
