"""Layers of a scenario: parent, child, settings, levels of a sweep; one rule joins them all.

A layer is plain data of which every part remembers where it was written, so that an error
found after joining still names file and line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from rift_sim.calendar import Month
from rift_sim.scenario.origin import Item, Origin
from rift_sim.scenario.problems import find, refuse
from rift_sim.scenario.schema import Scenario
from rift_sim.scenario.switches import ALL, spread
from rift_sim.yamlfile import Document, KeyPath

__all__ = ["SETTINGS", "Layer", "build"]

SETTINGS = "--set"
MERGED = ("assumptions", "mechanisms", "strategies")
LISTS = ("history", "timeline")
_OWN = ("name", "title", "question")


@dataclass
class Layer:
    """Parts of a scenario by how they are joined.

    Attributes
    ----------
    values
        Replaced as a whole, by key.
    merged
        `assumptions`, `mechanisms` and `strategies`: joined key by key.
    lists
        `history` and `timeline`: appended, with replacing and dropping by id.
    """

    values: dict[str, Item] = field(default_factory=dict)
    merged: dict[str, dict[str, Item]] = field(default_factory=lambda: {k: {} for k in MERGED})
    lists: dict[str, list[Item]] = field(default_factory=lambda: {k: [] for k in LISTS})

    @classmethod
    def read(cls, data: Mapping[str, Any], origin: Origin) -> Layer:
        """Take apart plain data that has the shape of a scenario file."""
        layer = cls()
        for key, value in data.items():
            here = origin.below(key)
            if key in MERGED and isinstance(value, dict):
                items = {k: Item(v, here.below(k)) for k, v in value.items()}
                layer.merged[key] = spread(items) if key == "mechanisms" else items
            elif key in LISTS and isinstance(value, list | tuple):
                layer.lists[key] = [Item(v, here.below(i)) for i, v in enumerate(value)]
            else:
                layer.values[key] = Item(value, here)
        return layer

    def copy(self) -> Layer:
        """Return a layer that can be changed without changing this one."""
        merged = {key: dict(items) for key, items in self.merged.items()}
        return Layer(dict(self.values), merged, {k: list(v) for k, v in self.lists.items()})

    def extended(self, child: Layer) -> Layer:
        """Return this layer with `child` on top.

        Raises
        ------
        InputError
            When the child drops an event that is not there.
        """
        joined = self.copy()
        if "name" in child.values:
            for key in _OWN:
                joined.values.pop(key, None)
        joined.values.update(child.values)
        if {"extensions"} <= self.values.keys() & child.values.keys():
            joined.values["extensions"] = _joined(*(v.values["extensions"] for v in (self, child)))
        if ALL in child.merged["mechanisms"]:
            # What an extension's mechanism was set to before counts no more.
            joined.merged["mechanisms"] = {}
        for key in MERGED:
            joined.merged[key].update(child.merged[key])
        if {"start", "end"} & child.values.keys():
            joined.refile()
        for key in LISTS:
            _append(joined, key, child.lists[key])
        return joined

    def refile(self) -> None:
        """Put events where they belong after start or end have moved.

        What now lies before the start becomes history, what no longer does becomes timeline,
        and what lies after the end is left out.
        """
        bounds = _bounds(self)
        if bounds is None:
            return
        entries = [(name, item) for name in LISTS for item in self.lists[name]]
        self.lists = {name: [] for name in LISTS}
        for name, item in entries:
            if target := _target(item.value, name, *bounds):
                self.lists[target].append(item)
        sweep = self.values.get("sweep")
        if sweep is not None and isinstance(sweep.value, dict):
            axes = deepcopy(sweep.value)
            for fragment in _fragments(axes):
                _refile_fragment(fragment, *bounds)
            self.values["sweep"] = Item(axes, sweep.origin)

    def put(self, path: tuple[str, ...], value: Any, origin: Origin) -> None:
        """Set one key, as ``--set`` and the axes of a sweep do.

        Raises
        ------
        InputError
            When an event of that id is not there, or the path leads into a plain value.
        """
        head, rest = path[0], path[1:]
        if path == ("mechanisms", ALL):
            self.merged[head] = spread({ALL: Item(value, origin)})
        elif head in MERGED and rest:
            self.merged[head][".".join(rest)] = Item(value, origin)
        elif head in LISTS and rest:
            self._put_event(head, rest, value, origin)
        elif head in (*MERGED, *LISTS):
            fresh = Layer.read({head: value}, _outer(origin, ()))
            if head in fresh.values:
                noun = "a mapping" if head in MERGED else "a list"
                raise origin.error(f"is not {noun}", allowed=noun)
            self.merged.update({head: fresh.merged[head]} if head in MERGED else {})
            self.lists.update({head: fresh.lists[head]} if head in LISTS else {})
        else:
            old = self.values[head].value if rest and head in self.values else {}
            changed = _changed(old, rest, value, origin)
            self.values[head] = Item(changed, _outer(origin, (head,)))

    def _put_event(self, name: str, path: tuple[str, ...], value: Any, origin: Origin) -> None:
        events = self.lists[name]
        ids = {item.value["id"]: i for i, item in enumerate(events) if _id(item.value)}
        if path[0] not in ids:
            raise origin.error(
                f"there is no event '{path[0]}' in the {name}", allowed=list(ids), given=path[0]
            )
        place = ids[path[0]]
        changed = _changed(events[place].value, path[1:], value, origin)
        events[place] = Item(changed, _outer(origin, (name, path[0])))

    def assemble(self) -> tuple[dict[str, Any], dict[KeyPath, Origin]]:
        """Return plain data with events by date, and the origin of each of its parts."""
        data: dict[str, Any] = {}
        origins: dict[KeyPath, Origin] = {}
        for key, item in self.values.items():
            data[key], origins[(key,)] = item.value, item.origin
        for key, items in self.merged.items():
            data[key] = {name: item.value for name, item in items.items()}
            origins |= {(key, name): item.origin for name, item in items.items()}
        for key, entries in self.lists.items():
            ordered = sorted(entries, key=lambda item: _date_text(item.value))
            data[key] = [item.value for item in ordered]
            origins |= {(key, place): item.origin for place, item in enumerate(ordered)}
        return data, origins


def build(layer: Layer, root: Origin) -> Scenario:
    """Validate a layer into a scenario.

    Parameters
    ----------
    root
        Where errors point that belong to no part, such as a missing start.

    Raises
    ------
    InputError
        At the first thing wrong, with the file and line it was written on.
    """
    data, origins = layer.assemble()
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        findings = find(error, data)
    raise refuse(findings, lambda at: _origin(at, origins, root).place())


def _origin(at: KeyPath, origins: Mapping[KeyPath, Origin], root: Origin) -> Origin:
    for length in range(len(at), 0, -1):
        if (found := origins.get(at[:length])) is not None:
            return found.below(*at[length:])
    return root.below(*at)


def _outer(origin: Origin, path: KeyPath) -> Origin:
    """Return where the whole stands of which a part was set."""
    return origin if isinstance(origin.source, Document) else replace(origin, path=path)


def _joined(old: Item, new: Item) -> Item:
    """Put the extensions of a child behind those of its parent, each once."""
    if not all(isinstance(item.value, list | tuple) for item in (old, new)):
        return new
    return Item([*dict.fromkeys([*old.value, *new.value])], new.origin)


def _append(layer: Layer, name: str, entries: Iterable[Item]) -> None:
    """Append events; an equal id replaces, ``drop`` takes away."""
    inherited = {
        _id(item.value): (key, item)
        for key in LISTS
        for item in layer.lists[key]
        if _id(item.value)
    }
    fresh: set[str] = set()
    for item in entries:
        drop = item.value.get("drop") if isinstance(item.value, dict) else None
        own = _id(item.value)
        if drop == "all":
            layer.lists[name] = []
            continue
        if drop and own not in inherited:
            raise item.origin.below("id").error(
                f"there is no inherited event '{own}'",
                allowed=[str(key) for key in inherited] or "no event has an id",
                given=own,
            )
        if own and own in inherited and own not in fresh:
            key, old = inherited[own]
            layer.lists[key] = [kept for kept in layer.lists[key] if kept is not old]
        if not drop:
            layer.lists[name].append(item)
            fresh.add(own)


def _id(value: Any) -> str:
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _date_text(value: Any) -> str:
    """Return the month an event is written for; only its order matters."""
    return str(value.get("date", ""))[:7] if isinstance(value, dict) else ""


def _month(value: Any) -> Month | None:
    try:
        return Month.parse(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _bounds(layer: Layer) -> tuple[Month, Month] | None:
    """Return start and end, where both are there and make sense."""
    found = [_month(layer.values[k].value) for k in ("start", "end") if k in layer.values]
    if len(found) < 2 or found[0] is None or found[1] is None or found[1] < found[0]:
        return None
    return found[0], found[1]


def _target(event: Any, name: str, start: Month, end: Month) -> str | None:
    date = _month(event.get("date")) if isinstance(event, dict) else None
    if date is None:
        return name
    return "history" if date < start else "timeline" if date <= end else None


def _fragments(axes: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for axis in axes.values():
        if isinstance(axis, dict) and "set" not in axis:
            yield from (level for level in axis.values() if isinstance(level, dict))


def _refile_fragment(fragment: dict[str, Any], start: Month, end: Month) -> None:
    entries = [(name, event) for name in LISTS for event in fragment.pop(name, None) or ()]
    for name, event in entries:
        if target := _target(event, name, start, end):
            fragment.setdefault(target, []).append(event)


def _changed(old: Any, path: tuple[str, ...], value: Any, origin: Origin) -> Any:
    """Return a copy of `old` with the value at `path` replaced."""
    if not path:
        return value
    if not isinstance(old, dict):
        raise origin.error("leads into a plain value", allowed="a key of a mapping")
    return {**old, path[0]: _changed(old.get(path[0], {}), path[1:], value, origin)}
