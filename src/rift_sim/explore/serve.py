"""Serve the page on this machine, and let nothing out of it."""

from __future__ import annotations

import errno
import ipaddress
import logging
import os
import socket
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rift_sim.errors import InputError
from rift_sim.explore.guard import Guard, authorities, written

if TYPE_CHECKING:
    from rift_sim.scenario import Scenario

__all__ = ["HOST", "listen", "sealed", "serve"]

HOST = "127.0.0.1"
"""Only this machine, unless the user says otherwise: the page asks nobody who they are."""

_SETTINGS = {
    "SOLARA_APP": "rift_sim.explore.page",
    "SOLARA_MODE": "production",
    # It would warn of hooks in Mesa's own page at each start.
    "SOLARA_CHECK_HOOKS": "off",
    # Without this the server of the page reports its use.
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    # Scripts and styles come from solara-assets; what is not there is not fetched elsewhere.
    "SOLARA_ASSETS_PROXY": "true",
    "SOLARA_ASSETS_CDN": f"http://{HOST}:9/",
    "SOLARA_THEME_SHOW_BANNER": "false",
}


@contextmanager
def sealed() -> Iterator[None]:
    """Keep Solara from the network and from the home folder; it must be imported within."""
    with tempfile.TemporaryDirectory(prefix="rift-explore-") as home:
        before = dict(os.environ)
        # It reads its settings when it is imported.
        os.environ.update(_SETTINGS, SOLARA_HOME=home)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def listen(port: int, host: str = HOST) -> socket.socket:
    """Return a socket that listens at a port of this machine; 0 takes a free one.

    Raises
    ------
    InputError
        When the host is not one address of this machine, or the port is taken or not allowed.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = None
    if address is None or address.is_unspecified:
        # Under which names a page at all addresses is asked for, nobody can tell.
        raise InputError(
            f"'{host}' is not one address", key="--host", allowed=f"{HOST}, or another IP address"
        )
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":
        # A page that has just ended does not block its port.
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen()
    except OSError as error:
        found.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise InputError(
                f"'{host}' is no address of this machine", key="--host", allowed=HOST
            ) from None
        taken = error.errno == errno.EADDRINUSE
        problem = "is taken" if taken else f"cannot be used: {error.strerror}"
        raise InputError(
            f"port {port} {problem}", key="--port", allowed="another port, or 0 for any free one"
        ) from None
    return found


def serve(scenario: Scenario, place: socket.socket, started: Callable[[str], None]) -> None:
    """Serve the page of a scenario until Ctrl-C; to be called within `sealed`.

    Parameters
    ----------
    place
        Where to listen, from `listen`.
    started
        Told the address, once the page is there.
    """
    host, port = place.getsockname()[:2]
    address = f"http://{written(host)}:{port}/"
    import uvicorn
    from solara.server.starlette import app

    from rift_sim.explore.page import show

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started(address)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Pages that are still open are cut off, which would be reported as an error.
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
            await super().shutdown(sockets)

    # Said of each page: its cookie is not for use in a frame of another one.
    warnings.filterwarnings("ignore", "Cookies with samesite=none", UserWarning)
    show(scenario)
    config = uvicorn.Config(
        Guard(app, authorities(host, port)),
        log_level="error",
        access_log=False,
        timeout_graceful_shutdown=1,
        # A page on this machine cannot be lost; a busy machine may be slow to answer.
        ws_ping_interval=None,
        ws_ping_timeout=None,
    )
    try:
        Server(config).run(sockets=[place])
    except KeyboardInterrupt:
        # The usual way to end it.
        return
