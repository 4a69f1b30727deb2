"""What version 6.0.0 of the hubverse schemas asks of a hub's configuration, in our own words.

Restated from admin-schema.json and tasks-schema.json of hubverse-org/schemas, as far as our
files use them, as JSON Schema (2020-12). Where the originals list values that we do not use
(other task ids, other output types, time zones but ours) nothing else is allowed here.
"""

from __future__ import annotations

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
DATE: dict[str, Any] = {"type": "string", "format": "date"}
NUMBER: dict[str, Any] = {"type": "number"}
YES_NO: dict[str, Any] = {"type": "boolean"}
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def record(needed: dict[str, Any], /, **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**needed, **optional},
        "required": list(needed),
        "additionalProperties": False,
    }


def listed(item: dict[str, Any], *, unique: bool = False, none: bool = False) -> dict[str, Any]:
    kind: Any = ["array", "null"] if none else "array"
    found: dict[str, Any] = {"type": kind, "items": item}
    return {**found, "uniqueItems": True} if unique else found


def text(longest: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": longest}


def values(item: dict[str, Any]) -> dict[str, Any]:
    """Values of a task id: those that must be there, and those that may."""
    found = listed(item, unique=True, none=True)
    return record({"required": found, "optional": found})


def value_range() -> dict[str, Any]:
    return record({"type": {"enum": ["double", "integer"]}}, minimum=NUMBER, maximum=NUMBER)


WORD_OR_NUMBER = {"type": ["integer", "string"]}
TASK_IDS = record(
    {
        "origin_date": values(DATE),
        "scenario_id": values(WORD_OR_NUMBER),
        "location": values(TEXT),
        "target": values(TEXT),
        "horizon": values(WORD_OR_NUMBER),
        "target_end_date": values(DATE),
    }
)
LEVEL = {"type": "number", "minimum": 0, "maximum": 1}
QUANTILE = record(
    {
        "output_type_id": record({"required": listed(LEVEL, unique=True)}),
        "value": value_range(),
        "is_required": YES_NO,
    }
)
AT_LEAST_ONE = {"type": "integer", "minimum": 1}
SAMPLE = record(
    {
        "output_type_id_params": record(
            {
                "type": {"enum": ["character", "integer"]},
                "min_samples_per_task": AT_LEAST_ONE,
                "max_samples_per_task": AT_LEAST_ONE,
            },
            max_length=AT_LEAST_ONE,
            compound_taskid_set=listed(TEXT, unique=True),
        ),
        "value": value_range(),
        "is_required": YES_NO,
    }
)
TARGET = record(
    {
        "target_id": text(30),
        "target_name": text(100),
        "target_units": text(100),
        "target_keys": {
            "type": ["object", "null"],
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": TEXT,
        },
        "target_type": {
            "enum": [
                *("continuous", "discrete", "date", "binary", "nominal", "ordinal"),
                "compositional",
            ]
        },
        "is_step_ahead": YES_NO,
    },
    description=TEXT,
    time_unit={"enum": ["day", "week", "month"]},
    additional_metadata={"type": "object"},
) | {"if": {"properties": {"is_step_ahead": {"const": True}}}, "then": {"required": ["time_unit"]}}
ROUND = record(
    {
        "round_id_from_variable": YES_NO,
        "round_id": TEXT,
        "model_tasks": listed(
            record(
                {
                    "task_ids": TASK_IDS,
                    "output_type": record({}, quantile=QUANTILE, sample=SAMPLE),
                    "target_metadata": listed(TARGET),
                }
            )
        ),
        "submissions_due": record({"start": DATE, "end": DATE}),
    },
    round_name=TEXT,
    last_data_date=DATE,
    additional_metadata={"type": "object"},
)
ADDRESS = "https://raw.githubusercontent.com/hubverse-org/schemas/main/v6.0.0/"
TASKS = record(
    {"rounds": listed(ROUND), "schema_version": {"const": f"{ADDRESS}tasks-schema.json"}},
    output_type_id_datatype={"enum": ["auto", "character", "double", "integer"]},
    derived_task_ids=listed(TEXT, unique=True, none=True),
) | {"$schema": DIALECT}
ADMIN = record(
    {
        "schema_version": {"const": f"{ADDRESS}admin-schema.json"},
        "name": TEXT,
        "maintainer": TEXT,
        "contact": {"type": "object", "properties": {"name": TEXT, "email": TEXT}},
        "repository": {"type": "object"},
        "file_format": listed({"enum": ["csv", "parquet", "arrow"]}),
        "timezone": {"const": "America/Bogota"},
    },
    citation=TEXT,
    model_output_dir=TEXT,
) | {"$schema": DIALECT}
