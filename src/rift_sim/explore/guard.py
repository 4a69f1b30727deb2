"""Who may talk to the page of ``rift explore``: pages from this address, asked for by its name.

The page asks nobody who they are, so other pages that the user's browser has open must not get
at it. One that was served elsewhere says so (``Origin``), and one whose name was turned to this
machine after it was opened asks under that name (``Host``). Both are refused, and no other page
may show this one in a frame.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

__all__ = ["Guard", "authorities", "is_loopback", "written"]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_HEADERS = [
    (b"content-security-policy", b"frame-ancestors 'none'; object-src 'none'; base-uri 'self'"),
    (b"x-frame-options", b"DENY"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_POLICY_VIOLATED = 1008


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach an address."""
    return ipaddress.ip_address(host).is_loopback


def written(host: str) -> str:
    """Write an address as it stands in front of a port."""
    return f"[{host}]" if ":" in host else host


def authorities(host: str, port: int) -> frozenset[str]:
    """Return the names under which a page at an address may be asked for."""
    names = [written(host), *(["localhost"] if is_loopback(host) else [])]
    plain = names if port == 80 else []
    return frozenset([*(f"{name}:{port}" for name in names), *plain])


class Guard:
    """An ASGI application around another: lets through who asks for one of some names.

    Parameters
    ----------
    app
        What is guarded.
    allowed
        From `authorities`.
    """

    def __init__(self, app: App, allowed: frozenset[str]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if self._may(scope["headers"]):
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATED})
        else:
            head = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS]
            await send({"type": "http.response.start", "status": 403, "headers": head})
            await send({"type": "http.response.body", "body": b"This page is not for others.\n"})

    def _may(self, headers: list[tuple[bytes, bytes]]) -> bool:
        hosts = [value.decode("latin-1").lower() for name, value in headers if name == b"host"]
        origins = [value.decode("latin-1").lower() for name, value in headers if name == b"origin"]
        own = all(
            urlsplit(origin).scheme == "http" and urlsplit(origin).netloc in self._allowed
            for origin in origins
        )
        return len(hosts) == 1 and hosts[0] in self._allowed and own


def _with_headers(send: Send) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *_HEADERS]
        await send(message)

    return wrapped
