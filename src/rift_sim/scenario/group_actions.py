"""What an event can do to armed groups and between them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from rift_sim.scenario.values import (
    EVERYONE,
    GroupName,
    GroupOrAll,
    Refusal,
    Share,
    Strict,
    as_tuple,
    needs_one,
)

__all__ = ["Ceasefire", "Demobilisation", "Designation", "Pair", "Split", "Strike", "Talks"]


class Designation(Strict):
    """A U.S. listing of a group as a foreign terrorist organisation, or its end."""

    group: GroupName
    """Armed group (id or alias)."""
    kind: Literal["fto", "none"]
    """`fto`: listed; `none`: taken off the list."""


def _group_list(value: object) -> object:
    if isinstance(value, str) and value.casefold() == EVERYONE:
        return (EVERYONE,)
    return as_tuple(value)


class _OfGroups(Strict):
    """Concerns one group, several, or all."""

    group: GroupOrAll | None = None
    """Armed group (id or alias), or `all`."""
    groups: (
        Annotated[
            tuple[GroupOrAll, ...],
            BeforeValidator(_group_list, json_schema_input_type=list[str] | Literal["all"]),
            Field(min_length=1),
        ]
        | None
    ) = None
    """Several armed groups, or `all`."""

    @model_validator(mode="after")
    def _who(self) -> _OfGroups:
        needs_one(self, ("group", "groups"), exactly=True)
        return self

    def targets(self, groups: tuple[str, ...]) -> tuple[str, ...]:
        """Return the ids meant; `groups` is what ``all`` stands for."""
        named = self.groups if self.groups is not None else (str(self.group),)
        return tuple(groups) if EVERYONE in named else tuple(dict.fromkeys(named))


class Talks(_OfGroups):
    """Talks with armed groups open or close."""

    open: bool
    """True: at the table; false: talks end."""


class Ceasefire(_OfGroups):
    """A ceasefire between state and groups begins or ends."""

    on: bool
    """True: begins; false: ends."""
    months: Annotated[int, Field(ge=1, le=240)] | None = None
    """Months it lasts; until a further event if not given."""

    @model_validator(mode="after")
    def _check(self) -> Ceasefire:
        if self.months is not None and not self.on:
            raise Refusal.one(
                "an end has no length", at=("months",), allowed="months with on: true"
            )
        return self


class Strike(Strict):
    """A U.S. strike."""

    severity: Share
    """0: none; 1: the heaviest conceivable."""
    group: GroupName | None = None
    """Armed group it hits (id or alias); none in particular if not given."""


class Demobilisation(Strict):
    """Part of a group lays down its arms."""

    group: GroupName
    """Armed group (id or alias)."""
    share: Share
    """Share of its members who leave."""
    dissident: GroupName | None = None
    """Group that those who refuse go over to."""
    dissident_share: Share | None = None
    """Share of the leaving members who go over to `dissident`."""

    @model_validator(mode="after")
    def _check(self) -> Demobilisation:
        if (self.dissident is None) != (self.dissident_share is None):
            raise Refusal.one("'dissident' and 'dissident_share' go together", allowed="both")
        _two(self.group, self.dissident, "dissident")
        return self


class Split(Strict):
    """Part of a group leaves it for another or a new one."""

    group: GroupName
    """Armed group that loses members (id or alias)."""
    into: GroupName
    """Armed group that they form or join (id or alias)."""
    share: Share
    """Share of the members who leave."""

    @model_validator(mode="after")
    def _check(self) -> Split:
        _two(self.group, self.into, "into")
        return self


def _two(first: str, second: str | None, key: str | int) -> None:
    if first == second:
        raise Refusal.one(f"the same group twice ({first})", at=(key,), allowed="two groups")


def _pair(value: tuple[str, str]) -> tuple[str, str]:
    _two(value[0], value[1], 1)
    return value


Pair = Annotated[
    tuple[GroupName, GroupName],
    BeforeValidator(as_tuple, json_schema_input_type=list[str]),
    AfterValidator(_pair),
    WithJsonSchema({"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}),
]
"""Two different armed groups."""
