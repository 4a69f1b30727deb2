"""What an extension holds: partners, strategies, mechanisms, event kinds, series, parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from pydantic import BaseModel

from rift_sim.errors import InputError
from rift_sim.vocabulary import Series

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rift_sim.agents.armed_group import ArmedGroup
    from rift_sim.agents.partners import Partner
    from rift_sim.model import RiftModel

__all__ = ["PHASES", "USUAL", "EventKind", "Extension", "Mechanism", "Phase", "Recorded"]

Phase = Literal["events", "partners", "decisions", "month"]
PHASES: tuple[Phase, ...] = get_args(Phase)
"""When a mechanism acts: after the dated events of the month; after the partners and the
relationship; when government and groups have decided, before the map; at the month's end."""

By = Literal["department", "group"]

USUAL = "usual"
"""The strategy that a group has if none is chosen."""

_NAME = r"[a-z0-9]+(-[a-z0-9]+)*"
_WORD = r"[a-z][a-z0-9_]*"
_STRICT = {"extra": "forbid", "strict": True, "frozen": True}


@dataclass(frozen=True)
class EventKind:
    """A kind of dated event.

    Attributes
    ----------
    content
        Pydantic model of what stands under the kind in a scenario file; derive it from
        `rift_sim.Strict`.
    apply
        Called with the model and the content in the month of the event, after all that is
        built in. Events before the start are applied, too: `model.started` is false there.
    words
        Says in a few words what the event does, for reports; the content as written if None.
    """

    content: type[BaseModel]
    apply: Callable[[RiftModel, Any], None]
    words: Callable[[Any], str] | None = None


@dataclass(frozen=True)
class Mechanism:
    """Something that happens every month of the run, and can be switched off by its id.

    Attributes
    ----------
    act
        Called with the model.
    phase
        When in the month, one of `PHASES`.
    meaning
        One line: cause and effect.
    """

    act: Callable[[RiftModel], None]
    phase: Phase
    meaning: str


@dataclass(frozen=True)
class Recorded:
    """A series that is recorded at each month's end.

    Attributes
    ----------
    long_name, units, kind
        As in `rift_sim.vocabulary.Series`.
    read
        Called with the model; returns the national figure.
    by
        Functions that return the same by ``department`` or ``group``, one number each. The
        array is stored as ``NAME_department`` or ``NAME_group``.
    """

    long_name: str
    units: str
    kind: Literal["stock", "flow"]
    read: Callable[[RiftModel], float]
    by: Mapping[By, Callable[[RiftModel], NDArray[np.float64]]] = field(default_factory=dict)

    @property
    def series(self) -> Series:
        """How the series is known to figures and tables."""
        return Series(self.long_name, self.units, self.kind, tuple(self.by))


@dataclass(frozen=True)
class Extension:
    """What a third party adds. A scenario uses it by naming it under `extensions`.

    Parameters
    ----------
    name
        Lower-case words joined by hyphens.
    version
        Of the extension; it goes into the identity of a run.
    module
        ``__name__`` of the module that holds it: worker processes import it, and its code
        goes into the identity of a run.
    summary
        One line for `rift extensions`.
    partners
        By name: classes derived from `rift_sim.Partner`, called with the model.
    strategies
        By name: classes derived from `rift_sim.ArmedGroup`, called as it is.
    mechanisms, events, series
        By id, kind and name.
    parameters
        YAML file of ledger entries beside the module: sections `parameters` and, where
        wanted, `sources`, `facts`, `effects`.

    Raises
    ------
    InputError
        When a name or a phase is not written as it must be, a content is not strict, or a name
        stands twice.
    """

    name: str
    version: str
    module: str
    summary: str = ""
    partners: Mapping[str, Callable[[RiftModel], Partner]] = field(default_factory=dict)
    strategies: Mapping[str, Callable[[RiftModel, str, int], ArmedGroup]] = field(
        default_factory=dict
    )
    mechanisms: Mapping[str, Mechanism] = field(default_factory=dict)
    events: Mapping[str, EventKind] = field(default_factory=dict)
    series: Mapping[str, Recorded] = field(default_factory=dict)
    parameters: str | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(_NAME, self.name):
            raise InputError(
                f"'{self.name}' is not the name of an extension",
                allowed="lower-case words joined by hyphens",
            )
        for part in ("partners", "strategies", "mechanisms", "events", "series"):
            for name in getattr(self, part):
                if not re.fullmatch(_WORD, name):
                    raise self.error(
                        f"'{name}' is not a name",
                        key=part,
                        allowed="lower-case letters, digits and _, a letter first",
                    )
        if USUAL in self.strategies:
            raise self.error(f"'{USUAL}' is what groups do anyway", key="strategies")
        for kind, event in self.events.items():
            if any(event.content.model_config.get(k) != v for k, v in _STRICT.items()):
                raise self.error(
                    "the content takes what it does not know",
                    key=f"events.{kind}",
                    allowed="a model derived from rift_sim.Strict",
                )
        for name, mechanism in self.mechanisms.items():
            if mechanism.phase not in PHASES:
                raise self.error(
                    f"there is no phase '{mechanism.phase}'",
                    key=f"mechanisms.{name}",
                    allowed=PHASES,
                    given=mechanism.phase,
                )
        _check_series(self)

    def error(self, problem: str, **details: Any) -> InputError:
        """Build an error that points at this extension."""
        return InputError(f"{problem} (extension '{self.name}')", **details)


def _check_series(extension: Extension) -> None:
    """Refuse two series that would be stored under one name."""
    stored: set[str] = set()
    for name, series in extension.series.items():
        for part in series.by:
            if part not in get_args(By):
                raise extension.error(
                    f"a series cannot be recorded by '{part}'",
                    key=f"series.{name}",
                    allowed=get_args(By),
                    given=part,
                )
        for array in (name, *(f"{name}_{part}" for part in series.by)):
            if array in stored:
                raise extension.error(f"'{array}' is recorded twice", key=f"series.{name}")
            stored.add(array)
