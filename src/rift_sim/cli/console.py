"""The terminal: width, progress bar, which stream news go to, and that nothing in them acts.

Names, titles and notes come from files of others. A terminal obeys control characters, and Rich
takes brackets for markup: here the first are written out, and the second are brackets.
"""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any

import typer

from rift_sim.plaintext import visible

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.progress import Progress as Bar
    from rich.progress import TaskID
    from rich.segment import Segment
    from rich.text import Text

__all__ = ["Progress", "damage_as_lines", "echo", "faint_below", "make_console"]

_PIPED_WIDTH = 100


def make_console(*, stderr: bool = False) -> Console:
    """Return a console; into a pipe or file it writes lines of 100 columns."""
    from rich.console import Console
    from rich.segment import Segment

    class Plain(Console):
        """A console on which text is text."""

        def render(
            self, renderable: RenderableType, options: ConsoleOptions | None = None
        ) -> Iterable[Segment]:
            for part in super().render(renderable, options):
                yield part if part.control else Segment(visible(part.text), part.style)

    console = Plain(stderr=stderr, highlight=False, soft_wrap=False, markup=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in console._environ:
        console.width = _PIPED_WIDTH
    return console


def echo(text: object, *, err: bool = False) -> None:
    """Print a line as it is, without wrapping; `err` to stderr."""
    typer.echo(visible(str(text)), err=err)


def faint_below(top: str, below: str) -> Text:
    """Return a cell of two lines, the second one faint."""
    from rich.text import Text

    return Text(f"{top}\n").append(below, style="dim")


@contextlib.contextmanager
def damage_as_lines() -> Iterator[None]:
    """Print warnings of damaged runs as a line on stderr, each once; leave others alone."""
    from rift_sim.ensemble.storage.damage import DamageWarning

    said: set[str] = set()
    with warnings.catch_warnings():
        warnings.simplefilter("always", DamageWarning)
        usual = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *place: Any) -> None:
            if not issubclass(category, DamageWarning):
                usual(message, category, *place)
            elif (text := str(message)) not in said:
                said.add(text)
                echo(f"warning: {text}", err=True)

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
        self._console.print(text)

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
