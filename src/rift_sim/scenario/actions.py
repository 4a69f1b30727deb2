"""What an event can do to aid, forces, governments and the relationship."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from rift_sim.scenario.values import Refusal, Share, Strict, needs_one
from rift_sim.vocabulary import AID_LINES, SECURITY_LINES

__all__ = [
    "Aid",
    "AidLevel",
    "Certification",
    "Commanders",
    "Diplomacy",
    "Eradication",
    "ForceSize",
    "Inauguration",
    "Posture",
    "President",
    "Sanction",
    "Sanctuary",
    "Tariff",
    "Threat",
    "Venezuela",
]

President = Literal["left", "left_learning", "centre", "right"]
AidLevel = Annotated[float, Field(ge=0, le=20)]
OverMonths = Annotated[int, Field(ge=0, le=60)]
CarveOut = Literal["security", "air_mobility", "intelligence", "police", "development"]
_MIX_TOLERANCE = 1e-6


class Aid(Strict):
    """U.S. aid by line from this month on; a level of 1 is fiscal year 2024."""

    all: AidLevel | None = None
    """Level of all four lines (1 = FY2024)."""
    security: AidLevel | None = None
    """Level of air_mobility, intelligence and police (1 = FY2024)."""
    air_mobility: AidLevel | None = None
    """Level of support for helicopters and aircraft (1 = FY2024)."""
    intelligence: AidLevel | None = None
    """Level of support for intelligence (1 = FY2024)."""
    police: AidLevel | None = None
    """Level of support for police and counternarcotics (1 = FY2024)."""
    development: AidLevel | None = None
    """Level of development and humanitarian aid (1 = FY2024)."""
    carve_out: Annotated[dict[CarveOut, AidLevel], Field(min_length=1)] | None = None
    """Lines (or `security`) that `all` does not reach, with their own level (1 = FY2024)."""
    over_months: OverMonths = 0
    """Months over which the levels change linearly; 0: at once."""
    hold: bool = False
    """True: the level stays until a further event; false: the U.S. agent may change it later."""

    @model_validator(mode="after")
    def _check(self) -> Aid:
        needs_one(self, ("all", "security", *AID_LINES))
        if self.carve_out is not None and self.all is None:
            raise Refusal.one(
                "a carve-out is an exception to 'all', which is missing",
                at=("carve_out",),
                allowed="all: LEVEL beside it, or the lines themselves",
            )
        for name in self.carve_out or {}:
            if getattr(self, name) is not None:
                raise Refusal.one(f"'{name}' is given twice", at=(name,), allowed="once")
        return self

    @cached_property
    def levels(self) -> dict[str, float]:
        """Level by line, for the lines this event touches; what is more specific wins.

        It is worked out once: read it, do not change it.
        """
        given = {name: getattr(self, name) for name in ("all", "security", *AID_LINES)}
        given.update({str(name): level for name, level in (self.carve_out or {}).items()})
        wide = (("all", AID_LINES), ("security", SECURITY_LINES))
        found: dict[str, float] = {}
        for name, lines in (*wide, *((line, (line,)) for line in AID_LINES)):
            if given[name] is not None:
                found.update(dict.fromkeys(lines, given[name]))
        return {line: found[line] for line in AID_LINES if line in found}


class Commanders(Strict):
    """Experience of commanders and intelligence officers lost or regained."""

    retire: Share | None = None
    """Share of leadership experience lost."""
    rebuild: Share | None = None
    """Share of the missing leadership experience regained."""
    intelligence_officers: Share | None = None
    """Share of the police-intelligence experience lost."""
    every: Literal["once", "year"] = "once"
    """`year`: repeats in the same month of each following year until a `stop` or the end."""
    stop: bool | None = None
    """True: ends what repeats every year."""

    @model_validator(mode="after")
    def _check(self) -> Commanders:
        needs_one(self, ("retire", "rebuild", "intelligence_officers", "stop"))
        if self.stop and self.every == "year":
            raise Refusal.one("'stop' cannot repeat", at=("every",), allowed="every: once")
        return self


class ForceSize(Strict):
    """Size of the security forces: a relative change, or a level relative to 2021."""

    change: Annotated[float, Field(ge=-1, le=2)] | None = None
    """Relative change: -0.05 is five percent fewer."""
    level: Annotated[float, Field(ge=0, le=3)] | None = None
    """Size relative to 2021 (1 = 2021)."""
    over_months: OverMonths = 0
    """Months over which the size changes linearly; 0: at once."""

    @model_validator(mode="after")
    def _check(self) -> ForceSize:
        needs_one(self, ("change", "level"), exactly=True)
        return self


class Eradication(Strict):
    """Eradication of coca from this month on."""

    hectares_per_year: Annotated[float, Field(ge=0, le=500_000)]
    """Hectares eradicated per year."""
    method: Literal["manual", "drone", "aerial", "substitution"]
    """How."""


class Sanctuary(Strict):
    """How freely groups can rest across the border."""

    country: Literal["venezuela", "ecuador"]
    """Neighbour."""
    level: Share
    """0: none; 1: a group is as safe there as the model allows."""


class Diplomacy(Strict):
    """A diplomatic act between the two governments."""

    effect: Annotated[float, Field(ge=-1, le=1)]
    """Effect on the relationship: -1 worst, 1 best."""
    kind: Literal["call", "meeting", "visit", "recall", "statement"]
    """Kind of act; a label."""


class Cooperation(Strict):
    """Work with the United States on one of the four interests that it has named."""

    interest: Literal["drugs", "migration", "venezuela", "china"]
    """Which one."""
    effort: Share
    """0: none; 1: all that a government can do. A plea of the same weight is `diplomacy`."""


class Posture(Strict):
    """Overrides the government's own posture, until an inauguration or a further event."""

    pressure: Annotated[float, Field(ge=0, le=5)] | None = None
    """Pressure on armed groups, relative to 2023-2025 (1 = as then)."""
    eradication: Annotated[float, Field(ge=0, le=500_000)] | None = None
    """Hectares of coca the government wants eradicated per year."""
    talks: bool | None = None
    """Whether the government talks with groups at all."""

    @model_validator(mode="after")
    def _check(self) -> Posture:
        needs_one(self, ("pressure", "eradication", "talks"))
        return self


def _sums_to_one(mix: dict[str, float]) -> dict[str, float]:
    total = sum(mix.values())
    if abs(total - 1) > _MIX_TOLERANCE:
        raise Refusal.one(f"the probabilities sum to {total:.6g}, not to 1", allowed="a sum of 1")
    return mix


Mix = Annotated[dict[President, Share], Field(min_length=1), AfterValidator(_sums_to_one)]


class Inauguration(Strict):
    """A president takes office."""

    president: Annotated[
        Annotated[Mix, Tag("<mix>")] | Annotated[President, Tag("<type>")],
        Discriminator(lambda value: "<mix>" if isinstance(value, dict) else "<type>"),
    ]
    """Type of president, or types with probabilities that sum to 1 (drawn per replicate)."""

    @property
    def mix(self) -> dict[str, float]:
        """Probability by type of president."""
        if isinstance(self.president, str):
            return {self.president: 1.0}
        return {str(kind): chance for kind, chance in self.president.items()}


class Tariff(Strict):
    """A tariff on Colombian goods from this month on."""

    rate: Annotated[float, Field(ge=0, le=100)]
    """Percent of the value of the goods (0 ends it)."""
    by: Literal["us", "ecuador"]
    """Who raises it."""


class Sanction(Strict):
    """U.S. sanctions."""

    target: Literal["officials", "economy"]
    """Persons in office, or the economy as a whole."""
    severity: Share
    """0: lifted; 1: the heaviest conceivable."""


class Threat(Strict):
    """A U.S. threat of force or of economic harm."""

    severity: Share
    """0: none; 1: the heaviest conceivable."""


class Venezuela(Strict):
    """Who governs Venezuela from this month on."""

    regime: Literal["chavista", "interim", "transition"]
    """`chavista`: as under Maduro; `interim`: after his capture; `transition`: to democracy."""


Certification = Literal["certified", "waiver", "decertified"]
