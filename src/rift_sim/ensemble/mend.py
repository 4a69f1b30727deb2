"""A damaged run made fit to go on: what cannot be trusted is given up, the rest stays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rift_sim.ensemble.folder import STORE, read_manifest
from rift_sim.ensemble.storage.damage import Damage, grouped, remember
from rift_sim.ensemble.storage.store import Store

if TYPE_CHECKING:
    from rift_sim.ensemble.engine import WorldLike

__all__ = ["mend", "rebuild"]


def rebuild(
    folder: Path, world: WorldLike, identity: str, *, scenarios: Sequence[str] | None, title: str
) -> Store | None:
    """Write a store's damaged ``zarr.json`` anew from what the manifest says of it.

    None when there is no store, or the manifest is of another run or does not say.
    """
    manifest = read_manifest(folder)
    made = manifest.get("store")
    if not (folder / STORE).is_dir() or manifest.get("hash") != identity or made is None:
        return None
    return Store.rebuild(
        folder / STORE,
        world,
        identity=identity,
        replicates=made["replicates"],
        block=made["block"],
        scenarios=scenarios,
        title=title,
    )


def mend(
    store: Store, world: WorldLike, *, scenarios: Sequence[str] | None, title: str
) -> tuple[Store, list[Damage]]:
    """Read all of a store; give damaged blocks up and write damaged metadata anew.

    The caller holds the folder's lock.

    Returns
    -------
    Store
        The store, in which the replicates of damaged blocks are absent.
    list of Damage
        What was found.
    """
    remember(store.path, ())
    # A store of the first format stays as it is.
    found = [*store.changed_labels(), *store.changed_metadata()] if store.checked else []
    if found:
        store = Store.rebuild(
            store.path,
            world,
            identity=store.identity,
            replicates=store.shape[1],
            block=store.block,
            scenarios=scenarios,
            title=title,
        )
    blocks = list(store.scan())
    store.discard({one.block for one in blocks if one.block is not None})
    return store, [*found, *grouped(blocks)]
