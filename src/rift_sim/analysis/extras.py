"""Packages of the extras, imported where they are used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from rift_sim.errors import InputError

__all__ = ["need"]


def need(module: str, extra: str = "validate") -> Any:
    """Return a module of a package that only an extra installs.

    Parameters
    ----------
    module
        Its dotted name.
    extra
        The extra that has the package.

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
            f"this needs the package {package}", allowed=f"pip install 'rift-sim[{extra}]'"
        ) from None
