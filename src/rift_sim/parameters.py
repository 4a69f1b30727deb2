"""One draw of the parameters: what a replicate believes about the world."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rift_sim.physics.streams import Process, stream, uniform

if TYPE_CHECKING:
    from rift_sim.seeds.distributions import Distribution
    from rift_sim.seeds.ledger import Ledger

__all__ = ["Draw", "draw_parameters"]


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


def draw_parameters(
    ledger: Ledger, assumptions: Mapping[str, float | Distribution], seed: int, replicate: int
) -> Draw:
    """Draw every parameter from its prior, or from what the scenario assumes instead.

    The quantile of a parameter depends on its id, the seed and the replicate only: an
    assumption about one parameter leaves the draws of all others as they are.

    Draws are held within the range of the parameter.

    Parameters
    ----------
    ledger
        The ledger, whose parameters carry the priors.
    assumptions
        Numbers or distributions by parameter id; they take the place of the prior.
    seed, replicate
        Coordinates of the draw.
    """
    key = stream(seed, replicate, 0, Process.PARAMETER)
    values: dict[str, float] = {}
    for name, parameter in ledger.parameters.items():
        belief = assumptions.get(name, parameter.prior)
        if isinstance(belief, int | float):
            values[name] = float(belief)
        else:
            low, high = parameter.bounds
            drawn = belief.quantile(uniform(key, zlib.crc32(name.encode())))
            values[name] = min(max(drawn, low), high)
    return Draw(values)
