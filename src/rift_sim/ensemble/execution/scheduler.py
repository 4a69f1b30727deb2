"""The scheduler of a Dask cluster: how it is reached, and who can read along."""

from __future__ import annotations

import ipaddress
from typing import Any

from rift_sim.errors import InputError

__all__ = ["connect", "is_open"]

_CONNECT_SECONDS = 10


def is_open(address: str) -> bool:
    """Say whether an address leaves this machine without encryption."""
    kind, host = address.split("://")
    host = host.rpartition(":")[0].strip("[]")
    try:
        return kind == "tcp" and not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return kind == "tcp" and host != "localhost"


def connect(address: str) -> Any:
    """Return a client of the scheduler at an address.

    Raises
    ------
    InputError
        When Dask is not installed, or nobody answers.
    """
    try:
        import distributed
    except ImportError:
        raise InputError(
            "needs Dask, which is not installed", key="scheduler",
            allowed="after pip install 'rift-sim[cluster]'",
        ) from None  # fmt: skip
    try:
        client: Any = distributed.Client
        return client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"nobody answers at {address}",
            key="scheduler",
            allowed="the address of a running 'dask scheduler'",
        ) from error
