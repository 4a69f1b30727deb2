"""What a scenario names of extensions: the extensions themselves, and what is theirs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BeforeValidator

from rift_sim.errors import InputError
from rift_sim.extension.parts import USUAL
from rift_sim.extension.registry import in_use, installed, owner, use
from rift_sim.scenario.values import Finding, GroupName, Refusal, Slug, Text, as_tuple
from rift_sim.vocabulary import SELF_DEFENCE
from rift_sim.yamlfile import KeyPath

if TYPE_CHECKING:
    from rift_sim.scenario.schema import Scenario

__all__ = ["Extensions", "Strategies", "check_strategies", "own_names", "strangers"]


def _loaded(names: tuple[str, ...]) -> tuple[str, ...]:
    for place, name in enumerate(names):
        if name in names[:place]:
            raise Refusal.one(f"'{name}' stands twice", at=(place,), allowed="each once")
        try:
            use([name])
        except InputError as error:
            if error.file is not None:
                raise
            there = tuple(one.name for one in installed())
            known = None if error.allowed is None else str(error.allowed)
            if name not in there and there:
                raise Refusal.one(error.problem, at=(place,), allowed=there, given=name) from None
            raise Refusal.one(error.problem, at=(place,), allowed=known) from None
    return names


def _known_strategies(chosen: dict[str, str]) -> dict[str, str]:
    names = (USUAL, *(s for extension in use(in_use()) for s in extension.strategies))
    for group, name in chosen.items():
        if name not in names:
            raise Refusal.one(
                f"there is no strategy '{name}'", at=(group,), allowed=names, given=name
            )
        if group == SELF_DEFENCE and name != USUAL:
            raise Refusal.one(
                "self-defence units have a way of their own", at=(group,), allowed=USUAL
            )
    return chosen


Extensions = Annotated[
    tuple[Slug, ...],
    BeforeValidator(as_tuple, json_schema_input_type=list[Slug]),
    AfterValidator(_loaded),
]
"""Names of extensions; each is loaded where it is read, so that what follows can use it."""
Strategies = Annotated[dict[GroupName, Text], AfterValidator(_known_strategies)]


def own_names(scenario: Scenario, part: str) -> tuple[str, ...]:
    """Return what the extensions of a scenario add, such as its `series`."""
    return tuple(name for one in use(scenario.extensions) for name in getattr(one, part))


def check_strategies(scenario: Scenario, groups: Collection[str]) -> None:
    """Refuse a strategy for a group that has no part in a scenario.

    Raises
    ------
    InputError
        When `groups`, those that can act, have not the group.
    """
    for group in scenario.strategies:
        if group not in groups:
            raise InputError(
                f"the group {group} has no part in the scenario '{scenario.name}'",
                key=f"strategies.{group}",
                allowed=groups,
            )


def strangers(scenario: Scenario) -> Iterator[Finding]:
    """Find what belongs to an extension in use that this scenario does not name."""
    places: list[tuple[KeyPath, str, str]] = [
        *((("assumptions", name), "parameters", name) for name in scenario.assumptions),
        *((("mechanisms", name), "mechanisms", name) for name in scenario.mechanisms),
        *((("strategies", g), "strategies", name) for g, name in scenario.strategies.items()),
        *((("observe", place), "series", name) for place, name in enumerate(scenario.observe)),
    ]
    for part in ("history", "timeline"):
        for place, event in enumerate(getattr(scenario, part)):
            places += [((part, place, kind), "events", kind) for kind, _ in event.actions]
    for at, part, name in places:
        theirs = owner(part, name)
        if theirs is not None and theirs not in scenario.extensions:
            yield Finding(
                at=at,
                problem=f"'{name}' belongs to the extension '{theirs}', which is not named",
                allowed=f"it, with extensions: [{theirs}]",
            )
