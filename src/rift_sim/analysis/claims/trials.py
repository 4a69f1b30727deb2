"""The runs behind the claims: the arms of each experiment, under each theory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from rift_sim.errors import InputError

if TYPE_CHECKING:
    from rift_sim.scenario import Scenario
    from rift_sim.seeds.claim_records import Claim, Experiment
    from rift_sim.seeds.ledger import Ledger

__all__ = ["END", "THEORIES", "Trials", "choose_claims", "choose_theories"]

THEORIES: Mapping[str, str] = {"document": "reference", "rival": "rival-theory"}
"""The scenario that experiments build upon, by theory."""

END = "2028-12"
"""Where every experiment ends."""

_BOTH = "both"


def choose_claims(ledger: Ledger, ids: Sequence[str]) -> list[str]:
    """Return the ids of the claims to test: all of them if none is named.

    Raises
    ------
    InputError
        When there is no such claim.
    """
    for given in ids:
        if given not in ledger.claims:
            raise InputError(
                f"there is no claim '{given}'", allowed=list(ledger.claims), given=given
            )
    return list(dict.fromkeys(ids)) or list(ledger.claims)


def choose_theories(name: str) -> list[str]:
    """Return the theories that a name stands for: one of them, or ``both``.

    Raises
    ------
    InputError
        When there is no such theory.
    """
    allowed = [*THEORIES, _BOTH]
    if name not in allowed:
        raise InputError(
            f"there is no theory '{name}'", key="--theory", allowed=allowed, given=name
        )
    return list(THEORIES) if name == _BOTH else [name]


class Trials:
    """The arms of the experiments of some claims; arms that are the same run once.

    Parameters
    ----------
    ledger
        The ledger with the experiments.
    ids
        Claims to test; those without an experiment are left out.
    theories
        Names from `THEORIES`.

    Attributes
    ----------
    scenarios, wanted
        What to run, and the series to keep of each.
    arms
        Positions among `scenarios`, by claim and theory: cause and no cause, then both with
        the mechanism off.
    """

    def __init__(
        self, ledger: Ledger, ids: Iterable[str], theories: Iterable[str] = tuple(THEORIES)
    ) -> None:
        from rift_sim.scenario import digest

        self.claims = {i: ledger.claims[i] for i in ids if ledger.claims[i].experiment is not None}
        self.scenarios: list[Scenario] = []
        self.wanted: list[set[str]] = []
        self.arms: dict[tuple[str, str], tuple[int, int, int, int]] = {}
        places: dict[str, int] = {}
        outcomes = sorted({e.outcome for e in self._experiments()})
        for theory, (name, claim) in product(theories, self.claims.items()):
            arms = []
            for scenario in _arms(name, claim, THEORIES[theory], outcomes):
                place = places.setdefault(digest(scenario), len(self.scenarios))
                if place == len(self.scenarios):
                    self.scenarios.append(scenario)
                    self.wanted.append(set())
                assert claim.experiment is not None
                self.wanted[place].add(claim.experiment.outcome)
                arms.append(place)
            self.arms[name, theory] = (arms[0], arms[1], arms[2], arms[3])

    def _experiments(self) -> list[Experiment]:
        return [c.experiment for c in self.claims.values() if c.experiment is not None]


def _arms(name: str, claim: Claim, base: str, outcomes: Sequence[str]) -> list[Scenario]:
    """Build the arms: cause and no cause with the mechanism on, then with it off."""
    from rift_sim.scenario import overlay

    test = claim.experiment
    assert test is not None
    held = {"mechanisms": dict.fromkeys(test.held, False)}
    observed: Mapping[str, Any] = {"end": END, "observe": list(outcomes)}
    arms = []
    off: Mapping[str, Any] = {"mechanisms": {name: False}}
    for switch in ({}, off):
        for cause in (test.with_, test.without):
            fragments: list[Mapping[str, Any]] = [observed, held, test.both, cause, switch]
            given = [fragment for fragment in fragments if fragment]
            arms.append(overlay(base, given, name="experiment"))
    return arms
