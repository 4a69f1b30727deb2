"""The folder of a run: what it may hold, whether it may be written, and replacing it."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Any

from rift_sim.ensemble.identity import Identity
from rift_sim.ensemble.lock import LOCK_FILE, busy, held_by
from rift_sim.ensemble.manifest_form import has_form
from rift_sim.ensemble.storage.damage import Damage
from rift_sim.ensemble.storage.foreign import refuse_foreign, refuse_links
from rift_sim.ensemble.storage.layout import is_intact, read_json
from rift_sim.ensemble.storage.reading import LaterFormatError
from rift_sim.ensemble.storage.store import Store
from rift_sim.errors import InputError, RiftError

__all__ = [
    "FIGURES",
    "MANIFEST",
    "RESOLVED",
    "STORE",
    "SUMMARY",
    "DamagedStoreError",
    "StorageError",
    "check_run",
    "check_target",
    "clear_run",
    "damaged_manifest",
    "existing_store",
    "no_store",
    "read_manifest",
    "storage_error",
]

STORE = "trajectories.zarr"
MANIFEST = "manifest.json"
RESOLVED = "scenario.resolved.yaml"
SUMMARY = "summary.csv"
FIGURES = "figures"
_OWN = (STORE, MANIFEST, RESOLVED, SUMMARY)


class StorageError(RiftError):
    """The run could not be written: disk full, quota, or no permission."""

    exit_code = 1


def storage_error(folder: Path, error: OSError) -> StorageError:
    """Say in words why a run could not be written, and what to do."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    place = f" {error.filename}" if error.filename else ""
    reason = "the disk is full" if full else f"cannot be written{place}: {error.strerror or error}"
    if not (folder / STORE).is_dir():
        return StorageError(f"{folder}: {reason}; nothing was written")
    return StorageError(
        f"{folder}: {reason}; finished replicates are kept, and the same command goes on from there"
    )


def check_target(
    folder: Path, identity: Identity, *, force: bool, locked: bool = False
) -> Store | None:
    """Look, without writing, whether a run may go into `folder`.

    Parameters
    ----------
    folder
        Where the run is to go; need not exist.
    identity
        Of the run that wants to go there.
    force
        Whether another run there may be replaced.
    locked
        Whether the caller holds the folder's lock already.

    Returns
    -------
    Store or None
        The store to extend. None when there is none, when it is to be replaced, or when
        its ``zarr.json`` is damaged and the manifest says that it is this run's.

    Raises
    ------
    InputError
        When the folder belongs to something else, holds a different run and `force` is
        not given, or another process is writing there.
    """
    if not folder.exists():
        for parent in folder.parents:
            if parent.exists() and not parent.is_dir():
                raise InputError("lies inside something that is not a folder", file=folder)
        return None
    if not folder.is_dir():
        raise InputError("is a file", file=folder, allowed="a folder for the run")
    check_run(folder, force=force)
    if not _is_ours(folder):
        raise InputError(
            "the folder is not empty and holds no run of rift_sim; it is left alone",
            file=folder,
            allowed="a new or empty folder, or one with a run of the same scenario",
        )
    holder = None if locked else held_by(folder)
    if holder:
        raise busy(folder, holder)
    if force:
        return None
    try:
        store = existing_store(folder)
    except DamagedStoreError:
        if read_manifest(folder).get("hash") == identity.digest:
            return None
        raise
    if store is None:
        return None
    if store.identity != identity.digest:
        raise InputError(
            f"the folder holds a different run ({_difference(folder, identity)})",
            file=folder,
            allowed="another --out, or --force to replace the run that is there",
        )
    return store


def check_run(folder: Path, *, force: bool = False) -> None:
    """Refuse a folder whose files lead elsewhere, or whose store rift_sim did not write.

    Parameters
    ----------
    force
        Whether the store is to be replaced, and its content of no interest.

    Raises
    ------
    InputError
        As `refuse_links` and `refuse_foreign`.
    """
    refuse_links(folder, (*_OWN, FIGURES, LOCK_FILE, f"{STORE}.partial"))
    if not force:
        refuse_foreign(folder / STORE)


class DamagedStoreError(InputError):
    """A store is gone, or its ``zarr.json`` damaged, so that nothing of it can be read."""


def existing_store(folder: Path) -> Store | None:
    """Open the store of a run folder, if there is one.

    Raises
    ------
    DamagedStoreError
        When there is one that cannot be read.
    InputError
        When a later version of rift_sim wrote it.
    """
    path = folder / STORE
    if not path.exists():
        return None
    try:
        return Store(path)
    except LaterFormatError:
        raise InputError(
            "was written by a later version of rift_sim", file=path, allowed="that version"
        ) from None
    except ValueError:
        raise DamagedStoreError(
            "is missing, was changed or cut short, so the run cannot be read",
            file=path / "zarr.json",
            allowed="the rift run command that made the run; it writes this file anew and keeps "
            "the blocks that are sound",
        ) from None


def no_store(folder: Path) -> InputError:
    """Build the error for a folder without a store: that of a run, by its manifest, or of none."""
    if read_manifest(folder):
        return DamagedStoreError(
            "is missing, so the run cannot be read",
            file=folder / STORE,
            allowed="the rift run command that made the run; it computes the run again",
        )
    return InputError("the folder holds no run", file=folder, allowed="what rift run wrote")


def clear_run(folder: Path) -> None:
    """Remove a run's own files, and nothing else that may lie beside them."""
    for name in _OWN:
        place = folder / name
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)
    figures = folder / FIGURES
    if figures.is_dir():
        for picture in figures.glob("*.png"):
            picture.unlink()
        if not any(figures.iterdir()):
            figures.rmdir()


def _is_ours(folder: Path) -> bool:
    """Whether the folder is empty or holds a run, perhaps one that has just begun."""
    names = {entry.name for entry in folder.iterdir()} - {LOCK_FILE, f"{STORE}.partial"}
    if not names:
        return True
    if read_manifest(folder):
        return True
    try:
        return existing_store(folder) is not None
    except InputError:
        return False


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a run; an empty one when it is missing or damaged."""
    return {} if damaged_manifest(folder) else read_json(folder / MANIFEST)


def damaged_manifest(folder: Path) -> list[Damage]:
    """Say whether the manifest of a run is missing or not as it was written."""
    file = folder / MANIFEST
    try:
        manifest = read_json(file)
    except FileNotFoundError:
        return [Damage(file, "is missing")]
    except OSError as error:
        return [Damage(file, f"cannot be read ({error.strerror or error})")]
    except ValueError:
        return [Damage(file, "is cut short or garbled")]
    if manifest.get("kind") != "rift_sim run":
        return [Damage(file, "is no manifest of a run")]
    # Those of earlier versions have no checksum.
    if "checksum" in manifest and not is_intact(manifest):
        return [Damage(file, "was changed: its checksum differs")]
    wrong = Damage(file, "lacks a key that every run has, or one is of another type")
    return [] if has_form(manifest) else [wrong]


def _difference(folder: Path, identity: Identity) -> str:
    """Say in what the run of a folder differs, or why that cannot be told."""
    for damage in damaged_manifest(folder):
        return f"in what cannot be told: {MANIFEST} {damage.reason}"
    parts = read_manifest(folder).get("identity")
    return identity.difference(parts if isinstance(parts, dict) else {})
