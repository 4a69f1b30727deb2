"""All levers: a sensible step of each, and the parameters that it acts through.

The lists of parameters are written by hand; a test moves the parameters of the model and finds out
whether they are complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rift_sim.analysis.levers.lever import Actions, Lever
from rift_sim.errors import InputError

__all__ = ["LEVERS", "NOT_LEVERS", "choose_levers"]

_COMBINED = (
    "weight_mobility", "weight_intelligence", "weight_leadership", "weight_force",
    "ces_elasticity", "capability_floor", "loss_capability",
)  # fmt: skip
_SUBSTITUTES = ("substitution_ceiling", "substitution_years")
_PIPE = ("aid_pipeline", "paramilitary_aid")
_MOBILITY = ("us_share_mobility", *_SUBSTITUTES, *_COMBINED)
_INTELLIGENCE = (
    "us_share_intelligence", "officer_link", "officer_rebuild", "loss_intelligence", *_SUBSTITUTES,
    *_COMBINED,
)  # fmt: skip
_TRAINING = ("training_effect", "leadership_rebuild", "leadership_relevance", *_COMBINED)
_OFFICERS = (
    "officer_link", "officer_rebuild", "us_share_intelligence", "loss_intelligence", *_SUBSTITUTES,
    *_COMBINED,
)  # fmt: skip
_EARNED = ("aid_restoration_ceiling", "aid_appropriation_speed")
_REFUGE = ("utility_state", "share_abroad_venezuela")
_PRESIDENT = ("pressure", "eradication", "force_trend", "talks_kept")
_AT_THE_TABLE = ("talks_halt_open", "talks_growth", "talks_leave")
_TABLES = ("talks", "ceasefire", "posture", "inauguration")


def _aid(line: str, *through: str) -> Lever:
    return Lever(
        f"aid.{line}",
        "level of aid (1 = fiscal year 2024)",
        lambda level: {"aid": {line: level, "hold": True}},
        None,
        None,
        tuple(dict.fromkeys(through)),
        ("aid",),
        span=(0.0, 2.0),
        bounds=(0.0, 20.0),
    )


def _commanders(field: str, meaning: str, *through: str) -> Lever:
    return Lever(
        f"commanders.{field.removeprefix('intelligence_')}",
        meaning,
        lambda share: {"commanders": {field: share}},
        0.0,
        0.1,
        through,
        (),
        span=(0.0, 1.0),
    )


def _president(kind: str) -> Lever:
    own = tuple(f"{what}_{name}" for name in ("left", kind) for what in _PRESIDENT)
    return Lever(
        f"president.{kind}",
        "president",
        lambda name: {"inauguration": {"president": name}},
        "left",
        kind,
        (*own, *_AT_THE_TABLE, "paramilitary_aid", "loss_intelligence", "loss_capability"),
        ("inauguration",),
        sections=("relationship", "aid", "capability"),
    )


def _eradication(method: str, through: str) -> Lever:
    return Lever(
        f"eradication.{method}",
        f"hectares a year, {method}",
        lambda hectares: {"eradication": {"hectares_per_year": hectares, "method": method}},
        20_000.0,
        30_000.0,
        (through, "decertification_coca", "coca_scale", "recruitment_rent"),
        ("eradication", "posture", "inauguration"),
        span=(0.0, 150_000.0),
        bounds=(0.0, 500_000.0),
    )


def _sanctuary(country: str, start: str) -> Lever:
    return Lever(
        f"sanctuary.{country}",
        "refuge across the border (0 to 1)",
        lambda level: {"sanctuary": {"country": country, "level": level}},
        0.5,
        0.25,
        ("utility_state", f"share_abroad_{country}", start),
        ("sanctuary", "venezuela", "tariff"),
        span=(0.0, 1.0),
    )


def _washington(
    name: str,
    meaning: str,
    act: Callable[[Any], Actions],
    step: tuple[Any, Any],
    bounds: tuple[float, float] | None = (0.0, 1.0),
) -> Lever:
    """Return a lever that moves the relationship, and the map by way of it."""
    low, high = step
    return Lever(
        name, meaning, act, low, high, ("aid_pipeline", *_EARNED), (),
        sections=("relationship",), span=bounds, bounds=bounds or (0.0, 1.0),
    )  # fmt: skip


_ALL = (
    _aid("air_mobility", *_PIPE, *_MOBILITY),
    _aid("intelligence", *_PIPE, *_INTELLIGENCE),
    _aid("police", *_PIPE, *_TRAINING),
    # No mechanism of the model takes development aid up.
    _aid("development"),
    _aid("security", *_PIPE, *_MOBILITY, *_INTELLIGENCE, *_TRAINING),
    _aid("all", *_PIPE, *_MOBILITY, *_INTELLIGENCE, *_TRAINING),
    Lever(
        "pressure",
        "pressure on groups (1 = 2023-2025)",
        lambda level: {"posture": {"pressure": level}},
        1.0,
        1.25,
        ("loss_rate", "utility_operations"),
        ("posture", "inauguration"),
        span=(0.5, 3.0),
        bounds=(0.0, 5.0),
    ),
    Lever(
        "force_size",
        "size of the forces (1 = 2021)",
        lambda level: {"force_size": {"level": level}},
        0.75,
        0.85,
        _COMBINED,
        ("force_size",),
        span=(0.5, 1.5),
        bounds=(0.0, 3.0),
    ),
    _commanders(
        "retire", "leadership experience lost",
        "leadership_relevance", "leadership_rebuild", "training_effect", *_COMBINED,
    ),
    _commanders(
        "rebuild", "missing experience regained",
        "leadership_relevance", "leadership_rebuild", "training_effect", *_OFFICERS,
    ),
    _commanders(
        "intelligence_officers", "experience of officers lost", *_OFFICERS
    ),
    Lever(
        "intelligence_sharing",
        "intelligence shared (1 = in full)",
        lambda level: {"intelligence_sharing": level},
        0.5,
        1.0,
        ("aid_pipeline", *_EARNED, *_INTELLIGENCE),
        ("intelligence_sharing",),
        sections=("relationship",),
        span=(0.0, 1.0),
    ),
    Lever(
        "extradition",
        "extradition (1 = in full)",
        lambda level: {"extradition": level},
        0.5,
        1.0,
        ("informant_share", "extradition_rupture"),
        ("extradition",),
        sections=("relationship",),
        span=(0.0, 1.0),
    ),
    _eradication("manual", "eradication_effect"),
    _eradication("aerial", "spraying_effect"),
    _eradication("substitution", "substitution_effect"),
    Lever(
        "talks",
        "talks with all groups",
        lambda state: {"talks": {"groups": "all", "open": state == "open"}},
        "closed",
        "open",
        _AT_THE_TABLE,
        _TABLES,
    ),
    Lever(
        "ceasefire",
        "ceasefire with all groups",
        lambda state: {"ceasefire": {"groups": "all", "on": state == "on"}},
        "off",
        "on",
        ("talks_halt", "talks_halt_open", "talks_leave"),
        _TABLES,
    ),
    _president("left_learning"),
    _president("centre"),
    _president("right"),
    _sanctuary("venezuela", "sanctuary_interim"),
    _sanctuary("ecuador", "sanctuary_ecuador"),
    Lever(
        "venezuela",
        "regime in Venezuela",
        lambda regime: {"venezuela": {"regime": regime}},
        "interim",
        "transition",
        ("sanctuary_interim", "sanctuary_transition", *_REFUGE),
        ("venezuela", "sanctuary"),
    ),
    _washington(
        "diplomacy", "diplomatic act (-1 to 1)",
        lambda effect: {"diplomacy": {"effect": effect, "kind": "meeting"}}, (0.0, 0.5),
        bounds=(-1.0, 1.0),
    ),
    _washington(
        "cooperation", "work on the interest in drugs (0 to 1)",
        lambda effort: {"cooperation": {"interest": "drugs", "effort": effort}}, (0.0, 0.5),
    ),
    _washington(
        "tariff", "U.S. tariff (percent)",
        lambda rate: {"tariff": {"rate": rate, "by": "us"}}, (0.0, 25.0), bounds=(0.0, 100.0),
    ),
    _washington(
        "sanction", "severity of a sanction on the economy",
        lambda severity: {"sanction": {"target": "economy", "severity": severity}}, (0.0, 0.5),
    ),
    _washington(
        "threat", "severity of a U.S. threat",
        lambda severity: {"threat": {"severity": severity}}, (0.0, 0.5),
    ),
    _washington(
        "certification", "verdict on narcotics",
        lambda verdict: {"certification": verdict}, ("certified", "decertified"), bounds=None,
    ),
)  # fmt: skip

LEVERS: Mapping[str, Lever] = {lever.name: lever for lever in _ALL}
"""Every lever, by name."""

NOT_LEVERS: Mapping[str, str] = {
    "designation": "is about one group",
    "strike": "is about one group",
    "demobilisation": "is about one group",
    "split": "is a decision of groups",
    "pact": "is a decision of groups",
    "war": "is a decision of groups",
    "coexistence": "is a decision of groups",
}
"""Kinds of event without a lever, and why."""


def choose_levers(names: Iterable[str], *, key: str = "--lever") -> list[Lever]:
    """Return the levers of these names; all of them if none is named.

    Raises
    ------
    InputError
        When there is no such lever; events that are none are refused with the reason.
    """
    chosen: list[Lever] = []
    for name in dict.fromkeys(names):
        if name in NOT_LEVERS:
            raise InputError(
                f"'{name}' {NOT_LEVERS[name]}, no lever", key=key,
                allowed=f"two scenarios, or one of {', '.join(LEVERS)}",
            )  # fmt: skip
        if name not in LEVERS:
            raise InputError(
                f"there is no lever '{name}'", key=key, allowed=list(LEVERS), given=name
            )
        chosen.append(LEVERS[name])
    return chosen or list(LEVERS.values())
