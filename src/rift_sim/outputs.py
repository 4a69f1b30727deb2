"""Outputs that a command names: refused before any work where they must not be; tables as text."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from rift_sim.errors import InputError

__all__ = ["check_figure", "check_folder", "check_output", "csv_text"]

_ANOTHER = "another name, or --force to replace it"
_FORMATS = (".png", ".svg", ".pdf")
_STORE, _FIGURES = "trajectories.zarr", "figures"
"""By the first the folder of a run is known; only in the second others may write."""


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
        When something is there that is to stay, the folder around it is missing, it would lie
        among the files of a run, or its name is none.
    """
    _check_place(out, key)
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
        When it, or what it would lie in, is a file, it would lie among the files of a run, or
        its name is none.
    """
    _check_place(folder, key, folder=True)
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        raise InputError("is a file", file=there, key=key, allowed="a folder")


def check_figure(out: Path, *, force: bool, key: str) -> None:
    """Refuse a file for a figure as `check_output` does, and one whose ending says no format.

    Parameters
    ----------
    out, force, key
        As in `check_output`.

    Raises
    ------
    InputError
        As `check_output`; also when the ending is none of .png, .svg and .pdf.
    """
    check_output(out, force=force, key=key)
    if out.suffix.lower() not in _FORMATS:
        raise InputError(
            f"'{out.suffix}' is no format for figures",
            file=out,
            key=key,
            allowed=".png, .svg or .pdf",
        )


def _check_place(out: Path, key: str, *, folder: bool = False) -> None:
    """Refuse a name that the system does not take, and a place among the files of a run.

    A folder for several files may be that of the figures; a file has to lie in it.
    """
    try:
        out.exists()
        place = out.parent.resolve() / out.name
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot be written: {problem}", file=out, key=key) from None
    for run in (place, *place.parents) if folder else place.parents:
        within = place.relative_to(run).parts
        in_figures = within[:1] == (_FIGURES,) and (folder or len(within) > 1)
        if (run / _STORE).exists() and not in_figures:
            raise InputError(
                f"lies in the folder of a run, {run}",
                file=out,
                key=key,
                allowed=f"another place, or one in its folder {_FIGURES}",
            )


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
