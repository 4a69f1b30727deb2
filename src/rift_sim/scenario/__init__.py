"""Scenario files: schema, inheritance, timeline, sweeps."""

from __future__ import annotations

from rift_sim.scenario.actions import (
    Aid,
    Commanders,
    Diplomacy,
    Eradication,
    ForceSize,
    Inauguration,
    Posture,
    Sanction,
    Sanctuary,
    Tariff,
    Threat,
    Venezuela,
)
from rift_sim.scenario.events import ACTIONS, Event
from rift_sim.scenario.fence import Fence, named_files
from rift_sim.scenario.files import Summary, shipped_scenarios
from rift_sim.scenario.group_actions import (
    Ceasefire,
    Demobilisation,
    Designation,
    Split,
    Strike,
    Talks,
)
from rift_sim.scenario.load import load_scenario, overlay
from rift_sim.scenario.parts import Initial, PlaceFile, Territory
from rift_sim.scenario.schema import Scenario
from rift_sim.scenario.sweep import expand
from rift_sim.scenario.switches import MECHANISMS, idle
from rift_sim.scenario.write import digest, json_schema, new_scenario_text, resolved_yaml

__all__ = [
    "ACTIONS",
    "MECHANISMS",
    "Aid",
    "Ceasefire",
    "Commanders",
    "Demobilisation",
    "Designation",
    "Diplomacy",
    "Eradication",
    "Event",
    "Fence",
    "ForceSize",
    "Inauguration",
    "Initial",
    "PlaceFile",
    "Posture",
    "Sanction",
    "Sanctuary",
    "Scenario",
    "Split",
    "Strike",
    "Summary",
    "Talks",
    "Tariff",
    "Territory",
    "Threat",
    "Venezuela",
    "digest",
    "expand",
    "idle",
    "json_schema",
    "load_scenario",
    "named_files",
    "new_scenario_text",
    "overlay",
    "resolved_yaml",
    "shipped_scenarios",
]
