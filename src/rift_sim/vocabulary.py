"""The small shared vocabulary: pillars, aid lines, president types, observed series.

This is the only module that every other may import.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = [
    "AID_LINES",
    "BUILT_IN_SERIES",
    "COUNTRIES",
    "PILLARS",
    "PRESIDENT_TYPES",
    "SECURITY_LINES",
    "SELF_DEFENCE",
    "SERIES",
    "Dimension",
    "Series",
]

PILLARS = ("diplomacy", "security_aid", "intelligence", "justice", "trade", "migration")
"""The six pillars of the relationship, each in [0, 1]."""

AID_LINES = ("air_mobility", "intelligence", "police", "development")
SECURITY_LINES = ("air_mobility", "intelligence", "police")

PRESIDENT_TYPES = ("left", "left_learning", "centre", "right")
"""Types, not persons: a left that goes on as before, one that learns, a centre, a right."""

COUNTRIES = ("venezuela", "ecuador")

SELF_DEFENCE = "SELF_DEFENCE"
"""Id of the group that self-defence units become when they turn."""

Dimension = Literal["department", "group", "pillar", "line"]


class Series(NamedTuple):
    """One observed series.

    Attributes
    ----------
    long_name, units
        CF attributes; shares have units ``1``.
    kind
        ``stock`` (state at the month's end) or ``flow`` (total of the month).
    also
        Further dimensions the same name is observed by, with suffix ``_<dimension>``.
    """

    long_name: str
    units: str
    kind: Literal["stock", "flow"]
    also: tuple[Dimension, ...] = ()


_SHARE = "1"
SERIES: dict[str, Series] = {
    "presence_alert": Series(
        "Municipalities with an armed group, as early-warning alerts count them",
        _SHARE,
        "stock",
        ("department", "group"),
    ),
    "presence_survey": Series(
        "Municipalities with an armed group, as a field survey counts them",
        _SHARE,
        "stock",
        ("department", "group"),
    ),
    "control": Series(
        "Municipalities under the de facto control of one armed group",
        _SHARE,
        "stock",
        ("department", "group"),
    ),
    "contested": Series(
        "Municipalities where groups at war with each other meet",
        _SHARE,
        "stock",
        ("department",),
    ),
    "presence_alert_population": Series(
        "People living in municipalities with an armed group (alerts)", _SHARE, "stock"
    ),
    "presence_survey_population": Series(
        "People living in municipalities with an armed group (survey)", _SHARE, "stock"
    ),
    "control_population": Series(
        "People living in municipalities under the control of one armed group", _SHARE, "stock"
    ),
    "members": Series(
        "Members of armed groups, armed and support network",
        "people",
        "stock",
        ("department", "group"),
    ),
    "members_armed": Series(
        "Armed members of armed groups", "people", "stock", ("department", "group")
    ),
    "members_abroad": Series(
        "Members of armed groups across the border, in Venezuela and Ecuador", "people", "stock"
    ),
    "members_remoteness": Series(
        "Remoteness of where members of armed groups are, mean over members", _SHARE, "stock"
    ),
    "members_lost": Series(
        "Members of armed groups lost to operations of the state", "people", "flow"
    ),
    "self_defence": Series(
        "People in self-defence units that protect", "people", "stock", ("department",)
    ),
    "extortion": Series("Reported extortion", "count", "flow", ("department",)),
    "newly_displaced": Series(
        "People newly displaced by conflict and violence", "people", "flow", ("department",)
    ),
    "confined": Series("People newly confined", "people", "flow", ("department",)),
    "returned": Series("Displaced people who returned", "people", "flow"),
    "crossed_border": Series("Displaced people who left the country", "people", "flow"),
    "displaced_stock": Series("Internally displaced people", "people", "stock", ("department",)),
    "conflict_deaths": Series("Deaths in armed conflict", "people", "flow", ("department",)),
    "coca_ha": Series("Coca under cultivation", "ha", "stock", ("department",)),
    "eradicated_ha": Series("Coca eradicated", "ha", "flow"),
    "capability": Series("Capability of the security forces", _SHARE, "stock"),
    "mobility": Series("Air mobility of the security forces", _SHARE, "stock"),
    "intelligence": Series("Intelligence available to the security forces", _SHARE, "stock"),
    "leadership": Series("Leadership experience of the security forces", _SHARE, "stock"),
    "force": Series("Size of the army, 2021 = 1", _SHARE, "stock"),
    "relationship_index": Series(
        "U.S.-Colombia relationship, mean of six pillars", _SHARE, "stock", ("pillar",)
    ),
    "crises": Series("Crises of the relationship", "count", "flow"),
    "decertified": Series("Decertifications on narcotics", "count", "flow"),
    "concessions": Series("Concessions to economic pressure", "count", "flow"),
    "extraditions": Series("Extraditions to the United States", "people", "flow"),
    "us_anticrime": Series(
        "U.S. capacity against transnational crime, 1 = partnership intact", _SHARE, "stock"
    ),
    "china_engagement": Series("Engagement of China, 1 = all that is open to it", _SHARE, "stock"),
    "emigration": Series("People leaving Venezuela and Ecuador", "people", "flow"),
    "emigration_us": Series(
        "People leaving Venezuela and Ecuador for the United States", "people", "flow"
    ),
    "aid_usd": Series("U.S. aid disbursed, current dollars", "USD", "flow", ("line",)),
}
"""Every national series, by name, in the order reports show them.

Extensions in use add theirs (`rift_sim.extension.registry`).
"""

BUILT_IN_SERIES = tuple(SERIES)
"""The series that need no extension."""
