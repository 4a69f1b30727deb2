"""Where the files that ship with the package lie, installed or in a checkout."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

__all__ = ["DATA_VARIABLE", "SEEDS_VARIABLE", "cache_folder", "shipped"]

DATA_VARIABLE = "RIFT_DATA"
"""Environment variable that names the user's folder of data files of others."""

SEEDS_VARIABLE = "RIFT_SEEDS"
"""Environment variable that names a ledger to use in place of the shipped one."""

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """Return the folder of shipped files called `name` (``seeds`` or ``scenarios``).

    A wheel carries them inside the package; an editable install reads those of
    the checkout, so that an edit counts at once. ``RIFT_SEEDS`` names another folder of seeds.
    """
    if name == "seeds" and (own := os.environ.get(SEEDS_VARIABLE)):
        return Path(own).absolute()
    checkout = _PACKAGE.parents[1]
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    return _PACKAGE / "_shipped" / name


def cache_folder(*parts: str) -> Path:
    """Return a folder for what can be computed again, made if need be.

    It lies in ``RIFT_CACHE``, else in ``XDG_CACHE_HOME`` or ``~/.cache``; where that
    cannot be written to, in a folder of this process that goes when it ends. What is kept
    there is loaded as code, so nobody else may be able to put it there: the shared folder for
    temporary files will not do.
    """
    named = os.environ.get("RIFT_CACHE") or os.environ.get("XDG_CACHE_HOME")
    root = Path(named) if named else Path.home() / ".cache"
    folder = root.joinpath("rift_sim", *parts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = _own_folder().joinpath(*parts)
        folder.mkdir(parents=True, exist_ok=True)
    return folder


@lru_cache(maxsize=1)
def _own_folder() -> Path:
    """Make a folder that only this user can enter."""
    folder = tempfile.mkdtemp(prefix="rift_sim-cache-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
