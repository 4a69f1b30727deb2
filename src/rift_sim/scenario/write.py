"""Write scenarios out: resolved YAML, digest, JSON Schema, the start of a new file."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from rift_sim.errors import InputError
from rift_sim.extension.parts import USUAL
from rift_sim.extension.registry import in_use, ledger_with, use
from rift_sim.plaintext import read_bytes
from rift_sim.scenario.describe import file_schema
from rift_sim.scenario.files import is_path, locate
from rift_sim.scenario.schema import Scenario, ScenarioFile
from rift_sim.scenario.switches import ALL, MECHANISMS
from rift_sim.seeds.posterior import MAX_BYTES, posterior_path
from rift_sim.vocabulary import SERIES
from rift_sim.yamlfile import parse_yaml

__all__ = ["digest", "json_schema", "new_scenario_text", "resolved_yaml"]

_NO_NUMBERS = ("name", "title", "question", "replicates")
_EVENT_NO_NUMBERS = ("id", "note", "source")


def resolved_yaml(scenario: Scenario) -> str:
    """Write the scenario with everything inherited and set; it loads again to an equal one."""
    from ruamel.yaml import YAML

    data = scenario.plain()
    data.setdefault("replicates", scenario.replicates)
    data.setdefault("seed", scenario.seed)
    order = [name for name in Scenario.model_fields if name in data]
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    # Lines are never folded: where one is, several blanks would come back as one.
    yaml.width = 2**31
    yaml.representer.sort_base_mapping_type_on_output = False
    stream = io.StringIO()
    yaml.dump({name: data[name] for name in order}, stream)
    return "# Everything inherited and set, written out. `rift run` reads it as it is.\n" + (
        stream.getvalue()
    )


def digest(scenario: Scenario) -> str:
    """Return the SHA-256, in hexadecimal, of what changes the scenario's numbers.

    Name, title, question, number of replicates, and ids, notes and sources of events do not
    count; CSV files count by content, not by path.
    """
    data = scenario.plain()
    for name in _NO_NUMBERS:
        data.pop(name, None)
    data["seed"] = scenario.seed
    data["observe"] = sorted(scenario.observe)
    if table := posterior_path(scenario.parameters):
        data["parameters"] = {"file": str(table)}
    text = json.dumps(_canonical(data), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


_FILES = ("file", "municipalities", "neighbours", "departments")


def _canonical(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        left_out = _EVENT_NO_NUMBERS if "date" in value else ()
        return {k: _canonical(v, k) for k, v in value.items() if k not in left_out}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    if key in _FILES and isinstance(value, str):
        content = read_bytes(Path(value), limit=MAX_BYTES, key=key)
        return hashlib.sha256(content).hexdigest()
    return value


def json_schema(extensions: Sequence[str] = ()) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of scenario files, for editors.

    Parameters
    ----------
    extensions
        Names of extensions whose events, parameters and so on it is to know.

    Raises
    ------
    InputError
        When an extension is not installed.
    """
    used = use(extensions)
    schema = deepcopy(file_schema())
    parameters = list(ledger_with(in_use()).parameters)
    switches = [*MECHANISMS, *(name for one in used for name in one.mechanisms), ALL]
    strategies = [USUAL, *(name for one in used for name in one.strategies)]
    places = [schema, schema["$defs"]["Fragment"]]
    for place in places:
        properties = place["properties"]
        properties["assumptions"]["propertyNames"] = {"enum": parameters}
        properties["mechanisms"]["propertyNames"] = {"enum": switches}
        properties["strategies"]["additionalProperties"] = {"enum": strategies}
        for name in ("assumptions", "mechanisms", "strategies", "history", "timeline"):
            properties[name].pop("default", None)
    schema["properties"]["observe"]["anyOf"][0]["items"] = {"enum": list(SERIES)}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


_NEW = """\
# A scenario of rift_sim. Check it with `rift check {name}.yaml`, run it with
# `rift run {name}.yaml`. All keys and events: docs/scenarios.md; `rift schema` for editors.

name: {name}
title: {title}
question: What changes if ...?

# Everything that is not written here comes from this scenario.
extends: {extends}

# start: 2026-01
# end: 2030-12
# replicates: 100
# seed: 2026

# Draw parameters from a CSV of posterior draws instead of the priors (`rift calibrate`).
# parameters: posterior.csv

# Parameters by id (`rift seeds parameters`): a number, or a distribution to draw from.
# assumptions:
#   recruitment_rent: 0.5
#   deterrence: {{distribution: uniform, low: 0.2, high: 0.6}}

# What third parties add (`rift extensions`), by name, and how armed groups decide.
# extensions: []
# strategies:
#   EGC: usual

# Switch off the mechanism of a claim (`rift seeds claims`), or `all` that are not named.
# mechanisms:
#   C05: off

# What happened before the start, and what happens within the run. Both are added to the
# parent's; an event with the id of a parent's event replaces it, {{id: X, drop: true}} drops it.
# history:
#   - date: 2025-11
#     id: less-sharing
#     intelligence_sharing: 0.5
# timeline:
#   - date: 2027-01
#     id: aid-cut
#     note: why
#     source: judgement
#     aid: {{security: 0.5, over_months: 6}}

# Axes are crossed; each level adds to the scenario.
# sweep:
#   aid:
#     kept: {{}}
#     gone: {{timeline: [{{date: 2027-01, aid: {{all: 0, hold: true}}}}]}}
#   rebuilding: {{set: assumptions.leadership_rebuild, values: [0.05, 0.1]}}
"""


def new_scenario_text(name: str, extends: str) -> str:
    """Return a commented start for a new scenario called `name`.

    Raises
    ------
    InputError
        When `name` is not lower-case words joined by hyphens, or there is no scenario
        `extends`.
    """
    from pydantic import ValidationError

    if not is_path(extends):
        locate(extends)
    try:
        ScenarioFile.model_validate({"name": name})
    except ValidationError:
        raise InputError(
            f"'{name}' is not a name", key="name", allowed="lower-case words joined by hyphens"
        ) from None
    text = _NEW.format(name=name, title=name.replace("-", " ").capitalize(), extends=extends)
    parse_yaml(text, f"{name}.yaml")
    return text
