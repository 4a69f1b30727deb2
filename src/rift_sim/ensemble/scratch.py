"""Folders for runs that nobody gave a place: they live until Python ends."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

__all__ = ["scratch_folder"]

_root: list[Path] = []


def scratch_folder(name: str) -> Path:
    """Return a new folder that lives until Python ends, because datasets read from it."""
    if not _root:
        _root.append(Path(tempfile.mkdtemp(prefix="rift_sim-")))
        atexit.register(shutil.rmtree, _root[0], ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=_root[0]))
