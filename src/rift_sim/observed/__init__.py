"""The record of history: data files of others, ledger series, and the targets made of them."""

from __future__ import annotations

from rift_sim.observed.record import Panel, PresenceYear, Record, data_directory, load_record
from rift_sim.observed.targets import Excluded, Target, Targets, load_targets, observed_values

__all__ = [
    "Excluded",
    "Panel",
    "PresenceYear",
    "Record",
    "Target",
    "Targets",
    "data_directory",
    "load_record",
    "load_targets",
    "observed_values",
]
