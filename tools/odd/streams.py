"""What is drawn from each random stream, when, and for what coordinate."""

from __future__ import annotations

__all__ = ["COORDINATES"]

_MONTH, _ONCE = "each month", "once (month 0)"
_PLACE, _GROUP_PLACE = "place", "group and place"

COORDINATES: dict[str, tuple[str, str, str]] = {
    "PARAMETER": (
        "quantile of every parameter, or a row of posterior draws",
        _ONCE,
        "parameter id",
    ),
    "INITIAL_PRESENCE": ("noise in the score of a place", _ONCE, _GROUP_PLACE),
    "INITIAL_MEMBERS": ("noise in the size of a foothold", _ONCE, _GROUP_PLACE),
    "INITIAL_COCA": ("noise in suitability and in hectares", _ONCE, "place, twice"),
    "INITIAL_STOCK": ("nothing any more; the number stays taken", "never", "none"),
    "FRAILTY": ("persistent frailty", _ONCE, _PLACE),
    "DETECTION": ("thresholds of survey and alerts", _ONCE, f"{_GROUP_PLACE}; {_PLACE}"),
    "INITIAL_COCA_SHOCK": (
        "error of the coca survey carried forward",
        _ONCE,
        "department; country",
    ),
    "ELECTION": (
        "type of president, where an event gives a mix",
        _ONCE,
        "number of the inauguration",
    ),
    "CRISIS": ("number of crises", _MONTH, "one for the country"),
    "TALKS": ("whether a group leaves its table", _MONTH, "group"),
    "PAIR": ("war, pact or coexistence of a pair", _MONTH, "pair of groups"),
    "PAIR_SHOCK": ("intensity of a war", _MONTH, "pair of groups"),
    "TABLES": ("whether a new president keeps a table open", "month of an inauguration", "group"),
    "CERTIFICATION": ("verdict, and whether it is waived", "each September", "one for the country"),
    "CONCESSION": ("concession to a tariff", "each month under a tariff", "one for the country"),
    "ENTRY": ("entry of a group into a place", _MONTH, _GROUP_PLACE),
    "EXIT": ("giving up of a foothold", _MONTH, _GROUP_PLACE),
    "DEATHS": ("count of deaths, and its lognormal noise", _MONTH, "place, twice"),
    "DISPLACEMENT": ("count of newly displaced", _MONTH, _PLACE),
    "DISPLACEMENT_NOISE": ("log-noise of displacement", "once, then each month", _PLACE),
    "DEPARTMENT_SHOCK": (
        "shock of a department to displacement",
        "once, then each month",
        "department",
    ),
    "MASS_EVENT": ("whether a mass event happens", _MONTH, _PLACE),
    "MASS_SIZE": ("its size", _MONTH, _PLACE),
    "CONFINEMENT": ("count of newly confined", _MONTH, _PLACE),
    "COUNTRY_SHOCK": (
        "shocks of the country to violence and to displacement",
        _MONTH,
        "which of the two",
    ),
    "COCA_NATIONAL": ("shock of the country to coca", _MONTH, "one for the country"),
    "COCA_DEPARTMENT": ("shock of a department to coca", _MONTH, "department"),
    "COCA_LOCAL": ("local shock to coca", _MONTH, _PLACE),
    "COCA_ENTRY": ("start of cultivation in a place", _MONTH, _PLACE),
    "SELF_DEFENCE": ("formation of a self-defence unit", _MONTH, _PLACE),
    "TURNING": ("turning of a self-defence unit", _MONTH, _PLACE),
    "OBSERVATION": ("errors of sources, after the run", "each year", "source, department"),
    "HOMICIDES": ("noise of homicides, after the run", "each year", "source, department"),
    "BOOTSTRAP": ("resampling of cases, in analysis", _ONCE, "case"),
    "RANK": ("ties of ranks, in scores", _ONCE, "case"),
    "NAIVE_WALK": ("naive forecast: random walk", "each step", "unit and member"),
    "NAIVE_CLIMATE": ("naive forecast: climatology", "each case", "unit and member"),
    "NAIVE_HURDLE": ("naive forecast: hurdle regression", "each case", "unit and member"),
    "ONSET": ("seed of a naive classifier", _ONCE, "one"),
    "PROPOSAL": ("proposals of calibration", _ONCE, "trial"),
}
"""By name of the process: what, in which month of the key, and the last coordinate."""
