"""Packages of extras, imported where they are used."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

from rift_sim.errors import InputError

__all__ = ["need"]

_PACKAGES = {
    "SALib": ("SALib", "sensitivity"),
    "ema_workbench": ("ema_workbench", "discover"),
    "pandas": ("pandas", "discover"),
    "scoringrules": ("scoringrules", "validate"),
    "sklearn": ("scikit-learn", "validate"),
}
"""Name of the package and of its extra, by the name it is imported by."""


def need(module: str) -> Any:
    """Return a module of a package that an extra brings.

    Raises
    ------
    InputError
        When the package is not installed.
    """
    try:
        with warnings.catch_warnings():
            # The workbench complains about what it could use and does not need.
            warnings.simplefilter("ignore")
            return import_module(module)
    except ImportError:
        top = module.partition(".")[0]
        package, extra = _PACKAGES.get(top, (top, "validate"))
        raise InputError(
            f"this needs the package {package}", allowed=f"pip install 'rift-sim[{extra}]'"
        ) from None
