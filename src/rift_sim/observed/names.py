"""What is measured: the names under which the record and the observation models meet."""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["MEASURES", "Level", "Measure"]

Level = Literal["municipality", "department"]


class Measure(NamedTuple):
    """One thing that a public source counts.

    Attributes
    ----------
    long_name, units
        What is counted, and in what (``1`` for ratios).
    kind
        ``flow`` (total of a year), ``stock`` (31 December, or the survey of a year) or
        ``pattern`` (a statistic of a map or panel).
    fact
        Id of the national series in the ledger, where there is one.
    """

    long_name: str
    units: str
    kind: Literal["flow", "stock", "pattern"]
    fact: str | None = None


MEASURES: dict[str, Measure] = {
    "newly_displaced_ruv": Measure(
        "People newly displaced, by year of event (victims' register)",
        "people",
        "flow",
        "IDP_NEW_RUV",
    ),
    "newly_displaced_idmc": Measure(
        "People newly displaced (IDMC)", "people", "flow", "IDP_NEW_IDMC"
    ),
    "confined": Measure("People confined (OCHA)", "people", "flow", "CONFINED"),
    "coca_ha": Measure("Coca on 31 December (SIMCI)", "ha", "stock", "COCA_HA"),
    "homicides": Measure("Homicides (police)", "victims", "flow", "HOMICIDES"),
    "conflict_deaths": Measure("Deaths in armed conflict (UCDP)", "deaths", "flow", "UCDP_ALL"),
    "conflict_events": Measure(
        "Violent events by actor (ViPAA); an event counts once for each actor", "events", "flow"
    ),
    "conflict_events_groups": Measure(
        "Violent events by actor (ViPAA), those of the government left out", "events", "flow"
    ),
    "kidnappings": Measure("People kidnapped (police)", "victims", "flow", "KIDNAPPINGS"),
    "extortion": Measure("Extortion reported (police)", "cases", "flow", "EXTORTION_REPORTS"),
    "members": Measure(
        "Members of armed groups, armed and support network", "people", "stock", "MEMBERS_TOTAL"
    ),
    "members_armed": Measure("Armed members of armed groups", "people", "stock"),
    "members_support": Measure("Support network of armed groups", "people", "stock"),
    "presence_survey": Measure(
        "Municipalities with presence (Pares survey)", "municipalities", "stock"
    ),
    "presence_alert": Measure(
        "Municipalities with presence (alerts of the Ombudsman)", "municipalities", "stock"
    ),
    "population": Measure("Population of the municipality", "people", "stock"),
    "displacement_contested_ratio": Measure(
        "Displacement rate where two or more groups act, relative to where one does", "1", "pattern"
    ),
    "farc_refill_ratio": Measure(
        "Presence of any group in former FARC places, relative to elsewhere", "1", "pattern"
    ),
    "displacement_variance_power": Measure(
        "Exponent of the mean in the variance of municipal displacement", "1", "pattern"
    ),
    "displacement_persistence": Measure(
        "Correlation of log municipal displacement five years apart", "1", "pattern"
    ),
}
"""Every measure by name; a target, a panel and an observation model share it."""
