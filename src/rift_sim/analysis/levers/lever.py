"""What a lever is: something a scenario can set, and what the size of its effect rests on.

A lever acts through the parameters that turn its step into what agents hand to the map: how able
and how well informed the forces are, what groups lose, face and recruit, what is eradicated. Sizes
there count relative to what they were without the step, so that what stands behind all of them
alike (`loss_rate`, say) belongs to none; a lever that sets such a size itself (pressure, hectares)
acts through the parameters by which the map takes it. Which of them count depends on what is read:
pressure does nothing to coca.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rift_sim.analysis.levers.informed import Knowledge
from rift_sim.vocabulary import AID_LINES, SECURITY_LINES

if TYPE_CHECKING:
    from rift_sim.seeds.ledger import Ledger

__all__ = ["SPHERES", "Actions", "Footing", "Lever", "aid_lines", "footing", "sphere_of"]

Actions = Mapping[str, Any]

GROUND = "ground"
SPHERES: Mapping[str, tuple[str, ...]] = {
    "coca": ("coca_ha", "eradicated_ha"),
    "forces": ("capability", "mobility", "intelligence", "leadership", "force"),
    "politics": (
        "relationship_index", "crises", "decertified", "concessions", "extraditions",
        "us_anticrime", "china_engagement", "aid_usd",
    ),
    GROUND: (),
}  # fmt: skip
"""Series by part of the model; what is not named belongs to what happens on the ground."""
_EVERYWHERE = frozenset({"forces", "politics", GROUND})
_REACH_BY_SECTION: Mapping[str, frozenset[str]] = {
    "aid": _EVERYWHERE,
    "relationship": _EVERYWHERE,
    "capability": frozenset({"forces", GROUND}),
    "coca": frozenset({"coca", GROUND}),
}
"""What the parameters of a section have a say in; of other sections, what happens on the ground."""
_REACH_BY_NAME: Mapping[str, frozenset[str]] = {
    "force_trend_": frozenset({"forces", GROUND}),
    "eradication_effect": frozenset({"coca", "politics", GROUND}),
    "spraying_effect": frozenset({"coca", "politics", GROUND}),
    "substitution_effect": frozenset({"coca", "politics", GROUND}),
    "eradication_": frozenset({"coca", "politics", GROUND}),
    "decertification_coca": frozenset({"politics"}),
    "informant_share": frozenset({GROUND}),
    "sanctuary_": frozenset({GROUND}),
    "coca_scale": frozenset({GROUND}),
}
"""Exceptions, by how the name begins; the first that fits holds."""


@dataclass(frozen=True)
class Lever:
    """Something a scenario can set.

    Attributes
    ----------
    name
        What users call it.
    meaning
        What is set, and in which unit.
    act
        Returns the actions of an event that sets a value.
    low, high
        Values of a step; for aid the step is money (`rift_sim.analysis.levers.pull`).
    through
        Ids of the parameters it acts through.
    sections
        Sections of the ledger it acts through as a whole.
    undone_by
        Kinds of event that set the same thing, or take it over.
    span
        Range that a threshold is looked for in by default; None where values are names.
    bounds
        Lowest and highest value that a scenario may set.
    """

    name: str
    meaning: str
    act: Callable[[Any], Actions]
    low: Any
    high: Any
    through: tuple[str, ...]
    undone_by: tuple[str, ...]
    sections: tuple[str, ...] = ()
    span: tuple[float, float] | None = None
    bounds: tuple[float, float] = (0.0, 1.0)

    @property
    def lines(self) -> tuple[str, ...]:
        """Lines of aid that it moves; none for other levers."""
        kind, _, line = self.name.partition(".")
        return aid_lines(line) if kind == "aid" else ()

    def parameters(self, ledger: Ledger, series: str | None = None) -> tuple[str, ...]:
        """Return the ids of all parameters it acts through that are not known exactly.

        Parameters
        ----------
        ledger
            Knows the parameters.
        series
            Only those by which it may reach this series; all if not given.
        """
        listed = [
            *self.through,
            *(name for name, p in ledger.parameters.items() if p.section in self.sections),
        ]
        return tuple(
            name
            for name in dict.fromkeys(listed)
            if ledger.parameters[name].prior.distribution != "fixed"
            and (series is None or sphere_of(series) in _reach(name, ledger))
        )


@dataclass(frozen=True)
class Footing:
    """What the size of a lever's effect rests on.

    Attributes
    ----------
    informed, open
        Parameters it acts through that history has informed, and those that are priors.
    """

    informed: tuple[str, ...]
    open: tuple[str, ...]

    @property
    def kind(self) -> str:
        """``history``, ``part``, ``priors``, or ``nothing`` where no parameter leads anywhere."""
        if not self.informed:
            return "priors" if self.open else "nothing"
        return "part" if self.open else "history"


def footing(lever: Lever, series: str, knowledge: Knowledge, ledger: Ledger) -> Footing:
    """Say what the effect of a lever on a series rests on, given what a table knows."""
    names = lever.parameters(ledger, series)
    known = tuple(name for name in names if knowledge.informed(name))
    return Footing(known, tuple(name for name in names if name not in known))


def sphere_of(series: str) -> str:
    """Return which part of the model a series belongs to: a key of `SPHERES`."""
    return next((name for name, held in SPHERES.items() if series in held), GROUND)


def _reach(parameter: str, ledger: Ledger) -> frozenset[str]:
    """Return the parts of the model that a parameter has a say in."""
    for beginning, spheres in _REACH_BY_NAME.items():
        if parameter.startswith(beginning):
            return spheres
    return _REACH_BY_SECTION.get(ledger.parameters[parameter].section, frozenset({GROUND}))


def aid_lines(name: str) -> tuple[str, ...]:
    """Return the lines of aid that a name of a scenario's `aid` stands for."""
    wide = {"all": AID_LINES, "security": SECURITY_LINES}
    return wide.get(name, (name,))
