"""Callbacks: what a document says to send after an answer (OAS 3.1, section 4.8.18)."""

from __future__ import annotations

import logging
import re
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

from polymock.errors import MockError, Unsatisfiable
from polymock.samples import Sampler
from polymock_openapi.answering.declared import DeclaredBody, holds_text
from polymock_openapi.answering.encode import Encoded, encode, scalar_text
from polymock_openapi.answering.expressions import Scene, expand
from polymock_openapi.answering.negotiation import choose_media
from polymock_openapi.answering.response_headers import FIELD_NAME, fit_value, write_simple
from polymock_openapi.model import Callback, Endpoint, MediaType, Parameter, Reading
from polymock_schemas.calls import Headers, Outbound

MAX_CALLBACKS = 10
"""Requests sent after one call."""
_METHOD = re.compile(r"[A-Z]{1,20}")
_UNFIT = re.compile(r"[\x00-\x20\x7f\"<>\\^`{|}]")
_NOT_OURS = frozenset({"content-type", "content-length", "host", "connection", "transfer-encoding"})

log = logging.getLogger("polymock.callbacks")


class CallbackWriter:
    """Writes the callbacks of one operation; their bodies are made once."""

    def __init__(self, endpoint: Endpoint, seed: int) -> None:
        self._endpoint = endpoint
        self._seed = seed
        self._bodies: dict[int, Encoded | None] = {}

    def write(
        self, reading: Reading, status: int, headers: Headers, value: Any
    ) -> tuple[Outbound, ...]:
        """The requests to send after a reply. One whose URL has no value, or is not an absolute
        http(s) URL, is left out, and the log says so."""
        fields = {n.decode("latin-1"): v.decode("latin-1") for n, v in headers}
        scene = Scene(reading=reading, status=status, headers=fields, body=value)
        requests = []
        for index, callback in enumerate(self._endpoint.callbacks[:MAX_CALLBACKS]):
            request = self._request(index, callback, scene)
            if request is not None:
                requests.append(request)
        return tuple(requests)

    def _request(self, index: int, callback: Callback, scene: Scene) -> Outbound | None:
        method = callback.method.upper()
        url = expand(callback.url, scene)
        if url is None or not is_callable_url(url) or not _METHOD.fullmatch(method):
            log.warning(
                "%s: the callback %r is not sent: %r gives %r, which is no absolute http(s) URL",
                self._endpoint.name,
                callback.name,
                callback.url[:200],
                url if url is None else url[:200],
            )
            return None
        try:
            headers, query = self._parameters(callback)
            body = self._body(index, callback)
        except (Unsatisfiable, MockError) as error:
            log.warning(
                "%s: the callback %r is not sent: %s", self._endpoint.name, callback.name, error
            )
            return None
        if body is not None:
            content_type = body.content_type.encode("latin-1", "replace")
            length = str(len(body.body)).encode()
            headers = ((b"content-type", content_type), (b"content-length", length), *headers)
        if query:
            url += ("&" if urlsplit(url).query else "?") + query
        return Outbound(method=method, url=url, headers=headers, body=body.body if body else b"")

    def _parameters(self, callback: Callback) -> tuple[Headers, str]:
        """The required header fields and query parameters of a callback."""
        headers: list[tuple[bytes, bytes]] = []
        query: list[str] = []
        for parameter in callback.parameters:
            name = parameter.name
            if not parameter.required or name.lower() in _NOT_OURS:
                continue
            value = self._parameter(callback, parameter)
            if parameter.location == "header" and FIELD_NAME.fullmatch(name):
                text = fit_value(write_simple(value, explode=parameter.explode))
                headers.append((name.lower().encode(), text.encode("latin-1")))
            elif parameter.location == "query":
                items = value if isinstance(value, list) else [value]
                query.extend(f"{_quote(name)}={_quote(scalar_text(item))}" for item in items)
        return tuple(headers), "&".join(query)

    def _parameter(self, callback: Callback, parameter: Parameter) -> Any:
        if parameter.examples:
            return next(iter(parameter.examples.values()))
        key = f"{self._endpoint.name} callback {callback.name} {parameter.name}"
        return self._sampler.sample(parameter.schema, self._seed, key)

    def _body(self, index: int, callback: Callback) -> Encoded | None:
        if index not in self._bodies:
            self._bodies[index] = self._make_body(callback)
        return self._bodies[index]

    def _make_body(self, callback: Callback) -> Encoded | None:
        if callback.body is None or not callback.body.content:
            return None
        definitions = self._endpoint.definitions

        def is_text(media: MediaType) -> bool:
            return holds_text(media, definitions)

        media, content_type = choose_media(callback.body.content, "", is_text)
        example = DeclaredBody(media, definitions, "request").first
        if example is not None:
            value = example.value
        elif media.schema is None:
            return None
        else:
            key = f"{self._endpoint.name} callback {callback.name}"
            value = self._sampler.sample(media.schema, self._seed, key)
        return encode(value, media, content_type, definitions)

    @cached_property
    def _sampler(self) -> Sampler:
        """Of its own, as here the mock is the one that asks."""
        return Sampler(self._endpoint.definitions, direction="request")


def _quote(text: str) -> str:
    return quote(text, safe="", errors="replace")


def is_callable_url(url: str) -> bool:
    """Whether a request can be sent there: an absolute http(s) URL with a host (RFC 3986)."""
    if not url.isascii() or _UNFIT.search(url):
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and port != 0
