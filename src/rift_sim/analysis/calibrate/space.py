"""The space a calibration moves in: a normal score for each parameter.

A score of 0 is the median of the parameter's prior, and the prior of every score is the standard
normal distribution. So parameters of any unit and skew are alike to whoever proposes new ones, no
proposal falls outside a range, and value and prior are those that a run draws from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from rift_sim.physics.arrays import Floats

if TYPE_CHECKING:
    from rift_sim.seeds import Distribution

__all__ = ["Space"]

_FURTHEST = 8.0
"""Scores beyond this many standard deviations are taken for this one."""


@dataclass(frozen=True)
class Space:
    """Parameters that are calibrated.

    Attributes
    ----------
    names, units
        Ids of the parameters, and their units.
    priors
        What is believed about each of them beforehand.
    bounds
        Lowest and highest value of each that makes sense; values are held within.
    """

    names: tuple[str, ...]
    units: tuple[str, ...]
    priors: tuple[Distribution, ...]
    bounds: tuple[tuple[float, float], ...]

    def value(self, place: int, scores: Floats) -> Floats:
        """Return the values of one parameter at some scores, shape as `scores`."""
        quantiles = ndtr(np.clip(scores, -_FURTHEST, _FURTHEST))
        prior = self.priors[place]
        found = np.array([prior.quantile(float(u)) for u in quantiles.ravel()])
        held: Floats = np.clip(found, *self.bounds[place])
        return held.reshape(quantiles.shape)

    def values(self, scores: Floats) -> Floats:
        """Return the values of all parameters, shape as `scores`: (draw, parameter)."""
        columns = [self.value(place, scores[:, place]) for place in range(len(self.names))]
        return np.stack(columns, axis=1)

    def trial_values(self, scores: Sequence[float]) -> tuple[float, ...]:
        """Return the values of one draw."""
        row = self.values(np.array([scores], dtype=np.float64))[0]
        return tuple(row.tolist())
