"""Which extensions there are, and which are in use: by entry point, or registered by hand.

Nothing is looked for before a scenario names an extension. One that is in use makes its names
known to the whole process; what it does is done only in scenarios that name it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from importlib import metadata
from typing import NamedTuple

from rift_sim.errors import InputError
from rift_sim.extension.ledger import extended_ledger, parameters_of
from rift_sim.extension.parts import EventKind, Extension
from rift_sim.seeds import Ledger, load_ledger
from rift_sim.vocabulary import BUILT_IN_SERIES, SERIES

__all__ = [
    "GROUP",
    "event_kind",
    "event_kinds",
    "forget",
    "in_use",
    "installed",
    "ledger_with",
    "mechanism_ids",
    "owner",
    "parameter_ids",
    "register",
    "reserve",
    "unused",
    "use",
]

GROUP = "rift_sim.extensions"
"""Entry-point group: each name is that of an extension and leads to an `Extension`."""

_registered: dict[str, Extension] = {}
_used: dict[str, Extension] = {}
_reserved: set[str] = set()
"""Keys of events that are built in."""


class Installed(NamedTuple):
    """Where an extension comes from, before anything of it is imported."""

    name: str
    origin: str


def register(extension: Extension) -> None:
    """Make an extension known by hand, without an entry point.

    Worker processes import `Extension.module` anew; an extension of a script or of a notebook
    cell runs in one process (``workers=1``). Registering it again from the same module takes
    the place of what was there.

    Raises
    ------
    InputError
        When it is no `Extension`, or another module has registered one of that name.
    """
    if not isinstance(extension, Extension):
        raise InputError(f"{extension!r:.60} is no extension", allowed="a rift_sim.Extension")
    known = _registered.get(extension.name)
    if known is not None and known.module != extension.module:
        raise InputError(
            f"there are two extensions '{extension.name}', of {known.module} and "
            f"of {extension.module}",
            allowed="each name once",
        )
    if known is not extension:
        forget(extension.name)
    _registered[extension.name] = extension


def forget(name: str) -> None:
    """Take an extension and the names it made known away again, if it is there."""
    _registered.pop(name, None)
    known = _used.pop(name, None)
    if known is not None:
        for series in known.series:
            SERIES.pop(series, None)
        ledger_with.cache_clear()


def reserve(keys: Iterable[str]) -> None:
    """Keep keys of events from being taken by an extension."""
    _reserved.update(keys)


def installed() -> list[Installed]:
    """List what could be used, by name; nothing is imported."""
    found = {name: f"registered by {known.module}" for name, known in _registered.items()}
    for point in metadata.entry_points(group=GROUP):
        found.setdefault(point.name, point.value)
    return [Installed(name, found[name]) for name in sorted(found)]


def unused() -> tuple[str, ...]:
    """Return the names of extensions that are installed and not in use; nothing is imported."""
    return tuple(one.name for one in installed() if one.name not in _used)


def use(names: Iterable[str]) -> tuple[Extension, ...]:
    """Load extensions and make known what they add.

    Raises
    ------
    InputError
        When one is not installed or cannot be loaded, or a name of it is taken.
    """
    return tuple(_used[name] if name in _used else _begin(name) for name in names)


def in_use() -> tuple[str, ...]:
    """Return the names of the extensions in use."""
    return tuple(_used)


def _begin(name: str) -> Extension:
    extension = _registered.get(name) or _from_entry_point(name)
    _refuse_taken(extension)
    _used[name] = extension
    SERIES.update({key: recorded.series for key, recorded in extension.series.items()})
    return extension


def _from_entry_point(name: str) -> Extension:
    points = [point for point in metadata.entry_points(group=GROUP) if point.name == name]
    if not points:
        raise missing(name)
    if len({point.value for point in points}) > 1:
        found = " and ".join(sorted(point.value for point in points))
        raise InputError(f"two packages bring an extension '{name}': {found}", allowed="one")
    try:
        found = points[0].load()
    except InputError:
        raise
    except Exception as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        raise InputError(f"the extension '{name}' cannot be loaded: {said}") from error
    if not isinstance(found, Extension) or found.name != name:
        raise InputError(
            f"the entry point '{name}' leads to {points[0].value}, which is not that extension",
            allowed=f"a rift_sim.Extension with the name '{name}'",
        )
    return found


def missing(name: str) -> InputError:
    """Build the error for an extension that is not there; it names the nearest that is."""
    there = [one.name for one in installed()]
    allowed = there or "no extension is installed here"
    return InputError(f"there is no extension '{name}'", allowed=allowed, given=name)


def _refuse_taken(extension: Extension) -> None:
    """Refuse names that the package or another extension in use has."""
    ledger = load_ledger()
    own = _names(extension)
    built_in: dict[str, Collection[str]] = {
        "events": _reserved,
        "mechanisms": {*ledger.claims, "all"},
        "series": {a for name in BUILT_IN_SERIES for a in _arrays(name, SERIES[name].also)},
    }
    for part, taken in built_in.items():
        for name in own[part]:
            if name in taken:
                raise extension.error(f"'{name}' is built in", key=part, allowed="another name")
    extended_ledger(ledger, extension)
    for other in _used.values():
        for part, theirs in _names(other).items():
            both = [name for name in own[part] if name in theirs]
            if both:
                raise extension.error(
                    f"the extension '{other.name}' has '{both[0]}', too",
                    key=part,
                    allowed="one of the two",
                )


def _names(extension: Extension) -> dict[str, tuple[str, ...]]:
    """Return all names of an extension that only one may have, by part."""
    series = extension.series.items()
    return {
        "partners": tuple(extension.partners),
        "strategies": tuple(extension.strategies),
        "mechanisms": tuple(extension.mechanisms),
        "events": tuple(extension.events),
        "series": tuple(a for name, one in series for a in _arrays(name, one.by)),
        "parameters": tuple(parameters_of(extension).parameters),
    }


def _arrays(name: str, also: Iterable[str]) -> tuple[str, ...]:
    return (name, *(f"{name}_{part}" for part in also))


def event_kinds() -> dict[str, EventKind]:
    """Return the kinds of event of all extensions in use."""
    return {kind: one for extension in _used.values() for kind, one in extension.events.items()}


def event_kind(kind: str) -> EventKind:
    """Return one kind of event of an extension in use."""
    return event_kinds()[kind]


def mechanism_ids() -> tuple[str, ...]:
    """Return the mechanisms of all extensions in use."""
    return tuple(name for extension in _used.values() for name in extension.mechanisms)


def parameter_ids() -> dict[str, str]:
    """Return the parameters of all extensions in use, each with its extension."""
    return {
        name: extension.name
        for extension in _used.values()
        for name in parameters_of(extension).parameters
    }


def owner(part: str, name: str) -> str | None:
    """Return the extension in use that a name belongs to; None for what is built in.

    Parameters
    ----------
    part
        ``strategies``, ``mechanisms``, ``events``, ``series`` or ``parameters``.
    """
    if part == "parameters":
        return parameter_ids().get(name)
    return next((one.name for one in _used.values() if name in getattr(one, part)), None)


@lru_cache(maxsize=32)
def ledger_with(names: tuple[str, ...] | None = None) -> Ledger:
    """Return the ledger with the entries of extensions.

    Parameters
    ----------
    names
        Extensions.

    Raises
    ------
    InputError
        As in `use`.
    """
    ledger = load_ledger()
    for extension in use(names or ()):
        ledger = extended_ledger(ledger, extension)
    return ledger
