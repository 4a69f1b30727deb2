"""Armed groups in the ledger, and how pairs of them stand to each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from rift_sim.calendar import Month
from rift_sim.seeds.base import FROZEN, Frozen, Grounded, Record, Text, Texts

__all__ = ["Group", "Members", "Relation", "Rents", "Talks"]

Count = Annotated[int, Field(ge=0)]


class Rents(Record):
    """Shares of a group's income by kind; a judgement. They sum to 1."""

    coca: float = Field(ge=0, le=1)
    mining: float = Field(ge=0, le=1)
    smuggling: float = Field(ge=0, le=1)
    extortion: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _check(self) -> Rents:
        total = self.coca + self.mining + self.smuggling + self.extortion
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"the shares must sum to 1, not {total:g}")
        return self


class Members(Record):
    """Members of a group at a date: all of them, and the armed ones."""

    total: int = Field(ge=0)
    armed: int = Field(ge=0)

    @model_validator(mode="after")
    def _check(self) -> Members:
        if self.armed > self.total:
            raise ValueError(f"armed ({self.armed}) is more than total ({self.total})")
        return self


class Talks(Grounded):
    """Whether a group was at the table, and under a ceasefire, in January 2026.

    Runs that start earlier take talks from their events alone.
    """

    open: bool
    ceasefire: bool


class Group(Record):
    """An armed group.

    Attributes
    ----------
    name, spanish_name, aliases
        Names, also as sources write them.
    family, parent
        Kind of group, and the group it came from.
    start, until
        First and last month of its life (keys ``from`` and ``until``); open end: active.
    rents
        Shares of income (judgement).
    homeland
        Two-digit department codes (DIVIPOLA) of its core.
    members
        By month, where known; nobody before the first.
    municipalities
        Municipalities with presence over the country, by month, where known.
    talks
        State of talks in January 2026; None for groups of the past.
    sources, note
        Source ids; how figures were made.
    """

    id: Text
    name: Text
    spanish_name: Text
    aliases: Texts
    family: Literal["guerrilla", "dissident", "successor", "paramilitary", "self_defence"]
    parent: Text | None = None
    start: Month = Field(alias="from")
    until: Month | None = None
    rents: Rents
    homeland: Texts = ()
    members: Annotated[Mapping[str, Members], *FROZEN] = Frozen({})
    municipalities: Annotated[Mapping[str, Count], *FROZEN] = Frozen({})
    talks: Talks | None = None
    sources: Texts
    note: Text | None = None

    @model_validator(mode="after")
    def _check(self) -> Group:
        if self.until is not None and self.until < self.start:
            raise ValueError(f"until ({self.until}) lies before from ({self.start})")
        for code in self.homeland:
            if not (len(code) == 2 and code.isdigit()):
                raise ValueError(f"'{code}' is not a two-digit department code; quote it: \"05\"")
        for date in (*self.members, *self.municipalities):
            Month.parse(date)
        return self

    def active(self, month: Month) -> bool:
        """Say whether the group exists in `month`."""
        return self.start <= month and (self.until is None or month <= self.until)


class Relation(Grounded):
    """How two groups stand to each other from `since` to `until`; unlisted pairs coexist."""

    pair: Annotated[tuple[Text, Text], Field(strict=False)]
    state: Literal["war", "pact", "coexistence"]
    since: Month
    until: Month | None = None

    @model_validator(mode="after")
    def _check(self) -> Relation:
        if self.pair[0] == self.pair[1]:
            raise ValueError(f"a pair needs two groups, not '{self.pair[0]}' twice")
        if self.until is not None and self.until < self.since:
            raise ValueError(f"until ({self.until}) lies before since ({self.since})")
        return self

    def holds(self, month: Month) -> bool:
        """Say whether the pair stood like this in `month`."""
        return self.since <= month and (self.until is None or month <= self.until)

    def overlaps(self, other: Relation) -> bool:
        """Say whether both relations hold in some month."""
        return self.holds(other.since) or other.holds(self.since)
