"""Where each part of a scenario was written, so that an error found later still names it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rift_sim.errors import InputError
from rift_sim.scenario.problems import Place
from rift_sim.yamlfile import Document, KeyPath, dotted

__all__ = ["Item", "Origin"]


@dataclass(frozen=True)
class Origin:
    """Where something was written: a file (or ``--set``), a path in it, its rank among files."""

    source: Document | str
    path: KeyPath = ()
    rank: int = 0

    def below(self, *path: str | int) -> Origin:
        """Return the origin of something inside."""
        return Origin(self.source, (*self.path, *path), self.rank)

    @property
    def line(self) -> int | None:
        """Line in the file, where it is known."""
        return self.source.line(self.path) if isinstance(self.source, Document) else None

    def error(self, problem: str, **details: Any) -> InputError:
        """Build the error that points here."""
        key = dotted(self.path)
        if isinstance(self.source, Document):
            file, line = self.source.path, self.line or 1
            return InputError(problem, file=file, line=line, key=key, **details)
        return InputError(problem, file=self.source, key=key, **details)

    def place(self) -> Place:
        """Give the order among errors, and how to build one."""
        return (self.rank, self.line or 0), self.error


@dataclass(frozen=True)
class Item:
    """A value and where it was written."""

    value: Any
    origin: Origin
