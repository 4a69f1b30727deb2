"""A file for HDF5, which does not survive a disk that is full."""

from __future__ import annotations

import io
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["Disk"]


class Disk(io.FileIO):
    """A file that keeps to itself, until it is asked or left, that it could not be written.

    HDF5 writes once more when it closes a file, and ends the process where that fails too.
    """

    _failure: OSError | None = None

    def write(self, data: Buffer, /) -> int:
        """Write all of it, unless something before it could not be written."""
        rest = memoryview(data).cast("B")
        size = len(rest)
        try:
            while rest and self._failure is None:
                rest = rest[super().write(rest) :]
        except OSError as error:
            self._failure = error
        return size

    def truncate(self, size: int | None = None, /) -> int:
        """Cut or lengthen the file, unless something before it could not be written."""
        end = self.tell() if size is None else size
        try:
            if self._failure is None:
                super().truncate(end)
        except OSError as error:
            self._failure = error
        return end

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        # What HDF5 says of a file that lacks its beginning explains nothing.
        if kind is None or issubclass(kind, Exception):
            self.check()

    def check(self) -> None:
        """Raise what went wrong.

        Raises
        ------
        OSError
            What the system said to the first write that failed.
        """
        if self._failure is not None:
            raise self._failure
