"""What a run writes down about itself: ``manifest.json``."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rift_sim.ensemble.folder import MANIFEST, RESOLVED, SUMMARY, read_manifest
from rift_sim.ensemble.identity import COMPARED, Identity, versions
from rift_sim.ensemble.storage.damage import file_digest
from rift_sim.ensemble.storage.dataset import LIMITS
from rift_sim.ensemble.storage.layout import seal, write_json
from rift_sim.ensemble.storage.store import DONE, FAILED, Store
from rift_sim.seeds.posterior import PRIOR

if TYPE_CHECKING:
    from rift_sim.ensemble.engine import WorldLike
    from rift_sim.ensemble.inputs import Request
    from rift_sim.seeds import Ledger
    from rift_sim.seeds.posterior import Posterior

__all__ = ["changed_versions", "is_finished", "session_entry", "write_manifest"]


def write_manifest(
    folder: Path,
    request: Request,
    identity: Identity,
    store: Store,
    world: WorldLike,
    *,
    session: Mapping[str, Any] | None = None,
) -> None:
    """Write the manifest of a run, last of its files; with `session`, the run is finished.

    It holds digests of the others and a checksum of itself.

    Parameters
    ----------
    folder
        Of the run.
    request, identity
        What runs there.
    store
        Its trajectories so far.
    world
        Tells which entries of the ledger are used.
    session
        From `session_entry`; added to those of earlier sessions.
    """
    status = store.status()
    sessions = _previous(folder, "sessions", [])
    manifest = {
        "kind": "rift_sim run",
        "limits": LIMITS,
        "scenario": request.name,
        "title": request.title,
        "scenarios": request.labels,
        "axes": request.axes,
        "settings": list(request.settings),
        "allow_outside": request.allow_outside or _previous(folder, "allow_outside", False),
        "seed": request.seed,
        "replicates": int((status == DONE).all(axis=0).sum()),
        "failed": int((status == FAILED).sum()),
        "failures": store.failures,
        "finished": session is not None,
        "identity": identity.parts,
        "hash": identity.digest,
        "versions": _previous(folder, "versions", versions()),
        "parameters": _parameters_used(world),
        "ledger_entries": _entries_used(world),
        "extensions": {name: text.split(" ")[0] for name, text in identity.extensions.items()},
        "sessions": [*sessions, session] if session else sessions,
        "store": {"replicates": store.shape[1], "block": store.block},
        "files": {
            name: file_digest(folder / name)
            for name in (RESOLVED, SUMMARY)
            if (folder / name).is_file()
        },
    }
    write_json(folder / MANIFEST, seal(manifest))


def session_entry(
    begun: float, replicates: int, workers: int, *, cluster: bool = False
) -> dict[str, Any]:
    """Describe a session that began at `begun` (seconds since 1970) and ends now."""
    return {
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begun)),
        "seconds": round(time.time() - begun, 1),
        "replicates": replicates,
        "workers": workers,
        "where": "dask" if cluster else "local",
    }


def is_finished(folder: Path) -> bool:
    """Whether the last session on a run folder came to its end."""
    return bool(_previous(folder, "finished", False))


def changed_versions(folder: Path) -> list[str]:
    """List the versions that matter and differ from those the run began with."""
    now = versions()
    then = _previous(folder, "versions", now)
    return [
        f"{name} {then[name]} -> {now.get(name)}"
        for name in COMPARED
        if name in then and then[name] != now.get(name)
    ]


def _previous(folder: Path, key: str, default: Any) -> Any:
    return read_manifest(folder).get(key, default)


def _parameters_used(world: WorldLike) -> Any:
    """Say what parameters are drawn from; of a table, its file, hash and provenance."""
    table: Posterior | None = getattr(world, "posterior", None)
    if table is None:
        return PRIOR
    return {
        "file": str(table.file),
        "sha256": table.digest,
        "draws": len(table.rows),
        "names": list(table.names),
        "provenance": dict(table.provenance),
    }


def _entries_used(world: WorldLike) -> Any:
    """Return the parameters drawn, with the facts and effects they rest on, and the groups."""
    ledger: Ledger | None = getattr(world, "ledger", None)
    if ledger is None:
        return {}
    return {
        "parameters": {name: list(entry.source.id) for name, entry in ledger.parameters.items()},
        "groups": list(world.coords.get("group", ())),
    }
