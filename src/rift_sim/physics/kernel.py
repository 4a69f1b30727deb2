"""The compiler of the kernels, where it keeps what it compiled, and how to do without it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba
import numpy as np
from numba.experimental import structref

from rift_sim.errors import InputError
from rift_sim.resources import cache_folder

__all__ = ["COMPILED", "VARIABLE", "handle", "inlined", "kernel", "kernel_cache", "part"]

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T", bound=type)

# 'nnan' and 'ninf' are left out on purpose: a stray NaN must show, not vanish.
_FAST = {"contract", "nsz", "arcp"}

VARIABLE = "RIFT_KERNELS"
"""Environment variable that says how kernels run: ``compiled`` (also if not set) or ``python``."""

_WAYS = ("compiled", "python")


def _way() -> str:
    named = os.environ.get(VARIABLE) or "compiled"
    if named not in _WAYS:
        raise InputError(
            f"there is no way '{named}' to run kernels", key=VARIABLE, allowed=_WAYS, given=named
        )
    return named


COMPILED = _way() == "compiled"
"""Whether kernels are compiled. If not, they run as Python: the same numbers to rounding, a
hundred times slower, for tools that see nothing inside compiled code."""


@lru_cache(maxsize=1)
def kernel_cache() -> Path:
    """Return the folder for compiled kernels, named after the content of their packages.

    Numba's own cache does not notice an edit in a function that a kernel calls from
    another module; a folder for each version of the code does.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    here = Path(__file__).parent
    for package in (here, here.parent / "initial"):
        for file in sorted(package.glob("*.py")):
            digest.update(file.read_bytes())
    return cache_folder("kernels", digest.hexdigest()[:16])


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function over arrays to machine code, once, and keep the result on disk."""
    return _compile(function, inline=False) if COMPILED else _interpret(function)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of numbers into every kernel that calls it.

    Only then can the compiler handle several places at once: a loop with a call in it
    goes place by place.
    """
    return _compile(function, inline=True) if COMPILED else _interpret(function)


def part(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a part of one kernel that stands by itself for its readers only.

    It is put into the kernel before anything is compiled, and costs no time of its own.
    """
    if not COMPILED:
        return _interpret(function)
    return cast(Callable[P, R], numba.njit(inline="always")(function))


def handle(kind: type) -> Callable[[T], T]:
    """Make a named tuple of bundles one handle for kernels, of Numba's type `kind`.

    Python keeps its own hold on what is behind it. Without compiled kernels the tuple
    itself is handed over.
    """

    def make(bundles: T) -> T:
        if not COMPILED:
            return bundles
        same = ("__module__", "__qualname__", "__doc__")
        proxy = type(
            bundles.__name__,
            (structref.StructRefProxy,),
            {name: getattr(bundles, name) for name in same},
        )
        structref.define_proxy(proxy, kind, list(cast(Any, bundles)._fields))  # type: ignore[no-untyped-call]
        return cast(T, proxy)

    return make


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


_within: ContextVar[bool] = ContextVar("within", default=False)
"""Whether a kernel is running here; what it calls gets its numbers as they are."""


def _interpret(function: Callable[P, R]) -> Callable[P, R]:
    """Let a kernel run as Python, with the numbers and the silence of compiled code.

    Numbers are those of NumPy: they wrap around, and divide by zero, as in compiled code.
    """

    @wraps(function)
    def call(*arguments: P.args, **named: P.kwargs) -> R:
        if _within.get():
            return function(*arguments, **named)
        token = _within.set(True)
        run = cast(Callable[..., R], function)
        taken = {name: _taken(value) for name, value in named.items()}
        try:
            with np.errstate(all="ignore"):
                result = run(*map(_taken, arguments), **taken)
        finally:
            _within.reset(token)
        # A compiled function hands numbers back as Python's own.
        return cast(R, result.item()) if isinstance(result, np.generic) else result

    cast(Any, call).py_func = function
    return call


def _taken(value: Any) -> Any:
    """Return an argument as a kernel takes it: 64 bits for each number, bundles alike."""
    if isinstance(value, tuple):
        taken = map(_taken, value)
        return cast(Any, type(value))(*taken) if hasattr(value, "_fields") else tuple(taken)
    if isinstance(value, bool | np.generic):
        return value
    if isinstance(value, float):
        return np.float64(value)
    if isinstance(value, int):
        return np.int64(value) if value < 1 << 63 else np.uint64(value)
    return value
