"""The two functions that travel to a cluster's workers by value.

Pickle sends a function at the top of a module by name, and one inside another function
by value. These import rift_sim only where they run, so that a worker without it, or with
another one, answers instead of failing to read the message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["block_function", "check_function"]


def check_function() -> Callable[[Mapping[str, str]], tuple[str | None, str]]:
    """Return what a worker runs to say whether it is fit, and its type of processor."""

    def check(wanted: Mapping[str, str]) -> tuple[str | None, str]:
        try:
            from rift_sim.ensemble.execution import remote

            return remote.unfit(wanted), remote.processor()
        except (ImportError, AttributeError) as error:
            return f"has no such rift_sim ({error})", ""

    return check


def block_function() -> Callable[[Mapping[str, str], bytes], tuple[str, str | None, Any]]:
    """Return what a worker runs for a `Parcel`: its address, why it is unfit, the block."""

    def rift_sim_block(wanted: Mapping[str, str], parcel: bytes) -> tuple[str, str | None, Any]:
        from distributed import get_worker

        here = get_worker().address
        try:
            from rift_sim.ensemble.execution import remote

            reason = remote.unfit(wanted)
        except (ImportError, AttributeError) as error:
            reason = f"has no such rift_sim ({error})"
        answer = reason or remote.compute_parcel(parcel)
        return (here, answer, None) if isinstance(answer, str) else (here, None, answer)

    return rift_sim_block
