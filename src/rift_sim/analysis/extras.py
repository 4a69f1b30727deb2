"""Packages of the extra `validate`, imported where they are used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from rift_sim.errors import InputError

__all__ = ["need"]


def need(module: str) -> Any:
    """Return a module of scoringrules or scikit-learn.

    Raises
    ------
    InputError
        When the package is not installed.
    """
    try:
        return import_module(module)
    except ImportError:
        package = {"sklearn": "scikit-learn"}.get(module.partition(".")[0], module)
        raise InputError(
            f"this needs the package {package}", allowed="pip install 'rift-sim[validate]'"
        ) from None
