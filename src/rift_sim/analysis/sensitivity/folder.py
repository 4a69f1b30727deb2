"""The folder of a study: what it may hold, and what it says about itself."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rift_sim import outputs
from rift_sim.analysis.sensitivity.running import SIMULATIONS
from rift_sim.drafts import make_folder
from rift_sim.ensemble.identity import versions
from rift_sim.ensemble.lock import LOCK_FILE
from rift_sim.ensemble.storage.layout import read_json, write_json
from rift_sim.errors import InputError

__all__ = ["check_folder", "describe_folder"]

_MANIFEST = "study.json"


def check_folder(folder: Path, kind: str) -> None:
    """Look, without writing, whether a study may go into a folder.

    Simulations carry all that decides their numbers in the name of their file, so that one folder
    takes one study after the other.

    Raises
    ------
    InputError
        When it holds anything but studies of this kind.
    """
    outputs.check_folder(folder, "-o/--out")
    # A study that was interrupted has left simulations and nothing else.
    own = {LOCK_FILE, SIMULATIONS}
    if not folder.exists() or not {entry.name for entry in folder.iterdir()} - own:
        return
    try:
        found = read_json(folder / _MANIFEST).get("kind")
    except (OSError, ValueError):
        found = None
    if found != kind:
        raise InputError(
            f"the folder is not empty and holds no study of `rift {kind}`",
            file=folder,
            key="-o/--out",
            allowed=f"an empty or new folder, or one of `rift {kind}`",
        )


def describe_folder(folder: Path, kind: str, settings: Mapping[str, Any]) -> None:
    """Write down what the folder holds, and with which settings and versions it was made."""
    make_folder(folder)
    write_json(
        folder / _MANIFEST,
        {
            "kind": kind,
            "date": time.strftime("%Y-%m-%d", time.gmtime()),
            "settings": dict(settings),
            "versions": versions(),
        },
    )
