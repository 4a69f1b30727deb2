"""The JSON Schema of scenario files, with what extensions in use add to events."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rift_sim.extension.registry import event_kinds
from rift_sim.scenario.schema import ScenarioFile

__all__ = ["file_schema"]


def file_schema() -> dict[str, Any]:
    """Return the schema as it is now; it is shared, so do not change it."""
    return _schema(tuple((kind, one.content) for kind, one in event_kinds().items()))


@lru_cache(maxsize=8)
def _schema(added: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    schema = ScenarioFile.model_json_schema()
    for kind, content in added:
        own = content.model_json_schema(ref_template=f"#/$defs/{kind}.{{model}}")
        for name, part in own.pop("$defs", {}).items():
            schema["$defs"][f"{kind}.{name}"] = part
        schema["$defs"][kind] = own
        schema["$defs"]["Event"]["properties"][kind] = {"$ref": f"#/$defs/{kind}"}
    return schema
