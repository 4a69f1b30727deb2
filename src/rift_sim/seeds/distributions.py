"""Distributions: what is known about a number before the model runs.

Seven kinds, written in YAML as a mapping whose key ``distribution`` names the kind.
Priors in ``seeds/parameters.yaml`` and assumptions in scenario files use the same ones.
Everything is a quantile function: one uniform number in, one value out, so that a draw is a
pure function of its random key and the same key gives the same value everywhere.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = [
    "DISTRIBUTIONS",
    "Beta",
    "Distribution",
    "Fixed",
    "LogNormal",
    "LogUniform",
    "Normal",
    "Triangular",
    "Uniform",
]

_STANDARD = NormalDist()
_LEAST_MASS = 1e-9
Support = tuple[float, float]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    def describe(self) -> str:
        """Write the distribution on one line: ``normal(mean 0.4, sd 0.1)``."""
        parts = self.model_dump(exclude={"distribution"}, exclude_none=True).items()
        name = getattr(self, "distribution", type(self).__name__)
        return f"{name}({', '.join(f'{key} {value:g}' for key, value in parts)})"


def _unit(u: float) -> float:
    if not 0.0 < u < 1.0:
        raise ValueError(f"a quantile is asked at a number between 0 and 1, not {u}")
    return u


def _clip(value: float, support: Support) -> float:
    """Undo rounding that stepped over a bound."""
    return min(max(value, support[0]), support[1])


def _between(low: float, high: float) -> None:
    if not low < high:
        raise ValueError(f"low must lie below high, but low is {low:g} and high is {high:g}")


class Fixed(_Strict):
    """One value, known or assumed."""

    distribution: Literal["fixed"]
    value: float

    @property
    def support(self) -> Support:
        """Smallest and largest possible value."""
        return (self.value, self.value)

    @property
    def median(self) -> float:
        """The value with half the probability on each side."""
        return self.value

    def quantile(self, u: float) -> float:
        """Return the value below which the share `u` of the probability lies.

        Raises
        ------
        ValueError
            When `u` is not strictly between 0 and 1.
        """
        _unit(u)
        return self.value


class Uniform(_Strict):
    """Every value between `low` and `high` alike."""

    distribution: Literal["uniform"]
    low: float
    high: float

    @model_validator(mode="after")
    def _check(self) -> Uniform:
        _between(self.low, self.high)
        return self

    @property
    def support(self) -> Support:
        """Smallest and largest possible value."""
        return (self.low, self.high)

    @property
    def median(self) -> float:
        """The value with half the probability on each side."""
        return self.quantile(0.5)

    def quantile(self, u: float) -> float:
        """Return the value below which the share `u` of the probability lies (see `Fixed`)."""
        return _clip(self.low + _unit(u) * (self.high - self.low), self.support)


class LogUniform(_Strict):
    """Every order of magnitude between `low` and `high` alike; both above 0."""

    distribution: Literal["loguniform"]
    low: float = Field(gt=0)
    high: float = Field(gt=0)

    @model_validator(mode="after")
    def _check(self) -> LogUniform:
        _between(self.low, self.high)
        return self

    @property
    def support(self) -> Support:
        """Smallest and largest possible value."""
        return (self.low, self.high)

    @property
    def median(self) -> float:
        """The value with half the probability on each side."""
        return self.quantile(0.5)

    def quantile(self, u: float) -> float:
        """Return the value below which the share `u` of the probability lies (see `Fixed`)."""
        log_low, log_high = math.log(self.low), math.log(self.high)
        return _clip(math.exp(log_low + _unit(u) * (log_high - log_low)), self.support)


class Normal(_Strict):
    """A normal distribution, cut off at `low` and `high` where they are given.

    `mean` and `sd` are those before the cut; what lies outside is redistributed, not piled up
    at the bounds.
    """

    distribution: Literal["normal"]
    mean: float
    sd: float = Field(gt=0)
    low: float | None = None
    high: float | None = None

    @model_validator(mode="after")
    def _check(self) -> Normal:
        _between(*self.support)
        low, high = ((bound - self.mean) / self.sd for bound in self.support)
        flip = -1.0 if low > 0 else 1.0
        if abs(_below(flip * high) - _below(flip * low)) < _LEAST_MASS:
            raise ValueError(
                "low and high leave almost nothing of the normal distribution; "
                "move them or the mean"
            )
        return self

    @property
    def support(self) -> Support:
        """Smallest and largest possible value."""
        return (
            -math.inf if self.low is None else self.low,
            math.inf if self.high is None else self.high,
        )

    @property
    def median(self) -> float:
        """The value with half the probability on each side."""
        return self.quantile(0.5)

    def quantile(self, u: float) -> float:
        """Return the value below which the share `u` of the probability lies (see `Fixed`)."""
        low, high = ((bound - self.mean) / self.sd for bound in self.support)
        _unit(u)
        if low > 0:
            # The upper tail is mirrored: probabilities near 1 lose their digits, near 0 not.
            share = _below(-low) - u * (_below(-low) - _below(-high))
            z = -_STANDARD.inv_cdf(share)
        else:
            z = _STANDARD.inv_cdf(_below(low) + u * (_below(high) - _below(low)))
        return _clip(self.mean + self.sd * z, self.support)


def _below(z: float) -> float:
    """Return the standard normal probability below `z`, exact far into the lower tail."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


class LogNormal(_Strict):
    """A positive value known up to a factor: its logarithm is normal with sd `sigma`."""

    distribution: Literal["lognormal"]
    median: float = Field(gt=0)
    sigma: float = Field(gt=0)

    @property
    def support(self) -> Support:
        """Smallest and largest possible value."""
        return (0.0, math.inf)

    def quantile(self, u: float) -> float:
        """Return the value below which the share `u` of the probability lies (see `Fixed`)."""
        return self.median * math.exp(self.sigma * _STANDARD.inv_cdf(_unit(u)))


class Beta(_Strict):
    """A share: a beta distribution stretched from [0, 1] to [`low`, `high`]."""

    distribution: Literal["beta"]
    a: float = Field(gt=0)
    b: float = Field(gt=0)
    low: float = 0.0
    high: float = 1.0

    @model_validator(mode="after")
    def _check(self) -> Beta:
        _between(self.low, self.high)
        return self

    @property
    def support(self) -> Support:
        """Smallest and largest possible value."""
        return (self.low, self.high)

    @property
    def median(self) -> float:
        """The value with half the probability on each side."""
        return self.quantile(0.5)

    def quantile(self, u: float) -> float:
        """Return the value below which the share `u` of the probability lies (see `Fixed`)."""
        from scipy.special import betaincinv

        share = float(betaincinv(self.a, self.b, _unit(u)))
        return _clip(self.low + share * (self.high - self.low), self.support)


class Triangular(_Strict):
    """Most likely at `mode`, impossible outside `low` and `high`."""

    distribution: Literal["triangular"]
    low: float
    mode: float
    high: float

    @model_validator(mode="after")
    def _check(self) -> Triangular:
        _between(self.low, self.high)
        if not self.low <= self.mode <= self.high:
            raise ValueError(
                f"mode must lie between low and high, but is {self.mode:g} "
                f"with low {self.low:g} and high {self.high:g}"
            )
        return self

    @property
    def support(self) -> Support:
        """Smallest and largest possible value."""
        return (self.low, self.high)

    @property
    def median(self) -> float:
        """The value with half the probability on each side."""
        return self.quantile(0.5)

    def quantile(self, u: float) -> float:
        """Return the value below which the share `u` of the probability lies (see `Fixed`)."""
        width = self.high - self.low
        if _unit(u) * width < self.mode - self.low:
            value = self.low + math.sqrt(u * width * (self.mode - self.low))
        else:
            value = self.high - math.sqrt((1.0 - u) * width * (self.high - self.mode))
        return _clip(value, self.support)


Distribution = Annotated[
    Fixed | Uniform | LogUniform | Normal | LogNormal | Beta | Triangular,
    Field(discriminator="distribution"),
]
"""Any of the seven kinds, told apart by the key ``distribution``."""

DISTRIBUTIONS = ("fixed", "uniform", "loguniform", "normal", "lognormal", "beta", "triangular")
"""What the key ``distribution`` may name."""
