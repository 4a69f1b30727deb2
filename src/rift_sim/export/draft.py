"""Outputs appear whole or not at all: they grow under another name, and are moved."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rift_sim.errors import RiftError

__all__ = ["OutputError", "drafted"]


class OutputError(RiftError):
    """An output could not be written: disk full, quota, or no permission."""

    exit_code = 1


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
