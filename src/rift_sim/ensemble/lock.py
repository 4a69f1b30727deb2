"""One writer to a run folder at a time."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from rift_sim.errors import InputError

__all__ = ["LOCK_FILE", "held_by", "writer_lock"]

LOCK_FILE = ".lock"
_ATTEMPTS = 4
_BUSY = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)


def _take(file: IO[str]) -> bool:
    """Lock an open file without waiting; the system frees it when the process ends."""
    try:
        if os.name == "nt":
            import msvcrt

            # A byte far behind the text, because Windows would also forbid reading it.
            file.seek(1 << 20)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Some network file systems know no locks; better to go on than to refuse all.
        return error.errno not in _BUSY
    return True


def held_by(folder: Path) -> str | None:
    """Say who writes to a run folder; None when nobody does, or it cannot be known here."""
    try:
        with (folder / LOCK_FILE).open("r+", encoding="utf-8") as file:
            return None if _take(file) else _holder(file)
    except OSError:  # No lock, or one that this user may not open.
        return None


@contextlib.contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Hold the right to write to a run folder.

    A lock left by a process that died is free: the system released it with the process.

    Raises
    ------
    InputError
        When another process holds it.
    """
    path = folder / LOCK_FILE
    with _locked(path) as file:
        note = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": time.strftime("%Y-%m-%d %H:%M:%S"),
        }
        file.seek(0)
        file.truncate()
        file.write(json.dumps(note))
        file.flush()
        try:
            yield
        finally:
            # Removed while still held, so that nobody sees a lock that is not one.
            with contextlib.suppress(OSError):
                path.unlink()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[IO[str]]:
    for attempt in range(_ATTEMPTS):
        with path.open("a+", encoding="utf-8") as file:
            if _take(file):
                # Its last holder may have removed the file between our open and our lock.
                with contextlib.suppress(FileNotFoundError):
                    if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                        yield file
                        return
            elif attempt == _ATTEMPTS - 1:
                raise busy(path.parent, _holder(file))
        time.sleep(0.05)
    raise busy(path.parent, "unknown process")


def busy(folder: Path, holder: str) -> InputError:
    """Build the refusal that the second writer gets."""
    return InputError(
        f"another process is writing to this run ({holder})",
        file=folder,
        allowed="wait for it to end, or give another --out",
    )


def _holder(file: IO[str]) -> str:
    try:
        file.seek(0)
        note = json.loads(file.read())
        return f"process {note['pid']} on {note['host']}, since {note['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "unknown process"
