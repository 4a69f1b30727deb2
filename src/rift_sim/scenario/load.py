"""Load scenarios: a file or a name, and settings on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rift_sim.errors import InputError
from rift_sim.scenario.fence import OPEN, Fence
from rift_sim.scenario.files import checked, locate, read_layers, resolve_setting
from rift_sim.scenario.layers import SETTINGS, Layer, build
from rift_sim.scenario.origin import Origin
from rift_sim.scenario.schema import Scenario
from rift_sim.scenario.sweep import check_sweep, read_design
from rift_sim.scenario.switches import ALL, spelled
from rift_sim.yamlfile import MAX_DEPTH, Document, parse_yaml

__all__ = ["load_scenario", "load_within", "overlay", "single_scenario"]


def load_scenario(
    path_or_name: str | Path,
    *,
    settings: Sequence[str] = (),
    design: Path | None = None,
    allow_outside: bool = False,
) -> Scenario:
    """Load a scenario file, or a shipped scenario by name.

    Parameters
    ----------
    path_or_name
        A name without ``.yaml`` is a shipped scenario; a path is relative to the working
        directory.
    settings
        ``key=value`` with a dotted key; the value is read as YAML. They go on top of all
        files.
    design
        CSV with a column per axis of the sweep and a row per point to run.
    allow_outside
        Let the file, and those it extends, name files outside the folder of the first.

    Raises
    ------
    InputError
        At the first thing wrong; see docs/scenarios.md for all that is checked.
    """
    path = locate(path_or_name)
    fence = Fence.around(path, allow_outside=allow_outside)
    return load_within(path, fence, settings=settings, design=design)


def load_within(
    path: Path, fence: Fence, *, settings: Sequence[str] = (), design: Path | None = None
) -> Scenario:
    """Load a scenario file that another file names, within the fence around that one.

    Other parameters and errors as in `load_scenario`.
    """
    layer, root = read_layers(path, fence)
    layer = _with_settings(layer, settings)
    scenario = build(_titled(layer), root)
    if design is not None:
        rows = read_design(design, scenario)
        layer.put(("design",), rows, Origin(str(design)))
        scenario = build(_titled(layer), root)
    check_sweep(scenario, _titled(layer), root)
    return scenario


def single_scenario(scenario: Scenario | str | Path) -> Scenario:
    """Return a scenario that is no sweep, loaded if it is a path or a name.

    Raises
    ------
    InputError
        When it is a sweep; else as in `load_scenario`.
    """
    found = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    if found.sweep:
        raise InputError(
            f"'{found.name}' is a sweep; a model is one of its points",
            key="sweep",
            allowed="a scenario that rift_sim.scenario.expand returns",
        )
    return found


def overlay(
    base: str | Path,
    fragments: Sequence[Mapping[str, Any]],
    *,
    name: str,
    allow_outside: bool = False,
) -> Scenario:
    """Build upon a scenario in memory, as files that extend one another would.

    Parameters
    ----------
    base
        Path or name, as in `load_scenario`.
    fragments
        Keys of a scenario file but for ``name`` and ``extends``; later ones go on top.
    name
        Name of the result; errors point there.
    allow_outside
        As in `load_scenario`, for `base`; fragments are the caller's own.

    Raises
    ------
    InputError
        As in `load_scenario`.
    """
    path = locate(base)
    layer, root = read_layers(path, Fence.around(path, allow_outside=allow_outside))
    for rank, fragment in enumerate([*fragments, {}], start=1):
        data, root = checked(Document(Path(name), {**fragment, "name": name}, {}), rank)
        layer = layer.extended(Layer.read(data, root))
    scenario = build(_titled(layer), root)
    check_sweep(scenario, _titled(layer), root)
    return scenario


def _titled(layer: Layer) -> Layer:
    titled = layer.copy()
    if "name" in titled.values:
        titled.values.setdefault("title", titled.values["name"])
    return titled


def _with_settings(layer: Layer, settings: Sequence[str]) -> Layer:
    changed = layer.copy()
    parsed = [_setting(text) for text in settings]
    _refuse_contradictions(parsed)
    # Start and end first: they decide which events are left to be set. All mechanisms before
    # one of them: what is named is an exception.
    for path, value in sorted(parsed, key=lambda item: item[0] not in _FIRST):
        if path[0] not in Scenario.model_fields:
            names = list(Scenario.model_fields)
            key = ".".join(path)
            raise InputError("unknown key", file=SETTINGS, key=key, allowed=names, given=path[0])
        changed.put(path, value, Origin(SETTINGS, path, -1))
        if path in (("start",), ("end",)):
            changed.refile()
    return changed


_FIRST = (("start",), ("end",), ("mechanisms", ALL))


def _refuse_contradictions(parsed: Sequence[tuple[tuple[str, ...], Any]]) -> None:
    """Refuse a switch that is set twice, and not the same way."""
    given: dict[str, str] = {}
    for path, value in parsed:
        if path[0] != "mechanisms":
            continue
        whole = len(path) == 1 and isinstance(value, dict)
        switches = value if whole else {".".join(path[1:]): value}
        for claim, state in switches.items():
            first = given.setdefault(claim, spelled(state))
            if first != spelled(state):
                raise InputError(
                    f"is set twice, {first} and {spelled(state)}",
                    file=SETTINGS,
                    key=f"mechanisms.{claim}",
                    allowed="once, on or off",
                )


def _setting(text: str) -> tuple[tuple[str, ...], Any]:
    key, equals, value = text.partition("=")
    key = key.strip()
    if not equals or not all(part.strip() for part in key.split(".")):
        raise InputError(f"'{text}' is not a setting", file=SETTINGS, allowed="KEY=VALUE")
    path = tuple(part.strip() for part in key.split("."))
    if len(path) > MAX_DEPTH:
        allowed = f"{MAX_DEPTH} parts joined by points"
        raise InputError("the key is too long", file=SETTINGS, key=key, allowed=allowed)
    try:
        parsed = parse_yaml(f"value: {value}\n", SETTINGS).data["value"]
    except InputError as error:
        raise InputError(
            error.problem, file=SETTINGS, key=key, allowed=error.allowed or "a YAML value"
        ) from None
    if parsed is None:
        raise InputError("has no value", file=SETTINGS, key=key, allowed="KEY=VALUE")
    # What the user writes is relative to where he is, and may lie anywhere.
    place = partial(OPEN.place, base=Path.cwd(), refuse=InputError)
    return path, resolve_setting(path, parsed, place)
