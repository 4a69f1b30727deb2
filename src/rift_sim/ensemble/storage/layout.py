"""The empty store: which arrays it has, how they are cut, and their metadata."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rift_sim.ensemble.storage.damage import file_digest
from rift_sim.ensemble.storage.shard_format import sharded_metadata

if TYPE_CHECKING:
    from rift_sim.ensemble.engine import WorldLike

__all__ = [
    "BLOCK",
    "STATUS",
    "create_layout",
    "is_intact",
    "read_json",
    "renew_layout",
    "root_metadata",
    "seal",
    "write_json",
    "write_text",
]

MAX_JSON = 50_000_000
"""Bytes; the failures of a run take most of them."""
BLOCK = 25
"""Replicates in a block, unless the caller says otherwise."""
STATUS = "status"
"""Name of the array that says which replicates are done."""

# An index entry takes 16 bytes; this many keep the index inside one page of the file.
_CHUNKS_PER_SHARD = 200
_STATUS_ATTRS = {
    "long_name": "Whether a replicate is computed",
    "flag_values": [0, 1, 2],
    "flag_meanings": "absent done failed",
}
_EPOCH = "days since 1970-01-01"


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Replace a JSON file at once: readers see the old one or the new one."""
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Replace a text file at once; without a trace when it cannot be written."""
    draft = path.with_name(path.name + ".partial")
    try:
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object; one that is too large or too deep is no better than a broken one."""
    if path.stat().st_size > MAX_JSON:
        raise ValueError(f"{path} is too large")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except RecursionError:
        raise ValueError(f"{path} nests too deeply") from None
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds no JSON object")
    return content


def seal(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a JSON object with a checksum of the rest of it."""
    rest = {key: value for key, value in content.items() if key != "checksum"}
    text = json.dumps(rest, sort_keys=True)
    return rest | {"checksum": hashlib.sha256(text.encode()).hexdigest()}


def is_intact(content: Mapping[str, Any]) -> bool:
    """Whether a JSON object has the checksum that `seal` gave it."""
    return bool(content.get("checksum") == seal(content)["checksum"])


def create_layout(
    path: Path,
    world: WorldLike,
    *,
    replicates: int,
    block: int,
    scenarios: Sequence[str] | None,
    attributes: Mapping[str, Any],
) -> None:
    """Create an empty store at `path`; it appears whole or not at all.

    Parameters
    ----------
    path
        Where the store goes; must not exist.
    world
        Gives the coordinates and the variables.
    replicates
        Length of the ``replicate`` dimension (a store can grow later).
    block
        Replicates in a chunk.
    scenarios
        Labels of the ``scenario`` dimension; None leaves the dimension out.
    attributes
        Attributes of the root group; those of rift_sim get digests of the labels.
    """
    os.replace(_draft(path, world, replicates, block, scenarios, attributes), path)


def renew_layout(
    path: Path,
    world: WorldLike,
    *,
    replicates: int,
    block: int,
    scenarios: Sequence[str] | None,
    attributes: Mapping[str, Any],
) -> None:
    """Write metadata and labels of a store that is there anew; its blocks are left alone.

    Parameters as in `create_layout`. Until the last file, that of the root group, is in its
    place the store remains what it was; what stops in between can be done again.
    """
    draft = _draft(path, world, replicates, block, scenarios, attributes)
    files = [file.relative_to(draft) for file in draft.rglob("*") if file.is_file()]
    for file in sorted(files, key=lambda file: (-len(file.parts), file)):
        (path / file).parent.mkdir(parents=True, exist_ok=True)
        os.replace(draft / file, path / file)
    shutil.rmtree(draft)


def _draft(
    path: Path,
    world: WorldLike,
    replicates: int,
    block: int,
    scenarios: Sequence[str] | None,
    attributes: Mapping[str, Any],
) -> Path:
    """Write an empty store beside `path`."""
    import zarr

    draft = path.with_name(path.name + ".partial")
    if draft.exists():
        shutil.rmtree(draft)
    group = zarr.create_group(draft, zarr_format=3)
    members: dict[str, dict[str, Any]] = {}
    labels = dict(world.coords)
    if scenarios is not None:
        labels["scenario"] = list(scenarios)
    for name, values in labels.items():
        _create_coordinate(group, name, values)
        members[name] = read_json(draft / name / "zarr.json")
    digests = {
        file.relative_to(draft).as_posix(): file_digest(file)
        for name in labels
        for file in sorted((draft / name).rglob("*"))
        if file.is_file() and file.name != "zarr.json"
    }
    own = {**attributes["rift_sim"], "labels": digests}
    sizes = {name: len(values) for name, values in labels.items()}
    lead = {} if scenarios is None else {"scenario": len(scenarios)}
    lead["replicate"] = replicates
    for name, variable in world.variables.items():
        members[name] = _variable(lead, block, variable.dims, sizes, variable.dtype, variable.attrs)
    members[STATUS] = _variable(lead, block, (), sizes, "int8", _STATUS_ATTRS)
    for name in (*world.variables, STATUS):
        (draft / name).mkdir()
        write_json(draft / name / "zarr.json", members[name])
    write_json(draft / "zarr.json", root_metadata(members, {**attributes, "rift_sim": own}))
    return draft


def root_metadata(
    members: Mapping[str, Mapping[str, Any]], attributes: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the ``zarr.json`` of the root group, with that of every array inside it.

    The attributes of rift_sim get a checksum of all of it, but for the checksum itself.
    """
    own = {key: value for key, value in attributes["rift_sim"].items() if key != "checksum"}
    root = _root(members, {**attributes, "rift_sim": own})
    root["attributes"]["rift_sim"]["checksum"] = seal(root)["checksum"]
    return root


def _root(
    members: Mapping[str, Mapping[str, Any]], attributes: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "zarr_format": 3,
        "node_type": "group",
        "attributes": dict(attributes),
        "consolidated_metadata": {
            "kind": "inline",
            "must_understand": False,
            "metadata": dict(members),
        },
    }


def _create_coordinate(group: Any, name: str, values: Any) -> None:
    attributes: dict[str, Any] = {"long_name": name.replace("_", " ")}
    array = np.asarray(values)
    if array.dtype.kind == "M":
        array = array.astype("datetime64[D]").astype(np.int64)
        attributes = {"long_name": "first day of the month", "standard_name": "time"}
        attributes |= {"units": _EPOCH, "calendar": "proleptic_gregorian"}
    text = array.dtype.kind in "UOT"
    target = group.create_array(
        name,
        shape=array.shape,
        chunks=array.shape,
        dtype=str if text else array.dtype,
        dimension_names=(_dimension_of(name),),
        attributes=attributes,
    )
    target[:] = array.astype(object) if text else array


def _dimension_of(coordinate: str) -> str:
    """``department_name`` labels the dimension ``department``."""
    return coordinate.removesuffix("_name")


def _variable(
    lead: Mapping[str, int],
    block: int,
    dims: Sequence[str],
    sizes: Mapping[str, int],
    dtype: str,
    attributes: Mapping[str, Any],
) -> dict[str, Any]:
    inner = [sizes[dim] for dim in dims]
    across = min(lead.get("scenario", 1), _CHUNKS_PER_SHARD)
    along = max(1, min(_CHUNKS_PER_SHARD, 1000 // block) // across)
    chunk, shard = [block, *inner], [along * block, *inner]
    if "scenario" in lead:
        chunk, shard = [1, *chunk], [across, *shard]
    shape = [*lead.values(), *inner]
    return sharded_metadata(shape, chunk, shard, dtype, (*lead, *dims), attributes)
