"""The territory as arrays."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rift_sim.errors import InputError, nearest_code

__all__ = ["Territory"]


@dataclass(frozen=True, eq=False)
class Territory:
    """Places, municipalities first, then border zones abroad; each part sorted by code.

    N places; all arrays are read-only.

    Attributes
    ----------
    code
        5-digit DIVIPOLA codes; zones have codes such as ``VE-ZUL``.
    name
        Proper names, with accents in the shipped table.
    country
        ``colombia``, ``venezuela`` or ``ecuador``.
    longitude, latitude
        Seat of the municipality, degrees WGS 84, shape (N,).
    population
        People, shape (N,). Estimates, scaled to department totals of 2023 in the shipped table.
    area_km2
        km2, shape (N,).
    rural_share
        Share of people living outside towns, in [0, 1], shape (N,). Estimate.
    remoteness
        Rank from near (0) to remote (1), shape (N,); see `estimates.remoteness`.
    border_venezuela, border_ecuador
        Municipalities on that border, bool (N,). False for zones.
    coast
        Municipalities on either sea, bool (N,). False for zones.
    is_zone
        Border zones abroad, bool (N,).
    indptr, indices
        Neighbours as symmetric compressed rows, uint32 (N + 1,) and (M,): those of place k
        are ``indices[indptr[k]:indptr[k + 1]]``, ascending.
    departments, department_names
        The 33 departments' 2-digit codes, sorted, and their names.
    department_index
        Position in `departments`, int32 (N,); -1 for zones.
    warnings
        What had to be assumed while reading, one sentence each.
    digest
        SHA-256 of the content: equal for equal territories.
    """

    code: tuple[str, ...]
    name: tuple[str, ...]
    country: tuple[str, ...]
    longitude: NDArray[np.float64] = field(repr=False)
    latitude: NDArray[np.float64] = field(repr=False)
    population: NDArray[np.float64] = field(repr=False)
    area_km2: NDArray[np.float64] = field(repr=False)
    rural_share: NDArray[np.float64] = field(repr=False)
    remoteness: NDArray[np.float64] = field(repr=False)
    border_venezuela: NDArray[np.bool_] = field(repr=False)
    border_ecuador: NDArray[np.bool_] = field(repr=False)
    coast: NDArray[np.bool_] = field(repr=False)
    is_zone: NDArray[np.bool_] = field(repr=False)
    indptr: NDArray[np.uint32] = field(repr=False)
    indices: NDArray[np.uint32] = field(repr=False)
    departments: tuple[str, ...] = field(repr=False)
    department_names: tuple[str, ...] = field(repr=False)
    department_index: NDArray[np.int32] = field(repr=False)
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._freeze()

    def __repr__(self) -> str:
        zones = len(self.code) - self.municipalities
        return f"<Territory: {self.municipalities} municipalities, {zones} border zones>"

    def __setstate__(self, state: dict[str, object]) -> None:
        """Come out of a pickle read-only as well."""
        self.__dict__.update(state)
        self._freeze()

    def _freeze(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    @property
    def municipalities(self) -> int:
        """Number of municipalities; places from here on are border zones."""
        return len(self.code) - int(np.count_nonzero(self.is_zone))

    @cached_property
    def _position(self) -> dict[str, int]:
        return {code: k for k, code in enumerate(self.code)}

    def index_of(self, code: str) -> int:
        """Return the position of the place with this code.

        Raises
        ------
        InputError
            When there is none; names the nearest code.
        """
        if code not in self._position:
            error = InputError(
                f"'{code}' is not a place of the territory",
                allowed="five digits such as 05001, or a border zone such as VE-ZUL",
            )
            error.nearest = nearest_code(code, self.code)
            raise error
        return self._position[code]

    def neighbours_of(self, place: int) -> NDArray[np.uint32]:
        """Return the positions of the neighbours of the place at a position, ascending."""
        return self.indices[self.indptr[place] : self.indptr[place + 1]]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content, without the warnings."""
        total = hashlib.sha256()
        for item in fields(self):
            if item.name == "warnings":
                continue
            value = getattr(self, item.name)
            total.update(item.name.encode())
            if isinstance(value, np.ndarray):
                # Little-endian, so that every machine agrees.
                total.update(value.astype(value.dtype.newbyteorder("<")).tobytes())
            else:
                total.update("\0".join(value).encode())
            total.update(b"\n")
        return total.hexdigest()
