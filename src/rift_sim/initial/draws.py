"""Many draws at once for the initial state, from the same keyed streams."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from rift_sim.physics.kernel import kernel
from rift_sim.physics.quantiles import fill_normal
from rift_sim.physics.streams import group_place, uniform

__all__ = ["normals", "normals_by_group", "uniforms", "uniforms_by_group"]


@kernel
def _fill_uniform(out: NDArray[np.float64], key: np.uint64) -> None:
    for i in range(out.size):
        out[i] = uniform(key, i)


def uniforms(key: np.uint64, *shape: int) -> NDArray[np.float64]:
    """Return the uniform draws 0, 1, 2, ... of a stream in the given shape."""
    out = np.empty(math.prod(shape))
    _fill_uniform(out, key)
    return out.reshape(shape)


def normals(key: np.uint64, *shape: int) -> NDArray[np.float64]:
    """Return the standard normal draws 0, 1, 2, ... of a stream in the given shape."""
    luck = uniforms(key, *shape)
    out = np.empty(luck.size)
    fill_normal(out, luck.ravel())
    return out.reshape(shape)


@kernel
def _fill_by_group(out: NDArray[np.float64], numbers: NDArray[np.int64], key: np.uint64) -> None:
    for g in range(out.shape[0]):
        for i in range(out.shape[1]):
            out[g, i] = uniform(key, group_place(numbers[g], i))


def uniforms_by_group(
    key: np.uint64, numbers: NDArray[np.int64], places: int
) -> NDArray[np.float64]:
    """Return uniform draws of each group in each place, shape (group, place)."""
    out = np.empty((numbers.size, places))
    _fill_by_group(out, numbers, key)
    return out


def normals_by_group(
    key: np.uint64, numbers: NDArray[np.int64], places: int
) -> NDArray[np.float64]:
    """Return standard normal draws of each group in each place, shape (group, place)."""
    luck = uniforms_by_group(key, numbers, places)
    out = np.empty_like(luck)
    fill_normal(out.ravel(), luck.ravel())
    return out
