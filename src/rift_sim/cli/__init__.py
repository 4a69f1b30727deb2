"""The ``rift`` command."""

from __future__ import annotations

import errno
import sys
from typing import Any

from rift_sim.errors import RiftError

__all__ = ["main"]

INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Run the ``rift`` command and return its exit code.

    Parameters
    ----------
    arguments
        Command line without the program's name; that of the process if not given.

    Returns
    -------
    int
        0 when all went well, 1 when a replicate failed, a file could not be written or
        something is damaged, 2 for bad input (one line on stderr says what), 130 after Ctrl-C.
    """
    try:
        result = _execute(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader went away, as in `rift list | head`; Python would complain at its end.
        sys.stdout = None
        return 0
    except Exception as error:
        return _explain(error)
    return result if isinstance(result, int) else 0


def _execute(arguments: list[str] | None) -> Any:
    """Run the command, and again when it meets damaged replicates: then without them.

    Numbers are checked as they are read, so that a command may be under way when it finds
    out that a replicate has to be left out. Commands write what they make at their end.
    """
    from rift_sim.cli.app import command
    from rift_sim.cli.console import damage_as_lines
    from rift_sim.ensemble.storage.damage import DamagedError, known

    with damage_as_lines():
        while True:
            try:
                return command().main(args=arguments, prog_name="rift", standalone_mode=False)
            except DamagedError as error:
                from rift_sim.ensemble.verify import verify

                before = known(error.store)
                verify(error.store.parent)
                if known(error.store) == before:
                    raise


def _explain(error: Exception) -> int:
    """Say in a line what went wrong; return the exit code.

    Only a defect of ours has a traceback.
    """
    if isinstance(error, RiftError):
        return _refuse(str(error), getattr(error, "exit_code", 1))
    if isinstance(error, OSError):
        # No file can have such a name, so that it is bad input.
        return _refuse(_system_said(error), 2 if error.errno == errno.ENAMETOOLONG else 1)
    if type(error).__name__ == "Abort":
        return INTERRUPTED
    # What typer refuses has a message of its own.
    explain = getattr(error, "format_message", None)
    if explain is None:
        raise error
    return _refuse(explain(), 2)


def _system_said(error: OSError) -> str:
    """Say what went wrong with which file, or with the output of the command itself."""
    reason = error.strerror or str(error)
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        # Python would try again at its end, and complain.
        sys.stdout = None
    if error.filename:
        return f"{error.filename}: {reason}"
    written = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
    return f"the output cannot be written: {reason}" if written else reason


def _refuse(text: str, code: int) -> int:
    from rift_sim.plaintext import visible

    line = " ".join(text.split())
    print(f"error: {visible(line)}", file=sys.stderr)
    return code
