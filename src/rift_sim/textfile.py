"""Read a text file that a user names: there, not too large, in UTF-8."""

from __future__ import annotations

import os
from pathlib import Path

from rift_sim.errors import InputError

__all__ = ["MAX_TABLE", "decode", "is_file", "read_bytes", "read_text"]

MAX_TABLE = 20_000_000
"""Bytes of a table: some twenty times the largest file of history."""


def is_file(path: str | Path) -> bool:
    """Say whether there is such a file; what cannot be the name of a file is none."""
    return os.path.isfile(path)  # Unlike `Path.is_file`, which raises for a name that is too long.


def read_bytes(path: Path, most: int, *, key: str | None = None) -> bytes:
    """Read the bytes of a file that is not too large.

    Parameters
    ----------
    path
        The file.
    most
        Bytes that it may have.
    key
        What names it, for messages.

    Raises
    ------
    InputError
        When there is no such file, it cannot be read, or it has more than `most` bytes.
    """
    if not is_file(path):
        raise InputError("no such file", file=path, key=key)
    try:
        with path.open("rb") as file:
            # The size is not asked beforehand: some files do not know theirs.
            content = file.read(most + 1)
    except OSError as error:
        reason = error.strerror or os.strerror(error.errno or 0)
        raise InputError(f"cannot be read: {reason}", file=path, key=key) from None
    if len(content) > most:
        raise InputError(
            "the file is too large", file=path, key=key, allowed=f"up to {most:,} bytes"
        )
    return content


def decode(content: bytes, path: Path, allowed: str = "UTF-8") -> str:
    """Return content as text, without a byte order mark at its beginning.

    Raises
    ------
    InputError
        When it is not UTF-8, or holds a NUL; the message has the line.
    """
    try:
        text = content.decode("utf-8-sig")
        if "\0" not in text:
            return text
        line = text.partition("\0")[0].count("\n") + 1
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
    raise InputError("the file is not text in UTF-8", file=path, line=line, allowed=allowed)


def read_text(path: Path, most: int = MAX_TABLE, *, key: str | None = None) -> str:
    """Read a file as text; parameters and errors as in `read_bytes` and `decode`."""
    return decode(read_bytes(path, most, key=key), path)
