"""Exponential, logarithm and power, written so that a loop takes several places at a time.

The library functions are calls, and a loop with a call in it goes place by place; these
are plain arithmetic. Largest error found against the library over their whole range: one
unit in the last place for `exp`, two for `log` near 1 (one elsewhere).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numba import types
from numba.extending import intrinsic

from rift_sim.physics.kernel import COMPILED, inlined

__all__ = ["exp", "log", "power"]


def _to_bits(typing: Any, number: Any) -> Any:  # noqa: ARG001

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(signature.return_type))

    return types.int64(types.float64), generate


def _from_bits(typing: Any, bits: Any) -> Any:  # noqa: ARG001

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(signature.return_type))

    return types.float64(types.int64), generate


def _read_bits(number: float) -> int:
    return cast(int, np.float64(number).view(np.int64))


def _read_float(bits: int) -> float:
    return cast(float, np.int64(bits).view(np.float64))


_bits: Callable[[float], int] = cast(Any, intrinsic(_to_bits)) if COMPILED else _read_bits
"""Read the 64 bits of a float as an integer."""

_float: Callable[[int], float] = cast(Any, intrinsic(_from_bits)) if COMPILED else _read_float
"""Read the bits of an integer as a float."""


@inlined
def exp(x: float) -> float:
    """Return e to the power of `x`: 0 below -708, infinite above 709.5, NaN for NaN."""
    inside = -708.0 if x < -708.0 else x
    inside = 709.5 if inside > 709.5 else inside
    # x = n ln 2 + r with |r| < 0.35. Adding 1.5 * 2**52 rounds to a whole number, and
    # leaves that number in the last bits of the sum.
    shifted = inside * 1.4426950408889634 + 6755399441055744.0
    n = shifted - 6755399441055744.0
    r = inside - n * 0.693147180369123816490
    r = r - n * 1.90821492927058770002e-10
    p = 1.6059043836821613e-10  # Taylor's series, to 1 / 13!
    p = p * r + 2.08767569878681e-09
    p = p * r + 2.505210838544172e-08
    p = p * r + 2.755731922398589e-07
    p = p * r + 2.7557319223985893e-06
    p = p * r + 2.48015873015873e-05
    p = p * r + 0.0001984126984126984
    p = p * r + 0.001388888888888889
    p = p * r + 0.008333333333333333
    p = p * r + 0.041666666666666664
    p = p * r + 0.16666666666666666
    p = p * r + 0.5
    p = p * r * r + r + 1.0
    value: float = p * _float((_bits(shifted) + 1023) << 52)
    value = 0.0 if x < -708.0 else value
    return np.inf if x > 709.5 else value


@inlined
def log(x: float) -> float:
    """Return the natural logarithm of `x`: minus infinity at 0, NaN below.

    Numbers below 2.3e-308 count as that number.
    """
    bits = _bits(max(x, 2.2250738585072014e-308))
    # x = 2**n m with m between the square roots of 1/2 and 2, and log m = 2 artanh f.
    n = (bits - 0x3FE6A09E667F3BCD) >> 52
    m = _float(bits - (n << 52))
    f = (m - 1.0) / (m + 1.0)
    s = f * f
    p = 0.05263157894736842  # 1 / 19, 1 / 17, ... 1 / 3
    p = p * s + 0.058823529411764705
    p = p * s + 0.06666666666666667
    p = p * s + 0.07692307692307693
    p = p * s + 0.09090909090909091
    p = p * s + 0.1111111111111111
    p = p * s + 0.14285714285714285
    p = p * s + 0.2
    p = p * s + 0.3333333333333333
    low = 2.0 * f * s * p + float(n) * 1.90821492927058770002e-10
    value: float = float(n) * 0.693147180369123816490 + (2.0 * f + low)
    value = value if x < np.inf else x
    if x > 0.0:
        return value
    return -np.inf if x == 0.0 else np.nan


@inlined
def power(x: float, exponent: float) -> float:
    """Return `x` to the power of `exponent`, for `x` of 0 or more; 0 to the power of 0 is 1."""
    value = exp(exponent * log(x))
    return 1.0 if exponent == 0.0 else value
