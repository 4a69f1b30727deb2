"""What is damaged in the folder of a run: how it is named, and what this process knows of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from rift_sim.errors import RiftError

__all__ = [
    "Damage",
    "DamageWarning",
    "DamagedError",
    "changed_files",
    "file_digest",
    "grouped",
    "in_short",
    "known",
    "remember",
]

_NAMED = 3
"""So many damages are named in one line; of others their number is."""


@dataclass(frozen=True)
class Damage:
    """One thing that is not as it was written.

    Attributes
    ----------
    file
        Where it is.
    reason
        What is wrong with it.
    variable, scenario
        Whose numbers they are; empty where that says nothing.
    replicates
        First and last of those that cannot be used because of it.
    block
        Position along the scenario dimension and in blocks of replicates; None where it
        is no block.
    """

    file: Path
    reason: str
    variable: str = ""
    scenario: str = ""
    replicates: tuple[int, int] | None = None
    block: tuple[int, int] | None = None

    def __str__(self) -> str:
        return f"{self.file}: {self.what}"

    @property
    def what(self) -> str:
        """What is damaged and how, without the file."""
        scenario = f"scenario {self.scenario}" if self.scenario else ""
        numbers = ""
        if self.replicates is not None:
            first, last = self.replicates
            numbers = f"replicate {first}" if first == last else f"replicates {first} to {last}"
        place = ", ".join(part for part in (self.variable, scenario, numbers) if part)
        return f"{place}: {self.reason}" if place else self.reason


class DamageWarning(UserWarning):
    """A run is read without replicates that are damaged, or nobody can tell whether some are."""


class DamagedError(RiftError):
    """A block was about to be used and is damaged.

    Parameters
    ----------
    store
        The ``trajectories.zarr`` folder.
    damage
        What is wrong.
    """

    exit_code = 1

    def __init__(self, store: Path, damage: Damage) -> None:
        self.store = store
        self.damage = damage
        super().__init__(
            f"{damage}; rift verify {store.parent} lists all that is damaged (in Python: "
            "Run.verify, after which sound replicates can be read), and the rift run command "
            "that made the run computes it again"
        )

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the trip between processes."""
        return (DamagedError, (self.store, self.damage))


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def changed_files(folder: Path, digests: Mapping[str, str]) -> Iterator[Damage]:
    """Name the files of a folder that have not the digests they had when they were written."""
    for name, digest in digests.items():
        file = folder / name
        try:
            reason = "" if file_digest(file) == digest else "was changed or cut short"
        except FileNotFoundError:
            reason = "is missing"
        except OSError as error:
            reason = f"cannot be read ({error.strerror or error})"
        if reason:
            yield Damage(file, reason)


def grouped(damages: Iterable[Damage]) -> list[Damage]:
    """Order damages by variable, and join those of neighbouring blocks with one cause."""
    found: list[Damage] = []
    for one in sorted(dict.fromkeys(damages), key=lambda one: (one.variable, one.block or ())):
        last = found[-1] if found else None
        if (
            last is not None
            and last.replicates is not None
            and one.replicates is not None
            and _cause(one) == _cause(last)
            and one.replicates[0] == last.replicates[1] + 1
        ):
            found[-1] = replace(last, replicates=(last.replicates[0], one.replicates[1]))
        else:
            found.append(one)
    return found


def _cause(damage: Damage) -> tuple[object, ...]:
    return (damage.file, damage.reason, damage.variable, damage.scenario)


def in_short(damages: Iterable[Damage]) -> str:
    """Name damages in one line; of many the first, and how many more there are."""
    found = grouped(damages)
    named = "; ".join(
        one.what if one.variable else f"{one.file.name} {one.what}" for one in found[:_NAMED]
    )
    more = len(found) - _NAMED
    return f"{named}; and {more} more" if more > 0 else named


_known: dict[Path, tuple[Damage, ...]] = {}


def remember(store: Path, damages: Iterable[Damage]) -> None:
    """Keep in mind which blocks of a store are damaged, in place of what was known.

    From then on this process reads the store without them. Numbers are checked when they
    are read, and a replicate has to be left out before that.
    """
    _known[store.resolve()] = tuple(one for one in damages if one.block is not None)


def known(store: Path) -> tuple[Damage, ...]:
    """Return the damaged blocks of a store that this process knows of."""
    return _known.get(store.resolve(), ())
