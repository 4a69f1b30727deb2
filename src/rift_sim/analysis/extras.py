"""Packages of extras, imported where they are used."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

from rift_sim.errors import InputError

__all__ = ["need"]

_EXTRAS = {
    "discover": ("ema_workbench", "pandas"),
    "explore": ("altair", "networkx", "solara", "solara_assets"),
    "export": ("h5netcdf", "h5py", "pyarrow"),
    "report": ("bokeh", "jinja2", "markupsafe"),
    "sensitivity": ("SALib",),
    "validate": ("scoringrules", "sklearn", "threadpoolctl"),
}
"""Extras, and the modules that are asked for of each."""
_PACKAGES = {"sklearn": "scikit-learn", "solara_assets": "solara-assets"}
"""Packages whose name is not that of their module."""


def need(module: str) -> Any:
    """Return a module of a package that an extra brings.

    Raises
    ------
    InputError
        When the package is not installed.
    """
    try:
        with warnings.catch_warnings():
            # The EMA workbench complains about what it could use and does not need.
            warnings.simplefilter("ignore")
            return import_module(module)
    except ImportError:
        top = module.partition(".")[0]
        extra = next(name for name, modules in _EXTRAS.items() if top in modules)
        raise InputError(
            f"this needs the package {_PACKAGES.get(top, top)}",
            allowed=f"pip install 'rift-sim[{extra}]'",
        ) from None
