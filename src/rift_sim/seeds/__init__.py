"""The ledger: facts, claims, parameters, groups and sources, loaded once and frozen."""

from __future__ import annotations

from rift_sim.seeds.claim_records import Claim
from rift_sim.seeds.distributions import Distribution
from rift_sim.seeds.groups import Group, Relation
from rift_sim.seeds.ledger import Ledger, load_ledger
from rift_sim.seeds.records import Effect, Event, Fact, Parameter, Source

__all__ = [
    "Claim",
    "Distribution",
    "Effect",
    "Event",
    "Fact",
    "Group",
    "Ledger",
    "Parameter",
    "Relation",
    "Source",
    "load_ledger",
]
