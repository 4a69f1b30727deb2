"""The compiler of the kernels, and where it keeps what it compiled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba

from rift_sim.resources import cache_folder

__all__ = ["inlined", "kernel", "kernel_cache", "part"]

P = ParamSpec("P")
R = TypeVar("R")

# 'nnan' and 'ninf' are left out on purpose: a stray NaN must show, not vanish.
_FAST = {"contract", "nsz", "arcp"}


@lru_cache(maxsize=1)
def kernel_cache() -> Path:
    """Return the folder for compiled kernels, named after the content of this package.

    Numba's own cache does not notice an edit in a function that a kernel calls from
    another module; a folder for each version of the code does.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return cache_folder("kernels", digest.hexdigest()[:16])


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function over arrays to machine code, once, and keep the result on disk."""
    return _compile(function, inline=False)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of numbers into every kernel that calls it.

    Only then can the compiler handle several places at once: a loop with a call in it
    goes place by place.
    """
    return _compile(function, inline=True)


def part(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a part of one kernel that stands by itself for its readers only.

    It is put into the kernel before anything is compiled, and costs no time of its own.
    """
    return cast(Callable[P, R], numba.njit(inline="always")(function))


def _compile(function: Callable[P, R], *, inline: bool) -> Callable[P, R]:
    config: Any = numba.config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(kernel_cache())
    try:
        compiled: Any = numba.njit(
            cache=True, error_model="numpy", fastmath=_FAST, nogil=True, forceinline=inline
        )(function)
    finally:
        config.CACHE_DIR = before
    return cast(Callable[P, R], compiled)
