"""Codes and names of places: the country, departments, municipalities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rift_sim.errors import InputError

if TYPE_CHECKING:
    from rift_sim.analysis.compare.arms import Arm
    from rift_sim.territory import Territory

__all__ = ["COUNTRY", "COUNTRY_NAME", "place_names", "territory_of"]

COUNTRY, COUNTRY_NAME = "CO", "Colombia"
"""ISO 3166-1 code of the country, and its name."""


def territory_of(arm: Arm) -> Territory | None:
    """Return the map that a run was made on; None when its files are no longer there."""
    from rift_sim.territory import load_territory

    own = arm.run.outline.scenario.territory
    try:
        return load_territory(
            own.municipalities, own.neighbours, own.departments, strict=own.strict
        )
    except InputError:
        return None


def place_names(arm: Arm) -> Mapping[str, str]:
    """Return names by code: the country, and the departments and municipalities of a run."""
    names = {COUNTRY: COUNTRY_NAME}
    data = arm.data
    if "department_name" in data.coords:
        codes, words = data["department"].to_numpy(), data["department_name"].to_numpy()
        names |= {str(code): str(word) for code, word in zip(codes, words, strict=True)}
    if "municipality" in data.dims and (territory := territory_of(arm)) is not None:
        names |= dict(zip(territory.code, territory.name, strict=True))
    return names
