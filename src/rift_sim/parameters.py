"""One draw of the parameters: what a replicate believes about the world."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.errors import InputError
from rift_sim.physics.streams import Process, fill_at, stream

if TYPE_CHECKING:
    from rift_sim.seeds.distributions import Distribution
    from rift_sim.seeds.ledger import Ledger
    from rift_sim.seeds.posterior import Posterior

__all__ = ["Beliefs", "Draw", "check_key"]

_ROW = 1 << 32
"""Coordinate of the number that chooses a row; those of parameters lie below."""


_MOST_KEY = 2**63


def check_key(number: int, what: str, key: str) -> None:
    """Refuse a seed or the number of a replicate that nothing can be drawn by.

    Parameters
    ----------
    number
        As `rift_sim.physics.streams.stream` takes it.
    what, key
        What it is, in words, and what it goes by, for the message.

    Raises
    ------
    InputError
        When it is negative, or no whole number of 63 bits.
    """
    if not isinstance(number, int | np.integer) or not 0 <= number < _MOST_KEY:
        raise InputError(f"{number} is not {what}", key=key, allowed=f"0 to {_MOST_KEY - 1}")


class Draw(Mapping[str, float]):
    """The parameters of one replicate, by id, as a mapping or as attributes.

    ``draw.loss_rate`` and ``draw["loss_rate"]`` are the same number, in the unit that
    ``rift seeds parameters loss_rate`` shows.
    """

    def __init__(self, values: Mapping[str, float]) -> None:
        # In the instance's own dictionary, where attribute access costs least.
        self.__dict__.update(values)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> float: ...

    def __getitem__(self, name: str) -> float:
        value: float = self.__dict__[name]
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__)

    def __len__(self) -> int:
        return len(self.__dict__)


class Beliefs:
    """What a scenario believes about every parameter, made ready for many draws.

    Parameters
    ----------
    ledger
        The ledger, whose parameters carry the priors.
    assumptions
        Numbers or distributions by parameter id; they take the place of the prior.
    table
        Posterior draws: each replicate takes one row of them in place of the priors of its
        parameters. Assumptions come before the table.
    """

    def __init__(
        self,
        ledger: Ledger,
        assumptions: Mapping[str, float | Distribution] | None = None,
        table: Posterior | None = None,
    ) -> None:
        from rift_sim.seeds.distributions import Beta, LogNormal

        given = assumptions or {}
        self._names = list(ledger.parameters)
        places = [*(zlib.crc32(name.encode()) for name in self._names), _ROW]
        self._places = np.array(places, dtype=np.uint64)
        self._low, self._high = np.array([p.bounds for p in ledger.parameters.values()]).T.copy()
        self._fixed = np.zeros(len(self._names))
        self._betas: list[tuple[int, Beta]] = []
        self._lognormals: list[tuple[int, LogNormal]] = []
        self._others: list[tuple[int, Distribution]] = []
        for k, (name, parameter) in enumerate(ledger.parameters.items()):
            belief = given.get(name, parameter.prior)
            if isinstance(belief, int | float):
                # What a scenario states as a number holds, whatever the range.
                self._fixed[k] = self._low[k] = self._high[k] = float(belief)
            elif isinstance(belief, Beta):
                self._betas.append((k, belief))
            elif isinstance(belief, LogNormal):
                self._lognormals.append((k, belief))
            else:
                self._others.append((k, belief))
        self._beta = _columns(self._betas, "a", "b", "low", "high")
        self._lognormal = _columns(self._lognormals, "median", "sigma")
        self._rows: NDArray[np.float64] | None = None
        if table is not None:
            kept = [place for place, name in enumerate(table.names) if name not in given]
            known = [self._names.index(table.names[place]) for place in kept]
            self._known = np.array(known, dtype=np.intp)
            self._rows = table.rows[:, kept]

    def draw(self, seed: int, replicate: int) -> Draw:
        """Draw every parameter.

        The quantile of a parameter depends on its id, the seed and the replicate only: an
        assumption about one parameter leaves the draws of all others as they are. So does a
        table with those it does not name; which of its rows is taken depends on the seed
        and the replicate only. Draws are held within the range of the parameter.

        Parameters
        ----------
        seed, replicate
            Coordinates of the draw.
        """
        from scipy.special import betaincinv, ndtri

        values, luck = self._fixed.copy(), np.empty(self._places.size)
        fill_at(luck, stream(seed, replicate, 0, Process.PARAMETER), self._places)
        rows, a, b, low, high = self._beta
        values[rows] = low + betaincinv(a, b, luck[rows]) * (high - low)
        rows, median, sigma = self._lognormal
        values[rows] = median * np.exp(sigma * ndtri(luck[rows]))
        for k, belief in self._others:
            values[k] = belief.quantile(luck[k])
        if self._rows is not None:
            values[self._known] = self._rows[int(luck[-1] * len(self._rows))]
        np.clip(values, self._low, self._high, out=values)
        return Draw(dict(zip(self._names, values.tolist(), strict=True)))


def _columns(beliefs: Sequence[tuple[int, Distribution]], *names: str) -> list[NDArray[Any]]:
    """Turn distributions of one kind into arrays: their rows, then each of their numbers."""
    rows = np.array([k for k, _ in beliefs], dtype=np.intp)
    return [rows, *(np.array([getattr(belief, name) for _, belief in beliefs]) for name in names)]
