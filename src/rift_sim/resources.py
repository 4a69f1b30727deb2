"""Where the files that ship with the package lie, installed or in a checkout."""

from __future__ import annotations

from pathlib import Path

__all__ = ["shipped"]

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """Return the folder of shipped files called `name` (``seeds`` or ``scenarios``).

    A wheel carries them inside the package; an editable install reads those of
    the checkout, so that an edit counts at once.
    """
    checkout = _PACKAGE.parents[1]
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    return _PACKAGE / "_shipped" / name
