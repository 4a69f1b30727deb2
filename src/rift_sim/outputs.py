"""Outputs that a command names: refused before any work where they must not be; tables as text."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from rift_sim.errors import InputError

__all__ = ["check_folder", "check_output", "csv_text"]

_ANOTHER = "another name, or --force to replace it"


def check_output(
    out: Path, *, force: bool, folder_mark: str | None = None, key: str = "--out"
) -> None:
    """Refuse an output that cannot or must not be written, before any work is done.

    Parameters
    ----------
    out
        File, or folder.
    force
        Whether what is there may be replaced.
    folder_mark
        For a folder: a file that shows that an earlier export made it. Another folder is
        never replaced.
    key
        The option that names it.

    Raises
    ------
    InputError
        When something is there that is to stay, or the folder around it is missing.
    """
    if not out.parent.is_dir():
        raise InputError(f"there is no folder '{out.parent}'", key=key)
    if folder_mark is None:
        if out.is_dir():
            raise InputError("is a folder", file=out, key=key, allowed="a file")
        if out.exists() and not force:
            raise InputError("the file exists already", file=out, key=key, allowed=_ANOTHER)
        return
    if out.exists() and not out.is_dir():
        raise InputError("is a file", file=out, key=key, allowed="a folder")
    if not out.exists() or not any(out.iterdir()):
        return
    if not (out / folder_mark).is_file():
        raise InputError(
            "the folder is not empty and holds no export; it is left alone",
            file=out,
            key=key,
            allowed="a new or empty folder",
        )
    if not force:
        raise InputError("the folder holds an export already", file=out, key=key, allowed=_ANOTHER)


def check_folder(folder: Path, key: str) -> None:
    """Refuse a folder for several files that cannot be made because a file is in its way.

    Parameters
    ----------
    folder
        It is made when it is missing, with the folders around it.
    key
        The option that names it.

    Raises
    ------
    InputError
        When it, or what it would lie in, is a file.
    """
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        raise InputError("is a file", file=there, key=key, allowed="a folder")


def csv_text(head: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table as CSV: numbers with six figures, empty where there is none (NaN)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(map(_cell, row) for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    if not isinstance(value, float):
        return value
    return "" if math.isnan(value) else f"{value:.6g}"
