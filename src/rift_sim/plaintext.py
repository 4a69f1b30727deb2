"""Text from files of others: regular files only, up to a size, in UTF-8, nothing hidden in it."""

from __future__ import annotations

import re
from pathlib import Path

from rift_sim.errors import InputError

__all__ = [
    "NO_FILE",
    "decode",
    "hidden",
    "is_regular",
    "no_file",
    "read_bytes",
    "read_text",
    "visible",
    "why_not",
]

MAX_BYTES = 20_000_000
"""Largest table that is read; the largest one that ships has a hundredth of it."""
NO_FILE = "no such file"
_PART = 2**22
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Control characters but for tab and line ends, separators of lines, what turns the direction
of writing, and halves of characters: none of them is text, and all of them fool readers."""


def hidden(text: str) -> str | None:
    """Return the first character that a reader would not see, as ``U+001B``; None without one."""
    found = _HIDDEN.search(text)
    return f"U+{ord(found[0]):04X}" if found else None


def visible(text: str) -> str:
    r"""Write what a reader would not see as an escape (``\x1b``), so that nobody obeys it."""
    return _HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def is_regular(path: Path) -> bool:
    """Say whether there is such a file: no folder, device or pipe, and a name that can be one."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def why_not(path: Path) -> str:
    """Say in words why a path is no regular file."""
    try:
        if path.is_dir():
            return "a folder, not a file"
        if path.exists():
            return "a pipe or a device, not a regular file"
        if path.is_symlink():
            return "a link that leads nowhere"
    except (OSError, ValueError):
        pass
    return NO_FILE


def no_file(path: Path) -> str:
    """Say in a sentence with its name why a path is no regular file."""
    problem = why_not(path)
    return f"there is no file '{path}'" if problem == NO_FILE else f"'{path}' is {problem}"


def read_bytes(
    path: Path, *, limit: int = MAX_BYTES, key: str | None = None, allowed: str | None = None
) -> bytes:
    """Read a regular file whole.

    Parameters
    ----------
    path
        The file.
    limit
        Most bytes that it may have.
    key, allowed
        For errors: the key or option that names it, and what it should be.

    Raises
    ------
    InputError
        When it is missing, is no regular file (a folder, a device, a pipe), cannot be read, or
        is too large.
    """
    try:
        if not is_regular(path):
            raise InputError(why_not(path), file=path, key=key, allowed=allowed)
        content = b""
        with path.open("rb") as stream:
            # Not all at once: room is made for what is asked for, however small the file.
            while len(content) <= limit and (part := stream.read(_PART)):
                content += part
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot be read: {reason}", file=path, key=key) from None
    if len(content) > limit:
        raise InputError(
            "the file is too large", file=path, key=key, allowed=f"up to {limit:,} bytes"
        )
    return content


def decode(content: bytes, path: Path, *, allowed: str = "UTF-8") -> str:
    """Return the text of a file; a mark of byte order at its start is left out.

    Raises
    ------
    InputError
        When it is not UTF-8, or holds a character that a reader would not see.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(
            "the file is not text in UTF-8", file=path, line=line, allowed=allowed
        ) from None
    found = _HIDDEN.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        name = f"U+{ord(found[0]):04X}"
        problem = "the file is not text in UTF-8" if found[0] == "\0" else f"holds {name}"
        raise InputError(
            problem, file=path, line=line, allowed=f"{allowed} without control characters"
        )
    return text


def read_text(
    path: Path, *, limit: int = MAX_BYTES, key: str | None = None, allowed: str = "UTF-8"
) -> str:
    """Read the text of a file; parameters and errors as in `read_bytes` and `decode`."""
    return decode(read_bytes(path, limit=limit, key=key), path, allowed=allowed)
