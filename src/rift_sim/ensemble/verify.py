"""All of a run folder read and compared with its checksums."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rift_sim.ensemble.folder import (
    RESOLVED,
    STORE,
    SUMMARY,
    DamagedStoreError,
    damaged_manifest,
    existing_store,
    no_store,
    read_manifest,
)
from rift_sim.ensemble.lock import held_by
from rift_sim.ensemble.storage.damage import Damage, changed_files, grouped, in_short, remember
from rift_sim.ensemble.storage.layout import STATUS
from rift_sim.ensemble.storage.reading import DONE, StoreReader
from rift_sim.errors import InputError

__all__ = ["Verification", "notice", "verify"]


@dataclass(frozen=True)
class Verification:
    """What became of reading all of a run.

    Attributes
    ----------
    folder
        Of the run.
    damages
        What is not as it was written, neighbouring blocks in one.
    finished, sound
        Replicates that the run finished (in a sweep: in every scenario), and those of them
        that can still be used.
    size
        Bytes of the store.
    checked
        Whether the store has checksums; those of earlier versions have not.
    """

    folder: Path
    damages: tuple[Damage, ...]
    finished: int
    sound: int
    size: int
    checked: bool


def verify(folder: Path) -> Verification:
    """Read a whole run and name all that is damaged.

    From then on this process leaves out the replicates whose numbers are damaged.

    Raises
    ------
    InputError
        When the folder holds no run, one of a later version, or one that is being written.
    """
    if not folder.is_dir():
        problem = "a file, not a folder" if folder.is_file() else "no such folder"
        raise InputError(problem, file=folder, allowed="the folder of a run")
    if writer := held_by(folder):
        raise InputError(f"the run is still being written ({writer})", file=folder)
    damages = _changed(folder)
    remember(folder / STORE, ())
    try:
        if (store := existing_store(folder)) is None:
            raise no_store(folder)
    except DamagedStoreError as error:
        damages.insert(0, Damage(Path(str(error.file)), error.problem))
        finished = int(read_manifest(folder).get("replicates", 0))
        return Verification(folder, tuple(damages), finished, 0, _size(folder), True)
    damages += [*store.changed_labels(), *store.changed_metadata()]
    damages += _lost(folder, store)
    blocks = list(store.scan())
    finished = int((store.claimed() == DONE).all(axis=0).sum())
    remember(store.path, blocks)
    sound = int((StoreReader(store.path).status() == DONE).all(axis=0).sum())
    return Verification(
        folder, (*damages, *grouped(blocks)), finished, sound, _size(folder), store.checked
    )


def _changed(folder: Path) -> list[Damage]:
    """Compare the files beside the store with what the manifest says of them."""
    found = damaged_manifest(folder)
    if found:
        return found
    manifest = read_manifest(folder)
    # An unfinished run may have been stopped between its summary and its manifest.
    names = (RESOLVED, SUMMARY) if manifest.get("finished") else (RESOLVED,)
    digests = manifest.get("files", {})
    return list(changed_files(folder, {name: digests[name] for name in names if name in digests}))


def _lost(folder: Path, store: StoreReader) -> list[Damage]:
    """Compare the number of finished replicates with what the manifest says.

    A store whose status is gone looks like one in which nothing has been computed yet.
    """
    said = int(read_manifest(folder).get("replicates", 0))
    there = int((store.claimed() == DONE).all(axis=0).sum())
    if there >= said:
        return []
    reason = f"is missing, or does not know of {said - there:,} replicates that were finished"
    return [Damage(store.path / STATUS, reason, STATUS)]


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in (folder / STORE).rglob("*") if file.is_file())


def notice(folder: Path) -> str:
    """Say in one line what is known to be damaged in a run, or that it cannot be known.

    Looks at indexes and lengths, and remembers what this process has found before; the
    numbers are not read. Empty when there is nothing to say.
    """
    store = existing_store(folder)
    if store is None:
        return ""
    said = []
    if not store.checked:
        said.append(
            "written by an earlier version of rift_sim, without checksums: damage to its numbers "
            "cannot be seen; rift run with --force writes the run anew"
        )
    if found := [*_lost(folder, store), *store.survey()]:
        total = (store.claimed() == DONE).all(axis=0).sum()
        sound = (store.status() == DONE).all(axis=0).sum()
        said.append(
            f"damaged, and read without the replicates concerned ({sound:,} of {total:,} are "
            f"left): {in_short(found)}. The rift run command that made the run computes them again"
        )
    return f"{folder}: {'; '.join(said)}" if said else ""
