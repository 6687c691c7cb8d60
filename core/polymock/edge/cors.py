"""Cross-origin answers, as the Fetch standard's CORS protocol asks (fetch.spec.whatwg.org)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from polymock_schemas.calls import Call, Reply

PREFLIGHT_SECONDS = b"600"
_GRANTS = frozenset(
    {
        b"access-control-allow-origin",
        b"access-control-allow-credentials",
        b"access-control-expose-headers",
    }
)


def is_preflight(call: Call) -> bool:
    """Whether a browser asks for leave to send another call."""
    return (
        call.method == "OPTIONS"
        and b"origin" in call.fields
        and b"access-control-request-method" in call.fields
    )


def answer_preflight(call: Call, allowed: Sequence[str]) -> Reply:
    """Grant the methods of the address (or the asked one, where it has none) and all headers."""
    asked = call.fields[b"access-control-request-method"]
    methods = ", ".join(allowed).encode() if allowed else asked
    headers = [
        *_grant(call.fields[b"origin"]),
        (b"access-control-allow-methods", methods),
        (b"access-control-max-age", PREFLIGHT_SECONDS),
        (b"content-length", b"0"),
    ]
    wanted = call.fields.get(b"access-control-request-headers")
    if wanted:
        headers.append((b"access-control-allow-headers", wanted))
    if call.fields.get(b"access-control-request-private-network") == b"true":
        headers.append((b"access-control-allow-private-network", b"true"))
    return Reply(status=204, headers=tuple(headers), body=b"", source="")


def open_to_origin(call: Call, reply: Reply) -> Reply:
    """The reply with the fields that let a page of the call's origin read it.

    They take the place of what the contract declares of that kind: a browser takes no field twice.
    """
    origin = call.fields.get(b"origin")
    if origin is None:
        return reply
    own = [field for field in reply.headers if field[0] not in _GRANTS]
    exposed = b", ".join(dict.fromkeys(name for name, _ in own))
    granted = (*_grant(origin), (b"access-control-expose-headers", exposed))
    return replace(reply, headers=(*own, *granted), stable=False)


def _grant(origin: bytes) -> tuple[tuple[bytes, bytes], ...]:
    return (
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    )
