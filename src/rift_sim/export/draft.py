"""Outputs appear whole or not at all: they grow under another name, and are moved."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rift_sim.errors import InputError, RiftError

__all__ = ["OutputError", "check_output", "drafted"]


class OutputError(RiftError):
    """An output could not be written: disk full, quota, or no permission."""

    exit_code = 1


def check_output(out: Path, *, force: bool, folder_mark: str | None = None) -> None:
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

    Raises
    ------
    InputError
        When something is there that is to stay, or the folder around it is missing.
    """
    if not out.parent.is_dir():
        raise InputError(f"there is no folder '{out.parent}'", key="--out")
    if folder_mark is None:
        if out.is_dir():
            raise InputError("is a folder", file=out, key="--out", allowed="a file")
        if out.exists() and not force:
            raise InputError(
                "the file exists already",
                file=out,
                key="--out",
                allowed="another name, or --force to replace it",
            )
        return
    if out.exists() and not out.is_dir():
        raise InputError("is a file", file=out, key="--out", allowed="a folder")
    if not out.exists() or not any(out.iterdir()):
        return
    if not (out / folder_mark).is_file():
        raise InputError(
            "the folder is not empty and holds no export; it is left alone",
            file=out,
            key="--out",
            allowed="a new or empty folder",
        )
    if not force:
        raise InputError(
            "the folder holds an export already",
            file=out,
            key="--out",
            allowed="another name, or --force to replace it",
        )


@contextmanager
def drafted(out: Path) -> Iterator[Path]:
    """Give a name to write under; what stands there at the end becomes `out`.

    Whatever goes wrong, or when the user stops it, the draft is removed and `out` is as it
    was.

    Raises
    ------
    OutputError
        When the disk is full or may not be written.
    """
    draft = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        yield draft
        _replace(draft, out)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = "the disk is full" if full else f"cannot be written: {error.strerror or error}"
        raise OutputError(f"{out}: {reason}; nothing was written") from error
    finally:
        _remove(draft)


def _replace(draft: Path, out: Path) -> None:
    if not out.is_dir():
        os.replace(draft, out)
        return
    old = draft.with_name(draft.name + ".old")
    os.replace(out, old)
    os.replace(draft, out)
    _remove(old)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
