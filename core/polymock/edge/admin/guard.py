"""The door of the admin port: what is let in, as whom, how often, and with which header fields the
answers go out.

Nothing reaches the application that did not pass here, whatever its path: only health and the page
to try the API are open to those who are not known. The application finds the `Caller` in
`scope["state"]["caller"]`.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import msgspec

from polymock.access.refusals import Refusals
from polymock.commands.dispatching import Caller
from polymock.edge.admin.callers import Callers
from polymock.edge.admin.screening import MAX_BODY, Asked, Refused, screen
from polymock.interfaces import AsgiApp
from polymock_schemas.config import ServerConfig

if TYPE_CHECKING:
    from polymock.edge.admin.rates import Rates

NOBODY = Caller("nobody", "viewer")
POLICY = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
PAGE_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    b"img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
FIELDS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
    (b"server", b"polymock"),  # Granian would tell its own name
)
_OURS = frozenset((b"content-security-policy", *(name for name, _ in FIELDS)))


class Guard:
    """ASGI around the admin application."""

    def __init__(
        self, app: AsgiApp, server: ServerConfig, callers: Callers, refusals: Refusals
    ) -> None:
        self._app = app
        self._server = server
        self._callers = callers
        self._refusals = refusals

    @functools.cached_property
    def _rates(self) -> Rates:
        # Imported here: who waits for the server to be ready does not wait for this.
        from polymock.edge.admin.rates import Rates

        return Rates(self._server.admin_rate)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request, or have the application do so."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = Asked.of(scope)
        address = str((scope.get("client") or ("",))[0])
        send = _dressed(send, PAGE_POLICY if asked.is_page else POLICY)
        caller = await self._admit(asked, address)
        if isinstance(caller, Refused):
            subject = f"{asked.method} {asked.path.decode('latin-1')}"
            self._refusals.tell(NOBODY.name, subject, caller.status, caller.detail, address)
            await _refuse(send, asked.method, caller)
            return
        # A state of its own: what the server hands out could be that of all requests.
        state = {**(scope.get("state") or {}), "caller": caller}
        await self._app({**scope, "state": state}, _bounded(receive), send)

    async def _admit(self, asked: Asked, address: str) -> Caller | Refused:
        """Who asks; or why the request is not let in."""
        refused = screen(asked, self._server)
        if refused is not None:
            return refused
        if asked.is_health:
            return NOBODY
        caller = NOBODY if asked.is_page else self._callers.identify(asked)
        if isinstance(caller, Refused):
            wait = await self._slow_down(asked, address)
            return _too_often(wait) if wait else caller
        rates = self._rates
        wait = await (rates.stranger(address) if caller is NOBODY else rates.request(caller.name))
        return _too_often(wait) if wait else caller

    async def _slow_down(self, asked: Asked, address: str) -> int:
        """Seconds to wait for one who is not known. Guesses are counted for themselves: whoever
        shows a token that is right is let in from the same address all the same."""
        if asked.all(b"authorization"):
            return await self._rates.wrong_token(address)
        return await self._rates.stranger(address)


def _dressed(send: Any, policy: bytes) -> Any:
    """`send` that gives every answer our header fields."""

    async def dressed(message: Any) -> None:
        if message["type"] == "http.response.start":
            kept = [field for field in message.get("headers", ()) if field[0].lower() not in _OURS]
            fields = [*kept, *FIELDS, (b"content-security-policy", policy)]
            message = {**message, "headers": fields}
        await send(message)

    return dressed


def _bounded(receive: Any) -> Any:
    """`receive` that gives up on a body that has no end."""
    size = 0

    async def bounded() -> Any:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        return {"type": "http.disconnect"} if size > 2 * MAX_BODY else message

    return bounded


def _too_often(seconds: int) -> Refused:
    return Refused(
        429,
        "Too many requests",
        f"Ask again in {seconds} s.",
        headers=((b"retry-after", str(seconds).encode()),),
    )


async def _refuse(send: Any, method: str, refused: Refused) -> None:
    """Problem details (RFC 9457)."""
    told = {
        "type": "about:blank",
        "title": refused.title,
        "status": refused.status,
        "detail": refused.detail,
        **({"hint": refused.hint} if refused.hint else {}),
    }
    body = msgspec.json.encode(told)
    fields = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        *refused.headers,
    ]
    await send({"type": "http.response.start", "status": refused.status, "headers": fields})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})
