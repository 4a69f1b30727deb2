"""Parts of a scenario: assumptions, territory, initial state, axes of a sweep."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from rift_sim.extension.registry import in_use, ledger_with
from rift_sim.scenario.events import EventEntries
from rift_sim.scenario.named import Strategies
from rift_sim.scenario.switches import Mechanisms
from rift_sim.scenario.values import (
    ExistingFile,
    Finding,
    ParameterSource,
    Refusal,
    Strict,
    Text,
    as_tuple,
    check_known,
)
from rift_sim.seeds import Distribution
from rift_sim.vocabulary import SERIES

__all__ = [
    "Assumptions",
    "Axis",
    "Design",
    "Fragment",
    "Initial",
    "Observe",
    "PlaceFile",
    "Replicates",
    "Seed",
    "SetAxis",
    "Sweep",
    "Territory",
    "label",
]

LEVEL_NAME = r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$"

Assumption = Annotated[
    Annotated[float, Tag("<number>")] | Annotated[Distribution, Tag("<distribution>")],
    Discriminator(lambda value: "<number>" if isinstance(value, int | float) else "<distribution>"),
]


def _known_parameters(value: dict[str, Any]) -> dict[str, Any]:
    if value:
        listing = "an id that `rift seeds parameters` lists"
        names = ledger_with(in_use()).parameters
        if found := check_known(value, names, "parameter", listing):
            raise Refusal(*found)
        if outside := [*_outside(value)]:
            raise Refusal(*outside)
    return value


def _outside(assumptions: dict[str, Any]) -> Iterator[Finding]:
    """Find numbers, and middles and finite ends of distributions, outside the range."""
    for name, belief in assumptions.items():
        parameter = ledger_with(in_use()).parameters[name]
        low, high = parameter.bounds
        plain = isinstance(belief, int | float)
        points = (belief,) if plain else (belief.median, *belief.support)
        for point in points:
            if isfinite(point) and not low <= point <= high:
                yield Finding(
                    at=(name,),
                    problem=f"{point:g} lies outside the range of the parameter",
                    allowed=f"{low:g} to {high:g} (unit {parameter.unit})",
                )
                break


def _known_series(value: tuple[str, ...]) -> tuple[str, ...]:
    found = [
        Finding(at=(i,), problem=f"there is no series '{name}'", allowed=tuple(SERIES), given=name)
        for i, name in enumerate(value)
        if name not in SERIES
    ]
    if found:
        raise Refusal(*found)
    return tuple(dict.fromkeys(value))


Assumptions = Annotated[dict[str, Assumption], AfterValidator(_known_parameters)]
Observe = Annotated[
    tuple[str, ...],
    BeforeValidator(as_tuple, json_schema_input_type=list[str]),
    AfterValidator(_known_series),
    Field(min_length=1),
]
Replicates = Annotated[int, Field(ge=1, le=1_000_000)]
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]


class Territory(Strict):
    """A territory of one's own instead of the one that ships."""

    municipalities: ExistingFile | None = None
    """CSV of municipalities (column `code` or `mpio_code`)."""
    neighbours: ExistingFile | None = None
    """CSV of pairs of neighbours."""
    departments: ExistingFile | None = None
    """CSV of departments (`code`, `name`) of another country; needs `municipalities`."""
    strict: bool = False
    """True: isolated places are refused; false: linked to the nearest, with a warning."""


class PlaceFile(Strict):
    """A CSV about places, or one year of it."""

    file: ExistingFile
    """CSV with a column of codes."""
    year: Annotated[int, Field(ge=1990, le=2100)] | None = None
    """Year to take, where the file has several."""


def _file_alone(value: object) -> object:
    return {"file": value} if isinstance(value, str) else value


FileOfPlaces = Annotated[
    PlaceFile, BeforeValidator(_file_alone, json_schema_input_type=str | PlaceFile)
]


class PresenceFile(PlaceFile):
    """Where which group is, as one survey saw it."""

    coverage: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Footholds that the file names, for each that there is; the rest is drawn anew each time."""


class Initial(Strict):
    """The state before the first month, where it is not the one that ships.

    Each is FILE, or {file: FILE, year: YEAR}.
    """

    presence: (
        Annotated[
            PresenceFile, BeforeValidator(_file_alone, json_schema_input_type=str | PresenceFile)
        ]
        | None
    ) = None
    """Where which group is: a municipality code and a group (id or alias)."""
    coca: FileOfPlaces | None = None
    """Hectares of coca by municipality or department."""
    displaced: FileOfPlaces | None = None
    """People newly displaced by municipality or department: where, not how many."""


class Fragment(Strict):
    """What one level of a sweep adds to the scenario."""

    parameters: ParameterSource | None = None
    """`prior`, `posterior`, or a CSV of posterior draws."""
    assumptions: Assumptions = Field(default={})
    """Parameters by id: a number or a distribution."""
    mechanisms: Mechanisms = Field(default={})
    """Mechanisms (C01 to C28, or `all`) switched on or off."""
    strategies: Strategies = Field(default={})
    """Strategies of armed groups, by group."""
    history: EventEntries = ()
    """Events before the start, added to those of the scenario."""
    timeline: EventEntries = ()
    """Events within the run, added to those of the scenario."""
    initial: Initial | None = None
    """Initial state."""


class SetAxis(Strict):
    """An axis that sets one key to each of several values."""

    set: Text
    """Dotted key, as with --set: `assumptions.recruitment_rent`, `mechanisms.C05`."""
    values: Annotated[
        tuple[Any, ...],
        BeforeValidator(as_tuple, json_schema_input_type=list[Any]),
        Field(min_length=1),
    ]
    """Values, all different."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Each value as text."""
        return tuple(label(value) for value in self.values)

    @model_validator(mode="after")
    def _check(self) -> SetAxis:
        seen: set[str] = set()
        for place, name in enumerate(self.labels):
            if name in seen:
                raise Refusal.one(
                    f"the value {name} stands twice",
                    at=("values", place),
                    allowed="different values",
                )
            seen.add(name)
        return self


def label(value: object) -> str:
    """Write a value of an axis the way a file would."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {label(item)}" for key, item in value.items()) + "}"
    return f"{value:g}" if isinstance(value, float) else str(value)


LevelName = Annotated[str, Field(pattern=LEVEL_NAME, max_length=60)]
Levels = Annotated[dict[LevelName, Fragment], Field(min_length=1)]
Axis = Annotated[
    Annotated[SetAxis, Tag("<set>")] | Annotated[Levels, Tag("<levels>")],
    Discriminator(
        lambda value: (
            "<set>"
            if isinstance(value, SetAxis) or (isinstance(value, dict) and "set" in value)
            else "<levels>"
        )
    ),
]
Sweep = dict[LevelName, Axis]
Design = Annotated[
    tuple[dict[str, str], ...],
    BeforeValidator(as_tuple, json_schema_input_type=list[dict[str, str]]),
    Field(min_length=1),
]
