"""Where the files that ship with the package lie, installed or in a checkout."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["SEEDS", "cache_folder", "shipped"]

SEEDS = "RIFT_SEEDS"
"""Environment variable that names a ledger to use in place of the shipped one."""

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """Return the folder of shipped files called `name` (``seeds`` or ``scenarios``).

    A wheel carries them inside the package; an editable install reads those of
    the checkout, so that an edit counts at once. ``RIFT_SEEDS`` names another folder of seeds.
    """
    if name == "seeds" and (own := os.environ.get(SEEDS)):
        return Path(own).absolute()
    checkout = _PACKAGE.parents[1]
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    return _PACKAGE / "_shipped" / name


def cache_folder(*parts: str) -> Path:
    """Return a folder for what can be computed again, made if need be.

    It lies in ``RIFT_CACHE``, else in ``XDG_CACHE_HOME`` or ``~/.cache``; where that
    cannot be written to, in the folder for temporary files.
    """
    named = os.environ.get("RIFT_CACHE") or os.environ.get("XDG_CACHE_HOME")
    root = Path(named) if named else Path.home() / ".cache"
    folder = root.joinpath("rift_sim", *parts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.gettempdir()).joinpath("rift_sim-cache", *parts)
        folder.mkdir(parents=True, exist_ok=True)
    return folder
