"""Packages of the extras, imported where they are used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from rift_sim.errors import InputError

__all__ = ["need"]

_PACKAGES = {"sklearn": "scikit-learn", "solara_assets": "solara-assets"}


def need(module: str, extra: str = "validate") -> Any:
    """Return a module of a package that only an extra installs.

    Raises
    ------
    InputError
        When the package is not installed.
    """
    try:
        return import_module(module)
    except ImportError:
        name = module.partition(".")[0]
        raise InputError(
            f"this needs the package {_PACKAGES.get(name, name)}",
            allowed=f"pip install 'rift-sim[{extra}]'",
        ) from None
