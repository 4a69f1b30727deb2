"""The one kind of error that a user's input can cause, and how it reads."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path

__all__ = ["InputError", "RiftError", "nearest", "nearest_code"]

_LONG = 160
"""Characters of what is allowed, two lines of a terminal, from which on it comes last."""
_MOST = 600
"""Characters of a problem, a file or a key that are shown; what users wrote may have millions."""
_MOST_ALLOWED = 1600
"""Characters of what is allowed that are shown."""


class RiftError(Exception):
    """Base of every error that rift_sim raises on purpose."""


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """Return the allowed name most like `name`, or None when nothing is close.

    Parameters
    ----------
    name
        What the user wrote.
    allowed
        The names that would have been accepted.
    """
    folded = {option.casefold(): option for option in allowed}
    given = name.casefold()
    found = difflib.get_close_matches(given, folded, n=8, cutoff=0.6)

    def likeness(option: str) -> tuple[float, int]:
        """Rank by likeness; of equals, short names in particular, by a common beginning."""
        ratio = difflib.SequenceMatcher(None, option, given).ratio()
        same = takewhile(lambda pair: pair[0] == pair[1], zip(option, given, strict=False))
        return round(ratio, 2), len(list(same))

    return folded[max(found, key=likeness)] if found else None


def nearest_code(code: str, known: Iterable[str]) -> str | None:
    """Return the municipality code meant by `code`, or None.

    A code of four digits has lost its leading zero; the first two digits are the
    department, which a mistyped digit seldom changes.
    """
    codes = list(known)
    if len(code) == 4 and f"0{code}" in codes:
        return f"0{code}"
    return nearest(code, [option for option in codes if option[:2] == code[:2]] or codes)


class InputError(RiftError):
    """Bad input: which file, line and key, what is wrong, and what is allowed.

    Parameters
    ----------
    problem
        What is wrong, one clause without a full stop.
    file, line, key
        Where it stands; each may be unknown. Lines count from 1.
    allowed
        What would have been accepted: a phrase, or a list of names. A long list comes after
        the nearest name.
    given
        The name that was not recognised; with a list in `allowed` the nearest
        right name is added to the message.
    """

    exit_code = 2

    def __init__(
        self,
        problem: str,
        *,
        file: str | Path | None = None,
        line: int | None = None,
        key: str | None = None,
        allowed: str | Iterable[str] | None = None,
        given: str | None = None,
    ) -> None:
        self.problem = problem
        self.file = None if file is None else str(file)
        self.line = line
        self.key = key or None
        names = None if allowed is None or isinstance(allowed, str) else list(allowed)
        told = allowed if allowed is None or isinstance(allowed, str) else _listed(names or ())
        self.allowed: str | None = told
        self.nearest = nearest(given, names) if given and names else None
        super().__init__(str(self))

    def __str__(self) -> str:
        file = None if self.file is None else _shown(self.file)
        place = ":".join(str(part) for part in (file, self.line) if part is not None)
        key = self.key and _shown(self.key)
        head = ": ".join(part for part in (place, key, _shown(self.problem)) if part)
        allowed = f"allowed: {_shown(self.allowed, _MOST_ALLOWED)}" if self.allowed else ""
        meant = f"did you mean '{self.nearest}'?" if self.nearest else ""
        if meant and len(allowed) > _LONG:
            # Behind a long list the one name that is wanted would be overlooked.
            return f"{head}; {meant} {allowed}"
        return "; ".join(part for part in (head, allowed, meant) if part)

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the trip between processes (keyword arguments do not by default)."""
        return (_rebuild, (self.__dict__.copy(),))


def _shown(text: str, most: int = _MOST) -> str:
    """Cut what is too long in the middle; write what does not print as Python would."""
    if len(text) > most:
        text = f"{text[: most // 2]} [...] {text[-most // 4 :]}"
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _listed(names: Iterable[str]) -> str:
    """Join names by commas; one that holds a comma is quoted, to show where it ends."""
    return ", ".join(f"'{name}'" if "," in name else name for name in names)


def _rebuild(fields: dict[str, object]) -> InputError:
    error = InputError.__new__(InputError)
    error.__dict__.update(fields)
    Exception.__init__(error, str(error))
    return error
