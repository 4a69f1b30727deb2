"""Many draws at once for the initial state, from the same keyed streams."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rift_sim.physics.kernel import kernel
from rift_sim.physics.streams import normal, uniform

__all__ = ["normals", "uniforms"]


@kernel
def _fill_uniform(out: NDArray[np.float64], key: np.uint64) -> None:
    for i in range(out.size):
        out[i] = uniform(key, i)


@kernel
def _fill_normal(out: NDArray[np.float64], key: np.uint64) -> None:
    for i in range(out.size):
        out[i] = normal(uniform(key, i))


def uniforms(key: np.uint64, *shape: int) -> NDArray[np.float64]:
    """Return the uniform draws 0, 1, 2, ... of a stream in the given shape."""
    out = np.empty(int(np.prod(shape)))
    _fill_uniform(out, key)
    return out.reshape(shape)


def normals(key: np.uint64, *shape: int) -> NDArray[np.float64]:
    """Return the standard normal draws 0, 1, 2, ... of a stream in the given shape."""
    out = np.empty(int(np.prod(shape)))
    _fill_normal(out, key)
    return out.reshape(shape)
