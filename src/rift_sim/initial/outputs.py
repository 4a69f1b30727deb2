"""What a replicate returns: names, shapes and meanings of its arrays."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from rift_sim.vocabulary import SERIES

__all__ = ["Variable", "output_variables"]


class Variable(NamedTuple):
    """Shape and meaning of one output of a replicate.

    Attributes
    ----------
    dims
        Names of the dimensions, without ``replicate``.
    dtype
        Numpy type of the stored values.
    attrs
        ``long_name``, ``units``, ``kind`` (CF conventions).
    """

    dims: tuple[str, ...]
    dtype: str
    attrs: dict[str, str]


def output_variables(observe: Collection[str], *, municipal: bool = False) -> dict[str, Variable]:
    """Describe every array that a replicate returns, by name.

    Parameters
    ----------
    observe
        National series that are wanted; all of them if empty.
    municipal
        Also yearly figures for each municipality.
    """
    wanted = set(observe or SERIES)
    found: dict[str, Variable] = {}
    for name, series in SERIES.items():
        if name not in wanted:
            continue
        attrs = {"long_name": series.long_name, "units": series.units, "kind": series.kind}
        found[name] = Variable(("time",), "float64", attrs)
        for dim in series.also:
            kind = "float32" if dim == "department" else "float64"
            label = f"{series.long_name}, by {dim}"
            found[f"{name}_{dim}"] = Variable(("time", dim), kind, {**attrs, "long_name": label})
    if "presence_survey" in wanted:
        found["presence_survey_department_group"] = Variable(
            ("time", "department", "group"),
            "uint16",
            {
                "long_name": "Municipalities with a group, survey count",
                "units": "count",
                "kind": "stock",
            },
        )
    if "relationship_index" in wanted:
        found["relationship_phase"] = Variable(
            ("time", "phase"),
            "uint8",
            {"long_name": "Phase of the relationship", "units": "1", "kind": "stock"},
        )
    if municipal:
        found.update(_MUNICIPAL)
    return found


_YEARLY = ("year", "municipality")
_MUNICIPAL = {
    "presence_municipality": Variable(
        _YEARLY,
        "uint8",
        {"long_name": "Armed group present in December (survey)", "units": "1", "kind": "stock"},
    ),
    "control_municipality": Variable(
        _YEARLY,
        "uint8",
        {"long_name": "Controlled by a group in December", "units": "1", "kind": "stock"},
    ),
    "newly_displaced_municipality": Variable(
        _YEARLY,
        "float32",
        {"long_name": "People newly displaced in the year", "units": "people", "kind": "flow"},
    ),
    "presence_municipality_group": Variable(
        (*_YEARLY, "group"),
        "uint8",
        {"long_name": "Group present in December (survey)", "units": "1", "kind": "stock"},
    ),
    "control_municipality_group": Variable(
        (*_YEARLY, "group"),
        "uint8",
        {"long_name": "Controlled by the group in December", "units": "1", "kind": "stock"},
    ),
}
