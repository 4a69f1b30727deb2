"""The kind of event: a mandate says where the mission goes, how large it is and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, field_validator

from rift_peacekeeping.mission import mission_of
from rift_sim import Refusal, Strict

if TYPE_CHECKING:
    from rift_sim import RiftModel

__all__ = ["Mandate", "begin", "in_words"]


class Mandate(Strict):
    """A mandate for peacekeepers from this month on; it takes the place of the one before."""

    departments: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    """Codes of the departments, such as "19" for Cauca."""
    troops: Annotated[int, Field(ge=0, le=100_000)]
    """Peacekeepers; 0 ends the mission."""
    months: Annotated[int, Field(ge=1, le=240)]
    """Months until it withdraws."""

    @field_validator("departments")
    @classmethod
    def _known(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        from rift_sim.territory import load_territory

        known = load_territory().departments
        for place, code in enumerate(codes):
            if code not in known:
                raise Refusal.one(
                    f"there is no department '{code}'", at=(place,), allowed=known, given=code
                )
        return codes


def begin(model: RiftModel, mandate: Mandate) -> None:
    """Hand the mandate to the mission."""
    mission_of(model).deploy(mandate.departments, mandate.troops, mandate.months)


def in_words(mandate: Mandate) -> str:
    """Say what the mandate is."""
    where = ", ".join(mandate.departments)
    return f"{mandate.troops:,} peacekeepers for {mandate.months} months (departments {where})"
