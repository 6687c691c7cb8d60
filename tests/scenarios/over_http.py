"""Steps over HTTP. The target goes out as it is written, if a URL may be so."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import msgspec
from msgspec import UNSET, UnsetType

from scenarios.form import Step
from scenarios.services import Services

PACKED = ("application/proto", "application/connect+", "application/grpc-web")
"""Beginnings of the media types of Connect and gRPC-Web whose bodies are put together here."""


def send(client: httpx.Client, step: Step, services: Services) -> httpx.Response:
    """Send a step's call."""
    method, _, target = step.call.partition(" ")
    headers = headers_of(step)
    media = {name.lower(): value for name, value in headers}.get("content-type", "")
    url = client.base_url.copy_with(raw_path=target.encode())
    if media.startswith(PACKED):
        content = _packed(step, media, services)
        request = client.build_request(method, url, headers=headers, content=content)
    elif step.graphql is not UNSET:
        body = {"query": step.graphql, **({"variables": step.variables} if step.variables else {})}
        request = client.build_request(method, url, headers=headers, json=body)
    elif step.json is not UNSET:
        request = client.build_request(method, url, headers=headers, json=step.json)
    elif not isinstance(step.form, UnsetType):
        request = client.build_request(method, url, headers=headers, data=dict(step.form))
    elif step.multipart is not UNSET:
        parts = [
            (part.name, (part.filename, part.text or base64.b64decode(part.base64), part.type))
            for part in step.multipart
        ]
        request = client.build_request(method, url, headers=headers, files=parts)
    else:
        request = client.build_request(method, url, headers=headers, content=raw(step))
    return client.send(request)


def headers_of(step: Step) -> list[tuple[str, str]]:
    """The header fields of a step, one pair for each value."""
    return [
        (name, one)
        for name, value in step.headers.items()
        for one in ([value] if isinstance(value, str) else value)
    ]


def raw(step: Step) -> bytes | None:
    """The body that a step gives as it is."""
    if step.text is not UNSET:
        return step.text.encode()
    return base64.b64decode(step.base64) if step.base64 is not UNSET else None


def _packed(step: Step, media: str, services: Services) -> bytes | None:
    """A body of Connect or gRPC-Web: as the media type says, and framed where that says so."""
    _, _, path = step.call.partition(" ")
    path = path.partition("?")[0]

    def encoded(value: Any) -> bytes:
        return msgspec.json.encode(value) if "json" in media else services.input(path, value)

    if step.messages is not UNSET:
        body = b"".join(_frame(encoded(value)) for value in step.messages)
    elif step.json is not UNSET:
        body = encoded(step.json)
        body = _frame(body) if "grpc" in media else body
    else:
        return raw(step)
    return base64.b64encode(body) if "grpc-web-text" in media else body


def _frame(message: bytes) -> bytes:
    return b"\x00" + len(message).to_bytes(4, "big") + message
