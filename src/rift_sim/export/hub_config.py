"""The configuration of a hub, for version 6.0.0 of the hubverse schemas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

__all__ = [
    "SCHEMA_VERSION",
    "Task",
    "admin_config",
    "metadata_schema",
    "model_metadata",
    "readme",
    "tasks_config",
]

SCHEMA_VERSION = "v6.0.0"
_SCHEMAS = f"https://raw.githubusercontent.com/hubverse-org/schemas/main/{SCHEMA_VERSION}"
_AT_MOST_ONE = ("presence", "control", "contested", "relationship_index")
"""Beginnings of names of true shares; strength relative to a year may pass 1."""
_JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"


class Task(NamedTuple):
    """One target: a series, where and when there is output of it.

    Attributes
    ----------
    variable, long_name, units, kind
        Of the series.
    locations
        ``CO`` and codes of departments.
    horizons
        Numbers of months, from 1.
    ends
        Last day of each of them.
    """

    variable: str
    long_name: str
    units: str
    kind: str
    locations: tuple[str, ...]
    horizons: tuple[int, ...]
    ends: tuple[str, ...]


def tasks_config(
    tasks: Sequence[Task],
    *,
    origin: str,
    scenarios: Sequence[str],
    samples: int,
    levels: Sequence[float],
    made_by: Mapping[str, Any],
) -> dict[str, Any]:
    """Return ``tasks.json``.

    Parameters
    ----------
    tasks
        Targets; each becomes a group of modelling tasks.
    origin
        First day of the runs; names the round.
    scenarios
        Their labels.
    samples
        How many there are of each task; 0 for none.
    levels
        Of the quantiles; empty for none.
    made_by
        Provenance; kept with the round.
    """
    last = max(end for task in tasks for end in task.ends)
    return {
        "schema_version": f"{_SCHEMAS}/tasks-schema.json",
        "rounds": [
            {
                "round_id_from_variable": True,
                "round_id": "origin_date",
                "model_tasks": [_model_task(t, origin, scenarios, samples, levels) for t in tasks],
                "submissions_due": {"start": origin, "end": last},
                "additional_metadata": dict(made_by),
            }
        ],
        "derived_task_ids": ["target_end_date"],
    }


def _model_task(
    task: Task, origin: str, scenarios: Sequence[str], samples: int, levels: Sequence[float]
) -> dict[str, Any]:
    def required(values: Sequence[Any]) -> dict[str, Any]:
        return {"required": list(values), "optional": None}

    return {
        "task_ids": {
            "origin_date": required([origin]),
            "scenario_id": required(scenarios),
            "location": required(task.locations),
            "target": required([task.variable]),
            "horizon": required(task.horizons),
            # Follows from origin_date and horizon, so no combination of its own is asked for.
            "target_end_date": {"required": None, "optional": list(task.ends)},
        },
        "output_type": _output_types(task, samples, levels),
        "target_metadata": [_target(task)],
    }


def _output_types(task: Task, samples: int, levels: Sequence[float]) -> dict[str, Any]:
    value: dict[str, Any] = {"type": "double", "minimum": 0}
    if task.units == "1" and task.variable.startswith(_AT_MOST_ONE):
        value["maximum"] = 1
    found: dict[str, Any] = {}
    if levels:
        found["quantile"] = {
            "output_type_id": {"required": list(levels)},
            "value": value,
            "is_required": True,
        }
    if samples:
        found["sample"] = {
            "output_type_id_params": {
                "type": "integer",
                "min_samples_per_task": samples,
                "max_samples_per_task": samples,
                # Only the origin is the same within a sample: it runs through all scenarios,
                # locations, targets and horizons, so that it is a whole trajectory, and
                # scenarios are paired.
                "compound_taskid_set": ["origin_date"],
            },
            "value": value,
            "is_required": True,
        }
    return found


def _target(task: Task) -> dict[str, Any]:
    share = "share or index" if task.units == "1" else task.units
    when = "Total of the month" if task.kind == "flow" else "State at the end of the month"
    return {
        "target_id": task.variable,
        "target_name": task.long_name,
        "target_units": f"{share} per month" if task.kind == "flow" else share,
        "target_keys": {"target": task.variable},
        "description": f"{task.long_name}. {when}.",
        "target_type": "continuous",
        "is_step_ahead": True,
        "time_unit": "month",
    }


def admin_config(team: str, made_by: Mapping[str, Any], files: str) -> dict[str, Any]:
    """Return ``admin.json``; who keeps the hub is the team, until it is edited."""
    names = ", ".join(origin["scenario"] for origin in made_by["scenarios"])
    return {
        "schema_version": f"{_SCHEMAS}/admin-schema.json",
        "name": f"Scenarios of the U.S.-Colombia security relationship: {names}",
        "maintainer": team,
        "contact": {"name": team},
        "repository": {},
        "file_format": [files],
        "timezone": "America/Bogota",
        "model_output_dir": "model-output",
    }


def metadata_schema() -> dict[str, Any]:
    """Return ``model-metadata-schema.json``: what a file in ``model-metadata`` must say."""
    text = {"type": "string"}
    abbreviation = {"type": "string", "pattern": "^[A-Za-z0-9_]+$", "maxLength": 16}
    details = ("data_inputs", "methods", "limits_of_use")
    properties: dict[str, Any] = {
        "team_name": text,
        "team_abbr": abbreviation,
        "model_name": text,
        "model_abbr": abbreviation,
        "model_version": text,
        "model_contributors": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "object", "properties": {"name": text}, "required": ["name"]},
        },
        "model_details": {
            "type": "object",
            "properties": dict.fromkeys(details, text),
            "required": list(details),
        },
        "provenance": {"type": "object"},
    }
    return {
        "$schema": _JSON_SCHEMA,
        "title": "Model metadata",
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name != "provenance"],
        "additionalProperties": False,
    }


def model_metadata(team: str, model: str, made_by: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of ``model-metadata/TEAM-MODEL.yml``."""
    name, _, version = str(made_by["model"]).partition(" ")
    return {
        "team_name": team,
        "team_abbr": team,
        "model_name": name,
        "model_abbr": model,
        "model_version": version,
        "model_contributors": [{"name": "The rift_sim developers"}],
        "model_details": {
            "data_inputs": "Figures, effects and judgements of the ledger; rift seeds lists them.",
            "methods": "Agent-based model on the municipalities of Colombia, by month; replicates "
            "differ in parameters, starting map and chance.",
            "limits_of_use": str(made_by["limits_of_use"]),
        },
        "provenance": dict(made_by),
    }


def readme(model_id: str, made_by: Mapping[str, Any], tasks: Sequence[Task]) -> str:
    """Return the README of the hub."""
    lines = [
        "# Scenarios of the U.S.-Colombia security relationship",
        "",
        f"Written by rift export from runs of {made_by['model']}. {made_by['limits_of_use']}",
        "",
        f"- A hub of the hubverse, schemas {SCHEMA_VERSION}; one round, one model (`{model_id}`).",
        "- `horizon` counts months from `origin_date`; `target_end_date` is the last day of the "
        "month.",
        "- `location` is `CO` for the country, else the DANE code of a department.",
        "- A sample is a whole trajectory: the same `output_type_id` is the same replicate in "
        "every scenario, location, target and horizon (number of the replicate plus one). "
        "Scenarios are paired, so differences are taken sample by sample.",
        "- There are no target data: scenarios are conditional, and their months have not passed.",
        "- `contact` and `repository` in `hub-config/admin.json` are for whoever keeps the hub.",
        "",
        "| scenario_id | question |",
        "|---|---|",
        *(
            f"| {origin['scenario']} | {origin['question'] or origin['title']} |"
            for origin in made_by["scenarios"]
        ),
        "",
        "| target | what | unit |",
        "|---|---|---|",
        *(f"| {task.variable} | {task.long_name} | {task.units} |" for task in tasks),
        "",
    ]
    return "\n".join(lines)
