"""Dated events: when something happens, and what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    Discriminator,
    Field,
    SerializeAsAny,
    Tag,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    create_model,
    model_validator,
)

from rift_sim.calendar import Month
from rift_sim.extension.registry import event_kinds, reserve
from rift_sim.scenario import actions as act
from rift_sim.scenario import group_actions as band
from rift_sim.scenario.values import (
    EVERYONE,
    ModelMonth,
    Refusal,
    Share,
    Slug,
    Strict,
    Text,
    as_tuple,
)

__all__ = ["ACTIONS", "HEADER", "Drop", "Event", "EventEntry", "Events", "occurrences"]

Added = tuple[tuple[str, type[BaseModel]], ...]


class Event(Strict):
    """Something that happens in a month: one date, one or more actions.

    Attributes
    ----------
    added
        Kinds of extensions that it has beside the built-in ones, with their contents' models.
    """

    added: ClassVar[Added] = ()

    date: ModelMonth
    """Month, YYYY-MM (a day after it is dropped)."""
    id: Slug | None = None
    """Name by which a child scenario or `--set` can replace, drop or change the event."""
    note: Text | None = None
    """Free text; appears beside the event in figures."""
    source: Text | None = None
    """Id in the ledger (`rift seeds`) or `judgement`."""
    aid: act.Aid | None = None
    """U.S. aid by line."""
    commanders: act.Commanders | None = None
    """Experience of commanders lost or regained."""
    force_size: act.ForceSize | None = None
    """Size of the security forces."""
    eradication: act.Eradication | None = None
    """Eradication of coca."""
    intelligence_sharing: Share | None = None
    """Intelligence shared between the two countries (0: none, 1: in full)."""
    extradition: Share | None = None
    """Extraditions to the United States (0: stopped, 1: as before)."""
    designation: band.Designation | None = None
    """Listing of a group as terrorist."""
    sanctuary: act.Sanctuary | None = None
    """Refuge across a border."""
    diplomacy: act.Diplomacy | None = None
    """Diplomatic act between the governments."""
    cooperation: act.Cooperation | None = None
    """Work on an interest of the United States."""
    posture: act.Posture | None = None
    """Posture of the Colombian government."""
    talks: band.Talks | None = None
    """Talks with armed groups."""
    ceasefire: band.Ceasefire | None = None
    """Ceasefire with armed groups."""
    inauguration: act.Inauguration | None = None
    """A president takes office."""
    certification: act.Certification | None = None
    """Yearly U.S. decision on Colombia's efforts against drugs."""
    tariff: act.Tariff | None = None
    """Tariff on Colombian goods."""
    sanction: act.Sanction | None = None
    """U.S. sanctions."""
    threat: act.Threat | None = None
    """U.S. threat."""
    strike: band.Strike | None = None
    """U.S. strike."""
    venezuela: act.Venezuela | None = None
    """Regime in Venezuela."""
    demobilisation: band.Demobilisation | None = None
    """Part of a group lays down its arms."""
    split: band.Split | None = None
    """Part of a group breaks away."""
    pact: band.Pair | None = None
    """Two groups make a pact."""
    war: band.Pair | None = None
    """Two groups go to war."""
    coexistence: band.Pair | None = None
    """Two groups leave each other alone."""

    @model_validator(mode="after")
    def _does_something(self) -> Event:
        if not self.actions:
            raise Refusal.one(
                "the event does nothing", allowed=("one of " + ACTIONS[0], *ACTIONS[1:])
            )
        return self

    @cached_property
    def actions(self) -> tuple[tuple[str, Any], ...]:
        """Kind and content of each action, in the order of `ACTIONS`, those of extensions last.

        The content is a model of `rift_sim.scenario.actions`; a float for
        `intelligence_sharing` and `extradition`; text for `certification`; two group ids
        for `pact`, `war` and `coexistence`.
        """
        kinds = (*ACTIONS, *(kind for kind, _ in self.added))
        given = ((kind, getattr(self, kind)) for kind in kinds)
        return tuple((kind, action) for kind, action in given if action is not None)

    @property
    def groups(self) -> frozenset[str]:
        """Ids of the armed groups that the event names; ``all`` is not among them."""
        named: set[str] = set()
        for _, action in self.actions:
            if isinstance(action, tuple):
                named.update(action)
            for field in ("group", "into", "dissident"):
                named.add(getattr(action, field, None) or EVERYONE)
            named.update(getattr(action, "groups", None) or ())
        return frozenset(named - {EVERYONE})


HEADER = ("date", "id", "note", "source")
"""Keys of an event that say nothing of what it does."""
ACTIONS: tuple[str, ...] = tuple(name for name in Event.model_fields if name not in HEADER)
"""Every built-in kind of action, in the order in which a month applies them."""
reserve((*Event.model_fields, "drop"))


class _Extended(Event):
    """An event with kinds of extensions; `_extended` makes a class for each set of kinds."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Let other processes make the class anew."""
        return _revived, (self.added, self.__getstate__())


@lru_cache(maxsize=64)
def _extended(added: Added) -> type[_Extended]:
    fields: dict[str, Any] = {kind: (content | None, None) for kind, content in added}
    made = create_model("ExtendedEvent", __base__=_Extended, __module__=__name__, **fields)
    made.added = added
    return made


def _revived(added: Added, state: Any) -> Event:
    event = _extended(added).__new__(_extended(added))
    event.__setstate__(state)
    return event


def _with_kinds(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Read an event that has kinds of extensions in use into a class that has them, too."""
    if isinstance(value, dict):
        kinds = event_kinds()
        added = tuple((kind, kinds[kind].content) for kind in kinds if kind in value)
        if added:
            return _extended(added).model_validate(value)
    return handler(value)


AnyEvent = Annotated[SerializeAsAny[Event], WrapValidator(_with_kinds)]
"""An event, with whatever extensions in use add to it."""


class Drop(Strict):
    """Takes inherited events away: the one with an id, or all of the list."""

    drop: Literal[True, "all"]
    """`true` with an `id`; `all` without."""
    id: Slug | None = None
    """Id of the inherited event."""

    @model_validator(mode="after")
    def _check(self) -> Drop:
        if (self.drop == "all") == (self.id is not None):
            raise Refusal.one(
                "unclear what to drop", allowed="{id: NAME, drop: true} or {drop: all}"
            )
        return self


EventEntry = Annotated[
    Annotated[AnyEvent, Tag("<event>")] | Annotated[Drop, Tag("<drop>")],
    Discriminator(lambda value: "<drop>" if "drop" in _keys(value) else "<event>"),
]
"""An item of `history` or `timeline` in a file: an event, or the removal of inherited ones."""
Events = Annotated[
    tuple[AnyEvent, ...], BeforeValidator(as_tuple, json_schema_input_type=list[Event]), Field()
]
EventEntries = Annotated[
    tuple[EventEntry, ...], BeforeValidator(as_tuple, json_schema_input_type=list[EventEntry])
]


def _keys(value: object) -> Iterable[str]:
    if isinstance(value, dict):
        return value
    return ("drop",) if isinstance(value, Drop) else ()


def occurrences(events: Iterable[Event], end: Month) -> tuple[Event, ...]:
    """Write out what repeats every year, up to `end`, and sort by date.

    A `commanders` action with ``every: year`` comes back in the same month of each later
    year, alone and without id, until an event with ``commanders: {stop: true}``; that event
    ends all series begun before it, in its own month too.
    """
    ordered = sorted(events, key=lambda event: event.date)
    found = list(ordered)
    for place, event in enumerate(ordered):
        if event.commanders is not None and event.commanders.every == "year":
            later = ordered[place + 1 :]
            stops = (e.date for e in later if e.commanders is not None and e.commanders.stop)
            found.extend(_repeats(event, min((*stops, end.shift(1)))))
    return tuple(sorted(found, key=lambda event: event.date))


def _repeats(event: Event, before: Month) -> Iterator[Event]:
    date = event.date.shift(12)
    while date < before:
        yield Event(date=date, note=event.note, source=event.source, commanders=event.commanders)
        date = date.shift(12)
