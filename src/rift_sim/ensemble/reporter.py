"""Who is told how far long work has come."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Reporter", "Silent"]


class Reporter(Protocol):
    """Whoever wants to know how a run goes on."""

    def say(self, text: str) -> None:
        """Take one line of news."""
        ...

    def begin(self, total: int) -> None:
        """Learn how many replicates are to be computed."""
        ...

    def advance(self, replicates: int) -> None:
        """Learn that so many more are stored."""
        ...


class Silent:
    """Says nothing."""

    def say(self, text: str) -> None:
        """Say nothing."""

    def begin(self, total: int) -> None:
        """Say nothing."""

    def advance(self, replicates: int) -> None:
        """Say nothing."""
