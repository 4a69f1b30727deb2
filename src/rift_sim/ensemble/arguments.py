"""What Python callers give `run` and `load`, checked at the edge as the command line does."""

from __future__ import annotations

import os
from collections.abc import Sequence
from operator import index
from pathlib import Path
from typing import SupportsIndex

from rift_sim.errors import InputError

__all__ = ["as_path", "check_texts", "check_whole"]


def as_path(value: object, key: str) -> Path:
    """Return a path that was given as a path or as text.

    Raises
    ------
    InputError
        When it is neither.
    """
    if isinstance(value, str | os.PathLike):
        return Path(value)
    raise InputError(f"{value!r} is not a path", key=key, allowed="a path, as text or Path")


def check_whole(value: object, key: str, none: str) -> None:
    """Refuse what is not a whole number from 1 on; `none` says why there must be one.

    Raises
    ------
    InputError
        When it is something else.
    """
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        raise InputError(f"{value!r} is not a whole number", key=key, allowed="1 or more")
    if index(value) < 1:
        raise InputError(none, key=key, allowed="1 or more")


def check_texts(values: object, key: str, allowed: str) -> None:
    """Refuse what is not a sequence of texts, and a text alone.

    Raises
    ------
    InputError
        When it is something else.
    """
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise InputError(f"{values!r} is no sequence of texts", key=key, allowed=allowed)
    for value in values:
        if not isinstance(value, str):
            raise InputError(f"{value!r} is not text", key=key, allowed=allowed)
