"""From a call to a valid reading of it: preferences, parameters and body, by the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from polymock.errors import Invalid
from polymock_openapi.model import Endpoint, Preferences, Reading
from polymock_openapi.reading import security
from polymock_openapi.reading.bodies import NO_BODY, BodyReader
from polymock_openapi.reading.parameters import Parameters
from polymock_openapi.reading.preferences import NO_PREFERENCES, preferences
from polymock_schemas.calls import Call, Violation


class Reader:
    """Everything needed to read one endpoint's calls. Validators are compiled on first use."""

    header_names: tuple[bytes, ...]
    """Lower-case names of the header fields that a reading, and so an answer, can depend on."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._parameters = Parameters(endpoint)
        body = endpoint.body
        self._body = None if body is None else BodyReader(body, endpoint.definitions)
        names = {b"accept", b"prefer", *self._parameters.header_names}
        names.update(security.header_names(endpoint))
        if self._parameters.has_cookies:
            names.add(b"cookie")
        if body is not None:
            names.update((b"content-type", b"content-encoding"))
        self.header_names = tuple(sorted(names))

    def read(self, call: Call, captures: Mapping[str, str]) -> Reading:
        """Decode and validate a call; `captures` are the raw parts of its path by name.

        Absent parameters have their defaults; query parameters that the contract does not know
        are passed over, and so is a body where it declares none. Raises Invalid with every
        violation, and Unreadable, UnsupportedMedia, TooLarge for bytes that cannot be read.
        """
        found: list[Violation] = []
        preferred = _preferences(call, found)
        values = self._parameters.read(call, captures, found)
        body = NO_BODY if self._body is None else self._body.read(call, found)
        if found:
            raise Invalid(_summary(self._endpoint.name, found), found)
        accept = call.fields.get(b"accept")
        return Reading(
            endpoint=self._endpoint,
            method=call.method,
            captures=captures,
            path=values.path,
            query=values.query,
            header=values.header,
            cookie=values.cookie,
            body=body.value,
            media_type=body.media_type,
            accept=accept.decode("latin-1") if accept else "",
            preferences=preferred,
            url=_url(call),
            sent=SentHeaders(call.fields),
        )


class SentHeaders(Mapping[str, Any]):
    """Header fields by lower-case name, turned into text only when they are asked for."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[bytes, bytes]) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> str:
        return self._fields[name.encode("latin-1", "replace")].decode("latin-1")

    def get(self, name: str, otherwise: Any = None) -> Any:
        """The value of a field; most calls ask for some that are not there."""
        value = self._fields.get(name.encode("latin-1", "replace"))
        return otherwise if value is None else value.decode("latin-1")

    def __iter__(self) -> Iterator[str]:
        return (name.decode("latin-1") for name in self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def _preferences(call: Call, found: list[Violation]) -> Preferences:
    try:
        return preferences(call)
    except Invalid as refusal:
        found.extend(refusal.violations)
        return NO_PREFERENCES


def _summary(name: str, found: list[Violation]) -> str:
    first = f"{found[0].location}: {found[0].message}"
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return f"The request breaks the contract of {name}: {first}{more}."


def _url(call: Call) -> str:
    address = call.origin + call.address
    return f"{address}?{call.query.decode('latin-1')}" if call.query else address
