"""Outputs appear whole or not at all: they grow under another name, and are moved."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rift_sim.errors import RiftError

__all__ = ["OutputError", "drafted", "make_folder", "write_whole"]

_SHOWN = 40
"""Characters of a name that its draft begins with; a name may be as long as the disk allows."""
_NUMBERS = itertools.count()


class OutputError(RiftError):
    """An output could not be written: disk full, quota, or no permission.

    Parameters
    ----------
    place
        The file or folder.
    error
        What the system said.
    """

    exit_code = 1

    def __init__(self, place: Path, error: OSError) -> None:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = "the disk is full" if full else f"cannot be written: {error.strerror or error}"
        super().__init__(f"{place}: {reason}; nothing was written")
        self._given = (place, error)

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the trip between processes."""
        return (OutputError, self._given)


@contextmanager
def drafted(out: Path) -> Iterator[Path]:
    """Give a name to write under; what stands there at the end becomes `out`.

    Whatever goes wrong, or when the user stops it, the draft is removed and `out` is as it
    was. A link is replaced by what was written, and what it leads to is left alone. What is
    neither file nor folder, such as ``/dev/stdout``, cannot be replaced and is written to
    straight away.

    Raises
    ------
    OutputError
        When the disk is full or may not be written.
    """
    try:
        if out.exists() and not (out.is_file() or out.is_dir()):
            yield out
            return
        own = f".{out.name[:_SHOWN]}.{os.getpid()}-{next(_NUMBERS)}.partial"
        draft = out.with_name(own)
        try:
            yield draft
            _replace(draft, out)
        finally:
            _remove(draft)
    except OSError as error:
        raise OutputError(out, error) from error


def write_whole(out: Path, text: str) -> None:
    """Write a text file as UTF-8, its lines ended as they are, whole or not at all.

    Raises
    ------
    OutputError
        As `drafted`.
    """
    with drafted(out) as draft:
        draft.write_text(text, encoding="utf-8", newline="")


def make_folder(folder: Path) -> None:
    """Make a folder for outputs, with those around it, unless it is there.

    Raises
    ------
    OutputError
        When it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(folder, error) from error


def _replace(draft: Path, out: Path) -> None:
    if not out.is_dir():
        os.replace(draft, out)
        return
    old = draft.with_name(draft.name + ".old")
    os.replace(out, old)
    try:
        os.replace(draft, out)
    except OSError:
        os.replace(old, out)
        raise
    _remove(old)


def _remove(path: Path) -> None:
    """Remove a draft; that it cannot be looked at, as below a file, hides no other error."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
