"""Which files a file may name: those around the one that the user named.

A scenario comes from somebody else, perhaps. What it extends and the data that it names must lie
in its folder or below, links followed, or in the user's own folder of data (`RIFT_DATA`). What
the user writes himself, on the command line or in Python, is not fenced in.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Protocol

from rift_sim.errors import InputError
from rift_sim.resources import DATA_VARIABLE
from rift_sim.seeds.posterior import is_table

if TYPE_CHECKING:
    from rift_sim.scenario.schema import Scenario

__all__ = ["OPEN", "Fence", "named_files"]


class _Refuse(Protocol):
    def __call__(self, problem: str, *, allowed: str) -> InputError: ...


@dataclass(frozen=True)
class Fence:
    """A folder that named files lie in.

    Attributes
    ----------
    root
        The folder; None lets everything through.
    """

    root: Path | None = None

    @classmethod
    def around(cls, file: Path, *, allow_outside: bool) -> Fence:
        """Return the fence around the folder of a file that the user named."""
        return OPEN if allow_outside else cls(Path(os.path.abspath(file.parent)))

    def place(self, text: str, base: Path, refuse: _Refuse) -> Path:
        """Return where a named file lies, absolute, without links.

        Parameters
        ----------
        text
            What the file says.
        base
            Folder that relative names start from.
        refuse
            Builds the error that points at the place where `text` stands.

        Raises
        ------
        InputError
            When it lies outside.
        """
        path = Path(os.path.abspath(base / text))
        outside = refuse(
            f"'{text}' lies outside the folder {self.root}",
            allowed="a file in that folder or below it; --allow-outside takes any",
        )
        # By name first: an address of another machine is not even looked up.
        if not self._holds(path) or (self.root is not None and _is_remote(text)):
            raise outside
        found = _resolved(path)
        if not self._holds(found):
            raise outside
        return found

    def _holds(self, path: Path) -> bool:
        if self.root is None:
            return True
        roots = [self.root, _resolved(self.root)]
        if own := os.environ.get(DATA_VARIABLE):
            roots += [Path(os.path.abspath(own)), _resolved(Path(own))]
        return any(path.is_relative_to(root) for root in roots)


OPEN = Fence()


def named_files(scenario: Scenario) -> dict[str, Path]:
    """Return the files that a scenario without a sweep names, by key."""
    territory, initial = scenario.territory, scenario.initial
    maps = {key: getattr(initial, key) for key in ("presence", "coca", "displaced")}
    found = {
        "territory.municipalities": territory.municipalities,
        "territory.neighbours": territory.neighbours,
        "territory.departments": territory.departments,
        **{f"initial.{key}": None if one is None else one.file for key, one in maps.items()},
        "parameters": Path(scenario.parameters) if is_table(scenario.parameters) else None,
    }
    return {key: path for key, path in found.items() if path is not None}


def _is_remote(text: str) -> bool:
    r"""Say whether a name means another machine (``\\HOST\SHARE``), here or on Windows."""
    return PureWindowsPath(text).drive.startswith("\\\\")


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError):  # Links in a circle, or too long a name.
        return path
