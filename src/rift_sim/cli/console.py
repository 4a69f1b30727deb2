"""The terminal: width, progress bar, and which stream news go to."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

__all__ = ["Progress", "damage_as_lines", "make_console"]

_PIPED_WIDTH = 100


def make_console(*, stderr: bool = False) -> Console:
    """Return a console; into a pipe or file it writes lines of 100 columns."""
    from rich.console import Console

    console = Console(stderr=stderr, highlight=False, soft_wrap=False)
    if not console.is_terminal and "COLUMNS" not in console._environ:
        console.width = _PIPED_WIDTH
    return console


@contextlib.contextmanager
def damage_as_lines() -> Iterator[None]:
    """Print warnings of damaged runs as a line on stderr, each once; leave others alone."""
    from rift_sim.ensemble.damage import DamageWarning

    said: set[str] = set()
    with warnings.catch_warnings():
        warnings.simplefilter("always", DamageWarning)
        usual = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *place: Any) -> None:
            if not issubclass(category, DamageWarning):
                usual(message, category, *place)
            elif (text := str(message)) not in said:
                said.add(text)
                print(f"warning: {text}", file=sys.stderr)

        hook: Any = show
        warnings.showwarning = hook
        yield


class Progress:
    """Shows how a run goes on: a bar with the time left, or plain lines.

    It writes to stderr, so that a pipe gets results only.

    Parameters
    ----------
    what
        What is counted.
    """

    def __init__(self, what: str = "replicates") -> None:
        self._what = what
        self._console = make_console(stderr=True)
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def say(self, text: str) -> None:
        """Print one line of news."""
        self._console.print(text, markup=False)

    def begin(self, total: int) -> None:
        """Show the bar, in place of one that was there."""
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as Bar

        if self._bar is not None:
            self._bar.stop()
        self._bar = Bar(
            TextColumn(self._what),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=self._console,
            disable=not sys.stderr.isatty(),
        )
        self._bar.start()
        self._task = self._bar.add_task(self._what, total=total)

    def advance(self, replicates: int) -> None:
        """Move the bar."""
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task, replicates)
